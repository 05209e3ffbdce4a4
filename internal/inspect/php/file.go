package php

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// write says where a call that writes a file has its path and its content.
type write struct {
	path, content int  // places; content -1 without
	append        bool // it always appends
	upload        bool // what is written is always a person's file
}

// writes are calls that write a file, by resolved name.
var writes = lowered(map[string]write{
	"file_put_contents": {0, 1, false, false}, "copy": {1, 0, false, false}, "rename": {1, 0, false, false}, "move_uploaded_file": {1, -1, false, true}, "imagejpeg": {1, -1, false, false}, "imagepng": {1, -1, false, false},
	"imagegif": {1, -1, false, false}, "imagewebp": {1, -1, false, false}, facade + "File::put": {0, 1, false, false}, facade + "File::append": {0, 1, true, false}, facade + "File::copy": {1, 0, false, false}, facade + "File::move": {1, 0, false, false},
	`Illuminate\Filesystem\Filesystem->put`: {0, 1, false, false}, `Illuminate\Filesystem\Filesystem->append`: {0, 1, true, false}, `Symfony\Component\Filesystem\Filesystem->dumpFile`: {0, 1, false, false},
	`Symfony\Component\Filesystem\Filesystem->appendToFile`: {0, 1, true, false}, `Symfony\Component\Filesystem\Filesystem->copy`: {1, 0, false, false}, "wp_handle_upload": {0, -1, false, true},
	`Symfony\Component\HttpFoundation\File\UploadedFile->move`: {0, -1, false, true}, `Psr\Http\Message\UploadedFileInterface->moveTo`: {0, -1, false, true}, "ZipArchive->extractTo": {0, -1, false, false},
	"SimpleXMLElement->asXML": {0, -1, false, false}, "DOMDocument->save": {0, -1, false, false}, "PharData->extractTo": {0, -1, false, false},
})

// fileCall states a write to the local file system. Temporary files and streams
// are none.
func (s *script) fileCall(c call) {
	switch c.key {
	case "fopen", "new splfileobject", "gzopen":
		s.opened(c)
		return
	case "touch":
		if s.namesSettings(c.args.at(0)) {
			s.fileFact(c, c.args.at(0), syntax.Node{}, write{})
		}
		return
	case "error_log":
		if kind, _ := s.literal(c.args.at(1)); kind == "3" {
			s.fileFact(c, c.args.at(2), syntax.Node{}, write{append: true})
		}
		return
	}
	if w, known := writes[c.key]; known {
		if w.append = w.append || c.key == "file_put_contents" && strings.Contains(written(c.args.at(2, "flags")), "FILE_APPEND"); c.args.at(w.path).OK() {
			s.fileFact(c, c.args.at(w.path, "filename", "path", "destination", "to"), c.args.at(w.content, "data", "contents", "content"), w)
		}
		return
	}
	s.uploadCall(c)
	s.diskCall(c)
}

// opened states fopen($path, 'w').
func (s *script) opened(c call) {
	mode, _ := s.literal(c.args.at(1, "mode"))
	if strings.ContainsAny(mode, "waxc+") {
		s.fileFact(c, c.args.at(0, "filename"), syntax.Node{}, write{append: strings.Contains(mode, "a")})
	}
}

func (s *script) fileFact(c call, path, content syntax.Node, w write) {
	v := s.valueOf(path)
	if !path.OK() || strings.Contains(v.Text, "://") || v.Text == "/dev/null" || strings.HasPrefix(v.Text, "/dev/std") || s.temporary(path) {
		return
	}
	fact := inspect.FileWrite{
		Via: via(c.name), Path: v, Append: w.append, Handler: s.inHandler(c.Node),
		Upload: w.upload || s.fromPerson(content), Code: s.runsLater(path, content), Temporary: s.namesTemporary(path) || syntax.Removed(c.Node, path), Settings: s.namesSettings(path),
		Keeper: inspect.Keeper(syntax.FunctionName(c.Node)),
	}
	s.state(c.Node, fact)
}

// temporary reports whether a path is one that is meant to be lost.
func (s *script) temporary(path syntax.Node) bool {
	found := false
	check := func(root syntax.Node) {
		left := 60
		root.Walk(func(n syntax.Node) bool {
			left--
			if n.Is("function_call_expression") {
				name := s.functionName(n.Field("function"))
				found = found || name == "tempnam" || name == "sys_get_temp_dir" || name == "tmpfile"
			}
			return !found && left > 0
		})
	}
	check(path)
	for range 3 {
		next := s.follow(firstOperand(path))
		if next == path || found {
			break
		}
		check(next)
		path = next
	}
	return found || strings.HasPrefix(s.valueOf(path).Text, "/tmp/")
}

// firstOperand is what a concatenation begins with.
func firstOperand(n syntax.Node) syntax.Node {
	for n.Is("binary_expression") && n.Field("left").OK() {
		n = n.Field("left")
	}
	return n
}

// fromPerson reports whether an expression is a file or a body that a request
// brings.
func (s *script) fromPerson(n syntax.Node) bool {
	found := false
	left := 60
	s.follow(n).Walk(func(n syntax.Node) bool {
		left--
		switch n.Kind() {
		case "variable_name":
			found = found || n.Text() == "$_FILES" || n.Text() == "$_POST" || n.Text() == "$_REQUEST"
		case "string":
			found = found || n.Text() == `'php://input'`
		case "member_call_expression":
			object := s.resolve(n.Field("object"))
			found = found || strings.HasSuffix(object, `\Request`) || object == "request()"
		}
		return !found && left > 0
	})
	return found
}

// runsLater reports whether the file that is written is included or run by the
// same code. Exported data that PHP reads back is no code.
func (s *script) runsLater(path, content syntax.Node) bool {
	return path.OK() && s.included[written(path)] && !strings.Contains(content.Text(), "var_export")
}

// isMark reports whether a file is written only to be there: its name and what
// it holds are literal, and it is of no format.
func (s *script) isMark(c call) bool {
	name, ok := s.literal(c.args.at(0))
	_, also := s.literal(c.args.at(1))
	return ok && also && c.method == "put" && name != "" && !strings.Contains(name, ".")
}

// namesSettings reports whether a path, or what it was made of, is named for the
// program's own settings.
func (s *script) namesSettings(path syntax.Node) bool {
	return inspect.NamesSettings(path.Text()) || inspect.NamesSettings(s.follow(path).Text())
}

// namesTemporary reports whether a path, or what it was made of, is named for
// what may be lost.
func (s *script) namesTemporary(path syntax.Node) bool {
	return inspect.NamesTemporary(path.Text()) || inspect.NamesTemporary(s.follow(path).Text())
}
