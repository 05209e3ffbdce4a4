package devprodparity

import (
	"fmt"
	"regexp"
	"slices"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "dev-prod-parity/runtime-version",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "Another version of the runtime is deployed than is developed or tested with",
	Why: "Feature releases of a runtime differ in syntax, standard library, defaults and behaviour under load: what CI and " +
		"developers proved on one says little of the other, and the difference shows up in production.",
	Fixes: []audit.Fix{
		{For: "Node.js", Text: "Write ‹version› into .nvmrc, let CI read it (actions/setup-node with node-version-file: .nvmrc), and name the same in engines.node."},
		{For: "Python", Text: "Write ‹version› into .python-version and let CI read it (actions/setup-python with python-version-file: .python-version)."},
		{For: "Go", Text: "Raise the go directive to ‹version› (go mod edit -go=‹version›) and let CI read it (actions/setup-go with go-version-file: go.mod)."},
		{For: "Ruby", Text: `Write ‹version› into .ruby-version, read it in the Gemfile (ruby file: ".ruby-version"), and leave ruby-version out of ruby/setup-ruby.`},
		{For: "PHP", Text: "Let CI install ‹version› (shivammathur/setup-php), and require it in composer.json."},
		{For: "Java", Text: "Let CI install ‹version› (actions/setup-java), and name it in the build file."},
		{For: "base", Text: "Build the image for development on the same base as the one that is deployed: the C library and the system's packages then are the same."},
		{For: "elsewhere", Text: "Take ‹version›, which is deployed, for ‹other› as well, and state it in one file where the tools can read it."},
		{Text: "Choose one version, the one that is deployed, state it in one file, and let CI, development and the image take it from there."},
	},
	Severity:   audit.Medium,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "001", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- .nvmrc --
18
-- Dockerfile --
FROM node:22
COPY . .
CMD ["node", "server.js"]
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}, "engines": {"node": ">=20"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- .nvmrc --
22
-- Dockerfile --
FROM node:22
COPY . .
CMD ["node", "server.js"]
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, d := range runtimeDifferences(c) {
			message := fmt.Sprintf("%s is %s in %s, but %s in %s", runtimeTitle[d.reference.runtime], d.reference.written, d.reference.by, d.other.written, d.other.by)
			subject := d.reference.runtime
			if d.family {
				message = fmt.Sprintf("%s runs on %s in %s, but on %s in %s", runtimeTitle[d.reference.runtime], d.reference.family, d.reference.by, d.other.family, d.other.by)
				subject += " base"
			}
			options := differenceFix(c, d)
			if d.floating {
				options = append(options, audit.WithSeverity(audit.Low))
			}
			report.Violation(d.other.place, subject, message, options...)
			report.Violation(d.reference.place, subject, message, options...)
		}
	},
})

// differenceFix names the version that an image deploys, and what differs from it:
// CI can read the version from a file, for other places each has its own way. Where
// no image says what is deployed, nobody knows which of the two is right.
func differenceFix(c *audit.Component, d runtimeDifference) []audit.Option {
	if d.family {
		return []audit.Option{audit.WithFix("base")}
	}
	image, other := c.Repo.File(d.reference.place.Path), c.Repo.File(d.other.place.Path)
	if image == nil || other == nil || image.Format != inspect.Dockerfile || !wholeVersion.MatchString(d.reference.written) {
		return nil
	}
	fix := "elsewhere"
	if other.Role == source.CI {
		fix = runtimeTitle[d.reference.runtime]
	}
	return []audit.Option{audit.WithFix(fix), audit.Naming("version", d.reference.written), audit.Naming("other", d.other.by)}
}

// wholeVersion is a version that can be written into a version file.
var wholeVersion = regexp.MustCompile(`^[0-9]+(\.[0-9]+)*$`)

var runtimeTitle = map[string]string{"node": "Node.js", "python": "Python", "ruby": "Ruby", "php": "PHP", "go": "Go", "java": "Java", "dotnet": ".NET", "bun": "Bun", "deno": "Deno"}

// runtimeDifference is a place that says another version, or another base, than
// the one that counts.
type runtimeDifference struct {
	reference, other statement
	family           bool
	floating         bool // the image takes whatever is latest
}

// runtimeDifferences compares what is said of each runtime with what is
// deployed; where nothing says what is, what CI tests with what is declared.
// Each runtime differs once: the others follow when that is mended.
func runtimeDifferences(c *audit.Component) []runtimeDifference {
	return audit.OfComponent(c, compareRuntimes)
}

func compareRuntimes(c *audit.Component) []runtimeDifference {
	inCI, _ := tested(c)
	inCIAlone := slices.DeleteFunc(slices.Clone(inCI), func(s statement) bool { return s.several })
	ofDevelopers := slices.Concat(developed(c), declared(c))
	images := deployed(c)
	var list []runtimeDifference
	for _, runtime := range runtimesOf(c, images) {
		references, others := ofRuntime(images, runtime), ofRuntime(slices.Concat(inCI, ofDevelopers), runtime)
		if len(references) == 0 {
			if d, ok := floatingImage(c, ofRuntime(slices.Concat(inCIAlone, ofDevelopers), runtime), runtime); ok {
				list = append(list, d)
				continue
			}
			references, others = ofRuntime(inCIAlone, runtime), ofRuntime(ofDevelopers, runtime)
		}
		if len(references) == 0 {
			continue
		}
		if other, reference, ok := differing(references, others); ok {
			list = append(list, runtimeDifference{reference: reference, other: other})
		}
		for _, dev := range ofRuntime(developed(c), runtime) {
			if len(images) > 0 && dev.family != "" && references[0].family != "" && dev.family != references[0].family && dev.runtime == images[0].runtime {
				list = append(list, runtimeDifference{reference: references[0], other: dev, family: true})
				break
			}
		}
	}
	return list
}

// floatingImage compares an image that takes whatever is latest with the one
// version that CI or developers have.
func floatingImage(c *audit.Component, others []statement, runtime string) (runtimeDifference, bool) {
	latest, ok := whateverIsLatest(c)
	i := slices.IndexFunc(others, statement.exact)
	if !ok || latest.runtime != runtime || i < 0 {
		return runtimeDifference{}, false
	}
	return runtimeDifference{reference: others[i], other: latest, floating: true}, true
}

// runtimesOf are the runtimes that concern the component: of its language, and
// those that its image has or is built with.
func runtimesOf(c *audit.Component, images []statement) []string {
	var list []string
	add := func(runtime string) {
		if runtime != "" && !slices.Contains(list, runtime) {
			list = append(list, runtime)
		}
	}
	if len(c.Languages) > 0 {
		add(languageRuntime[c.Languages[0]])
	}
	for _, s := range images {
		add(s.runtime)
	}
	return list
}

var languageRuntime = map[string]string{
	"JavaScript": "node", "TypeScript": "node", "Vue": "node", "Svelte": "node", "Astro": "node", "Python": "python", "Ruby": "ruby", "PHP": "php", "Go": "go", "Java": "java", "Kotlin": "java", "C#": "dotnet", "F#": "dotnet",
}

func ofRuntime(list []statement, runtime string) []statement {
	var own []statement
	for _, s := range list {
		if s.runtime == runtime {
			own = append(own, s)
		}
	}
	return own
}

// differing finds an environment none of whose exact statements is among the
// references, or a range that lets none of them in.
func differing(references, others []statement) (other, reference statement, ok bool) {
	agrees := func(s statement) bool {
		return slices.ContainsFunc(references, func(r statement) bool {
			switch {
			case !r.exact():
				return s.exact() && allows(r.constraint, s.release) || !s.exact()
			case s.exact():
				return s.release == r.release
			}
			return allows(s.constraint, r.release)
		})
	}
	for _, where := range []audit.Environment{audit.Testing, audit.Development} {
		var odd *statement
		agreed := false
		for _, s := range others {
			if s.where != where {
				continue
			}
			if agrees(s) {
				agreed = agreed || s.exact() || s.runtime == "dotnet" // whose SDKs add up in a job
			} else if odd == nil {
				odd = &s
			}
		}
		if odd != nil && !(agreed && where == audit.Testing) { // CI that tests with several tests with the one too
			return *odd, references[0], true
		}
	}
	return statement{}, statement{}, false
}
