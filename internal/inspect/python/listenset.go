package python

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// Servers that are told their address before they are started.

// gradioApps have a method launch that serves.
var gradioApps = map[string]bool{"gradio.Interface()": true, "gradio.Blocks()": true, "gradio.ChatInterface()": true, "gradio.TabbedInterface()": true}

// listenSetting states the start of a server whose address stands in options:
// CherryPy, gunicorn inside a program, Gradio.
func (p *pythonFile) listenSetting(c pyCall) {
	fact := inspect.Listen{Via: pyVia(c.name), Main: p.startsHere(c.Node)}
	switch {
	case c.name == "cherrypy.quickstart" || c.name == "cherrypy.engine.start":
		p.cherryAddress(c, &fact)
	case strings.HasPrefix(c.name, "gunicorn.app.") && strings.HasSuffix(c.name, "Application().run"):
		if made := p.follow(c.Field("function").Field("object")); made.Is("call") {
			for _, argument := range pyArgsOf(made).positional {
				if bind := p.entry(p.follow(argument), "bind"); bind.OK() {
					fact.Host, fact.Port = p.hostPort(bind)
				}
			}
		}
	case strings.HasSuffix(c.name, ".launch") && gradioApps[strings.TrimSuffix(c.name, ".launch")]:
		fact.Host, fact.Port = p.valueOf(c.args.arg(-1, "server_name")), p.valueOf(c.args.arg(-1, "server_port"))
	default:
		return
	}
	p.state(c.Node, fact)
}

// cherryAddress reads server.socket_host and server.socket_port, given to the
// call or to cherrypy.config.update.
func (p *pythonFile) cherryAddress(c pyCall, fact *inspect.Listen) {
	read := func(config syntax.Node) {
		if global := p.entry(config, "global"); global.OK() {
			config = p.follow(global)
		}
		if host := p.entry(config, "server.socket_host"); host.OK() {
			fact.Host = p.valueOf(host)
		}
		if port := p.entry(config, "server.socket_port"); port.OK() {
			fact.Port = p.valueOf(port)
		}
	}
	p.tree.Root().Walk(func(n syntax.Node) bool {
		if n.Is("call") && p.callee(n) == "cherrypy.config.update" {
			read(p.follow(pyArgsOf(n).arg(0)))
		}
		return true
	})
	read(p.follow(c.args.arg(2, "config")))
}

// hypercornBind is the address of a Config: Config.from_mapping(bind=…), or
// config.bind = […].
func (p *pythonFile) hypercornBind(name, made syntax.Node) syntax.Node {
	if bind := pyArgsOf(made).arg(-1, "bind"); bind.OK() {
		return bind
	}
	bind := syntax.Node{}
	p.tree.Root().Walk(func(n syntax.Node) bool {
		if n.Is("assignment") && name.Is("identifier") && n.Field("left").Text() == name.Text()+".bind" {
			bind = n.Field("right")
		}
		return !bind.OK()
	})
	return bind
}
