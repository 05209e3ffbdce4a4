package audit

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// newRepository joins a snapshot's files with their signals, refines roles by
// content and finds the components.
func newRepository(tree Tree, settings Settings) *Repository {
	repo := assembled(tree, settings, nil, nil)
	repo.joinEnv(nil)
	repo.indexFacts()
	return repo
}

// assembled is newRepository before files are joined about the environment, with
// somebody who writes down what is read. Old is an older commit, or nil, from
// which it takes what can't be another now.
func assembled(tree Tree, settings Settings, watcher *watcher, old *Repository) *Repository {
	s := tree.Snapshot
	repo := &Repository{
		Name: s.Repository, Commit: s.Commit, Branch: s.Branch, Branches: s.Branches, Merged: s.Merged, Tags: s.Tags, Siblings: tree.Siblings,
		Files: make([]*File, 0, len(s.Files)), byPath: make(map[string]*File, len(s.Files)),
		watcher: watcher,
	}
	for _, f := range settings.WithRoles(s.Files) {
		if settings.Ignores(f.Path) {
			repo.ignored = append(repo.ignored, f.Path)
			continue
		}
		file := &File{File: f, blob: f.Blob, size: f.Size, watcher: repo.watcher}
		file.File.Blob, file.File.Size = "", 0
		repo.Files = append(repo.Files, file)
		repo.byPath[f.Path] = file
	}
	inChunks(len(repo.Files), func(i int) {
		f := repo.Files[i]
		f.Format, f.stated = inspect.FormatOf(f.Path), tree.Signals[f.Path]
		f.signals, f.types = f.stated, factTypes(f.stated)
		if f.Format == inspect.ConfigINI && setsUWSGI(f) {
			f.Format = inspect.UWSGI // an app.ini that the server reads, not the program
		}
	})
	if byPath := func(a, b *File) int { return strings.Compare(a.Path, b.Path) }; !slices.IsSortedFunc(repo.Files, byPath) {
		slices.SortFunc(repo.Files, byPath)
	}
	repo.facts = &factIndex{files: repo.Files}
	inChunks(len(repo.Files), func(i int) {
		f := repo.Files[i]
		if _, declared := settings.RoleOf(f.Path); !declared {
			f.Role = refineRole(f)
		}
	})
	repo.forgetUnreadSettings()
	repo.findInstalled(settings)
	repo.findBeside(settings)
	repo.findIncludes()
	for _, f := range repo.Files {
		if by := repo.includedBy[f.Path]; by != nil && f.Role.CanViolate() && !namedDev(f.Path) {
			f.Role = by.Role // it runs where that one does
		}
	}
	for _, f := range withFacts[inspect.ComposeService](repo.facts, repo.Files) {
		f.signals = repo.resolved(f)
	}
	repo.joinPipelines(old)
	repo.joinBakes()
	repo.findCharts()
	repo.findTerraform()
	repo.findOverlays()
	repo.contexts = buildContexts(repo)
	repo.Components = findComponents(repo, settings)
	return repo
}

// warnings says which files that count could not be read, and which settings
// name nothing. Files that a parser was lost on are inspection's to tell.
func (r *Repository) warnings(settings Settings) []source.Warning {
	var list []source.Warning
	for _, f := range r.Files {
		if failed := f.failure(); failed.Reason != "" && !failed.Lost && f.Role.CanViolate() {
			list = append(list, source.Warning{Path: f.Path,
				Message: fmt.Sprintf("could not be read as %s, so what it says is unknown: %s", f.Format, failed.Reason)})
		}
	}
	warn := func(line int, format string, args ...any) {
		list = append(list, source.Warning{Path: SettingsFile, Message: fmt.Sprintf("line %d: %s", line, fmt.Sprintf(format, args...))})
	}
	for _, name := range misnamed {
		if r.Has(name) {
			list = append(list, source.Warning{Path: name, Message: "is not read: Twelvefold's own configuration is called " + SettingsFile})
		}
	}
	if !r.Has(SettingsFile) && r.hasDir(SettingsFile) {
		list = append(list, source.Warning{Path: SettingsFile, Message: "is a directory: Twelvefold's own configuration is a file of this name"})
	}
	for _, c := range settings.Components {
		switch {
		case r.Has(c.Path):
			warn(c.Line, "%q is a file: a component is a directory", c.Path)
		case !r.hasDir(c.Path) && slices.ContainsFunc(r.ignored, func(name string) bool { return Under(name, c.Path) }):
			warn(c.Line, "all of the component %q is ignored by this file", c.Path)
		case !r.hasDir(c.Path):
			warn(c.Line, "there is no directory %q with files", c.Path)
		case !r.hasComponent(c.Path):
			warn(c.Line, "nothing tells what %q is: give it a class", c.Path)
		}
	}
	for _, role := range settings.Roles {
		if !r.matches(role.Path) {
			warn(role.Line, "no file matches %s, which is given the role %s%s", quoted(role.Path), role.Role, globHint(role.Path, r.matches))
		}
	}
	for _, glob := range settings.Ignore {
		if !slices.ContainsFunc(r.ignored, func(name string) bool { return matchGlob(glob, name) }) {
			warn(settings.ignoreLines[glob], "no file matches %s, which is to be ignored%s", quoted(glob), globHint(glob, r.matches))
		}
	}
	if len(r.Files) == 0 && len(r.ignored) > 0 {
		warn(settings.ignoreLines[settings.Ignore[0]], "every file is ignored: nothing is left to audit")
	}
	return list
}

// quoted is a glob as it is written.
func quoted(glob string) string { return `"` + glob + `"` }

// misnamed are names that people give the settings file.
var misnamed = []string{".twelvefold.yaml", "twelvefold.yml", "twelvefold.yaml", ".twelvefold.json", ".twelvefold.toml"}

func (r *Repository) hasComponent(dir string) bool {
	return slices.ContainsFunc(r.Components, func(c *Component) bool { return c.Path == dir })
}

func (r *Repository) matches(glob string) bool {
	return slices.ContainsFunc(r.Files, func(f *File) bool { return matchGlob(glob, f.Path) })
}

func (r *Repository) hasDir(dir string) bool {
	for _, f := range r.Files {
		if Under(f.Path, dir) {
			return true
		}
	}
	return false
}

// Has reports whether the file is there.
func (r *Repository) Has(name string) bool { return r.byPath[name] != nil }

// Under reports whether a path is the directory or inside it.
func Under(name, dir string) bool {
	return dir == "." || dir == "/" || name == dir || strings.HasPrefix(name, dir+"/")
}

// refineRole tells from a file's content what its path does not.
func refineRole(f *File) source.Role {
	if f.Role == source.Prod && hasFact[inspect.Generated](f) {
		return source.Generated
	}
	if f.Role == source.Prod && loadedByTester(f) {
		return source.Test
	}
	if !f.Role.CanViolate() {
		return f.Role
	}
	if f.Role != source.DeployDev && f.Role != source.CI && (f.Format == inspect.Compose || f.Format == inspect.YAML || f.Format == inspect.ConfigYAML) {
		if onOwnNode(f) {
			return source.DeployDev
		}
		if f.Role == source.Prod && hasFact[inspect.Workload](f) {
			return source.DeployProd
		}
		return composeRole(f)
	}
	return f.Role
}

// testerModules are modules that only a tester of APIs gives to what it loads.
var testerModules = map[string]bool{"dredd-hooks": true, "dredd_hooks": true, "github.com/snikch/goodman/hooks": true}

// loadedByTester reports whether a source file holds the hooks of a tester of
// APIs. Dredd makes a module "hooks" up for JavaScript, which as a package's
// name is too plain to tell without the file's own.
func loadedByTester(f *File) bool {
	if f.Format == inspect.Java || f.Format == inspect.Kotlin || f.Format == inspect.CSharp || f.Format == inspect.PHP || f.Format == inspect.Ruby {
		return false
	}
	for i := range FactsIn[inspect.Import]([]*File{f}, f.Role) {
		named := i.Fact.Path == "hooks" && f.Format != inspect.Go && f.Format != inspect.Python && strings.Contains(strings.ToLower(path.Base(f.Path)), "hooks")
		if named || testerModules[i.Fact.Path] {
			return true
		}
	}
	return false
}

// onOwnNode reports whether Kubernetes runs nothing from the file but images
// that it never pulls: they were built on the only node, a developer's machine.
func onOwnNode(f *File) bool {
	containers := 0
	for w := range FactsIn[inspect.Workload]([]*File{f}, f.Role) {
		for _, container := range w.Fact.Containers {
			if !container.Local {
				return false
			}
			containers++
		}
	}
	return containers > 0
}

// composeRole tells whether a Compose file is how developers run the program
// or how it is deployed. A name decides; else building on the spot from
// mounted source, or a stage made for development; else images alone are a
// deploy. What builds without mounting keeps the role of its path.
func composeRole(f *File) source.Role {
	services := 0
	images := true
	for _, s := range f.Signals() {
		service, ok := s.Fact.(inspect.ComposeService)
		if !ok {
			continue
		}
		services++
		images = images && !service.Build
		if namedDev(f.Path) || devTarget(service.Target) || MountsSource(service) {
			return source.DeployDev
		}
	}
	if services == 0 {
		return f.Role
	}
	switch {
	case namedProd(f.Path):
		return source.DeployProd
	case images && backingOnly(f):
		return source.DeployDev // nothing but services to develop against
	case images || f.Role == source.Prod:
		return source.DeployProd
	}
	return f.Role
}

func namedProd(name string) bool {
	lower := strings.ToLower(path.Base(name))
	return strings.Contains(lower, "prod")
}

func namedDev(name string) bool {
	for _, word := range strings.FieldsFunc(strings.ToLower(path.Base(name)), func(r rune) bool { return r == '.' || r == '-' || r == '_' }) {
		switch word {
		case "dev", "development", "local", "override", "debug":
			return true
		}
	}
	return false
}

func devTarget(stage string) bool {
	switch strings.ToLower(stage) {
	case "dev", "development", "local", "debug", "devcontainer":
		return true
	}
	return false
}

// MountsSource reports whether a service that is built also mounts the
// directory that it is built from, or a directory of code under it.
func MountsSource(s inspect.ComposeService) bool {
	if !s.Build {
		return false
	}
	context := path.Clean(s.Context)
	for _, v := range s.Volumes {
		source := workingDirectory.ReplaceAllString(v.Source, ".")
		if v.Type != "bind" || !strings.HasPrefix(source, ".") {
			continue
		}
		from := path.Clean(source)
		if from == context || Under(from, context) && path.Ext(from) == "" && codeDirectory(path.Base(from)) || Under(context, from) {
			return true
		}
	}
	return false
}

// workingDirectory is the directory that somebody calls docker compose in.
var workingDirectory = regexp.MustCompile(`^\$(PWD|\{PWD(:?[-?][^}]*)?\})`)

func codeDirectory(name string) bool {
	switch name {
	case "src", "app", "lib", "cmd", "internal", "server", "client", "backend", "frontend", "api", "web", "packages", "pkg":
		return true
	}
	return false
}

// backingOnly reports whether every service of a Compose file is a backing
// service from a public image.
func backingOnly(f *File) bool {
	for _, s := range f.Signals() {
		if service, ok := s.Fact.(inspect.ComposeService); ok && BackingService(service.Image) == "" {
			return false
		}
	}
	return true
}
