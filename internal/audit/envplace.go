package audit

import (
	"iter"
	"maps"
	"path"
	"slices"
	"sort"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// space is an index of what files state by name.
type space struct {
	file    *File // the module, or nil
	names   map[string][]statement
	ordered []string // names, once asked for
}

type spaceKey struct {
	file   *File  // of a module
	family string // of languages; see family
	dir    string // of a package
}

// statement is one name that a file states: a value or a wrapper.
type statement struct {
	file      *File
	namespace string
	export    inspect.EnvExport
	wrapper   *inspect.EnvWrapper
}

// place is where a name may be known, with the namespace that it is asked in.
type place struct {
	space           *space
	namespace, name string
}

func (s *space) sorted() []string {
	if s.ordered == nil {
		s.ordered = slices.Sorted(maps.Keys(s.names))
	}
	return s.ordered
}

// family is the languages that see each other's names, "" for formats that ask
// nothing.
func family(f *File) string { return families[f.Format] }

var families = map[inspect.Format]string{
	inspect.JavaScript: "script", inspect.TypeScript: "script", inspect.TSX: "script", inspect.Vue: "script", inspect.Svelte: "script", inspect.Astro: "script",
	inspect.Python: "python", inspect.Go: "go", inspect.Ruby: "ruby", inspect.Java: "jvm", inspect.Kotlin: "jvm", inspect.PHP: "php", inspect.CSharp: "csharp",
}

// places are where a symbol of a file may be known.
func (j *envJoin) places(f *File, symbol string) []place {
	own, here := inspect.OwnSymbol(symbol)
	switch kind := family(f); kind {
	case "script":
		if here {
			return []place{{j.fileSpace(f), "", own}}
		}
		return j.scriptPlaces(f, symbol)
	case "python":
		if here {
			return []place{{j.fileSpace(f), "", own}}
		}
		return j.pythonPlaces(f, symbol)
	case "php":
		return j.phpPlaces(f, symbol)
	case "ruby":
		return j.rubyPlaces(f, symbol)
	case "go":
		if here {
			return []place{{j.space(spaceKey{family: kind, dir: f.Dir()}), "", own}}
		}
		return j.goPlaces(symbol)
	case "jvm":
		return j.wholePlaces(kind, symbol)
	case "csharp":
		return append(j.wholePlaces(kind, symbol), j.openedPlaces(f, symbol)...)
	default:
		if here {
			symbol = own
		}
		namespace, name, named := strings.Cut(symbol, ":")
		if !named {
			namespace, name = "", symbol
		}
		return []place{{j.space(spaceKey{family: kind}), namespace, name}}
	}
}

func (j *envJoin) fileSpace(f *File) *space { return j.space(spaceKey{file: f}) }

// space is the index of a file, a package or a family.
func (j *envJoin) space(key spaceKey) *space {
	if known := j.spaces[key]; known != nil {
		return known
	}
	if key.file == nil && !j.indexed[key.family] {
		j.indexed[key.family] = true
		j.indexFamily(key.family)
		if known := j.spaces[key]; known != nil {
			return known
		}
	}
	s := &space{file: key.file, names: map[string][]statement{}}
	j.spaces[key] = s
	if key.file != nil {
		s.add(key.file)
	}
	return s
}

// indexFamily makes the indices of a family's packages, or the one of its names.
func (j *envJoin) indexFamily(kind string) {
	for _, f := range j.repo.Files {
		if family(f) != kind || !f.Role.CanViolate() || !hasFact[inspect.EnvExport](f) && !hasFact[inspect.EnvWrapper](f) {
			continue
		}
		key := spaceKey{family: kind}
		if kind == "go" {
			j.addPackage(f)
			continue
		}
		if j.spaces[key] == nil {
			j.spaces[key] = &space{names: map[string][]statement{}}
		}
		if kind == "jvm" || kind == "csharp" {
			j.spaces[key].addWhole(f)
			continue
		}
		j.spaces[key].add(f)
	}
}

// addPackage puts what a Go file states into its package, or the one that it
// states it of: "example.com/shop/config:Config.Addr".
func (j *envJoin) addPackage(f *File) {
	for name, s := range statementsOf(f) {
		key, own := spaceKey{family: "go", dir: f.Dir()}, name
		if s.namespace != "" {
			dir, below, ok := j.goDir(s.namespace + ":" + name)
			if !ok {
				continue
			}
			key.dir, own, s.namespace = dir, below, ""
		}
		if j.spaces[key] == nil {
			j.spaces[key] = &space{names: map[string][]statement{}}
		}
		j.spaces[key].names[own] = append(j.spaces[key].names[own], s)
	}
}

func (s *space) add(f *File) {
	for name, stated := range statementsOf(f) {
		s.names[name] = append(s.names[name], stated)
	}
}

// statementsOf are the names that a file states, without their namespaces.
func statementsOf(f *File) iter.Seq2[string, statement] {
	return func(yield func(string, statement) bool) {
		for _, signal := range f.Signals() {
			s := statement{file: f}
			name := ""
			switch fact := signal.Fact.(type) {
			case inspect.EnvExport:
				s.namespace, name = split(fact.Name)
				s.export = fact
			case inspect.EnvWrapper:
				s.namespace, name = split(fact.Name)
				s.wrapper = &fact
			default:
				continue
			}
			if !yield(name, s) {
				return
			}
		}
	}
}

// split takes the namespace off a name.
func split(name string) (namespace, rest string) {
	if namespace, rest, ok := strings.Cut(name, ":"); ok {
		return namespace, rest
	}
	return "", name
}

// statements are what a name stands for at a place: one, or none where several
// may be meant.
func (j *envJoin) statements(f *File, at place) []statement {
	list := at.space.names[at.name]
	if len(list) == 0 && at.space.file != nil && at.name != "" {
		return j.handedOn(at.space.file, at.name, maxReexports)
	}
	if len(list) > 1 {
		list = narrowed(list, func(s statement) bool { return s.namespace == at.namespace })
		owner := j.owners[f]
		list = narrowed(list, func(s statement) bool { return owner != nil && j.owners[s.file] == owner })
	}
	if len(list) != 1 {
		return nil
	}
	return list
}

// narrowed are those of a list that hold, or all when none does.
func narrowed[T any](list []T, holds func(T) bool) []T {
	var some []T
	for _, s := range list {
		if holds(s) {
			some = append(some, s)
		}
	}
	if len(some) == 0 {
		return list
	}
	return some
}

// maxReexports bounds how many files hand an export on to each other.
const maxReexports = 4

// handedOn is what a module's name stands for that it imports itself.
func (j *envJoin) handedOn(f *File, name string, depth int) []statement {
	if depth == 0 {
		return nil
	}
	first, _, _ := strings.Cut(strings.TrimSuffix(name, "()"), ".")
	for _, i := range j.importsOf(f) {
		if i.Alias != "" || !slices.Contains(i.Names, "*") && !slices.Contains(i.Names, first) {
			continue // what it imports for itself is handed on only by a name of its own
		}
		target := j.imported(f, i.Path)
		if target == nil || target == f {
			continue
		}
		list := j.fileSpace(target).names[name]
		if len(list) == 0 {
			list = j.handedOn(target, name, depth-1)
		}
		if len(list) == 1 {
			return list
		}
	}
	return nil
}

// imported is the file that an import of a module's loads, or nil.
func (j *envJoin) imported(f *File, name string) *File {
	if family(f) == "python" {
		return j.module(f, name)
	}
	c := j.owners[f]
	if c == nil {
		return nil
	}
	if j.graphs[c] == nil {
		j.graphs[c] = newGraph(c)
	}
	return j.graphs[c].scriptImport(f, name)
}

// scriptPlaces follows a symbol that begins with a module as the file writes it.
func (j *envJoin) scriptPlaces(f *File, symbol string) []place {
	for _, i := range j.importsOf(f) {
		rest, below := strings.CutPrefix(symbol, i.Path)
		if !below || rest != "" && rest[0] != '.' || i.TypeOnly {
			continue
		}
		if target := j.imported(f, i.Path); target != nil {
			return []place{{j.fileSpace(target), "", strings.TrimPrefix(rest, ".")}}
		}
	}
	return nil
}

type moduleKey struct {
	c    *Component
	dir  string
	name string
}

// module is a Python module's file as another file names it, or nil.
func (j *envJoin) module(f *File, name string) *File {
	c := j.owners[f]
	if c == nil || strings.ContainsAny(name, "()*") {
		return nil
	}
	key := moduleKey{c, f.Dir(), name}
	found, known := j.modules[key]
	if !known {
		found = c.module(name, f)
		j.modules[key] = found
	}
	return found
}

// importsOf are a file's imports.
func (j *envJoin) importsOf(f *File) []inspect.Import {
	list, known := j.imports[f]
	if !known {
		for _, s := range f.Signals() {
			if i, ok := s.Fact.(inspect.Import); ok {
				list = append(list, i)
			}
		}
		j.imports[f] = list
	}
	return list
}

// pythonPlaces follows a dotted name: the longest beginning that is a module,
// and packages above it that hold the name themselves.
func (j *envJoin) pythonPlaces(f *File, symbol string) []place {
	var list []place
	for end := len(symbol); end > 0; end = strings.LastIndexByte(symbol[:end], '.') {
		module := symbol[:end]
		if strings.Trim(module, ".") == "" {
			break
		}
		if target := j.module(f, module); target != nil && end < len(symbol) {
			list = append(list, place{j.fileSpace(target), "", symbol[end+1:]})
			break
		}
	}
	if rest := strings.TrimLeft(symbol, "."); rest != symbol { // from . import name: of the package itself
		if target := j.module(f, symbol[:len(symbol)-len(rest)]); target != nil {
			list = append(list, place{j.fileSpace(target), "", rest})
		}
	}
	return list
}

// goModuleDir is a Go module's name and directory.
type goModuleDir struct{ name, dir string }

// goPlaces follows "import/path:Name".
func (j *envJoin) goPlaces(symbol string) []place {
	dir, name, ok := j.goDir(symbol)
	if !ok {
		return nil
	}
	return []place{{j.space(spaceKey{family: "go", dir: dir}), "", name}}
}

// goDir is the directory of a symbol's package, if the repository has it.
func (j *envJoin) goDir(symbol string) (dir, name string, ok bool) {
	importPath, name, ok := strings.Cut(symbol, ":")
	if !ok {
		return "", "", false
	}
	for _, m := range j.goModules() {
		if below, own := strings.CutPrefix(importPath, m.name); own && (below == "" || below[0] == '/') {
			return path.Join(m.dir, below), name, true
		}
	}
	return "", "", false
}

// goModules are the repository's Go modules, those with longer names first.
func (j *envJoin) goModules() []goModuleDir {
	if j.goDirs != nil {
		return j.goDirs
	}
	list := []goModuleDir{}
	for _, f := range j.repo.Files {
		if path.Base(f.Path) != "go.mod" {
			continue
		}
		for m := range FactsIn[inspect.Manifest]([]*File{f}, source.Prod, f.Role) {
			if m.Fact.Name != "" {
				list = append(list, goModuleDir{m.Fact.Name, f.Dir()})
			}
		}
	}
	sort.SliceStable(list, func(a, b int) bool { return len(list[a].name) > len(list[b].name) })
	j.goDirs = list
	return list
}
