package config

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
	ID:     "config/provider-token",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "A token of a provider is committed",
	Why: "A token opens the account that it was issued for to everyone who reads the repository, one of its clones or its " +
		"history. Such tokens are searched for by machines and used within minutes.",
	Fixes: []audit.Fix{
		{For: "private key", Text: "Make a new key, replace the old one wherever it is trusted, and mount the new one as a secret or read it from the environment: the history keeps what was committed."},
		{Text: "Revoke the token at its provider now, issue another, and read it from the environment (‹variable›): taking it out of the file leaves it in the history."},
		{Text: "Revoke the token at its provider now, issue another, and read it from the environment: taking it out of the file leaves it in the history."},
	},
	Severity:   audit.Critical,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "001", "003"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const queue = require("./queue")({accessKeyId: "AKIA` + `ZQ3DRSTUVWXY2345"})
require("http").createServer(app(queue)).listen(process.env.PORT)
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const queue = require("./queue")({accessKeyId: process.env.AWS_ACCESS_KEY_ID})
require("http").createServer(app(queue)).listen(process.env.PORT)
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		keys := map[string]int{} // private keys, by file
		for found := range audit.Facts[inspect.ProviderToken](c, tokenRoles...) {
			if found.Fact.Secret.Format == "private-key" {
				keys[found.File.Path]++
			}
		}
		for found := range audit.Facts[inspect.ProviderToken](c, tokenRoles...) {
			if keys[found.File.Path] <= mostKeys {
				judgeToken(found, report)
			}
		}
	},
})

// mostKeys is how many private keys a program can use: a file of more is a stock
// of sample keys, which takes long to make at run time.
const mostKeys = 5

// tokenRoles are all but what others wrote: a token is no less good in a test.
var tokenRoles = []source.Role{
	source.Prod, source.Test, source.Example, source.Docs, source.Generated, source.Minified, source.I18n, source.Template, source.DevTool,
	source.CI, source.DeployDev, source.DeployProd, source.Migration, source.Seed,
}

func judgeToken(found audit.Located[inspect.ProviderToken], report *audit.Report) {
	token, file := found.Fact, found.File
	if keepsQuiet(token, file) {
		return
	}
	severity, confidence, ok := tokenWeight(token, file)
	if !ok || token.Named && toldAsCredential(found) {
		return
	}
	subject, wanted := token.Secret.Format+" "+token.Digest, ""
	if token.Secret.Format == "private-key" {
		subject, wanted = "private key "+token.Name, "private key"
	}
	report.Violation(found.At(), strings.TrimSpace(subject), tokenMessage(token, file),
		audit.WithSeverity(severity), audit.WithConfidence(confidence), audit.WithFix(wanted), audit.Naming("variable", tokenVariable(token, file)))
}

// keepsQuiet reports whether nothing is said of a token: it is a sample, or shown to
// people. A file that is a key is config/credential-file's.
func keepsQuiet(token inspect.ProviderToken, file *audit.File) bool {
	return token.Secret.Placeholder || token.Alone || token.InTest || shownName.MatchString(token.Name) || listsHashes.MatchString(path.Base(file.Path))
}

// toldAsToken reports whether config/provider-token tells a literal, by its form,
// of what it is: then it is told once.
func toldAsToken(found audit.Located[inspect.Credential]) bool {
	if found.Fact.Secret.Format == "" {
		return false
	}
	for t := range audit.FactsIn[inspect.ProviderToken]([]*audit.File{found.File}, found.File.Role) {
		if t.Line != found.Line || t.Fact.Named || t.Fact.Public || t.Fact.Secret.Format == "private-key" || keepsQuiet(t.Fact, found.File) {
			continue
		}
		if severity, _, ok := tokenWeight(t.Fact, found.File); ok && severity.Rank() <= audit.High.Rank() {
			return true
		}
	}
	return false
}

// toldAsCredential reports whether config/hardcoded-credential tells a token that
// only its name says to be one.
func toldAsCredential(found audit.Located[inspect.ProviderToken]) bool {
	for c := range audit.FactsIn[inspect.Credential]([]*audit.File{found.File}, source.Prod, source.DeployProd) {
		if c.Line == found.Line && c.Fact.Via != inspect.ViaAccount && opensDoor(c.Fact) {
			return true
		}
	}
	return false
}

// tokenVariable is the variable that a token would be read from, by what it is
// given to, else by what it is.
func tokenVariable(token inspect.ProviderToken, file *audit.File) string {
	if name := audit.ReplacingVariable(file, token.Name); name != "" && strings.ContainsAny(token.Name, ".:_") {
		return name
	}
	if name := lastKey(token.Name); !bareWord.MatchString(name) {
		return audit.VariableName(name)
	}
	return audit.VariableName(token.Secret.Format)
}

// listsHashes are files that hold what a scanner is to pass over, or sums of what
// was translated, built or fetched.
var listsHashes = regexp.MustCompile(`(?i)^\.[\w-]+ignore$|^\.talismanrc$|\.baseline$|\.lock$|^(checksums?|sha\d+sums?)(\.txt)?$`)

// shownName are names of what is shown to people, or searched for.
var shownName = regexp.MustCompile(`(?i)^(placeholder|examples?|hint|help(_?text)?|description|title|label|tooltip|matching|match|pattern|regex|redacted|raw|snippet)$|(^|[_-])(example|sample|dummy|fake|mock|placeholder)([_-]|$)`)

// madeForTrying are directories of what developers and tests run: a key there
// guards nothing.
var madeForTrying = regexp.MustCompile(`(?i)(^|/)(test[-_.]?(env|environments?|certs?|keys?|server)|seeders?|seeds?|ci|ci[-_][a-z]+|fixtures?|mocks?|e2e|dev|develop|development|local|localhost|devcontainer|\.devcontainer)(/|$)`)

// tokenWeight is how much a token matters where it stands. One whose checksum
// is right was issued, and opens its door from anywhere. Of others only the form
// tells: who writes tests makes them up, who writes manuals often does, so that
// they are advice there, and none in tests.
func tokenWeight(token inspect.ProviderToken, file *audit.File) (audit.Severity, audit.Confidence, bool) {
	format, weak := token.Secret.Format, token.Named || token.Test
	switch trying := madeForTrying.MatchString(path.Dir(file.Path)); {
	case token.Issued:
		return audit.Critical, audit.HighConfidence, true
	case file.Role == source.Test, token.Forged && (trying || !file.Role.CanViolate()):
		return "", "", false
	case trying, file.Role == source.Docs, file.Role == source.Example, file.Role == source.I18n:
		telling := format != "private-key" && format != "aws-access-token" && format != "gcp-api-key"
		return audit.Medium, audit.LowConfidence, telling && !weak
	case !file.Role.CanViolate() && (weak || format == "private-key"):
		return audit.Medium, audit.LowConfidence, true
	case !file.Role.CanViolate() && format != "gcp-api-key":
		return audit.High, audit.MediumConfidence, true // a script or a seed, which is run somewhere
	}
	switch {
	case format == "private-key" && file.Role == source.DeployDev:
		return audit.Low, audit.MediumConfidence, true
	case format == "private-key" && token.Sealed:
		return audit.Medium, audit.MediumConfidence, true
	case token.Public:
		return audit.Low, audit.LowConfidence, true
	case format == "gcp-api-key":
		return audit.Medium, audit.MediumConfidence, true // of some interfaces also public
	case token.Test:
		return audit.Medium, audit.HighConfidence, true
	case token.Named, token.Forged:
		return audit.High, audit.MediumConfidence, true
	}
	return audit.Critical, audit.HighConfidence, true
}

func tokenMessage(token inspect.ProviderToken, file *audit.File) string {
	what := strings.ReplaceAll(token.Secret.Format, "-", " ")
	what = withArticle(what)
	if token.Secret.Format != "private-key" && token.Secret.Masked != "…" {
		what += " (" + token.Secret.Masked + ")"
	}
	where := path.Base(file.Path)
	switch {
	case token.Sealed:
		return fmt.Sprintf("%s holds %s, encrypted with a passphrase that can be tried at leisure", where, what)
	case token.Public:
		return fmt.Sprintf("%s holds %s, which browsers get to see: what it may do must be restricted", where, what)
	case token.Test:
		return fmt.Sprintf("%s holds %s of the provider's test mode", where, what)
	case token.Name != "":
		return fmt.Sprintf("%s holds %s, given to %s", where, what, token.Name)
	}
	return fmt.Sprintf("%s holds %s", where, what)
}

func withArticle(noun string) string {
	if strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}
