package inspect

import (
	"regexp"
	"strings"
)

// uwsgi reads a uwsgi.ini: a Setting "uwsgi.key" for each line, but for
// variables that it sets, which may be secrets.
func uwsgi(e *emitter, content []byte) error {
	for i, raw := range strings.Split(string(plainText(content)), "\n") {
		key, value, ok := strings.Cut(withoutComment(raw), "=")
		if key = strings.TrimSpace(key); !ok || key == "env" || key == "" {
			continue
		}
		e.emit(i+1, i+1, Setting{Key: "uwsgi." + key, Value: uwsgiValue(strings.TrimSpace(value))})
	}
	return nil
}

// uwsgiVariable is what uwsgi fills in: $(NAME) of the environment, and %(_),
// the value of the variable that the if-env around asks for.
var uwsgiVariable = regexp.MustCompile(`\$\(([A-Za-z0-9_]+)\)|%\(_\)`)

func uwsgiValue(text string) Value {
	found := uwsgiVariable.FindAllStringSubmatch(text, -1)
	if found == nil {
		return LitOf(text)
	}
	v := Value{Source: Env, Text: maskText(text)} // no HasText: the mix is no fallback
	for _, m := range found {
		if m[1] != "" {
			v.Env = append(v.Env, m[1])
		}
	}
	return v
}
