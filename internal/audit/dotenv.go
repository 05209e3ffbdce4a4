package audit

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// dotenvModule are modules that read a dotenv file, as imports name them, and
// dotenvPackage those that do it without being imported.
var (
	dotenvModule  = regexp.MustCompile(`^(dotenv(/config|/load|-flow|-flow/config|-safe|-safe/config|-expand|-extended|-defaults)?|dotenv-webpack|environ|decouple|django-environ|github\.com/joho/godotenv(/autoload)?|Dotenv(\\.*)?|io\.github\.cdimascio\.dotenv(\..*)?|me\.paulschwarz\.springdotenv.*|DotNetEnv|dotenv\.net)$`)
	dotenvPackage = map[inspect.Ecosystem]*regexp.Regexp{
		inspect.Gem:      regexp.MustCompile(`^dotenv(-rails)?$`),
		inspect.Composer: regexp.MustCompile(`^(laravel/framework|vlucas/phpdotenv)$`),
		inspect.NPM:      regexp.MustCompile(`^@nestjs/config$`),
		inspect.Maven:    regexp.MustCompile(`(^|:)spring-dotenv$`),
	}
)

// dotenvNamed reports whether a module's name has what all that dotenvModule
// matches have: it is asked of every import.
func dotenvNamed(module string) bool {
	return strings.Contains(module, "env") || strings.Contains(module, "Env") || module == "decouple"
}

// LoadsDotenv names what of a component reads a dotenv file when it runs.
func LoadsDotenv(c *Component) (by string, ok bool) {
	for i := range Facts[inspect.Import](c, source.Prod) {
		if dotenvNamed(i.Fact.Path) && dotenvModule.MatchString(i.Fact.Path) {
			return i.File.Path, true
		}
	}
	for d := range Facts[inspect.Dependency](c) {
		if re := dotenvPackage[d.Fact.Ecosystem]; re != nil && !d.Fact.Indirect && (d.Fact.Group == inspect.Runtime || d.Fact.Ecosystem == inspect.Gem) && re.MatchString(d.Fact.Name) {
			return d.Fact.Name, true
		}
	}
	return "", false
}

// GitIgnores are the lines of all .gitignore files, by directory.
func GitIgnores(repo *Repository) map[string][]string {
	patterns := map[string][]string{}
	for i := range AllFacts[inspect.IgnoreFile](repo, source.Roles()...) {
		if i.File.Format == inspect.GitIgnore {
			patterns[i.File.Dir()] = i.Fact.Patterns
		}
	}
	return patterns
}
