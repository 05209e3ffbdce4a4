package ruby

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// sessionStores are where Rails keeps sessions, by the symbol that names it.
var sessionStores = map[string]inspect.StoreKind{
	"cookie_store": inspect.StoreCookie, "encrypted_cookie_store": inspect.StoreCookie, "active_record_store": inspect.StoreDatabase, "mongoid_store": inspect.StoreDatabase, "mongo_mapper_store": inspect.StoreDatabase, "mongo_store": inspect.StoreDatabase, "data_mapper_store": inspect.StoreDatabase,
	"redis_store": inspect.StoreRedis, "redis_session_store": inspect.StoreRedis, "mem_cache_store": inspect.StoreOther, "dalli_store": inspect.StoreOther, "cache_store": inspect.StoreOther, "memory_store": inspect.StoreMemory, "file_store": inspect.StoreFile, "cookie": inspect.StoreCookie, "memory": inspect.StoreMemory, "redis": inspect.StoreRedis,
}

// rackSessions are the session middlewares of Rack and of Rails.
var rackSessions = map[string]inspect.StoreKind{
	"Rack::Session::Cookie": inspect.StoreCookie, "Rack::Session::EncryptedCookie": inspect.StoreCookie, "Rack::Session::Pool": inspect.StoreMemory, "Rack::Session::Memory": inspect.StoreMemory, "Rack::Session::Memcache": inspect.StoreOther, "Rack::Session::Dalli": inspect.StoreOther,
	"Rack::Session::Redis": inspect.StoreRedis, "Rack::Session::RedisStore": inspect.StoreRedis, "Rack::Session::ActiveRecord": inspect.StoreDatabase, "Rack::Session::Sequel": inspect.StoreDatabase, "Rack::Session::Mongo": inspect.StoreDatabase, "Rack::Session::File": inspect.StoreFile, "Rack::Session::Moneta": inspect.StoreOther, "Rack::Session::DynamoDB": inspect.StoreDatabase,
	"ActionDispatch::Session::CookieStore": inspect.StoreCookie, "ActionDispatch::Session::CacheStore": inspect.StoreOther, "ActionDispatch::Session::MemCacheStore": inspect.StoreOther, "ActionDispatch::Session::RedisStore": inspect.StoreRedis, "ActionDispatch::Session::ActiveRecordStore": inspect.StoreDatabase, "RackSessionAccess::Middleware": "", "Rack::Session::Protected::Cookie": inspect.StoreCookie,
}

// sessionCall states session middleware with where its sessions live.
func (f *rubyFile) sessionCall(c call) {
	switch c.method {
	case "use", "session_store", "enable", "set", "plugin":
	default:
		return
	}
	if f.debugOnly(c.Node) {
		return
	}
	switch {
	case c.method == "use" || strings.HasSuffix(c.name, "middleware.use"):
		class := f.resolve(c.args.arg(0))
		if store := rackSessions[class]; store != "" {
			f.say(c.Node, inspect.Session{Via: class, Store: store})
		}
	case c.method == "session_store" && (f.railsKey(c.name, c.Node) != "" || strings.HasSuffix(c.name, "Application.config.session_store")):
		f.railsSession(c.Node, c.args.arg(0))
		f.storeClient(c.Node, "session_store", c.args.arg(-1, "servers", "url", "redis", "redis_server"))
	case (c.name == "enable" || c.name == "Sinatra::Base.enable") && f.sinatra:
		for _, arg := range c.args.positional {
			if name, _ := f.literal(arg); name == "sessions" {
				f.sinatraSession(c.Node)
			}
		}
	case c.name == "set" && f.sinatra:
		if name, _ := f.literal(c.args.arg(0)); name == "sessions" {
			if on := c.args.arg(1); on.OK() && !on.Is("false", "nil") || len(c.args.keyword) > 0 {
				f.sinatraSession(c.Node)
			}
		} else if on := c.args.arg(-1, "sessions"); on.OK() && !on.Is("false", "nil") {
			f.sinatraSession(c.Node)
		}
	case c.name == "plugin" && c.Up("class").OK() && f.superOf(c.Up("class")) == "Roda":
		if name, _ := f.literal(c.args.arg(0)); name == "sessions" {
			f.say(c.Node, inspect.Session{Via: "Roda.plugin :sessions", Store: inspect.StoreCookie})
		}
	}
}

// sinatraSession states Sinatra's sessions, which live in a signed cookie
// unless another store is set.
func (f *rubyFile) sinatraSession(n syntax.Node) {
	store := inspect.StoreCookie
	for _, c := range f.calls {
		if key, ok := f.literal(c.args.arg(0)); c.name == "set" && ok && key == "session_store" {
			if kind := rackSessions[f.resolve(c.args.arg(1))]; kind != "" {
				store = kind
			}
		}
	}
	f.say(n, inspect.Session{Via: "Sinatra.sessions", Store: store})
}

// railsSession states what config.session_store is given.
func (f *rubyFile) railsSession(n, at syntax.Node) {
	if at.Is("array", "right_assignment_list") {
		at = at.Child(0)
	}
	store := rackSessions[f.resolve(at)]
	if v := f.evaluate(at); store == "" && v.Has {
		if v.Text == "disabled" {
			return
		}
		if store = sessionStores[v.Text]; store == "" {
			store = inspect.StoreOther
		}
	}
	if store == "" {
		if !at.OK() || at.Is("nil") {
			return
		}
		store = inspect.StoreOther
	}
	f.say(n, inspect.Session{Via: "rails.session_store", Store: store})
}
