package dependencies

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "dependencies/unlocked-install",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "The production build may install other versions than the lock file's",
	Why: "The command resolves the packages anew, or mends the lock file in silence where it doesn't fit: what is deployed is then " +
		"not what was tested, and no one sees it in the repository.",
	Fixes: []audit.Fix{
		{Text: "Install with the command that takes exactly what the lock file holds and fails when that does not fit the manifest."},
		{For: "npm", Text: "Run npm ci (npm ci --omit=dev) instead of npm install; it needs a committed package-lock.json."},
		{For: "Yarn 1", Text: "Run yarn install --frozen-lockfile."},
		{For: "Yarn 2", Text: "Run yarn install --immutable."},
		{For: "yarn", Text: "Run yarn install --immutable (--frozen-lockfile before Yarn 2)."},
		{For: "pnpm", Text: "Run pnpm install --frozen-lockfile."},
		{For: "bun", Text: "Run bun install --frozen-lockfile (bun ci)."},
		{For: "uv", Text: "Run uv sync --locked, or --frozen, and install from uv.lock alone."},
		{For: "pip", Text: "Install from the lock: poetry install --only main, uv sync --locked, pdm sync, or a compiled requirements file with pip install --require-hashes -r."},
		{For: "pipenv", Text: "Run pipenv sync, or pipenv install --deploy."},
		{For: "pdm", Text: "Run pdm sync --prod, or pdm install --frozen-lockfile."},
		{For: "poetry", Text: "Run poetry install --only main alone, and poetry update or poetry lock on your machine, where the new lock can be reviewed."},
		{For: "bundler", Text: "Run bundle install with BUNDLE_DEPLOYMENT=1, and bundle update on your machine, where the new lock can be reviewed."},
		{For: "composer", Text: "Run composer install --no-dev, and composer update on your machine, where the new lock can be reviewed."},
		{For: "go", Text: "Name a version behind the @ of go install, or keep tools in go.mod (go get -tool) and run go mod tidy on your machine."},
	},
	Severity:   audit.Medium,
	Confidence: audit.MediumConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "001"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}, "dependencies": {"express": "^4.19.2"}}
-- package-lock.json --
{"name": "shop", "lockfileVersion": 3, "packages": {"": {"dependencies": {"express": "^4.19.2"}}, "node_modules/express": {"version": "4.19.2"}}}
-- server.js --
require("express")().listen(process.env.PORT)
-- Dockerfile --
FROM node:22.4.0
COPY . .
RUN npm install --omit=dev
CMD ["node", "server.js"]
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}, "dependencies": {"express": "^4.19.2"}}
-- package-lock.json --
{"name": "shop", "lockfileVersion": 3, "packages": {"": {"dependencies": {"express": "^4.19.2"}}, "node_modules/express": {"version": "4.19.2"}}}
-- server.js --
require("express")().listen(process.env.PORT)
-- Dockerfile --
FROM node:22.4.0
COPY . .
RUN npm ci --omit=dev
CMD ["node", "server.js"]
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if publishes(c) {
			return // who installs it resolves for themselves
		}
		built := len(dockerfiles(c)) > 0
		strict := strictBy(c)
		for _, command := range audit.OfComponent(c, making) {
			if command.when == inDelivery && built {
				continue // what is deployed is built by the Dockerfile
			}
			if u, ok := unlockedOf(c, command); ok && !strict[u.manager] {
				report.Violation(command.at, u.subject, fmt.Sprintf("%s runs %s, which %s", path.Base(command.at.Path), u.shown, u.does), audit.WithFix(yarnNamed(c, u.manager), u.manager))
			}
		}
	},
})

// yarnNamed is "Yarn 1" or "Yarn 2" for yarn, as the header of the component's
// lock says, "" where there is none.
func yarnNamed(c *audit.Component, manager string) string {
	if manager != "yarn" {
		return ""
	}
	found := ""
	for l := range audit.AllFacts[inspect.Lock](c.Repo, everyRole...) {
		if l.Fact.Manager == "yarn" && l.Fact.Version != "" && concerns(l.File, c) {
			found = "Yarn " + l.Fact.Version
		}
	}
	return found
}

// unlocked is a command that installs more freely than a lock allows.
type unlocked struct {
	manager string // by which the fix is chosen
	subject string
	shown   string
	does    string
}

// strictBy are the managers that the image's or the platform's variables make
// as strict as a flag would.
func strictBy(c *audit.Component) map[string]bool {
	strict := map[string]bool{}
	for _, p := range c.Provided() {
		if p.Value.Text == "" || p.Value.Text == "0" || p.Value.Text == "false" {
			continue
		}
		switch p.Name {
		case "UV_FROZEN", "UV_LOCKED":
			strict["uv"] = true
		case "YARN_ENABLE_IMMUTABLE_INSTALLS":
			strict["yarn"] = true
		case "NPM_CONFIG_FROZEN_LOCKFILE", "npm_config_frozen_lockfile":
			strict["pnpm"] = true
		case "PIPENV_IGNORE_PIPFILE":
			strict["pipenv"] = true
		}
	}
	return strict
}

func unlockedOf(c *audit.Component, command madeBy) (unlocked, bool) {
	argv := bare(command.Argv)
	if len(argv) == 0 || slices.ContainsFunc(argv, harmless) {
		return unlocked{}, false
	}
	tool := path.Base(argv[0])
	verb, flags, named := split(argv[1:])
	shown := strings.TrimSpace(tool + " " + verb)
	if updates[tool][verb] && !named {
		return unlocked{managerNamed(tool), tool, shown, "takes the newest versions that the manifest allows"}, true
	}
	switch tool {
	case "go":
		return unlockedGo(argv, verb, flags)
	case "pip", "pip3", "uv":
		if u, ok := unlockedPip(c, argv); ok || tool != "uv" {
			return u, ok
		}
	}
	i, ok := installOf(command.Argv)
	if !ok || i.frozen || flags["-g"] || flags["--global"] || command.ci && strictInCI(c, i.manager) {
		return unlocked{}, false
	}
	if tool == "pnpm" && verb == "fetch" || !asksFor(c, i.ecosystem) {
		return unlocked{}, false // reads the lock alone, or has nothing that one would hold
	}
	return unlocked{i.manager, i.manager, shown, "may resolve other versions than the lock file holds"}, true
}

// asksFor reports whether the component, or another one that its image may be
// built from as well, asks for packages of an ecosystem.
func asksFor(c *audit.Component, ecosystem inspect.Ecosystem) bool {
	if _, asks := buildOf(c, ecosystem); asks {
		return true
	}
	for _, other := range c.Repo.Components {
		if other != c && other.Class != audit.Library {
			if _, asks := buildOf(other, ecosystem); asks {
				return true
			}
		}
	}
	return false
}

// updates are the words with which a manager takes newer versions.
var updates = map[string]map[string]bool{
	"npm": words(`update upgrade up`), "yarn": words(`upgrade up`), "pnpm": words(`update upgrade up`), "bun": words(`update`), "composer": words(`update`),
	"bundle": words(`update`), "poetry": words(`update lock`), "pipenv": words(`update lock`), "pdm": words(`update lock`),
}

func managerNamed(tool string) string {
	if tool == "bundle" {
		return "bundler"
	}
	return tool
}

// harmless are words with which a command installs nothing, or as a variable
// says that no file gives a value to.
func harmless(word string) bool {
	switch word {
	case "--dry-run", "--check", "--help", "--version", "--package-lock-only", "--lockfile-only", "--lock":
		return true
	}
	return strings.HasPrefix(word, "$")
}

// strictInCI reports whether a manager takes exactly the lock where the
// variable CI is set.
func strictInCI(c *audit.Component, manager string) bool {
	switch manager {
	case "pnpm":
		return true
	case "yarn":
		for l := range audit.AllFacts[inspect.Lock](c.Repo, everyRole...) {
			if l.Fact.Manager == "yarn" && l.Fact.Version != "" && l.Fact.Version != "1" {
				return true
			}
		}
	}
	return false
}

// unlockedGo reads go get -u, go mod tidy, and the install of a tool at latest.
func unlockedGo(argv []string, verb string, flags map[string]bool) (unlocked, bool) {
	switch {
	case flags["-mod=mod"] && (verb == "build" || verb == "install" || verb == "run"):
		return unlocked{"go", "go", "go " + verb + " -mod=mod", "may change go.mod and go.sum"}, true
	case verb == "get" && flags["-u"] && !contains(argv, "mod"):
		return unlocked{"go", "go", "go get -u", "takes the newest versions"}, true
	case verb == "mod" && contains(argv, "tidy") && !flags["-diff"]:
		return unlocked{"go", "go", "go mod tidy", "may change go.mod and go.sum"}, true
	case verb == "install" || verb == "run" || verb == "get":
		for _, word := range argv[2:] {
			if module, version, ok := strings.Cut(word, "@"); ok && movingGo[version] {
				return unlocked{"go", module, "go " + verb + " " + word, "is another version tomorrow"}, true
			}
		}
	}
	return unlocked{}, false
}

var movingGo = words(`latest upgrade main master develop HEAD`)

// unlockedPip reads the install of the project itself by its ranges, where a
// lock beside it holds versions that pip does not read.
func unlockedPip(c *audit.Component, argv []string) (unlocked, bool) {
	args := argv[1:]
	if path.Base(argv[0]) == "uv" {
		if len(args) < 2 || args[0] != "pip" {
			return unlocked{}, false
		}
		args = args[1:]
	}
	if len(args) == 0 || args[0] != "install" || contains(args, "--no-deps") || contains(args, "-c") || contains(args, "--constraint") || contains(args, "--no-index") {
		return unlocked{}, false
	}
	project := ""
	for i, word := range args {
		rest, _, _ := strings.Cut(word, "[")
		switch {
		case rest == "." || rest == "./":
			project = word
		case path.Base(word) == "pyproject.toml" && i > 0 && (args[i-1] == "-r" || args[i-1] == "--requirement" || args[i-1] == "--requirements"):
			project = "-r " + word
		}
	}
	if project == "" {
		return unlocked{}, false
	}
	lock := lockOf(c, inspect.PyPI, c.Path)
	if lock == nil || installsLock(c) {
		return unlocked{}, false
	}
	return unlocked{"pip", "pip", "pip install " + project, fmt.Sprintf("does not read %s", path.Base(lock.Path))}, true
}

// installsLock reports whether another command of the build installs what a
// lock holds: the project alone comes after it.
func installsLock(c *audit.Component) bool {
	for _, command := range audit.OfComponent(c, making) {
		if i, ok := installOf(command.Argv); ok && i.ecosystem == inspect.PyPI {
			return true
		}
		if argv := bare(command.Argv); len(argv) > 1 && argv[1] == "export" {
			return true
		}
	}
	return false
}
