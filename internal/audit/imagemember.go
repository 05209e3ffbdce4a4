package audit

import (
	"path"
	"strings"

	"twelvefold/internal/inspect"
)

// member is the unit of a workspace that an image of the workspace's root is
// for: the one that its last stage works in, that its start names, or that its
// build is told to build, in this order; nil when these name none or several.
func (s *anchorSet) member(repo *Repository, f *File, root *anchor) *anchor {
	if root == nil || !root.container || !startsSomething(f) || repo.ownProgramAt(root.dir) {
		return nil
	}
	var workdir string
	var starts, builds []inspect.Command
	for _, signal := range f.Signals() {
		i, ok := signal.Fact.(inspect.Instruction)
		if !ok {
			continue
		}
		switch {
		case i.Name == "WORKDIR" && i.Final && len(i.Args) > 0:
			workdir = path.Join("/", i.Args[0])
			if !strings.HasPrefix(i.Args[0], "/") {
				workdir = path.Join(workdir, i.Args[0])
			}
		case i.Start == nil:
		case i.Name == "RUN":
			builds = append(builds, i.Start.Commands...)
		case i.Final && (i.Name == "CMD" || i.Name == "ENTRYPOINT"):
			starts = append(starts, i.Start.Commands...)
		}
	}
	if a := s.onlyMember(root, func(a *anchor, dir, _ string) bool { return strings.HasSuffix(workdir, "/"+dir) }, repo); a != nil {
		return a
	}
	if a := s.started(repo, root, starts); a != nil {
		return a
	}
	return s.chosen(repo, root, builds)
}

// ownProgramAt reports whether a directory has the manifest of a program besides
// that of a workspace of packages.
func (r *Repository) ownProgramAt(dir string) bool {
	for _, name := range []string{"go.mod", "Cargo.toml", "pyproject.toml", "requirements.txt", "Gemfile", "composer.json", "pom.xml", "build.gradle", "build.gradle.kts"} {
		if r.Has(path.Join(dir, name)) {
			return true
		}
	}
	return false
}

// started is the unit of a workspace whose directory the words of a start lie
// in, or that they choose.
func (s *anchorSet) started(repo *Repository, root *anchor, commands []inspect.Command) *anchor {
	if a := s.chosen(repo, root, commands); a != nil {
		return a
	}
	return s.onlyMember(root, func(_ *anchor, dir, _ string) bool {
		for _, c := range commands {
			for _, word := range c.Argv {
				if strings.Contains("/"+word, "/"+dir+"/") {
					return true
				}
			}
		}
		return false
	}, repo)
}

// chosen is the one unit that the flags of a workspace's tool choose by name or
// by directory: turbo's and pnpm's --filter, yarn's and npm's workspace.
func (s *anchorSet) chosen(repo *Repository, root *anchor, commands []inspect.Command) *anchor {
	names := map[string]bool{}
	for _, c := range commands {
		for i, word := range c.Argv {
			flag, value, joined := strings.Cut(word, "=")
			if !joined && i+1 < len(c.Argv) {
				value = c.Argv[i+1]
			}
			switch flag {
			case "--filter", "-F", "--scope", "--workspace", "workspace", "prune":
				names[strings.TrimPrefix(strings.TrimSuffix(value, "..."), "./")] = true
			}
		}
	}
	return s.onlyMember(root, func(_ *anchor, dir, name string) bool { return names[dir] || name != "" && names[name] }, repo)
}

// onlyMember is the only unit of a workspace that satisfies a test of its
// directory, relative to the root, and its manifest's name.
func (s *anchorSet) onlyMember(root *anchor, fits func(a *anchor, dir, name string) bool, repo *Repository) *anchor {
	var only *anchor
	for _, a := range s.list() {
		if a == root || a.container || !Under(a.dir, root.dir) {
			continue
		}
		dir := a.dir
		if root.dir != "." {
			dir = strings.TrimPrefix(dir, root.dir+"/")
		}
		name := ""
		if f := repo.File(path.Join(a.dir, "package.json")); f != nil {
			for m := range FactsIn[inspect.Manifest]([]*File{f}, f.Role) {
				name = m.Fact.Name
			}
		}
		if !fits(a, dir, name) {
			continue
		}
		if only != nil {
			return nil
		}
		only = a
	}
	return only
}
