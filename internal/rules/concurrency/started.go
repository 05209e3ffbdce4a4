package concurrency

import (
	"path"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

func at(s audit.Step) audit.Place {
	return audit.Place{Path: s.File.Path, Line: s.Line, EndLine: s.Line}
}

// apart lists the process types that descriptors start on their own, each by
// its name: those of a Procfile, fly.toml, Compose file or Kubernetes. What a
// process manager inside one of them starts does not count.
func apart(c *audit.Component) []audit.Process {
	var list []audit.Process
	names, texts := map[string]bool{}, map[string]bool{}
	for _, p := range c.Running() {
		if p.Image || !p.Deployed() || p.Supervised() || names[p.Name] || texts[p.Start.Text] {
			continue
		}
		names[p.Name], texts[p.Start.Text] = true, true
		list = append(list, p)
	}
	return list
}

// helpers are programs that serve the one beside them: proxies and shippers of
// logs and figures, and what only waits.
var helpers = map[string]bool{
	"nginx": true, "caddy": true, "haproxy": true, "traefik": true, "envoy": true, "httpd": true, "apache2": true, "apache2-foreground": true,
	"rsyslogd": true, "syslog-ng": true, "fluentd": true, "fluent-bit": true, "filebeat": true, "vector": true, "promtail": true, "tail": true,
	"telegraf": true, "node_exporter": true, "statsd": true, "logrotate": true, "sleep": true, "timeout": true, "wait": true, "cat": true, "echo": true,
	"cloud_sql_proxy": true, "cloud-sql-proxy": true, "vault": true, "consul": true, "dockerize": true, "wait-for-it.sh": true, "true": true,
	"kill": true, "tee": true, "read": true, "inotifywait": true, "mkdir": true, "chown": true, "touch": true, "exit": true, "xvfb": true, "Xvfb": true,
}

var interpreters = map[string]bool{
	"node": true, "bun": true, "deno": true, "ruby": true, "php": true, "java": true, "dotnet": true, "tsx": true, "ts-node": true, "manage.py": true,
	"python": true, "python3": true,
}

// program names what a command starts, with the words that tell it from others
// of the same interpreter: "celery worker", "node worker.js".
func program(c inspect.Command) string {
	argv := audit.Unwrap(c.Argv)
	if len(argv) == 0 {
		return ""
	}
	name := path.Base(argv[0])
	if interpreters[name] {
		for i, word := range argv[1:] {
			switch base := path.Base(word); {
			case strings.HasPrefix(word, "-"):
			case (base == "artisan" || base == "console" || base == "manage.py") && i+2 < len(argv):
				return base + " " + argv[i+2]
			default:
				return name + " " + base
			}
		}
	}
	for _, word := range []string{"worker", "beat", "scheduler"} {
		if (name == "celery" || name == "rq") && slices.Contains(argv, word) {
			return name + " " + word
		}
	}
	return name
}

// keepsRunning reports whether a command starts something of the application
// that stays: a server, a worker, or a program of its own in the background or at the end.
func keepsRunning(c inspect.Command) bool {
	if c.Captured || c.Piped && !audit.ServesHTTP(c) && !audit.TakesJobs(c) {
		return false
	}
	name := audit.Program(c)
	if name == "" || helpers[name] || strings.HasPrefix(name, "[") || strings.HasPrefix(name, "wait") {
		return false
	}
	return c.Background || c.Exec || audit.ServesHTTP(c) || audit.TakesJobs(c) ||
		c.Last && (interpreters[name] || strings.HasSuffix(name, ".py")) // what a start ends with
}
