package buildreleaserun

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "build-release-run/rebuild-per-env",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "Each environment gets a build of its own",
	Why: "What was tested in staging is not what runs in production: it was built again, at another time, with other " +
		"arguments. A release is one build plus the environment's config.",
	Fixes: []audit.Fix{
		{For: "an argument", Text: "Drop the build argument ‹argument›, build one image that holds what every environment needs, and let a variable decide when it starts."},
		{For: "page", Text: "Build once, and let the page read what differs when it is served (a config.json or a script that the server writes from its environment) instead of values that the bundler fills in."},
		{Text: "Build once from each commit, tag the artefact with it, and deploy that same tag to staging and then to production; pass what differs when it starts, as environment variables."},
	},
	Severity:   audit.Medium,
	Confidence: audit.MediumConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- .github/workflows/deploy.yml --
on: {push: {branches: [main]}}
jobs:
  image:
    runs-on: ubuntu-latest
    strategy: {matrix: {environment: [staging, production]}}
    steps:
      - run: docker build --build-arg APP_ENV=${{ matrix.environment }} -t acme/shop:${{ matrix.environment }}-$GITHUB_SHA --push .
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- .github/workflows/deploy.yml --
on: {push: {branches: [main]}}
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - run: docker build -t acme/shop:$GITHUB_SHA --push .
  deploy:
    needs: image
    runs-on: ubuntu-latest
    strategy: {matrix: {environment: [staging, production]}}
    steps:
      - run: kubectl -n ${{ matrix.environment }} set image deployment/shop web=acme/shop:$GITHUB_SHA
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		judgeChosenBuilds(c, report)
		builds := map[string][]environmentBuild{}
		for _, s := range scripts(c) {
			if s.step == nil || forTests(s) {
				continue
			}
			for _, b := range environmentBuilds(s) {
				if b.environment == "" { // all of a matrix
					report.Violation(b.at, b.what, fmt.Sprintf("%s is run once for each environment of a matrix", quoted(b.what)))
					continue
				}
				builds[b.what] = append(builds[b.what], b)
			}
		}
		for _, what := range sortedBuilds(builds) {
			list := builds[what]
			names := environmentsOf(list)
			if len(names) < 2 {
				continue
			}
			for _, b := range list {
				report.Violation(b.at, what, fmt.Sprintf("%s is run for %s, a build for each", quoted(what), strings.Join(names, " and ")))
			}
		}
	},
})

// environmentBuild is a build that is told its environment.
type environmentBuild struct {
	at          audit.Place
	what        string // "docker build", "npm run build"
	environment string // "staging"; "" for each of a matrix
}

var (
	// deployEnvironment are environments that serve someone. Development and tests
	// are none: they are never released.
	deployEnvironment = regexp.MustCompile(`(?i)^(prod|production|prd|live|staging|stage|stg|uat|qa|pre-?prod|pre-?production|sandbox|demo)$`)
	matrixOfDeploys   = regexp.MustCompile(`\$\{\{\s*matrix\.(env|envs|environment|environments|deploy_env|target_env|stage_env|app_env)\b`)
	matrixAxis        = regexp.MustCompile(`\$\{\{\s*matrix\.([\w.-]+)\s*\}\}`)
	buildArgument     = regexp.MustCompile(`^(?:[A-Z_]*_)?(?:ENV|ENVIRONMENT|STAGE|MODE|CONFIGURATION|PROFILE)=["']?([A-Za-z-]+)`)
)

// environmentBuilds lists the builds of a step that are told an environment.
func environmentBuilds(s script) []environmentBuild {
	var list []environmentBuild
	add := func(line int, what, text string) {
		if ofDeploys(s.step.Fact, text) {
			list = append(list, environmentBuild{s.at(line), what, ""})
		} else if name := strings.ToLower(text); deployEnvironment.MatchString(name) {
			list = append(list, environmentBuild{s.at(line), what, canonical(name)})
		}
	}
	if imageAction.MatchString(s.step.Fact.Uses) {
		for _, with := range s.step.Fact.With {
			if with.Name != "build-args" && with.Name != "build_args" && with.Name != "buildargs" && with.Name != "buildArgs" {
				continue
			}
			for _, argument := range strings.FieldsFunc(with.Value.Text, func(r rune) bool { return r == '\n' || r == ',' }) {
				addArgument(s.step.Fact, strings.TrimSpace(argument), with.Line, "the image's build", add)
			}
		}
	}
	for _, command := range s.commands {
		argv := audit.Unwrap(command.Argv)
		if len(argv) < 2 {
			continue
		}
		rest := words(argv[1:])
		switch program := path.Base(argv[0]); {
		case program == "docker" && slices.Contains(rest, "build"):
			for _, argument := range flagValues(argv, "--build-arg") {
				addArgument(s.step.Fact, argument, command.Line, "docker build", add)
			}
		case runners[program] && isBuildScript(rest):
			name := rest[0]
			if (name == "run" || name == "run-script") && len(rest) > 1 {
				name = rest[1]
			}
			_, environment, _ := strings.Cut(name, ":")
			add(command.Line, program+" run build", environment)
			for _, mode := range flagValues(argv, "--mode", "--configuration", "-c") {
				add(command.Line, program+" run build", mode)
			}
		case program == "ng" || program == "vite":
			if slices.Contains(rest, "build") {
				for _, mode := range flagValues(argv, "--mode", "--configuration", "-c") {
					add(command.Line, program+" build", mode)
				}
			}
		}
	}
	return list
}

// ofDeploys reports whether a text takes its environment from a matrix of those
// that serve someone. Where the matrix is computed, its axis tells by its name.
func ofDeploys(step inspect.WorkflowStep, text string) bool {
	m := matrixAxis.FindStringSubmatch(text)
	if m == nil || len(step.Runs) == 0 {
		return matrixOfDeploys.MatchString(text)
	}
	names := map[string]bool{}
	for _, run := range step.Runs {
		if !deployEnvironment.MatchString(run[m[1]]) {
			return false
		}
		names[canonical(strings.ToLower(run[m[1]]))] = true
	}
	return len(names) > 1
}

// addArgument looks at one build argument: APP_ENV=staging.
func addArgument(step inspect.WorkflowStep, argument string, line int, what string, add func(int, string, string)) {
	if m := buildArgument.FindStringSubmatch(argument); m != nil {
		add(line, what, m[1])
		return
	}
	if _, value, ok := strings.Cut(argument, "="); ok && ofDeploys(step, value) {
		add(line, what, value)
	}
}

// canonical joins the short forms of an environment's name with the long one.
func canonical(name string) string {
	switch name {
	case "prod", "prd", "live":
		return "production"
	case "stage", "stg":
		return "staging"
	}
	return name
}

func environmentsOf(list []environmentBuild) []string {
	var names []string
	for _, b := range list {
		if !slices.Contains(names, b.environment) {
			names = append(names, b.environment)
		}
	}
	sort.Strings(names)
	return names
}

func sortedBuilds(builds map[string][]environmentBuild) []string {
	var names []string
	for name := range builds {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
