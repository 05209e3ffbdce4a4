package audit

import (
	"path"
	"slices"
	"strings"

	"twelvefold/internal/source"
)

// SettingsFile is the path of a repository's own configuration.
const SettingsFile = ".twelvefold.yml"

// Settings is what .twelvefold.yml says about components, roles and ignored
// paths; docs/repository.md describes it for people.
type Settings struct {
	Components []ComponentSetting
	Roles      []RoleSetting
	Ignore     []string // globs, ** spans directories
	Gate       Gate
	Waivers    []Waiver
	Unscored   bool // findings that are waived don't count in scores

	ignoreLines map[string]int // of Ignore's globs
}

// RoleSetting gives the files that a glob matches a role of their own.
type RoleSetting struct {
	Path string // glob, ** spans directories
	Role source.Role
	Line int
}

// ComponentSetting declares a component's root, or changes its class.
type ComponentSetting struct {
	Path  string // directory, "." for the root
	Class Class  // "" leaves the class to detection
	Line  int
}

// Ignores reports whether the path is left out of the audit.
func (s Settings) Ignores(name string) bool {
	for _, glob := range s.Ignore {
		if matchGlob(glob, name) {
			return true
		}
	}
	return false
}

// RoleOf is the role that the settings give a path; the last glob that matches
// decides. ok is false when none does.
func (s Settings) RoleOf(name string) (role source.Role, ok bool) {
	for _, r := range s.Roles {
		if matchGlob(r.Path, name) {
			role, ok = r.Role, true
		}
	}
	return role, ok
}

// WithRoles is the files with the roles that the settings give them. The list
// itself is left as it is.
func (s Settings) WithRoles(files []source.File) []source.File {
	if len(s.Roles) == 0 {
		return files
	}
	files = slices.Clone(files)
	for i := range files {
		if role, ok := s.RoleOf(files[i].Path); ok {
			files[i].Role = role
		}
	}
	return files
}

// clean is a repository path without "./" and trailing slashes; "" stays "".
func clean(name string) string {
	if name == "" {
		return ""
	}
	return strings.TrimPrefix(path.Clean(strings.ReplaceAll(name, "\\", "/")), "/")
}
