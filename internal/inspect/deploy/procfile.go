package deploy

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

var processLine = regexp.MustCompile(`^([A-Za-z0-9_-]+):\s*(\S.*)$`)

// Procfile reads a Procfile: one process type a line.
func Procfile(e *inspect.Emitter, content []byte) error {
	var err error
	for i, line := range strings.Split(string(shell.PlainText(content)), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		m := processLine.FindStringSubmatch(line)
		if m == nil {
			if err == nil {
				err = inspect.ParseError(i+1, "no process type: a line is NAME: COMMAND")
			}
			continue
		}
		e.Emit(i+1, i+1, inspect.Process{Name: m[1], Start: shell.StartOf(m[2], i+1), Release: m[1] == "release"})
	}
	return err
}
