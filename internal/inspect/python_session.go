package inspect

import "strings"

// pySessionTypes are Flask-Session's SESSION_TYPE values.
var pySessionTypes = map[string]StoreKind{
	"filesystem": StoreFile, "redis": StoreRedis, "memcached": StoreOther, "mongodb": StoreDatabase, "sqlalchemy": StoreDatabase,
	"dynamodb": StoreDatabase, "cachelib": StoreFile, "simple": StoreMemory, "null": StoreCookie,
}

// pySessionCalls are storages of session libraries that say where they keep.
var pySessionCalls = map[string]StoreKind{
	"aiohttp_session.SimpleCookieStorage": StoreCookie, "aiohttp_session.cookie_storage.EncryptedCookieStorage": StoreCookie,
	"aiohttp_session.redis_storage.RedisStorage": StoreRedis,
}

// pyCookieMiddleware is Starlette's session middleware, which FastAPI re-exports.
var pyCookieMiddleware = map[string]bool{"starlette.middleware.sessions.SessionMiddleware": true, "fastapi.middleware.sessions.SessionMiddleware": true}

// sessionCall states a session middleware being added.
func (p *pythonFile) sessionCall(c pyCall) {
	if kind, known := pySessionCalls[c.name]; known {
		p.state(c.node, Session{Via: c.name, Store: kind})
		return
	}
	middleware := c.name
	if strings.HasSuffix(c.name, ".add_middleware") || c.name == "starlette.middleware.Middleware" || c.name == "fastapi.middleware.Middleware" {
		middleware = p.resolve(c.args.arg(0, "middleware_class", "cls"))
	}
	switch {
	case pyCookieMiddleware[middleware]:
		p.state(c.node, Session{Via: middleware, Store: StoreCookie})
	case middleware == "beaker.middleware.SessionMiddleware":
		kind, _ := p.literal(p.entry(p.follow(c.args.arg(1, "config")), "session.type"))
		store, known := map[string]StoreKind{
			"": StoreMemory, "memory": StoreMemory, "file": StoreFile, "dbm": StoreFile, "cookie": StoreCookie, "ext:redis": StoreRedis, "ext:database": StoreDatabase,
		}[kind]
		if !known {
			store = StoreOther
		}
		p.state(c.node, Session{Via: middleware, Store: store})
	}
}

// flaskSessionType states Flask-Session's choice of a store; one that the
// deploy chooses is its default.
func (p *pythonFile) flaskSessionType(n, value node) {
	if store, known := pySessionTypes[p.evaluate(value).text]; known {
		p.state(n, Session{Via: "flask_session", Store: store})
	}
}

// flaskSession states Flask's signed cookie where the session is used.
func (p *pythonFile) flaskSession() {
	if p.modules["flask_session"] {
		return
	}
	p.tree.root().walk(func(n node) bool {
		if n.is("identifier", "attribute") && n.parent().is("subscript", "attribute") && p.resolve(n) == "flask.session" && p.once("flask.session") {
			p.state(n, Session{Via: "flask.session", Store: StoreCookie})
		}
		return true
	})
}

// djangoSession states where a Django settings file keeps sessions: by
// SESSION_ENGINE, else, or when only a condition sets it, in the database when
// the middleware is there.
func (p *pythonFile) djangoSession() {
	if !p.django {
		return
	}
	if engine := p.scopes[0]["SESSION_ENGINE"]; engine != nil {
		p.djangoEngine(engine)
		always := false
		for _, value := range engine.values {
			always = always || !value.up("if_statement").ok()
		}
		if always {
			return
		}
	}
	const middleware = "django.contrib.sessions.middleware.SessionMiddleware"
	p.tree.root().walk(func(n node) bool {
		if n.is("string") && strings.Contains(n.text(), middleware) && p.once(middleware) {
			p.state(n, Session{Via: middleware, Store: StoreDatabase})
		}
		return !n.is("function_definition")
	})
}

func (p *pythonFile) djangoEngine(b *pyBinding) {
	for _, value := range b.values {
		v := p.evaluate(value)
		name, ok := strings.CutPrefix(v.text, "django.contrib.sessions.backends.")
		if !ok && v.text == "" {
			continue
		}
		store, known := map[string]StoreKind{
			"file": StoreFile, "db": StoreDatabase, "cached_db": StoreDatabase, "signed_cookies": StoreCookie, "cache": p.djangoCacheStore(),
		}[name]
		if !known {
			store = StoreOther
			if strings.Contains(v.text, "redis") {
				store = StoreRedis
			} else if strings.Contains(v.text+".", ".db.") || strings.Contains(v.text, ".cached_db") {
				store = StoreDatabase // a variant of Django's own
			}
		}
		p.state(value.parent(), Session{Via: "django.SESSION_ENGINE", Store: store})
	}
}

// djangoCacheStore is where the default cache of the same file keeps.
func (p *pythonFile) djangoCacheStore() StoreKind {
	b := p.scopes[0]["CACHES"]
	if b == nil || len(b.values) != 1 {
		return StoreOther
	}
	backend := strings.ToLower(p.evaluate(p.entry(p.entry(b.values[0], "default"), "BACKEND")).text)
	switch {
	case strings.Contains(backend, "redis"):
		return StoreRedis
	case strings.Contains(backend, "locmem"):
		return StoreMemory
	case strings.Contains(backend, "filebased"):
		return StoreFile
	case strings.HasSuffix(backend, "databasecache"):
		return StoreDatabase
	}
	return StoreOther
}
