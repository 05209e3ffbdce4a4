package adminprocesses

import (
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// databaseScript are names of scripts that are for the database.
var databaseScript = regexp.MustCompile(`(?i)(migrat|(^|[:._-])db([:._-]|$)|database|prisma|drizzle|schema|seed|sequelize|typeorm|knex)`)

// notForDeploys are names of scripts that developers and tests run.
var notForDeploys = regexp.MustCompile(`(?i)(^|[:._-])(tests?|e2e|dev|reset|local|ci|cypress|rollback|undo|down|generate|create|studio|drop)([:._-]|$)`)

// namedMigrations are the scripts and targets of the repository that migrate, by
// their names: what stands in another package, or in a Makefile, is run by name
// alone.
func namedMigrations(r *audit.Repository) map[string]namedMigration {
	named := map[string]namedMigration{}
	note := func(name string, commands []inspect.Command) {
		if !databaseScript.MatchString(name) || notForDeploys.MatchString(name) {
			return
		}
		for _, command := range commands {
			if by, locked, found := migrates(command); found && !insideImage.MatchString(strings.Join(command.Argv, " ")) {
				if _, known := named[name]; !known {
					named[name] = namedMigration{by, locked}
				}
				return
			}
		}
	}
	for s := range audit.AllFacts[inspect.Script](r) {
		note(s.Fact.Name, s.Fact.Command)
	}
	for t := range audit.AllFacts[inspect.Target](r) {
		note("make "+t.Fact.Name, t.Fact.Commands)
	}
	return named
}

type namedMigration struct {
	by     string
	locked bool
}

// scriptMigrates recognises a step that runs a script of another package of the
// repository, or a target, that migrates: pnpm --filter db migrate, turbo run
// db:deploy, make migrate.
func scriptMigrates(c *audit.Component, step audit.Step) (by string, locked, found bool) {
	argv := audit.Unwrap(step.Argv)
	if len(argv) < 2 {
		return "", false, false
	}
	prefix := ""
	switch path.Base(argv[0]) {
	case "npm", "yarn", "pnpm", "bun", "turbo", "nx", "lerna":
	case "make", "just", "task":
		prefix = "make "
	default:
		return "", false, false
	}
	named := audit.OfRepository(c.Repo, namedMigrations)
	for _, word := range told(argv[1:]) {
		if m, ok := named[prefix+word]; ok {
			return m.by, m.locked, true
		}
	}
	return "", false, false
}

// setUpFlag are flags that tell a server to make or change its tables.
var setUpFlag = regexp.MustCompile(`^--?(install|upgrade|migrate|init-?db|setup-?db|upgrade-?db|db-?(init|migrate|upgrade|setup)|auto-?migrate|run-?migrations)$`)

// setsUpItself recognises the program that is started afterwards being told to
// set up its database first: ./shop --upgrade && ./shop.
func setsUpItself(step audit.Step, rest []audit.Step) (by string, found bool) {
	argv := audit.Unwrap(step.Argv)
	if len(argv) < 2 || foreign[path.Base(argv[0])] {
		return "", false
	}
	for _, word := range argv[1:] {
		if !setUpFlag.MatchString(word) {
			continue
		}
		for _, later := range rest {
			if program := audit.Unwrap(later.Argv); len(program) > 0 && program[0] == argv[0] {
				return path.Base(argv[0]) + " " + word, true
			}
		}
	}
	return "", false
}
