package audit

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// A build of the JVM with several modules often has one Dockerfile for all: it
// copies the archive that a build argument names, or lies where the archive of
// one module is copied to by hand.

// packedModules are the modules of the JVM that a Dockerfile outside of them
// packs: the one in whose directory or by whose name it finds the archive, or,
// when a build argument decides which it is, each that is a program.
func (s *anchorSet) packedModules(repo *Repository, f *File) (list []*anchor, argument bool) {
	dir := path.Dir(f.Path)
	around := s.nearest(dir)
	if around == nil || !startsSomething(f) || !around.container && repo.isModule(around.dir) {
		return nil, false
	}
	var modules []*anchor
	for _, a := range s.list() {
		if a != around && Under(a.dir, around.dir) && !a.container && repo.isModule(a.dir) {
			modules = append(modules, a)
		}
	}
	for _, from := range copies(f) {
		name := path.Base(from)
		if !archive.MatchString(name) {
			continue
		}
		if strings.HasPrefix(from, "$") {
			argument = true // each module is built in a context of its own
			continue
		}
		for _, context := range []string{repo.contexts[f.Path], dir, "."} {
			if a := s.nearest(path.Dir(path.Join(context, from))); context != "" && a != nil && slices.Contains(modules, a) {
				return []*anchor{a}, false
			}
		}
		if a := artefactOf(repo, modules, name); a != nil {
			return []*anchor{a}, false
		}
	}
	if !argument {
		return nil, false
	}
	return slices.DeleteFunc(modules, func(a *anchor) bool { return !repo.programModule(a) }), true
}

// archive is a file that the JVM runs, or a build argument that stands for one.
var archive = regexp.MustCompile(`(?i)\.[jw]ar$|^\$\{?\w*(jar|war|artifact)\w*\}?$`)

// artefactOf is the module whose artefact has a file's name, before its version.
func artefactOf(repo *Repository, modules []*anchor, name string) *anchor {
	var best *anchor
	length := 0
	for _, a := range modules {
		id := repo.artefactID(a.dir)
		rest, ok := strings.CutPrefix(name, id)
		if ok && id != "" && len(id) > length && (strings.HasPrefix(rest, ".") || version.MatchString(rest)) {
			best, length = a, len(id)
		}
	}
	return best
}

// version is what stands between an artefact's name and the ending.
var version = regexp.MustCompile(`^-([\d*]|\$)`)

// moduleManifest is the build file of a directory of the JVM, or nil.
func (r *Repository) moduleManifest(dir string) *Located[inspect.Manifest] {
	for _, name := range []string{"pom.xml", "build.gradle", "build.gradle.kts"} {
		if f := r.File(path.Join(dir, name)); f != nil && f.Role.CanViolate() {
			for m := range FactsIn[inspect.Manifest]([]*File{f}, f.Role) {
				return &m
			}
		}
	}
	return nil
}

func (r *Repository) isModule(dir string) bool { return r.moduleManifest(dir) != nil }

// artefactID is the name of what a module's build makes, without its group;
// of a Gradle project that names none its directory's.
func (r *Repository) artefactID(dir string) string {
	m := r.moduleManifest(dir)
	if m == nil {
		return ""
	}
	if id := m.Fact.Name[strings.LastIndexByte(m.Fact.Name, ':')+1:]; id != "" {
		return id
	}
	return path.Base(dir)
}

// programModule reports whether a module's build makes a program, or its code
// starts the server of a framework.
func (r *Repository) programModule(a *anchor) bool {
	if m := r.moduleManifest(a.dir); m != nil && MakesProgram(m.Fact) {
		return true
	}
	for _, f := range r.Files {
		if Under(f.Path, a.dir) && f.Role == source.Prod && hasFact[inspect.EntryPoint](f) {
			for l := range FactsIn[inspect.Listen]([]*File{f}) {
				if startsWhole(l.Fact) {
					return true
				}
			}
		}
	}
	return false
}

// ownerAmong chooses of several components that share a Dockerfile the one that
// a build is of: the build's context lies in it, or one of the texts that the
// build is given has its name.
func ownerAmong(owners []*Component, context string, given ...string) *Component {
	for _, c := range owners {
		if c.Path != "." && context != "" && Under(context, c.Path) {
			return c
		}
	}
	for _, c := range owners {
		for _, text := range given {
			name := strings.ToLower(text[strings.LastIndexAny(text, "/")+1:])
			if name == strings.ToLower(path.Base(c.Path)) || artefactOf(c.Repo, []*anchor{c.anchor}, name+".") != nil {
				return c
			}
		}
	}
	return nil
}

// builtImage is what the image starts that the build of a module makes with a
// plugin. A parent says it for the modules that apply the plugin; what it
// applies itself, all apply that are programs.
func builtImage(c *Component) []Process {
	own := c.Repo.moduleManifest(c.Path)
	if own == nil || c.anchor.container {
		return nil
	}
	for m, depth := own, 0; m != nil && depth < maxDepth; m, depth = c.Repo.parentModule(m), depth+1 {
		plugin, start := m.Fact.ImagePlugin, m.Fact.ImageStart
		if start != nil && (m.File == own.File || slices.Contains(own.Fact.Plugins, plugin) || slices.Contains(m.Fact.Plugins, plugin) && MakesProgram(own.Fact)) {
			return []Process{{Name: "image", Start: *start, File: m.File, Line: start.Line, Image: true}}
		}
	}
	return nil
}

// parentModule is the Maven parent of a manifest, where the repository has it.
func (r *Repository) parentModule(m *Located[inspect.Manifest]) *Located[inspect.Manifest] {
	group, rest, _ := strings.Cut(m.Fact.Parent, ":")
	artifact, _, _ := strings.Cut(rest, ":")
	for dir := path.Dir(m.File.Path); artifact != "" && dir != "."; {
		dir = path.Dir(dir)
		if parent := r.moduleManifest(dir); parent != nil && parent.Fact.Name == group+":"+artifact {
			return parent
		}
	}
	return nil
}
