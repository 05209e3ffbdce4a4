package python

import (
	"twelvefold/internal/inspect"
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
		p.setting(assignment, "gunicorn."+left.Text(), assignment.Field("right"), 0)
	}
	return err
}
