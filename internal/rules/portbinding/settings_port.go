package portbinding

import (
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// portSettings are the settings in which a framework's own server finds its
// port, by the beginning of the call that starts it. The variable of the
// setting's name stands above the file (SERVER_PORT above server.port), but
// nobody who looks at the file knows, and no platform sets it: a plain number
// is a port that is written, ${PORT:8080} one that is read.
var portSettings = []struct{ via, name, key, host string }{
	{"org.springframework.boot.", "Spring Boot", "server.port", "server.address"},
	{"io.quarkus.", "Quarkus", "quarkus.http.port", "quarkus.http.host"},
	{"io.micronaut.", "Micronaut", "micronaut.server.port", "micronaut.server.host"},
}

// settingsPort is the port that the settings of a framework's server hold in
// production as a plain number; known tells that the listen call is such a
// server's.
func settingsPort(c *audit.Component, via string) (fixed bound, known bool) {
	for _, s := range portSettings {
		if !strings.HasPrefix(via, s.via) {
			continue
		}
		if e, ok := c.EffectiveSetting(s.key); ok && e.Value.IsLiteral() && digits.MatchString(e.Value.Text) && !startedWith(c, s.key) && !ofImage(c, e.At) {
			return bound{binding{server: s.name, port: e.Value.Text}, e.At}, true
		}
		return bound{}, true
	}
	return bound{}, false
}

// settingsAddress is the address that the settings of a framework's server hold
// in production as a plain text.
func settingsAddress(c *audit.Component, via string) (a address, ok bool) {
	for _, s := range portSettings {
		if !strings.HasPrefix(via, s.via) {
			continue
		}
		e, found := c.EffectiveSetting(s.host)
		if !found || !e.Value.IsLiteral() || e.Value.Text == "" || startedWith(c, s.host) {
			return address{}, false
		}
		return address{s.name, e.Value.Text, e.At, s.host}, true
	}
	return address{}, false
}

// ofImage reports whether a setting is a variable of the component's image: a
// default, which whoever starts a container replaces.
func ofImage(c *audit.Component, at audit.Place) bool {
	file := c.Repo.File(at.Path)
	return file != nil && file.Format == inspect.Dockerfile
}

// startedWith reports whether a command that runs gives the setting as an
// option: --server.port=$PORT, -Dserver.port=80.
func startedWith(c *audit.Component, key string) bool {
	for _, p := range c.Running() {
		for _, s := range c.RunSteps(p) {
			for _, word := range s.Argv {
				name, _, _ := strings.Cut(word, "=")
				if name == "--"+key || name == "-D"+key {
					return true
				}
			}
		}
	}
	return false
}
