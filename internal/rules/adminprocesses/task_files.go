package adminprocesses

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// shippedTask finds a task among the component's files by the place where its
// framework looks for tasks; strength is 0 when there is none.
func shippedTask(c *audit.Component) (at audit.Place, strength float64, message string) {
	for _, f := range c.Files {
		if f.Role != source.Prod && f.Role != source.DevTool {
			continue
		}
		how, of := taskOf(c, f)
		if of > strength && !notShipped(c, f.Path) {
			at, strength, message = audit.Place{Path: f.Path, Line: 1, EndLine: 1}, of, fmt.Sprintf("%s %s", f.Path, how)
		}
		if strength == 1 {
			break
		}
	}
	return at, strength, message
}

var (
	rakeTask       = regexp.MustCompile(`(^|/)lib/tasks/([\w-]+/)*[\w-]+\.rake$`)
	artisanTask    = regexp.MustCompile(`(^|/)[Cc]onsole/[Cc]ommands/([\w-]+/)*[A-Z]\w*\.php$`)
	symfonyTask    = regexp.MustCompile(`(^|/)src/([\w-]+/)*Command/([\w-]+/)*\w+Command\.php$`)
	yiiTask        = regexp.MustCompile(`(^|/)(commands|console/controllers)/\w+Controller\.php$`)
	cakeTask       = regexp.MustCompile(`(^|/)src/(Command|Shell)/\w+(Command|Shell)\.php$`)
	setupOfTasks   = regexp.MustCompile(`(?i)(^|/)(assets?|lint|rubocop|rspec|specs?|tests?|ci|factory_bot\w*|auto_annotate_models|annotate\w*|brakeman|coverage|cucumber|i18n|js|yarn|webpacker|vite|tailwind\w*|demo|build|docs?|release|dev|development|sample\w*)(_tasks?)?\.rake$`)
	scriptDir      = regexp.MustCompile(`(^|/)(cli|bin|scripts?|tasks|maintenance|admin)/[\w.-]+$`)
	scriptName     = regexp.MustCompile(`(?i)(^|[-_.])(users?|admin|passwords?|accounts?|backfill|reindex|purge|prune|cleanup|backup|restore|import|export|seed|reset-?db|init-?db|initdb|create-?db|migrat(e|ions?)|rotate|expire|resync|recalculate|rebuild-?index)([-_.]|$)`)
	schemaResource = regexp.MustCompile(`(^|/)src/main/resources/([\w.-]+/)*([\w-]*schema[\w-]*|import)\.sql$`)
)

// taskOf says what makes a file a task of the program's own, and how much it
// proves: a script that nothing but its name tells of is half a proof.
func taskOf(c *audit.Component, f *audit.File) (how string, strength float64) {
	switch name := path.Base(f.Path); {
	case rakeTask.MatchString(f.Path) && !setupOfTasks.MatchString(f.Path):
		return "is a task of rake, run with the program's own code", 1
	case name == "Rakefile" && c.Repo.Has(path.Join(f.Dir(), "config/application.rb")):
		return "runs db:migrate and the other tasks of Rails with the program's own code", 1
	case artisanTask.MatchString(f.Path):
		return "is a command of artisan", 1
	case name == "artisan" && dependsOn(c, "laravel/framework"):
		return "runs migrate and other commands with the program's own code", 1
	case symfonyTask.MatchString(f.Path) && (dependsOn(c, "symfony/console") || dependsOn(c, "symfony/framework-bundle")):
		return "is a command of bin/console", 1
	case yiiTask.MatchString(f.Path) && strings.Contains(f.Path, "ommands/") && dependsOn(c, "yiisoft/yii2"):
		return "is a command of yii", 1
	case cakeTask.MatchString(f.Path) && dependsOn(c, "cakephp/cakephp"):
		return "is a command of bin/cake", 1
	case scriptDir.MatchString(f.Path) && scriptName.MatchString(strings.TrimSuffix(name, path.Ext(name))) && starts(f):
		return "is a task beside the program", 0.5
	case schemaResource.MatchString(f.Path):
		return "makes the schema, and is packed with the program", 0.5
	}
	return "", 0
}

// starts reports whether a file is a program of its own, in a language that
// components are written in.
func starts(f *audit.File) bool {
	if audit.LanguageOf(f.Path) == "PHP" || audit.LanguageOf(f.Path) == "Ruby" {
		return f.Role == source.Prod
	}
	for range audit.FactsIn[inspect.EntryPoint]([]*audit.File{f}, f.Role) {
		return audit.LanguageOf(f.Path) != ""
	}
	return false
}

// runners are packages that carry out migrations, by what the program declares;
// of Maven's names the part after the colon counts.
var runners = map[string]string{
	"alembic": "Alembic", "flask-migrate": "Alembic", "aerich": "Aerich", "yoyo-migrations": "yoyo", "django": "Django",
	"knex": "Knex", "sequelize": "Sequelize", "sequelize-cli": "Sequelize", "typeorm": "TypeORM", "prisma": "Prisma", "@prisma/client": "Prisma", "drizzle-orm": "Drizzle",
	"@mikro-orm/migrations": "MikroORM", "node-pg-migrate": "node-pg-migrate", "db-migrate": "db-migrate", "umzug": "Umzug", "migrate-mongo": "migrate-mongo", "postgres-migrations": "postgres-migrations",
	"rails": "Rails", "activerecord": "Active Record", "sequel": "Sequel", "rom-sql": "ROM", "hanami": "Hanami", "sinatra-activerecord": "Active Record", "standalone_migrations": "Active Record",
	"laravel/framework": "Laravel", "doctrine/doctrine-migrations-bundle": "Doctrine", "doctrine/migrations": "Doctrine", "robmorgan/phinx": "Phinx", "yiisoft/yii2": "Yii", "cakephp/migrations": "CakePHP",
	"flyway-core": "Flyway", "liquibase-core": "Liquibase", "quarkus-flyway": "Flyway", "quarkus-liquibase": "Liquibase", "mongock-springboot": "Mongock",
	"microsoft.entityframeworkcore": "Entity Framework", "microsoft.entityframeworkcore.design": "Entity Framework", "microsoft.entityframeworkcore.tools": "Entity Framework", "fluentmigrator": "FluentMigrator",
	"fluentmigrator.runner": "FluentMigrator", "dbup": "DbUp", "dbup-postgresql": "DbUp", "dbup-sqlserver": "DbUp", "dbup-core": "DbUp", "npgsql.entityframeworkcore.postgresql": "Entity Framework",
	"microsoft.entityframeworkcore.sqlserver": "Entity Framework", "microsoft.entityframeworkcore.sqlite": "Entity Framework", "pomelo.entityframeworkcore.mysql": "Entity Framework",
	"github.com/golang-migrate/migrate/v4": "golang-migrate", "github.com/pressly/goose/v3": "goose", "github.com/pressly/goose": "goose", "github.com/rubenv/sql-migrate": "sql-migrate",
	"github.com/go-gormigrate/gormigrate/v2": "gormigrate", "github.com/jackc/tern": "tern", "github.com/jackc/tern/v2": "tern", "github.com/amacneil/dbmate": "dbmate", "github.com/amacneil/dbmate/v2": "dbmate",
	"ariga.io/atlas": "Atlas", "github.com/uptrace/bun": "Bun",
}

// runnerOf names what carries out the component's migrations, as its manifest
// declares it, "" when it declares nothing that does.
func runnerOf(c *audit.Component) string {
	for d := range audit.Facts[inspect.Dependency](c) {
		name := strings.ToLower(d.Fact.Name)
		if d.Fact.Ecosystem == inspect.Maven {
			name = name[strings.LastIndexByte(name, ':')+1:]
		}
		if runner := runners[name]; runner != "" && !d.Fact.Indirect && d.Fact.Group != inspect.Peer {
			return runner
		}
	}
	return ""
}
