package config

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "config/declared-env",
	Aspect: "c",
	Type:   audit.Positive,
	Title:  "The variables that the program reads are declared in one place",
	Why: "A schema that is checked at start names every missing variable at once, before the first request fails on one. " +
		"An example file tells people the same, but nothing holds it to the code: it is half of it.",
	Sources: []string{"12F", "001", "002", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const key = process.env.API_KEY;
require("http").createServer().listen(process.env.PORT);
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const key = process.env.API_KEY;
require("http").createServer().listen(process.env.PORT);
-- .env.example --
API_KEY=
PORT=3000
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		var typed []audit.Located[inspect.EnvRead]
		for read := range audit.Facts[inspect.EnvRead](c) {
			if typedLoader.MatchString(read.Fact.Via) {
				typed = append(typed, read)
			}
		}
		if len(typed) > 1 {
			report.Pass(typed[0].At(), 1, fmt.Sprintf("%d variables are declared and checked by %s", len(typed), loaderName(typed[0].Fact.Via)))
			return
		}
		if file, n, read := documented(c); n > 0 && (n >= enough || 5*n >= read) {
			report.Pass(audit.Place{Path: file, Line: 1, EndLine: 1}, 0.5, fmt.Sprintf("%s names %d of the %d variables that the code reads", path.Base(file), n, read))
		}
	},
})

// enough is how many variables an example file names that is kept up, however
// many the code reads. Below, it must name a fifth of them.
const enough = 10

// laterCheck are loaders of typedLoader that only look a name up where it is
// needed: they declare nothing together.
var laterCheck = regexp.MustCompile(`^(environ\.|environs\.|decouple\.|starlette\.config|@ConfigProperty)`)

// typedLoader are ways to read variables that declare their names and types
// together, and fail at start with what is missing.
var typedLoader = regexp.MustCompile(`^(class-validator|zod|joi|valibot|yup|envalid|znv|convict|env-var|@t3-oss/|struct tag|pydantic|environ\.|environs\.|decouple\.|starlette\.config|@ConfigurationProperties$|@ConfigMapping$|@ConfigProperties$|IConfiguration\.Bind$|ENVied$|(Dotenv|Figaro)\.require_key|Dotenv->required$|github\.com/(caarlos0/env|kelseyhightower/envconfig|sethvargo/go-envconfig))`)

func loaderName(via string) string {
	switch {
	case strings.HasPrefix(via, "struct tag"):
		return "struct tags"
	case via == "IConfiguration.Bind":
		return "options classes"
	case strings.HasPrefix(via, "@t3-oss/"), strings.HasPrefix(via, "github.com/"):
		return via
	}
	name, _, _ := strings.Cut(via, ".")
	return name
}

// documented finds the example file of the component, or of a directory around
// it, that names most of the variables which the code reads. One that names
// none of them is of something else.
func documented(c *audit.Component) (best string, most, read int) {
	named := map[string]map[string]bool{}
	for _, v := range c.Variables() {
		if len(v.Reads) == 0 {
			continue
		}
		read++
		for _, at := range v.Documented {
			if named[at.Path] == nil {
				named[at.Path] = map[string]bool{}
			}
			named[at.Path][v.Name] = true
		}
	}
	for file, names := range named {
		if n := len(names); n > most || n == most && file < best {
			best, most = file, n
		}
	}
	return best, most, read
}
