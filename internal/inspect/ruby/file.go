package ruby

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// opens are functions that open a file with a mode at the second place;
// writes write their first argument, copies their second.
var (
	opens  = map[string]bool{"File.open": true, "File.new": true, "open": true, "Kernel.open": true, "CSV.open": true, "IO.sysopen": true, "Zlib::GzipWriter.open": true, "Pathname.new.open": true, "Pathname.open": true, "Zip::File.open": true, "Zip::OutputStream.open": true}
	wrote  = map[string]bool{"File.write": true, "File.binwrite": true, "IO.write": true, "IO.binwrite": true, "File.atomic_write": true, "PStore.new": true, "YAML::Store.new": true}
	copies = map[string]bool{"FileUtils.cp": true, "FileUtils.copy": true, "FileUtils.mv": true, "FileUtils.move": true, "FileUtils.copy_file": true, "FileUtils.cp_r": true, "FileUtils.install": true, "FileUtils.ln_s": false, "File.rename": true, "IO.copy_stream": true, "FileUtils.copy_stream": false}
)

// fileCall states a write to the local file system. Temporary files of Tempfile
// are none: they are meant to be lost.
func (f *rubyFile) fileCall(c call) {
	path, mode := syntax.Node{}, ""
	switch {
	case opens[c.name]:
		path = c.args.arg(0)
		mode = f.openMode(c)
		if strings.HasPrefix(c.name, "Zlib") || c.name == "Zip::OutputStream.open" {
			mode = "w"
		}
		if strings.HasPrefix(c.name, "Zip::File") && (c.args.arg(1).Text() == "Zip::File::CREATE" || c.args.arg(-1, "create").Is("true")) {
			mode = "w"
		}
		if (c.name == "open" || c.name == "Kernel.open") && strings.HasPrefix(f.leading(path), "|") {
			return
		}
	case wrote[c.name]:
		path, mode = c.args.arg(0), "w"
		if given, _ := f.literal(c.args.arg(-1, "mode")); given != "" {
			mode = given
		}
	case copies[c.name]:
		path, mode = c.args.arg(1), "w"
	case (c.method == "write" || c.method == "binwrite" || c.method == "open") && c.receiver.OK() && f.isPath(c.receiver):
		path, mode = c.receiver, "w"
		if c.method == "open" {
			mode, _ = f.literal(c.args.arg(0))
		}
		if given, _ := f.literal(c.args.arg(-1, "mode")); given != "" {
			mode = given
		}
	}
	if !path.OK() || !strings.ContainsAny(mode, "wax+") || f.temporary(path) {
		return
	}
	fn, _ := f.servedBy(c.Node)
	v := f.valueOf(path)
	if v.Text == "/dev/null" {
		return
	}
	f.say(c.Node, inspect.FileWrite{
		Via: c.shownName(), Path: v, Append: strings.Contains(mode, "a"), Handler: fn.OK(), Upload: fn.OK() && f.takesUpload(c), Code: f.runsFile(c, path),
		Temporary: inspect.NamesTemporary(path.Text()) || inspect.NamesTemporary(f.follow(path).Text()) || syntax.Removed(c.Node, path),
		Settings:  inspect.NamesSettings(path.Text()) || inspect.NamesSettings(f.follow(path).Text()),
		Keeper:    inspect.Keeper(syntax.FunctionName(c.Node)),
	})
}

// shownName is the name of a call as facts show it: a path's method is Pathname's.
func (c call) shownName() string {
	if c.name == "" || strings.HasPrefix(c.name, "Rails.root") || strings.Contains(c.name, "config.root") {
		return "Pathname#" + c.method
	}
	return strings.Replace(c.name, "Pathname.new.", "Pathname#", 1)
}

// openMode is the mode that a file is opened with; "r" by default.
func (f *rubyFile) openMode(c call) string {
	at := c.args.arg(1, "mode")
	if text, ok := f.literal(at); ok && !at.Is("integer") {
		return text
	}
	if at.Is("binary", "scope_resolution") { // File::WRONLY | File::CREAT
		text := at.Text()
		switch {
		case strings.Contains(text, "APPEND"):
			return "a"
		case strings.Contains(text, "WRONLY"), strings.Contains(text, "RDWR"):
			return "w"
		}
	}
	return ""
}

// temporary reports whether a path is a temporary file's or directory's.
func (f *rubyFile) temporary(path syntax.Node) bool {
	found := false
	path.Walk(func(n syntax.Node) bool {
		if n.Is("identifier", "call", "instance_variable", "constant") {
			name := f.resolve(n)
			found = found || strings.HasPrefix(name, "Tempfile.") || strings.HasPrefix(name, "Dir.mktmpdir") || strings.HasPrefix(name, "Dir.tmpdir") || strings.HasPrefix(name, "StringIO") || strings.HasPrefix(name, "Dir::Tmpname")
			if v := f.evaluate(n); v.Has && (v.Text == "/tmp" || strings.HasPrefix(v.Text, "/tmp/")) {
				found = true
			}
		}
		return !found && f.burn()
	})
	return found || f.evaluate(path).Source == inspect.Random
}

// takesUpload reports whether what is written came with the request: an
// uploaded file or the body.
func (f *rubyFile) takesUpload(c call) bool {
	from := func(n syntax.Node) bool {
		found := false
		n.Walk(func(x syntax.Node) bool {
			switch x.Kind() {
			case "element_reference":
				name := f.resolve(x)
				found = found || strings.HasPrefix(name, "params[]")
			case "call":
				m := x.Field("method").Text()
				name := f.callee(x)
				found = found || strings.HasPrefix(name, "params") || strings.HasPrefix(name, "request.body") || strings.HasPrefix(name, "request.raw_post") || m == "original_filename" || m == "tempfile"
			case "identifier":
				name := f.resolve(x)
				found = found || strings.HasPrefix(name, "params[]") || strings.HasPrefix(name, "request.body") || x.Text() == "uploaded_file" || x.Text() == "uploaded_io"
			}
			return !found && f.burn()
		})
		return found
	}
	if from(c.Field("arguments")) {
		return true
	}
	for _, inner := range f.callsWithin(c.block) { // file.write(params[:file].read)
		if c.block.OK() && (inner.method == "write" || inner.method == "<<" || inner.method == "puts" || inner.method == "copy_stream") && from(inner.Field("arguments")) {
			return true
		}
	}
	return false
}

// runsFile reports whether what is written is loaded afterwards.
func (f *rubyFile) runsFile(c call, path syntax.Node) bool {
	scope := c.Up(closedScopes...)
	written := strings.TrimSuffix(path.Text(), ".to_s")
	for _, other := range f.callsWithin(scope) {
		switch other.method {
		case "load", "require", "require_dependency", "load_file", "instance_eval", "class_eval", "eval":
			if given := other.args.arg(0); other.Index() > c.Index() && given.OK() && strings.TrimSuffix(given.Text(), ".to_s") == written &&
				(other.name == other.method || other.name == "Kernel.load" || strings.HasPrefix(other.name, "Rails.autoloaders")) {
				return true
			}
		}
	}
	return false
}
