package deploy

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

// supervisorKeys are the keys that are stated beside those that name log files:
// how a program is stopped, started again and multiplied.
var supervisorKeys = map[string]bool{
	"stopsignal": true, "stopwaitsecs": true, "numprocs": true, "autostart": true, "autorestart": true, "redirect_stderr": true, "stopasgroup": true, "killasgroup": true,
}

// Supervisor reads a supervisord.conf: a Process for each [program:x] and
// [fcgi-program:x], a Setting "section.key" for each key that names a log file
// or is one of supervisorKeys, and one "section.environment.NAME" for each
// variable that a program is given.
func Supervisor(e *inspect.Emitter, content []byte) error {
	section := ""
	var key string
	var value strings.Builder
	line, end := 0, 0
	flush := func() {
		if key != "" {
			supervisorKey(e, section, key, value.String(), line, end)
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
			section = strings.Replace(strings.TrimSpace(strings.Trim(trimmed, "[]")), "fcgi-program:", "program:", 1)
		default:
			flush()
			name, held, ok := strings.Cut(trimmed, "=")
			if !ok {
				name, held, ok = strings.Cut(trimmed, ":")
			}
			if ok {
				key, line, end = strings.ToLower(strings.TrimSpace(name)), i+1, i+1
				value.WriteString(strings.TrimSpace(held))
			}
		}
	}
	flush()
	return nil
}

func supervisorKey(e *inspect.Emitter, section, key, text string, line, end int) {
	name, program := strings.CutPrefix(section, "program:")
	switch {
	case program && key == "command":
		start := shell.WordsOf(commandExpansion.ReplaceAllStringFunc(strings.ReplaceAll(text, "\n", " "), asShellVariable), line)
		e.Emit(line, end, inspect.Process{Name: name, Start: start})
	case key == "environment":
		for _, entry := range supervisorEnvironment(text, line) {
			e.Emit(line, end, inspect.Setting{Key: section + ".environment." + entry.Name, Value: entry.Value})
		}
	case strings.HasSuffix(key, "logfile"), program && supervisorKeys[key]:
		e.Emit(line, end, inspect.Setting{Key: section + "." + key, Value: supervisorValue(key, text)})
	}
}

// supervisorValue is a value as it may be kept.
func supervisorValue(name, text string) inspect.Value {
	if from := supervisorExpansion.FindStringSubmatch(text); from != nil {
		return inspect.Value{Source: inspect.Env, Env: []string{from[1]}}
	}
	return inspect.LiteralOf(name, text)
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
		list = append(list, inspect.EnvEntry{Name: name, Value: supervisorValue(name, value), Line: line})
	}
	return list
}

// supervisorExpansion is a variable of supervisord's own environment.
var supervisorExpansion = regexp.MustCompile(`%\(ENV_([A-Za-z0-9_]+)\)s`)
