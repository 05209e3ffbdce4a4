package ecmascript

import (
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// readEnvironments states which database a configuration by environment
// chooses, as Knex and Sequelize read it: {development: {client: "sqlite3"},
// production: {client: "pg"}}. Keys are "development.client".
func (f *ecmaFile) readEnvironments() {
	f.each(func(n syntax.Node) {
		if !f.object(f.property(n, "development")).OK() || !f.object(f.property(n, "production")).OK() {
			return
		}
		for _, environment := range []string{"development", "production"} {
			for _, key := range []string{"client", "dialect"} {
				v := f.property(f.object(f.property(n, environment)), key)
				if value := f.value(v); v.OK() && value.IsLiteral() {
					f.say(v, inspect.Setting{Key: environment + "." + key, Value: value})
				}
			}
		}
	}, "object")
}
