package config

import (
	"net/url"
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// ownState are paths that a program is asked about itself.
var ownState = regexp.MustCompile(`(?i)/(health\w*|healthz|livez|ready\w*|ping|metrics|status)\b|actuator`)

// onServersMachine reports whether a program in a container looks for another
// service on its own machine, by a URL that nothing replaces: a settings file
// that no variable goes before, a constant of a class, a call with a port that
// is not the program's own.
func onServersMachine(c *audit.Component, e audit.Located[inspect.Endpoint], given bool) bool {
	if inBrowser(c, e.File) || developersSettings.MatchString(path.Base(e.File.Path)) || spareName.MatchString(e.Fact.Name) || ownState.MatchString(e.Fact.URL.Text) {
		return false
	}
	switch {
	case inspect.IsConfig(e.File.Format):
		return !strings.HasPrefix(path.Base(e.File.Path), "default.")
	case !given:
		u, err := url.Parse(e.Fact.URL.Text)
		return err == nil && u.Port() != "" && !listensOn(c, u.Port())
	case e.File.Format == inspect.Java || e.File.Format == inspect.Kotlin:
		return e.Fact.Via == "assignment"
	}
	return false
}

// listensOn reports whether a program listens on a port, be it by default.
func listensOn(c *audit.Component, port string) bool {
	for _, l := range c.Listens() {
		if l.Fact.Port.Text == port {
			return true
		}
	}
	return false
}
