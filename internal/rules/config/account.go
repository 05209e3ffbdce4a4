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
	seen, modelled := map[string]bool{}, modelAccounts(c)
	for found := range audit.Facts[inspect.Credential](c, source.Prod, source.Migration, source.Seed, source.DeployDev) {
		f := found.File
		if found.Fact.Via != inspect.ViaAccount || seen[f.Path] || told[lineOf(found)] || f.Role == source.Migration && modelled[found.Fact.Name] {
			continue
		}
		filling, filled := c.Fills()[f.Path]
		filled = filled && (found.Fact.Paired || f.Format != inspect.SQL)
		forProduction := productionSeeds.MatchString(f.Path)
		if !filled && !forProduction && !ofModel(found) && (f.Role == source.Seed || found.Fact.MadeUp || madeUpPath.MatchString(outsidePackage(f.Path)) || !inEachDeploy(c, found)) {
			continue
		}
		seen[f.Path] = true
		who, message := accountMessage(found)
		switch {
		case filled && filling.Release:
			message = strings.TrimSuffix(message, everyDeploy) + fmt.Sprintf(", and %s makes the account in each release", filling.By)
		case !filled && (forProduction || commandOfPeople.MatchString(f.Path)):
			message = strings.TrimSuffix(message, everyDeploy) + ", in every deploy that is set up with it"
		case filled:
			message = strings.TrimSuffix(message, everyDeploy) + fmt.Sprintf(", and %s makes the account when a deploy starts", filling.By)
		}
		options := []audit.Option{audit.WithFix(accountFix(found.Fact)), audit.Naming("name", who), audit.WithConfidence(audit.MediumConfidence)}
		if administrator.MatchString(found.Fact.Name) && found.Fact.Paired && found.Fact.Secret.Guessable() {
			message += ", and the password is easily guessed"
			if !forProduction && !commandOfPeople.MatchString(f.Path) || filled {
				options = append(options, audit.WithSeverity(audit.Critical)) // nobody has to read the code
			}
		}
		if !found.Fact.Paired && found.Fact.Name != "" && f.Role == source.Prod && givenToDatabase(c, f) {
			options = append(options, audit.WithSeverity(audit.Medium)) // only what stands beside the container reaches it
		}
		report.Violation(found.At(), who, message, options...)
	}
}

// modelAccounts are the names of those whom the model of the database has: its
// migrations only repeat them.
func modelAccounts(c *audit.Component) map[string]bool {
	names := map[string]bool{}
	for found := range audit.Facts[inspect.Credential](c, source.Prod, source.Seed) {
		if ofModel(found) {
			names[found.Fact.Name] = true
		}
	}
	return names
}

// ofModel reports whether an account is a row of the model of the database, and
// not of a copy that a tool generates of it.
func ofModel(found audit.Located[inspect.Credential]) bool {
	return found.Fact.Model && found.File.Role != source.Migration && !generatedModel.MatchString(found.File.Path)
}

var generatedModel = regexp.MustCompile(`\.Designer\.cs$|ModelSnapshot\.cs$`)

// commandOfPeople are Django's commands and a program's set-up, which people run
// when they want to; migrate runs in each release.
var commandOfPeople = regexp.MustCompile(`/management/commands/([a-ln-z]|m[a-hj-z])\w*\.py$|(^|/)(setup|install|init)[^/]*\.[cm]?[jt]s$`)

// productionSeeds are seeds whose name says that they are production's.
var productionSeeds = regexp.MustCompile(`(?i)(^|/)(prod|production)[\w-]*seed(s|er|ers)?\.\w+$|(^|/)seed(s|ers?)?[/._-](prod|production)([/._-]|$)`)

// administrator are names of whoever may do everything.
var administrator = regexp.MustCompile(`(?i)^(super_?)?(admin|administrator|root|superuser|sysadmin)([0-9]*|@.*)$`)

// everyDeploy ends a message about what no command has to make.
const everyDeploy = ", in every deploy"

// accountMessage names who is let in, and says how.
func accountMessage(found audit.Located[inspect.Credential]) (who, message string) {
	switch c := found.Fact; {
	case c.Name == "":
		return "password", "Somebody is let in by a password that is written in the code" + everyDeploy
	case !c.Paired:
		return c.Name, fmt.Sprintf("The database's login %s is made with a password that is written here", c.Name)
	case c.Schema && found.File.Role == source.Prod && !atStart.MatchString(found.File.Path):
		return c.Name, fmt.Sprintf("%s is let in by a password that is written in the script of the schema, in every deploy that is set up with it", c.Name)
	default:
		return c.Name, fmt.Sprintf("%s is let in by a password that is written in the code"+everyDeploy, c.Name)
	}
}

// madeUpPath are files whose people are data to try a program with, and what
// tools generate beside a migration.
var madeUpPath = regexp.MustCompile(`(?i)(^|[/._-])(seed(s|er|ers)?|fixtures?|demos?|samples?|fakes?|mocks?|tests?|examples?|factor(y|ies)|dummy|e2e|bench\w*|load-?gen\w*|populat\w*|(create_?)?(test|dev)_?data|stor(y|ies)|playground|cypress)([/._-]|$)|(seed(er|ing|s)?|demo|sample|mock|fake|factory)\w*\.\w+$|\.Designer\.cs$|ModelSnapshot\.cs$`)

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
// runs at start by their name, those that an image is built with or that the
// database's container is given, and the one that makes the schema.
func inEachDeploy(c *audit.Component, found audit.Located[inspect.Credential]) bool {
	f := found.File
	if f.Format != inspect.SQL {
		return f.Role != source.DeployDev && !runByPeople.MatchString(f.Path) && !onlyForTrying(c, f)
	}
	if f.Role == source.Migration || atStart.MatchString(f.Path) || givenToDatabase(c, f) || onlySchema(c, found) {
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

// givenToDatabase reports whether a Compose file that people run the program with
// gives a script to the container of its database, which runs it once.
func givenToDatabase(c *audit.Component, f *audit.File) bool {
	for s := range audit.Facts[inspect.ComposeService](c) {
		for _, v := range s.Fact.Volumes {
			if strings.HasPrefix(v.Target, "/docker-entrypoint-initdb.d") && covers(path.Join(path.Dir(s.File.Path), v.Source), f.Path) && stackOf(c, s.File) == installed {
				return true
			}
		}
	}
	return false
}

// onlySchema reports whether a script of SQL is what the program's database is
// set up with, its administrator included: it makes the table that it fills, and
// nothing else in the component does.
func onlySchema(c *audit.Component, found audit.Located[inspect.Credential]) bool {
	if f := found.File; !found.Fact.Schema || !found.Fact.Paired || f.Role != source.Prod || !administrator.MatchString(found.Fact.Name) || runByPeople.MatchString(f.Path) || devSchema.MatchString(f.Path) {
		return false
	}
	for _, f := range c.Files {
		if f.Role == source.Migration {
			return false
		}
	}
	return true
}

// devSchema are places of scripts for developers' databases.
var devSchema = regexp.MustCompile(`(?i)(^|[/._-])(dev|development|local|tests?|docs?|examples?|samples?|h2|sqlite|backups?)([/._-]|$)`)

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
