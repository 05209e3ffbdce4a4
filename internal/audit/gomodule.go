package audit

import (
	"maps"
	"path"
	"sort"
	"strings"

	"twelvefold/internal/inspect"
)

// module is a Go module's packages as the import graph of its prod files.
type module struct {
	dir     string
	name    string                     // as go.mod says
	imports map[string]map[string]bool // package directory → directories it imports inside the module
	mains   []string                   // directories of package main with func main, sorted
	library bool                       // some package is no main and not internal: others may import it
}

// moduleAt reads the module whose go.mod lies in dir, or nil.
func moduleAt(repo *Repository, dir string) *module {
	modfile := repo.File(path.Join(dir, "go.mod"))
	if modfile == nil {
		return nil
	}
	name := ""
	for _, s := range modfile.Signals() {
		if m, ok := s.Fact.(inspect.Manifest); ok {
			name = m.Name
		}
	}
	m := &module{dir: dir, name: name, imports: map[string]map[string]bool{}}
	mains := map[string]bool{}
	for _, f := range repo.Files {
		if f.Format == inspect.Go && f.Role.CanViolate() && Under(f.Path, dir) && !nestedModule(repo, f.Path, dir) {
			m.addFile(f, name, mains)
		}
	}
	for main := range mains {
		m.mains = append(m.mains, main)
	}
	sort.Strings(m.mains)
	return m
}

func nestedModule(repo *Repository, name, dir string) bool {
	for d := path.Dir(name); d != dir && d != "."; d = path.Dir(d) {
		if repo.Has(path.Join(d, "go.mod")) {
			return true
		}
	}
	return false
}

func (m *module) addFile(f *File, name string, mains map[string]bool) {
	dir := path.Dir(f.Path)
	if pinsTools(f) {
		return
	}
	if m.imports[dir] == nil {
		m.imports[dir] = map[string]bool{}
	}
	program, entry := false, false
	for _, s := range f.Signals() {
		switch fact := s.Fact.(type) {
		case inspect.Package:
			program = fact.Name == "main"
		case inspect.EntryPoint:
			entry = entry || fact.Via == "func main"
		case inspect.Import:
			if name != "" && (fact.Path == name || strings.HasPrefix(fact.Path, name+"/")) {
				m.imports[dir][path.Join(m.dir, strings.TrimPrefix(strings.TrimPrefix(fact.Path, name), "/"))] = true
			}
		}
	}
	if program && entry {
		mains[dir] = true
	}
	if inModule := strings.TrimPrefix(dir, m.dir); !program && !strings.Contains("/"+inModule+"/", "/internal/") {
		m.library = true
	}
}

// pinsTools reports whether a Go file is there only for the versions of the
// programs that it imports.
func pinsTools(f *File) bool {
	named, pins := false, false
	for _, s := range f.Signals() {
		switch fact := s.Fact.(type) {
		case inspect.Package:
			named = fact.Name == "tools"
		case inspect.Import:
			if fact.Alias != "_" {
				return false
			}
			pins = true
		}
	}
	return named && pins
}

// reach is the package directories that the mains are built from.
func (m *module) reach(mains ...string) map[string]bool {
	seen := map[string]bool{}
	var visit func(dir string)
	visit = func(dir string) {
		if seen[dir] {
			return
		}
		seen[dir] = true
		for next := range m.imports[dir] {
			visit(next)
		}
	}
	for _, dir := range mains {
		visit(dir)
	}
	return seen
}

// packages are the directories of the packages that a Go program is built from:
// its module's, and once it is joined with the repository's libraries, theirs
// that it imports. It is nil for what is no Go program.
func (c *Component) packages() map[string]bool {
	dir := c.Path
	if c.anchor.main != "" {
		dir = c.anchor.module
	}
	m := moduleAt(c.Repo, dir)
	if m == nil || len(m.mains) == 0 {
		return nil
	}
	reach := m.reach(m.programs(c)...)
	if len(c.taken) > 0 {
		reach = reachAcross(c.Repo, reach, c.Libraries())
	}
	return reach
}

// reachAcross adds to the packages of one module those that they import of the
// repository's other modules.
func reachAcross(repo *Repository, reach map[string]bool, libraries []*Component) map[string]bool {
	var others []*module
	for _, l := range libraries {
		if m := moduleAt(repo, l.Path); m != nil && m.name != "" {
			others = append(others, m)
		}
	}
	all := maps.Clone(reach)
	for next := reach; len(others) > 0 && len(next) > 0; {
		found := map[string]bool{}
		for _, f := range repo.Files {
			if f.Format != inspect.Go || !next[path.Dir(f.Path)] {
				continue
			}
			for _, s := range f.Signals() {
				if i, ok := s.Fact.(inspect.Import); ok {
					for _, m := range others {
						m.addImported(i.Path, all, found)
					}
				}
			}
		}
		next = found
	}
	return all
}

// addImported adds the packages that an import of the module brings.
func (m *module) addImported(name string, all, found map[string]bool) {
	rest, ok := strings.CutPrefix(name, m.name)
	if !ok || rest != "" && rest[0] != '/' {
		return
	}
	for dir := range m.reach(path.Join(m.dir, rest)) {
		if !all[dir] {
			all[dir], found[dir] = true, true
		}
	}
}

// builds lists the module's mains that a Dockerfile compiles or copies in.
func (m *module) builds(f *File) []string {
	built := map[string]bool{}
	for _, s := range f.Signals() {
		i, ok := s.Fact.(inspect.Instruction)
		if !ok || i.Start == nil || i.Name != "RUN" {
			continue
		}
		for _, c := range i.Start.Commands {
			if len(c.Argv) < 3 || path.Base(c.Argv[0]) != "go" || c.Argv[1] != "build" && c.Argv[1] != "install" {
				continue
			}
			for _, word := range c.Argv[2:] {
				m.match(word, built)
			}
		}
	}
	if len(built) == 0 {
		for _, main := range m.mains {
			if main == path.Dir(f.Path) || m.starts(f, main) {
				built[main] = true
			}
		}
	}
	list := make([]string, 0, len(built))
	for main := range built {
		list = append(list, main)
	}
	sort.Strings(list)
	return list
}

// starts reports whether an image starts a main's program by the name that
// people give it: the directory's, or that after the module's ("shop-server").
// What compiles it stands elsewhere, in a Makefile or a release's build.
func (m *module) starts(f *File, main string) bool {
	if main == m.dir {
		return false
	}
	start := readImage(f, imagePlan{}).Start()
	if start == nil || len(start.Commands) == 0 {
		return false
	}
	return m.calls(main, Program(start.Commands[len(start.Commands)-1]))
}

// calls reports whether a program has a name that people give a main's.
func (m *module) calls(main, program string) bool {
	return program == path.Base(main) || program == moduleBase(m.name)+"-"+path.Base(main)
}

// match adds the mains that a package argument of go build names.
func (m *module) match(word string, built map[string]bool) {
	word = strings.TrimSuffix(word, "/main.go")
	if word == "main.go" {
		word = "."
	}
	tree := strings.HasSuffix(word, "/...")
	word = strings.TrimSuffix(word, "/...")
	if strings.HasPrefix(word, "-") || word != "." && !strings.Contains(word, "/") {
		return
	}
	if rest, own := strings.CutPrefix(word, m.name+"/"); own && m.name != "" {
		word = "./" + rest // by its import path
	}
	dir := path.Join(m.dir, strings.TrimPrefix(word, "/"))
	for _, main := range m.mains {
		if main == dir || tree && Under(main, dir) || strings.HasPrefix(word, "/") && strings.HasSuffix(word, "/"+main) {
			built[main] = true
		}
	}
}

// splitModule makes programs of one module components of their own when at
// least two are deployed apart, each built alone by a Dockerfile of its own.
// Packages that several programs import stay with the module.
func (s *anchorSet) splitModule(repo *Repository, a *anchor) {
	m := moduleAt(repo, a.dir)
	alone := map[string][]*File{}
	for _, f := range a.dockerfiles {
		if built := m.builds(f); len(built) == 1 {
			alone[built[0]] = append(alone[built[0]], f)
		}
	}
	if len(alone) < 2 {
		return
	}
	users := map[string]int{}
	for _, main := range m.mains {
		for dir := range m.reach(main) {
			users[dir]++
		}
	}
	var shared []*File
	for _, f := range a.dockerfiles {
		if built := m.builds(f); len(built) != 1 || built[0] == a.dir {
			shared = append(shared, f)
		}
	}
	for _, main := range m.mains {
		if main == a.dir || alone[main] == nil {
			continue
		}
		if a.apart == nil {
			a.apart = map[string]bool{}
		}
		a.apart[main] = true
		own := s.at(main)
		own.main, own.module, own.dockerfiles = main, a.dir, alone[main]
		own.packages = map[string]bool{}
		for dir := range m.reach(main) {
			if users[dir] == 1 {
				own.packages[dir] = true
			}
		}
	}
	a.dockerfiles = shared
}
