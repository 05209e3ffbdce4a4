package python

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// pySessionTypes are Flask-Session's SESSION_TYPE values.
var pySessionTypes = map[string]inspect.StoreKind{
	"filesystem": inspect.StoreFile, "redis": inspect.StoreRedis, "memcached": inspect.StoreOther, "mongodb": inspect.StoreDatabase, "sqlalchemy": inspect.StoreDatabase,
	"dynamodb": inspect.StoreDatabase, "cachelib": inspect.StoreFile, "simple": inspect.StoreMemory, "null": inspect.StoreCookie,
}

// pySessionCalls are storages of session libraries that say where they keep.
var pySessionCalls = map[string]inspect.StoreKind{
	"aiohttp_session.SimpleCookieStorage": inspect.StoreCookie, "aiohttp_session.cookie_storage.EncryptedCookieStorage": inspect.StoreCookie,
	"aiohttp_session.redis_storage.RedisStorage": inspect.StoreRedis,
}

// pyCookieMiddleware is Starlette's session middleware, which FastAPI re-exports.
var pyCookieMiddleware = map[string]bool{"starlette.middleware.sessions.SessionMiddleware": true, "fastapi.middleware.sessions.SessionMiddleware": true}

// sessionCall states a session middleware being added.
func (p *pythonFile) sessionCall(c pyCall) {
	if kind, known := pySessionCalls[c.name]; known {
		p.state(c.Node, inspect.Session{Via: c.name, Store: kind})
		return
	}
	middleware := c.name
	if strings.HasSuffix(c.name, ".add_middleware") || c.name == "starlette.middleware.Middleware" || c.name == "fastapi.middleware.Middleware" {
		middleware = p.resolve(c.args.arg(0, "middleware_class", "cls"))
	}
	switch {
	case pyCookieMiddleware[middleware]:
		p.state(c.Node, inspect.Session{Via: middleware, Store: inspect.StoreCookie})
	case middleware == "beaker.middleware.SessionMiddleware":
		kind, _ := p.literal(p.entry(p.follow(c.args.arg(1, "config")), "session.type"))
		store, known := map[string]inspect.StoreKind{
			"": inspect.StoreMemory, "memory": inspect.StoreMemory, "file": inspect.StoreFile, "dbm": inspect.StoreFile, "cookie": inspect.StoreCookie, "ext:redis": inspect.StoreRedis, "ext:database": inspect.StoreDatabase,
		}[kind]
		if !known {
			store = inspect.StoreOther
		}
		p.state(c.Node, inspect.Session{Via: middleware, Store: store})
	}
}

// flaskSessionType states Flask-Session's choice of a store; one that the
// deploy chooses is its default.
func (p *pythonFile) flaskSessionType(n, value syntax.Node) {
	if store, known := pySessionTypes[p.evaluate(value).Text]; known {
		p.state(n, inspect.Session{Via: "flask_session", Store: store})
	}
}

// flaskSession states Flask's signed cookie where the session is used.
func (p *pythonFile) flaskSession() {
	if !p.modules["flask"] || p.modules["flask_session"] {
		return
	}
	p.tree.Root().Walk(func(n syntax.Node) bool {
		if n.Is("identifier", "attribute") && n.Parent().Is("subscript", "attribute") && p.resolve(n) == "flask.session" && p.once("flask.session") {
			p.state(n, inspect.Session{Via: "flask.session", Store: inspect.StoreCookie})
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
			always = always || !value.Up("if_statement").OK()
		}
		if always {
			return
		}
	}
	const middleware = "django.contrib.sessions.middleware.SessionMiddleware"
	p.tree.Root().Walk(func(n syntax.Node) bool {
		if n.Is("string") && strings.Contains(n.Text(), middleware) && p.once(middleware) {
			p.state(n, inspect.Session{Via: middleware, Store: inspect.StoreDatabase})
		}
		return !n.Is("function_definition")
	})
}

func (p *pythonFile) djangoEngine(b *pyBinding) {
	for _, value := range b.values {
		v := p.evaluate(value)
		name, ok := strings.CutPrefix(v.Text, "django.contrib.sessions.backends.")
		if !ok && v.Text == "" {
			continue
		}
		store, known := map[string]inspect.StoreKind{
			"file": inspect.StoreFile, "db": inspect.StoreDatabase, "cached_db": inspect.StoreDatabase, "signed_cookies": inspect.StoreCookie, "cache": p.djangoCacheStore(),
		}[name]
		if !known {
			store = inspect.StoreOther
			if strings.Contains(v.Text, "redis") {
				store = inspect.StoreRedis
			} else if strings.Contains(v.Text+".", ".db.") || strings.Contains(v.Text, ".cached_db") {
				store = inspect.StoreDatabase // a variant of Django's own
			}
		}
		p.state(value.Parent(), inspect.Session{Via: "django.SESSION_ENGINE", Store: store})
	}
}

// djangoCacheStore is where the default cache of the same file keeps.
func (p *pythonFile) djangoCacheStore() inspect.StoreKind {
	b := p.scopes[0]["CACHES"]
	if b == nil || len(b.values) != 1 {
		return inspect.StoreOther
	}
	backend := strings.ToLower(p.evaluate(p.entry(p.entry(b.values[0], "default"), "BACKEND")).Text)
	switch {
	case strings.Contains(backend, "redis"):
		return inspect.StoreRedis
	case strings.Contains(backend, "locmem"):
		return inspect.StoreMemory
	case strings.Contains(backend, "filebased"):
		return inspect.StoreFile
	case strings.HasSuffix(backend, "databasecache"):
		return inspect.StoreDatabase
	}
	return inspect.StoreOther
}
