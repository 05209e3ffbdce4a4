package devprodparity

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// productionFile are files of settings that their names give to production.
var productionFile = regexp.MustCompile(`(?i)(^|/)(environments/production\.rb|settings/(prod|production|heroku|live)[a-z_]*\.py|(settings|config)_(prod|production|heroku)\.py|application-(prod|production|docker|cloud|heroku|kubernetes|k8s|aws|gcp|azure)\.(ya?ml|properties)|appsettings\.production\.json|(packages|config)/prod/.*)$`)

// productionName are profiles of what is deployed; a profile that is called
// after an engine says nothing of where it is chosen.
var productionName = regexp.MustCompile(`(?i)^(prod|production|docker|container|cloud|heroku|kubernetes|k8s|aws|gcp|azure|live|release)$`)

// placed are the engines of constructions and settings whose place gives them to
// an environment: a file, a profile of it or a class that is called after one.
// What Spring reads where nobody chooses a profile is what developers run, as
// long as what is deployed chooses one.
func placed(c *audit.Component, environment audit.Environment) []engine {
	var list, unchosen []engine
	for x := range audit.Facts[inspect.Client](c, source.Prod, source.DeployDev, source.DeployProd) {
		e := engine{service: x.Fact.Service, place: x.At(), by: x.File.Path, guessed: x.Fact.Handle.FromEnv()}
		if e.service == inspect.SQLite && e.guessed && environment == audit.Production {
			continue // production sets the variable
		}
		if e.service == inspect.Database {
			e.service = onlyDriver(c) // of a URL that the environment holds
		}
		if !relational(e.service) && e.service != inspect.EmbeddedDB || testFile.MatchString(x.File.Path) {
			continue
		}
		switch placeOf(x) {
		case environment:
			list = append(list, e)
		case "":
			if strings.HasPrefix(x.Fact.Via, "spring.") && path.Ext(strings.TrimSuffix(path.Base(x.File.Path), path.Ext(x.File.Path))) == "" && !strings.Contains(path.Base(x.File.Path), "-") {
				unchosen = append(unchosen, e)
			}
		}
	}
	if len(list) == 0 && environment == audit.Development && len(unchosen) > 0 && len(placed(c, audit.Production)) > 0 {
		return unchosen
	}
	return list
}

// placeOf is the environment that the place of a construction names, "" for none.
func placeOf(x audit.Located[inspect.Client]) audit.Environment {
	for s := range audit.FactsIn[inspect.Setting]([]*audit.File{x.File}, x.File.Role) {
		if s.Line < x.Line || s.Line > max(x.EndLine, x.Line) {
			continue
		}
		class, _, _ := strings.Cut(s.Fact.Key, ".")
		profiles := append(strings.FieldsFunc(s.Fact.Profile, func(r rune) bool { return strings.ContainsRune(",|& ", r) }), class)
		for _, name := range profiles {
			switch {
			case developmentName.MatchString(name) || strings.EqualFold(name, "default") && name != class:
				return audit.Development
			case productionName.MatchString(name):
				return audit.Production
			case testName.MatchString(name):
				return audit.Testing
			}
		}
	}
	switch {
	case developmentFile.MatchString(x.File.Path):
		return audit.Development
	case productionFile.MatchString(x.File.Path):
		return audit.Production
	}
	return ""
}

// branched is a choice that one file makes by its environment: SQLite where
// nothing is said, else the server whose URL a variable holds. Where variables
// name the engine and the server's parts, who installs the program chooses.
func branched(c *audit.Component) *difference {
	var files, servers []audit.Located[inspect.Client]
	for x := range audit.Facts[inspect.Client](c, source.Prod) {
		switch {
		case x.Fact.Service == inspect.SQLite && !x.Fact.Handle.FromEnv():
			files = append(files, x)
		case x.Fact.Service == inspect.Database && x.Fact.Handle.FromEnv() && engineOfText(x.Fact.Handle.Text) != inspect.SQLite:
			servers = append(servers, x)
		}
	}
	for r := range audit.Facts[inspect.EnvRead](c, source.Prod) { // DATABASES["default"].update(dj_database_url.config())
		if strings.HasPrefix(r.Fact.Via, "dj_database_url.") && !r.Fact.Fallback.HasText {
			servers = append(servers, audit.Located[inspect.Client]{File: r.File, Line: r.Line, EndLine: r.EndLine, Fact: inspect.Client{Via: "django.DATABASES"}})
		}
	}
	for _, light := range files {
		i := slices.IndexFunc(servers, func(s audit.Located[inspect.Client]) bool {
			return s.File == light.File && s.Fact.Via == light.Fact.Via && s.Fact.Via == "django.DATABASES"
		})
		if i < 0 || len(composed(audit.Development)(c)) > 0 {
			continue
		}
		server := onlyDriver(c)
		if server == "" && !started(c) {
			continue
		}
		return &difference{
			engine{service: inspect.SQLite, place: light.At(), by: light.File.Path},
			engine{service: server, place: servers[i].At(), by: "a variable in " + servers[i].File.Path},
		}
	}
	return nil
}

// chosen is a choice between SQLite and a server that code makes by the name of
// its environment.
func chosen(c *audit.Component) *difference {
	const far = 20 // lines between a condition and what its branches do
	for b := range audit.Facts[inspect.EnvBranch](c, source.Prod) {
		byName := func(name string) bool { return productionName.MatchString(name) || developmentName.MatchString(name) }
		if !slices.Contains(b.Fact.Chooses, "client") || !slices.ContainsFunc(b.Fact.Values, byName) {
			continue
		}
		var light, real []engine
		for x := range audit.FactsIn[inspect.Client]([]*audit.File{b.File}, b.File.Role) {
			if x.Line < b.Line || x.Line > b.Line+far || x.Fact.Debug {
				continue
			}
			e := engine{service: x.Fact.Service, place: x.At(), by: x.File.Path}
			switch {
			case x.Fact.Service == inspect.SQLite && !x.Fact.Handle.FromEnv():
				light = append(light, e)
			case server(x.Fact.Service):
				real = append(real, e)
			}
		}
		if len(light) == 1 && len(real) == 1 {
			return &difference{light[0], real[0]}
		}
	}
	return nil
}

// forTests reports whether the branch that a construction stands in is for tests.
func forTests(x audit.Located[inspect.Client]) bool {
	for b := range audit.FactsIn[inspect.EnvBranch]([]*audit.File{x.File}, x.File.Role) {
		if b.Line <= x.Line && x.Line-b.EndLine <= 5 && len(b.Fact.Values) > 0 && !slices.ContainsFunc(b.Fact.Values, func(v string) bool { return !testName.MatchString(v) }) {
			return true
		}
	}
	return false
}

// contradicted is an example for developers that chooses SQLite where the code
// without it takes a server, and so does the Compose file if there is one.
func contradicted(c *audit.Component) *difference {
	proposals := proposed(c)
	if len(proposals) == 0 || slices.ContainsFunc(proposals, func(e engine) bool { return e.service != inspect.SQLite }) {
		return nil
	}
	taken := fallbacks(c)
	if len(taken) == 0 || taken[0].service == inspect.SQLite {
		return nil
	}
	for _, environment := range []audit.Environment{audit.Development, audit.Production} {
		if slices.ContainsFunc(composed(environment)(c), func(other engine) bool { return other.service != taken[0].service }) {
			return nil
		}
	}
	return &difference{proposals[0], taken[0]} // which says that it is a default
}

// driven is SQLite that the code takes while no variable names a database, in a
// program that is deployed and declares the driver of one server.
func driven(c *audit.Component) *difference {
	light := fallbacks(c)
	if len(light) == 0 || slices.ContainsFunc(light, func(e engine) bool { return e.service != inspect.SQLite || e.named }) || !started(c) {
		return nil
	}
	var found *engine
	for d := range audit.Facts[inspect.Dependency](c) {
		s := driverOf[strings.ToLower(d.Fact.Name)]
		if s == "" || d.Fact.Indirect || d.Fact.Group != inspect.Runtime || d.Fact.Marker != "" || found != nil && found.service == s {
			continue
		}
		if found != nil {
			return nil
		}
		found = &engine{service: s, place: d.At(), by: d.Fact.Name + " in " + path.Base(d.File.Path), guessed: true}
	}
	if found == nil {
		return nil
	}
	return &difference{light[0], *found}
}

// started reports whether a descriptor starts the component.
func started(c *audit.Component) bool {
	return slices.ContainsFunc(c.Running(), func(p audit.Process) bool { return p.Deployed() && !p.Image })
}

// installed are the gems of two engines of which developers install one and
// production the other, whatever database.yml says: platforms set DATABASE_URL.
func installed(c *audit.Component) *difference {
	var d difference
	for gem := range audit.Facts[inspect.Dependency](c) {
		if gem.Fact.Ecosystem != inspect.Gem {
			continue
		}
		e := engine{place: gem.At(), by: "the gem " + gem.Fact.Name}
		groups := strings.Split(gem.Fact.In, ", ")
		switch s := gemEngine[gem.Fact.Name]; {
		case s == inspect.SQLite && slices.Contains(groups, "development") && !slices.Contains(groups, "production"):
			d.development, d.development.service = e, s
		case s != inspect.SQLite && s != "" && slices.Contains(groups, "production") && !slices.Contains(groups, "development"):
			d.production, d.production.service = e, s
		}
	}
	if d.development.service == "" || d.production.service == "" {
		return nil
	}
	return &d
}

// gemEngine are the engines by their gems.
var gemEngine = map[string]inspect.Service{"sqlite3": inspect.SQLite, "pg": inspect.Postgres, "mysql2": inspect.MySQL, "trilogy": inspect.MySQL}
