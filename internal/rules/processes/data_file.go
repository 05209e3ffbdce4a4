package processes

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// keptInFiles reports the files that a program without a database keeps its data
// in: users.json, data/products.json. Which function writes them, and whether a
// request calls it by way of others, doesn't matter. Files of data that are built,
// cached or logged are none, and those that a handler is seen to write are said
// elsewhere.
func keptInFiles(c *audit.Component, report *audit.Report) {
	if c.Class != audit.WebService || knowsDatabase(c) {
		return
	}
	said := map[string]bool{}
	for w := range audit.Facts[inspect.FileWrite](c, source.Prod) {
		file := w.Fact.Path.Text
		if w.Fact.Handler && (!w.Fact.Append || logName.MatchString(file)) || w.Fact.Upload || w.Fact.Temporary || w.Fact.Code || !w.Fact.Path.HasText || !holdsRecords(file) || said[file] ||
			byHand.MatchString(w.File.Path) || declaredSo.MatchString(packages.ReplaceAllString(w.File.Path, "$1")) || !c.Reaches(w.File.Path) {
			continue
		}
		said[file] = true
		report.Violation(w.At(), cmp.Or(directory(file), "files"), fmt.Sprintf("%s keeps the program's data in %s, a file on the disk of one process", call(w.Fact.Via), path.Base(file)),
			audit.WithFix("data"), audit.Naming("file", path.Base(file)))
	}
}

// holdsRecords reports whether a path is that of a file whose name says that it
// holds what a program is about, in a form that programs write.
func holdsRecords(file string) bool {
	m := recordFile.FindStringSubmatch(path.Base(file))
	return m != nil && !madeElsewhere.MatchString(file) && (things.MatchString(m[1]) || aboutUsers.MatchString(m[1]) || dataName.MatchString(m[1])) && !derived.MatchString(m[1])
}

var (
	recordFile = regexp.MustCompile(`(?i)^([\w-]+)\.(json|jsonl|ndjson|csv|ya?ml|xml|txt|dat|pkl|pickle|db|ser)$`)
	dataName   = regexp.MustCompile(`(?i)^((my|app|local)?[_-]?(db|data|database|datastore|store|storage|records|entries|memos|messages|submissions|subscribers|leads|votes|scores|leaderboard|guestbook)s?)$`)
	// madeElsewhere are places of what is built, shipped or can be made again.
	madeElsewhere = regexp.MustCompile(`(?i)(^|/)(tmp|temp|cache|logs?|dist|build|out|output|reports?|coverage|fixtures?|mocks?|seeds?|tests?|locales?|i18n|lang|translations?|schemas?|docs?|examples?|backups?|exports?|dumps?|test-results|\.\w+)/`)
)

// knowsDatabase reports whether a program has a database, by what it connects to
// or by a package that does nothing else.
func knowsDatabase(c *audit.Component) bool {
	return hasDatabase(c) || hasRuntime(c, databasePackage.MatchString) || slices.ContainsFunc(c.Frameworks, func(name string) bool { return name == "Django" || name == "Rails" || name == "Laravel" })
}

// databasePackage are packages of databases, and of what stands before them.
var databasePackage = regexp.MustCompile(`(?i)postgres|pgsql|psycopg|asyncpg|(^|/)pgx?(/|$|-)|lib/pq|mysql|maria|mongo|mssql|sqlserver|sqlclient|tedious|npgsql|oracle|cockroach|dynamo|prisma|supabase|firestore|firebase|neo4j|cassandra|libsql|planetscale|sqlite|sqlx|sqlalchemy|sqlmodel|peewee|tortoise|typeorm|sequelize|knex|drizzle|mikro-orm|kysely|mongoose|gorm|entgo|data-jpa|data-jdbc|data-r2dbc|starter-jdbc|hibernate|mybatis|jooq|jdbi|exposed|ktorm|dapper|EntityFramework|nhibernate|marten|ravendb|doctrine|eloquent|illuminate/database|activerecord|sequel$|redis|elasticsearch|opensearch|couch|rethink|etcd|bbolt|badger|appwrite|airtable|contentful|sanity|pocketbase|cosmos|fauna|influx|clickhouse|duckdb|ariadne-codegen|google-cloud-datastore|h2database|hsqldb`)
