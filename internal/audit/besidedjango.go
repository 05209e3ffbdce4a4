package audit

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// besideDjango finds settings modules that are called for those who develop and
// test ("ci", "local_dev"), that nothing which runs the program names and that no
// module of it imports. What is called otherwise may be a deploy's that is elsewhere.
func (r *Repository) besideDjango(become func(*File, source.Role)) {
	for _, f := range withFacts[inspect.Setting](r.facts, r.Files) {
		if f.Format != inspect.Python || f.Role != source.Prod {
			continue
		}
		role := settingsRole(f.Path)
		if role == "" || !r.besideSettings(f) || r.namesModule(f) {
			continue
		}
		become(f, role)
	}
}

// settingsRole is whom a settings module is called for: testers, developers, or ""
// where its name says neither, or a deploy as well.
func settingsRole(name string) (role source.Role) {
	stem := strings.TrimSuffix(path.Base(name), ".py")
	for _, word := range strings.FieldsFunc(strings.ToLower(stem), func(r rune) bool { return r == '_' || r == '-' }) {
		switch word {
		case "ci", "test", "tests", "testing", "e2e", "pytest", "travis", "tox":
			role = source.Test
		case "dev", "devel", "develop", "development", "local", "localdev", "debug":
			role = source.DeployDev
		case "prod", "production", "staging", "live", "heroku", "docker":
			return ""
		}
	}
	return role
}

// besideSettings reports whether other settings stand beside a module: it lies in
// a package of settings, or is one of several files that are called settings.
func (r *Repository) besideSettings(f *File) bool {
	dir := strings.ToLower(path.Base(f.Dir()))
	inPackage := dir == "settings" || dir == "config" || dir == "conf" || dir == "configs" || dir == "configuration"
	if !inPackage && !strings.Contains(strings.ToLower(path.Base(f.Path)), "settings") {
		return false
	}
	for _, other := range withFacts[inspect.Setting](r.facts, r.Files) {
		if other != f && other.Format == inspect.Python && other.Role == source.Prod && other.Dir() == f.Dir() && settingsRole(other.Path) == "" {
			return true
		}
	}
	return false
}

// namesModule reports whether something that runs or makes up the program names
// or imports a Python module.
func (r *Repository) namesModule(f *File) bool {
	stem := strings.TrimSuffix(path.Base(f.Path), ".py")
	dotted := path.Base(f.Dir()) + "." + stem
	if f.Dir() == "." {
		dotted = stem
	}
	for _, other := range r.Files {
		if other == f || !other.Role.CanViolate() || other.Role == source.CI || other.Role == source.DeployDev {
			continue
		}
		for s := range other.Of(inspect.Instruction{}, inspect.ComposeService{}, inspect.Workload{}, inspect.KubeObject{}, inspect.PlatformService{}) {
			if mentions(s.Fact, dotted) {
				return true
			}
		}
		for s := range other.Of(inspect.EnvAssignment{}, inspect.Process{}, inspect.Command{}, inspect.Setting{}, inspect.EnvRead{}, inspect.HelmValue{}) {
			if mentions(s.Fact, dotted) {
				return true
			}
		}
		if other.Format == inspect.Python && importsModule(other, f, stem, dotted) {
			return true
		}
	}
	return false
}

// mentions reports whether a fact says a module's name anywhere.
func mentions(fact inspect.Fact, dotted string) bool {
	text, err := json.Marshal(fact)
	return err == nil && strings.Contains(string(text), dotted)
}

// importsModule reports whether a file imports a module, guarded or not: by its
// dotted name, from the package of that name, or from the package that both lie in.
func importsModule(f, module *File, stem, dotted string) bool {
	parent := strings.TrimSuffix(strings.TrimSuffix(dotted, stem), ".")
	for i := range FactsIn[inspect.Import]([]*File{f}, f.Role) {
		name := "." + i.Fact.Path
		switch {
		case strings.HasSuffix(name, "."+dotted):
			return true
		case f.Dir() == module.Dir() && strings.HasPrefix(i.Fact.Path, ".") && strings.TrimLeft(i.Fact.Path, ".") == stem:
			return true
		case slices.Contains(i.Fact.Names, stem) && (strings.HasSuffix(name, "."+parent) || f.Dir() == module.Dir() && strings.Trim(i.Fact.Path, ".") == ""):
			return true
		}
	}
	return false
}
