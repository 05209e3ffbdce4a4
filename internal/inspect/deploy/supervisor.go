package deploy

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

// Supervisor reads a supervisord.conf: a Process for each [program:x], a
// Setting "section.key" for each key that names a log file, and one
// "section.environment.NAME" for each variable that a program is given.
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
			start := shell.WordsOf(commandExpansion.ReplaceAllStringFunc(strings.ReplaceAll(text, "\n", " "), asShellVariable), line)
			e.Emit(line, end, inspect.Process{Name: name, Start: start})
		case key == "environment":
			for _, entry := range supervisorEnvironment(text, line) {
				e.Emit(line, end, inspect.Setting{Key: section + ".environment." + entry.Name, Value: entry.Value})
			}
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

// commandExpansion is %(ENV_PORT)s, %(program_name)s, %(process_num)02d.
var commandExpansion = regexp.MustCompile(`%\(([A-Za-z_][A-Za-z0-9_]*)\)0?[0-9]*[sd]`)

// asShellVariable writes a variable of the environment as a shell does, so that
// a command with one is still words; the same of what supervisord fills in.
func asShellVariable(expansion string) string {
	name := commandExpansion.FindStringSubmatch(expansion)[1]
	return "${" + strings.TrimPrefix(name, "ENV_") + "}"
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

// supervisorVariable is one of A="1",B=two: values in quotes may hold commas.
var supervisorVariable = regexp.MustCompile(`([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^,"'\s]*))`)

func supervisorEnvironment(text string, line int) []inspect.EnvEntry {
	var list []inspect.EnvEntry
	for _, m := range supervisorVariable.FindAllStringSubmatch(text, -1) {
		name, value := m[1], strings.ReplaceAll(m[2]+m[3]+m[4], "%%", "%")
		entry := inspect.EnvEntry{Name: name, Value: inspect.LiteralOf(name, value), Line: line}
		if from := supervisorExpansion.FindStringSubmatch(value); from != nil {
			entry.Value = inspect.Value{Source: inspect.Env, Env: []string{from[1]}}
		}
		list = append(list, entry)
	}
	return list
}

// supervisorExpansion is a variable of supervisord's own environment.
var supervisorExpansion = regexp.MustCompile(`%\(ENV_([A-Za-z0-9_]+)\)s`)
