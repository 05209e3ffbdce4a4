package deploy

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

// Supervisor reads a supervisord.conf: a Process for each [program:x], and a
// Setting "section.key" for each key that names a log file.
func Supervisor(e *inspect.Emitter, content []byte) error {
	section := ""
	var key string
	var value strings.Builder
	line, end := 0, 0
	flush := func() {
		if key == "" {
			return
		}
		text := value.String()
		switch name, program := strings.CutPrefix(section, "program:"); {
		case program && key == "command":
			start := shell.WordsOf(strings.ReplaceAll(text, "\n", " "), line)
			e.Emit(line, end, inspect.Process{Name: name, Start: start})
		case strings.HasSuffix(key, "logfile"):
			e.Emit(line, end, inspect.Setting{Key: section + "." + key, Value: inspect.LiteralOf(key, text)})
		}
		key = ""
		value.Reset()
	}
	for i, raw := range strings.Split(string(shell.PlainText(content)), "\n") {
		text := withoutComment(raw)
		switch trimmed := strings.TrimSpace(text); {
		case trimmed == "":
		case key != "" && (raw[0] == ' ' || raw[0] == '\t'):
			value.WriteString("\n" + trimmed)
			end = i + 1
		case strings.HasPrefix(trimmed, "["):
			flush()
			section = strings.TrimSpace(strings.Trim(trimmed, "[]"))
		default:
			flush()
			name, held, ok := strings.Cut(trimmed, "=")
			if !ok {
				name, held, ok = strings.Cut(trimmed, ":")
			}
			if ok {
				key, line, end = strings.TrimSpace(name), i+1, i+1
				value.WriteString(strings.TrimSpace(held))
			}
		}
	}
	flush()
	return nil
}

// withoutComment cuts a line at ";" behind a blank, and drops lines that start
// with ";" or "#", as Python's reader of such files does.
func withoutComment(line string) string {
	if trimmed := strings.TrimSpace(line); strings.HasPrefix(trimmed, ";") || strings.HasPrefix(trimmed, "#") {
		return ""
	}
	for _, mark := range []string{" ;", "\t;"} {
		if at := strings.Index(line, mark); at >= 0 {
			line = line[:at]
		}
	}
	return line
}
