package inspect

import "strings"

// ignoreFile reads a .gitignore or a .dockerignore.
func ignoreFile(e *emitter, content []byte) error {
	patterns := []string{}
	lines := strings.Split(string(plainText(content)), "\n")
	for _, line := range lines {
		line = strings.TrimRight(line, " \t")
		if line != "" && !strings.HasPrefix(line, "#") {
			patterns = append(patterns, line)
		}
	}
	e.emit(1, len(lines), IgnoreFile{Patterns: patterns})
	return nil
}
