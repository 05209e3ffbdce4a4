package audit

import (
	"path"
	"strings"
)

// isBase reports whether one file of settings holds for all deploys where
// another of the same directory only adds to it for one: application.yaml beside
// application-mariadb.yaml, config.yml beside config_prod.yml, appsettings.json
// beside appsettings.Staging.json.
func isBase(base, other string) bool {
	dir, ext := path.Dir(base), path.Ext(base)
	if dir != path.Dir(other) || ext != path.Ext(other) || !settingsExtension[ext] {
		return false
	}
	rest, begins := strings.CutPrefix(strings.TrimSuffix(path.Base(other), ext), strings.TrimSuffix(path.Base(base), ext))
	return begins && len(rest) > 1 && strings.ContainsAny(rest[:1], "-._")
}

var settingsExtension = map[string]bool{".yaml": true, ".yml": true, ".properties": true, ".json": true, ".toml": true, ".conf": true, ".ini": true, ".xml": true}
