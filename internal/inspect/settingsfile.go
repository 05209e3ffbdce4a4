package inspect

import "regexp"

// settingsName matches, in a path or in an expression for one, what says that the
// file holds the program's own settings: .env, config.php, db-config.json,
// $configPath, environmentFilePath(); neither .env.example nor tsconfig.json.
var settingsName = regexp.MustCompile(`(?:^|[^\w.])\.env(?:\.local|\.prod|\.production|\.php)?(?:$|[^\w.-])` +
	`|(?:^|[^A-Za-z])(?i:(?:dot)?env(?:ironment)?_?(?:file_?path|file_?name|file|path)|(?:app_?|path_?to_?)?config(?:uration)?_?(?:file_?path|file_?name|file|path)|path_config)(?:$|[^A-Za-z_])` +
	`|(?:^|[/'"\\` + "`" + `])(?:(?:\w+[-_.])?config|configuration|settings|parameters|appsettings(?:\.\w+)?)(?:\.inc|\.local|\.global)?\.(?:php|ini|ya?ml|json|toml|conf|properties)(?:$|['"` + "`" + `])`)

// installedName matches what says that the file is there because the program has
// been installed.
var installedName = regexp.MustCompile(`(?i)(?:^|[/'"\\` + "`" + `])\.?(?:installed|(?:install(?:er|ation)?|setup)[._-]?(?:lock|done|completed?|finished))(?:\.(?:lock|txt|php|json))?(?:$|['"` + "`" + `])`)

// NamesSettings reports whether the text of a path or of an expression for one
// says by its names that the file holds the program's own settings, or marks that
// the program has been installed.
func NamesSettings(text string) bool {
	text = text[:min(len(text), 300)]
	return settingsName.MatchString(text) || installedName.MatchString(text)
}
