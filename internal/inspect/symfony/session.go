package symfony

import (
	"strings"

	"twelvefold/internal/inspect"
)

// session states where production keeps sessions: PHP's own files unless a
// handler says otherwise.
func (c *config) session() {
	const via = "symfony framework.session"
	root := join("framework", "session")
	first, ok := c.has(root)
	if !ok {
		return
	}
	for _, name := range []string{"", separator + "enabled"} {
		if i, ok := c.at("prod", root+name); ok && (c.entries[i].Value.Text == "false" || name == "" && c.entries[i].Value.Text != "true" && c.entries[i].Value.Given()) {
			return
		}
	}
	for _, name := range []string{"storage_factory_id", "storage_id"} {
		if i, ok := c.at("prod", join(root, name)); ok && !strings.HasSuffix(c.entries[i].Value.Text, "native") {
			return // a bridge, a mock, the application's own
		}
	}
	at, handler := c.at("prod", join(root, "handler_id"))
	if handler && c.entries[at].Value.Given() && !strings.HasPrefix(c.entries[at].Value.Text, "session.handler.native") {
		c.emit(at, inspect.Session{Via: via, Store: storeOf(c.entries[at].Value)})
		c.sessionClient(at)
		return
	}
	if !handler {
		at = first
	}
	if path, ok := c.at("prod", join(root, "save_path")); ok && schemeService(c.entries[path].Value) == "" && strings.HasPrefix(c.entries[path].Value.Text, "tcp:") {
		c.emit(path, inspect.Session{Via: via, Store: inspect.StoreOther}) // of whatever handler php.ini names
		return
	}
	c.emit(at, inspect.Session{Via: via, Store: inspect.StoreFile})
}

// sessionClient states the service that a handler's DSN names.
func (c *config) sessionClient(at int) {
	if service := schemeService(c.entries[at].Value); service != "" {
		c.client(at, service, "framework.session.handler_id")
	}
}
