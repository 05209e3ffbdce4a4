package portbinding

import (
	"path"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// address is where a server of the component accepts requests, as its start
// says it.
type address struct {
	server string
	host   string
	place  audit.Place
	key    string // of the setting that says so, "" for none
}

// hostFlags are the options by which servers are told their address, and what
// they bind to without one; "" for all interfaces.
var hostFlags = map[string]struct {
	flags []string
	usual string
}{
	"gunicorn":       {[]string{"-b", "--bind"}, ""}, // its default depends on PORT
	"uvicorn":        {[]string{"--host", "--uds", "--fd"}, "127.0.0.1"},
	"hypercorn":      {[]string{"-b", "--bind", "-c", "--config"}, "127.0.0.1"},
	"granian":        {[]string{"--host", "--uds"}, "127.0.0.1"},
	"daphne":         {[]string{"-b", "--bind", "-u", "-e", "--fd"}, "127.0.0.1"},
	"waitress-serve": {[]string{"--host", "--listen"}, ""},
	"puma":           {[]string{"-b", "--bind"}, ""},
	"uwsgi":          {[]string{"--http", "--http-socket", "--https"}, ""},
	"next":           {[]string{"-H", "--hostname"}, ""},
	"rails":          {[]string{"-b", "--binding"}, ""},
	"streamlit":      {[]string{"--server.address"}, ""},
	"fastapi":        {[]string{"--host"}, ""},
}

// hostVariables hold the address of a server that no option gives one.
var hostVariables = map[string]string{"uvicorn": "UVICORN_HOST", "granian": "GRANIAN_HOST"}

// commandAddress is the address that a command gives its server; ok is false
// when it says none and the server's own is open or unknown.
func commandAddress(c *audit.Component, s audit.Step) (a address, ok bool) {
	argv := audit.Unwrap(s.Argv)
	for len(argv) > 1 && strings.HasPrefix(path.Base(argv[0]), "python") {
		argv = argv[1:]
	}
	if len(argv) == 0 || !audit.ServesHTTP(s.Command) {
		return a, false
	}
	server := path.Base(argv[0])
	known, listed := hostFlags[server]
	if !listed {
		return a, false
	}
	a = address{server: server, host: known.usual, place: audit.Place{Path: s.File.Path, Line: s.Line, EndLine: s.Line}}
	for i, word := range argv[1:] {
		name, value, joined := strings.Cut(word, "=")
		if !slices.Contains(known.flags, name) {
			continue
		}
		if !joined && i+2 < len(argv) {
			value = argv[i+2]
		}
		if host, _, ok := strings.Cut(value, ":$"); ok && strings.HasPrefix(host, "127.") {
			value = host
		}
		if strings.Contains(value, "$") {
			return a, false
		}
		a.host = value
		return a, a.host != ""
	}
	if variable := hostVariables[server]; variable != "" {
		if slices.ContainsFunc(c.Provided(), func(p audit.Provided) bool { return p.Name == variable }) {
			return a, false
		}
	}
	return a, a.host != "" && len(argv) > 1
}

// proxies are programs that take requests for the one beside them.
var proxies = map[string]bool{
	"nginx": true, "caddy": true, "haproxy": true, "traefik": true, "envoy": true, "httpd": true, "apache2": true, "apache2-foreground": true,
	"oauth2-proxy": true, "apachectl": true, "varnishd": true, "lighttpd": true, "cloudflared": true, "tailscaled": true, "thrust": true, "supervisord": true, "s6-svscan": true,
}

// proxied reports whether something beside the program takes requests for it:
// in the image, in its pod, or on the host where systemd starts it.
func proxied(c *audit.Component) bool {
	for _, p := range c.Processes {
		if p.File.Format == inspect.Systemd || p.Supervised() {
			return true
		}
		for _, s := range c.RunSteps(p) {
			if proxies[audit.Program(s.Command)] || slices.Contains(s.Argv, "nginx") {
				return true
			}
		}
	}
	for _, k := range c.OwnContainers() {
		if others := k.Workload.Fact.Containers; slices.ContainsFunc(others, func(o inspect.Container) bool { return o.Name != k.Name && !o.Init }) {
			return true
		}
	}
	if c.Image != nil {
		for _, i := range c.Image.Instructions {
			if i.Fact.Name != "RUN" || i.Fact.Start == nil {
				continue
			}
			for _, command := range i.Fact.Start.Commands {
				if slices.ContainsFunc(command.Argv, func(word string) bool { return proxies[word] }) {
					return true
				}
			}
		}
	}
	return false
}
