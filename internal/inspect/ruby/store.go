package ruby

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

var (
	// cacheStores are Rails' caches, by the symbol or class that names them;
	// "" for one that keeps nothing.
	cacheStores = map[string]inspect.StoreKind{
		"memory_store": inspect.StoreMemory, "file_store": inspect.StoreFile, "mem_cache_store": inspect.StoreOther, "dalli_store": inspect.StoreOther, "redis_cache_store": inspect.StoreRedis, "redis_store": inspect.StoreRedis, "solid_cache_store": inspect.StoreDatabase, "null_store": "",
		"ActiveSupport::Cache::MemoryStore": inspect.StoreMemory, "ActiveSupport::Cache::FileStore": inspect.StoreFile, "ActiveSupport::Cache::MemCacheStore": inspect.StoreOther, "ActiveSupport::Cache::RedisCacheStore": inspect.StoreRedis, "ActiveSupport::Cache::RedisStore": inspect.StoreRedis, "ActiveSupport::Cache::DalliStore": inspect.StoreOther, "ActiveSupport::Cache::NullStore": "", "SolidCache::Store": inspect.StoreDatabase, "Redis": inspect.StoreRedis, "Dalli::Client": inspect.StoreOther,
		"memory": inspect.StoreMemory, "redis": inspect.StoreRedis, "postgres": inspect.StoreDatabase, "async": inspect.StoreMemory,
	}
	// queueAdapters are Active Job's, "" for the one of tests.
	queueAdapters = map[string]inspect.StoreKind{
		"async": inspect.StoreMemory, "inline": inspect.StoreMemory, "test": "", "sidekiq": inspect.StoreRedis, "resque": inspect.StoreRedis, "delayed_job": inspect.StoreDatabase, "delayed": inspect.StoreDatabase, "good_job": inspect.StoreDatabase, "que": inspect.StoreDatabase, "queue_classic": inspect.StoreDatabase, "solid_queue": inspect.StoreDatabase,
		"sucker_punch": inspect.StoreMemory, "sneakers": inspect.StoreOther, "shoryuken": inspect.StoreOther, "backburner": inspect.StoreOther,
	}
	// uploadServices are names that Active Storage's services have by custom, and
	// the storages of CarrierWave and Paperclip.
	uploadServices = map[string]inspect.StoreKind{
		"local": inspect.StoreFile, "test": inspect.StoreFile, "disk": inspect.StoreFile, "file": inspect.StoreFile, "filesystem": inspect.StoreFile, "local_file": inspect.StoreFile, "tmp": inspect.StoreFile, "db": inspect.StoreDatabase, "database": inspect.StoreDatabase, "memory": inspect.StoreMemory, "temporary": inspect.StoreFile,
	}
	// uploadClasses are constructors of places for uploads.
	uploadClasses = map[string]inspect.StoreKind{
		"Shrine::Storage::FileSystem.new": inspect.StoreFile, "Shrine::Storage::S3.new": inspect.StoreOther, "Shrine::Storage::Memory.new": inspect.StoreMemory, "Shrine::Storage::GoogleCloudStorage.new": inspect.StoreOther, "Refile::Backend::FileSystem.new": inspect.StoreFile, "Refile::Backend::S3.new": inspect.StoreOther, "Refile::S3.new": inspect.StoreOther, "Dragonfly::FileDataStore.new": inspect.StoreFile, "Dragonfly::S3DataStore.new": inspect.StoreOther,
	}
)

func (f *rubyFile) sayStore(n syntax.Node, purpose inspect.Purpose, via string, kind inspect.StoreKind, choice inspect.Value) {
	f.say(n, inspect.Store{Purpose: purpose, Via: via, Store: kind, Choice: choice, Profile: f.profile(n), Debug: f.debugOnly(n)})
}

// profile is the environment that a condition around n asks for, where it asks
// for one.
func (f *rubyFile) profile(n syntax.Node) string {
	for p := n.Parent(); p.OK() && f.burn(); n, p = p, p.Parent() {
		switch p.Kind() {
		case "if", "unless", "if_modifier", "unless_modifier", "elsif", "conditional":
			condition, yes, no := f.branches(p)
			ask, ok := f.asksStage(condition)
			if ok && len(ask.values) == 1 && (n == yes && !ask.not || n == no && ask.not) {
				return ask.values[0]
			}
		case "when":
			if texts := f.whenTexts(p); len(texts) == 1 && f.stageOf(p.Parent().Field("value")) != "" {
				return texts[0]
			}
		case "call":
			if name := f.callee(p); f.sinatra && (name == "configure" || strings.HasSuffix(name, ".configure")) {
				if arguments := p.Field("arguments"); arguments.Child(0).OK() && !arguments.Child(1).OK() {
					text, _ := f.literal(arguments.Child(0))
					return text
				}
			}
		}
	}
	return ""
}

// chosenStore is the kind that an expression selects by name or constructs. A
// choice from the environment is of the kind of its fallback.
func (f *rubyFile) chosenStore(at syntax.Node, kinds map[string]inspect.StoreKind) (kind inspect.StoreKind, choice inspect.Value, ok bool) {
	if at.Is("array", "right_assignment_list") {
		at = at.Child(0)
	}
	if !at.OK() || at.Is("nil") {
		return "", inspect.Value{}, false
	}
	name := f.resolve(at)
	if class, made := strings.CutSuffix(name, ".new"); made {
		if kind, known := kinds[class]; known {
			return kind, inspect.Value{}, kind != ""
		}
	}
	if name == "ActiveSupport::Cache.lookup_store" && at.Is("call") {
		return f.chosenStore(at.Field("arguments").Child(0), kinds)
	}
	v := f.evaluate(at)
	kind, known := kinds[v.Text]
	switch {
	case v.Has && known:
		return kind, v.Kept(false), kind != ""
	case v.Source == inspect.Unknown && !at.Is("call", "identifier", "constant", "conditional", "if", "case", "binary"):
		return "", inspect.Value{}, false
	}
	return inspect.StoreOther, v.Kept(false), true
}

// storeSetting states the stores that a framework's setting selects. key is
// Rails' ("active_job.queue_adapter") or the resolved name of what is set.
func (f *rubyFile) storeSetting(n syntax.Node, key string, right syntax.Node) {
	purpose, kinds := inspect.Purpose(""), cacheStores
	via := "rails." + key
	switch key {
	case "cache_store", "action_controller.cache_store":
		purpose = inspect.ForCache
	case "active_job.queue_adapter":
		purpose, kinds = inspect.ForQueue, queueAdapters
	case "active_storage.service":
		purpose, kinds = inspect.ForUploads, uploadServices
	case "paperclip_defaults":
		if at := f.entry(right, "storage"); at.OK() {
			f.uploadStore(n, via, at)
		}
		return
	case "session_store":
		f.railsSession(n, right)
		return
	default:
		return
	}
	if kind, choice, ok := f.chosenStore(right, kinds); ok {
		f.sayStore(n, purpose, via, kind, choice)
	}
	if purpose == inspect.ForCache {
		options := right
		if right.Is("right_assignment_list", "array") {
			options = syntax.Node{}
			for c := right.First(); c.OK(); c = c.Next() {
				if c.Is("pair") {
					if key, _ := f.key(c.Field("key")); key == "url" || key == "host" {
						f.storeClient(n, "cache_store", c.Field("value"))
					}
				} else if hash := f.follow(c); hash.Is("hash") {
					options = hash
				} else if c.Is("string") && right.Child(0) != c {
					f.storeClient(n, right.Child(0).Text(), c)
				}
			}
		}
		for _, name := range []string{"url", "host"} {
			if at := f.entry(options, name); options.OK() && at.OK() {
				f.storeClient(n, "cache_store", at)
			}
		}
	}
}

func (f *rubyFile) uploadStore(n syntax.Node, via string, at syntax.Node) {
	if kind, choice, ok := f.chosenStore(at, uploadServices); ok {
		f.sayStore(n, inspect.ForUploads, via, kind, choice)
	}
}

// storeClient states the service behind a cache or session store that is given
// an address.
func (f *rubyFile) storeClient(n syntax.Node, via string, at syntax.Node) {
	if !at.OK() {
		return
	}
	handle := f.handle(at)
	if name := f.resolve(f.follow(at)); clients[name].service != "" {
		return // its construction says it
	}
	service := schemeService(handle.Text, inspect.Redis)
	if strings.Contains(via, "mem_cache") || strings.Contains(via, "dalli") {
		service = inspect.Memcached
	}
	if strings.Contains(via, "file_store") || strings.Contains(via, "memory_store") {
		return
	}
	f.say(n, inspect.Client{Service: service, Via: "rails." + strings.TrimPrefix(via, ":"), Handle: handle, Debug: f.debugOnly(n)})
}

// storeCall states stores that a call sets up.
func (f *rubyFile) storeCall(c call) {
	if kind, known := uploadClasses[c.name]; known {
		f.sayStore(c.Node, inspect.ForUploads, c.name, kind, inspect.Value{})
		return
	}
	class := c.Up("class")
	switch {
	case c.name == "storage" && class.OK() && !enclosing(c.Node).OK() && strings.HasSuffix(f.superOf(class), "Uploader::Base") || c.name == "storage" && class.OK() && !enclosing(c.Node).OK() && strings.HasSuffix(constantPath(class.Field("name")), "Uploader"):
		f.uploadStore(c.Node, "CarrierWave.storage", c.args.arg(0))
	case c.name == "has_attached_file":
		if at := c.args.arg(-1, "storage"); at.OK() {
			f.uploadStore(c.Node, "Paperclip.has_attached_file", at)
		} else if path := c.args.arg(-1, "path"); !path.OK() || strings.HasPrefix(f.leading(path), ":rails_root/") { // its default is beneath public/system
			f.sayStore(c.Node, inspect.ForUploads, "Paperclip.has_attached_file", inspect.StoreFile, inspect.Value{})
		}
	case c.name == "Paperclip::Attachment.default_options.update" || c.name == "Paperclip::Attachment.default_options.merge!":
		if at := c.args.arg(-1, "storage"); at.OK() {
			f.uploadStore(c.Node, "Paperclip.default_options", at)
		}
	case (c.name == "has_one_attached" || c.name == "has_many_attached") && class.OK():
		if kind, choice, ok := f.chosenStore(c.args.arg(-1, "service"), uploadServices); ok && c.args.arg(-1, "service").OK() {
			f.sayStore(c.Node, inspect.ForUploads, "ActiveStorage."+c.name, kind, choice)
		} else {
			f.sayStore(c.Node, inspect.ForUploads, "ActiveStorage."+c.name, inspect.StoreOther, inspect.Value{})
		}
	case c.method == "datastore" && strings.HasPrefix(f.namespaceOfBlock(c.Node), "Dragonfly"):
		f.uploadStore(c.Node, "Dragonfly.datastore", c.args.arg(0))
	case c.name == "MessageBus.configure":
		if at := c.args.arg(-1, "backend"); at.OK() {
			if kind, choice, ok := f.chosenStore(at, cacheStores); ok {
				f.sayStore(c.Node, inspect.ForPubSub, c.name, kind, choice)
			}
		}
	case c.name == "rate_limit" && class.OK():
		if at := c.args.arg(-1, "store"); at.OK() {
			if kind, choice, ok := f.chosenStore(at, cacheStores); ok {
				f.sayStore(c.Node, inspect.ForRateLimit, "ActionController.rate_limit", kind, choice)
			}
		}
	case c.name == "Thread.new" || c.name == "Thread.start" || c.name == "Concurrent::Future.execute" || c.name == "Concurrent::Promises.future" || c.name == "Concurrent::Promise.execute":
		if fn, job := f.servedBy(c.Node); fn.OK() && !job && !f.waitedFor(c) {
			f.sayStore(c.Node, inspect.ForQueue, c.name, inspect.StoreMemory, inspect.Value{})
		}
	case c.name == "include" && class.OK():
		if f.resolve(c.args.arg(0)) == "SuckerPunch::Job" {
			f.sayStore(c.Node, inspect.ForQueue, "SuckerPunch::Job", inspect.StoreMemory, inspect.Value{})
		}
	}
}

// namespaceOfBlock is the resolved name of the call whose block holds n.
func (f *rubyFile) namespaceOfBlock(n syntax.Node) string {
	if block := n.Up("block", "do_block"); block.OK() && block.Parent().Is("call") {
		return f.callee(block.Parent())
	}
	return ""
}

// waitedFor reports whether the handler waits for the thread that it starts.
func (f *rubyFile) waitedFor(c call) bool {
	fn, _ := f.servedBy(c.Node)
	for _, other := range f.callsWithin(fn) {
		if other.receiver.OK() && (other.method == "join" || other.method == "value" || other.method == "value!" || other.method == "wait") {
			return true
		}
	}
	return false
}
