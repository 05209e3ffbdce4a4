package inspect

import (
	"regexp"
	"strings"
)

// ownMigrations are names that programs give their functions which bring the
// database up to date, without underscores and in lower case or any.
var ownMigrations = regexp.MustCompile(`(?i)^_?(auto|run|apply|do|perform|execute|must|exec)?_?(all|pending)?_?(db|database|schema)?_?migrat(e|ions?)_?(db|database|schema|up|all|tables|models|to_?latest|to_?head|latest|if_?needed)?$|^_?(init|initiali[sz]e|create|setup|set_?up|prepare|bootstrap|sync|ensure|upgrade)_?(the_?)?(db|database|schema|tables|models)(_?(and|schema)?_?tables)?$`)

// NamesMigration reports whether a function's name says that it brings the
// database's schema up to date: Migrate, run_migrations, initDb.
func NamesMigration(name string) bool {
	return containsAny(strings.ToLower(name), migrationRoots) && ownMigrations.MatchString(name)
}

// migrationRoots are texts of which every match of ownMigrations holds one.
var migrationRoots = []string{"migrat", "db", "database", "schema", "tables", "models"}
