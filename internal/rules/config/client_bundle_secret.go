package config

import (
	"fmt"
	"regexp"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "config/client-bundle-secret",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "A secret goes into what browsers load",
	Why: "The prefix of the variable tells the bundler to write its value into the scripts that every visitor downloads. " +
		"Whatever it protects is open." +
		" Too few of these were seen in real repositories to be measured, so that the finding is advisory: shown, not scored.",
	Fixes: []audit.Fix{
		{Text: "Call it ‹bare›, without the prefix that publishes it, move the call that needs it to a server, and rotate the secret: it was published with every build."},
		{Text: "Rename the variable so that the bundler leaves it out, use it on the server alone behind an endpoint of your own, and rotate the secret: it was published with every build."},
	},
	Severity:   audit.High,
	Confidence: audit.LowConfidence,
	Counting:   audit.Each,
	Sources:    []string{"ext"},
	Bad: `
-- package.json --
{"name": "site", "private": true, "scripts": {"build": "vite build"}, "devDependencies": {"vite": "5.2.0"}}
-- index.html --
<!doctype html><script type="module" src="/src/main.ts"></script>
-- src/main.ts --
fetch("/pay", {headers: {Authorization: import.meta.env.VITE_STRIPE_SECRET_KEY}})
`,
	Good: `
-- package.json --
{"name": "site", "private": true, "scripts": {"build": "vite build"}, "devDependencies": {"vite": "5.2.0"}}
-- index.html --
<!doctype html><script type="module" src="/src/main.ts"></script>
-- src/main.ts --
fetch("/pay", {headers: {"X-Key": import.meta.env.VITE_STRIPE_PUBLISHABLE_KEY}})
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		found := func(name string, at audit.Place) {
			if bundledSecret(name) {
				report.Violation(at, name, fmt.Sprintf("%s is written into the scripts that browsers load", name), audit.Naming("bare", bundled.FindStringSubmatch(name)[2]))
			}
		}
		for read := range audit.Facts[inspect.EnvRead](c) {
			found(read.Fact.Name, read.At())
		}
		for a := range audit.Facts[inspect.EnvAssignment](c, source.Prod, source.Example, source.DeployDev, source.DeployProd) {
			found(a.Fact.Name, a.At())
		}
		for _, p := range c.Provided() {
			found(p.Name, p.At())
		}
	},
})

var (
	// bundled is a variable that a bundler writes into its output, and what it is
	// called apart from that.
	bundled = regexp.MustCompile(`^(VITE|NEXT_PUBLIC|NUXT_PUBLIC|REACT_APP|VUE_APP|GATSBY|EXPO_PUBLIC|NG_APP)_(.+)$`)
	// secretHalf are names of what is never for everybody; of a key or a token
	// alone nobody can tell.
	secretHalf = regexp.MustCompile(`(^|_)(SECRETS?|PRIVATE_?(KEY|TOKEN|SECRET)|PASSWORD|PASSWD|PASSPHRASE|SERVICE_ROLE(_KEY)?|MASTER_KEY|ADMIN_(KEY|TOKEN))(_|$)`)
	// notTheSecret are names of what is said of a secret, of switches, and of
	// what visitors of a demonstration are told.
	notTheSecret = regexp.MustCompile(`(^|_)(NAME|LENGTH|MIN|MAX|URL|URI|PATH|ID|ENABLED?|DISABLED?|LOGIN|RESET|FORGOT|POLICY|REGEX|HINT|PAGE|LINK|AUTH|SIGN_?IN|SIGN_?UP|PROVIDER|PUBLIC|TTL|EXPIRY|REQUIRED|SHOW|DEMO|ALLOW|HIDE|USE|IS|HAS)(_|$)`)
)

func bundledSecret(name string) bool {
	m := bundled.FindStringSubmatch(name)
	return m != nil && secretHalf.MatchString(m[2]) && !notTheSecret.MatchString(secretHalf.ReplaceAllString(m[2], "_"))
}
