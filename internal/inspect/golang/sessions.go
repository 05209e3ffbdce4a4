package golang

import (
	"strings"

	"twelvefold/internal/inspect"
)

var goSessionCalls = goCallTable{
	"github.com/gorilla/sessions.NewCookieStore":           session(inspect.StoreCookie),
	"github.com/gorilla/sessions.NewFilesystemStore":       session(inspect.StoreFile),
	"github.com/gin-contrib/sessions/cookie.NewStore":      session(inspect.StoreCookie),
	"github.com/gin-contrib/sessions/memstore.NewStore":    session(inspect.StoreMemory),
	"github.com/gin-contrib/sessions/redis.NewStore":       session(inspect.StoreRedis),
	"github.com/gin-contrib/sessions/redis.NewStoreWithDB": session(inspect.StoreRedis),
	"github.com/gin-contrib/sessions/postgres.NewStore":    session(inspect.StoreDatabase),
	"github.com/gin-contrib/sessions/gorm.NewStore":        session(inspect.StoreDatabase),
	"github.com/gin-contrib/sessions/mongo.NewStore":       session(inspect.StoreDatabase),
	"github.com/gin-contrib/sessions/memcached.NewStore":   session(inspect.StoreOther),
	"github.com/boj/redistore.NewRediStore":                session(inspect.StoreRedis),
	"github.com/rbcervilla/redisstore.NewRedisStore":       session(inspect.StoreRedis),
	"github.com/antonlindstrom/pgstore.NewPGStore":         session(inspect.StoreDatabase),
	"github.com/antonlindstrom/pgstore.NewPGStoreFromPool": session(inspect.StoreDatabase),
	"github.com/wader/gormstore.New":                       session(inspect.StoreDatabase),
	"github.com/quasoft/memstore.NewMemStore":              session(inspect.StoreMemory),
	"github.com/alexedwards/scs.New":                       scsSession,
	"github.com/alexedwards/scs.NewSession":                scsSession,
	fiberPath + "/middleware/session.New":                  fiberSession,
}

func session(store inspect.StoreKind) func(*goFile, goCall) {
	return func(f *goFile, c goCall) { f.emit(c.CallExpr, inspect.Session{Via: c.via(), Store: store}) }
}

// scsSession is in memory until manager.Store is given another one.
func scsSession(f *goFile, c goCall) {
	store := inspect.StoreMemory
	if b := f.fields["Store"]; b != nil {
		for _, v := range b.values {
			pkg, _ := f.origin(v, 0)
			if kind, known := scsStore(pkg); known {
				store = kind
			}
		}
	}
	f.emit(c.CallExpr, inspect.Session{Via: c.via(), Store: store})
}

func scsStore(pkg string) (inspect.StoreKind, bool) {
	name := goName(pkg)
	switch {
	case !strings.Contains(pkg, "scs"):
		return "", false
	case strings.Contains(name, "redis"):
		return inspect.StoreRedis, true
	case name == "memstore":
		return inspect.StoreMemory, true
	case name == "cookiestore":
		return inspect.StoreCookie, true
	case strings.HasSuffix(name, "store"):
		return inspect.StoreDatabase, true
	}
	return "", false
}

// fiberSession is in memory unless its configuration names a storage.
func fiberSession(f *goFile, c goCall) {
	storage := keyed(f.composite(c.arg(0), 0), "Storage")
	if storage == nil {
		f.emit(c.CallExpr, inspect.Session{Via: c.via(), Store: inspect.StoreMemory})
		return
	}
	store := inspect.StoreOther
	pkg, _ := f.origin(storage, 0)
	switch name := goName(pkg); {
	case strings.HasPrefix(name, "redis"):
		store = inspect.StoreRedis
	case name == "memory":
		store = inspect.StoreMemory
	case strings.HasPrefix(name, "postgres"), strings.HasPrefix(name, "mysql"), strings.HasPrefix(name, "sqlite"), strings.HasPrefix(name, "mongo"):
		store = inspect.StoreDatabase
	}
	f.emit(c.CallExpr, inspect.Session{Via: c.via(), Store: store})
}
