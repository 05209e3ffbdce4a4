package devprodparity

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// engine is one statement of which database engine is used.
type engine struct {
	service inspect.Service
	place   audit.Place
	by      string // what states it: "settings/dev.py", "the fallback of DATABASE_URL"
	guessed bool   // a default or an example, which a developer may change
	named   bool   // by a variable for the engine's name: who installs the program chooses
}

// relational are the engines that take each other's place.
func relational(s inspect.Service) bool {
	return s == inspect.Postgres || s == inspect.MySQL || s == inspect.SQLite
}

// server reports whether an engine is a server of its own.
func server(s inspect.Service) bool { return s == inspect.Postgres || s == inspect.MySQL }

// sqlServer are constructions that connect to Microsoft's server, which is no
// other service's name.
var sqlServer = regexp.MustCompile(`(^|\.)(UseSqlServer|UseAzureSql|SqlClient\.SqlConnection|AddSqlServerDbContext)$`)

// engineNames are the engines by their names in settings and URL schemes.
var engineNames = map[string]inspect.Service{
	"postgres": inspect.Postgres, "postgresql": inspect.Postgres, "pg": inspect.Postgres, "psql": inspect.Postgres, "pgsql": inspect.Postgres,
	"postgis": inspect.Postgres, "mysql": inspect.MySQL, "mysql2": inspect.MySQL, "mariadb": inspect.MySQL,
	"sqlite": inspect.SQLite, "sqlite3": inspect.SQLite, "better-sqlite3": inspect.SQLite, "spatialite": inspect.SQLite,
	"h2": inspect.EmbeddedDB, "hsqldb": inspect.EmbeddedDB, "derby": inspect.EmbeddedDB,
}

// engineOfText is the engine that a URL's scheme or a bare name says. Drivers
// behind a plus sign don't matter: postgresql+asyncpg.
func engineOfText(text string) inspect.Service {
	text = strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(text), "jdbc:"), "r2dbc:")
	scheme, _, isURL := strings.Cut(text, ":")
	scheme, _, _ = strings.Cut(scheme, "+")
	if !isURL && strings.Contains(scheme, ".") {
		scheme, _, _ = strings.Cut(scheme[strings.LastIndexByte(scheme, '.')+1:], "_") // django.db.backends.postgresql_psycopg2
	}
	return engineNames[scheme]
}

// databaseVariable are names of variables that hold a database's URL or engine.
var databaseVariable = regexp.MustCompile(`(?i)(^|_)(DATABASE|DATASOURCE|DB|SQLALCHEMY|POSTGRES|POSTGRESQL|MYSQL)(_|$).*(URL|URI|DSN|ENGINE|CLIENT|TYPE|DRIVER|DIALECT|CONNECTION|ADAPTER)$|^DB$`)

func engineOfVariable(name string, v inspect.Value) inspect.Service {
	if !databaseVariable.MatchString(name) || v.Text == "" {
		return ""
	}
	return engineOfText(v.Text)
}

// developmentEngines are the engines that a developer's run of the component
// has: what settings for development choose, else what a Compose file for
// development starts, else what dotenv files propose, else the code's fallback.
func developmentEngines(c *audit.Component) []engine {
	for _, look := range []func(*audit.Component) []engine{developmentSettings, composed(audit.Development), proposed, fallbacks} {
		if list := look(c); len(list) > 0 {
			return list
		}
	}
	return nil
}

// productionEngines are the engines that production has: what settings for
// production choose, what its descriptors start and pass, and what the code
// constructs in any environment.
func productionEngines(c *audit.Component) []engine {
	if list := append(namedSettings(c, "production"), placed(c, audit.Production)...); len(list) > 0 {
		return list
	}
	list := append(composed(audit.Production)(c), dotenvs(c, audit.Production)...)
	settled := map[string]bool{} // what a framework's own settings say of production
	for via, keys := range settingOfEngine {
		for _, key := range keys {
			s, ok := c.EffectiveSetting(key)
			if !ok {
				continue
			}
			settled[via] = true
			if e := engineOfText(strings.TrimPrefix(s.Value.Text, "jdbc:")); e != "" && s.Value.IsLiteral() {
				list = append(list, engine{service: e, place: s.At, by: s.File.Path})
			}
			break
		}
	}
	for x := range audit.Facts[inspect.Client](c, source.Prod) {
		byFallback := x.Fact.Handle.FromEnv() && engineOfText(x.Fact.Handle.Text) != "" // production sets the variable
		if (relational(x.Fact.Service) || sqlServer.MatchString(x.Fact.Via)) && !x.Fact.Debug && !byFallback && !settled[x.Fact.Via] {
			list = append(list, engine{service: x.Fact.Service, place: x.At(), by: x.File.Path})
		}
	}
	return list
}

// settingOfEngine are the settings by which frameworks are told the engine, by
// the name that the client has which they make.
var settingOfEngine = map[string][]string{
	"django.DATABASES":      {"DATABASES.default.ENGINE"},
	"spring.datasource.url": {"spring.datasource.url"},
}

func developmentSettings(c *audit.Component) []engine {
	list := append(namedSettings(c, "development"), placed(c, audit.Development)...)
	for x := range audit.Facts[inspect.Client](c, source.DeployDev, source.Prod) {
		if (relational(x.Fact.Service) || x.Fact.Service == inspect.EmbeddedDB) && (x.Fact.Debug && !forTests(x) || x.File.Role == source.DeployDev) {
			list = append(list, engine{service: x.Fact.Service, place: x.At(), by: x.File.Path})
		}
	}
	return list
}

// namedSettings are the engines of settings that name their environment:
// "development.client".
func namedSettings(c *audit.Component, environment string) []engine {
	var list []engine
	for s := range audit.Facts[inspect.Setting](c, source.Prod) {
		if !strings.HasPrefix(s.Fact.Key, environment+".") {
			continue
		}
		e, fallback := engineOfText(s.Fact.Value.Text), s.Fact.Value.FromEnv()
		if e != "" && !(fallback && environment == "production" && !server(e)) { // production sets the variable
			list = append(list, engine{service: e, place: s.At(), by: s.File.Path, guessed: fallback})
		}
	}
	return list
}

// composed finds the engines that descriptors of an environment start beside
// the component or pass to it as a variable.
func composed(environment audit.Environment) func(*audit.Component) []engine {
	return func(c *audit.Component) []engine {
		var list []engine
		for _, s := range c.ServiceImages() {
			if s.Environment == environment && relational(s.Service) {
				list = append(list, engine{service: s.Service, place: s.At(), by: s.File.Path})
			}
		}
		pass := func(f *audit.File, entries []inspect.EnvEntry) {
			for _, entry := range entries {
				if e := engineOfVariable(entry.Name, entry.Value); e != "" && c.EnvironmentOf(f) == environment {
					list = append(list, engine{service: e, place: audit.Place{Path: f.Path, Line: entry.Line, EndLine: entry.Line}, by: f.Path})
				}
			}
		}
		for s := range audit.Facts[inspect.ComposeService](c) {
			pass(s.File, s.Fact.Environment)
		}
		for s := range audit.Facts[inspect.FlyApp](c) {
			pass(s.File, s.Fact.Env)
		}
		for w := range audit.Facts[inspect.Workload](c) {
			for _, k := range w.Fact.Containers {
				pass(w.File, k.Env)
			}
		}
		return list
	}
}

// proposed are the engines of dotenv files for developers: .env.example,
// .env.development.
func proposed(c *audit.Component) []engine { return dotenvs(c, audit.Development) }

// dotenvs are the engines of an environment's dotenv files.
func dotenvs(c *audit.Component, environment audit.Environment) []engine {
	var list []engine
	for a := range audit.Facts[inspect.EnvAssignment](c, source.Prod, source.DeployDev, source.DeployProd, source.Example) {
		name := path.Base(a.File.Path)
		if strings.Contains(name, "prod") != (environment == audit.Production) || strings.Contains(name, "test") {
			continue
		}
		if e := engineOfVariable(a.Fact.Name, a.Fact.Value); e != "" {
			list = append(list, engine{service: e, place: a.At(), by: a.Fact.Name + " in " + name, guessed: true})
		}
	}
	return list
}

// fallbacks are the engines that the code takes when no variable chooses one.
func fallbacks(c *audit.Component) []engine {
	var list []engine
	for r := range audit.Facts[inspect.EnvRead](c, source.Prod) {
		if e := engineOfVariable(r.Fact.Name, r.Fact.Fallback); e != "" {
			list = append(list, engine{e, r.At(), "the fallback of " + r.Fact.Name, true, !strings.Contains(r.Fact.Fallback.Text, ":")})
		}
	}
	for x := range audit.Facts[inspect.Client](c, source.Prod) {
		if e := engineOfText(x.Fact.Handle.Text); e != "" && x.Fact.Handle.FromEnv() && !slices.ContainsFunc(list, func(other engine) bool { return other.place == x.At() }) {
			list = append(list, engine{service: e, place: x.At(), by: "the fallback in " + path.Base(x.File.Path), guessed: true})
		}
	}
	return list
}

// selectable reports whether the choice of engine is left to who installs the
// program: it has drivers for several servers, or CI tests with several.
func selectable(c *audit.Component) bool {
	servers := map[inspect.Service]bool{}
	for d := range audit.Facts[inspect.Dependency](c) {
		if s := driverOf[strings.ToLower(d.Fact.Name)]; s != "" && !d.Fact.Indirect && (d.Fact.Group == inspect.Runtime || d.Fact.Group == inspect.Optional) {
			servers[s] = true
		}
	}
	if len(servers) > 1 {
		return true
	}
	tested := map[inspect.Service]bool{}
	for _, s := range c.ServiceImages() {
		if s.Environment == audit.Testing && relational(s.Service) {
			tested[s.Service] = true
		}
	}
	return len(tested) > 1
}

// driverOf are the drivers of database servers.
var driverOf = map[string]inspect.Service{
	"psycopg": inspect.Postgres, "psycopg2": inspect.Postgres, "psycopg2-binary": inspect.Postgres, "asyncpg": inspect.Postgres,
	"pg": inspect.Postgres, "pg-native": inspect.Postgres, "postgres": inspect.Postgres,
	"github.com/lib/pq": inspect.Postgres, "github.com/jackc/pgx/v4": inspect.Postgres, "github.com/jackc/pgx/v5": inspect.Postgres, "gorm.io/driver/postgres": inspect.Postgres,
	"mysqlclient": inspect.MySQL, "pymysql": inspect.MySQL, "aiomysql": inspect.MySQL, "mysql": inspect.MySQL, "mysql2": inspect.MySQL, "mariadb": inspect.MySQL,
	"github.com/go-sql-driver/mysql": inspect.MySQL, "gorm.io/driver/mysql": inspect.MySQL,
	"org.postgresql:postgresql": inspect.Postgres, "org.postgresql:r2dbc-postgresql": inspect.Postgres, "io.r2dbc:r2dbc-postgresql": inspect.Postgres, "com.impossibl.pgjdbc-ng:pgjdbc-ng": inspect.Postgres,
	"io.quarkus:quarkus-jdbc-postgresql": inspect.Postgres, "io.quarkus:quarkus-reactive-pg-client": inspect.Postgres, "io.vertx:vertx-pg-client": inspect.Postgres,
	"com.mysql:mysql-connector-j": inspect.MySQL, "mysql:mysql-connector-java": inspect.MySQL, "org.mariadb.jdbc:mariadb-java-client": inspect.MySQL, "org.mariadb:r2dbc-mariadb": inspect.MySQL,
	"io.asyncer:r2dbc-mysql": inspect.MySQL, "dev.miku:r2dbc-mysql": inspect.MySQL, "io.quarkus:quarkus-jdbc-mysql": inspect.MySQL, "io.quarkus:quarkus-jdbc-mariadb": inspect.MySQL,
	"io.quarkus:quarkus-reactive-mysql-client": inspect.MySQL, "io.vertx:vertx-mysql-client": inspect.MySQL,
	"npgsql": inspect.Postgres, "npgsql.entityframeworkcore.postgresql": inspect.Postgres, "aspire.npgsql": inspect.Postgres, "aspire.npgsql.entityframeworkcore.postgresql": inspect.Postgres,
	"mysqlconnector": inspect.MySQL, "mysql.data": inspect.MySQL, "mysql.entityframeworkcore": inspect.MySQL, "mysql.data.entityframeworkcore": inspect.MySQL, "pomelo.entityframeworkcore.mysql": inspect.MySQL,
	"trilogy": inspect.MySQL, "ext-pgsql": inspect.Postgres, "ext-pdo_pgsql": inspect.Postgres, "ext-mysqli": inspect.MySQL, "ext-pdo_mysql": inspect.MySQL,
}

func services(list []engine) []inspect.Service {
	var out []inspect.Service
	for _, e := range list {
		if !slices.Contains(out, e.service) {
			out = append(out, e.service)
		}
	}
	slices.Sort(out)
	return out
}
