package shell

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

// printed reads what echo and printf write into a file of settings.
func (g *givenWalk) printed(program string, argv []string) {
	if !keepsSettings(g.into) {
		return
	}
	for i := 1; i < len(argv); i++ {
		text := argv[i]
		if len(text) > maxGivenText {
			continue
		}
		if program == "printf" && i == 1 && strings.Contains(text, "%s") {
			for _, given := range argv[2:] {
				if len(given) > maxGivenText || len(text) > maxGivenText {
					break
				}
				text = strings.Replace(text, "%s", given, 1)
			}
		}
		if strings.Contains(text, `\n`) {
			for line := range strings.Lines(strings.ReplaceAll(text, `\n`, "\n")) {
				g.settings(strings.TrimRight(line, "\n"), g.lineOf(i))
			}
			continue
		}
		g.settings(text, g.lineOf(i))
	}
}

// replaced reads what sed -i puts into a file of settings.
func (g *givenWalk) replaced(argv []string) {
	if g.into = lastOperand(argv); !keepsSettings(g.into) {
		return
	}
	for i, word := range argv[1:] {
		at := strings.IndexByte(word, 's')
		if at < 0 || at+1 >= len(word) || len(word) > maxGivenText || !strings.ContainsRune("/|#,@~:!%", rune(word[at+1])) {
			continue
		}
		parts := strings.SplitN(strings.ReplaceAll(word[at+2:], `\`+word[at+1:at+2], "\x00"), word[at+1:at+2], 3)
		if len(parts) >= 2 && !strings.Contains(parts[1], `\1`) {
			g.settings(strings.ReplaceAll(parts[1], "\x00", word[at+1:at+2]), g.lineOf(i+1))
		}
	}
}

// settings reads lines of a file of settings.
func (g *givenWalk) settings(text string, line int) {
	if !keepsSettings(g.into) {
		return
	}
	for row := range strings.Lines(text) {
		m := settingLine.FindStringSubmatch(strings.TrimRight(row, "\n"))
		if m != nil {
			g.setting(m[1], m[2], line)
		}
		line++
		if g.giving.secrets <= 0 {
			return
		}
	}
}

func (g *givenWalk) setting(name, value string, line int) {
	if name == "Environment" { // of a unit of systemd
		name, value, _ = strings.Cut(strings.Trim(value, `"'`), "=")
	}
	value = strings.TrimRight(value, ", ;")
	bare := strings.Trim(value, `"'`)
	if bare == value && strings.ContainsAny(value, " \t([") || strings.ContainsAny(bare, "\"'") {
		return // code, or a sentence
	}
	g.add(name, bare, inspect.Given{Via: "file", Into: g.into, Line: line})
}

// settingLine is NAME=value, name: value or "name": "value".
var settingLine = regexp.MustCompile(`^\s*(?:export\s+|set\s+)?["']?([A-Za-z_][\w.-]*)["']?(?:\s*=\s*|:\s+)(\S.*?)\s*$`)

// keepsSettings reports whether a path is that of a file that a program takes its
// settings from: not a sample of one, not what tests and developers read, not what
// passes something on to the next step of a pipeline.
func keepsSettings(path string) bool {
	if path == "" || len(path) > 500 || strings.HasPrefix(path, "/dev/") || passing.MatchString(path) {
		return false
	}
	return settingsPath.MatchString(path) && !sampleFile.MatchString(strings.ReplaceAll(path, "/usr/local/", "/"))
}

var (
	passing      = regexp.MustCompile(`GITHUB_|BASH_ENV|CI_ENV|DOTENV_REPORT`)
	settingsPath = regexp.MustCompile(`(?i)(^|[/.])env([._-][\w.-]+)?$|\.(properties|conf|cnf|cfg|ini|ya?ml|json|toml|service|config)$|(^|/)environment$|^\$\{?\w*ENV_?(FILE|PATH)\w*\}?$`)
	sampleFile   = regexp.MustCompile(`(?i)(^|[^a-z])(examples?|samples?|templates?|te?mpl|dist|defaults?|tests?|testing|e2e|ci|specs?|local|dev|develop(ment)?|dusk|cypress|playwright|preview|demo|sandbox|fixtures?|mocks?)([^a-z]|$)`)
)
