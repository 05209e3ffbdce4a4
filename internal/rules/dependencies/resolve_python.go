package dependencies

import (
	"path"
	"sort"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// pythonResolver finds out where Python imports come from.
type pythonResolver struct {
	scope   scope
	modules pythonModules
	known   map[string]bool   // module → whether a well-known package has its name; as far as asked
	owned   map[asked]bool    // what own was asked, and said
	origins map[string]origin // what outside was asked, by the import's whole path
}

// asked is a module's name in a directory's files.
type asked struct{ name, dir string }

// compiledPython are the extensions of modules that are imported beside .py.
var compiledPython = map[string]bool{".py": true, ".pyi": true, ".pyx": true, ".so": true, ".pyd": true}

// index makes the resolver ready for a repository's imports.
func (r *pythonResolver) index(repo *audit.Repository) {
	r.modules = audit.OfRepository(repo, modulesOfPython)
	r.known, r.owned, r.origins = map[string]bool{}, map[asked]bool{}, map[string]origin{}
}

// pythonModules are the modules and packages of a repository.
type pythonModules struct {
	parents  map[string][]string // module → directories that hold it
	packages map[string]bool     // directories with an __init__.py
}

func modulesOfPython(repo *audit.Repository) pythonModules {
	m := pythonModules{map[string][]string{}, map[string]bool{}}
	holds := map[string]bool{} // directories that are modules themselves
	for _, f := range repo.Files {
		if f.Format != inspect.Python && !compiledPython[path.Ext(f.Path)] {
			continue
		}
		dir := f.Dir()
		stem, _, _ := strings.Cut(path.Base(f.Path), ".")
		if stem == "__init__" {
			m.packages[dir] = true
		} else if in := m.parents[stem]; len(in) == 0 || in[len(in)-1] != dir { // x.py and x.pyi are one
			m.parents[stem] = append(in, dir)
		}
		for dir != "." && !holds[dir] {
			holds[dir] = true
			parent := path.Dir(dir)
			m.parents[path.Base(dir)] = append(m.parents[path.Base(dir)], parent)
			dir = parent
		}
	}
	return m
}

// silent reports whether nothing can be said: no manifest, or one that
// computes what it declares.
func (r *pythonResolver) silent() bool {
	if r.scope.unread || len(r.scope.manifests) == 0 {
		return true
	}
	for _, name := range r.scope.manifests {
		if base := path.Base(name); (base == "setup.py" || base == "pyproject.toml" || base == "setup.cfg") && len(r.scope.declared) <= 2 {
			return true // its own name, and nothing that could be read
		}
	}
	return false
}

func (r *pythonResolver) resolve(i audit.Located[inspect.Import]) origin {
	name, _, _ := strings.Cut(i.Fact.Path, ".")
	switch {
	case name == "" || strings.HasPrefix(name, "_") || pythonStandard[name] || pythonHosts[name]: // "" is a relative import
		return origin{}
	case strings.HasSuffix(name, "_pb2") || strings.HasSuffix(name, "_pb2_grpc"): // the build makes them
		return origin{}
	case r.scope.c.Class == audit.Function && pythonPlatform[name]:
		return origin{}
	case r.own(name, i.File.Dir()):
		return origin{}
	}
	if o, known := r.origins[i.Fact.Path]; known {
		return o
	}
	o := r.outside(name, i.Fact)
	if !namespaces[name] { // there it depends on the imported names, too
		r.origins[i.Fact.Path] = o
	}
	return o
}

// outside finds out where a module comes from that is not the project's.
func (r *pythonResolver) outside(name string, i inspect.Import) origin {
	if r.silent() {
		return origin{verdict: unclear}
	}
	candidates, certain := candidatesOf(name, i)
	o := origin{name: candidates[0], certain: certain}
	switch {
	case r.scope.has(candidates...), r.scope.has(companions[name]...), !certain && r.related(name, r.scope.declared) != "", !certain && r.shortened(name) != "", r.turned(name), namespaces[name] && r.namespaced(name):
		o.verdict = declared
		return o
	}
	o.verdict, o.lock = undeclared, r.scope.lock(candidates...)
	if r.scope.has("types-" + name) {
		o.stub = "types-" + name
	}
	if o.lock == "" && !certain {
		if locked := r.related(name, keys(r.scope.locked)); locked != "" {
			o.name, o.lock = locked, r.scope.locked[locked]
		}
	}
	for _, by := range brings[name] {
		if o.by == "" && r.scope.has(by) {
			o.by = by
		}
	}
	return o
}

// own reports whether a module is the project's: found from the importing
// file's directory, one around it or a usual source root; or, for a name that
// no well-known package has, below any directory that is no package itself.
func (r *pythonResolver) own(name, dir string) bool {
	is, known := r.owned[asked{name, dir}]
	if !known {
		is = r.finds(name, dir)
		r.owned[asked{name, dir}] = is
	}
	return is
}

func (r *pythonResolver) finds(name, dir string) bool {
	root := r.scope.c.Path
	for _, parent := range r.modules.parents[name] {
		if parent == "." || parent == dir || strings.HasPrefix(dir, parent+"/") || parent == path.Join(root, "src") || parent == path.Join(root, "lib") {
			return true
		}
		if !r.modules.packages[parent] && !r.wellKnown(name) {
			return true
		}
	}
	return false
}

func (r *pythonResolver) wellKnown(name string) bool {
	known, asked := r.known[name]
	if !asked {
		_, known = candidatesOf(name, inspect.Import{Path: name})
		r.known[name] = known
	}
	return known
}

// candidatesOf lists the distributions that may hold an imported module, the
// likeliest first, and tells whether its name is a well-known one.
func candidatesOf(name string, i inspect.Import) (list []string, certain bool) {
	parts := strings.Split(i.Path, ".")
	for n := min(len(parts), 3); n > 1; n-- {
		if known := distributions[strings.Join(parts[:n], ".")]; known != nil {
			return known, true
		}
	}
	if namespaces[name] {
		for _, imported := range i.Names {
			list = append(list, strings.Join(append(parts[:len(parts):len(parts)], imported), "-"))
		}
		for n := len(parts); n > 0; n-- {
			list = append(list, strings.Join(parts[:n], "-"))
		}
		return append(list, distributions[name]...), false
	}
	if known := distributions[name]; known != nil {
		return append(known[:len(known):len(known)], name), true
	}
	list = []string{inspect.NormalPyPI(name), "python-" + name, "py" + name, name + "-py", "py-" + name, "django-" + name}
	if rest, ok := strings.CutPrefix(name, "rest_framework_"); ok {
		list = append(list, "drf-"+rest, "djangorestframework-"+rest)
	}
	return list, sameName[name]
}

// related finds a package whose name shares the module's words: a module of
// its own name that the tables do not know. "telegram" and "python-telegram-bot".
func (r *pythonResolver) related(module string, packages map[string]bool) string {
	wanted := inspect.NormalPyPI(module)
	squeezed := strings.ReplaceAll(wanted, "-", "")
	var found []string
	for name := range packages {
		plain := strings.ReplaceAll(name, "-", "")
		if name != "" && (plain == squeezed || strings.Contains("-"+name+"-", "-"+wanted+"-") || strings.HasPrefix(squeezed, plain) && len(plain) > 3 ||
			strings.HasPrefix(plain, squeezed) && len(squeezed) > 3 || strings.HasSuffix(plain, squeezed) && len(squeezed) > 3 || holds(name, wanted)) {
			found = append(found, name)
		}
	}
	if len(found) == 0 {
		return ""
	}
	sort.Strings(found)
	return found[0]
}

// shortened finds a declared package that no import matches by its name, and whose
// words the module shortens: actstream of django-activity-stream.
func (r *pythonResolver) shortened(module string) string {
	squeezed := strings.ReplaceAll(inspect.NormalPyPI(module), "-", "")
	var found []string
	for name := range r.scope.declared {
		words := strings.Split(name, "-")
		for i := range words[:max(0, len(words)-1)] { // at least two words: one alone shortens too much
			if (i == 0 || words[0] == "django" || words[0] == "python") && shortens(squeezed, words[i:]) {
				found = append(found, name)
			}
		}
	}
	if len(found) == 0 {
		return ""
	}
	sort.Strings(found)
	return found[0]
}

// turned reports whether a declared package has the module's name with its halves
// turned round, as forks do (libpass of passlib), or words that begin with the
// module's letters (agent-client-protocol of acp).
func (r *pythonResolver) turned(module string) bool {
	for name := range r.scope.declared {
		words, initials := strings.Split(name, "-"), ""
		for _, word := range words {
			if word != "" {
				initials += word[:1]
			}
		}
		if len(words) > 2 && initials == module || len(name) == len(module) && len(name) > 5 && name != module && strings.Contains(name+name, module) {
			return true
		}
	}
	return false
}

// shortens reports whether a module's name is beginnings of all the words, of at least
// two letters each, and the last word as a whole.
func shortens(module string, words []string) bool {
	if len(words) == 1 {
		return len(words[0]) > 3 && module == words[0]
	}
	for n := 2; n <= min(len(module), len(words[0])); n++ {
		if module[:n] == words[0][:n] && shortens(module[n:], words[1:]) {
			return true
		}
	}
	return false
}

// holds reports whether a package's name has all of a module's words, of which
// there are several: strawberry-graphql-django has strawberry-django's.
func holds(name, module string) bool {
	words := strings.Split(module, "-")
	for _, word := range words {
		if !strings.Contains("-"+name+"-", "-"+word+"-") {
			return false
		}
	}
	return len(words) > 1
}

func (r *pythonResolver) namespaced(name string) bool {
	prefix := inspect.NormalPyPI(name) + "-"
	for known := range r.scope.declared {
		if strings.HasPrefix(known, prefix) {
			return true
		}
	}
	return false
}

func keys(m map[string]string) map[string]bool {
	set := make(map[string]bool, len(m))
	for k := range m {
		set[k] = true
	}
	return set
}
