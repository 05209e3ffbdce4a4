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
	ID:     "config/credential-file",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "A file of credentials is committed",
	Why: "A key or a tool's credentials in the repository let everyone in who has a clone, and go into every image that " +
		"copies it. They can't differ between deploys, and rotating them takes a commit.",
	Fixes: []audit.Fix{
		{For: "private key", Text: "Make a new key and replace the old one wherever it is trusted; untrack ‹file› (git rm --cached), ignore it, and mount the new one as a secret where the deploy runs."},
		{For: "Rails", Text: "Untrack and ignore ‹file›, set RAILS_MASTER_KEY where the deploy runs, and encrypt the credentials anew with another key, after changing what they held."},
		{For: "npm", Text: "Write _authToken=${NPM_TOKEN} in ‹file›, set the variable where packages are installed, and revoke the token."},
		{For: "Terraform", Text: "Take the values out of ‹file› and give them as TF_VAR_‹name› and the like, or from a secret store; rotate what was committed."},
		{For: "Terraform", Text: "Take the state out of the repository, keep it in a remote backend that encrypts it, and rotate what it held."},
		{For: "Google", Text: "Delete the account's key at Google, and let the deploy use workload identity, or mount a new key where GOOGLE_APPLICATION_CREDENTIALS points."},
		{Text: "Untrack ‹file› (git rm --cached), ignore it, mount it where the deploy runs or read it from the environment, and replace what it held: the history keeps it."},
		{Text: "Untrack the file (git rm --cached), ignore it, mount it where the deploy runs or read it from the environment, and replace what it held: the history keeps it."},
	},
	Severity:   audit.Critical,
	Confidence: audit.MediumConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "002"},
	Bad: `
-- Gemfile --
gem "rails"
-- Procfile --
web: bin/rails server
-- config/application.rb --
class Application < Rails::Application
end
-- config/master.key --
0a4d3f6be1c97825d0f3b6a9c8e7d214
`,
	Good: `
-- Gemfile --
gem "rails"
-- Procfile --
web: bin/rails server
-- config/application.rb --
class Application < Rails::Application
end
-- .gitignore --
/config/master.key
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for found := range audit.Facts[inspect.CredentialFile](c, source.Prod, source.CI, source.DeployDev, source.DeployProd, source.DevTool) {
			if audit.OpensDoor(&found.Fact.Secret) && !madeForTrying.MatchString(path.Dir(found.File.Path)) && !tokenOn(found.File, found.Line) {
				name, options := path.Base(found.File.Path), []audit.Option{audit.WithFix(fileFix(found.File)), audit.Naming("file", path.Base(found.File.Path))}
				if found.File.Format == inspect.WebKey && ofRealm(found.File.Path) {
					options = append(options, realmSeverity(c, found.File))
				}
				if found.File.Role == source.CI { // mostly what the checks alone are run with
					options = append(options, audit.WithSeverity(audit.Medium), audit.WithConfidence(audit.LowConfidence))
				}
				report.Violation(found.At(), name, fmt.Sprintf("%s is committed with %s", name, found.Fact.What), options...)
			}
		}
		for found := range audit.Facts[inspect.ProviderToken](c) {
			if found.Fact.Alone && !found.Fact.Secret.Placeholder {
				judgeKeyFile(c, found, report)
			}
		}
		for b := range audit.Facts[inspect.InfraBlock](c) {
			if b.Fact.Type == "tfvars" {
				judgeVariables(b, report)
			}
		}
		for _, f := range c.Files {
			if keystore.MatchString(path.Base(f.Path)) && f.Role.CanViolate() && !madeForTrying.MatchString(path.Dir(f.Path)) && !harmlessKey.MatchString(f.Path) {
				report.Violation(audit.Place{Path: f.Path}, path.Base(f.Path), path.Base(f.Path)+" is committed, and such files hold private keys", audit.WithSeverity(audit.Medium), audit.WithConfidence(audit.LowConfidence), audit.WithFix("private key"), audit.Naming("file", path.Base(f.Path)))
			}
		}
	},
})

// ofRealm reports whether a file of keys is an export of one of Keycloak's realms.
func ofRealm(name string) bool {
	lower := strings.ToLower(name)
	return strings.Contains(lower, "realm") || strings.Contains(lower, "keycloak")
}

// realmSeverity is what the keys of an exported realm of Keycloak weigh: with them
// whoever reads the repository signs tokens of each server that imports them.
func realmSeverity(c *audit.Component, f *audit.File) audit.Option {
	for s := range audit.AllFacts[inspect.ComposeService](c.Repo) {
		for _, v := range s.Fact.Volumes {
			if strings.Contains(v.Target, "import") && v.Source != "" && covers(path.Join(path.Dir(s.File.Path), v.Source), f.Path) {
				return audit.WithSeverity(audit.High)
			}
		}
	}
	return audit.WithSeverity(audit.Medium)
}

// keystore are containers of keys that can't be looked into without a password.
var keystore = regexp.MustCompile(`(?i)\.(p12|pfx|jks|keystore)$`)

// harmlessKey are names of keys that guard nothing, and of stores that hold
// certificates alone.
var harmlessKey = regexp.MustCompile(`(?i)(localhost|snake.?oil|self.?signed|dummy|fake|insecure|vagrant|trust.?store|cacerts|debug\.keystore|(^|[/._-])(test|tests|dev|development|example|sample|demo|local|mock)s?([/._-]|$))`)

// tokenOn reports whether config/provider-token reports the line.
func tokenOn(file *audit.File, line int) bool {
	for t := range audit.FactsIn[inspect.ProviderToken]([]*audit.File{file}, file.Role) {
		if t.Line == line && !t.Fact.Secret.Placeholder && !t.Fact.Alone {
			return true
		}
	}
	return false
}

// judgeKeyFile reports a private key in a file of its own. One beside a
// certificate that vouches for itself protects a connection that nobody trusts.
func judgeKeyFile(c *audit.Component, found audit.Located[inspect.ProviderToken], report *audit.Report) {
	file := found.File
	if found.Fact.InTest || harmlessKey.MatchString(file.Path) || madeForTrying.MatchString(path.Dir(file.Path)) {
		return
	}
	name, fix := path.Base(file.Path), "private key"
	message := name + " is a private key, and committed"
	options := []audit.Option{}
	selfSigned, local := certified(c, file)
	switch {
	case local:
		return
	case strings.HasSuffix(name, ".json"):
		message, fix = name+" is the key of a service account, and committed", "Google"
		options = append(options, audit.WithConfidence(audit.HighConfidence))
	case selfSigned || file.Role == source.DeployDev:
		message += " beside a certificate that it signed itself"
		if !selfSigned {
			message = name + " is a private key for development, and committed"
		}
		options = append(options, audit.WithSeverity(audit.Low))
	case found.Fact.Sealed:
		message += ", encrypted with a passphrase that can be tried at leisure"
		options = append(options, audit.WithSeverity(audit.Medium))
	}
	report.Violation(found.At(), name, message, append(options, audit.WithFix(fix), audit.Naming("file", name))...)
}

// certified is what the certificates beside a key say of it: the one of its
// name, else all of its directory.
func certified(c *audit.Component, key *audit.File) (selfSigned, local bool) {
	stem, count, signed := stemOf(key.Path), 0, 0
	for cert := range audit.Facts[inspect.Certificate](c, key.Role) {
		if cert.File.Dir() != key.Dir() {
			continue
		}
		if stemOf(cert.File.Path) == stem {
			return cert.Fact.SelfSigned, cert.Fact.Local
		}
		count++
		if cert.Fact.SelfSigned {
			signed++
		}
		local = local || cert.Fact.Local
	}
	return count > 0 && signed == count, local
}

var keyWord = regexp.MustCompile(`(?i)[-_.]?(private|public)?[-_.]?(key|cert|certificate|crt|pub)$`)

func stemOf(name string) string {
	base := path.Base(name)
	return keyWord.ReplaceAllString(strings.TrimSuffix(base, path.Ext(base)), "")
}

// judgeVariables reports a file of Terraform's variables at its first secret.
func judgeVariables(b audit.Located[inspect.InfraBlock], report *audit.Report) {
	if b.File.Role == source.DeployDev || madeForTrying.MatchString(path.Dir(b.File.Path)) {
		return
	}
	name, n, first := path.Base(b.File.Path), 0, inspect.EnvEntry{}
	for _, e := range infraEntries(b.Fact) {
		if plainSecret(e) && !namesSecret(e.Name) {
			if n++; n == 1 {
				first = e
			}
		}
	}
	if n == 0 {
		return
	}
	message := fmt.Sprintf("%s is committed with a value for %s", name, first.Name)
	if n > 1 {
		message += fmt.Sprintf(" and %d more", n-1)
	}
	at := audit.Place{Path: b.File.Path, Line: first.Line, EndLine: first.Line}
	report.Violation(at, name, message, audit.WithSeverity(audit.High), audit.WithFix("Terraform"), audit.Naming("file", name), audit.Naming("name", first.Name))
}

func fileFix(file *audit.File) string {
	switch file.Format {
	case inspect.MasterKey:
		return "Rails"
	case inspect.NpmRC:
		return "npm"
	case inspect.TerraformState:
		return "Terraform"
	case inspect.PuTTYKey, inspect.WebKey:
		return "private key"
	}
	return ""
}
