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

// judgeAccounts reports the people and programs whom each deploy lets in by a
// password that stands in the code, the first of each file.
func judgeAccounts(c *audit.Component, report *audit.Report, told map[audit.Place]bool) {
	seen := map[string]bool{}
	for found := range audit.Facts[inspect.Credential](c, source.Prod, source.Migration) {
		f := found.File
		if found.Fact.Via != inspect.ViaAccount || seen[f.Path] || told[lineOf(found)] || madeUpPath.MatchString(outsidePackage(f.Path)) || !inEachDeploy(c, f) {
			continue
		}
		seen[f.Path] = true
		who := found.Fact.Name
		message := fmt.Sprintf("%s is let in by a password that is written in the code, in every deploy", who)
		switch {
		case who == "":
			who, message = "password", "Somebody is let in by a password that is written in the code, in every deploy"
		case !found.Fact.Paired:
			message = fmt.Sprintf("The database's login %s is made with a password that is written here", who)
		}
		report.Violation(found.At(), who, message, audit.WithFix(accountFix(found.Fact)), audit.Naming("name", who), audit.WithConfidence(audit.MediumConfidence))
	}
}

// madeUpPath are files whose people are data to try a program with, and what
// tools generate beside a migration.
var madeUpPath = regexp.MustCompile(`(?i)(^|[/._-])(seed(s|er|ers)?|demos?|samples?|fakes?|mocks?|tests?|examples?|factor(y|ies)|dummy|e2e|bench\w*|load-?gen\w*|populat\w*|(create_?)?test_?data|stor(y|ies)|playground|cypress)([/._-]|$)|(seed(er|ing|s)?|demo|sample|mock|fake|factory)\w*\.\w+$|\.Designer\.cs$|ModelSnapshot\.cs$`)

func lineOf(found audit.Located[inspect.Credential]) audit.Place {
	return audit.Place{Path: found.File.Path, Line: found.Line}
}

// runByPeople are directories of programs that people run when they want to.
var runByPeople = regexp.MustCompile(`(^|/)(hack|scripts?|tools?)/`)

// ownDoorOpen reports whether code names a password for the program's own door,
// however plain: of its administrator, of whoever is made first, or the secret
// that it shows to a server of OAuth.
func ownDoorOpen(found audit.Located[inspect.Credential]) bool {
	c, f := found.Fact, found.File
	if c.Via != "assignment" && c.Via != "field" || f.Role != source.Prod || c.Secret.Unset || c.Secret.Placeholder && !c.Secret.Common || c.Secret.Length < 3 ||
		inspect.IsConfig(f.Format) || f.Format.IsShell() || runByPeople.MatchString(f.Path) || dummy.MatchString(c.Name) || madeUpPath.MatchString(outsidePackage(f.Path)) {
		return false
	}
	if c.Secret.Common {
		return strings.EqualFold(strings.ReplaceAll(c.Name, "_", ""), "clientsecret") && f.Format == inspect.CSharp
	}
	for other := range audit.FactsIn[inspect.Credential]([]*audit.File{f}, f.Role) {
		if other.Fact.Via == "login" {
			return false // reported where it is compared
		}
	}
	return firstPassword.MatchString(c.Name) || c.Via == "assignment" && c.Host == "" && ownDoor.MatchString(c.Name)
}

// firstPassword are names of what the first user of a program gets.
var firstPassword = regexp.MustCompile(`(?i)^_?(default|initial|first)_?((admin|user|owner|initial)_?)?(pass|passwd|password|pwd)$`)

// outsidePackage is a path without the directories that only repeat the name of
// a Java package: com/example.
func outsidePackage(name string) string {
	if root, _, ok := strings.Cut(name, "src/main/"); ok {
		return root + path.Base(name)
	}
	return name
}

// inEachDeploy reports whether what a file makes is there wherever the program
// is deployed: code is, and of scripts of SQL migrations, those that a framework
// runs at start by their name, and those that an image is built with.
func inEachDeploy(c *audit.Component, f *audit.File) bool {
	if f.Format != inspect.SQL {
		return !runByPeople.MatchString(f.Path) && !onlyForTrying(c, f)
	}
	if f.Role == source.Migration || atStart.MatchString(f.Path) {
		return true
	}
	for i := range audit.AllFacts[inspect.Instruction](c.Repo) {
		if args := i.Fact.Args; (i.Fact.Name == "COPY" || i.Fact.Name == "ADD") && i.Fact.From == "" && len(args) > 1 && strings.Contains(args[len(args)-1], "initdb") &&
			slices.ContainsFunc(args[:len(args)-1], func(from string) bool { return covers(path.Join(path.Dir(i.File.Path), from), f.Path) }) {
			return true
		}
	}
	return false
}

// onlyForTrying reports whether nothing but what fills a developer's database
// imports a module of JavaScript.
func onlyForTrying(c *audit.Component, f *audit.File) bool {
	name, imported := strings.TrimSuffix(f.Path, path.Ext(f.Path)), false
	for i := range audit.Facts[inspect.Import](c, source.Prod, source.Seed) {
		if !strings.HasPrefix(i.Fact.Path, ".") || strings.TrimSuffix(path.Join(path.Dir(i.File.Path), i.Fact.Path), path.Ext(f.Path)) != name {
			continue
		}
		if i.File.Role != source.Seed && !madeUpPath.MatchString(i.File.Path) {
			return false
		}
		imported = true
	}
	return imported
}

// covers reports whether a source of COPY brings a file along.
func covers(from, file string) bool {
	match, _ := path.Match(from, file)
	return match || from == "." || from == file || strings.HasPrefix(file, strings.TrimSuffix(from, "/")+"/")
}

// atStart are scripts that Spring and Hibernate run when the program starts.
var atStart = regexp.MustCompile(`(^|/)src/main/resources/((data|import)(-\w+)?\.sql|db/(migration|changelog)/)|(^|/)db/changelog/`)

// accountFix tells somebody whom the program lets in from a login of its database.
func accountFix(c inspect.Credential) string {
	if c.Name != "" && !c.Paired {
		return "login"
	}
	return "let in"
}
