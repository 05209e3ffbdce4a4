package logs

import (
	"fmt"
	"path"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// quiet are programs that print nothing of what the component does.
var quiet = map[string]bool{
	"nginx": true, "caddy": true, "cron": true, "crond": true, "sshd": true, "rsyslogd": true, "syslog-ng": true, "redis-server": true, "memcached": true,
	"mysqld": true, "mysqld_safe": true, "postgres": true, "mongod": true, "tail": true, "sleep": true, "varnishd": true, "haproxy": true, "true": true, "echo": true,
}

// swallowed reports programs whose output supervisord keeps: one for which
// nothing names a file has its output in a file of supervisord's own, in the
// directory for temporary files.
func swallowed(c *audit.Component, report *audit.Report) {
	for _, p := range c.Running() {
		if p.File.Format != inspect.Supervisor || !supervises(c, p.File) || len(p.Start.Commands) == 0 || quiet[audit.Program(p.Start.Commands[len(p.Start.Commands)-1])] {
			continue
		}
		named := false
		for _, key := range []string{"stdout_logfile", "stderr_logfile"} {
			if s, ok := p.StartSetting(key); ok && s.Fact.Value.Text != "AUTO" {
				named = true
			}
		}
		if !named {
			at := audit.Place{Path: p.File.Path, Line: p.Line, EndLine: p.Line}
			report.Violation(at, p.Name, fmt.Sprintf("supervisord keeps what %s prints in a temporary file of its own: no stdout_logfile names the container's output", p.Name), audit.WithFix("Supervisor"))
		}
	}
}

// supervises reports whether a process that is kept running is supervisord with
// these settings: they are named, or the only ones that there are.
func supervises(c *audit.Component, f *audit.File) bool {
	files := map[string]bool{}
	for p := range audit.Facts[inspect.Process](c) {
		if p.File.Format == inspect.Supervisor {
			files[p.File.Path] = true
		}
	}
	for _, p := range c.Running() {
		for _, s := range c.RunSteps(p) {
			if audit.Program(s.Command) != "supervisord" {
				continue
			}
			if strings.Contains(strings.Join(s.Argv, " "), path.Base(f.Path)) || len(files) == 1 {
				return true
			}
		}
	}
	return false
}
