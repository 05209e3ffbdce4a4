package logs

import (
	"path"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// serverSettings are the settings by which servers are told where to log, as
// "server.key".
var serverSettings = map[string]bool{
	"uwsgi.logto": true, "uwsgi.logto2": true, "uwsgi.daemonize": true, "uwsgi.daemonize2": true, "uwsgi.logger": true, "uwsgi.req-logger": true,
	"gunicorn.accesslog": true, "gunicorn.errorlog": true, "gunicorn.logfile": true,
	"nginx.access_log": true, "nginx.error_log": true,
	"systemd.StandardOutput": true, "systemd.StandardError": true,
}

// serverLog is the server that a setting is for and where it logs to; "" and ""
// where the setting is none, or not what the component runs by.
func serverLog(c *audit.Component, s audit.Located[inspect.Setting]) (server, target string) {
	if !serverSettings[s.Fact.Key] || !s.Fact.Value.IsLiteral() {
		return "", ""
	}
	server, _, _ = strings.Cut(s.Fact.Key, ".")
	target = s.Fact.Value.Text
	switch server {
	case "uwsgi":
		if target = strings.TrimPrefix(target, "file:"); strings.Contains(target, ":") || !strings.ContainsAny(target, "/.") {
			return "", ""
		}
	case "systemd":
		var ok bool
		for _, kind := range []string{"file:", "append:", "truncate:"} {
			if target, ok = strings.CutPrefix(s.Fact.Value.Text, kind); ok {
				return server, target
			}
		}
		return "", ""
	case "nginx":
		target, _, _ = strings.Cut(target, " ")
		if target == "off" || strings.HasPrefix(target, "syslog:") || strings.HasPrefix(target, "memory:") || target == "on" || !servedIn(c, s.File) || linkedByBase(c, target) {
			return "", ""
		}
	}
	return server, target
}

// servedIn reports whether nginx's settings are the image's: it is given them,
// or their directory. Others are for a server that somebody looks after.
func servedIn(c *audit.Component, f *audit.File) bool {
	if c.Image == nil {
		return false
	}
	for _, i := range c.Image.Instructions {
		if i.Fact.Name != "COPY" && i.Fact.Name != "ADD" || i.Fact.From != "" || len(i.Fact.Args) < 2 {
			continue
		}
		for _, from := range i.Fact.Args[:len(i.Fact.Args)-1] {
			from = strings.TrimSuffix(strings.TrimPrefix(from, "./"), "/")
			if from != "." && from != "" && strings.Contains("/"+f.Path+"/", "/"+from+"/") {
				return true
			}
		}
	}
	return false
}

// linkedByBase reports whether the image that a Dockerfile builds on makes a
// file a link to a standard stream, as nginx's and Apache's own do.
func linkedByBase(c *audit.Component, target string) bool {
	if c.Image == nil {
		return false
	}
	name, tag, _ := audit.SplitImage(strings.ToLower(c.Image.Base))
	switch base := path.Base(name); {
	case strings.Contains(base, "nginx"), strings.Contains(base, "openresty"):
		return target == "/var/log/nginx/access.log" || target == "/var/log/nginx/error.log" || strings.HasPrefix(target, "logs/") || strings.HasPrefix(target, "/usr/local/openresty/nginx/logs/")
	case base == "php" && strings.Contains(tag, "apache"):
		return strings.HasPrefix(target, "/var/log/apache2/") || strings.HasPrefix(target, "${APACHE_LOG_DIR}/")
	}
	return false
}
