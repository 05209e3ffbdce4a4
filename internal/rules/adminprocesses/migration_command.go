package adminprocesses

import (
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// tool is a program that brings a database's schema up to date when told by one
// of these words; nil: always.
type tool struct {
	words  []string
	locked bool // takes a lock in the database, so that two at once do no harm
}

var tools = map[string]tool{
	"manage.py": {[]string{"migrate", "migrate_schemas", "syncdb"}, false}, "django-admin": {[]string{"migrate"}, false},
	"alembic": {[]string{"upgrade"}, false}, "aerich": {[]string{"upgrade"}, false}, "yoyo": {[]string{"apply"}, true}, "piccolo": {[]string{"forwards"}, false},
	"knex": {[]string{"migrate:latest", "migrate:up"}, true}, "sequelize": {[]string{"db:migrate"}, false}, "sequelize-cli": {[]string{"db:migrate"}, false},
	"typeorm": {[]string{"migration:run"}, false}, "typeorm-ts-node-commonjs": {[]string{"migration:run"}, false}, "mikro-orm": {[]string{"migration:up"}, false},
	"drizzle-kit": {[]string{"migrate", "push"}, false}, "node-pg-migrate": {[]string{"up"}, true}, "db-migrate": {[]string{"up"}, false}, "migrate-mongo": {[]string{"up"}, false},
	"rails": {[]string{"db:migrate", "db:prepare"}, true}, "rake": {[]string{"db:migrate", "db:prepare"}, true}, "artisan": {[]string{"migrate"}, false},
	"goose": {[]string{"up"}, false}, "migrate": {[]string{"up"}, true}, "dbmate": {[]string{"up", "migrate"}, false}, "tern": {[]string{"migrate"}, true},
	"sql-migrate": {[]string{"up"}, false}, "atlas": {[]string{"apply"}, true}, "flyway": {[]string{"migrate"}, true}, "liquibase": {[]string{"update"}, true},
	"mix": {[]string{"ecto.migrate"}, true}, "prisma": {[]string{"deploy", "push"}, true}, "medusa": {[]string{"db:migrate"}, false},
}

// migrationScript are scripts that are named for what they do.
var migrationScript = regexp.MustCompile(`^((run|db|database|apply)[-_])*migrat(e|ions?)([-_](db|database|schema|up|run))?\.(py|js|ts|mjs|cjs|sh|rb|php)$`)

// interpreters run the script that they are given.
var interpreters = regexp.MustCompile(`^(python[0-9.]*|node|bun|deno|ts-node|tsx|ruby|php|sh|bash|ash)$`)

// migrates reports whether a command changes the database's schema, by what,
// and whether what it runs takes a lock.
func migrates(command inspect.Command) (by string, locked, found bool) {
	argv := audit.Unwrap(command.Argv)
	if len(argv) > 1 && interpreters.MatchString(path.Base(argv[0])) {
		rest := argv[1:]
		for len(rest) > 0 && (strings.HasPrefix(rest[0], "-") || rest[0] == "ace") {
			rest = rest[1:]
		}
		argv = rest
	}
	if len(argv) == 0 {
		return "", false, false
	}
	program := path.Base(argv[0])
	if migrationScript.MatchString(program) {
		return program, false, true
	}
	if program == "flask" && len(argv) > 2 && argv[1] == "db" && argv[2] == "upgrade" {
		return "flask db upgrade", false, true
	}
	t, known := tools[program]
	if !known {
		return ownMigration(program, argv)
	}
	if dry(argv) {
		return "", false, false
	}
	for _, word := range argv[1:] {
		for _, wanted := range t.words {
			if word == wanted {
				return program + " " + word, t.locked, true
			}
		}
	}
	return "", false, false
}

// dry reports whether a command only looks, or only prints.
func dry(argv []string) bool {
	for _, word := range argv {
		switch word {
		case "--check", "--plan", "--dry-run", "--sql", "--help":
			return true
		}
	}
	return false
}

// foreign are programs whose subcommand of that name is about something else.
var foreign = map[string]bool{
	"echo": true, "npm": true, "yarn": true, "pnpm": true, "bun": true, "docker": true, "kubectl": true, "heroku": true, "fly": true, "flyctl": true,
	"make": true, "exec": true, "printf": true, "export": true, "test": true, "[": true, "npx": true, "cd": true, "git": true, "virsh": true, "vault": true,
}

// ownMigration recognises a program of the component's own that is told to
// migrate: ./server migrate.
func ownMigration(program string, argv []string) (by string, locked, found bool) {
	if foreign[program] || len(argv) < 2 || dry(argv) {
		return "", false, false
	}
	switch argv[1] {
	case "migrate", "db:migrate", "-migrate", "--migrate", "migrate-db", "migrate:up":
		return program + " " + argv[1], false, true
	}
	return "", false, false
}
