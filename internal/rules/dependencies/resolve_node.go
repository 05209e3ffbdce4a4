package dependencies

import (
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// nodeResolver finds out where JavaScript and TypeScript imports come from.
type nodeResolver struct {
	scope      scope
	prefixes   []string        // that a tsconfig or package.json maps to local files
	bases      []string        // directories whose names can be imported bare
	everything bool            // a tsconfig maps every name
	own        map[string]bool // names of the repository's packages
	near       map[string]bool // directories and file stems near the component's root, in lower case
	stems      map[string]bool // paths without extension, and directories
	pinned     bool            // an import map of Rails says where packages come from
}

// index reads aliases, the repository's package names and the names of
// directories that bundler configurations give aliases to.
func (r *nodeResolver) index(c *audit.Component) {
	r.own, r.near, r.stems = audit.OfRepository(c.Repo, nodePackages), map[string]bool{}, map[string]bool{}
	seen := map[string]bool{}
	for _, list := range [][]*audit.File{c.Above(), c.Files} {
		for _, f := range list {
			r.aliases(c.Repo, f, seen)
		}
	}
	dirs := map[string]bool{}
	for _, f := range c.Files {
		r.pinned = r.pinned || path.Base(f.Path) == "importmap.rb"
		if f.Role == source.Prod {
			rest := strings.TrimPrefix(f.Path, c.Path+"/")
			for range 3 {
				segment, below, more := strings.Cut(rest, "/")
				if !more {
					segment, _, _ = strings.Cut(segment, ".")
				}
				r.near[strings.ToLower(segment)] = true
				if rest = below; !more {
					break
				}
			}
		}
		r.stems[f.Path] = true
		r.stems[strings.TrimSuffix(f.Path, path.Ext(f.Path))] = true
		for dir := f.Dir(); dir != "." && !dirs[dir]; dir = path.Dir(dir) {
			dirs[dir] = true
			r.stems[strings.TrimSuffix(dir, path.Ext(dir))] = true
			r.stems[dir] = true
		}
	}
}

// nodePackages are the names of the repository's own packages of npm.
func nodePackages(repo *audit.Repository) map[string]bool {
	own := map[string]bool{}
	for m := range audit.AllFacts[inspect.Manifest](repo, everyRole...) {
		if m.Fact.Ecosystem == inspect.NPM {
			own[m.Fact.Name] = true
		}
	}
	return own
}

// aliases reads what one file maps to local files, and what it extends: a
// path, or a package of the repository.
func (r *nodeResolver) aliases(repo *audit.Repository, f *audit.File, seen map[string]bool) {
	if f == nil || seen[f.Path] {
		return
	}
	seen[f.Path] = true
	for s := range f.Of(inspect.Manifest{}, inspect.ImportAliases{}) {
		switch fact := s.Fact.(type) {
		case inspect.Manifest:
			if fact.Ecosystem == inspect.NPM {
				r.prefixes = append(r.prefixes, fact.Aliases...)
			}
		case inspect.ImportAliases:
			for _, prefix := range fact.Prefixes {
				if prefix == "" {
					r.everything = true
				} else {
					r.prefixes = append(r.prefixes, prefix)
				}
			}
			if fact.Base != "" {
				r.bases = append(r.bases, path.Join(path.Dir(f.Path), fact.Base))
			}
			for _, parent := range fact.Extends {
				r.aliases(repo, extended(repo, f.Path, parent), seen)
			}
		}
	}
}

// extended finds the configuration that another extends, or nil.
func extended(repo *audit.Repository, from, name string) *audit.File {
	base := path.Join(path.Dir(from), name)
	if !strings.HasPrefix(name, ".") {
		pkg, rest := packageName(name)
		base = ""
		for m := range audit.AllFacts[inspect.Manifest](repo) {
			if m.Fact.Ecosystem == inspect.NPM && m.Fact.Name == pkg {
				base = path.Join(path.Dir(m.File.Path), rest)
			}
		}
		if base == "" {
			return nil
		}
	}
	for _, candidate := range []string{base, base + ".json", path.Join(base, "tsconfig.json")} {
		if f := repo.File(candidate); f != nil {
			return f
		}
	}
	return nil
}

// packageName splits an import into the package and the path inside of it.
func packageName(name string) (pkg, rest string) {
	parts := strings.SplitN(name, "/", 3)
	if strings.HasPrefix(name, "@") && len(parts) > 1 {
		return parts[0] + "/" + parts[1], strings.Join(parts[2:], "/")
	}
	return parts[0], strings.Join(parts[1:], "/")
}

func (r *nodeResolver) silent() bool {
	return r.pinned || r.scope.unread || len(r.scope.manifests) == 0
}

// registryName is what npm accepts today as a package's name.
var registryName = regexp.MustCompile(`^(@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*$`)

func (r *nodeResolver) resolve(i audit.Located[inspect.Import]) origin {
	name, _, _ := strings.Cut(i.Fact.Path, "?") // a bundler's query: ./worker?worker
	if strings.ContainsAny(name, ":!\x00 ") || strings.HasSuffix(i.File.Path, ".d.ts") {
		return origin{} // node:fs, virtual:x, a loader's chain; declarations are types
	}
	pkg, _ := packageName(name)
	scopeName, _, _ := strings.Cut(pkg, "/")
	switch {
	case !registryName.MatchString(pkg), // ./x, @/x, ~x, #x, $lib, Components/x
		pkg == "node_modules", strings.HasSuffix(pkg, ".json"): // a path from the root, a file that a build writes
		return origin{}
	case nodeBuiltin[pkg], nodeHosts[pkg], nodeHosts[scopeName], r.own[pkg], r.scope.c.Class == audit.Function && (nodePlatform[pkg] || nodePlatform[scopeName]):
		return origin{}
	case r.silent():
		return origin{verdict: unclear}
	}
	o := origin{name: pkg, certain: true}
	switch {
	case r.scope.has(pkg), r.scope.has(nodeCompanions[pkg]...):
		o.verdict = declared
	case r.typesOnly(pkg, i.File.Format), r.aliased(name), r.local(name, pkg):
		return origin{}
	default:
		o.verdict, o.lock = undeclared, r.scope.lock(pkg)
	}
	return o
}

// types is the origin of an undeclared package of which only types are imported: the
// package of types that a lock happens to have, or nothing.
func (r *nodeResolver) types(o origin) origin {
	name := typesOf(o.name)
	if lock := r.scope.lock(name); lock != "" {
		return origin{verdict: undeclared, name: name, lock: lock, certain: true, types: true}
	}
	return origin{}
}

// typesOf is the package that holds the types of another.
func typesOf(pkg string) string {
	return "@types/" + strings.ReplaceAll(strings.TrimPrefix(pkg, "@"), "/", "__")
}

// typesOnly reports whether only the types of a package are declared: its
// import in TypeScript then can be of types alone, and is dropped.
func (r *nodeResolver) typesOnly(pkg string, format inspect.Format) bool {
	if format == inspect.JavaScript {
		return false
	}
	return r.scope.has(typesOf(pkg))
}

func (r *nodeResolver) aliased(name string) bool {
	for _, prefix := range r.prefixes {
		if name == prefix || strings.HasSuffix(prefix, "/") && strings.HasPrefix(name+"/", prefix) || !strings.HasSuffix(prefix, "/") && strings.HasPrefix(name, prefix+"/") {
			return true
		}
	}
	first, _, _ := strings.Cut(name, "/")
	for _, base := range r.bases {
		if r.stems[path.Join(base, first)] {
			return true
		}
	}
	return false
}

// local reports whether a bundler's alias, which no signal states, is likely:
// a directory or file of that name lies near the component's root.
func (r *nodeResolver) local(name, pkg string) bool {
	first, rest, _ := strings.Cut(pkg, "/")
	if strings.HasPrefix(first, "@") {
		return rest != "" && r.near[strings.TrimPrefix(first, "@")]
	}
	return r.near[first] && (r.everything || name != pkg || r.dirs(first))
}

// dirs reports whether a directory or file of that name lies directly in the
// component or in its source root.
func (r *nodeResolver) dirs(name string) bool {
	for _, root := range []string{"", "src", "app", "client", "client/app", "lib"} {
		if r.stems[path.Join(r.scope.c.Path, root, name)] {
			return true
		}
	}
	return false
}
