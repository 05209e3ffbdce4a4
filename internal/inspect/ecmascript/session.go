package ecmascript

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// sessionStores are the stores of session middleware by module.
var sessionStores = map[string]inspect.StoreKind{
	"connect-redis": inspect.StoreRedis, "connect-ioredis": inspect.StoreRedis, "koa-redis": inspect.StoreRedis, "connect-valkey": inspect.StoreRedis, "fastify-redis-session": inspect.StoreRedis,
	"connect-mongo": inspect.StoreDatabase, "connect-mongodb-session": inspect.StoreDatabase, "connect-pg-simple": inspect.StoreDatabase, "connect-session-sequelize": inspect.StoreDatabase,
	"connect-session-knex": inspect.StoreDatabase, "connect-typeorm": inspect.StoreDatabase, "express-mysql-session": inspect.StoreDatabase, "connect-dynamodb": inspect.StoreDatabase,
	"@quixo3/prisma-session-store": inspect.StoreDatabase, "connect-mssql-v2": inspect.StoreDatabase, "firestore-store": inspect.StoreDatabase, "koa-session-mongoose": inspect.StoreDatabase,
	"connect-memcached": inspect.StoreOther, "connect-memjs": inspect.StoreOther,
	"session-file-store": inspect.StoreFile, "connect-sqlite3": inspect.StoreFile, "better-sqlite3-session-store": inspect.StoreFile, "nedb-session-store": inspect.StoreFile, "connect-loki": inspect.StoreFile,
	"memorystore": inspect.StoreMemory, "express-session.MemoryStore": inspect.StoreMemory, "express-session().MemoryStore": inspect.StoreMemory,
}

// readSession states session middleware with where its sessions live.
func (f *ecmaFile) readSession(c ecmaCall) {
	options := c.arg(0)
	if c.method == "register" { // fastify plugins
		plugin := f.symbol(c.arg(0))
		switch plugin {
		case "@fastify/session", "fastify-session":
			f.saySession(c, plugin, f.storeOption(c.arg(1), inspect.StoreMemory))
		case "@fastify/secure-session", "fastify-secure-session":
			f.saySession(c, plugin, inspect.StoreCookie)
		case "@hapi/yar":
			f.saySession(c, plugin, inspect.StoreCookie)
		}
		if object := f.object(c.arg(0)); f.symbol(f.property(object, "plugin")) == "@hapi/yar" {
			kind := inspect.StoreCookie
			if f.value(f.path(object, "options", "maxCookieSize")).Text == "0" {
				kind = inspect.StoreMemory
			}
			f.saySession(c, "@hapi/yar", kind)
		}
		return
	}
	switch c.callee {
	case "express-session", "koa-generic-session":
		f.saySession(c, c.callee, f.storeOption(options, inspect.StoreMemory))
	case "koa-session", "koa-session.createSession":
		if len(c.args) == 1 && !f.object(options).OK() || len(c.args) > 1 && !f.object(options).OK() {
			options = c.arg(1)
		}
		f.saySession(c, c.callee, f.storeOption(options, inspect.StoreCookie))
	case "cookie-session", "client-sessions", "iron-session.getIronSession", "iron-session/next.withIronSessionApiRoute",
		"iron-session/next.withIronSessionSsr", "iron-session/express.ironSession", "iron-session.unsealData", "next-iron-session.withIronSession",
		"@remix-run/node.createCookieSessionStorage", "react-router.createCookieSessionStorage":
		f.saySession(c, c.callee, inspect.StoreCookie)
	case "@remix-run/node.createFileSessionStorage", "@react-router/node.createFileSessionStorage":
		f.saySession(c, c.callee, inspect.StoreFile)
	case "@remix-run/node.createMemorySessionStorage", "react-router.createMemorySessionStorage":
		f.saySession(c, c.callee, inspect.StoreMemory)
	case "next-auth", "@auth/core.Auth", "@auth/express.ExpressAuth", "@auth/sveltekit.SvelteKitAuth":
		f.saySession(c, c.callee, f.authStore(c))
	}
}

func (f *ecmaFile) saySession(c ecmaCall, via string, store inspect.StoreKind) {
	f.say(c.node, inspect.Session{Via: via, Store: store})
	if secret := f.property(f.object(c.arg(0)), "secret"); f.value(secret).Source == inspect.Random && len(f.value(secret).Env) == 0 {
		f.say(secret, inspect.Setting{Key: "session.secret", Value: inspect.Value{Source: inspect.Random}})
	}
}

// storeOption is the kind of the options' store; missing is what the library
// uses without one.
func (f *ecmaFile) storeOption(options syntax.Node, missing inspect.StoreKind) inspect.StoreKind {
	if !options.OK() {
		return missing
	}
	object := f.object(options)
	var set []syntax.Node // options.store = … after the literal
	if b := f.lookup(ecmaBare(options)); b != nil {
		set = b.members["store"]
	}
	if len(set) > 0 {
		return f.storeKind(set[len(set)-1])
	}
	if !object.OK() {
		return inspect.StoreOther
	}
	store := f.property(object, "store")
	switch {
	case store.OK():
		return f.storeKind(store)
	case f.opaque(object):
		return inspect.StoreOther
	}
	return missing
}

func (f *ecmaFile) storeKind(n syntax.Node) inspect.StoreKind {
	n = ecmaBare(n)
	if ecmaNothing(n) {
		return inspect.StoreMemory
	}
	if v := f.definition(n); v.Is("ternary_expression") {
		switch truth := f.debugWhen(v.Field("condition")); {
		case truth > 0:
			return f.storeKind(v.Field("alternative"))
		case truth < 0:
			return f.storeKind(v.Field("consequence"))
		}
		a, b := f.storeKind(v.Field("consequence")), f.storeKind(v.Field("alternative"))
		if a == inspect.StoreMemory {
			return b
		}
		return a
	}
	symbol := f.symbol(n)
	best, kind := "", inspect.StoreOther
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
func (f *ecmaFile) authStore(c ecmaCall) inspect.StoreKind {
	for _, a := range c.args {
		options := f.object(a)
		if !options.OK() {
			continue
		}
		switch f.value(f.path(options, "session", "strategy")).Text {
		case "database":
			return inspect.StoreDatabase
		case "jwt":
			return inspect.StoreCookie
		}
		if f.property(options, "adapter").OK() {
			return inspect.StoreDatabase
		}
		return inspect.StoreCookie
	}
	return inspect.StoreOther
}
