package dev

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/shell"
)

// program is the only program that the Procfile may start here: dev runs
// Twelvefold's own process types, not whatever lies in the working directory.
const program = "twelvefold"

// releaseType is the process type that runs once, before the others.
const releaseType = "release"

// processType is one line of the Procfile: `web: twelvefold web`.
type processType struct {
	name    string
	command string
}

var procfileLine = regexp.MustCompile(`^([A-Za-z0-9_-]+):\s*(.+)$`)

// readProcfile reads dir's Procfile, in its order.
func readProcfile(dir string) ([]processType, error) {
	text, err := os.ReadFile(filepath.Join(dir, "Procfile"))
	if os.IsNotExist(err) {
		return nil, wrong("there is no Procfile in %s: run dev in a checkout of Twelvefold", dir)
	}
	if err != nil {
		return nil, wrong("can't read the Procfile: %v", err)
	}
	var types []processType
	for n, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		m := procfileLine.FindStringSubmatch(line)
		if m == nil {
			return nil, wrong("line %d of the Procfile is not of the form `name: command`: %s", n+1, line)
		}
		types = append(types, processType{m[1], m[2]})
	}
	if len(types) == 0 {
		return nil, wrong("the Procfile in %s has no process types", dir)
	}
	return types, nil
}

// arguments are the words of the command with variables expanded. There is no
// shell between dev and the process: signals and exit statuses are its own.
func (p processType) arguments(getenv func(string) string) ([]string, error) {
	words, err := shell.Fields(p.command, getenv)
	if err != nil || len(words) == 0 {
		return nil, wrong("the Procfile's command for %s is not a plain command: %s", p.name, p.command)
	}
	if words[0] != program {
		return nil, wrong("the Procfile's %s starts %q: dev only runs a checkout of Twelvefold, whose process types start %q", p.name, words[0], program)
	}
	return words, nil
}
