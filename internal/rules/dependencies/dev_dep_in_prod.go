package dependencies

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "dependencies/dev-dep-in-prod",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "Production imports a package that is declared for development only",
	Why: "Production installs without the development packages, so the import fails there and nowhere else: on each developer's " +
		"machine and in CI the package is there." +
		" Too few of these were seen in real repositories to be measured, so that the finding is advisory: shown, not scored.",
	Fixes: []audit.Fix{
		{For: "JavaScript", Text: "Move ‹package› from devDependencies to dependencies in package.json and commit the lock file; where only its types are used, import it as a type."},
		{For: "Python", Text: "Move ‹package› from the development group to [project] dependencies (uv add, poetry add) or into the requirements file that production installs."},
		{Text: "Move ‹package› from the development group to the runtime dependencies, and write the lock file again."},
		{Text: "Move the package from the development group to the runtime dependencies, and write the lock file again."},
	},
	Severity:   audit.High,
	Confidence: audit.LowConfidence,
	Counting:   audit.Ratio,
	Sources:    []string{"000"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "dependencies": {"express": "4.19.2"}, "devDependencies": {"dotenv": "16.4.5"}}
-- server.js --
require("dotenv").config();
require("express")().listen(process.env.PORT);
-- Dockerfile --
FROM node:22.4.0
COPY . .
RUN npm ci --omit=dev
CMD ["node", "server.js"]
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "dependencies": {"express": "4.19.2", "dotenv": "16.4.5"}}
-- server.js --
require("dotenv").config();
require("express")().listen(process.env.PORT);
-- Dockerfile --
FROM node:22.4.0
COPY . .
RUN npm ci --omit=dev
CMD ["node", "server.js"]
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if c.Class == audit.Library || c.Class == audit.StaticFrontend {
			return // what a bundler takes in need not be installed where it runs
		}
		node := omitsDev(c, inspect.NPM) && !bundled(c)
		python := omitsDev(c, inspect.PyPI)
		if !node && !python {
			return
		}
		npm, pypi := groupsOf(c, inspect.NPM), groupsOf(c, inspect.PyPI)
		good := map[string]bool{}
		for _, use := range audit.OfComponent(c, resolveImports).uses {
			if use.verdict != declared || use.Fact.Dynamic || errand(use.File.Path) || !c.Reaches(use.File.Path) || asideCode.MatchString(strings.ToLower(use.File.Path)) {
				continue
			}
			name, kind := "", ""
			switch {
			case use.File.Format == inspect.Python && python:
				name, kind = pythonGroup(use, pypi)
			case use.File.Format != inspect.Python && node:
				name, kind = use.name, npm[use.name]
			}
			switch kind {
			case "runtime":
				good[name] = true
			case "dev":
				report.Violation(use.At(), name, fmt.Sprintf("%s is imported, but declared for development only, and production installs without that", name), audit.Naming("package", name))
			}
		}
		report.Good(len(good))
	},
})

// asideCode are files beside the program that the paths of roles do not tell:
// configuration of tools, seeds, stories, mocks.
var asideCode = regexp.MustCompile(`(^|/)(seeds?|seeders?|fixtures?|mocks?|__mocks__|stories|test-utils?|testing|factories)(/|\.|-|$)|\.(config|stories|setup|mock|seed|spec|test)\.[cm]?[jt]sx?$|(^|/)(conftest|fabfile|noxfile|setup|seed)\.py$|\.d\.ts$`)

// groupsOf tells of each declared package whether it is needed to run, or for
// development alone: "runtime", "dev".
func groupsOf(c *audit.Component, ecosystem inspect.Ecosystem) map[string]string {
	groups := map[string]string{}
	var file *audit.File
	governing := false
	for d := range audit.AllFacts[inspect.Dependency](c.Repo, everyRole...) {
		if d.File != file { // a manifest's packages come in a row
			file, governing = d.File, concerns(d.File, c)
		}
		if !governing || d.Fact.Ecosystem != ecosystem || file.Role == source.Vendored || file.Role == source.Generated {
			continue
		}
		aside := file.Format == inspect.Requirements && !file.Role.CanViolate()
		if d.Fact.Group == inspect.Dev || aside {
			if groups[d.Fact.Name] == "" {
				groups[d.Fact.Name] = "dev"
			}
		} else {
			groups[d.Fact.Name] = "runtime"
		}
	}
	return groups
}

func pythonGroup(use importUse, groups map[string]string) (name, kind string) {
	module, _, _ := strings.Cut(use.Fact.Path, ".")
	candidates, certain := candidatesOf(module, use.Fact)
	if !certain {
		return "", ""
	}
	for _, candidate := range append(candidates, companions[module]...) {
		switch candidate = inspect.NormalPyPI(candidate); groups[candidate] {
		case "runtime":
			return candidate, "runtime"
		case "dev":
			name, kind = candidate, "dev"
		}
	}
	return name, kind
}

// omitsDev reports whether what is deployed is installed without the packages
// for development: by an install of the final stage, or of a stage whose
// packages it copies.
func omitsDev(c *audit.Component, ecosystem inspect.Ecosystem) bool {
	if c.Image == nil {
		return false
	}
	d := readStages(c.Image.File, lastOf(c.Image))
	taken := map[int]bool{}
	var stages []inspect.Stage
	for s := range audit.FactsIn[inspect.Stage]([]*audit.File{c.Image.File}, c.Image.File.Role) {
		stages = append(stages, s.Fact)
	}
	for _, i := range c.Image.Instructions {
		text := strings.Join(i.Fact.Args, " ")
		if i.Fact.From == "" || !strings.Contains(text, "node_modules") && !strings.Contains(text, "venv") && !strings.Contains(text, "site-packages") {
			continue
		}
		for _, s := range stages {
			taken[s.Index] = taken[s.Index] || s.Called(i.Fact.From)
		}
	}
	production, omits, whole := map[int]bool{}, false, false
	for i := range audit.FactsIn[inspect.Instruction]([]*audit.File{c.Image.File}, c.Image.File.Role) {
		for _, pair := range i.Fact.Pairs {
			if pair.Name == "NODE_ENV" && i.Fact.Name == "ENV" {
				production[i.Fact.Stage] = pair.Value.Text == "production"
			}
		}
		if i.Fact.Name != "RUN" || i.Fact.Start == nil || !d.final[i.Fact.Stage] && !taken[i.Fact.Stage] {
			continue
		}
		for _, command := range i.Fact.Start.Commands {
			switch installsDev(command, ecosystem, production[i.Fact.Stage] || assigned(command.Assigns, "NODE_ENV") && contains(command.Assigns, "NODE_ENV=production")) {
			case "without":
				omits, whole = true, false // a prune takes back what came before
			case "with":
				whole = true
			}
		}
	}
	return omits && !whole
}

// installsDev says whether a command installs packages "with" or "without"
// those for development, "" for neither.
func installsDev(command inspect.Command, ecosystem inspect.Ecosystem, production bool) string {
	argv := bare(command.Argv)
	if len(argv) == 0 {
		return ""
	}
	tool := path.Base(argv[0])
	verb, flags, _ := split(argv[1:])
	text := " " + strings.Join(argv, " ") + " "
	if ecosystem == inspect.NPM {
		if npmAdds[tool] == nil {
			return ""
		}
		without := npmWithout.MatchString(text)
		if verb == "prune" {
			return map[bool]string{true: "without"}[without || production]
		}
		i, ok := installOf(command.Argv)
		switch {
		case !ok || i.ecosystem != inspect.NPM || flags["-g"] || flags["--global"] || verb == "fetch":
			return ""
		case without || production && !npmWith.MatchString(text) && tool != "pnpm" && tool != "bun":
			return "without"
		}
		return "with"
	}
	switch tool {
	case "poetry", "uv", "pdm", "pipenv":
		i, ok := installOf(command.Argv)
		switch {
		case !ok || i.manager == "pip":
			return ""
		case pythonWithout.MatchString(text) || tool == "pipenv" && !flags["--dev"] && !flags["-d"]:
			return "without"
		}
		return "with"
	case "pip", "pip3":
		if i, ok := installOf(command.Argv); ok && i.ecosystem == inspect.PyPI {
			if devRequirements.MatchString(text) {
				return "with"
			}
			return "without"
		}
	}
	return ""
}

var (
	npmWithout      = regexp.MustCompile(` (--omit[= ]dev|--production(=true)?|--prod|-P|--only[= ]prod(uction)?|--ignore=dev|--no-dev) `)
	npmWith         = regexp.MustCompile(` (--production=false|--include[= ]dev|--prod=false|--dev|-D|--also[= ]dev(elopment)?) `)
	pythonWithout   = regexp.MustCompile(` (--no-dev|--only[= ]main|--without[= ]\S*dev\S*|--no-default-groups|--no-group[= ]dev|--prod(uction)?|--only-group[= ]\S+) `)
	devRequirements = regexp.MustCompile(`(dev|test|local|all|ci)[a-z]*\.(txt|in)|requirements[-_/](dev|test|local|all)|\*`)
)

// bundled reports whether a bundler may have taken the packages into what runs:
// a framework that bundles is declared, or a bundler is, and what is started is
// none of the repository's own files.
func bundled(c *audit.Component) bool {
	groups := groupsOf(c, inspect.NPM)
	for name := range groups {
		if bundlingFrameworks[name] {
			return true
		}
	}
	for _, p := range c.Running() {
		for _, s := range c.RunSteps(p) {
			for _, word := range s.Argv {
				if name := strings.TrimPrefix(word, "./"); scriptFile[path.Ext(name)] && (c.Repo.Has(path.Join(c.Path, name)) || c.File(name) != nil) {
					return false
				}
			}
		}
	}
	for name := range groups {
		if bundlers[name] {
			return true
		}
	}
	return false
}

var (
	scriptFile         = map[string]bool{".js": true, ".mjs": true, ".cjs": true, ".ts": true, ".mts": true, ".cts": true}
	bundlingFrameworks = words(`next nuxt @remix-run/dev @react-router/dev @sveltejs/kit astro nitropack nitro gatsby react-scripts @angular/cli @angular/build`)
	bundlers           = words(`webpack esbuild rollup vite tsup tsdown parcel @vercel/ncc @rspack/core @rsbuild/core unbuild pkgroll microbundle
	@swc/pack bun @nrwl/webpack @nx/webpack @nx/esbuild rolldown vite-node bunchee`)
)
