package deploy

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

// UWSGI reads a uwsgi.ini: a Setting "uwsgi.key" for each line of [uwsgi], and
// "uwsgi.env.NAME" for each variable that it sets.
func UWSGI(e *inspect.Emitter, content []byte) error {
	section := ""
	for i, raw := range strings.Split(string(shell.PlainText(content)), "\n") {
		line := strings.TrimSpace(withoutComment(raw))
		if strings.HasPrefix(line, "[") {
			section = strings.Trim(line, "[] \t")
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if key = strings.TrimSpace(key); !ok || key == "" || section != "uwsgi" {
			continue
		}
		if key == "env" {
			if name, given, ok := strings.Cut(strings.TrimSpace(value), "="); ok && shell.IsVariableName(name) {
				v := uwsgiValue(given)
				if v.IsLiteral() {
					v = inspect.LiteralOf(name, given)
				}
				e.Emit(i+1, i+1, inspect.Setting{Key: "uwsgi.env." + name, Value: v})
			}
			continue
		}
		e.Emit(i+1, i+1, inspect.Setting{Key: "uwsgi." + key, Value: uwsgiValue(strings.TrimSpace(value))})
	}
	return nil
}

// uwsgiVariable is what uwsgi fills in: $(NAME) of the environment, and %(_),
// the value of the variable that the if-env around asks for.
var uwsgiVariable = regexp.MustCompile(`\$\(([A-Za-z0-9_]+)\)|%\(_\)`)

func uwsgiValue(text string) inspect.Value {
	found := uwsgiVariable.FindAllStringSubmatch(text, -1)
	if found == nil {
		return inspect.LitOf(text)
	}
	v := inspect.Value{Source: inspect.Env, Text: inspect.MaskText(text)} // no HasText: the mix is no fallback
	for _, m := range found {
		if m[1] != "" {
			v.Env = append(v.Env, m[1])
		}
	}
	return v
}
