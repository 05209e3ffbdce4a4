package python

import (
	"strconv"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// gunicornSettings are gunicorn's settings that rules ask for.
var gunicornSettings = map[string]bool{
	"bind": true, "workers": true, "worker_class": true, "threads": true, "daemon": true, "pidfile": true, "accesslog": true, "errorlog": true, "logfile": true,
	"graceful_timeout": true, "timeout": true, "preload_app": true, "reload": true, "raw_env": true, "wsgi_app": true, "syslog": true, "logconfig": true, "user": true, "capture_output": true,
}

// GunicornConf reads gunicorn's settings, which are a Python file: a Setting
// "gunicorn.name" for each that the module assigns, beside what any Python
// file states.
func GunicornConf(e *inspect.Emitter, content []byte) error {
	p, err := extract(e, content)
	if p == nil {
		return err
	}
	for n := p.tree.Root().First(); n.OK(); n = n.Next() {
		assignment := n
		if n.Is("expression_statement") {
			assignment = n.First()
		}
		left := assignment.Field("left")
		if !assignment.Is("assignment") || !left.Is("identifier") || !gunicornSettings[left.Text()] {
			continue
		}
		if left.Text() == "raw_env" {
			p.rawEnv(assignment.Field("right"))
			continue
		}
		p.setting(assignment, "gunicorn."+left.Text(), assignment.Field("right"), 0)
	}
	return err
}

// rawEnv states the variables that gunicorn gives its workers, which are written
// NAME=value: as settings, and the secrets among them.
func (p *pythonFile) rawEnv(list syntax.Node) {
	i := 0
	for c := list.First(); c.OK(); c = c.Next() {
		if c.Is("comment") {
			continue
		}
		key := "gunicorn.raw_env." + strconv.Itoa(i)
		i++
		text, ok := p.literal(c)
		name, held, pair := strings.Cut(text, "=")
		if !ok || !pair {
			p.setting(c, key, c, 0)
			continue
		}
		value := inspect.LiteralOf(name, held)
		shown := value
		shown.Text = name + "=" + value.Text
		p.Emit(c.Line(), c.EndLine(), inspect.Setting{Key: key, Value: shown})
		if value.Secret != nil {
			p.Emit(c.Line(), c.EndLine(), inspect.Credential{Name: name, Via: "assignment", Secret: *value.Secret})
		}
	}
}
