package backingservices

import (
	"fmt"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// sqliteDrivers open files and nothing else, whatever they are given.
var sqliteDrivers = map[string]bool{
	"better-sqlite3": true, "sqlite3.Database": true, "sqlite3.cached.Database": true, "sqlite.open": true, "sqlite.DatabaseSync": true, "bun:sqlite.Database": true,
	"gorm.io/driver/sqlite.Open": true, "github.com/glebarez/sqlite.Open": true, "zombiezen.com/go/sqlite.OpenConn": true, "database/sql.Open": true,
	"Microsoft.EntityFrameworkCore.UseSqlite": true, "Microsoft.Data.Sqlite.SqliteConnection": true, "sqlite3.connect": true, "aiosqlite.connect": true,
	"@prisma/adapter-better-sqlite3.PrismaBetterSQLite3": true, "@prisma/adapter-better-sqlite3.PrismaBetterSqlite3": true,
	"new SQLite3": true, "Sequel.sqlite": true, "SQLite3::Database.new": true,
}

// serverPackage tells packages by which a program knows a database server.
var serverPackage = regexp.MustCompile(`(?i)postgres|pgsql|psycopg|asyncpg|(^|/)pgx?(/|$)|lib/pq|mysql|maria|mongo|mssql|sqlserver|sqlclient|tedious|npgsql|oracle|cockroach|dynamo|prisma|supabase|firestore|firebase|neo4j|cassandra|libsql|planetscale|neon`)

// onlySQLite reports a program whose one database is a file wherever that lies:
// all that it opens is SQLite, by drivers that know no server.
func onlySQLite(c *audit.Component, report *audit.Report) {
	var only *audit.Located[inspect.Client]
	for client := range audit.Facts[inspect.Client](c, source.Prod) {
		switch {
		case !aDatabase(client.Fact) || client.Fact.Debug:
		case client.Fact.Service != inspect.SQLite || !sqliteDrivers[client.Fact.Via]:
			return
		case (only == nil || besideSchema.MatchString(only.File.Path)) && opensData(c, client):
			only = &client
		}
	}
	if only == nil || hasDependency(c, func(name string) bool { return serverPackage.MatchString(name) && !ofAdapter(only.Fact.Via, name) }) {
		return
	}
	report.Violation(only.At(), "sqlite", fmt.Sprintf("The data is kept in an SQLite file on the process's own disk, and the program knows no other database (%s)", callOf(only.Fact.Via)), audit.WithConfidence(audit.MediumConfidence))
}

// ofAdapter reports whether a package belongs to Prisma itself, whose client knows
// what the adapter that it is given knows.
func ofAdapter(via, name string) bool {
	return strings.HasPrefix(via, "@prisma/") && (name == "prisma" || strings.HasPrefix(name, "@prisma/") && !serverPackage.MatchString(strings.TrimPrefix(name, "@prisma/")))
}

// besideSchema are files beside Prisma's schema, which fill or mend the data.
var besideSchema = regexp.MustCompile(`(^|/)prisma/`)

// opensData reports whether a file that only the running program knows holds
// what must last, as far as names tell.
func opensData(c *audit.Component, client audit.Located[inspect.Client]) bool {
	handle := client.Fact.Handle
	return !handle.IsLiteral() && handle.Source != inspect.None && c.Reaches(client.File.Path) && !byTheWay(client.File.Path) &&
		!notData.MatchString(client.File.Path) && !notData.MatchString(handle.Text) && !strings.Contains(handle.Text, ":memory:")
}

// callOf is how code writes a call, without the path or namespace of its module.
func callOf(via string) string {
	return strings.TrimPrefix(via[strings.LastIndexByte(via, '/')+1:], "Microsoft.EntityFrameworkCore.")
}
