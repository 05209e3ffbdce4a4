package python

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// pyStores are constructions that are a store of a kind by themselves.
var pyStores = map[string]inspect.Store{
	"cachelib.SimpleCache": {Purpose: inspect.ForCache, Store: inspect.StoreMemory}, "cachelib.FileSystemCache": {Purpose: inspect.ForCache, Store: inspect.StoreFile}, "cachelib.RedisCache": {Purpose: inspect.ForCache, Store: inspect.StoreRedis},
	"diskcache.Cache": {Purpose: inspect.ForCache, Store: inspect.StoreFile}, "diskcache.FanoutCache": {Purpose: inspect.ForCache, Store: inspect.StoreFile}, "joblib.Memory": {Purpose: inspect.ForCache, Store: inspect.StoreFile},
	"aiocache.SimpleMemoryCache": {Purpose: inspect.ForCache, Store: inspect.StoreMemory}, "aiocache.RedisCache": {Purpose: inspect.ForCache, Store: inspect.StoreRedis},
	"fastapi_cache.backends.inmemory.InMemoryBackend": {Purpose: inspect.ForCache, Store: inspect.StoreMemory}, "fastapi_cache.backends.redis.RedisBackend": {Purpose: inspect.ForCache, Store: inspect.StoreRedis},
	"limits.storage.MemoryStorage": {Purpose: inspect.ForRateLimit, Store: inspect.StoreMemory}, "limits.storage.RedisStorage": {Purpose: inspect.ForRateLimit, Store: inspect.StoreRedis},
	"fastapi_limiter.FastAPILimiter.init": {Purpose: inspect.ForRateLimit, Store: inspect.StoreRedis},
	"starlette.background.BackgroundTask": {Purpose: inspect.ForQueue, Store: inspect.StoreMemory}, "starlette.background.BackgroundTasks().add_task": {Purpose: inspect.ForQueue, Store: inspect.StoreMemory},
	"fastapi.BackgroundTasks().add_task": {Purpose: inspect.ForQueue, Store: inspect.StoreMemory}, "fastapi.background.BackgroundTasks().add_task": {Purpose: inspect.ForQueue, Store: inspect.StoreMemory},
	"huey.RedisHuey": {Purpose: inspect.ForQueue, Store: inspect.StoreRedis}, "huey.PriorityRedisHuey": {Purpose: inspect.ForQueue, Store: inspect.StoreRedis}, "huey.SqliteHuey": {Purpose: inspect.ForQueue, Store: inspect.StoreFile},
	"huey.FileHuey": {Purpose: inspect.ForQueue, Store: inspect.StoreFile}, "huey.MemoryHuey": {Purpose: inspect.ForQueue, Store: inspect.StoreMemory}, "rq.Queue": {Purpose: inspect.ForQueue, Store: inspect.StoreRedis},
	"dramatiq.brokers.redis.RedisBroker": {Purpose: inspect.ForQueue, Store: inspect.StoreRedis}, "dramatiq.brokers.rabbitmq.RabbitmqBroker": {Purpose: inspect.ForQueue, Store: inspect.StoreOther},
	"dramatiq.brokers.stub.StubBroker": {Purpose: inspect.ForQueue, Store: inspect.StoreMemory}, "taskiq.InMemoryBroker": {Purpose: inspect.ForQueue, Store: inspect.StoreMemory}, "procrastinate.App": {Purpose: inspect.ForQueue, Store: inspect.StoreDatabase},
	"django.core.files.storage.FileSystemStorage": {Purpose: inspect.ForUploads, Store: inspect.StoreFile}, "storages.backends.s3boto3.S3Boto3Storage": {Purpose: inspect.ForUploads, Store: inspect.StoreOther},
}

// djangoFileFields are fields of models whose files go to Django's default storage.
var djangoFileFields = map[string]bool{"django.db.models.ImageField": true, "django.db.models.FileField": true}

// pyModuleCaches keep something between requests when the module owns them.
var pyModuleCaches = regexp.MustCompile(`^cachetools\.(TTLCache|LRUCache|LFUCache|RRCache|FIFOCache|Cache|TLRUCache|MRUCache)$`)

// storeOfURL tells where the limiter, queue or cache behind a URL keeps.
func storeOfURL(v inspect.Value) inspect.StoreKind {
	scheme, _, ok := strings.Cut(v.Text, ":")
	scheme, _, _ = strings.Cut(scheme, "+")
	switch {
	case !ok:
	case scheme == "memory" || scheme == "async" && strings.Contains(v.Text, "memory"):
		return inspect.StoreMemory
	case scheme == "redis" || scheme == "rediss" || scheme == "unix":
		return inspect.StoreRedis
	case strings.HasPrefix(scheme, "postgres") || scheme == "mysql" || strings.HasPrefix(scheme, "mongodb") || scheme == "sqla":
		return inspect.StoreDatabase
	case scheme == "file" || scheme == "filesystem" || scheme == "sqlite":
		return inspect.StoreFile
	}
	return inspect.StoreOther
}

func (p *pythonFile) store(n syntax.Node, purpose inspect.Purpose, via string, kind inspect.StoreKind, choice inspect.Value) {
	if choice.IsLiteral() && purpose != inspect.ForUploads {
		choice = inspect.Value{} // the kind says it
	}
	holds := ""
	if purpose == inspect.ForCache {
		holds = syntax.KeptIn(n)
	}
	p.state(n, inspect.Store{Purpose: purpose, Via: via, Store: kind, Choice: choice, Debug: p.debugOnly(n), Holds: holds})
}

// storeCall states where a part of the program keeps what outlives a request.
func (p *pythonFile) storeCall(c pyCall) {
	if s, ok := pyStores[c.name]; ok {
		choice := inspect.Value{}
		if s.Purpose == inspect.ForUploads {
			choice = p.valueOf(c.args.arg(0, "location"))
		}
		p.store(c.Node, s.Purpose, pyVia(c.name), s.Store, choice)
		return
	}
	switch {
	case djangoFileFields[c.name]:
		if !c.args.spread && !c.args.arg(-1, "storage").OK() && c.Up("class_definition", "function_definition").Is("class_definition") {
			p.store(c.Node, inspect.ForUploads, "django.FileField", inspect.StoreFile, inspect.Value{})
		}
	case c.name == "flask_limiter.Limiter" || c.name == "slowapi.Limiter" || c.name == "slowapi.extension.Limiter":
		p.limiter(c)
	case pyModuleCaches.MatchString(c.name):
		if !p.enclosingFunction(c.Node).OK() {
			p.store(c.Node, inspect.ForCache, c.name, inspect.StoreMemory, inspect.Value{})
		}
	case c.name == "flask_caching.Cache" || c.name == "flask_caching.Cache().init_app":
		if kind := p.entry(p.follow(c.args.arg(-1, "config")), "CACHE_TYPE"); kind.OK() {
			p.flaskCache(c.Node, kind)
		}
	case c.name == "dogpile.cache.make_region().configure":
		v := p.valueOf(c.args.arg(0, "backend"))
		p.store(c.Node, inspect.ForCache, "dogpile.cache", backendKind(v.Text), v)
	case c.name == "flask_socketio.SocketIO" || c.name == "flask_socketio.SocketIO().init_app":
		if v := p.valueOf(c.args.arg(-1, "message_queue")); v.Source != inspect.None {
			p.store(c.Node, inspect.ForPubSub, "flask_socketio.SocketIO", storeOfURL(v), v)
		} else if c.name == "flask_socketio.SocketIO" && c.args.arg(0, "app").OK() {
			p.store(c.Node, inspect.ForPubSub, c.name, inspect.StoreMemory, v)
		}
	case c.name == "socketio.AsyncServer" || c.name == "socketio.Server":
		kind := inspect.StoreMemory
		if manager := c.args.arg(-1, "client_manager"); manager.OK() {
			if kind = inspect.StoreOther; strings.Contains(p.resolve(p.follow(manager)), "Redis") {
				kind = inspect.StoreRedis
			}
		}
		p.store(c.Node, inspect.ForPubSub, c.name, kind, inspect.Value{})
	case c.name == "celery.Celery":
		if v := p.valueOf(c.args.arg(-1, "broker", "broker_url")); v.Source != inspect.None {
			p.store(c.Node, inspect.ForQueue, c.name, storeOfURL(v), v)
		}
	case c.name == "threading.Thread" || strings.HasPrefix(c.name, "concurrent.futures.ThreadPoolExecutor().submit") || c.name == "multiprocessing.Process":
		p.threadQueue(c)
	}
}

func (p *pythonFile) limiter(c pyCall) {
	uri := p.valueOf(c.args.arg(-1, "storage_uri"))
	switch {
	case uri.Source != inspect.None:
		p.store(c.Node, inspect.ForRateLimit, c.name, storeOfURL(uri), uri)
	case c.args.spread || p.mentions("RATELIMIT_STORAGE"):
		p.store(c.Node, inspect.ForRateLimit, c.name, inspect.StoreOther, inspect.Value{Source: inspect.Unknown})
	default:
		p.store(c.Node, inspect.ForRateLimit, c.name, inspect.StoreMemory, uri)
	}
}

// threadQueue states work that a handler leaves to a thread: it is lost with
// the process. A thread that the handler waits for is a part of the request.
func (p *pythonFile) threadQueue(c pyCall) {
	handler := p.handler(c.Node)
	if !handler.OK() {
		if target := c.args.arg(1, "target").Text(); c.name == "threading.Thread" && len(target) < 80 && sendsMail.MatchString(target) && c.Node.Up("function_definition").OK() {
			p.store(c.Node, inspect.ForQueue, "thread "+target[strings.LastIndexByte(target, '.')+1:], inspect.StoreMemory, inspect.Value{})
		}
		return
	}
	if from, to := handler.Span(); to-from > longHandler {
		return
	}
	text := handler.Text()
	if strings.Contains(text, ".join()") || strings.Contains(text, ".result(") || strings.Contains(text, "as_completed(") || strings.Contains(text, "wait(") || c.Node.Up("with_statement").Inside(handler) && c.Node.Up("with_statement").OK() {
		return
	}
	p.store(c.Node, inspect.ForQueue, pyVia(c.name), inspect.StoreMemory, inspect.Value{})
}

// sendsMail are names of functions that send to people what a request promised.
var sendsMail = regexp.MustCompile(`(?i)(^|[._])(send|deliver|dispatch)\w*_(e?mails?|sms|notifications?|webhooks?|messages?)(_|$)|(^|[._])send_?(async_?)?e?mail`)

// backendKind tells where a cache, queue or storage keeps by its class's name.
func backendKind(class string) inspect.StoreKind {
	switch lower := strings.ToLower(class); {
	case lower == "":
		return inspect.StoreOther
	case strings.Contains(lower, "redis"), strings.Contains(lower, "valkey"):
		return inspect.StoreRedis
	case strings.Contains(lower, "locmem"), strings.Contains(lower, "memory"), strings.HasSuffix(lower, "simple"), strings.HasSuffix(lower, "simplecache"), strings.Contains(lower, "immediate"):
		return inspect.StoreMemory
	case strings.Contains(lower, "file"), strings.Contains(lower, "disk"), strings.Contains(lower, ".dbm"), strings.Contains(lower, "sqlite"):
		return inspect.StoreFile
	case strings.Contains(lower, "database"), strings.HasSuffix(lower, ".db"), strings.Contains(lower, "postg"), strings.Contains(lower, "orm"), strings.Contains(lower, "mongo"):
		return inspect.StoreDatabase
	}
	return inspect.StoreOther
}

// flaskCache states Flask-Caching's choice of a store; null keeps nothing.
func (p *pythonFile) flaskCache(n, value syntax.Node) {
	v := p.valueOf(value)
	if lower := strings.ToLower(v.Text); v.HasText && (strings.Contains(lower, "null") || lower == "") {
		return
	}
	p.store(n, inspect.ForCache, "flask_caching", backendKind(v.Text), v)
}

var storeKeys = map[string]bool{
	"CACHE_TYPE": true, "RATELIMIT_STORAGE_URI": true, "RATELIMIT_STORAGE_URL": true, "UPLOAD_FOLDER": true, "UPLOADED_FILES_DEST": true, "UPLOADS_DEFAULT_DEST": true,
	"UPLOADED_PHOTOS_DEST": true, "task_always_eager": true, "CELERY_TASK_ALWAYS_EAGER": true, "CELERY_ALWAYS_EAGER": true,
}

// configStore states the stores that settings of Flask and Celery choose.
func (p *pythonFile) configStore(n syntax.Node, key string, value syntax.Node) {
	if !storeKeys[key] {
		return
	}
	v := p.valueOf(value)
	switch key {
	case "CACHE_TYPE":
		p.flaskCache(n, value)
	case "RATELIMIT_STORAGE_URI", "RATELIMIT_STORAGE_URL":
		p.store(n, inspect.ForRateLimit, "flask_limiter", storeOfURL(v), v)
	case "UPLOAD_FOLDER", "UPLOADED_FILES_DEST", "UPLOADS_DEFAULT_DEST", "UPLOADED_PHOTOS_DEST":
		if v.Source != inspect.None {
			p.store(n, inspect.ForUploads, key, inspect.StoreFile, v)
		}
	case "task_always_eager", "CELERY_TASK_ALWAYS_EAGER", "CELERY_ALWAYS_EAGER":
		if v.Text == "true" || v.Text == "True" {
			p.store(n, inspect.ForQueue, "celery.task_always_eager", inspect.StoreMemory, v)
		}
	}
}

// djangoStores states the caches, file storages and channel layers of a
// settings file.
func (p *pythonFile) djangoStores() {
	if !p.django {
		return
	}
	p.djangoBackends("CACHES", inspect.ForCache)
	p.djangoBackends("CHANNEL_LAYERS", inspect.ForPubSub)
	p.djangoBackends("TASKS", inspect.ForQueue)
	p.djangoQueues()
	storage := false
	p.djangoEach("STORAGES", func(at, config syntax.Node) {
		if key, _ := p.literal(at.Field("key")); key != "default" && at.Is("pair") {
			return
		}
		if backend := p.entry(config, "BACKEND"); backend.OK() {
			storage = storage || !at.Up("if_statement").OK()
			p.djangoStorage(at, backend, "STORAGES")
		}
	})
	if b := p.scopes[0]["DEFAULT_FILE_STORAGE"]; b != nil {
		for _, value := range b.values {
			if value.OK() {
				storage = storage || !value.Up("if_statement").OK()
				p.djangoStorage(value.Parent(), value, "DEFAULT_FILE_STORAGE")
			}
		}
	}
	if b := p.scopes[0]["MEDIA_ROOT"]; b != nil && !storage {
		for _, value := range b.values {
			if v := p.valueOf(value); v.Source != inspect.None && !(v.HasText && v.Text == "") {
				p.store(statementOf(value), inspect.ForUploads, "django.MEDIA_ROOT", inspect.StoreFile, v)
			}
		}
	}
}

func (p *pythonFile) djangoBackends(name string, purpose inspect.Purpose) {
	p.djangoEach(name, func(at, config syntax.Node) {
		backend := p.entry(config, "BACKEND")
		v := p.valueOf(backend)
		if !backend.OK() || strings.Contains(strings.ToLower(v.Text), "dummy") {
			return
		}
		p.store(at, purpose, "django."+name, backendKind(v.Text), v)
	})
}

// djangoQueues states where Huey and Django Q keep their jobs.
func (p *pythonFile) djangoQueues() {
	for _, name := range []string{"HUEY", "Q_CLUSTER"} {
		b := p.scopes[0][name]
		if b == nil {
			continue
		}
		for _, config := range b.values {
			if !config.Is("dictionary", "call") {
				continue
			}
			class := p.valueOf(p.entry(config, "huey_class"))
			kind := backendKind(class.Text)
			switch {
			case name == "HUEY" && p.literalText(p.entry(config, "immediate")) == "true", p.literalText(p.entry(config, "sync")) == "true":
				kind = inspect.StoreMemory
			case p.entry(config, "orm").OK():
				kind = inspect.StoreDatabase
			case p.entry(config, "redis").OK() || name == "HUEY" && class.Source == inspect.None:
				kind = inspect.StoreRedis
			}
			p.store(statementOf(config), inspect.ForQueue, "django."+name, kind, class)
		}
	}
}

func (p *pythonFile) djangoStorage(n, backend syntax.Node, setting string) {
	v := p.valueOf(backend)
	kind := inspect.StoreOther
	if strings.HasSuffix(v.Text, "FileSystemStorage") {
		kind = inspect.StoreFile
	} else if strings.HasSuffix(v.Text, "InMemoryStorage") {
		kind = inspect.StoreMemory
	}
	p.store(n, inspect.ForUploads, "django."+setting, kind, v)
}

var fetches = regexp.MustCompile(`\.objects\.|\.query\(|\.execute\(|requests\.(get|post)|httpx\.|session\.(get|query|scalars?)\(|\.fetch(one|all|val)?\(|open\(|urlopen\(|\.get_object\(`)

// memoizedStore states a function whose results are kept in the process and
// come from elsewhere: a memo of a computation changes nothing, nor does one
// of a single value that is read once.
func (p *pythonFile) memoizedStore(def syntax.Node) {
	for _, d := range decorators(def) {
		name := p.decoratorName(d)
		if name != "functools.lru_cache" && name != "functools.cache" && name != "async_lru.alru_cache" {
			continue
		}
		if len(parameters(def)) > 0 && fetches.MatchString(def.Field("body").Text()) {
			p.store(def.Field("name"), inspect.ForCache, name, inspect.StoreMemory, inspect.Value{})
		}
		return
	}
}
