package inspect

import "strings"

// sessionStores are the stores of session middleware by module.
var sessionStores = map[string]StoreKind{
	"connect-redis": StoreRedis, "connect-ioredis": StoreRedis, "koa-redis": StoreRedis, "connect-valkey": StoreRedis, "fastify-redis-session": StoreRedis,
	"connect-mongo": StoreDatabase, "connect-mongodb-session": StoreDatabase, "connect-pg-simple": StoreDatabase, "connect-session-sequelize": StoreDatabase,
	"connect-session-knex": StoreDatabase, "connect-typeorm": StoreDatabase, "express-mysql-session": StoreDatabase, "connect-dynamodb": StoreDatabase,
	"@quixo3/prisma-session-store": StoreDatabase, "connect-mssql-v2": StoreDatabase, "firestore-store": StoreDatabase, "koa-session-mongoose": StoreDatabase,
	"connect-memcached": StoreOther, "connect-memjs": StoreOther,
	"session-file-store": StoreFile, "connect-sqlite3": StoreFile, "better-sqlite3-session-store": StoreFile, "nedb-session-store": StoreFile, "connect-loki": StoreFile,
	"memorystore": StoreMemory, "express-session.MemoryStore": StoreMemory, "express-session().MemoryStore": StoreMemory,
}

// readSession states session middleware with where its sessions live.
func (f *ecmaFile) readSession(c ecmaCall) {
	options := c.arg(0)
	if c.method == "register" { // fastify plugins
		plugin := f.symbol(c.arg(0))
		switch plugin {
		case "@fastify/session", "fastify-session":
			f.saySession(c, plugin, f.storeOption(c.arg(1), StoreMemory))
		case "@fastify/secure-session", "fastify-secure-session":
			f.saySession(c, plugin, StoreCookie)
		case "@hapi/yar":
			f.saySession(c, plugin, StoreCookie)
		}
		if object := f.object(c.arg(0)); f.symbol(f.property(object, "plugin")) == "@hapi/yar" {
			kind := StoreCookie
			if f.value(f.path(object, "options", "maxCookieSize")).Text == "0" {
				kind = StoreMemory
			}
			f.saySession(c, "@hapi/yar", kind)
		}
		return
	}
	switch c.callee {
	case "express-session", "koa-generic-session":
		f.saySession(c, c.callee, f.storeOption(options, StoreMemory))
	case "koa-session", "koa-session.createSession":
		if len(c.args) == 1 && !f.object(options).ok() || len(c.args) > 1 && !f.object(options).ok() {
			options = c.arg(1)
		}
		f.saySession(c, c.callee, f.storeOption(options, StoreCookie))
	case "cookie-session", "client-sessions", "iron-session.getIronSession", "iron-session/next.withIronSessionApiRoute",
		"iron-session/next.withIronSessionSsr", "iron-session/express.ironSession", "iron-session.unsealData", "next-iron-session.withIronSession",
		"@remix-run/node.createCookieSessionStorage", "react-router.createCookieSessionStorage":
		f.saySession(c, c.callee, StoreCookie)
	case "@remix-run/node.createFileSessionStorage", "@react-router/node.createFileSessionStorage":
		f.saySession(c, c.callee, StoreFile)
	case "@remix-run/node.createMemorySessionStorage", "react-router.createMemorySessionStorage":
		f.saySession(c, c.callee, StoreMemory)
	case "next-auth", "@auth/core.Auth", "@auth/express.ExpressAuth", "@auth/sveltekit.SvelteKitAuth":
		f.saySession(c, c.callee, f.authStore(c))
	}
}

func (f *ecmaFile) saySession(c ecmaCall, via string, store StoreKind) {
	f.say(c.node, Session{Via: via, Store: store})
}

// storeOption is the kind of the options' store; missing is what the library
// uses without one.
func (f *ecmaFile) storeOption(options node, missing StoreKind) StoreKind {
	if !options.ok() {
		return missing
	}
	object := f.object(options)
	var set []node // options.store = … after the literal
	if b := f.lookup(ecmaBare(options)); b != nil {
		set = b.members["store"]
	}
	if len(set) > 0 {
		return f.storeKind(set[len(set)-1])
	}
	if !object.ok() {
		return StoreOther
	}
	store := f.property(object, "store")
	switch {
	case store.ok():
		return f.storeKind(store)
	case f.opaque(object):
		return StoreOther
	}
	return missing
}

func (f *ecmaFile) storeKind(n node) StoreKind {
	n = ecmaBare(n)
	if ecmaNothing(n) {
		return StoreMemory
	}
	if v := f.definition(n); v.is("ternary_expression") {
		switch truth := f.debugWhen(v.field("condition")); {
		case truth > 0:
			return f.storeKind(v.field("alternative"))
		case truth < 0:
			return f.storeKind(v.field("consequence"))
		}
		a, b := f.storeKind(v.field("consequence")), f.storeKind(v.field("alternative"))
		if a == StoreMemory {
			return b
		}
		return a
	}
	symbol := f.symbol(n)
	best, kind := "", StoreOther
	for module, k := range sessionStores {
		if strings.HasPrefix(symbol, module) && len(module) > len(best) {
			rest := symbol[len(module):]
			if rest == "" || rest[0] == '.' || rest[0] == '(' {
				best, kind = module, k
			}
		}
	}
	return kind
}

// authStore: Auth.js keeps sessions in a signed cookie, or, given an adapter,
// in its database unless told otherwise.
func (f *ecmaFile) authStore(c ecmaCall) StoreKind {
	for _, a := range c.args {
		options := f.object(a)
		if !options.ok() {
			continue
		}
		switch f.value(f.path(options, "session", "strategy")).Text {
		case "database":
			return StoreDatabase
		case "jwt":
			return StoreCookie
		}
		if f.property(options, "adapter").ok() {
			return StoreDatabase
		}
		return StoreCookie
	}
	return StoreOther
}
