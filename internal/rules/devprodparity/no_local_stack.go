package devprodparity

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "dev-prod-parity/no-local-stack",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "Nothing in the repository starts the services that the program needs",
	Why: "Each developer installs the services that are at hand, in the version that their system has, or does without. " +
		"No two machines are alike, and none is like production.",
	Fixes: []audit.Fix{
		{Text: "Add a compose.yaml that starts ‹services› in production's version, or a dev container, so that one command gives every developer the same."},
		{Text: "Add a compose.yaml that starts each backing service in production's version, or a dev container, so that one command gives every developer the same."},
	},
	Severity:   audit.Low,
	Confidence: audit.MediumConfidence,
	Counting:   audit.Once,
	Sources:    []string{"000", "002"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}, "dependencies": {"pg": "8.12.0"}}
-- server.js --
const { Pool } = require("pg")
const pool = new Pool({ connectionString: process.env.DATABASE_URL })
require("http").createServer(app).listen(process.env.PORT)
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}, "dependencies": {"pg": "8.12.0"}}
-- server.js --
const { Pool } = require("pg")
const pool = new Pool({ connectionString: process.env.DATABASE_URL })
require("http").createServer(app).listen(process.env.PORT)
-- compose.yaml --
services:
  db:
    image: postgres:16
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		used := serversUsed(c)
		if len(used) == 0 || audit.OfRepository(c.Repo, startsServices) {
			return
		}
		var names []string
		for _, u := range used {
			names = append(names, serviceTitle[u.service])
		}
		message := fmt.Sprintf("%s needs %s, and nothing in the repository starts %s for a developer", c.Name, listed(names), pronoun(names))
		confidence := audit.MediumConfidence
		if c.Class == audit.Function {
			confidence = audit.LowConfidence // those are often developed in an account of the platform
		}
		report.Violation(c.Absence(), "stack", message, audit.WithConfidence(confidence), audit.Naming("services", listed(names)))
		for _, u := range used {
			report.Violation(u.place, "stack", message, audit.WithConfidence(confidence), audit.Naming("services", listed(names)))
		}
	},
})

var serviceTitle = map[inspect.Service]string{
	inspect.Postgres: "PostgreSQL", inspect.MySQL: "MySQL", inspect.MongoDB: "MongoDB", inspect.Redis: "Redis", inspect.Memcached: "Memcached",
	inspect.AMQP: "RabbitMQ", inspect.Kafka: "Kafka", inspect.NATS: "NATS", inspect.Elasticsearch: "Elasticsearch",
}

func listed(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

func pronoun(names []string) string {
	if len(names) > 1 {
		return "them"
	}
	return "it"
}

// use is a server that the component connects to.
type use struct {
	service inspect.Service
	place   audit.Place
}

// serversUsed are the servers that the component's own code constructs clients
// of, each once, in the order of files. Where developers have SQLite, or another
// thing in the process, they need no database server.
func serversUsed(c *audit.Component) []use {
	var list []use
	embedded := false
	for x := range audit.Facts[inspect.Client](c, source.Prod, source.DeployDev) {
		switch x.Fact.Service {
		case inspect.SQLite, inspect.EmbeddedDB:
			embedded = true
		}
		service := x.Fact.Service
		if service == inspect.Database {
			service = onlyDriver(c)
		}
		if serviceTitle[service] == "" || available.MatchString(x.File.Path) || x.Fact.Debug || x.File.Role != source.Prod || x.Fact.Handle.Source == inspect.None ||
			slices.ContainsFunc(list, func(u use) bool { return u.service == service }) || optionalClient.MatchString(x.File.Path) {
			continue
		}
		list = append(list, use{service, x.At()})
	}
	for _, e := range developmentEngines(c) {
		embedded = embedded || e.service == inspect.SQLite
	}
	if embedded || selectable(c) {
		list = slices.DeleteFunc(list, func(u use) bool { return relational(u.service) })
	}
	return list
}

// available are settings that list what can be chosen, as a framework's skeleton
// comes with them.
var available = regexp.MustCompile(`(^|/)config/(database|cache|queue|broadcasting)\.php$`)

// onlyDriver is the server whose driver the component declares, "" for none or several.
func onlyDriver(c *audit.Component) inspect.Service {
	var found inspect.Service
	for d := range audit.Facts[inspect.Dependency](c) {
		s := driverOf[strings.ToLower(d.Fact.Name)]
		if s == "" || d.Fact.Indirect || d.Fact.Group != inspect.Runtime && d.Fact.Group != inspect.Optional {
			continue
		}
		if found != "" && found != s {
			return ""
		}
		found = s
	}
	return found
}

// optionalClient are files of clients that a program has for those who use them.
var optionalClient = regexp.MustCompile(`(?i)(^|/)(contrib|plugins?|extensions?|integrations?|connectors?|adapters?|drivers?|providers?|vendor|examples?|backends)/`)

// localStack are files of tools that start services on a developer's machine.
var localStack = regexp.MustCompile(`(?i)(^|/)(\.devcontainer/.*|\.devcontainer\.json|devcontainer\.json|tiltfile|skaffold\.ya?ml|vagrantfile|devbox\.json|devenv\.nix|flake\.nix|shell\.nix|\.gitpod\.ya?ml|\.ddev/.*|\.lando\.ya?ml|garden\.ya?ml|process-compose\.ya?ml|devspace\.ya?ml|\.tilt/.*|supabase/config\.toml|[^/]*apphost\.csproj|apphost\.cs|docksal\.ya?ml|\.docksal/.*|okteto\.ya?ml|services\.flake\.nix|homestead\.ya?ml|dip\.ya?ml|.*\.nomad)$`)

// stackPackage are packages that start services for developers or tests.
var stackPackage = regexp.MustCompile(`(?i)(testcontainers|spring-boot-docker-compose|laravel/sail|mongodb-memory-server|embedded-redis|embedded-postgres|zonky|pytest-(docker|postgresql)|aspire\.hosting|dockertest|quarkus-jdbc-|devservices|embed\.mongo)`)

// startsServices reports whether anything of the repository starts a service: a
// Compose file, a dev container, a cluster's manifests, a script or recipe.
func startsServices(r *audit.Repository) bool {
	for _, f := range r.Files {
		if f.Role != source.Vendored && localStack.MatchString(f.Path) {
			return true
		}
	}
	everywhere := []source.Role{source.Prod, source.Test, source.Example, source.DevTool, source.CI, source.DeployDev, source.DeployProd, source.Docs, source.Template}
	for s := range audit.AllFacts[inspect.ComposeService](r, everywhere...) {
		if audit.BackingService(s.Fact.Image) != "" || backingName.MatchString(s.Fact.Name) {
			return true
		}
	}
	for w := range audit.AllFacts[inspect.Workload](r, everywhere...) {
		for _, k := range w.Fact.Containers {
			if audit.BackingService(k.Image) != "" {
				return true
			}
		}
	}
	for d := range audit.AllFacts[inspect.Dependency](r, everywhere...) {
		if stackPackage.MatchString(d.Fact.Name) || d.Fact.Ecosystem == inspect.Helm && backingName.MatchString(d.Fact.Name) {
			return true
		}
	}
	starts := func(commands []inspect.Command) bool {
		return slices.ContainsFunc(commands, func(command inspect.Command) bool {
			argv := audit.Unwrap(command.Argv)
			return len(argv) > 2 && containerTool.MatchString(path.Base(argv[0])) && slices.ContainsFunc(argv[1:], func(word string) bool { return audit.BackingService(word) != "" }) ||
				len(argv) > 2 && path.Base(argv[0]) == "brew" && argv[1] == "services"
		})
	}
	for t := range audit.AllFacts[inspect.Target](r, everywhere...) {
		if starts(t.Fact.Commands) {
			return true
		}
	}
	for s := range audit.AllFacts[inspect.Script](r, everywhere...) {
		if starts(s.Fact.Command) {
			return true
		}
	}
	for s := range audit.AllFacts[inspect.Command](r, everywhere...) {
		if starts([]inspect.Command{s.Fact}) {
			return true
		}
	}
	return false
}

var (
	containerTool = regexp.MustCompile(`^(docker|podman|nerdctl)$`)
	backingName   = regexp.MustCompile(`(?i)^(db|database|postgres(ql)?|mysql|mariadb|mongo(db)?|redis|rabbitmq|kafka|memcached|elasticsearch|nats)([-_].*)?$`)
)
