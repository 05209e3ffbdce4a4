package ecmascript

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// fileWriters are functions that write to a path, by symbol, with the place of
// the path among the arguments.
var fileWriters = map[string]int{
	"writeFile": 0, "writeFileSync": 0, "appendFile": 0, "appendFileSync": 0, "createWriteStream": 0,
	"outputFile": 0, "outputFileSync": 0, "outputJson": 0, "outputJSON": 0, "outputJsonSync": 0, "writeJson": 0, "writeJSON": 0, "writeJsonSync": 0,
	"copyFile": 1, "copyFileSync": 1, "rename": 1, "renameSync": 1, "copy": 1, "move": 1, "moveSync": 1,
}

var fileModule = regexp.MustCompile(`^(fs|fs/promises|fs\.promises|fs-extra|graceful-fs|fs-extra/esm)\.(\w+)$`)

// readFileWrite states writes to the local file system.
func (f *ecmaFile) readFileWrite(c ecmaCall) {
	if f.told[c.node.Index()] {
		return
	}
	if m := fileModule.FindStringSubmatch(c.callee); m != nil {
		if at, ok := fileWriters[m[2]]; ok {
			f.sayFileWrite(c, c.callee, f.filePath(c.arg(at)), strings.HasPrefix(m[2], "append") || f.appends(c), false, f.takesUpload(c))
		}
		return
	}
	switch c.callee {
	case "Bun.write", "Deno.writeTextFile", "Deno.writeFile", "Deno.writeTextFileSync", "Deno.writeFileSync":
		f.sayFileWrite(c, c.callee, f.filePath(c.arg(0)), f.appends(c), false, f.takesUpload(c))
	case "multer":
		if dest := f.property(f.object(c.arg(0)), "dest"); dest.OK() {
			f.sayFileWrite(c, "multer", f.value(dest), false, true, true)
		}
	case "@nestjs/platform-express.MulterModule.register", "@nestjs/platform-express.FileInterceptor", "@nestjs/platform-express.FilesInterceptor", "@nestjs/platform-express.AnyFilesInterceptor", "@nestjs/platform-express.FileFieldsInterceptor":
		for _, a := range c.args {
			if dest := f.property(f.object(a), "dest"); dest.OK() {
				f.sayFileWrite(c, c.callee, f.value(dest), false, true, true)
			}
		}
	case "multer.diskStorage":
		f.sayFileWrite(c, "multer", f.destination(c), false, true, true)
	case "formidable", "formidable.formidable", "formidable.IncomingForm":
		if dir := f.property(f.object(c.arg(0)), "uploadDir"); dir.OK() {
			f.sayFileWrite(c, "formidable", f.value(dir), false, true, true)
		}
	}
	switch {
	case c.method == "mv" && f.isUpload(c.recv):
		f.sayFileWrite(c, "express-fileupload", f.filePath(c.arg(0)), false, true, true)
	case c.method == "toFile" && strings.HasPrefix(c.callee, "sharp()"):
		f.sayFileWrite(c, "sharp.toFile", f.filePath(c.arg(0)), false, false, f.takesUpload(c))
	}
}

// filePath is the value of a path. Of one whose end the file does not tell, Text
// is the beginning (without HasText): of path.join(os.tmpdir(), name), "/tmp/".
func (f *ecmaFile) filePath(n syntax.Node) inspect.Value {
	v := f.value(n)
	if v.Source == inspect.Unknown || v.Source == inspect.Input {
		v.Text, _, _ = strings.Cut(f.prefix(n, maxHops), "\x00")
	}
	return v
}

func (f *ecmaFile) sayFileWrite(c ecmaCall, via string, path inspect.Value, appends, handler, upload bool) {
	f.say(c.node, inspect.FileWrite{
		Via: via, Path: path, Append: appends, Handler: handler || f.servesRequest(c.node), Upload: upload, Code: f.runsWritten(c),
		Temporary: inspect.NamesTemporary(path.Text) || inspect.NamesTemporary(c.arg(0).Text()) || inspect.NamesTemporary(f.definition(c.arg(0)).Text()) || syntax.Removed(c.node, writtenPath(c)),
		Settings:  f.namesSettings(c, path),
		Keeper:    inspect.Keeper(syntax.FunctionName(c.node)),
	})
	if upload && via != "multer" && via != "formidable" { // those state their store themselves
		f.say(c.node, inspect.Store{Purpose: inspect.ForUploads, Via: via, Store: inspect.StoreFile, Choice: path, Debug: f.debugOnly(c.node)})
	}
}

// namesSettings reports whether the path that is written is named for the
// program's own settings.
func (f *ecmaFile) namesSettings(c ecmaCall, path inspect.Value) bool {
	at := writtenPath(c)
	return inspect.NamesSettings(path.Text) || inspect.NamesSettings(at.Text()) || inspect.NamesSettings(f.definition(at).Text())
}

// writtenPath is the argument of a writer that holds the path.
func writtenPath(c ecmaCall) syntax.Node {
	if m := fileModule.FindStringSubmatch(c.callee); m != nil {
		return c.arg(fileWriters[m[2]])
	}
	return c.arg(0)
}

// givenBuffer reports whether what is written is the content of a file of Multer's
// that the function around is given: file.buffer.
func (f *ecmaFile) givenBuffer(c ecmaCall) bool {
	data := ecmaBare(c.arg(1))
	if !data.Is("member_expression") || data.Field("property").Text() != "buffer" || !strings.Contains(c.callee, "rite") {
		return false
	}
	root := ecmaBare(data.Field("object"))
	b := f.lookup(root)
	return root.Is("identifier") && b != nil && b.how == ecmaParameter && givenFile.MatchString(root.Text())
}

// givenFile is what a function calls a file that it is given.
var givenFile = regexp.MustCompile(`(?i)^(uploaded_?)?(file|image|img|photo|picture|avatar|upload|document|attachment|video|media)$`)

var uploadProperty = regexp.MustCompile(`^(file|files|body|rawBody|originalname|originalFilename|filepath)$`)

// takesUpload reports whether what is written, or its name, came with a request.
func (f *ecmaFile) takesUpload(c ecmaCall) bool {
	if f.givenBuffer(c) {
		return true
	}
	if !f.servesRequest(c.node) {
		return false
	}
	for _, a := range c.args[:min(len(c.args), 2)] {
		if f.fromUpload(a, 5) {
			return true
		}
	}
	// file.pipe(fs.createWriteStream(path)), pipeline(file, fs.createWriteStream(path))
	if call := c.node.Parent().Parent(); strings.HasSuffix(c.callee, "createWriteStream") && call.Is("call_expression") {
		outer := f.callOf(call)
		return outer.method == "pipe" && f.fromUpload(outer.recv, 5) || len(outer.args) > 1 && outer.args[0] != c.node && f.fromUpload(outer.args[0], 5)
	}
	return false
}

// fromUpload reports whether an expression mentions req.file, req.body, or what
// was taken out of them.
func (f *ecmaFile) fromUpload(n syntax.Node, depth int) (found bool) {
	if !n.OK() || depth == 0 {
		return false
	}
	n.Walk(func(m syntax.Node) bool {
		switch {
		case found || !f.burn():
			return false
		case m.Is("member_expression"):
			root, path := ecmaPath(m)
			b := f.lookup(root)
			request := requestName.MatchString(root.Text()) || root.Text() == "ctx" || b != nil && b.how == ecmaParameter && root.Text() == "file"
			found = request && len(path) > 0 && (uploadProperty.MatchString(path[0]) || len(path) > 1 && uploadProperty.MatchString(path[1]))
		case m.Is("identifier"):
			b := f.lookup(m)
			if b == nil || b.how != ecmaVariable || b.scope.top() {
				return !found
			}
			if len(b.path) > 0 && uploadProperty.MatchString(b.path[0]) && requestName.MatchString(ecmaBare(b.value).Text()) {
				found = true
			} else {
				found = f.fromUpload(b.value, depth-1)
			}
		}
		return !found
	})
	return found
}

// runsWritten reports whether the file that a call writes is loaded as code by
// the same program: require(path) of the same expression.
func (f *ecmaFile) runsWritten(c ecmaCall) bool {
	if f.loaded == nil {
		f.loaded = map[string]bool{}
		for _, other := range f.calls {
			target := other.node.Field("function")
			if target.Is("import") || other.callee == "require" || other.callee == "child_process.fork" || other.callee == "worker_threads.Worker" {
				if a := other.arg(0); a.Is("identifier", "member_expression", "call_expression") {
					f.loaded[a.Text()] = true
				}
			}
		}
	}
	return len(c.args) > 0 && f.loaded[c.args[0].Text()]
}

// appends reports whether a writer's options ask to append.
func (f *ecmaFile) appends(c ecmaCall) bool {
	for _, a := range c.args[min(1, len(c.args)):] {
		options := f.object(a)
		if v := f.value(f.property(options, "flags", "flag", "append")); v.IsLiteral() && (strings.HasPrefix(v.Text, "a") || v.Text == "true") {
			return true
		}
	}
	return false
}

// destination is where multer's disk storage writes: a directory, or what its
// function hands to the callback.
func (f *ecmaFile) destination(c ecmaCall) inspect.Value {
	options := f.object(c.arg(0))
	v := f.property(options, "destination")
	if !v.OK() {
		return fold.Literal("/tmp").Kept(false) // multer's own default
	}
	fn := f.function(v)
	if !fn.OK() {
		return f.value(v)
	}
	params := ecmaParameters(fn)
	out := inspect.Value{Source: inspect.Unknown}
	if len(params) == 0 {
		return out
	}
	callback := params[len(params)-1].Text()
	fn.Field("body").Walk(func(n syntax.Node) bool {
		if n.Is("call_expression") && n.Field("function").Text() == callback {
			if args := ecmaArgs(n); len(args) > 1 && out.Source == inspect.Unknown {
				if out = f.value(args[1]); !out.HasText {
					if begins, _, _ := strings.Cut(f.prefix(args[1], maxHops), "\x00"); strings.Contains(begins, "/") {
						out.Text, out.HasText = begins, true
					}
				}
			}
		}
		return true
	})
	return out
}

// isUpload reports whether an expression comes from req.files.
func (f *ecmaFile) isUpload(n syntax.Node) bool {
	for range 6 {
		root, path := ecmaPath(n)
		for _, name := range path {
			if name == "files" {
				return true
			}
		}
		b := f.lookup(root)
		if b == nil || b.how != ecmaVariable || !b.value.OK() {
			return false
		}
		if len(b.path) > 0 && b.path[0] == "files" {
			return true
		}
		n = b.value
	}
	return false
}
