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
	// Python
	"manage.py":    {[]string{"migrate", "migrate_schemas", "syncdb", "db upgrade", "loaddata", "init_db", "initdb", "init_data", "upgrade_db", "migrate_all", "create_db", "create_tables", "database create_tables"}, false},
	"django-admin": {[]string{"migrate", "syncdb", "loaddata"}, false}, "alembic": {[]string{"upgrade"}, false}, "aerich": {[]string{"upgrade"}, false}, "yoyo": {[]string{"apply"}, true},
	"piccolo": {[]string{"migrations forwards", "forwards"}, false}, "flask": {[]string{"db upgrade", "init-db", "init_db", "initdb", "create-db", "create_db", "create-tables", "seed", "seed-db", "db-init"}, false},
	"superset": {[]string{"db upgrade", "init"}, false}, "airflow": {[]string{"db init", "db upgrade", "db migrate"}, false}, "ckan": {[]string{"db init", "db upgrade"}, false}, "sentry": {[]string{"upgrade"}, false},
	// JavaScript
	"knex": {[]string{"migrate:latest", "migrate:up", "seed:run"}, true}, "sequelize": {[]string{"db:migrate", "db:seed:all", "db:sync"}, false}, "sequelize-cli": {[]string{"db:migrate", "db:seed:all"}, false},
	"typeorm": {[]string{"migration:run", "migrations:run", "schema:sync"}, false}, "typeorm-ts-node-commonjs": {[]string{"migration:run", "schema:sync"}, false}, "typeorm-ts-node-esm": {[]string{"migration:run", "schema:sync"}, false},
	"mikro-orm": {[]string{"migration:up", "schema:update"}, false}, "mikro-orm-esm": {[]string{"migration:up", "schema:update"}, false}, "drizzle-kit": {[]string{"migrate", "push"}, false},
	"node-pg-migrate": {[]string{"up"}, true}, "db-migrate": {[]string{"up"}, false}, "migrate-mongo": {[]string{"up"}, false}, "kysely": {[]string{"migrate:latest", "migrate latest", "migrate:up"}, true},
	"prisma": {[]string{"migrate deploy", "migrate dev", "migrate reset", "db push", "db seed", "deploy"}, true}, "medusa": {[]string{"db:migrate", "migrations run"}, false}, "payload": {[]string{"migrate"}, false},
	"ace": {[]string{"migration:run", "migration:fresh", "db:seed"}, true}, "directus": {[]string{"bootstrap", "database migrate:latest", "database install"}, false}, "better-auth": {[]string{"migrate"}, false}, "wrangler": {[]string{"migrations apply"}, false},
	"supabase": {[]string{"db push", "migration up"}, false}, "emigrate": {[]string{"up"}, true}, "pg-migrate": {[]string{"up"}, false}, "umzug": {[]string{"up"}, false}, "keystone": {[]string{"prisma migrate deploy"}, true},
	// Ruby, Elixir
	"rails": rubyTasks, "rake": rubyTasks, "hanami": {[]string{"db migrate", "db prepare"}, false}, "mix": {[]string{"ecto.migrate", "ecto.setup"}, true},
	// Go
	"goose": {[]string{"up", "up-by-one"}, false}, "migrate": {[]string{"up", "goto"}, true}, "dbmate": {[]string{"up", "migrate"}, false}, "tern": {[]string{"migrate"}, true}, "sql-migrate": {[]string{"up"}, false},
	"atlas": {[]string{"migrate apply", "schema apply"}, true}, "soda": {[]string{"migrate", "migrate up"}, false}, "bee": {[]string{"migrate"}, false}, "sqlx": {[]string{"migrate run"}, true}, "diesel": {[]string{"migration run", "setup"}, false},
	// JVM and any language
	"flyway": {[]string{"migrate"}, true}, "liquibase": {[]string{"update"}, true}, "sqitch": {[]string{"deploy"}, false},
	"mvn": mavenGoals, "mvnw": mavenGoals, "gradle": gradleTasks, "gradlew": gradleTasks,
	// PHP
	"artisan": {[]string{"migrate", "migrate:fresh", "migrate:refresh", "migrate:install", "db:seed", "tenants:migrate"}, false}, "console": {[]string{"doctrine:migrations:migrate", "d:m:m", "doctrine:schema:update", "doctrine:schema:create", "doctrine:fixtures:load", "migrations:migrate"}, false},
	"doctrine-migrations": {[]string{"migrate", "migrations:migrate"}, false}, "doctrine": {[]string{"migrations:migrate", "orm:schema-tool:update"}, false}, "phinx": {[]string{"migrate", "seed:run"}, false},
	"yii": {[]string{"migrate", "migrate/up"}, false}, "spark": {[]string{"migrate"}, false}, "cake": {[]string{"migrations migrate"}, false}, "occ": {[]string{"upgrade", "maintenance:install"}, false}, "drush": {[]string{"updatedb", "updb"}, false}, "wp": {[]string{"core update-db"}, false},
	// C#
	"dotnet": {[]string{"ef database update"}, false}, "dotnet-ef": {[]string{"database update"}, false}, "efbundle": {nil, false}, "evolve": {[]string{"migrate"}, true}, "grate": {nil, false}, "dbup": {[]string{"upgrade"}, false},
}

var (
	// rubyTasks: Rails takes a lock for its migrations.
	rubyTasks   = tool{[]string{"db:migrate", "db:prepare", "db:setup", "db:schema:load", "db:seed", "db:seed_fu", "db:migrate:with_data", "data:migrate", "db:mongoid:create_indexes", "db:chatwoot_prepare", "db:create_or_migrate"}, true}
	mavenGoals  = tool{[]string{"flyway:migrate", "liquibase:update"}, true}
	gradleTasks = tool{[]string{"flywayMigrate", "liquibaseUpdate"}, true}
)

// migrationScript are scripts that are named for what they do: migrate.js,
// run_migrations.py, init-db.ts, seed.js.
var migrationScript = regexp.MustCompile(`(?i)^(((run|db|database|apply|do|auto)[-_.]?)*migrat(e|ions?|or)([-_.]?(db|database|schema|up|run|all|latest))?|(init|setup|create|prepare|bootstrap|seed|populate|upgrade)[-_.]?(db|database|schema|tables|data)|(db|database)[-_.]?(init|setup|seed|upgrade|sync|bootstrap)|seed(er|s)?)\.(py|js|ts|mjs|cjs|mts|sh|rb|php)$`)

// interpreters run the script that they are given.
var interpreters = regexp.MustCompile(`^(python[0-9.]*|node|bun|deno|ts-node|tsx|ruby|php|sh|bash|ash)$`)

// migrates reports whether a command changes the database's schema or fills its
// tables, by what, and whether what it runs takes a lock. It looks through
// programs that only lead to another: as-user php artisan migrate.
func migrates(command inspect.Command) (by string, locked, found bool) {
	argv := audit.Unwrap(command.Argv)
	if len(argv) == 0 || dry(argv) {
		return "", false, false
	}
	if by, locked, found = migratesDirectly(argv); found || foreign[path.Base(argv[0])] && !scriptRunners[path.Base(argv[0])] {
		return by, locked, found
	}
	for i := 1; i < len(argv)-1; i++ {
		name := path.Base(argv[i])
		_, tool := tools[name]
		if interpreters.MatchString(name) || tool && !common[name] {
			if by, locked, found = migratesDirectly(audit.Unwrap(argv[i:])); found {
				return by, locked, true
			}
		}
	}
	return "", false, false
}

// scriptRunners start a program of the packages that are installed when no
// script has its name: yarn sequelize db:migrate.
var scriptRunners = map[string]bool{"yarn": true, "pnpm": true, "bun": true, "npm": true, "npx": true}

// common are tools whose names are words of everyday commands.
var common = map[string]bool{"migrate": true, "console": true, "rails": true, "flask": true, "up": true, "sails": true, "doctrine": true, "sentry": true, "superset": true, "airflow": true, "directus": true, "payload": true, "dotnet": true, "tern": true, "atlas": true, "soda": true, "occ": true, "wp": true, "dbup": true, "diesel": true, "spark": true, "cake": true, "evolve": true, "grate": true}

// migratesDirectly is migrates of a program's own words.
func migratesDirectly(argv []string) (by string, locked, found bool) {
	if len(argv) > 1 && interpreters.MatchString(path.Base(argv[0])) {
		argv = script(argv[1:])
	}
	if len(argv) == 0 {
		return "", false, false
	}
	program := path.Base(argv[0])
	if program == "cli.js" && strings.Contains(argv[0], "typeorm") {
		program = "typeorm"
	}
	if migrationScript.MatchString(program) {
		return program, false, true
	}
	t, known := tools[program]
	switch {
	case !known:
		return ownMigration(program, argv)
	case len(t.words) == 0:
		return program, t.locked, true
	}
	words := told(argv[1:])
	line := " " + strings.Join(words, " ") + " "
	for _, wanted := range t.words {
		if strings.Contains(line, " "+wanted+" ") {
			return program + " " + wanted, t.locked, true
		}
	}
	return "", false, false
}

// script are the words after an interpreter's own flags: node -r dotenv/config
// migrate.js.
func script(argv []string) []string {
	for len(argv) > 0 && strings.HasPrefix(argv[0], "-") {
		switch argv[0] {
		case "-r", "--require", "--import", "--loader", "-d", "-W", "-X":
			argv = argv[min(1, len(argv)-1):]
		case "-c", "-e", "--eval", "-S":
			return nil // a line of code
		}
		argv = argv[1:]
	}
	return argv
}

// told are the words that tell a program what to do, without its flags.
func told(argv []string) []string {
	var list []string
	for _, word := range argv {
		if !strings.HasPrefix(word, "-") {
			list = append(list, word)
		}
	}
	return list
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
	"pip": true, "pip3": true, "apt": true, "apt-get": true, "apk": true, "gem": true, "helm": true, "composer": true, "brew": true, "nx": true, "ng": true, "turbo": true, "systemctl": true, "influxd": true,
	"grep": true, "log": true, "log_info": true, "info": true, "warn": true, "docker-compose": true, "podman": true, "postgres": true, "mysql": true, "psql": true, "sed": true, "awk": true, "cat": true, "cp": true, "mv": true, "rm": true, "mkdir": true, "ls": true, "touch": true, "chown": true, "chmod": true, "find": true,
}

// ownWord is what a program of one's own is told when it is to migrate.
var ownWord = regexp.MustCompile(`^(--?)?(run[-:_]?)?((db|database|schema|sql|auto)[-:_.]?)?migrat(e|ions?)([-:_.]?(up|db|database|all|latest|run|apply|schema|deploy))?$|^(--?)?((init|setup|create|upgrade|sync|seed|prepare|bootstrap)[-:_]?(db|database|schema|tables)|(db|database)[-:_]?(init|setup|create|seed|upgrade|sync|prepare))$`)

// ownMigration recognises a program of the component's own that is told to
// migrate: ./server migrate, ./server db upgrade, python -m shop init-db.
func ownMigration(program string, argv []string) (by string, locked, found bool) {
	if foreign[program] || len(argv) < 2 {
		return "", false, false
	}
	first := argv[1]
	switch {
	case ownWord.MatchString(first):
		return program + " " + first, false, true
	case len(argv) > 2 && ownPair.MatchString(first+" "+argv[2]):
		return program + " " + first + " " + argv[2], false, true
	}
	return "", false, false
}

// ownPair is the same in two words.
var ownPair = regexp.MustCompile(`^(db|database|schema) (migrate|upgrade|init|up|setup|seed|sync)$|^(migrate|migrations?) (up|run|apply|latest|deploy|migrate|all)$`)
