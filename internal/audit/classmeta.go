package audit

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// metaFramework builds pages, and a server too if it is told to.
type metaFramework struct {
	name   string          // as people call it
	need   map[string]bool // packages, one of which a program of it depends on
	config *regexp.Regexp  // names of the files of its settings
	server map[string]bool // modules that its settings import to build a server
	static map[string]bool // modules that they import to build files alone
	routes *regexp.Regexp  // paths in the component of what only a server can run
}

var metaFrameworks = []metaFramework{
	{
		name: "SvelteKit", need: map[string]bool{"@sveltejs/kit": true}, config: regexp.MustCompile(`^(svelte|vite)\.config\.[cm]?[jt]s$`),
		server: map[string]bool{"@sveltejs/adapter-node": true, "svelte-adapter-bun": true, "svelte-adapter-deno": true},
		static: map[string]bool{"@sveltejs/adapter-static": true},
		routes: regexp.MustCompile(`^src/hooks\.server\.[jt]s$|^src/routes/(.*/)?\+(server|page\.server|layout\.server)\.[jt]s$`),
	},
	{
		name: "Nuxt", need: map[string]bool{"nuxt": true, "nuxt3": true, "nuxt-nightly": true}, config: regexp.MustCompile(`^nuxt\.config\.[cm]?[jt]s$`),
		routes: regexp.MustCompile(`^(src/)?server/(api|routes|middleware|plugins)/.+\.[jt]s$`),
	},
	{
		name: "Remix", need: map[string]bool{"@remix-run/node": true, "@react-router/node": true}, config: regexp.MustCompile(`^(remix|react-router|vite)\.config\.[cm]?[jt]s$`),
		routes: regexp.MustCompile(`^app/entry\.server\.[jt]sx?$|^app/(.*/)?[^/]+\.server\.[jt]sx?$|^app/(.*/)?\.server/`),
	},
	{
		name: "Astro", need: map[string]bool{"astro": true}, config: regexp.MustCompile(`^astro\.config\.[cm]?[jt]s$`),
		server: map[string]bool{"@astrojs/node": true},
		routes: regexp.MustCompile(`^src/pages/(.*/)?[^/]+\.[jt]s$|^src/middleware(/index)?\.[jt]s$|^src/actions(/index)?\.[jt]s$`),
	},
}

// buildsServer looks for a program of a framework for pages that is built into
// a server: its settings name the adapter of one, or its routes use a database,
// which no browser does.
func (d *decision) buildsServer() (Class, string) {
	manifest := d.c.Repo.File(path.Join(d.c.Path, "package.json"))
	if manifest == nil || d.distributed() == manifest.Path || d.fileServer() != "" || d.generates(manifest) {
		return "", ""
	}
	for _, m := range metaFrameworks {
		if !dependsOnAny(manifest, m.need) {
			continue
		}
		at, adapter, files := m.adapter(d.c)
		if files {
			return "", ""
		}
		if adapter != "" {
			return WebService, fmt.Sprintf("%s builds a server through %s.", at, adapter)
		}
		if route := m.route(d.c); route != "" {
			if db, what, ok := d.c.client(); ok {
				return WebService, fmt.Sprintf("%s runs on a server of %s, and %s is %s.", route, m.name, db, what)
			}
		}
	}
	return "", ""
}

// generates reports whether the build makes files alone.
func (d *decision) generates(manifest *File) bool {
	for s := range FactsIn[inspect.Script]([]*File{manifest}, manifest.Role) {
		for _, command := range s.Fact.Command {
			if argv := Unwrap(command.Argv); s.Fact.Name == "build" && len(argv) > 1 && strings.HasPrefix(path.Base(argv[0]), "nux") && argv[1] == "generate" {
				return true
			}
		}
	}
	return false
}

func dependsOnAny(manifest *File, names map[string]bool) bool {
	for dep := range FactsIn[inspect.Dependency]([]*File{manifest}, manifest.Role) {
		if names[dep.Fact.Name] {
			return true
		}
	}
	return false
}

// adapter is what the framework's settings import to build a server, and where;
// files is for one that builds no server.
func (m metaFramework) adapter(c *Component) (at Place, module string, files bool) {
	for _, f := range c.Repo.Files {
		if path.Dir(f.Path) != c.Path || !m.config.MatchString(path.Base(f.Path)) {
			continue
		}
		for i := range FactsIn[inspect.Import]([]*File{f}, f.Role) {
			switch {
			case m.static[i.Fact.Path]:
				return Place{}, "", true
			case m.server[i.Fact.Path] && module == "":
				at, module = i.At(), i.Fact.Path
			}
		}
	}
	return at, module, false
}

// route is the component's first file that only a server runs, or "".
func (m metaFramework) route(c *Component) string {
	for _, f := range c.Files {
		if f.Role == source.Prod && m.routes.MatchString(strings.TrimPrefix(strings.TrimPrefix(f.Path, c.Path), "/")) {
			return f.Path
		}
	}
	return ""
}

// client is the component's first client of a database, in what a deploy runs.
func (c *Component) client() (at Place, what string, ok bool) {
	for x := range Facts[inspect.Client](c) {
		if isDatastore(x.Fact.Service) && x.File.Role == source.Prod {
			return x.At(), clientOf(x.Fact), true
		}
	}
	return Place{}, "", false
}
