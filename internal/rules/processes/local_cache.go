package processes

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "processes/local-cache",
	Aspect: "c",
	Type:   audit.Violation,
	Title:  "Each process has a cache of its own",
	Why: "What one process invalidates the others go on serving, each restart begins with an empty cache, and every further " +
		"instance asks the database for the same again.",
	Fixes: []audit.Fix{
		{For: "Django", Text: `Set CACHES["default"] to django.core.cache.backends.redis.RedisCache (Django 4.0 on; django-redis before) with LOCATION from os.environ["REDIS_URL"].`},
		{For: "Rails", Text: `Set config.cache_store to :redis_cache_store with url: ENV["REDIS_URL"], :mem_cache_store or :solid_cache_store.`},
		{For: "Laravel", Text: "Let production's default store in config/cache.php be redis, memcached or database, by the variable that the file already reads."},
		{For: "Symfony", Text: `Set framework.cache.app to cache.adapter.redis, with default_redis_provider: "%env(REDIS_URL)%".`},
		{For: "Flask", Text: `Set CACHE_TYPE to RedisCache and CACHE_REDIS_URL to os.environ["REDIS_URL"].`},
		{For: "AddDistributedMemoryCache", Text: "Replace AddDistributedMemoryCache by AddStackExchangeRedisCache with a connection string from the configuration; who takes IDistributedCache stays as it is."},
		{For: "AddOutputCache", Text: "Add AddStackExchangeRedisOutputCache with a connection string from the configuration beside AddOutputCache."},
		{For: "AddMemoryCache", Text: "Take IDistributedCache, with AddStackExchangeRedisCache behind it, where all instances must see the same; IMemoryCache is enough for what may be some minutes old."},
		{For: "Spring's cache", Text: "Set spring.cache.type to redis, with spring-boot-starter-data-redis and spring.data.redis.url from the environment."},
		{For: "Spring's manager", Text: "Make the CacheManager a RedisCacheManager whose connection comes from the environment instead of ‹store›."},
		{For: "a cache of its own", Text: "Keep what all instances must agree on in Redis, Memcached or the database, attached by a variable; let the entries of ‹store› expire soon where a stale one does no harm."},
		{Text: "Use a cache that all processes share, attached by a variable: Redis, Memcached, or the database."},
	},
	Severity:   audit.Low,
	Confidence: audit.MediumConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "002", "004"},
	Bad: `
-- Gemfile --
source "https://rubygems.org"
gem "rails", "8.0.1"
-- Procfile --
web: bundle exec puma
-- config/environments/production.rb --
Rails.application.configure do
  config.cache_store = :memory_store
end
`,
	Good: `
-- Gemfile --
source "https://rubygems.org"
gem "rails", "8.0.1"
-- Procfile --
web: bundle exec puma
-- config/environments/production.rb --
Rails.application.configure do
  config.cache_store = :redis_cache_store, { url: ENV["REDIS_URL"] }
end
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, s := range localStores(c, inspect.ForCache) {
			if bounded.MatchString(s.Fact.Via) || keepsLocks(s.Fact) || keepsState(s.Fact) || unused(c, s.Fact) {
				continue
			}
			fix, whole := cacheFix(s.Fact.Via)
			confidence := audit.MediumConfidence
			if !whole { // one thing is kept, perhaps bounded and read through
				confidence = audit.LowConfidence
			}
			place := "the memory of each process"
			if s.Fact.Store == inspect.StoreFile {
				place = "files on the disk of each machine"
			}
			report.Violation(s.At(), call(s.Fact.Via), fmt.Sprintf("%s keeps cache entries in %s", storeName(s.Fact), place), audit.WithConfidence(confidence), audit.WithFix(fix), audit.Naming("store", storeName(s.Fact)))
		}
	},
})

// bounded are caches of the last few of something that can be read again, of
// answers that say themselves how long they are good, and single entries.
var bounded = regexp.MustCompile(`(?i)lru|ristretto|AddResponseCaching$|IMemoryCache\.Set$`)

// keepsLocks reports whether what is called a cache holds locks, which are about
// this process alone.
func keepsLocks(s inspect.Store) bool { return named(lockWords, s.Holds) }

// keepsState reports whether what is called a cache holds what a person has been
// given and comes back with, which nothing can work out again: a code, a token
// that resets a password.
func keepsState(s inspect.Store) bool {
	return s.Purpose == inspect.ForCache && s.Store == inspect.StoreMemory && named(handedOut, s.Holds) && !named(fetched, s.Holds)
}

// named reports whether one of the names in a text has one of the words.
func named(words *regexp.Regexp, text string) bool {
	return slices.ContainsFunc(heldNames.FindAllString(text, 12), words.MatchString)
}

var (
	heldNames = regexp.MustCompile(`\w+`)
	lockWords = word(`locks?`, `mutex(es)?`, `semaphores?`)
	// handedOut are what people are sent or shown, to come back with.
	handedOut = regexp.MustCompile(`(?i)(verif(y|ication)|confirm(ation)?|reset|recovery|invit(e|ation)|one_?time|sms|e?mail|magic|login|sign_?(in|up)|activation|device|pairing|auth(orization)?_?code|captcha|csrf|refresh)_?\w*_?(tokens?|codes?|pins?|links?)|(^|_)(otps?|totps?|nonces?|captchas?|pass_?codes?|challenges?)(_|[A-Z]|$)|[a-z](Otps?|Nonces?|Captchas?|PassCodes?|Challenges?)([A-Z_]|$)`)
	// fetched are caches of what another service gave the program.
	fetched = regexp.MustCompile(`(?i)access_?token|jwks?|provider|client_?token|service_?token`)
)

// unused reports whether a cache of the process is only set up: nothing of the
// repository is given it.
func unused(c *audit.Component, s inspect.Store) bool {
	if !strings.HasSuffix(s.Via, ".AddMemoryCache") {
		return false
	}
	for range audit.Facts[inspect.CacheUse](c, source.Prod) {
		return false
	}
	return true
}

// cacheFix is whose fix fits, and whether this is the cache of the whole application
// rather than of one thing.
func cacheFix(via string) (fix string, whole bool) {
	switch name := call(via); name {
	case "AddDistributedMemoryCache", "AddOutputCache":
		return name, true
	case "AddMemoryCache":
		return name, false
	}
	for prefix, name := range wholeCaches {
		if strings.HasPrefix(via, prefix) {
			return name, true
		}
	}
	return ownCache, false
}

// ownCache asks for the general fix: what a framework's settings say of its cache
// says nothing of one that the program made by hand.
const ownCache = "a cache of its own"

// wholeCaches begin what sets up the cache of an application; none begins
// another.
var wholeCaches = map[string]string{
	"django.": "Django", "rails.": "Rails", "laravel ": "Laravel", "symfony ": "Symfony", "codeigniter ": "", "cake ": "", "yii ": "", "laminas ": "", "spring.cache.": "Spring's cache",
	"org.springframework.cache.": "Spring's manager", "flask_caching": "Flask", "node-cache": "", "memory-cache": "", "cache-manager": "",
	"fastapi_cache.": "", "aiocache.": "", "cachelib.": "",
	"github.com/patrickmn/go-cache": "", "github.com/gin-contrib/cache": "",
}
