package dependencies

import (
	"path"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// verdict is what is known of where an import's module comes from.
type verdict int

const (
	elsewhere  verdict = iota // the project's own, the platform's, or not ours to tell
	declared                  // in a manifest
	undeclared                // in none
	unclear                   // perhaps a package, and nothing readable says what is declared
)

// origin is what one import comes down to.
type origin struct {
	verdict verdict
	name    string // the package that a manifest would name
	lock    string // path of a lock that resolves it all the same, or ""
	by      string // a declared package that always brings it, where no lock says so, or ""
	certain bool   // the package's name is beyond doubt
	stub    string // a declared package that only describes the module to a type checker, or ""
	types   bool   // only types of it are imported, which a package of types holds
	holder  string // what is declared and hands on all that it exports, or ""
}

// importUse is one import with its origin.
type importUse struct {
	audit.Located[inspect.Import]
	origin
}

// resolved is what a component's imports come down to.
type resolved struct {
	uses      []importUse
	manifests []string // of the ecosystems that the imports belong to
	unknown   bool     // something could not be read: silence proves nothing
}

// resolveImports finds the origin of every Python and JavaScript import in
// production code that needs its module: not of types alone, nor guarded.
func resolveImports(c *audit.Component) resolved {
	var r resolved
	python := pythonResolver{scope: scopeOf(c, inspect.PyPI)}
	node := nodeResolver{scope: scopeOf(c, inspect.NPM)}
	if usesFormat(c, inspect.Python) {
		python.index(c.Repo)
	}
	if usesFormat(c, inspect.JavaScript, inspect.TypeScript, inspect.TSX, inspect.Vue, inspect.Svelte, inspect.Astro) {
		node.index(c)
	}
	for i := range audit.Facts[inspect.Import](c, source.Prod, source.DeployProd) {
		if i.Fact.Guarded || i.Fact.TypeOnly {
			continue
		}
		switch i.File.Format {
		case inspect.Python:
			r.use(i, python.resolve(i))
		case inspect.JavaScript, inspect.TypeScript, inspect.TSX, inspect.Vue, inspect.Svelte, inspect.Astro:
			o := node.resolve(i)
			if dropped := i.Fact.Erased && (i.File.Format == inspect.TypeScript || i.File.Format == inspect.TSX); dropped && o.verdict == undeclared {
				o = node.types(o)
			}
			if o.verdict == undeclared {
				o.holder = handedOn(func(name string) bool { return node.scope.has(name) }, o.name)
			}
			r.use(i, o)
		}
	}
	r.manifests = append(append(r.manifests, node.scope.manifests...), python.scope.manifests...)
	r.unknown = r.unknown || unparsed(c)
	return r
}

func (r *resolved) use(i audit.Located[inspect.Import], o origin) {
	switch o.verdict {
	case declared, undeclared:
		r.uses = append(r.uses, importUse{i, o})
	case unclear:
		r.unknown = true
	}
}

func usesFormat(c *audit.Component, formats ...inspect.Format) bool {
	for _, f := range c.Files {
		for _, format := range formats {
			if f.Format == format && (f.Role == source.Prod || f.Role == source.DeployProd) {
				return true
			}
		}
	}
	return false
}

// unparsed reports whether production source could not be read.
func unparsed(c *audit.Component) bool {
	for _, f := range c.Files {
		switch f.Format {
		case inspect.Python, inspect.JavaScript, inspect.TypeScript, inspect.TSX, inspect.Vue, inspect.Svelte, inspect.Astro, inspect.Go:
			if f.Role == source.Prod && f.Failed() != "" {
				return true
			}
		}
	}
	return false
}

// errand reports whether a file is a script that people or CI run by hand:
// what it imports never runs in production.
func errand(name string) bool {
	for _, dir := range strings.Split(path.Dir(name), "/") {
		switch strings.ToLower(dir) {
		case "scripts", "script", "tools", "hack", "tooling", "benchmarks", "benchmark", "bench", ".husky", "codemods", "utils-dev":
			return true
		}
	}
	return false
}
