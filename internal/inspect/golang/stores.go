package golang

import (
	"go/ast"
	"go/types"
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

// goStoreCalls are constructions of what keeps something between requests.
var goStoreCalls = goCallTable{
	"github.com/patrickmn/go-cache.New":                         keeps(inspect.ForCache, inspect.StoreMemory),
	"github.com/allegro/bigcache.New":                           keeps(inspect.ForCache, inspect.StoreMemory),
	"github.com/allegro/bigcache.NewBigCache":                   keeps(inspect.ForCache, inspect.StoreMemory),
	"github.com/coocood/freecache.NewCache":                     keeps(inspect.ForCache, inspect.StoreMemory),
	"github.com/dgraph-io/ristretto.NewCache":                   keeps(inspect.ForCache, inspect.StoreMemory),
	"github.com/hashicorp/golang-lru.New":                       keeps(inspect.ForCache, inspect.StoreMemory),
	"github.com/hashicorp/golang-lru.New2Q":                     keeps(inspect.ForCache, inspect.StoreMemory),
	"github.com/hashicorp/golang-lru.NewARC":                    keeps(inspect.ForCache, inspect.StoreMemory),
	"github.com/hashicorp/golang-lru/expirable.NewLRU":          keeps(inspect.ForCache, inspect.StoreMemory),
	"github.com/jellydator/ttlcache.New":                        keeps(inspect.ForCache, inspect.StoreMemory),
	"github.com/maypok86/otter.New":                             keeps(inspect.ForCache, inspect.StoreMemory),
	"github.com/maypok86/otter.Must":                            keeps(inspect.ForCache, inspect.StoreMemory),
	"github.com/bluele/gcache.New":                              keeps(inspect.ForCache, inspect.StoreMemory),
	"github.com/gin-contrib/cache/persistence.NewInMemoryStore": keeps(inspect.ForCache, inspect.StoreMemory),
	"github.com/gin-contrib/cache/persistence.NewRedisCache":    keeps(inspect.ForCache, inspect.StoreRedis),
	"github.com/golang/groupcache.NewGroup":                     keeps(inspect.ForCache, inspect.StoreOther),
	"github.com/mailgun/groupcache.NewGroup":                    keeps(inspect.ForCache, inspect.StoreOther),
	"github.com/go-redis/cache.New":                             keeps(inspect.ForCache, inspect.StoreRedis),
	"github.com/eko/gocache/lib/cache.New":                      keeps(inspect.ForCache, inspect.StoreOther),

	"golang.org/x/time/rate.NewLimiter":                          (*goFile).rateLimiter,
	"github.com/ulule/limiter.New":                               (*goFile).ululeLimiter,
	"github.com/didip/tollbooth.NewLimiter":                      keeps(inspect.ForRateLimit, inspect.StoreMemory),
	"github.com/go-chi/httprate.Limit":                           (*goFile).httpRate,
	"github.com/go-chi/httprate.LimitByIP":                       (*goFile).httpRate,
	"github.com/go-chi/httprate.LimitByRealIP":                   (*goFile).httpRate,
	"github.com/go-chi/httprate.LimitAll":                        (*goFile).httpRate,
	"github.com/go-chi/httprate.NewRateLimiter":                  (*goFile).httpRate,
	echoPath + "/middleware.NewRateLimiterMemoryStore":           keeps(inspect.ForRateLimit, inspect.StoreMemory),
	echoPath + "/middleware.NewRateLimiterMemoryStoreWithConfig": keeps(inspect.ForRateLimit, inspect.StoreMemory),
	fiberPath + "/middleware/limiter.New":                        (*goFile).fiberLimiter,
	"github.com/throttled/throttled/store/memstore.New":          keeps(inspect.ForRateLimit, inspect.StoreMemory),
	"github.com/throttled/throttled/store/memstore.NewCtx":       keeps(inspect.ForRateLimit, inspect.StoreMemory),
	"github.com/throttled/throttled/store/redigostore.New":       keeps(inspect.ForRateLimit, inspect.StoreRedis),
	"github.com/sethvargo/go-limiter/memorystore.New":            keeps(inspect.ForRateLimit, inspect.StoreMemory),
	"github.com/sethvargo/go-redisstore.New":                     keeps(inspect.ForRateLimit, inspect.StoreRedis),
	"github.com/go-redis/redis_rate.NewLimiter":                  keeps(inspect.ForRateLimit, inspect.StoreRedis),
	"github.com/JGLTechnologies/gin-rate-limit.InMemoryStore":    keeps(inspect.ForRateLimit, inspect.StoreMemory),
	"github.com/JGLTechnologies/gin-rate-limit.RedisStore":       keeps(inspect.ForRateLimit, inspect.StoreRedis),

	asynqPath + ".NewClient":              keeps(inspect.ForQueue, inspect.StoreRedis),
	riverPath + ".NewClient":              keeps(inspect.ForQueue, inspect.StoreDatabase),
	"github.com/gocraft/work.NewEnqueuer": keeps(inspect.ForQueue, inspect.StoreRedis),
	"github.com/alitto/pond.New":          keeps(inspect.ForQueue, inspect.StoreMemory),
	"github.com/panjf2000/ants.NewPool":   keeps(inspect.ForQueue, inspect.StoreMemory),
	"github.com/gammazero/workerpool.New": keeps(inspect.ForQueue, inspect.StoreMemory),

	"github.com/googollee/go-socket.io.NewServer": (*goFile).socketServer,
	"github.com/olahol/melody.New":                keeps(inspect.ForPubSub, inspect.StoreMemory),
}

// keeps is a construction that says by itself where it keeps. One inside a
// request handler ends with the request.
func keeps(purpose inspect.Purpose, kind inspect.StoreKind) func(*goFile, goCall) {
	return func(f *goFile, c goCall) {
		if f.handlerAround(c.stack) == nil {
			store := inspect.Store{Purpose: purpose, Via: c.via(), Store: kind}
			if purpose == inspect.ForCache {
				store.Holds = keptIn(c)
			}
			f.emit(c.CallExpr, store)
		}
	}
}

// keptIn names what the result of a call is kept in: a variable or a field.
func keptIn(c goCall) string {
	for i := len(c.stack) - 1; i >= 0; i-- {
		switch n := c.stack[i].(type) {
		case *ast.AssignStmt:
			return types.ExprString(n.Lhs[0])
		case *ast.ValueSpec:
			return n.Names[0].Name
		case *ast.KeyValueExpr:
			return types.ExprString(n.Key)
		case ast.Stmt:
			return ""
		}
	}
	return ""
}

// rateLimiter states a limiter of the standard library's kind that limits
// requests: made in a handler or middleware, or one of many kept in a map. Any
// other may pace what the program itself sends.
func (f *goFile) rateLimiter(c goCall) {
	if f.handlerAround(c.stack) == nil && !f.makesMiddleware(c) && !f.once("limiters", f.keepsLimiters) {
		return
	}
	f.emit(c.CallExpr, inspect.Store{Purpose: inspect.ForRateLimit, Via: c.via(), Store: inspect.StoreMemory})
}

// makesMiddleware reports whether a call stands in a function that takes or
// gives a handler.
func (f *goFile) makesMiddleware(c goCall) bool {
	fn := c.enclosing()
	if fn == nil {
		return false
	}
	for _, list := range []*ast.FieldList{fn.Type.Params, fn.Type.Results} {
		if list == nil {
			continue
		}
		for _, field := range list.List {
			switch pkg, name := f.typeOrigin(field.Type); pkg + "." + name {
			case "net/http.Handler", "net/http.HandlerFunc", ginPath + ".HandlerFunc", echoPath + ".MiddlewareFunc", echoPath + ".HandlerFunc", fiberPath + ".Handler":
				return true
			}
		}
	}
	return false
}

// keepsLimiters reports whether the file has a map of limiters.
func (f *goFile) keepsLimiters() (found bool) {
	f.walk(f.file, func(n ast.Node, _ []ast.Node) {
		if m, ok := n.(*ast.MapType); ok {
			pkg, name := f.typeOrigin(m.Value)
			found = found || pkg == "golang.org/x/time/rate" && name == "Limiter"
			if id, isName := m.Value.(*ast.StarExpr); isName { // map[string]*visitor
				if own, ok := id.X.(*ast.Ident); ok {
					for _, s := range f.structs {
						for _, field := range s.Fields.List {
							pkg, name := f.typeOrigin(field.Type)
							found = found || s.name == own.Name && pkg == "golang.org/x/time/rate" && name == "Limiter"
						}
					}
				}
			}
		}
	})
	return found
}

func (f *goFile) ululeLimiter(c goCall) {
	kind := inspect.StoreOther
	switch pkg, _ := f.origin(c.arg(0), 0); {
	case strings.HasSuffix(pkg, "/memory"):
		kind = inspect.StoreMemory
	case strings.HasSuffix(pkg, "/redis"):
		kind = inspect.StoreRedis
	}
	f.emit(c.CallExpr, inspect.Store{Purpose: inspect.ForRateLimit, Via: c.via(), Store: kind})
}

// httpRate counts in memory unless an option gives it a counter.
func (f *goFile) httpRate(c goCall) {
	kind := inspect.StoreMemory
	if mentionsName(c.CallExpr, regexp.MustCompile(`^(WithLimitCounter|WithRedisLimitCounter|NewRedisLimitCounter)$`)) {
		kind = inspect.StoreRedis
	}
	f.emit(c.CallExpr, inspect.Store{Purpose: inspect.ForRateLimit, Via: c.via(), Store: kind})
}

func (f *goFile) fiberLimiter(c goCall) {
	kind := inspect.StoreMemory
	if storage := keyed(f.composite(c.arg(0), 0), "Storage"); storage != nil {
		kind = inspect.StoreOther
		if pkg, _ := f.origin(storage, 0); strings.HasPrefix(goName(pkg), "redis") {
			kind = inspect.StoreRedis
		}
	}
	f.emit(c.CallExpr, inspect.Store{Purpose: inspect.ForRateLimit, Via: c.via(), Store: kind})
}

// socketServer keeps its rooms in memory unless the file gives it an adapter.
func (f *goFile) socketServer(c goCall) {
	kind := inspect.StoreMemory
	if f.once("adapter", func() bool { return mentionsName(f.file, regexp.MustCompile(`^Adapter$`)) }) {
		kind = inspect.StoreRedis
	}
	f.emit(c.CallExpr, inspect.Store{Purpose: inspect.ForPubSub, Via: c.via(), Store: kind})
}

var jobWord = regexp.MustCompile(`(?i)(job|queue|task|work|mail|event|notif|message|msg|outbox|pending|batch)`)

// channelQueue states a channel of the package or of a field that handlers put
// jobs on: what waits there is lost with the process.
func (f *goFile) channelQueue(send *ast.SendStmt, stack []ast.Node) {
	name := goLastName(send.Chan)
	if f.handlerAround(stack) == nil {
		if spec := f.drainedQueue(send.Chan); spec != nil && !f.holds["queue "+name] {
			f.holds["queue "+name] = true
			f.emit(spec, inspect.Store{Purpose: inspect.ForQueue, Via: "chan " + name, Store: inspect.StoreMemory})
		}
		return
	}
	switch c := ast.Unparen(send.Chan).(type) {
	case *ast.Ident:
		if c.Obj == nil || !f.packageLevel(c) {
			return
		}
	case *ast.SelectorExpr:
		if f.packageOf(c.X) != "" {
			return
		}
	default:
		return
	}
	if jobWord.MatchString(name) {
		f.emit(send, inspect.Store{Purpose: inspect.ForQueue, Via: "chan " + name, Store: inspect.StoreMemory})
	}
}

// queueName is what a queue of work that people wait for is called, in names
// that say that it is one.
var queueName = regexp.MustCompile(`(?i)(queue|jobs?|outbox|e?mails?|webhooks?)$`)

// drainedQueue is the declaration of a package's buffered channel that is called
// a queue and that a goroutine of the same file empties, or nil: whoever calls
// the file's functions leaves work there.
func (f *goFile) drainedQueue(e ast.Expr) *ast.ValueSpec {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok || id.Obj == nil || !queueName.MatchString(id.Name) || inspect.OwnTick(id.Name) || !f.packageLevel(id) {
		return nil
	}
	spec, ok := id.Obj.Decl.(*ast.ValueSpec)
	if !ok || len(spec.Values) != 1 || len(spec.Names) != 1 {
		return nil
	}
	if made, ok := spec.Values[0].(*ast.CallExpr); !ok || len(made.Args) != 2 {
		return nil // not buffered: who sends waits
	}
	drained := f.once("drained "+id.Name, func() (found bool) {
		ast.Inspect(f.file, func(n ast.Node) bool {
			if started, ok := n.(*ast.GoStmt); ok {
				ast.Inspect(started, func(n ast.Node) bool {
					switch n := n.(type) {
					case *ast.RangeStmt:
						over, ok := n.X.(*ast.Ident)
						found = found || ok && over.Obj == id.Obj
					case *ast.UnaryExpr:
						from, ok := n.X.(*ast.Ident)
						found = found || ok && n.Op.String() == "<-" && from.Obj == id.Obj
					}
					return !found
				})
			}
			return !found
		})
		return found
	})
	if !drained {
		return nil
	}
	return spec
}

// packageLevel reports whether a name is a variable of the package.
func (f *goFile) packageLevel(id *ast.Ident) bool {
	spec, ok := id.Obj.Decl.(*ast.ValueSpec)
	if !ok {
		return false
	}
	for _, decl := range f.file.Decls {
		if group, ok := decl.(*ast.GenDecl); ok {
			for _, s := range group.Specs {
				if s == spec {
					return true
				}
			}
		}
	}
	return false
}
