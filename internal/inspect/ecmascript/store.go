package ecmascript

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// stores are constructions that are a store of a kind by themselves, by symbol.
var stores = map[string]inspect.Store{
	"node-cache": {Purpose: inspect.ForCache, Store: inspect.StoreMemory}, "memory-cache.Cache": {Purpose: inspect.ForCache, Store: inspect.StoreMemory},
	"memory-cache.put":    {Purpose: inspect.ForCache, Store: inspect.StoreMemory},
	"catbox-memory":       {Purpose: inspect.ForCache, Store: inspect.StoreMemory},
	"@hapi/catbox-memory": {Purpose: inspect.ForCache, Store: inspect.StoreMemory},
	"flat-cache.load":     {Purpose: inspect.ForCache, Store: inspect.StoreFile}, "flat-cache.create": {Purpose: inspect.ForCache, Store: inspect.StoreFile},
	"node-persist.init": {Purpose: inspect.ForCache, Store: inspect.StoreFile}, "cacache.put": {Purpose: inspect.ForCache, Store: inspect.StoreFile},
	"cache-manager-ioredis-yet.redisStore": {Purpose: inspect.ForCache, Store: inspect.StoreRedis}, "cache-manager-redis-yet.redisStore": {Purpose: inspect.ForCache, Store: inspect.StoreRedis},
	"@keyv/redis": {Purpose: inspect.ForCache, Store: inspect.StoreRedis}, "@keyv/redis.createKeyv": {Purpose: inspect.ForCache, Store: inspect.StoreRedis},

	"rate-limiter-flexible.RateLimiterMemory": {Purpose: inspect.ForRateLimit, Store: inspect.StoreMemory}, "rate-limiter-flexible.RateLimiterCluster": {Purpose: inspect.ForRateLimit, Store: inspect.StoreMemory},
	"rate-limiter-flexible.RateLimiterRedis": {Purpose: inspect.ForRateLimit, Store: inspect.StoreRedis}, "rate-limiter-flexible.RateLimiterValkey": {Purpose: inspect.ForRateLimit, Store: inspect.StoreRedis},
	"rate-limiter-flexible.RateLimiterPostgres": {Purpose: inspect.ForRateLimit, Store: inspect.StoreDatabase}, "rate-limiter-flexible.RateLimiterMySQL": {Purpose: inspect.ForRateLimit, Store: inspect.StoreDatabase},
	"rate-limiter-flexible.RateLimiterMongo": {Purpose: inspect.ForRateLimit, Store: inspect.StoreDatabase}, "rate-limiter-flexible.RateLimiterPrisma": {Purpose: inspect.ForRateLimit, Store: inspect.StoreDatabase},
	"rate-limiter-flexible.RateLimiterMemcache": {Purpose: inspect.ForRateLimit, Store: inspect.StoreOther}, "rate-limiter-flexible.RateLimiterDynamo": {Purpose: inspect.ForRateLimit, Store: inspect.StoreDatabase},
	"@upstash/ratelimit.Ratelimit": {Purpose: inspect.ForRateLimit, Store: inspect.StoreRedis}, "express-brute.MemoryStore": {Purpose: inspect.ForRateLimit, Store: inspect.StoreMemory},
	"rate-limit-redis": {Purpose: inspect.ForRateLimit, Store: inspect.StoreRedis}, "rate-limit-redis.RedisStore": {Purpose: inspect.ForRateLimit, Store: inspect.StoreRedis},

	"bull": {Purpose: inspect.ForQueue, Store: inspect.StoreRedis}, "bullmq.Queue": {Purpose: inspect.ForQueue, Store: inspect.StoreRedis}, "bee-queue": {Purpose: inspect.ForQueue, Store: inspect.StoreRedis},
	"agenda": {Purpose: inspect.ForQueue, Store: inspect.StoreDatabase}, "agenda.Agenda": {Purpose: inspect.ForQueue, Store: inspect.StoreDatabase}, "pg-boss": {Purpose: inspect.ForQueue, Store: inspect.StoreDatabase},
	"graphile-worker.run": {Purpose: inspect.ForQueue, Store: inspect.StoreDatabase}, "kue.createQueue": {Purpose: inspect.ForQueue, Store: inspect.StoreRedis},

	"graphql-subscriptions.PubSub": {Purpose: inspect.ForPubSub, Store: inspect.StoreMemory}, "apollo-server.PubSub": {Purpose: inspect.ForPubSub, Store: inspect.StoreMemory},
	"graphql-redis-subscriptions.RedisPubSub": {Purpose: inspect.ForPubSub, Store: inspect.StoreRedis}, "@hocuspocus/extension-redis.Redis": {Purpose: inspect.ForPubSub, Store: inspect.StoreRedis},

	"multer-s3": {Purpose: inspect.ForUploads, Store: inspect.StoreOther}, "multer-gridfs-storage.GridFsStorage": {Purpose: inspect.ForUploads, Store: inspect.StoreDatabase},
	"multer-storage-cloudinary.CloudinaryStorage": {Purpose: inspect.ForUploads, Store: inspect.StoreOther}, "@aws-sdk/s3-presigned-post.createPresignedPost": {Purpose: inspect.ForUploads, Store: inspect.StoreOther},
}

// limiters count requests in memory unless an option names a store.
var limiters = map[string][]string{
	"express-rate-limit": {"store"}, "express-rate-limit.rateLimit": {"store"}, "express-slow-down": {"store"}, "express-slow-down.slowDown": {"store"},
	"hono-rate-limiter.rateLimiter": {"store"}, "koa2-ratelimit.RateLimit.middleware": {"store"}, "koa-ratelimit": {"db"},
	"@nestjs/throttler.ThrottlerModule.forRoot": {"storage"}, "@fastify/rate-limit": {"redis", "store"}, "fastify-rate-limit": {"redis", "store"},
}

// caches keep entries in memory unless an option names a store.
var caches = map[string][]string{
	"cache-manager.caching": {"store", "stores"}, "cache-manager.createCache": {"store", "stores"}, "@nestjs/cache-manager.CacheModule.register": {"store", "stores"},
	"@nestjs/common.CacheModule.register": {"store"}, "apicache.middleware": {"redisClient"}, "apicache.options": {"redisClient"}, "keyv": {"store", "uri"}, "keyv.Keyv": {"store", "uri"},
}

// bounded caches hold what a program keeps between requests only when the
// module itself owns them.
var moduleCaches = map[string]bool{
	"lru-cache": true, "lru-cache.LRUCache": true, "quick-lru": true, "@isaacs/ttlcache": true, "@isaacs/ttlcache.TTLCache": true, "tiny-lru.lru": true,
}

// adapters of socket servers by module.
var adapters = map[string]inspect.StoreKind{
	"@socket.io/redis-adapter": inspect.StoreRedis, "@socket.io/redis-streams-adapter": inspect.StoreRedis, "socket.io-redis": inspect.StoreRedis, "@socket.io/postgres-adapter": inspect.StoreDatabase,
	"@socket.io/mongo-adapter": inspect.StoreDatabase, "@socket.io/cluster-adapter": inspect.StoreMemory, "@socket.io/gcp-pubsub-adapter": inspect.StoreOther, "@socket.io/aws-sqs-adapter": inspect.StoreOther,
}

// readStore states where a part of the program keeps what outlives a request.
func (f *ecmaFile) readStore(c ecmaCall) {
	symbol, options := c.callee, c.arg(0)
	if plugin := f.symbol(c.arg(0)); c.method == "register" && plugin != "" { // of Fastify
		symbol, options = plugin, c.arg(1)
	}
	if store, ok := stores[symbol]; ok && (c.fresh || !constructed[symbol]) {
		if symbol == "memory-cache.put" && !f.once(symbol) || symbol == "rate-limiter-flexible.RateLimiterMemory" && f.insures() {
			return
		}
		f.sayStore(c, symbol, store.Purpose, store.Store)
		return
	}
	switch {
	case limiters[symbol] != nil:
		f.sayStore(c, symbol, inspect.ForRateLimit, f.optionStore(options, limiters[symbol]))
	case caches[symbol] != nil:
		if symbol == "keyv" || symbol == "keyv.Keyv" {
			if v := f.value(options); v.Source != inspect.None && !f.object(options).OK() {
				f.sayStore(c, symbol, inspect.ForCache, storeOfURL(v))
				return
			}
		}
		f.sayStore(c, symbol, inspect.ForCache, f.optionStore(options, caches[symbol]))
	case moduleCaches[symbol]:
		if c.fresh && ecmaAtModuleLevel(c.node) {
			f.sayStore(c, symbol, inspect.ForCache, inspect.StoreMemory)
		}
	case symbol == "socket.io" || symbol == "socket.io.Server" && c.fresh:
		f.sayStore(c, symbol, inspect.ForPubSub, f.adapterOf(c))
	case c.method == "adapter" && strings.HasPrefix(symbol, "socket.io"): // stated with the server
	case c.method == "adapter" && len(c.args) == 1: // of a server that another file makes
		if kind, ok := f.adapterKind(c.arg(0)); ok {
			f.sayStore(c, symbolModule(f.symbol(c.arg(0))), inspect.ForPubSub, kind)
		}
	case symbol == "p-queue" || symbol == "async.queue" || symbol == "fastq" || symbol == "better-queue" || symbol == "fastq.promise":
		f.readMemoryQueue(c)
	default:
		f.readUploadStore(c)
	}
}

// insures reports whether a limiter of the file only stands in while the store
// of another is away.
func (f *ecmaFile) insures() bool {
	for _, c := range f.calls {
		if !f.burn() {
			return false
		}
		if strings.HasPrefix(c.callee, "rate-limiter-flexible.") && f.property(f.object(c.arg(0)), "insuranceLimiter").OK() {
			return true
		}
	}
	return false
}

func (f *ecmaFile) sayStore(c ecmaCall, via string, purpose inspect.Purpose, kind inspect.StoreKind) {
	holds := ""
	if purpose == inspect.ForCache {
		holds = syntax.KeptIn(c.node)
	}
	f.say(c.node, inspect.Store{Purpose: purpose, Via: via, Store: kind, Debug: f.debugOnly(c.node), Holds: holds})
}

// optionStore is the kind of store that an options object names under one of
// the keys; memory without one.
func (f *ecmaFile) optionStore(options syntax.Node, keys []string) inspect.StoreKind {
	if !options.OK() {
		return inspect.StoreMemory
	}
	object := f.object(options)
	if v := f.definition(options); v.Is("array") { // throttlers: [{ ttl, limit }]
		return inspect.StoreMemory
	}
	if !object.OK() {
		return inspect.StoreOther
	}
	v := f.property(object, keys...)
	switch {
	case !v.OK() && f.opaque(object):
		return inspect.StoreOther
	case !v.OK():
		return inspect.StoreMemory
	}
	return f.keptIn(v)
}

// keptIn is the kind of a store that an expression constructs or names.
func (f *ecmaFile) keptIn(v syntax.Node) inspect.StoreKind {
	if d := f.definition(v); d.Is("array") && d.Child(0).OK() {
		v = d.Child(0)
	}
	if text, ok := ecmaString(f.definition(v)); ok {
		if text == "memory" {
			return inspect.StoreMemory
		}
		return storeOfURL(inspect.Lit(text))
	}
	symbol := f.symbol(v)
	if store, ok := stores[strings.TrimSuffix(symbol, "()")]; ok {
		return store.Store
	}
	if kind := f.storeKind(v); kind != inspect.StoreOther {
		return kind
	}
	switch lower := strings.ToLower(symbol); {
	case lower == "map()" || strings.HasSuffix(lower, "memorystore()"):
		return inspect.StoreMemory
	case strings.Contains(lower, "redis") || strings.Contains(lower, "valkey"):
		return inspect.StoreRedis
	case strings.Contains(lower, "postgres") || strings.Contains(lower, "mongo") || strings.Contains(lower, "sqlite") || strings.Contains(lower, "mysql"):
		return inspect.StoreDatabase
	}
	return inspect.StoreOther
}

func storeOfURL(v inspect.Value) inspect.StoreKind {
	scheme, _, _ := strings.Cut(v.Text, ":")
	switch scheme {
	case "redis", "rediss":
		return inspect.StoreRedis
	case "postgres", "postgresql", "mysql", "mongodb", "mongodb+srv":
		return inspect.StoreDatabase
	case "sqlite", "file":
		return inspect.StoreFile
	}
	return inspect.StoreOther
}

// adapterOf is where a socket server's messages go between processes: to the
// adapter of its options, or to that which the file gives to it later.
func (f *ecmaFile) adapterOf(c ecmaCall) inspect.StoreKind {
	for _, a := range c.args {
		if kind, ok := f.adapterKind(f.property(f.object(a), "adapter")); ok {
			return kind
		}
	}
	for _, other := range f.calls {
		if !f.burn() {
			break
		}
		if other.method == "adapter" && len(other.args) > 0 && !f.debugOnly(other.node) {
			if kind, ok := f.adapterKind(other.args[0]); ok {
				return kind
			}
			if ownModule(f.symbol(other.args[0])) {
				return inspect.StoreOther
			}
		}
	}
	return inspect.StoreMemory
}

func (f *ecmaFile) adapterKind(n syntax.Node) (inspect.StoreKind, bool) {
	kind, ok := adapters[symbolModule(f.symbol(n))]
	return kind, ok
}

// symbolModule is the module that a symbol of one of the adapters starts with.
func symbolModule(symbol string) string {
	for module := range adapters {
		if rest, ok := strings.CutPrefix(symbol, module); ok && (rest == "" || rest[0] == '.' || rest[0] == '(') {
			return module
		}
	}
	return ""
}

// readMemoryQueue states a queue of the module that requests put work on: the
// fan-out of one request, whose queue is its own, is none.
func (f *ecmaFile) readMemoryQueue(c ecmaCall) {
	d := c.node.Parent()
	for d.Is("await_expression", "parenthesized_expression", "as_expression") {
		d = d.Parent()
	}
	b := f.lookup(d.Field("name"))
	if b == nil || !b.scope.top() {
		return
	}
	for _, use := range f.calls {
		if !f.burn() {
			return
		}
		if (use.method == "add" || use.method == "push" || use.method == "addAll") && f.lookup(ecmaBare(use.recv)) == b && f.servesRequest(use.node) {
			f.sayStore(c, c.callee, inspect.ForQueue, inspect.StoreMemory)
			return
		}
	}
}

// readUploadStore states where uploaded files are kept, when that is a
// directory: what is only held in memory goes somewhere else afterwards.
func (f *ecmaFile) readUploadStore(c ecmaCall) {
	var dir inspect.Value
	switch c.callee {
	case "multer":
		dest := f.property(f.object(c.arg(0)), "dest")
		if !dest.OK() {
			return
		}
		dir = f.value(dest)
	case "multer.diskStorage":
		dir = f.destination(c)
	case "formidable", "formidable.formidable", "formidable.IncomingForm", "koa-body", "koa-body.koaBody":
		object := f.object(c.arg(0))
		if inner := f.object(f.property(object, "formidable")); inner.OK() {
			object = inner
		}
		v := f.property(object, "uploadDir")
		if !v.OK() {
			return
		}
		dir = f.value(v)
	default:
		return
	}
	f.say(c.node, inspect.Store{Purpose: inspect.ForUploads, Via: c.callee, Store: inspect.StoreFile, Choice: dir, Debug: f.debugOnly(c.node)})
}
