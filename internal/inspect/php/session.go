package php

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// storeWords tell where a handler, an adapter or a driver keeps, by its name.
var storeWords = []struct {
	word  string
	store inspect.StoreKind
}{
	{"redis", inspect.StoreRedis}, {"predis", inspect.StoreRedis}, {"memcache", inspect.StoreOther}, {"pdo", inspect.StoreDatabase}, {"database", inspect.StoreDatabase}, {"doctrine", inspect.StoreDatabase}, {"dbal", inspect.StoreDatabase},
	{"mongo", inspect.StoreDatabase}, {"dynamodb", inspect.StoreDatabase}, {"dbsession", inspect.StoreDatabase}, {"dbcache", inspect.StoreDatabase}, {"cookie", inspect.StoreCookie}, {"array", inspect.StoreMemory}, {"inmemory", inspect.StoreMemory},
	{"apc", inspect.StoreMemory}, {"octane", inspect.StoreMemory}, {"memory", inspect.StoreMemory}, {"file", inspect.StoreFile},
}

// storeNamed is where something of this name keeps, StoreOther when its name
// does not tell.
func storeNamed(name string) inspect.StoreKind {
	name = strings.ToLower(name)
	switch name {
	case "sync", "deferred", "background":
		return inspect.StoreMemory
	case "files", "php", "cake":
		return inspect.StoreFile
	case "db":
		return inspect.StoreDatabase
	}
	for _, w := range storeWords {
		if strings.Contains(name, w.word) {
			return w.store
		}
	}
	return inspect.StoreOther
}

// sessionHandlers are classes that keep PHP's sessions.
var sessionHandlers = lowered(map[string]inspect.StoreKind{
	`new Symfony\Component\HttpFoundation\Session\Storage\Handler\NativeFileSessionHandler`: inspect.StoreFile, `new Symfony\Component\HttpFoundation\Session\Storage\Handler\RedisSessionHandler`: inspect.StoreRedis,
	`new Symfony\Component\HttpFoundation\Session\Storage\Handler\PdoSessionHandler`: inspect.StoreDatabase, `new Symfony\Component\HttpFoundation\Session\Storage\Handler\MemcachedSessionHandler`: inspect.StoreOther,
	`new Symfony\Component\HttpFoundation\Session\Storage\Handler\MongoDbSessionHandler`: inspect.StoreDatabase, `new Symfony\Component\HttpFoundation\Session\Storage\MockFileSessionStorage`: inspect.StoreFile,
	`new Mezzio\Session\Ext\PhpSessionPersistence`: inspect.StoreFile, `new Predis\Session\Handler`: inspect.StoreRedis, `new yii\web\DbSession`: inspect.StoreDatabase, `new yii\redis\Session`: inspect.StoreRedis,
	`new Laminas\Session\SaveHandler\Cache`: inspect.StoreOther, `new Laminas\Session\SaveHandler\DbTableGateway`: inspect.StoreDatabase,
})

// ownSessions are classes that start PHP's own sessions where they are given no
// other storage.
var ownSessions = map[string]bool{
	`symfony\component\httpfoundation\session\session`: true, `symfony\component\httpfoundation\session\storage\nativesessionstorage`: true, `odan\session\phpsession`: true,
	`slim\middleware\session`: true, `laminas\session\sessionmanager`: true, `zend\session\sessionmanager`: true, `aura\session\sessionfactory`: true, `rka\sessionmiddleware`: true,
}

// findSessionHandler keeps what the file makes PHP's sessions be kept by.
func (s *script) findSessionHandler(n syntax.Node) {
	args := argsOf(n)
	switch s.functionName(n.Field("function")) {
	case "session_set_save_handler":
		if s.handler = s.made(args.at(0)); s.handler == "" {
			s.handler = "custom"
		}
	case "session_module_name":
		s.handler, _ = s.literal(args.at(0))
	case "ini_set":
		if key, _ := s.literal(args.at(0)); key == "session.save_handler" {
			if s.handler, _ = s.literal(args.at(1)); s.handler == "" {
				s.handler = "custom"
			}
		}
	}
}

// sessionCall states sessions being set up. PHP keeps them in files unless it
// is told otherwise.
func (s *script) sessionCall(c call) {
	if store, known := sessionHandlers[c.key]; known {
		s.state(c.Node, inspect.Session{Via: via(c.name), Store: store})
		return
	}
	if class, found := strings.CutPrefix(c.key, "new "); found && ownSessions[class] && len(c.args.positional) == 0 && len(c.args.named) == 0 && !c.args.spread && s.handler == "" && s.once(class) {
		s.state(c.Node, inspect.Session{Via: via(c.name), Store: inspect.StoreFile})
		return
	}
	if c.key != "session_start" || !s.once("session_start") {
		return
	}
	store := inspect.StoreFile
	if s.handler != "" {
		store = storeNamed(short(s.handler))
	}
	if handler, ok := s.literal(s.find(s.array(c.args.at(0)), "save_handler")); ok {
		store = storeNamed(handler)
	}
	s.state(c.Node, inspect.Session{Via: "session_start", Store: store})
}

// stores are constructions of caches, limiters and queues that say where they
// keep.
var stores = lowered(map[string]inspect.Store{
	`new Symfony\Component\Cache\Adapter\FilesystemAdapter`: {Purpose: inspect.ForCache, Store: inspect.StoreFile}, `new Symfony\Component\Cache\Adapter\PhpFilesAdapter`: {Purpose: inspect.ForCache, Store: inspect.StoreFile},
	`new Symfony\Component\Cache\Adapter\FilesystemTagAwareAdapter`: {Purpose: inspect.ForCache, Store: inspect.StoreFile}, `new Symfony\Component\Cache\Adapter\ApcuAdapter`: {Purpose: inspect.ForCache, Store: inspect.StoreMemory},
	`new Symfony\Component\Cache\Adapter\RedisAdapter`: {Purpose: inspect.ForCache, Store: inspect.StoreRedis}, `new Symfony\Component\Cache\Adapter\MemcachedAdapter`: {Purpose: inspect.ForCache, Store: inspect.StoreOther},
	`new Symfony\Component\Cache\Adapter\PdoAdapter`: {Purpose: inspect.ForCache, Store: inspect.StoreDatabase}, `new Symfony\Component\Cache\Adapter\DoctrineDbalAdapter`: {Purpose: inspect.ForCache, Store: inspect.StoreDatabase},
	`new Doctrine\Common\Cache\FilesystemCache`: {Purpose: inspect.ForCache, Store: inspect.StoreFile}, `new Doctrine\Common\Cache\PhpFileCache`: {Purpose: inspect.ForCache, Store: inspect.StoreFile}, `new Doctrine\Common\Cache\ApcuCache`: {Purpose: inspect.ForCache, Store: inspect.StoreMemory},
	`new Doctrine\Common\Cache\RedisCache`: {Purpose: inspect.ForCache, Store: inspect.StoreRedis}, `new yii\caching\FileCache`: {Purpose: inspect.ForCache, Store: inspect.StoreFile}, `new Swoole\Table`: {Purpose: inspect.ForCache, Store: inspect.StoreMemory},
	`new Symfony\Component\RateLimiter\Storage\InMemoryStorage`: {Purpose: inspect.ForRateLimit, Store: inspect.StoreMemory}, `new League\Flysystem\Local\LocalFilesystemAdapter`: {Purpose: inspect.ForUploads, Store: inspect.StoreFile},
	`new League\Flysystem\Adapter\Local`: {Purpose: inspect.ForUploads, Store: inspect.StoreFile}, `new League\Flysystem\AwsS3V3\AwsS3V3Adapter`: {Purpose: inspect.ForUploads, Store: inspect.StoreOther},
	`new League\Flysystem\AwsS3v3\AwsS3Adapter`: {Purpose: inspect.ForUploads, Store: inspect.StoreOther}, `new League\Flysystem\AsyncAwsS3\AsyncAwsS3Adapter`: {Purpose: inspect.ForUploads, Store: inspect.StoreOther},
	"apcu_store": {Purpose: inspect.ForCache, Store: inspect.StoreMemory}, "apcu_add": {Purpose: inspect.ForCache, Store: inspect.StoreMemory}, "apc_store": {Purpose: inspect.ForCache, Store: inspect.StoreMemory},
})

// storeCall states where a cache, a limiter or uploads are kept.
func (s *script) storeCall(c call) {
	if store, known := stores[c.key]; known {
		if !strings.HasPrefix(c.key, "apc") || s.once("apc") {
			store.Via, store.Debug = via(c.name), s.debugOnly(c.Node)
			s.state(c.Node, store)
		}
		return
	}
	purpose := inspect.ForCache
	switch c.key {
	case strings.ToLower(facade + "Cache::store"), strings.ToLower(facade + "Cache::driver"):
	case strings.ToLower(facade + "Queue::connection"):
		purpose = inspect.ForQueue
	default:
		return
	}
	name, ok := s.literal(c.args.at(0))
	if store := storeNamed(name); ok && store != inspect.StoreOther && name != "array" { // which forgets everything behind the request
		s.state(c.Node, inspect.Store{Purpose: purpose, Via: via(c.name), Store: store, Choice: inspect.Lit(name), Debug: s.debugOnly(c.Node)})
	}
}

// startWork states what the file's own statements do before its server listens
// or its consumer takes a job.
func (s *script) startWork(c call) {
	if c.key != "sleep" && c.key != "usleep" || enclosingFunction(c.Node).OK() || !s.startsLater(c.Node) {
		return
	}
	fact := inspect.StartWork{Via: c.key, Work: "sleep", Seconds: s.valueOf(c.args.at(0))}
	if c.key == "usleep" {
		fact.Seconds = inspect.Value{Source: inspect.Unknown}
	}
	if loop := c.Up("while_statement", "for_statement", "do_statement", "foreach_statement"); loop.OK() {
		fact.Work = "wait"
		fact.Bounded = loop.Is("for_statement", "foreach_statement") || strings.ContainsAny(written(loop.Field("condition")), "<>")
	}
	s.state(c.Node, fact)
}

// startsLater reports whether the file's own statements start a server or a
// consumer behind n.
func (s *script) startsLater(n syntax.Node) bool {
	if s.lastStart < 0 {
		s.lastStart = 0
		s.ownStatements(func(other syntax.Node) bool {
			if other.Is("object_creation_expression", "member_call_expression", "function_call_expression", "scoped_call_expression") {
				key := s.callOf(other).key
				_, listens := listens[key]
				_, consumes := consumers[key]
				if listens || consumes || strings.HasSuffix(key, "->basic_consume") {
					s.lastStart = other.Index()
				}
			}
			return true
		})
	}
	return n.Index() < s.lastStart
}
