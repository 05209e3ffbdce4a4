package audit

import (
	"path"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// findInstalled marks as vendored what a manifest says it installs into a
// directory of its own choice, beside the project's files: below that directory,
// by the name of a package that it requires.
func (r *Repository) findInstalled(settings Settings) {
	installed := map[string]bool{} // directories
	for _, f := range withFacts[inspect.Manifest](r.facts, r.Files) {
		for _, s := range f.Signals() {
			m, ok := s.Fact.(inspect.Manifest)
			if !ok || m.Vendor == "" {
				continue
			}
			for _, d := range f.Signals() {
				if dependency, ok := d.Fact.(inspect.Dependency); ok && strings.Contains(dependency.Name, "/") {
					installed[path.Join(path.Dir(f.Path), m.Vendor, dependency.Name)] = true
				}
			}
		}
	}
	if len(installed) == 0 {
		return
	}
	for _, f := range r.Files {
		if _, declared := settings.RoleOf(f.Path); declared {
			continue
		}
		for dir := path.Dir(f.Path); dir != "."; dir = path.Dir(dir) {
			if installed[dir] {
				f.Role = source.Vendored
				break
			}
		}
	}
}
