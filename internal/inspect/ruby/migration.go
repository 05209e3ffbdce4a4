package ruby

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// migrations change the schema when they run; true for those that derive it
// from models or from nothing.
var migrations = map[string]bool{
	"ActiveRecord::MigrationContext.new.migrate": false, "ActiveRecord::Migrator.migrate": false, "ActiveRecord::Migrator.up": false, "ActiveRecord::Base.connection.migration_context.migrate": false, "ActiveRecord::Base.connection_pool.migration_context.migrate": false, "ActiveRecord::Tasks::DatabaseTasks.migrate": false, "ActiveRecord::Tasks::DatabaseTasks.prepare_all": false,
	"ActiveRecord::Tasks::DatabaseTasks.load_schema": true, "ActiveRecord::Tasks::DatabaseTasks.load_schema_current": true, "ActiveRecord::Base.connection.create_table": true, "Sequel::Migrator.run": false, "Sequel::Migrator.apply": false, "Sequel::IntegerMigrator.run": false, "Sequel::TimestampMigrator.run": false, "DataMapper.auto_migrate!": true, "DataMapper.auto_upgrade!": true, "Hanami::Model.migrate": false,
	"Hanami::Model.migrate!": false, "Lotus::Model.migrate": false, "ROM::SQL::RakeSupport.run_migrations": false, "Que.migrate!": false, "ActiveRecord::Migration.load_schema_if_pending!": true, "Sequel.connect.create_table?": true, "Sequel.connect.create_table": true, "Sequel.sqlite.create_table": true, "Sequel.sqlite.create_table?": true, "Sequel.connect.create_table!": true, "Mongoid::Migrator.migrate": false, "SQLite3::Database.new.execute": false,
	"Sequel.postgres.create_table?": true,
}

var (
	migrateTask    = regexp.MustCompile(`^(db:migrate|db:prepare|db:schema:load|db:setup|db:mongoid:create_indexes|db:migrate:with_data|data:migrate)\b`)
	migrateCommand = regexp.MustCompile(`\b(rake|rails|sequel|hanami)\s+(-\w\S*\s+)*(db:migrate|db:prepare|db:schema:load|db:setup|db\s+migrate|db\s+prepare)\b`)
	createTable    = regexp.MustCompile(`(?i)^\s*(create\s+table|alter\s+table)\b`)
)

// migrationCall states what changes the database's schema when it runs.
// Migrations themselves, and schema.rb, are run by others.
func (f *rubyFile) migrationCall(c call) {
	sync, known := migrations[c.name]
	switch {
	case c.name == "SQLite3::Database.new.execute" || strings.HasPrefix(c.name, "PG.") && (c.method == "exec" || c.method == "query"):
		if text, _ := f.literal(c.args.arg(0)); createTable.MatchString(text) {
			f.migration(c.Node, c.name, true)
		}
		return
	case known:
		f.migration(c.Node, c.name, sync)
	case c.name == "Rake::Task[].invoke" || c.name == "Rake::Task[].execute" || c.name == "Rails.application.load_tasks.invoke":
		task, _ := f.literal(elementKey(c.receiver))
		if migrateTask.MatchString(task) {
			f.migration(c.Node, "Rake::Task["+task+"]", strings.Contains(task, "schema"))
		}
	case execs[c.name] || c.name == "sh":
		if m := migrateCommand.FindString(f.commandText(c)); m != "" {
			f.migration(c.Node, c.name, false)
		}
	}
}

func (f *rubyFile) migration(n syntax.Node, via string, sync bool) {
	if f.inMigration(n) {
		return
	}
	f.say(n, inspect.Migration{Via: via, Sync: sync, Boot: !f.debugOnly(n) && f.atBoot(n, 3)})
}

// inMigration reports whether n is a step of a migration.
func (f *rubyFile) inMigration(n syntax.Node) bool {
	class := n.Up("class")
	return class.OK() && strings.HasPrefix(f.superOf(class), "ActiveRecord::Migration") || inBlockOf(n, "migration", "change", "up", "down").OK()
}

// bootBlocks are calls whose block runs when the program starts, laterBlocks
// those whose block does not.
var (
	bootBlocks  = map[string]bool{"after_initialize": true, "to_prepare": true, "on_worker_boot": true, "before_fork": true, "after_fork": true, "initializer": true, "configure": true, "on_booted": true, "before_worker_boot": true, "configure_server": true, "on": true, "startup": true, "before_initialize": true}
	laterBlocks = map[string]bool{"task": true, "namespace": true, "desc": true, "define_method": true, "trap": true, "at_exit": true, "lambda": true, "proc": true, "command": true, "describe": true, "it": true, "test": true, "context": true, "let": true, "before": true, "after": true, "multitask": true, "file": true, "rule": true, "helpers": true, "included": true, "class_methods": true, "on_load": true, "error": true, "not_found": true, "rescue_from": true, "scope": true, "validate": true, "rake_tasks": true, "console": true, "runner": true, "generators": true, "every": true, "subscribe": true}
)

// atBoot reports whether n runs when the program starts: at the top of the
// file or of a class, in a hook of the start, or in a method that those call.
func (f *rubyFile) atBoot(n syntax.Node, hops int) bool {
	if hops <= 0 || !f.burn() || startsHere(n) && f.rake {
		return false
	}
	for s := n.Up(functionKinds...); s.OK(); s = s.Up(functionKinds...) {
		switch s.Kind() {
		case "method", "singleton_method":
			return f.calledAtBoot(s, hops-1)
		case "lambda":
			return false
		default:
			name := s.Parent().Field("method").Text()
			if laterBlocks[name] || routeVerbs[name] || f.serving[s.Index()] {
				return false
			}
			if bootBlocks[name] {
				return true
			}
		}
	}
	return true
}

func (f *rubyFile) calledAtBoot(def syntax.Node, hops int) bool {
	if hops <= 0 {
		return false
	}
	name := def.Field("name").Text()
	for _, c := range f.calls {
		if c.method == name && !c.Inside(def) && f.calledMethod(c.Node) == def && !f.debugOnly(c.Node) && f.atBoot(c.Node, hops) {
			return true
		}
	}
	return false
}
