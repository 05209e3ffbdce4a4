package audit

import (
	"path"
	"slices"

	"twelvefold/internal/inspect"
)

// withoutParts leaves out pages that are built for the library around them and
// that nothing deploys, which are published with it, the shells of an app for
// devices on one platform, and the packages that an editor's extension consists of.
func withoutParts(list []*Component) []*Component {
	part := func(c *Component) bool {
		if slices.ContainsFunc(list, func(app *Component) bool { return platformShell(c, app) || partOfExtension(c, app) }) {
			return true
		}
		if c.Class != StaticFrontend || c.Image != nil || c.anchor.declared || len(c.anchor.deployed) > 0 {
			return false
		}
		return slices.ContainsFunc(list, func(around *Component) bool {
			return around != c && around.Class == Library && around.Path != "." && Under(c.Path, around.Path) ||
				around.Class == Library && around.Path == "." && !around.anchor.container && len(around.anchor.apart) == 0 && len(list) > 1 && c.Path != "."
		})
	}
	var kept []*Component
	for _, c := range list {
		if part(c) {
			c.Class = ""
		} else {
			kept = append(kept, c)
		}
	}
	return kept
}

// platformShell reports whether a component is only what makes another, an app
// for devices, run on one platform.
func platformShell(c, app *Component) bool {
	if c == app || c.Class != StaticFrontend && c.Class != Library || app.Class != StaticFrontend || c.anchor.declared {
		return false
	}
	return slices.ContainsFunc([]string{"android", "ios", "macos", "linux", "windows", "src-tauri"}, func(platform string) bool {
		return Under(c.Path, path.Join(app.Path, platform))
	})
}

// reown gives the files of what turned out to be no unit of its own to the
// nearest unit around it: a manifest that only pins tools, a vendored package.
func reown(found, kept []*Component) {
	at := map[string]*Component{}
	for _, c := range kept {
		at[c.Path] = c
	}
	for _, c := range found {
		if at[c.Path] == c || c.Path == "." {
			continue
		}
		for dir := path.Dir(c.Path); ; dir = path.Dir(dir) {
			if around := at[dir]; around != nil {
				for _, f := range c.Files {
					if Under(f.Path, c.Path) && around.File(f.Path) == nil {
						around.add(f)
					}
				}
				around.Languages = languagesOf(around.Files)
				break
			}
			if dir == "." {
				break
			}
		}
	}
}

// partOfExtension reports whether a component lies inside an extension, which is
// packed with all that it starts.
func partOfExtension(c, extension *Component) bool {
	if c == extension || c.anchor.declared || c.Image != nil || !Under(c.Path, extension.Path) || c.Class == WebService || c.Class == Worker {
		return false
	}
	return Has(extension, func(m inspect.Manifest) bool { return m.Host != "" }) && extension.Class == StaticFrontend
}
