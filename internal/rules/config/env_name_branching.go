package config

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
	ID:     "config/env-name-branching",
	Aspect: "c",
	Type:   audit.Violation,
	Title:  "The name of the environment decides what the program does",
	Why: "A staging that is like production but for one service can't be had, and each new environment is a change of code: " +
		"variables that say one thing each scale to any number of deploys, groups that are called by a name don't.",
	Fixes: []audit.Fix{
		{For: "ASP.NET Core", Text: "Let a setting of its own say ‹what›, with a default that is safe for production, instead of ‹name›; developers set theirs in appsettings.Development.json."},
		{For: "behind", Text: "Let ‹variable› have one fallback everywhere, or none and an error at start; developers set it in .env."},
		{For: "a page", Text: "Let a field of the build's own environment say ‹what› (environment.ts of Angular, import.meta.env of Vite), or let the API tell the page, instead of ‹name›."},
		{Text: "Let a variable of its own say ‹what›, with a default that is safe for production, instead of ‹name›; developers set theirs in .env."},
		{Text: "Give each thing that differs a variable of its own, with a default that is safe for production, and drop the comparison."},
	},
	Severity:   audit.Medium,
	Confidence: audit.MediumConfidence,
	Counting:   audit.Each,
	Sources:    []string{"004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}, "dependencies": {"express": "4.19.2"}}
-- server.js --
let apiUrl;
if (process.env.NODE_ENV === "production") {
  apiUrl = "https://api.acme-shop.net";
} else {
  apiUrl = "http://localhost:4000";
}
require("express")().listen(process.env.PORT);
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}, "dependencies": {"express": "4.19.2"}}
-- server.js --
const apiUrl = process.env.API_URL || "http://localhost:4000";
require("express")().listen(process.env.PORT);
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for b := range audit.Facts[inspect.EnvBranch](c, source.Prod, source.DeployProd) {
			choice, ok := badChoice(c, b)
			if !ok {
				continue
			}
			var options []audit.Option
			switch {
			case choice == inspect.ChoosesFeature:
				options = append(options, audit.WithSeverity(audit.Low), audit.WithConfidence(audit.LowConfidence))
			case choice == inspect.ChoosesURL && len(b.Fact.Chooses) > 1 && !slices.Contains(b.Fact.Chooses, inspect.ChoosesConfig): // a block that does many things, and names an address on the way
				options = append(options, audit.WithConfidence(audit.LowConfidence))
			}
			options = append(options, audit.Naming("what", choiceAsked[choice]), audit.Naming("name", b.Fact.Name))
			if inBrowser(c, b.File) || ofAngular(b.File) {
				options = append(options, audit.WithFix("a page"))
			}
			asked := b.Fact.Name
			if len(b.Fact.Values) > 0 {
				asked += " for " + strings.Join(b.Fact.Values, " or ")
			}
			message := fmt.Sprintf("%s asks %s and chooses %s by it", path.Base(b.File.Path), asked, choiceWords[choice])
			if b.Fact.Behind != "" {
				message = fmt.Sprintf("%s asks %s and chooses by it what stands in for %s", path.Base(b.File.Path), asked, b.Fact.Behind)
				options = append(options, audit.WithSeverity(audit.Low), audit.WithFix("behind"), audit.Naming("variable", b.Fact.Behind))
			}
			report.Violation(b.At(), b.Fact.Name+" "+string(choice), message, options...)
		}
	},
})

// choiceWords are the things that a branch chooses, worst first in badChoices.
var choiceWords = map[inspect.Choice]string{
	inspect.ChoosesCredential: "a credential", inspect.ChoosesURL: "an address", inspect.ChoosesClient: "a service", inspect.ChoosesStore: "a store",
	inspect.ChoosesConfig: "a group of settings", inspect.ChoosesFeature: "whether a feature is there",
}

// choiceAsked are the same as what a variable says.
var choiceAsked = map[inspect.Choice]string{
	inspect.ChoosesCredential: "the credential", inspect.ChoosesURL: "the address", inspect.ChoosesClient: "which service is used", inspect.ChoosesStore: "where things are kept",
	inspect.ChoosesConfig: "which settings hold", inspect.ChoosesFeature: "whether the feature is there",
}

var badChoices = []inspect.Choice{inspect.ChoosesCredential, inspect.ChoosesURL, inspect.ChoosesClient, inspect.ChoosesStore, inspect.ChoosesConfig, inspect.ChoosesFeature}

// badChoice is the worst thing that a branch chooses by the environment's name.
// A switch of its own (DEBUG), tests, and what only developers see are none, nor
// is what a bundler leaves out of a page.
func badChoice(c *audit.Component, b audit.Located[inspect.EnvBranch]) (inspect.Choice, bool) {
	values := slices.DeleteFunc(slices.Clone(b.Fact.Values), func(v string) bool {
		return !slices.ContainsFunc(strings.Fields(v), func(name string) bool { return !testName.MatchString(name) }) // "test cucumber" names two
	})
	anyOf := len(b.Fact.Values) == 0 && slices.Contains(b.Fact.Chooses, inspect.ChoosesConfig) // whichever there is
	if len(values) == 0 && !anyOf || ownSwitch.MatchString(b.Fact.Name) || besideProgram.MatchString(b.File.Path) || serverConfig.MatchString(b.File.Path) {
		return "", false
	}
	for _, choice := range badChoices {
		if !slices.Contains(b.Fact.Chooses, choice) {
			continue
		}
		switch choice {
		case inspect.ChoosesFeature:
			named := slices.ContainsFunc(values, func(v string) bool { return deployWords[strings.ToLower(v)] != "" })
			if !named || page(c, b.File) || slices.Contains(b.Fact.Chooses, inspect.ChoosesDebug) || slices.Contains(b.Fact.Chooses, inspect.ChoosesLog) {
				return "", false
			}
		case inspect.ChoosesClient, inspect.ChoosesStore, inspect.ChoosesConfig:
			if page(c, b.File) {
				continue
			}
		}
		return choice, true
	}
	return "", false
}

var (
	testName = regexp.MustCompile(`(?i)^(test|testing|tests|ci|e2e|cypress|jest|vitest|cucumber|r?spec|features?)$`)
	// ownSwitch are names of what says one thing.
	ownSwitch = regexp.MustCompile(`(?i)(^|[._ ])(debug|testing|test|is_?test(_?mode)?|use_\w+|enable\w*)$`)
	// serverConfig are settings of a server, which knows processes and sockets
	// alone, of builds, and of Rails where the environment's name belongs.
	serverConfig = regexp.MustCompile(`(?i)(^|/)(puma|unicorn|pitchfork|passenger|gunicorn(\.conf)?|hypercorn|uwsgi)[\w.]*$|(^|/)config/(environments|routes|spring|boot|bootsnap)(/|\.rb$)|(^|/)(Rakefile|gulpfile|webpack[\w.]*|(svelte|vite|astro|rollup)\.config|babel\.config|postcss\.config|tailwind\.config|jest\.config|ecosystem\.config)(\.[\w]+)?$`)
)

// ofAngular reports whether a file imports Angular, which runs in a browser
// whatever its component serves.
func ofAngular(f *audit.File) bool {
	for i := range audit.FactsIn[inspect.Import]([]*audit.File{f}, f.Role) {
		if strings.HasPrefix(i.Fact.Path, "@angular/") {
			return true
		}
	}
	return false
}

// page reports whether a file is bundled into what browsers load.
func page(c *audit.Component, f *audit.File) bool {
	return f.Format == inspect.TSX || inBrowser(c, f)
}
