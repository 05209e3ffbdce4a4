package config

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "config/required-file",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "The program needs a settings file that no release has",
	Why: "A platform gives each deploy its variables; a file that git ignores has to be put beside the program by hand, on every " +
		"machine, and a new instance fails until somebody does.",
	Fixes: []audit.Fix{
		{For: "dotenv, Go", Text: "Go on where godotenv finds no file: _ = godotenv.Load() in ‹file›, and check the variables that the program needs instead."},
		{For: "dotenv, JavaScript", Text: "Go on where no file is found: call dotenv.config() in ‹file› without looking at its error, and check the variables that the program needs instead."},
		{For: "dotenv, PHP", Text: "Call safeLoad() instead of load() in ‹file›, and ask for what the program needs by required()."},
		{For: "dotenv, Ruby", Text: "Call Dotenv.load instead of Dotenv.load! in ‹file›, and read what the program needs by ENV.fetch."},
		{For: "dotenv, JVM", Text: "Let it be missing in ‹file›: Dotenv.configure().ignoreIfMissing().load()."},
		{For: "viper", Text: "Call viper.AutomaticEnv() in ‹file›, and go on where ReadInConfig returns a viper.ConfigFileNotFoundError."},
		{For: "dotenv", Text: "Go on in ‹file› where ‹settings› is missing, and check the variables that the program needs instead."},
		{Text: "Read from variables what differs between deploys, and let ‹settings› be missing: it may hold a developer's defaults."},
		{Text: "Read from variables what differs between deploys, and let the file be missing: it may hold a developer's defaults."},
	},
	Severity:   audit.Medium,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "004"},
	Bad: `
-- go.mod --
module acme.example/shop

go 1.23

require github.com/joho/godotenv v1.5.1
-- go.sum --
-- main.go --
package main

import (
	"log"
	"net/http"
	"os"

	"github.com/joho/godotenv"
)

func main() {
	err := godotenv.Load()
	if err != nil {
		log.Fatal("Error loading .env file")
	}
	http.ListenAndServe(":"+os.Getenv("PORT"), nil)
}
`,
	Good: `
-- go.mod --
module acme.example/shop

go 1.23

require github.com/joho/godotenv v1.5.1
-- go.sum --
-- main.go --
package main

import (
	"net/http"
	"os"

	"github.com/joho/godotenv"
)

func main() {
	_ = godotenv.Load()
	http.ListenAndServe(":"+os.Getenv("PORT"), nil)
}
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if c.Class == audit.Library || c.Class == audit.CLI || c.Class == audit.StaticFrontend {
			return
		}
		seen := map[string]bool{}
		for l := range audit.FactsIn[inspect.ConfigLoad](c.ProgramFiles()) {
			name := neededFile(c, l)
			if name == "" || seen[name] || besideProgram.MatchString(l.File.Path) || c.Mounts(path.Join(c.Path, name)) || made(c, name) {
				continue
			}
			seen[name] = true
			report.Violation(l.At(), name, needs(c, l, name), audit.WithFix(fixFor(l)),
				audit.Naming("file", path.Base(l.File.Path)), audit.Naming("settings", path.Base(name)))
		}
	},
})

// needs says what a load that fails without its file comes to.
func needs(c *audit.Component, l audit.Located[inspect.ConfigLoad], name string) string {
	switch {
	case isDotenv(name):
		return fmt.Sprintf("%s ends the program where no %s file lies beside it, even if every variable is set", path.Base(l.File.Path), path.Base(name))
	case l.Fact.Env || audit.Has(c, func(read inspect.EnvRead) bool { return read.Name != "" && !choosesFile(read.Name) }):
		return fmt.Sprintf("%s ends the program without %s, which no release has: git ignores it", path.Base(l.File.Path), name)
	}
	return fmt.Sprintf("%s takes the settings from %s, which no release has, and no variable of the environment can replace one", path.Base(l.File.Path), name)
}

// choosesFile reports whether a variable only says which file to read.
func choosesFile(name string) bool {
	return strings.Contains(name, "CONFIG") || slices.Contains([]string{"ENV", "APP_ENV", "NODE_ENV", "RAILS_ENV", "GIN_MODE", "HOME"}, name)
}

// neededFile is the file that a load can't do without and that the repository doesn't
// have: a dotenv file that isn't tracked, a settings file that git ignores; else "".
func neededFile(c *audit.Component, l audit.Located[inspect.ConfigLoad]) string {
	if !l.Fact.Required {
		return ""
	}
	if stem, found := strings.CutSuffix(l.Fact.Name, ".*"); found {
		return neededByStem(c, stem)
	}
	if !isDotenv(l.Fact.Name) {
		return c.IgnoredSettings(l)
	}
	if path.IsAbs(l.Fact.Name) {
		return ""
	}
	base := path.Base(l.Fact.Name)
	for _, f := range c.Repo.Files {
		if path.Base(f.Path) == base && (audit.Under(f.Path, c.Path) || !strings.Contains(f.Path, "/")) {
			return ""
		}
	}
	return base
}

// neededByStem is the settings file of a stem that viper looks for with any ending.
func neededByStem(c *audit.Component, stem string) string {
	for _, f := range c.Repo.Files {
		base := path.Base(f.Path)
		if own := strings.TrimSuffix(base, path.Ext(base)); own == stem && path.Ext(base) != ".go" && audit.Under(f.Path, c.Path) {
			return ""
		}
	}
	return stem + ".*"
}

func isDotenv(name string) bool {
	base := path.Base(name)
	return base == ".env" || strings.HasPrefix(base, ".env.") || strings.HasSuffix(base, ".env")
}

// made reports whether the image or a start makes the file, or brings it.
func made(c *audit.Component, name string) bool {
	base := strings.TrimSuffix(path.Base(name), "*")
	names := func(argv []string) bool {
		return slices.ContainsFunc(argv, func(word string) bool {
			return path.Base(word) == base || strings.HasSuffix(base, ".") && strings.HasPrefix(path.Base(word), base)
		})
	}
	if c.Image != nil {
		for _, i := range c.Image.Instructions {
			if names(i.Fact.Args) || i.Fact.Start != nil && slices.ContainsFunc(i.Fact.Start.Commands, func(command inspect.Command) bool { return names(command.Argv) }) {
				return true
			}
		}
	}
	for _, p := range c.Running() {
		if slices.ContainsFunc(c.RunSteps(p), func(s audit.Step) bool {
			return names(s.Argv) || slices.ContainsFunc(s.Redirects, func(r inspect.Redirect) bool { return names([]string{r.Target}) })
		}) {
			return true
		}
	}
	return false
}

// fixFor names the fix of a load, by its library and language.
func fixFor(l audit.Located[inspect.ConfigLoad]) string {
	language := map[inspect.Format]string{
		inspect.Go: "Go", inspect.JavaScript: "JavaScript", inspect.TypeScript: "JavaScript", inspect.TSX: "JavaScript",
		inspect.PHP: "PHP", inspect.Ruby: "Ruby", inspect.Java: "JVM", inspect.Kotlin: "JVM",
	}[l.File.Format]
	switch {
	case strings.HasSuffix(l.Fact.Name, ".*"):
		return "viper"
	case isDotenv(l.Fact.Name) && language != "":
		return "dotenv, " + language
	case isDotenv(l.Fact.Name):
		return "dotenv"
	}
	return ""
}
