package inspect

import (
	"regexp"
	"strings"
)

var processLine = regexp.MustCompile(`^([A-Za-z0-9_-]+):\s*(\S.*)$`)

// procfile reads a Procfile: one process type a line.
func procfile(e *emitter, content []byte) error {
	var err error
	for i, line := range strings.Split(string(plainText(content)), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		m := processLine.FindStringSubmatch(line)
		if m == nil {
			if err == nil {
				err = parseError(i+1, "no process type: a line is NAME: COMMAND")
			}
			continue
		}
		e.emit(i+1, i+1, Process{Name: m[1], Start: startOf(m[2], i+1), Release: m[1] == "release"})
	}
	return err
}
