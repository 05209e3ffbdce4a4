package ecmascript

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

var (
	connectionName = regexp.MustCompile(`(?i)(data_?source|connection|conn|^db|database|orm)$`)
	startName      = regexp.MustCompile(`(?i)^(main|bootstrap|start|boot|run|init|initiali[sz]e|setup|startServer|startup|launch|serve)(App|Application|Server|Database|Db|DB)?$`)
)

// readMigration states code that changes the schema.
func (f *ecmaFile) readMigration(c ecmaCall) {
	last := c.recv.Text()
	if _, path := ecmaPath(c.recv); len(path) > 0 {
		last = path[len(path)-1]
	}
	switch {
	case c.method == "sync" && (isSequelize(strings.TrimSuffix(c.callee, ".sync")) || strings.EqualFold(last, "sequelize")):
		f.sayMigration(c, "sequelize.sync"+f.syncOptions(c), true)
	case (c.method == "latest" || c.method == "up") && last == "migrate" && (c.method == "latest" || f.usesAny("knex", "nest-knexjs")):
		f.sayMigration(c, "knex.migrate.latest", false)
	case c.method == "up" && (strings.HasPrefix(c.callee, "umzug") || strings.HasSuffix(c.callee, ".getMigrator().up") || f.usesAny("umzug") && strings.EqualFold(last, "umzug")):
		f.sayMigration(c, strings.TrimPrefix(c.callee, "()"), false)
	case c.method == "up" && ecmaBare(c.recv).Is("call_expression") && f.callOf(ecmaBare(c.recv)).method == "getMigrator":
		f.sayMigration(c, "getMigrator().up", false)
	case c.method == "runMigrations" && (strings.HasPrefix(c.callee, "typeorm.") || connectionName.MatchString(last)):
		f.sayMigration(c, "typeorm.runMigrations", false)
	case c.method == "synchronize" && (strings.HasPrefix(c.callee, "typeorm.") || connectionName.MatchString(last) && f.usesAny("typeorm")):
		f.sayMigration(c, "typeorm.synchronize", true)
	case strings.HasPrefix(c.callee, "drizzle-orm/") && strings.HasSuffix(c.callee, "/migrator.migrate"), c.callee == "postgres-migrations.migrate", c.callee == "node-pg-migrate", c.callee == "node-pg-migrate.runner", c.callee == "db-migrate.getInstance().up":
		f.sayMigration(c, c.callee, false)
	case c.method == "migrateToLatest" && f.usesAny("kysely"):
		f.sayMigration(c, "kysely.migrateToLatest", false)
	case c.method == "updateSchema" && strings.Contains(c.recv.Text(), "chemaGenerator"):
		f.sayMigration(c, "getSchemaGenerator().updateSchema", true)
	}
	switch c.method {
	case "query", "exec", "run", "execute", "none":
		if sql := f.value(c.arg(0)); sql.IsLiteral() && inspect.CreatesTables(sql.Text) {
			f.sayMigration(c, inspect.CreateTable, false)
		}
	}
	f.ownMigration(c)
	switch c.callee {
	case "typeorm.DataSource", "typeorm.createConnection", "@nestjs/typeorm.TypeOrmModule.forRoot", "@nestjs/sequelize.SequelizeModule.forRoot":
		options := f.object(c.arg(0))
		if v := f.property(options, "synchronize"); ecmaBare(v).Is("true") {
			f.say(v, inspect.Migration{Via: c.callee + ".synchronize", Boot: true, Sync: true})
		}
		if v := f.property(options, "migrationsRun"); ecmaBare(v).Is("true") {
			f.say(v, inspect.Migration{Via: c.callee + ".migrationsRun", Boot: true})
		}
	}
}

// syncOptions are the options of Sequelize's sync that change or drop tables
// which are there: " force" or " alter".
func (f *ecmaFile) syncOptions(c ecmaCall) string {
	options := f.object(c.arg(0))
	for _, name := range []string{"force", "alter"} {
		if v := ecmaBare(f.property(options, name)); v.OK() && !v.Is("false") {
			return " " + name
		}
	}
	return ""
}

func isSequelize(symbol string) bool {
	switch symbol {
	case "sequelize()", "sequelize.Sequelize()", "sequelize-typescript.Sequelize()":
		return true
	}
	return false
}

func (f *ecmaFile) sayMigration(c ecmaCall, via string, sync bool) {
	if f.debugOnly(c.node) {
		return
	}
	fact := inspect.Migration{Via: via, Boot: f.atBoot(c.node), Sync: sync}
	if fact.Boot {
		fact.LedBy = f.ledBy(c.node)
	}
	if fn := ecmaEnclosing(c.node); fn.OK() && !fact.Boot {
		for ; fn.OK() && fact.In == ""; fn = ecmaEnclosing(fn) {
			fact.In = ecmaFunctionName(fn)
		}
	}
	f.say(c.node, fact)
}

// ownMigration states a call of a function of another file of the program that
// is named for migrating, when the program starts.
func (f *ecmaFile) ownMigration(c ecmaCall) {
	at := strings.LastIndexAny(c.callee, "./")
	if at < 1 || !strings.HasPrefix(c.callee, ".") && !strings.HasPrefix(c.callee, "@/") && !strings.HasPrefix(c.callee, "~") && !strings.HasPrefix(c.callee, "src/") {
		return
	}
	if name := c.callee[at+1:]; inspect.NamesMigration(name) && f.atBoot(c.node) && !f.debugOnly(c.node) {
		f.say(c.node, inspect.Migration{Via: name, Boot: true, Own: true})
	}
}

// atBoot reports whether code runs when the program starts: at module level,
// in a function that is named for starting, that listens, or that the module
// level calls.
func (f *ecmaFile) atBoot(n syntax.Node) bool {
	if f.servesRequest(n) {
		return false
	}
	for fn := ecmaEnclosing(n); fn.OK(); fn = ecmaEnclosing(fn) {
		name := ecmaFunctionName(fn)
		switch {
		case fn.Parent().Is("arguments") || ecmaCalledInPlace(fn):
			continue // a callback runs when what is around it does
		case startName.MatchString(name), f.listens(fn), f.calledAtTop(fn):
			return true
		}
		return false
	}
	return true
}

func (f *ecmaFile) listens(fn syntax.Node) bool {
	for _, c := range f.calls {
		if c.method == "listen" && c.node.Inside(fn) {
			return true
		}
	}
	return false
}

func (f *ecmaFile) calledAtTop(fn syntax.Node) bool {
	for _, c := range f.calls {
		if !f.burn() {
			return false
		}
		if ecmaAtModuleLevel(c.node) && f.function(c.node.Field("function")) == fn && !f.debugOnly(c.node) {
			return true
		}
	}
	return false
}
