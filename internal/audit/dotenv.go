package audit

import (
	"path"
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
	by, _, ok = DotenvLoad(c)
	return by, ok
}

// DotenvLoad is LoadsDotenv with the place: the call that names the file, where
// one does, the import or the dependency that loads it otherwise.
func DotenvLoad(c *Component) (by string, at Place, ok bool) {
	for i := range Facts[inspect.Import](c, source.Prod) {
		if !dotenvNamed(i.Fact.Path) || !dotenvModule.MatchString(i.Fact.Path) {
			continue
		}
		load, named := namedDotenv(c)
		switch {
		case named:
			return load.Path, load, true
		case i.Fact.Path != "environ" && i.Fact.Path != "django-environ": // makes an object, and reads no file before it is told to
			return i.File.Path, i.At(), true
		}
	}
	for d := range Facts[inspect.Dependency](c) {
		if re := dotenvPackage[d.Fact.Ecosystem]; re != nil && !d.Fact.Indirect && (d.Fact.Group == inspect.Runtime || d.Fact.Ecosystem == inspect.Gem) && re.MatchString(d.Fact.Name) {
			return d.Fact.Name, d.At(), true
		}
	}
	return "", Place{}, false
}

// namedDotenv is the first call of a component that loads a dotenv file.
func namedDotenv(c *Component) (Place, bool) {
	for l := range Facts[inspect.ConfigLoad](c, source.Prod) {
		if name := path.Base(l.Fact.Name); strings.HasPrefix(name, ".env") || strings.HasSuffix(name, ".env") {
			return l.At(), true
		}
	}
	return Place{}, false
}

// dotenvLoader are packages that read a dotenv file, however they are started,
// of ecosystems in which nothing else does it unasked.
var dotenvLoader = map[inspect.Ecosystem]*regexp.Regexp{
	inspect.Gem:      regexp.MustCompile(`^dotenv(-rails|-rails-now)?$`),
	inspect.Composer: regexp.MustCompile(`^(symfony/dotenv|vlucas/phpdotenv|laravel/framework|laravel/lumen-framework|josegonzalez/dotenv)$`),
	inspect.NPM:      regexp.MustCompile(`^(dotenv(-\w+)*|@nestjs/config|@dotenvx/dotenvx|env-cmd|next|vite|nuxt|astro|react-scripts|gatsby|@remix-run/\w+|@vue/cli-service|@sveltejs/kit|parcel|bun)$`),
	inspect.PyPI:     regexp.MustCompile(`^(python-dotenv|django-environ|environs|python-decouple|pydantic-settings|django-dotenv|starlette|flask)$`),
}

// DotenvForDevelopment reports whether a dotenv file of a component is read by
// developers alone: every package that reads one is a dependency for development,
// so that no deploy has it, and no descriptor names the file.
func DotenvForDevelopment(c *Component, file *File) bool {
	loaders := 0
	for d := range Facts[inspect.Dependency](c) {
		if re := dotenvLoader[d.Fact.Ecosystem]; re == nil || d.Fact.Indirect || !re.MatchString(d.Fact.Name) {
			continue
		}
		if loaders++; d.Fact.Group != inspect.Dev {
			return false
		}
	}
	if by, ok := LoadsDotenv(c); loaders == 0 || ok && !strings.HasSuffix(by, ".php") && !strings.HasSuffix(by, ".rb") && c.Repo.File(by) != nil {
		return false // the program itself asks for it
	}
	for s := range AllFacts[inspect.ComposeService](c.Repo, source.Prod, source.DeployProd) {
		for _, name := range s.Fact.EnvFiles {
			if path.Join(s.File.Dir(), name) == file.Path {
				return false
			}
		}
	}
	return true
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
