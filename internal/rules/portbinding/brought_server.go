package portbinding

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// serverOfImage finds a server that the image brings, though its start is not a
// command that is known for serving: Apache with PHP inside of it, and what
// frameworks build a server into.
func serverOfImage(c *audit.Component) (at audit.Place, message string) {
	for _, p := range c.Running() {
		for _, s := range c.RunSteps(p) {
			program := audit.Program(s.Command)
			foreground := slices.ContainsFunc(s.Argv, func(word string) bool { return strings.HasSuffix(word, "FOREGROUND") })
			if foreground && apaches[program] && slices.Contains(c.Languages, "PHP") {
				return s.At(), fmt.Sprintf("%s serves through %s with PHP inside of it", p.Title(), program)
			}
			if program == "node" && len(s.Argv) > 1 && builtServers[strings.TrimPrefix(path.Clean(s.Argv[1]), "/app/")] {
				return s.At(), fmt.Sprintf("%s serves through %s, the server that the build makes", p.Title(), s.Argv[1])
			}
		}
	}
	if c.Image == nil || !depends(c, inspect.NPM, "next") {
		return audit.Place{}, ""
	}
	for _, i := range c.Image.Instructions {
		if i.Fact.Name == "COPY" && slices.ContainsFunc(i.Fact.Args, func(word string) bool { return strings.Contains(word, ".next/standalone") }) {
			return i.At(), "the image holds the server that Next.js makes of the program"
		}
	}
	return audit.Place{}, ""
}

var (
	apaches = map[string]bool{"apache2": true, "httpd": true, "apachectl": true, "apache2ctl": true, "httpd-foreground": true}
	// builtServers are what the builds of Nuxt, Nitro and Astro are started as.
	builtServers = map[string]bool{".output/server/index.mjs": true, "dist/server/entry.mjs": true}
)

// rackServers are gems that serve a Rack application: rails server and rackup
// start whichever the Gemfile names.
var rackServers = []string{"puma", "falcon", "unicorn", "pitchfork", "thin", "iodine", "agoo"}

// rackServer finds the server among the gems of a Rack application that only
// developers' descriptors start: rails server takes the same one everywhere.
func rackServer(c *audit.Component) (at audit.Place, message string) {
	started := slices.ContainsFunc(c.Processes, func(p audit.Process) bool {
		return slices.ContainsFunc(c.RunSteps(p), func(s audit.Step) bool { return audit.ServesHTTP(s.Command) })
	})
	if len(c.Running()) > 0 || !started || !c.Repo.Has(path.Join(c.Path, "config.ru")) {
		return audit.Place{}, ""
	}
	for d := range audit.Facts[inspect.Dependency](c, source.Prod) {
		if d.Fact.Ecosystem == inspect.Gem && d.Fact.Group == inspect.Runtime && d.File.Format == inspect.Gemfile && slices.Contains(rackServers, d.Fact.Name) {
			return d.At(), fmt.Sprintf("the Gemfile brings %s, through which the program serves", d.Fact.Name)
		}
	}
	return audit.Place{}, ""
}

func depends(c *audit.Component, ecosystem inspect.Ecosystem, name string) bool {
	return audit.Has(c, func(d inspect.Dependency) bool {
		return d.Ecosystem == ecosystem && d.Name == name && d.Group == inspect.Runtime
	})
}
