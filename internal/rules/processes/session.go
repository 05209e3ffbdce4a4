package processes

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// outside reports whether sessions survive the process and are seen by all:
// in a service, or in the browser's own signed cookie.
func outside(store inspect.StoreKind) bool {
	return store == inspect.StoreRedis || store == inspect.StoreDatabase || store == inspect.StoreCookie
}

// alsoElsewhere reports whether the same library is also set up with a store
// that is not in the process: the deploy chooses, or production overrides.
func alsoElsewhere(c *audit.Component, via string) bool {
	for s := range audit.Facts[inspect.Session](c, source.Prod) {
		if library(s.Fact.Via) == library(via) && s.Fact.Store != inspect.StoreMemory && s.Fact.Store != inspect.StoreFile {
			return true
		}
	}
	return false
}

// inProduction tells whether a framework's setting is the one that production
// has; decided is false for what no settings file says.
func inProduction(c *audit.Component, s audit.Located[inspect.Session]) (holds, decided bool) {
	key, ok := strings.CutPrefix(s.Fact.Via, "django.")
	if !ok {
		return false, false
	}
	effective, ok := c.EffectiveSetting(key)
	if !ok { // only development sets it, unless these are no settings that are read at all
		return false, audit.Has(c, func(set inspect.Setting) bool { return set.Key == key })
	}
	return effective.At == s.At() && effective.Value.IsLiteral(), true
}

// inDeploy is a session store as production's descriptors choose it by the
// variable that selects it, at the place where they do; chosen is false when
// none does, and the default holds.
func inDeploy(c *audit.Component, s audit.Located[inspect.Session]) (_ audit.Located[inspect.Session], chosen bool) {
	if len(s.Fact.Choice.Env) == 0 {
		return s, false
	}
	p, ok := c.ProvidedIn(audit.Production, s.Fact.Choice.Env[0])
	if !ok && strings.HasPrefix(s.Fact.Via, "laravel ") {
		if name := ofExample(c, s.Fact.Choice.Env[0]); name != "" && !hereNames.MatchString(name) {
			s.Fact.Store = inspect.StoreOther
		}
	}
	if !ok || !p.Value.IsLiteral() {
		return s, false
	}
	if s.Fact.Store = inspect.StoreOther; hereNames.MatchString(p.Value.Text) {
		s.Fact.Store, s.File, s.Line, s.EndLine = storeHere(p.Value.Text), p.File, p.Line, p.Line
	}
	return s, true
}

// ofExample is what the example of a dotenv file gives a variable, "" for nothing. An
// installation of Laravel begins as a copy of it, so that it stands above the default
// of the settings.
func ofExample(c *audit.Component, variable string) string {
	for _, f := range c.Files {
		if f.Format != inspect.DotEnv || f.Role != source.Example || f.Dir() != c.Path || !slices.Contains(audit.ExampleNames, path.Base(f.Path)) {
			continue
		}
		for a := range audit.FactsIn[inspect.EnvAssignment]([]*audit.File{f}, f.Role) {
			if a.Fact.Name == variable && a.Fact.Value.IsLiteral() {
				return a.Fact.Value.Text
			}
		}
	}
	return ""
}

// storeHere tells a place on the disk from one in memory by its name.
func storeHere(name string) inspect.StoreKind {
	if memoryNames.MatchString(name) {
		return inspect.StoreMemory
	}
	return inspect.StoreFile
}

var memoryNames = regexp.MustCompile(`(?i)mem|array|sync|inline|null`)

// library is the name that people know a session library by: the package of
// "github.com/alexedwards/scs.New", Django's setting, "express-session".
func library(via string) string {
	if strings.HasPrefix(via, "django.") {
		return "Django's session engine"
	}
	if i := strings.LastIndexByte(via, '/'); i >= 0 && strings.Contains(via, "github.com/") {
		name, _, _ := strings.Cut(via[i+1:], ".")
		if parent := via[:i]; len(name) > 1 && name[0] == 'v' && strings.Trim(name[1:], "0123456789") == "" {
			name = parent[strings.LastIndexByte(parent, '/')+1:]
		}
		return name
	}
	if login, ok := strings.CutPrefix(via, "org.springframework.security "); ok {
		return "Spring Security's " + login
	}
	switch via {
	case "flask_session":
		return "Flask-Session"
	case "flask.session":
		return "Flask"
	}
	return via
}

// inContainer reports whether sessions are those of the server that a program for
// the JVM runs in, wherever that keeps them.
func inContainer(via string) bool {
	return strings.HasPrefix(via, "org.springframework.security ") || strings.HasSuffix(via, ".http.HttpSession") || strings.HasSuffix(via, ".SessionScope") || strings.HasSuffix(via, ".SessionAttributes")
}

// sharesContainer reports whether a library or a setting has the server's sessions
// kept where all processes find them.
func sharesContainer(c *audit.Component) bool {
	return audit.Has(c, func(d inspect.Dependency) bool { return sharedSessions.MatchString(d.Name) && d.Group != inspect.Dev }) ||
		audit.Has(c, func(s inspect.Session) bool {
			return springSessions.MatchString(s.Via) && s.Store != inspect.StoreMemory && s.Store != inspect.StoreFile
		})
}

var (
	sharedSessions = regexp.MustCompile(`spring-session-(data|jdbc|hazelcast|redis|mongo)|spring-boot(-starter)?-session|redisson-(tomcat|spring-session)|tomcat-redis-session|memcached-session-manager|hazelcast-tomcat|infinispan-spring.*session`)
	// springSessions are settings and annotations of the server's sessions.
	springSessions = regexp.MustCompile(`(?i)springframework\.session|spring\.session|tomcat |jetty`)
)

// sessionFix is whose fix fits a session library, "" for that of the place.
func sessionFix(via string) string {
	switch {
	case strings.HasPrefix(via, "express-session"):
		return "express-session"
	case via == "flask_session":
		return "Flask-Session"
	case strings.HasPrefix(via, "django."):
		return "Django"
	case via == "CookieAuthenticationOptions.SessionStore", strings.HasSuffix(via, "Cookies.AddCookie"):
		return "tickets"
	}
	return ""
}
