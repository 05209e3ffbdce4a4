package csharp

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// storePlace is what a registration says about where something is kept.
type storePlace struct {
	purpose inspect.Purpose
	store   inspect.StoreKind
}

// storeOf are extension methods that set up where caches, limits, jobs and
// messages are kept, by their own names.
var storeOf = map[string]storePlace{
	"AddDistributedMemoryCache": {inspect.ForCache, inspect.StoreMemory}, "AddMemoryCache": {inspect.ForCache, inspect.StoreMemory}, "AddResponseCaching": {inspect.ForCache, inspect.StoreMemory},
	"AddOutputCache": {inspect.ForCache, inspect.StoreMemory}, "AddStackExchangeRedisCache": {inspect.ForCache, inspect.StoreRedis}, "AddDistributedRedisCache": {inspect.ForCache, inspect.StoreRedis},
	"AddStackExchangeRedisOutputCache": {inspect.ForCache, inspect.StoreRedis}, "AddDistributedSqlServerCache": {inspect.ForCache, inspect.StoreDatabase}, "AddDistributedPostgresCache": {inspect.ForCache, inspect.StoreDatabase},
	"AddRedisDistributedCache": {inspect.ForCache, inspect.StoreRedis}, "AddRedisOutputCache": {inspect.ForCache, inspect.StoreRedis}, "AddEnyimMemcached": {inspect.ForCache, inspect.StoreOther},
	"AddCosmosCache": {inspect.ForCache, inspect.StoreDatabase}, "AddRateLimiter": {inspect.ForRateLimit, inspect.StoreMemory}, "AddInMemoryRateLimiting": {inspect.ForRateLimit, inspect.StoreMemory},
	"AddDistributedRateLimiting": {inspect.ForRateLimit, inspect.StoreOther}, "AddRedisRateLimiting": {inspect.ForRateLimit, inspect.StoreRedis},
	"AddAzureSignalR": {inspect.ForPubSub, inspect.StoreOther}, "UseInMemoryStorage": {inspect.ForQueue, inspect.StoreMemory}, "UseMemoryStorage": {inspect.ForQueue, inspect.StoreMemory},
	"UsePostgreSqlStorage": {inspect.ForQueue, inspect.StoreDatabase}, "UseSqlServerStorage": {inspect.ForQueue, inspect.StoreDatabase}, "UseRedisStorage": {inspect.ForQueue, inspect.StoreRedis}, "UseMongoStorage": {inspect.ForQueue, inspect.StoreDatabase},
	"UseSQLiteStorage": {inspect.ForQueue, inspect.StoreFile}, "UsingInMemory": {inspect.ForQueue, inspect.StoreMemory}, "UsingRabbitMq": {inspect.ForQueue, inspect.StoreOther}, "UsingAzureServiceBus": {inspect.ForQueue, inspect.StoreOther},
	"UsingAmazonSqs": {inspect.ForQueue, inspect.StoreOther}, "QueueBackgroundWorkItem": {inspect.ForQueue, inspect.StoreMemory}, "QueueBackgroundWorkItemAsync": {inspect.ForQueue, inspect.StoreMemory},
}

// madeUp are the registrations that have a server of tokens make up its keys,
// each instance its own.
var madeUp = map[string]string{
	"AddDeveloperSigningCredential": "signing key", "AddDevelopmentSigningCertificate": "signing key", "AddDevelopmentEncryptionCertificate": "encryption key",
	"AddEphemeralSigningKey": "signing key", "AddEphemeralEncryptionKey": "encryption key", "UseEphemeralDataProtectionProvider": "encryption key",
}

// storeCall states where caches, rate limits, jobs and messages are kept.
func (f *file) storeCall(c call) {
	if f.aspire || !c.object.OK() || len(f.methods[c.method]) > 0 {
		f.fireAndForget(c)
		return
	}
	switch c.method {
	case "AddStackExchangeRedis":
		f.state(c.Node.Field("function"), inspect.Store{Purpose: inspect.ForPubSub, Via: "Microsoft.AspNetCore.SignalR.AddStackExchangeRedis", Store: inspect.StoreRedis, Debug: f.inDebugBranch(c.Node)})
		handle := f.valueOf(c.arg(0, "redisConnectionString"))
		if !c.arg(0).Is("lambda_expression") {
			f.state(c.Node.Field("function"), inspect.Client{Service: inspect.Redis, Via: "Microsoft.AspNetCore.SignalR.AddStackExchangeRedis", Handle: handle, Debug: f.inDebugBranch(c.Node)})
		}
		return
	case "AddSignalR":
		f.signalR(c)
		return
	case "AddEasyCaching":
		f.easyCaching(c)
		return
	}
	if name := madeUp[c.method]; name != "" && !f.inDebugBranch(c.Node) {
		f.state(c.Node.Field("function"), inspect.MadeUpKey{Name: name, Via: c.method})
		return
	}
	place, known := storeOf[c.method]
	if !known {
		f.fireAndForget(c)
		return
	}
	via := "Microsoft.Extensions.DependencyInjection." + c.method
	switch {
	case strings.HasSuffix(c.method, "Storage"):
		via = "Hangfire." + c.method
	case strings.HasPrefix(c.method, "Using"):
		via = "MassTransit." + c.method
	case place.purpose == inspect.ForRateLimit && f.usings["RedisRateLimiting"]:
		place.store = inspect.StoreRedis
	}
	f.state(c.Node.Field("function"), inspect.Store{Purpose: place.purpose, Via: via, Store: place.store, Debug: f.inDebugBranch(c.Node)})
}

// signalR states a socket server; where the file itself gives it no backplane,
// its messages stay in the process.
func (f *file) signalR(c call) {
	for _, name := range []string{"AddStackExchangeRedis", "AddAzureSignalR", "AddNats", "AddOrleans", "AddSqlServer"} {
		if len(f.calls[name]) > 0 {
			return
		}
	}
	f.state(c.Node.Field("function"), inspect.Store{Purpose: inspect.ForPubSub, Via: "Microsoft.AspNetCore.SignalR.AddSignalR", Store: inspect.StoreMemory, Debug: f.inDebugBranch(c.Node)})
}

// cacheUse states, once for a file, that its code is given the cache of the
// process.
func (f *file) cacheUse(n syntax.Node) {
	kind := n.Field("type")
	if !kind.OK() {
		kind = n.Parent().Field("type")
	}
	if simpleName(kind) == "IMemoryCache" && f.once("cache use") {
		f.state(n, inspect.CacheUse{Via: "Microsoft.Extensions.Caching.Memory.IMemoryCache"})
	}
}

// cacheAsked states that a call asks the container for the cache of the process:
// services.GetRequiredService<IMemoryCache>().
func (f *file) cacheAsked(c call) {
	if strings.HasSuffix(c.method, "Service") && strings.Contains(c.Field("function").Text(), "<IMemoryCache>") && f.once("cache use") {
		f.state(c.Node, inspect.CacheUse{Via: "Microsoft.Extensions.Caching.Memory.IMemoryCache"})
	}
}

var easyCaches = map[string]inspect.StoreKind{"UseInMemory": inspect.StoreMemory, "UseRedis": inspect.StoreRedis, "UseDisk": inspect.StoreFile, "UseSQLite": inspect.StoreFile, "UseMemcached": inspect.StoreOther}

func (f *file) easyCaching(c call) {
	c.Walk(func(n syntax.Node) bool {
		if n.Is("invocation_expression") {
			method := lastName(n.Field("function"))
			if store, known := easyCaches[method]; known && f.once("easycaching "+method) {
				f.state(n, inspect.Store{Purpose: inspect.ForCache, Via: "EasyCaching." + method, Store: store})
			}
		}
		return true
	})
}

// fireAndForget states work that a handler starts and does not wait for: it is
// lost with the process.
func (f *file) fireAndForget(c call) {
	if c.name != "System.Threading.Tasks.Task.Run" && c.name != "System.Threading.Tasks.Task.Factory.StartNew" {
		return
	}
	up := c.Parent()
	dropped := up.Is("expression_statement") || up.Is("assignment_expression") && up.Field("left").Text() == "_"
	if dropped && f.handler(c.Node).OK() {
		f.state(c.Node.Field("function"), inspect.Store{Purpose: inspect.ForQueue, Via: c.name, Store: inspect.StoreMemory})
	}
}

// queueWords are what a channel of jobs, and what holds it, is called.
var queueWords = regexp.MustCompile(`(?i)(queue|jobs?|tasks?|work|mail|background|command|message|event|notification)`)

// memoryQueue states a channel or collection in a field that hands jobs from
// requests to a worker of the same process.
func (f *file) memoryQueue(n syntax.Node) {
	if !n.Is("variable_declarator") || !n.Parent().Parent().Is("field_declaration") {
		return
	}
	typ := n.Parent().Field("type")
	kind := f.typeName(typ)
	name := simpleName(typ)
	switch {
	case name == "Channel" && kind != "Grpc.Core.Channel" && typ.Is("generic_name"), name == "ChannelWriter" && typ.Is("generic_name"):
	case kind == "System.Collections.Concurrent.BlockingCollection":
	case kind == "System.Collections.Concurrent.ConcurrentQueue" && strings.Contains(typ.Text(), "Func<"):
	default:
		return
	}
	if name == "ChannelWriter" && !initializer(n).OK() {
		return // given by whoever made the channel
	}
	class := n.Up(typeKinds...)
	if !queueWords.MatchString(class.Field("name").Text()) && !queueWords.MatchString(typ.Text()) && !queueWords.MatchString(n.Field("name").Text()) {
		return
	}
	via := "System.Threading.Channels.Channel"
	if name != "Channel" && name != "ChannelWriter" {
		via = kind
	}
	f.state(n, inspect.Store{Purpose: inspect.ForQueue, Via: via, Store: inspect.StoreMemory})
}

// sessionCall states where sessions are kept: AddSession keeps them in the
// distributed cache that is registered beside it.
func (f *file) sessionCall(c call) {
	if !c.object.OK() || len(f.methods[c.method]) > 0 {
		return
	}
	switch c.method {
	case "AddSession":
		if f.servicesReceiver(c) {
			f.state(c.Node.Field("function"), inspect.Session{Via: "Microsoft.AspNetCore.Session.AddSession", Store: f.distributedCache()})
		}
	case "AddCookie":
		store := inspect.StoreCookie
		if v := f.assignedIn(c.arg(len(c.positional)-1), "SessionStore"); v.OK() {
			store = ticketsIn(v)
		}
		f.state(c.Node.Field("function"), inspect.Session{Via: "Microsoft.AspNetCore.Authentication.Cookies.AddCookie", Store: store})
	}
}

// ticketsIn is where a store of tickets keeps them, by the name of its class.
func ticketsIn(store syntax.Node) inspect.StoreKind {
	switch text := store.Text(); {
	case strings.Contains(text, "Redis"), strings.Contains(text, "Distributed"):
		return inspect.StoreRedis
	case strings.Contains(text, "Memory"):
		return inspect.StoreMemory
	}
	return inspect.StoreOther
}

// ticketStore states where sign-in sessions are kept that are given a store of
// tickets in other options than AddCookie's: ConfigureApplicationCookie's.
func (f *file) ticketStore(n syntax.Node) {
	left, right := n.Field("left"), n.Field("right")
	if lastName(left) != "SessionStore" || !left.Is("member_access_expression") || !right.Is("object_creation_expression") || f.inDebugBranch(n) {
		return
	}
	if lambda := n.Up("lambda_expression"); lambda.OK() && lambda.Parent().Is("argument") && lastName(lambda.Parent().Parent().Parent().Field("function")) == "AddCookie" {
		return
	}
	f.state(n, inspect.Session{Via: "CookieAuthenticationOptions.SessionStore", Store: ticketsIn(right)})
}

// servicesReceiver reports whether a call is made on a service collection, or
// on the result of such a call.
func (f *file) servicesReceiver(c call) bool {
	n := c.object
	for range maxFollows {
		if f.resolve(n) == "Microsoft.Extensions.DependencyInjection.IServiceCollection()" {
			return true
		}
		if !n.Is("invocation_expression") {
			break
		}
		n = receiver(n.Field("function"))
	}
	last := lastName(n)
	return last == "Services" || last == "services" || last == "serviceCollection"
}

// distributedCache is the cache for all processes that the file registers.
func (f *file) distributedCache() inspect.StoreKind {
	var found []inspect.StoreKind
	for _, name := range []string{"AddStackExchangeRedisCache", "AddDistributedRedisCache", "AddRedisDistributedCache", "AddDistributedSqlServerCache", "AddDistributedPostgresCache", "AddCosmosCache", "AddDistributedMemoryCache"} {
		for _, n := range f.calls[name] {
			if !f.inDebugBranch(n) {
				found = append(found, storeOf[name].store)
				break
			}
		}
	}
	if len(found) == 0 {
		return inspect.StoreOther
	}
	return found[0]
}
