package buildreleaserun

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "build-release-run/config-in-image",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "The image holds a deploy's config",
	Why: "An image with config in it fits one deploy only, so each environment needs its own build and none runs what was " +
		"tested; and whoever can pull the image can read the credentials in its layers.",
	Fixes: []audit.Fix{
		{For: "file", Text: "Name ‹file› in .dockerignore and drop what copies it by name; give what it holds when the container starts: environment variables, secret references of the platform. Rotate what has been in an image."},
		{For: "kept out", Text: "Name ‹file› in .dockerignore: what it holds is given where the container starts, and never copied."},
		{For: "build secret", Text: "Give the build ‹variable› by RUN --mount=type=secret instead of a build argument, and rotate it: it is in the image's history."},
		{Text: "Take ‹variable› out of the Dockerfile and give it when the container starts: an environment variable, a secret reference of the platform. Rotate it if it is a credential: it has been in an image."},
		{Text: "Take config out of the Dockerfile and give it when the container starts: environment variables, secret references of the platform. Rotate what has been in an image."},
	},
	Severity:   audit.High,
	Confidence: audit.HighConfidence,
	Counting:   audit.Once,
	Sources:    []string{"002", "003", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- Dockerfile --
FROM node:22
COPY server.js .env.production ./
CMD ["node", "server.js"]
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- Dockerfile --
FROM node:22
COPY server.js ./
CMD ["node", "server.js"]
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if c.Image == nil {
			return
		}
		for _, i := range c.Image.Instructions {
			switch i.Fact.Name {
			case "COPY", "ADD":
				judgeCopy(c, i, report)
			case "ENV", "ARG":
				for _, pair := range i.Fact.Pairs {
					judgePair(c, i, pair, report)
				}
			}
		}
	},
})

// envFile are dotenv files of a deploy; those that show how one looks are none.
var (
	envFile     = regexp.MustCompile(`(^|/)\.env(rc|[.-][A-Za-z0-9_.-]+)?$|(^|/)[A-Za-z0-9_-]+\.env$`)
	envTemplate = regexp.MustCompile(`(?i)example|sample|template|dist|default|defaults|schema|vault|test`)
)

// judgeCopy reports dotenv files that are copied by name, and the whole
// context when nothing keeps a dotenv file out of it.
func judgeCopy(c *audit.Component, i audit.Located[inspect.Instruction], report *audit.Report) {
	if len(i.Fact.Args) < 2 {
		return
	}
	for _, from := range i.Fact.Args[:len(i.Fact.Args)-1] {
		judgeIgnored(c, i, from, report)
		switch {
		case envFile.MatchString(from) && !envTemplate.MatchString(path.Base(from)):
			if f := c.Repo.File(path.Join(path.Dir(i.File.Path), from)); f == nil || holdsConfig(f) {
				report.Violation(i.At(), path.Base(from), fmt.Sprintf("%s is copied into the image", path.Base(from)), audit.WithFix("file"), audit.Naming("file", path.Base(from)))
			}
		case i.Fact.From == "" && wholeContext(from):
			judgeContext(c, i, report)
		}
	}
}

// holdsConfig reports whether a dotenv file of the repository says anything
// that differs between deploys: secrets or handles, not what a bundler
// publishes.
func holdsConfig(f *audit.File) bool {
	for a := range audit.FactsIn[inspect.EnvAssignment]([]*audit.File{f}, f.Role) {
		if audit.OpensDoor(a.Fact.Value.Secret) || a.Fact.Secret && !a.Fact.Value.HasText || strings.Contains(a.Fact.Value.Text, "://") && !publicVariable.MatchString(a.Fact.Name) {
			return true
		}
	}
	return false
}

// ofTests are names of dotenv files that only tests load.
var ofTests = regexp.MustCompile(`(?i)(^|[._-])(unit|tests?|testing|e2e|ci|dusk|cypress|playwright)([._-]|$)`)

// publicVariable are variables that a bundler writes into what browsers load.
var publicVariable = regexp.MustCompile(`^(VITE|NEXT_PUBLIC|NUXT_PUBLIC|REACT_APP|VUE_APP|GATSBY|PUBLIC|EXPO_PUBLIC|NG_APP)_`)

func wholeContext(from string) bool {
	from = path.Clean("/" + from) // nothing is above the context
	return from == "/" || from == "/*"
}

// judgeContext reports COPY . . where a dotenv file would come along: when one
// is in use here and no .dockerignore keeps it out. It is high when one with
// secrets is committed, else low: the build machine may have none.
func judgeContext(c *audit.Component, i audit.Located[inspect.Instruction], report *audit.Report) {
	contexts := []string{path.Dir(i.File.Path), c.Path, "."}
	if known := c.Repo.BuildContext(i.File.Path); known != "" {
		contexts = []string{known}
	}
	committed, used := "", ""
	for _, f := range c.Files {
		if f.Format != inspect.DotEnv || ofTests.MatchString(path.Base(f.Path)) || !contains(contexts, path.Dir(f.Path)) || keepsOut(c, i.File, contexts, ".env") {
			continue
		}
		used = ".env"
		if f.Role == source.Prod && f.Mode != source.Symlink && holdsConfig(f) {
			committed = path.Base(f.Path)
		}
	}
	if used == "" && ownDotenv(c, contexts[0]) && !keepsOut(c, i.File, contexts, ".env") {
		used = ".env"
	}
	for s := range audit.Facts[inspect.ComposeService](c) {
		for _, name := range s.Fact.EnvFiles {
			name = path.Join(path.Dir(s.File.Path), name)
			if envFile.MatchString(name) && !strings.HasPrefix(name, "..") && slices.ContainsFunc(contexts, func(dir string) bool { return audit.Under(name, dir) }) && !keepsOut(c, i.File, contexts, name) {
				used = name
			}
		}
	}
	switch {
	case committed != "":
		report.Violation(i.At(), ".env", fmt.Sprintf("The committed %s is copied into the image with everything else", committed), audit.WithFix("file"), audit.Naming("file", committed))
	case used != "":
		report.Violation(i.At(), ".env", fmt.Sprintf("COPY takes everything, and no .dockerignore keeps %s out of the image", used), audit.WithFix("kept out"), audit.Naming("file", used), audit.WithSeverity(audit.Low))
	}
}

// ownDotenv reports whether people who work on a program have a dotenv file
// beside it: the program loads one, and git is told to leave it alone.
func ownDotenv(c *audit.Component, context string) bool {
	if _, loads := audit.LoadsDotenv(c); !loads || c.Path != context {
		return false
	}
	return source.Ignored(audit.OfRepository(c.Repo, audit.GitIgnores), path.Join(context, ".env"))
}

// keepsOut reports whether a .dockerignore that the build may read names a file.
func keepsOut(c *audit.Component, dockerfile *audit.File, contexts []string, file string) bool {
	names := []string{dockerfile.Path + ".dockerignore"}
	for _, dir := range contexts {
		names = append(names, path.Join(dir, ".dockerignore"))
	}
	for _, name := range names {
		f := c.Repo.File(name)
		if f == nil {
			continue
		}
		if f.Mode == source.Symlink {
			return true // what it says stands elsewhere
		}
		if f.Ignores(file) != "" {
			return true
		}
	}
	return false
}

func contains(list []string, text string) bool {
	for _, item := range list {
		if item == text {
			return true
		}
	}
	return false
}

// judgePair reports a secret, or a handle of another machine, that ENV or ARG
// puts into the image. A build argument without a value is still read from the
// image's history; one of a page's bundle is public anyway.
func judgePair(c *audit.Component, i audit.Located[inspect.Instruction], pair inspect.EnvEntry, report *audit.Report) {
	at := audit.Place{Path: i.File.Path, Line: pair.Line, EndLine: pair.Line}
	if at.Line == 0 {
		at = i.At()
	}
	switch v := pair.Value; {
	case publicVariable.MatchString(pair.Name):
	case audit.OpensDoor(v.Secret):
		report.Violation(at, pair.Name, fmt.Sprintf("%s %s puts a credential into every copy of the image", i.Fact.Name, pair.Name), audit.Naming("variable", pair.Name))
	case i.Fact.Name == "ENV" && i.Fact.Final && keyWord(pair) && lastSays(c, at):
		report.Violation(at, pair.Name, fmt.Sprintf("ENV %s gives every copy of the image the same key to sign with, which everybody can read", pair.Name), audit.Naming("variable", pair.Name))
	case pair.Secret && v.Source == inspect.Input && v.Secret == nil && v.Text == "" && i.Fact.Name == "ENV":
		report.Violation(at, pair.Name, fmt.Sprintf("ENV %s keeps the secret build argument in the image", pair.Name), audit.WithFix("build secret"), audit.Naming("variable", pair.Name))
	case pair.Secret && v.Source == inspect.Input && v.Secret == nil && v.Text == "":
		report.Violation(at, pair.Name, fmt.Sprintf("The secret build argument %s stays in the image's history", pair.Name), audit.WithFix("build secret"), audit.Naming("variable", pair.Name), audit.WithSeverity(audit.Medium))
	case i.Fact.Name == "ENV" && v.IsLiteral() && remoteService(v.Text) && lastSays(c, at):
		report.Violation(at, pair.Name, fmt.Sprintf("ENV %s ties the image to one deploy's service", pair.Name), audit.Naming("variable", pair.Name))
	}
}

// keyWord reports whether a variable that programs sign sessions and tokens with
// is given a plain word: it signs as well as any. One that is only there for the
// build to pass says so.
func keyWord(pair inspect.EnvEntry) bool {
	s := pair.Value.Secret
	return pair.Value.IsLiteral() && s != nil && !s.Unset && !s.Placeholder && s.Length > 4 && signsSessions.MatchString(pair.Name) && !onlyForBuild.MatchString(s.Masked)
}

var (
	signsSessions = regexp.MustCompile(`^((\w+_)?SECRET_KEY(_BASE)?|(JWT|SESSION|COOKIE)_(SECRET|KEY)|APP_SECRET|NEXTAUTH_SECRET|AUTH_SECRET)$`)
	onlyForBuild  = regexp.MustCompile(`(?i)^["']?(dum|bui|fak|pla|tes|ign|not|non|tem|tmp|unu|pre|thi|xxx|\.\.\.|1$|\$)`)
)

// lastSays reports whether an ENV is the one that holds in the image: a later
// stage or line may set the variable anew.
func lastSays(c *audit.Component, at audit.Place) bool {
	return slices.ContainsFunc(c.Image.Environment(), func(p audit.Provided) bool { return p.At() == at })
}

// remoteService reports whether text is the URL of a backing service on
// another machine; one of this machine is a default.
func remoteService(text string) bool {
	m := serviceURL.FindStringSubmatch(text)
	return m != nil && m[2] != "localhost" && m[2] != "127.0.0.1" && !inspect.IsPlaceholder(m[2])
}

var serviceURL = regexp.MustCompile(`^(?:jdbc:)?(postgres(?:ql)?|mysql|mariadb|mongodb|redis|rediss|amqps?|nats|kafka|memcached)(?:\+[a-z0-9]+)?://(?:[^@/\s]*@)?([^:/?#,\s]+)`)
