package inspect

import (
	"path"
	"slices"
	"strings"
)

// schemaCommands are the programs that change a database's schema, by the word
// among their arguments that does so.
var schemaCommands = map[string][]string{
	"alembic": {"upgrade"}, "flask": {"upgrade"}, "manage.py": {"migrate"}, "django-admin": {"migrate"}, "aerich": {"upgrade"}, "yoyo": {"apply"},
	"prisma": {"deploy", "push"}, "knex": {"migrate:latest", "migrate:up"}, "sequelize": {"db:migrate"}, "sequelize-cli": {"db:migrate"},
	"typeorm": {"migration:run", "schema:sync"}, "typeorm-ts-node-commonjs": {"migration:run"}, "mikro-orm": {"migration:up"}, "drizzle-kit": {"migrate", "push"},
	"node-pg-migrate": {"up"}, "db-migrate": {"up"}, "migrate-mongo": {"up"}, "goose": {"up"}, "migrate": {"up"}, "sql-migrate": {"up"}, "dbmate": {"up", "migrate"},
	"tern": {"migrate"}, "atlas": {"apply"}, "flyway": {"migrate"}, "liquibase": {"update"}, "rails": {"db:migrate", "db:prepare"}, "rake": {"db:migrate"}, "artisan": {"migrate"},
}

// SchemaCommand names the program of a command line that changes a database's
// schema when it is run, through whatever starts it: "prisma" of
// ["npx", "prisma", "migrate", "deploy"]; "" of any other line.
func SchemaCommand(words []string) string {
	for i, word := range words[:min(len(words), 6)] {
		program := path.Base(word)
		for _, action := range schemaCommands[program] {
			if slices.Contains(words[i+1:], action) {
				return strings.TrimSuffix(program, ".py")
			}
		}
	}
	return ""
}
