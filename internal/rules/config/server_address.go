package config

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
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

// onlyLine reports whether one line of Spring's settings is all that a repository
// says of where a service is, and it says the program's own machine, which is
// the container that the program's image makes. A profile, another file or a
// variable of a descriptor would show that it is only for developers.
func onlyLine(c *audit.Component, e audit.Located[inspect.Endpoint]) bool {
	if c.Image == nil || e.File.Role != source.Prod || e.File.Format != inspect.SpringProperties && e.File.Format != inspect.SpringYAML {
		return false
	}
	s, ok := c.EffectiveSetting(e.Fact.Name)
	if !ok || s.At.Path != e.File.Path || !s.Value.IsLiteral() || ownAddress.MatchString(e.Fact.Name) {
		return false
	}
	if u, err := url.Parse(e.Fact.URL.Text); err == nil && u.Port() != "" {
		if own, ok := c.EffectiveSetting("server.port"); ok && own.Value.Text == u.Port() {
			return false // a registry that is told of itself
		}
	}
	key := relaxed(e.Fact.Name)
	if slices.ContainsFunc(c.Provided(), func(p audit.Provided) bool {
		return relaxed(p.Name) == key || p.Name == "SPRING_APPLICATION_JSON" || p.Name == "SPRING_PROFILES_ACTIVE"
	}) {
		return false
	}
	for other := range audit.Facts[inspect.Setting](c, source.Prod, source.DeployProd, source.DeployDev, source.Example) {
		if relaxed(other.Fact.Key) == key && (other.File != e.File || other.Line != s.At.Line) {
			return false
		}
	}
	return true
}

// ownAddress are settings of the program's own pages, which a browser opens on
// the machine of whoever tries it out.
var ownAddress = regexp.MustCompile(`(?i)redirect|callback|front-?end|^(app|application|client|web|site|page|cors|swagger|springdoc|openapi|server|management)[.-]`)

// relaxed is a key as Spring compares it with others and with variables.
func relaxed(key string) string {
	return strings.NewReplacer(".", "", "-", "", "_", "").Replace(strings.ToLower(key))
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
