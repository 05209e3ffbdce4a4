package csharp

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// fileWrites are methods of System.IO.File by the place of the path that is
// written; those that append have true in appends.
var (
	fileWrites = map[string]int{
		"WriteAllText": 0, "WriteAllTextAsync": 0, "WriteAllBytes": 0, "WriteAllBytesAsync": 0, "WriteAllLines": 0, "WriteAllLinesAsync": 0, "AppendAllText": 0, "AppendAllTextAsync": 0, "AppendAllLines": 0, "AppendAllLinesAsync": 0,
		"AppendText": 0, "Create": 0, "CreateText": 0, "OpenWrite": 0, "Copy": 1, "Move": 1, "Replace": 1,
	}
	writingModes = map[string]bool{"Create": true, "CreateNew": true, "OpenOrCreate": true, "Append": true, "Truncate": true}
	imageSaves   = setOf(strings.Fields("Save SaveAsync SaveAsPng SaveAsPngAsync SaveAsJpeg SaveAsJpegAsync SaveAsWebp SaveAsWebpAsync"))
)

// fileCall states a write to the local file system. Temporary files are none:
// they are meant to be lost.
func (f *file) fileCall(c call) {
	path, via, add := syntax.Node{}, c.name, false
	switch {
	case c.name == "System.IO.File."+c.method, lastName(c.object) == "File" && strings.Contains(lastName(receiver(c.object)), "ileSystem"):
		if c.name != "System.IO.File."+c.method {
			via = "System.IO.Abstractions.IFile." + c.method
		}
		at, known := fileWrites[c.method]
		switch {
		case known:
			path = c.arg(at, "path", "destFileName", "destinationFileName")
		case c.method == "Open":
			path = f.opened(c, 1)
		}
		add = strings.HasPrefix(c.method, "Append") || strings.HasSuffix(c.arg(1, "mode").Text(), "FileMode.Append")
	case c.new && c.name == "System.IO.FileStream":
		path = f.opened(c, 1)
		add = strings.HasSuffix(c.arg(1, "mode").Text(), "FileMode.Append")
	case c.new && c.name == "System.IO.StreamWriter":
		path = c.arg(0, "path")
		if !f.isPath(path) {
			return
		}
		flag, _ := f.literal(c.arg(1, "append"))
		add = flag == "true"
	case c.method == "PersistKeysToFileSystem" && c.object.OK():
		path, via = c.arg(0, "directory"), "Microsoft.AspNetCore.DataProtection.PersistKeysToFileSystem"
	case imageSaves[c.method] && c.object.OK() && (f.importsUnder("SixLabors.ImageSharp") || f.usings["System.Drawing"]) && f.isPath(c.arg(0)):
		path, via = c.arg(0, "path"), "SixLabors.ImageSharp.Image."+c.method
		if f.usings["System.Drawing"] && !f.importsUnder("SixLabors.ImageSharp") {
			via = "System.Drawing.Image." + c.method
		}
	case c.name == "System.IO.Compression.ZipFile.CreateFromDirectory":
		path = c.arg(1, "destinationArchiveFileName")
	}
	if !path.OK() || f.temporary(path) {
		return
	}
	handler := f.handler(c.Node).OK()
	f.state(c.Node, inspect.FileWrite{Via: via, Path: f.valueOf(path), Append: add, Handler: handler, Upload: f.holdsUpload(c), Code: f.runsLater(c.Node, path), Temporary: f.namesTemporary(path) || syntax.Removed(c.Node, path), Served: f.underWebRoot(path), Settings: inspect.NamesSettings(path.Text()) || inspect.NamesSettings(f.follow(path).Text()), Keeper: inspect.Keeper(syntax.FunctionName(c.Node))})
}

// underWebRoot reports whether a path is made of the web root's, through names,
// properties and methods of this file.
func (f *file) underWebRoot(path syntax.Node) bool {
	seen := map[string]bool{}
	list := []syntax.Node{path}
	for hop := 0; hop < 4 && len(list) > 0; hop++ {
		wanted := map[string]bool{}
		for _, n := range list {
			n.Walk(func(x syntax.Node) bool {
				if name := x.Text(); x.Is("identifier") && !seen[name] {
					seen[name], wanted[name] = true, true
				}
				return true
			})
		}
		if wanted["WebRootPath"] {
			return true
		}
		list = nil
		f.tree.Root().Walk(func(n syntax.Node) bool {
			if n.Is("variable_declarator", "property_declaration", "method_declaration") && wanted[n.Field("name").Text()] && len(n.Text()) < 600 {
				list = append(list, n)
			}
			return true
		})
	}
	return false
}

// opened is the path of a file that is opened to be written.
func (f *file) opened(c call, place int) syntax.Node {
	mode := lastName(c.arg(place, "mode"))
	access := lastName(c.arg(place+1, "access"))
	if options := property(f.callOf(f.follow(c.arg(place))).initializer, "Mode"); options.OK() {
		mode = lastName(options)
	}
	if !writingModes[mode] && access != "Write" && access != "ReadWrite" || access == "Read" {
		return syntax.Node{}
	}
	return c.arg(0, "path")
}

// isPath reports whether an argument is a path rather than a stream.
func (f *file) isPath(n syntax.Node) bool {
	if !n.OK() {
		return false
	}
	v := f.evaluate(n)
	if v.Has || n.Is("interpolated_string_expression") || n.Is("binary_expression") && operator(n) == "+" {
		return true
	}
	name := strings.ToLower(lastName(n))
	made := f.follow(n)
	if made.Is("invocation_expression") {
		if c := f.callOf(made); c.name == "System.IO.Path.Combine" || c.name == "System.IO.Path.Join" {
			return true
		}
	}
	if b := f.target(n); b != nil && b.typ.Is("predefined_type") {
		return b.typ.Text() == "string"
	}
	return strings.HasSuffix(name, "path") || strings.HasSuffix(name, "filename") || strings.HasSuffix(name, "file")
}

// temporary reports whether a path is one of temporary files.
func (f *file) temporary(path syntax.Node) bool {
	if f.evaluate(path).Source == inspect.Random {
		made := f.follow(path)
		found := false
		check := func(n syntax.Node) {
			n.Walk(func(c syntax.Node) bool {
				if c.Is("invocation_expression", "identifier") {
					name := lastName(c)
					found = found || strings.HasPrefix(name, "GetTemp") || name == "CreateTempSubdirectory"
					if c.Is("identifier") && !found {
						if b := f.target(c); b != nil && len(b.values) == 1 {
							found = strings.Contains(b.values[0].Text(), "GetTemp") || strings.Contains(b.values[0].Text(), "CreateTempSubdirectory")
						}
					}
				}
				return !found
			})
		}
		check(path)
		check(made)
		return found
	}
	name := strings.ToLower(lastName(path))
	return strings.HasPrefix(name, "temp") || strings.HasPrefix(name, "tmp")
}

// holdsUpload reports whether what is written came from a person: a stream that
// a function with such a file opens, or contents that are not literal.
func (f *file) holdsUpload(c call) bool {
	switch {
	case c.method == "StreamWriter", c.method == "PersistKeysToFileSystem":
		return false
	case strings.HasPrefix(c.method, "Write") || strings.HasPrefix(c.method, "Append"):
		if f.evaluate(c.arg(1)).Source == inspect.Literal {
			return false
		}
	}
	return f.takesUpload(c.Node)
}

// uploads are the types of what a person sends.
var uploads = setOf([]string{"IFormFile", "IFormFileCollection", "IBrowserFile", "IEnumerable<IFormFile>", "List<IFormFile>"})

// takesUpload reports whether the function around n is given a file of a form,
// or reads one from the request.
func (f *file) takesUpload(n syntax.Node) bool {
	for fn := enclosingFunction(n); fn.OK(); fn = enclosingFunction(fn) {
		for _, p := range parameters(fn) {
			typ := p.Field("type")
			if uploads[simpleName(typ)] || uploads[typ.Text()] {
				return true
			}
		}
		body := bodyOf(fn).Text()
		if strings.Contains(body, "Request.Form.Files") || strings.Contains(body, "Request.Body") || strings.Contains(body, ".OpenReadStream(") {
			return true
		}
	}
	return false
}

// runsLater reports whether what is written is loaded or started by the same
// function.
func (f *file) runsLater(n, path syntax.Node) bool {
	if !path.Is("identifier") {
		return false
	}
	for _, name := range []string{"LoadFrom", "LoadFile", "LoadFromAssemblyPath", "Start"} {
		for _, call := range f.calls[name] {
			c := f.callOf(call)
			if enclosingMethod(call) == enclosingMethod(n) && c.arg(0).Text() == path.Text() && call.Line() >= n.Line() && (c.name == "System.Diagnostics.Process.Start" || name != "Start") {
				return true
			}
		}
	}
	return false
}

// namesTemporary reports whether a path, or what it was made of, is named for
// what may be lost.
func (f *file) namesTemporary(path syntax.Node) bool {
	return inspect.NamesTemporary(path.Text()) || inspect.NamesTemporary(f.follow(path).Text())
}
