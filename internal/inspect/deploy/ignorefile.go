package deploy

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

// IgnoreFile reads a .gitignore or a .dockerignore.
func IgnoreFile(e *inspect.Emitter, content []byte) error {
	patterns := []string{}
	lines := strings.Split(string(shell.PlainText(content)), "\n")
	for _, line := range lines {
		line = strings.TrimRight(line, " \t")
		if line != "" && !strings.HasPrefix(line, "#") {
			patterns = append(patterns, line)
		}
	}
	e.Emit(1, len(lines), inspect.IgnoreFile{Patterns: patterns})
	return nil
}
