package inspect

// readEnvironments states which database a configuration by environment
// chooses, as Knex and Sequelize read it: {development: {client: "sqlite3"},
// production: {client: "pg"}}. Keys are "development.client".
func (f *ecmaFile) readEnvironments() {
	f.each(func(n node) {
		if !f.object(f.property(n, "development")).ok() || !f.object(f.property(n, "production")).ok() {
			return
		}
		for _, environment := range []string{"development", "production"} {
			for _, key := range []string{"client", "dialect"} {
				v := f.property(f.object(f.property(n, environment)), key)
				if value := f.value(v); v.ok() && value.IsLiteral() {
					f.say(v, Setting{Key: environment + "." + key, Value: value})
				}
			}
		}
	}, "object")
}
