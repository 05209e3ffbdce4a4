package inspect

import (
	"bytes"
	"path"
	"regexp"
	"strings"
)

// ConfigLoad says that a program's file names a settings file of the
// repository, which it reads.
type ConfigLoad struct {
	Name string `json:"name"`          // as written: "conf/app.ini"; "config.*" of a library that tries every format, "config/*" of one that reads a directory
	Env  bool   `json:"env,omitempty"` // the same file lets variables replace what the settings say
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

// namesConfig reports whether a text of a program is the path of its settings.
func namesConfig(text string) bool {
	base := strings.ToLower(path.Base(text))
	return IsConfig(FormatOf("config/" + base))
}

var configEnds = [...]string{".ini", ".cfg", ".toml", ".json", ".json5", ".yml", ".yaml"}

// environmentReads are texts by which a program asks its environment, or a
// library that lets variables replace settings.
var environmentReads = regexp.MustCompile(`AutomaticEnv|BindEnv|env\.Provider|cleanenv|envconfig|Dynaconf|AddEnvironmentVariables|os\.environ|os\.getenv|os\.Getenv|os\.LookupEnv|os\.ExpandEnv|\bENV(\[|\.fetch)|\bgetenv\(|System\.getenv|\$_ENV|\$_SERVER|process\.env`)

// notReplacing are variables that are read beside settings and replace none.
var notReplacing = regexp.MustCompile(`^\W{0,8}(NODE_ENV|ENV|APP_ENV|RAILS_ENV|PORT|HOST|HOME|PWD|DEBUG|LOG_LEVEL|GIN_MODE|[A-Z_]*CONFIG[A-Z_]*|config\.)`)

// libraryLoads are calls of libraries that find settings by themselves.
var libraryLoads = []struct {
	mark []byte
	call *regexp.Regexp
	name string // with the call's first group for "$"
}{
	{[]byte("SetConfigName("), regexp.MustCompile(`SetConfigName\(\s*["` + "`" + `]([\w.-]+)`), "$.*"},
	{[]byte("config_for("), regexp.MustCompile(`config_for\(\s*[:"']([\w-]+)`), "config/$.yml"},
	{[]byte("config"), regexp.MustCompile(`require\(\s*["']config["']\s*\)|from\s+["']config["']\s*;?\s*(?:$|\n)`), nodeConfig},
}

// nodeConfig is what the package config reads, which has a file of its own for
// the variables that replace settings.
const nodeConfig = "config/*"

// ConfigLoads states the settings files that a program's file names. words
// tells that paths stand between blanks, as in a Dockerfile, and not in quotes.
func ConfigLoads(e *Emitter, content []byte, words bool) {
	told := map[string]bool{}
	load := func(name string, at int) {
		if told[name] || len(told) >= 20 || inComment(content, at) {
			return
		}
		told[name] = true
		line := 1 + bytes.Count(content[:at], []byte{'\n'})
		e.Emit(line, line, ConfigLoad{Name: name, Env: name != nodeConfig && asksEnvironment(content)})
	}
	for _, end := range configEnds {
		mark := []byte(end)
		for from := 0; ; {
			at := bytes.Index(content[from:], mark)
			if at < 0 {
				break
			}
			at += from
			from = at + len(mark)
			if text := quotedBefore(content, from, words); text != "" && namesConfig(text) {
				load(text, at)
			}
		}
	}
	for _, l := range libraryLoads {
		if !bytes.Contains(content, l.mark) {
			continue
		}
		for _, m := range l.call.FindAllSubmatchIndex(content, 20) {
			name := l.name
			if len(m) > 2 {
				name = strings.Replace(name, "$", string(content[m[2]:m[3]]), 1)
			}
			load(name, m[0])
		}
	}
}

// longestPath bounds the path of a settings file.
const longestPath = 160

// quotedBefore is the text that ends before a quote at this offset and begins
// after one, or "".
func quotedBefore(content []byte, end int, words bool) string {
	if end < len(content) && !bytes.ContainsRune([]byte("\"'`"), rune(content[end])) && !(words && bytes.ContainsRune([]byte(" \t\r\n,]:"), rune(content[end]))) {
		return ""
	}
	for i := end - 1; i >= 0 && i > end-longestPath; i-- {
		switch content[i] {
		case '\n':
			if words {
				return string(content[i+1 : end])
			}
			return ""
		case '"', '\'', '`':
			return string(content[i+1 : end])
		case ' ', '\t', '=', ',', '[':
			if words {
				return string(content[i+1 : end])
			}
		}
	}
	return ""
}

// inComment reports whether an offset's line begins as a comment does.
func inComment(content []byte, at int) bool {
	line := bytes.TrimLeft(content[bytes.LastIndexByte(content[:at], '\n')+1:at], " \t")
	for _, mark := range [...]string{"//", "#", "*", "/*", "--", "<!--"} {
		if bytes.HasPrefix(line, []byte(mark)) {
			return true
		}
	}
	return false
}

// asksEnvironment reports whether a file reads variables other than the name
// of the environment.
func asksEnvironment(content []byte) bool {
	for _, m := range environmentReads.FindAllIndex(content, 200) {
		if !inComment(content, m[0]) && !notReplacing.Match(content[m[1]:min(len(content), m[1]+40)]) {
			return true
		}
	}
	return false
}
