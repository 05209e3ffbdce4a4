package audit

import "twelvefold/internal/source"

// findBeside gives another role to the files that lie among the program's and
// are no part of what is deployed: what no build of it compiles, what only tests
// load, settings that no deploy names. What the settings file says stays.
func (r *Repository) findBeside(settings Settings) {
	become := func(f *File, role source.Role) {
		if _, declared := settings.RoleOf(f.Path); !declared && f.Role == source.Prod {
			f.Role = role
		}
	}
	r.besideGo(become)
	r.besideScripts(become)
	r.besideDjango(become)
}
