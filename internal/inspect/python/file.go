package python

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// pyOpens are functions that open a file with a mode at the second place.
var pyOpens = map[string]bool{
	"open": true, "io.open": true, "codecs.open": true, "gzip.open": true, "bz2.open": true, "lzma.open": true, "aiofiles.open": true,
	"zipfile.ZipFile": true, "tarfile.open": true,
}

// pyCopies write their second argument.
var pyCopies = map[string]bool{
	"shutil.copy": true, "shutil.copy2": true, "shutil.copyfile": true, "shutil.move": true, "shutil.copytree": true,
}

// pySaves are methods that write the path they are given, by their receiver.
var pySaves = []string{"flask.request.files", "quart.request.files", "PIL.Image.open()", "PIL.Image.new()"}

// fileCall states a write to the local file system. Temporary files made by
// tempfile are none: they are meant to be lost.
func (p *pythonFile) fileCall(c pyCall) {
	path, mode := syntax.Node{}, ""
	receiver := c.Field("function").Field("object")
	switch {
	case pyOpens[c.name]:
		path = c.args.arg(0, "file", "filename", "name")
		mode, _ = p.literal(c.args.arg(1, "mode"))
	case pyCopies[c.name]:
		path, mode = c.args.arg(1, "dst"), "w"
	case pyPath(c.name) && (strings.HasSuffix(c.name, ".write_text") || strings.HasSuffix(c.name, ".write_bytes")):
		path, mode = receiver, "w"
	case pyPath(c.name) && strings.HasSuffix(c.name, "Path().open"):
		path = receiver
		mode, _ = p.literal(c.args.arg(0, "mode"))
	case p.frameFile(c):
		path, mode = c.args.arg(0), "w"
	case pyArrayFiles[c.name]:
		path, mode = c.args.arg(0, "file", "fname"), "w"
	case p.savesGiven(c):
		path, mode = c.args.arg(0, "dst"), "w"
	case c.name == "flask_avatars.Avatars().save_avatar", strings.HasSuffix(c.name, ".avatars.save_avatar"): // under AVATARS_SAVE_PATH
		path, mode = c.args.arg(0, "image"), "w"
	case strings.HasSuffix(c.name, ".save"):
		for _, prefix := range pySaves {
			if strings.HasPrefix(c.name, prefix) {
				path, mode = c.args.arg(0, "dst", "fp"), "w"
			}
		}
	}
	via := pyVia(c.name)
	if !strings.HasPrefix(via, "flask.") && p.savesGiven(c) {
		via = "FileStorage.save"
	}
	if via == "" {
		via = "pandas.DataFrame." + c.Field("function").Field("attribute").Text()
	}
	if !path.OK() || !strings.ContainsAny(mode, "wax+") || p.temporary(path) {
		return
	}
	fact := inspect.FileWrite{
		Via: via, Path: p.valueOf(path), Append: strings.Contains(mode, "a"), Handler: p.handler(c.Node).OK(),
		Upload: p.takesUpload(c), Code: p.runs[path.Text()],
		Temporary: inspect.NamesTemporary(path.Text()) || inspect.NamesTemporary(p.follow(path).Text()) || syntax.Removed(c.Node, path),
		Served:    p.underStatic(c, path),
		Keeper:    inspect.Keeper(syntax.FunctionName(c.Node)),
		Settings:  inspect.NamesSettings(path.Text()) || inspect.NamesSettings(p.follow(path).Text()),
	}
	p.state(c.Node, fact)
	if fact.Upload {
		p.store(c.Node, inspect.ForUploads, fact.Via, inspect.StoreFile, fact.Path)
	}
}

// pyArrayFiles write the file that they are given first.
var pyArrayFiles = map[string]bool{"numpy.save": true, "numpy.savez": true, "numpy.savez_compressed": true, "numpy.savetxt": true, "cv2.imwrite": true}

var frameWriters = regexp.MustCompile(`^(to_(csv|excel|parquet|pickle|feather|hdf|stata)|write_(csv|parquet|excel|ipc))$`)

// frameFile recognises a table that is written to a file: pandas' frames come
// from so many calls that the method's name decides, where pandas is imported.
func (p *pythonFile) frameFile(c pyCall) bool {
	if !p.modules["pandas"] && !p.modules["polars"] || !frameWriters.MatchString(c.Field("function").Field("attribute").Text()) {
		return false
	}
	path := c.args.arg(0)
	return p.valueOf(path).HasText && path.Is("string", "concatenated_string", "identifier", "call", "binary_operator", "attribute") && !strings.Contains(p.resolve(path), "IO()")
}

var (
	uploadUse = regexp.MustCompile(`\b(request|req|self\.request)\.(files|FILES|data|get_data|body|stream)\b|\bUploadFile\b|\bcleaned_data\[["'](file|image|upload|document|attachment)|validated_data\[["'](file|image)`)
)

// longHandler is how many bytes of a handler are searched for what it uses:
// people's are shorter.
const longHandler = 20_000

// takesUpload reports whether what is written came with a request: the file is
// saved by its own method, or the handler around the write takes files.
func (p *pythonFile) takesUpload(c pyCall) bool {
	if strings.HasSuffix(c.name, ".save") && strings.Contains(c.name, "request.files") || strings.HasSuffix(c.name, ".save_avatar") || p.savesGiven(c) {
		return true
	}
	handler := p.handler(c.Node)
	if !handler.OK() {
		handler = p.givenUpload(c.Node)
	}
	if !handler.OK() || strings.HasPrefix(c.name, "PIL.") || p.writesOwnText(c) {
		return false
	}
	from, to := handler.Span()
	return to-from <= longHandler && uploadUse.MatchString(handler.Text())
}

// givenUpload is the function around n that has a parameter of FastAPI's type of
// uploaded files, or none.
func (p *pythonFile) givenUpload(n syntax.Node) syntax.Node {
	def := p.enclosingFunction(n)
	for param := def.Field("parameters").First(); param.OK(); param = param.Next() {
		if typ := param.Field("type"); typ.OK() && uploadType.MatchString(typ.Text()) {
			return def
		}
	}
	return syntax.Node{}
}

var uploadType = regexp.MustCompile(`\bUploadFile\b`)

// servedPath matches, in a path, the directory of what frameworks hand out.
var servedPath = regexp.MustCompile(`["'/](static|media)/|["']static["']`)

// underStatic reports whether an image is kept, under a name that the function
// makes, in the directory of static files.
func (p *pythonFile) underStatic(c pyCall, path syntax.Node) bool {
	return strings.HasPrefix(c.name, "PIL.") && p.enclosingFunction(c.Node).OK() && !p.valueOf(path).IsLiteral() && (servedPath.MatchString(path.Text()) || servedPath.MatchString(p.follow(path).Text()))
}

// writesOwnText reports whether all that is written is text of the program.
func (p *pythonFile) writesOwnText(c pyCall) bool {
	if strings.HasSuffix(c.name, ".write_text") || strings.HasSuffix(c.name, ".write_bytes") {
		_, own := p.literal(c.args.arg(0, "data"))
		return own
	}
	item := c.Up("with_item", "with_statement")
	with, name := item.Up("with_statement"), item.Child(0).Field("alias").Child(0)
	if !item.Is("with_item") || !name.Is("identifier") {
		return false
	}
	writes, own := 0, true
	with.Field("body").Walk(func(n syntax.Node) bool {
		if n.Is("identifier") && n.Text() == name.Text() {
			writes++
			call := n.Parent().Parent()
			if _, literal := p.literal(call.Field("arguments").Child(0)); !n.Parent().Is("attribute") || n.Parent().Field("attribute").Text() != "write" || !literal {
				own = false
			}
		}
		return own
	})
	return writes > 0 && own
}

// findRun keeps expressions that name code which the program runs from a file:
// exec(open(path).read()), runpy.run_path(path).
func (p *pythonFile) findRun(call syntax.Node) {
	var path syntax.Node
	switch args := pyArgsOf(call); p.callee(call) {
	case "runpy.run_path":
		path = args.arg(0)
	case "importlib.util.spec_from_file_location":
		path = args.arg(1, "location")
	case "":
		if name := call.Field("function").Text(); name == "exec" || name == "execfile" {
			args.arg(0).Walk(func(n syntax.Node) bool {
				if n.Is("call") && p.callee(n) == "open" {
					path = pyArgsOf(n).arg(0)
				}
				return true
			})
		}
	}
	if path.OK() && !path.Is("string") {
		p.runs[path.Text()] = true
	}
}

// temporary reports whether a path comes from tempfile or is a buffer.
func (p *pythonFile) temporary(path syntax.Node) bool {
	found := false
	check := func(n syntax.Node) {
		name := p.resolve(n)
		found = found || strings.HasPrefix(name, "tempfile.") || strings.HasPrefix(name, "io.BytesIO") || strings.HasPrefix(name, "io.StringIO")
	}
	check(path)
	path = p.follow(path)
	path.Walk(func(n syntax.Node) bool {
		if n.Is("identifier", "attribute", "call") {
			check(n)
		}
		return !found
	})
	return found
}
