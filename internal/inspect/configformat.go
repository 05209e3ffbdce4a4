package inspect

import (
	"path"
	"regexp"
	"strings"
)

// ConfigLoad says that a program's file names a settings file of the
// repository, which it reads.
type ConfigLoad struct {
	Name string `json:"name"`          // as written: "conf/app.ini"; "config.*" of a library that tries every format, "config/*" of one that reads a directory
	Env  bool   `json:"env,omitempty"` // the same file lets variables replace what the settings say
	// Required: without the file the program ends, or its start fails.
	Required bool `json:"required,omitempty"`
}

func (ConfigLoad) Kind() Kind { return "config-load" }

// IsConfig reports whether a format is that of a program's own settings, which
// count where something loads them.
func IsConfig(f Format) bool {
	return f == ConfigINI || f == ConfigTOML || f == ConfigJSON || f == ConfigYAML
}

var (
	// configStem are names that programs give to their settings.
	configStem = regexp.MustCompile(`^((config|configs|configuration|conf|cfg|settings?|app|server|application)([._-](default|prod|production|staging|live|main|server|app|base|docker|secret|secrets|custom))?|(app|application|server|prod|production|default|main|db|database|global)[._-]?(config|conf|settings))$`)
	// configInside are names that say so only in a directory of settings.
	configInside = regexp.MustCompile(`^(default|production|prod|staging|stage|live|common|base|main|database|db|redis|mongo|mysql|postgres|mail|email|smtp|keys?|secrets?|credentials|env|globals?|parameters|custom-environment-variables)$`)
	configFolder = regexp.MustCompile(`^(config|configs|configuration|conf|cfg|settings|etc)$`)
)

// configFormat tells the settings of a program by their path.
func configFormat(dir, base, ext string) Format {
	var format Format
	switch ext {
	case ".ini", ".cfg":
		format = ConfigINI
	case ".toml":
		format = ConfigTOML
	case ".json", ".json5":
		format = ConfigJSON
	case ".yml", ".yaml":
		format = ConfigYAML
	default:
		return ""
	}
	stem := strings.TrimSuffix(base, ext)
	if strings.Contains("/"+dir, "/.") || !configStem.MatchString(stem) && !(configInside.MatchString(stem) && configFolder.MatchString(strings.ToLower(path.Base(dir)))) {
		return ""
	}
	return format
}

// NamesConfig reports whether a text of a program is the path of its settings.
func NamesConfig(text string) bool {
	base := strings.ToLower(path.Base(text))
	return IsConfig(FormatOf("config/" + base))
}
