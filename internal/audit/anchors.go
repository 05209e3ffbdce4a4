package audit

import (
	"path"
	"slices"
	"sort"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// anchor is a directory that something says is a unit of its own.
type anchor struct {
	dir         string
	container   bool            // a workspace root: a unit only if it is deployed itself
	dockerfiles []*File         // that build it
	deployed    []*File         // Procfile, fly.toml, Compose files that start it
	class       Class           // from the settings
	declared    bool            // the settings name it
	module      string          // directory of the Go module, for a split program
	main        string          // package main's directory, for a Go program split off its module
	apart       map[string]bool // package mains that were split off this module
	packages    map[string]bool // Go package directories that this program alone imports
}

// claims are the files that the unit is built and started with.
func (a *anchor) claims() []*File { return slices.Concat(a.dockerfiles, a.deployed) }

type anchorSet struct {
	byDir  map[string]*anchor
	sorted []*anchor // of byDir, by directory; nil where one was added since
}

func (s *anchorSet) at(dir string) *anchor {
	a := s.byDir[dir]
	if a == nil {
		a = &anchor{dir: dir}
		s.byDir[dir], s.sorted = a, nil
	}
	return a
}

// nearest is the anchor that a path belongs to, or nil.
func (s *anchorSet) nearest(dir string) *anchor {
	for {
		if a := s.byDir[dir]; a != nil {
			return a
		}
		if dir == "." {
			return nil
		}
		dir = path.Dir(dir)
	}
}

// findAnchors collects the anchors of rules.md A2 from files that can violate.
func findAnchors(repo *Repository, settings Settings) *anchorSet {
	s := &anchorSet{byDir: map[string]*anchor{}}
	for _, f := range repo.Files {
		if f.Role.CanViolate() && !strings.HasPrefix(f.Path, ".github/") {
			s.manifest(repo, f)
		}
	}
	for _, c := range settings.Components {
		if repo.hasDir(c.Path) && !repo.Has(c.Path) {
			a := s.at(c.Path)
			a.class, a.declared = c.Class, true
		}
	}
	s.images(repo)
	for _, f := range repo.Files {
		if f.Role.CanViolate() {
			for _, dir := range startsIn(f) {
				if root := s.byDir[dir]; root != nil && root.container {
					if a := s.started(repo, root, startsAt(f, dir)); a != nil {
						a.deployed = append(a.deployed, f)
						continue
					}
				}
				a := s.nearest(dir) // a second Procfile inside a unit starts the same unit in another way
				if a == nil {
					a = s.at(dir)
				}
				a.deployed = append(a.deployed, f)
			}
		}
	}
	if len(s.byDir) == 0 {
		s.bare(repo)
	}
	return s
}

// bare anchors the directory of a program that no manifest describes: the one
// that holds everything which listens or answers requests.
func (s *anchorSet) bare(repo *Repository) {
	dir := ""
	for _, f := range repo.Files {
		if f.Role != source.Prod || !hasFact[inspect.Listen](f) && !hasFact[inspect.Handler](f) {
			continue
		}
		if dir == "" {
			dir = f.Dir()
		}
		for !Under(f.Path, dir) {
			dir = path.Dir(dir)
		}
	}
	if dir != "" {
		s.at(dir)
	}
}

// images gives the Dockerfiles to what they build.
func (s *anchorSet) images(repo *Repository) {
	packed := map[*anchor][]*File{} // by Dockerfiles that a build argument gives the module's archive
	for _, f := range repo.Files {
		if !f.Role.CanViolate() {
			continue
		}
		if f.Format == inspect.Dockerfile {
			modules, argument := s.packedModules(repo, f)
			for _, a := range modules {
				if argument {
					packed[a] = append(packed[a], f)
				} else {
					a.dockerfiles = append(a.dockerfiles, f)
				}
			}
			if len(modules) > 0 {
				continue
			}
			a := s.context(repo, f, repo.contexts[f.Path])
			if member := s.member(repo, f, a); member != nil {
				a = member
			}
			a.dockerfiles = append(a.dockerfiles, f)
		}
	}
	for a, files := range packed {
		if len(a.dockerfiles) == 0 {
			a.dockerfiles = files
		}
	}
}

// startsIn lists the directories whose programs a platform's descriptor starts.
func startsIn(f *File) []string {
	dir := f.Dir()
	if f.Format == inspect.Procfile || f.Format == inspect.Fly {
		return []string{dir}
	}
	if !hasFact[inspect.PlatformService](f) {
		return nil
	}
	var list []string
	for _, s := range f.Signals() {
		if service, ok := s.Fact.(inspect.PlatformService); ok && service.Type != "static" {
			root := path.Join(dir, service.Root)
			if !strings.HasPrefix(root, "..") && !slices.Contains(list, root) {
				list = append(list, root)
			}
		}
	}
	return list
}

// startsAt are the commands by which a platform's descriptor starts what lies in
// a directory.
func startsAt(f *File, dir string) []inspect.Command {
	var list []inspect.Command
	for _, s := range f.Signals() {
		switch fact := s.Fact.(type) {
		case inspect.Process:
			list = append(list, fact.Start.Commands...)
		case inspect.PlatformService:
			if fact.Start != nil && path.Join(path.Dir(f.Path), fact.Root) == dir {
				list = append(list, fact.Start.Commands...)
			}
		}
	}
	return list
}

// manifest anchors a directory on a package manifest. A requirements directory
// stands for the one above; files that only pin tools anchor nothing.
func (s *anchorSet) manifest(repo *Repository, f *File) {
	dir := path.Dir(f.Path)
	if path.Base(f.Path) == "pubspec.yaml" && flutterApp(repo, dir) != "" || functionDescriptor(f) && hasCode(repo, dir) {
		s.at(dir)
		return
	}
	switch f.Format {
	case inspect.PackageJSON, inspect.GoModFile, inspect.Pipfile, inspect.Gemfile, inspect.Gemspec, inspect.ComposerJSON, inspect.MavenPOM:
	case inspect.SetupPy:
		if repo.Has(path.Join(dir, "__init__.py")) {
			return // a module of a package that happens to be named so
		}
	case inspect.PyProject, inspect.SetupCfg:
		if !declaresPackage(f) {
			return
		}
	case inspect.Requirements:
		if !declaresRuntime(f) {
			return
		}
		if path.Base(dir) == "requirements" {
			dir = path.Dir(dir)
		}
	case inspect.Gradle, inspect.GradleKotlin:
		if !strings.HasPrefix(path.Base(f.Path), "build.gradle") {
			if declaresWorkspaces(f) { // settings.gradle
				s.at(dir).container = true
			}
			return
		}
	case inspect.MSBuild:
		if !isProject(f) {
			return
		}
	case inspect.PnpmSpace, inspect.GoWork, inspect.Solution:
		s.at(dir).container = true
		return
	default:
		return
	}
	a := s.at(dir)
	a.container = a.container || declaresWorkspaces(f)
}

// isProject tells a .NET project from the settings that projects share.
func isProject(f *File) bool {
	ext := strings.ToLower(path.Ext(f.Path))
	return ext == ".csproj" || ext == ".fsproj" || ext == ".vbproj"
}

// declaresWorkspaces reports whether a manifest only holds others together:
// workspaces, Maven's modules, Gradle's projects.
func declaresWorkspaces(f *File) bool {
	for _, s := range f.Signals() {
		if m, ok := s.Fact.(inspect.Manifest); ok && (len(m.Workspaces) > 0 || m.Packaging == "pom") {
			return true
		}
	}
	return false
}

func declaresPackage(f *File) bool {
	for _, s := range f.Signals() {
		switch fact := s.Fact.(type) {
		case inspect.Manifest:
			if fact.Name != "" {
				return true
			}
		case inspect.Dependency:
			if fact.Group == inspect.Runtime {
				return true
			}
		}
	}
	return false
}

func declaresRuntime(f *File) bool {
	for _, s := range f.Signals() {
		if d, ok := s.Fact.(inspect.Dependency); ok && d.Group == inspect.Runtime {
			return true
		}
	}
	return false
}

// context finds what a Dockerfile builds: its own directory, when a server of
// files hands out what lies there; the directory inside the named context
// that all the code that it copies lies in; the unit that it lies in, when that is inside the
// context that a descriptor names; else the context; else its own directory
// when code lies there; else the unit around it.
func (s *anchorSet) context(repo *Repository, f *File, named string) *anchor {
	dir := path.Dir(f.Path)
	around := s.nearest(dir)
	if assetsOf(repo, f, named) != "" && !hasCode(repo, dir) {
		return s.at(dir)
	}
	if home := codeHome(repo, f, named); home != "" && (around == nil || home != around.dir && Under(home, around.dir)) {
		return s.at(home)
	}
	if named != "" && around != nil && Under(around.dir, named) {
		return around
	}
	for _, outer := range []string{named, dir} {
		if a := s.onlyBelow(repo, outer); a != nil && startsSomething(f) || a != nil && outer == named {
			return a
		}
	}
	if named != "" && (s.byDir[named] != nil || hasCode(repo, named)) {
		return s.at(named)
	}
	if around != nil && (around.dir == dir || inGoModule(repo, around) || !hasCode(repo, dir) || !startsSomething(f)) {
		return around
	}
	return s.at(dir)
}

// onlyBelow is the unit inside a directory that all the directory's code lies
// in, nil when there is none: an image built one level above its program.
func (s *anchorSet) onlyBelow(repo *Repository, dir string) *anchor {
	if dir == "" || dir == "." || s.byDir[dir] != nil {
		return nil
	}
	var only *anchor
	for _, f := range repo.Files {
		if !Under(f.Path, dir) || !f.Role.CanViolate() || !isCode(f) {
			continue
		}
		a := s.nearest(path.Dir(f.Path))
		if a == nil || a.dir == dir || !Under(a.dir, dir) || only != nil && only != a {
			return nil
		}
		only = a
	}
	return only
}

// codeHome is the directory that a Dockerfile and all the code and manifests
// that it copies from its context lie in, "" when that is no part of the
// context but all of it, or when the image starts nothing.
func codeHome(repo *Repository, f *File, context string) string {
	if context == "" || !startsSomething(f) {
		return ""
	}
	home, found := path.Dir(f.Path), false
	for _, from := range copies(f) {
		name := path.Join(context, from)
		for _, file := range repo.Files {
			if Under(file.Path, name) && file.Role.CanViolate() && (isCode(file) || hasFact[inspect.Manifest](file) || hasFact[inspect.Dependency](file)) {
				found = true
				for home != "." && !Under(file.Path, home) {
					home = path.Dir(home)
				}
			}
		}
	}
	if !found || home == context || !Under(home, context) || !hasCode(repo, home) {
		return ""
	}
	return home
}

// inGoModule reports whether the anchor is a Go module: its programs are told
// apart by their main packages, not by directories.
func inGoModule(repo *Repository, a *anchor) bool { return repo.Has(path.Join(a.dir, "go.mod")) }

func startsSomething(f *File) bool {
	for _, s := range f.Signals() {
		if i, ok := s.Fact.(inspect.Instruction); ok && i.Final && (i.Name == "CMD" || i.Name == "ENTRYPOINT") {
			return true
		}
	}
	return false
}

// hasCode reports whether program text that can violate lies under dir.
func hasCode(repo *Repository, dir string) bool {
	for _, f := range repo.Files {
		if Under(f.Path, dir) && f.Role.CanViolate() && isCode(f) {
			return true
		}
	}
	return false
}

// split orders the anchors by directory, and parts Go modules with several
// separately deployed programs.
func (s *anchorSet) split(repo *Repository) []*anchor {
	for _, a := range s.list() {
		if inGoModule(repo, a) {
			s.splitModule(repo, a)
		}
	}
	return s.list()
}

func (s *anchorSet) list() []*anchor {
	if s.sorted != nil {
		return s.sorted
	}
	var list []*anchor
	for _, a := range s.byDir {
		list = append(list, a)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].dir < list[j].dir })
	s.sorted = list
	return list
}
