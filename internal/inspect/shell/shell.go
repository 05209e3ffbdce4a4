package shell

import (
	"bytes"
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"twelvefold/internal/inspect"
)

// Extract reads a shell script: its commands, the variables that it takes from
// its environment, the literal secrets that it assigns, its shebang.
func Extract(e *inspect.Emitter, content []byte) error {
	text := string(PlainText(content))
	interpreter, options := Shebang(text)
	if interpreter != "" {
		line, _, _ := strings.Cut(text, "\n")
		e.Emit(1, 1, inspect.EntryPoint{Via: strings.TrimSpace(line)})
	}
	lang, ok := shellDialect(interpreter)
	if !ok {
		return nil // a script of another language under a shell's name
	}
	s, err := parseScript(text, 1, lang)
	if s == nil || s.file == nil {
		return err
	}
	s.whole = e.Whole
	for _, c := range s.commands() {
		e.Emit(c.Line, c.Line, c)
	}
	s.variables(e, strings.Contains(options, "u"))
	return err
}

// ExtractScript reads a file that nothing but its first line tells to be a
// script of the shell.
func ExtractScript(e *inspect.Emitter, content []byte) error {
	line, _, _ := bytes.Cut(content, []byte{'\n'})
	interpreter, _ := Shebang(string(PlainText(line)))
	if _, ok := shellDialect(interpreter); !ok || interpreter == "" {
		return nil
	}
	return Extract(e, content)
}

// PlainText drops a byte order mark and NUL bytes, and makes every line end in
// one line feed: no format read here gives these a meaning, some of the
// parsers refuse them. Line numbers stay.
func PlainText(content []byte) []byte {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	if bytes.IndexByte(content, 0) >= 0 {
		content = bytes.ReplaceAll(content, []byte{0}, nil)
	}
	if bytes.IndexByte(content, '\r') >= 0 {
		content = bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n"))
	}
	return content
}

// Shebang is the base name of the interpreter that a first line names, and the
// short options it is given: "bash", "eu" of "#!/usr/bin/env -S bash -eu".
func Shebang(text string) (interpreter, options string) {
	if !strings.HasPrefix(text, "#!") {
		return "", ""
	}
	line, _, _ := strings.Cut(text[2:], "\n")
	for _, word := range strings.Fields(line) {
		switch {
		case strings.HasPrefix(word, "-"):
			if interpreter != "" {
				options += strings.TrimLeft(word, "-")
			}
		case interpreter == "" && path.Base(word) != "env":
			interpreter = path.Base(word)
		}
	}
	return interpreter, options
}

func shellDialect(interpreter string) (lang syntax.LangVariant, ok bool) {
	switch interpreter {
	case "", "sh", "bash", "dash", "ash", "busybox", "tini", "dumb-init", "with-contenv":
		return syntax.LangBash, true
	case "zsh":
		return syntax.LangZsh, true
	case "ksh", "mksh", "ksh93":
		return syntax.LangMirBSDKorn, true
	case "bats":
		return syntax.LangBats, true
	}
	return 0, false
}
