package audit

import (
	"path"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// forgetUnreadSettings leaves out what settings files say that no program of
// the repository reads: any file may be called config.json. Where variables
// can replace what a file says, only credentials that are worth guessing stay:
// the rest are defaults.
func (r *Repository) forgetUnreadSettings() {
	var loads []Located[inspect.ConfigLoad]
	for l := range AllFacts[inspect.ConfigLoad](r, source.Prod, source.DeployProd, source.DeployDev) {
		loads = append(loads, l)
	}
	for _, f := range r.Files {
		if !inspect.IsConfig(f.Format) || len(f.signals) == 0 || hasFact[inspect.Workload](f) || hasFact[inspect.KubeObject](f) {
			continue
		}
		loaded, replaced := r.loadedBy(f, loads)
		unread := func(s inspect.Signal) bool {
			switch fact := s.Fact.(type) {
			case inspect.Setting, inspect.ServiceHandle, inspect.Endpoint:
				return !loaded || replaced
			case inspect.Credential:
				return !loaded || replaced && !OpensDoor(&fact.Secret)
			}
			return false
		}
		if slices.ContainsFunc(f.signals, unread) {
			f.signals = slices.DeleteFunc(slices.Clone(f.signals), unread)
			f.types = factTypes(f.signals)
		}
	}
}

// loadedBy reports whether a program reads a settings file, and whether its
// variables go before what the file says.
func (r *Repository) loadedBy(f *File, loads []Located[inspect.ConfigLoad]) (loaded, replaced bool) {
	if base := path.Base(f.Path); strings.HasPrefix(base, "custom-environment-variables.") {
		return false, false // node-config's: it names variables
	}
	for _, l := range loads {
		if !names(l, f) {
			continue
		}
		loaded = true
		replaced = replaced || l.Fact.Env
	}
	if loaded && !replaced {
		for _, ext := range [...]string{".json", ".yml", ".yaml", ".toml", ".json5"} {
			replaced = replaced || r.Has(path.Join(f.Dir(), "custom-environment-variables"+ext))
		}
	}
	return loaded, replaced
}

// names reports whether a program's file names a settings file: by the end of
// its path, seen from a directory that both are in.
func names(l Located[inspect.ConfigLoad], f *File) bool {
	name := l.Fact.Name
	for _, prefix := range [...]string{"./", "/", "../", "~/", "file:"} {
		for strings.HasPrefix(name, prefix) {
			name = name[len(prefix):]
		}
	}
	switch dir, base := path.Split(name); base {
	case "":
		return false
	case "*":
		return path.Base(f.Dir()) == strings.TrimSuffix(dir, "/") && near(path.Dir(f.Dir()), l.File.Path)
	default:
		if stem, every := strings.CutSuffix(base, ".*"); every {
			own := path.Base(f.Path)
			return strings.TrimSuffix(own, path.Ext(own)) == stem && (near(f.Dir(), l.File.Path) || near(path.Dir(f.Dir()), l.File.Path))
		}
	}
	if f.Path == name {
		return true
	}
	root, ok := strings.CutSuffix(f.Path, "/"+name)
	return ok && (near(root, l.File.Path) || !strings.Contains(name, "/") && near(path.Dir(root), l.File.Path))
}

// near reports whether a program's file is in a directory or below it.
func near(dir, program string) bool { return Under(program, dir) }
