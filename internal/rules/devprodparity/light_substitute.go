package devprodparity

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "dev-prod-parity/light-substitute",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "Development keeps its cache or jobs in the process, production in a service",
	Why: "A cache in memory serialises nothing and never evicts, and jobs that run at once never wait, fail apart or run " +
		"twice. What breaks with the real service breaks in production first." +
		" Too few of these were seen in real repositories to be measured, so that the finding is advisory: shown, not scored.",
	Fixes: []audit.Fix{
		{For: "Rails", Text: "Use production's adapter in config/environments/development.rb too, with its service from a Compose file behind a variable."},
		{For: "Django", Text: "Set CACHES and the broker in the settings that all environments share, from a variable, and drop what replaces them in those of development."},
		{For: "Laravel", Text: "Name production's driver in .env.example, and start its service with Sail or Compose."},
		{Text: "Run ‹real› in development too, from a Compose file, and let one variable say where it is."},
		{Text: "Run production's cache or broker in development too, from a Compose file, and let one variable say where it is."},
	},
	Severity:   audit.Medium,
	Confidence: audit.LowConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "004"},
	Bad: `
-- requirements.txt --
django==5.0
django-redis==5.4.0
-- Procfile --
web: gunicorn shop.wsgi
-- shop/settings/base.py --
INSTALLED_APPS = ["shop"]
ROOT_URLCONF = "shop.urls"
-- shop/settings/dev.py --
from .base import *
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
-- shop/settings/production.py --
from .base import *
import os
CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": os.environ["REDIS_URL"]}}
`,
	Good: `
-- requirements.txt --
django==5.0
django-redis==5.4.0
-- Procfile --
web: gunicorn shop.wsgi
-- shop/settings/base.py --
import os
INSTALLED_APPS = ["shop"]
ROOT_URLCONF = "shop.urls"
CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": os.environ["REDIS_URL"]}}
-- shop/settings/dev.py --
from .base import *
DEBUG = True
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, purpose := range []inspect.Purpose{inspect.ForCache, inspect.ForQueue} {
			light := keptInDevelopment(c, purpose)
			if light == nil {
				continue
			}
			real := keptInProduction(c, purpose, light.place.Path)
			if real == nil {
				continue
			}
			message := fmt.Sprintf("Development keeps %s in %s (%s), production in %s (%s)", purposeName[purpose], light.what, light.by, real.what, real.by)
			report.Violation(light.place, string(purpose), message, audit.Naming("real", real.what))
			report.Violation(real.place, string(purpose), message, audit.Naming("real", real.what))
		}
	},
})

var purposeName = map[inspect.Purpose]string{inspect.ForCache: "cache entries", inspect.ForQueue: "jobs"}

// keeping is one statement of where cache entries or jobs are kept.
type keeping struct {
	what, by string
	place    audit.Place
}

var (
	developmentFile = regexp.MustCompile(`(?i)(^|/)(environments/dev(elopment)?\.rb|settings/(dev|development|local|localdev)[a-z_]*\.py|(settings|config)_(dev|development|local)\.py|application-(dev|development|local)\.(ya?ml|properties)|appsettings\.(development|local)\.json|(packages|config)/dev/.*)$`)
	testFile        = regexp.MustCompile(`(?i)(^|[/._-])(tests?|testing|ci|e2e)([/._-]|$)`)
	developmentName = regexp.MustCompile(`(?i)^(dev|development|local|debug)$`)
	testName        = regexp.MustCompile(`(?i)^(test|testing|ci|e2e)$`)
)

// keptInDevelopment is where developers' runs keep it, when that is their own
// process or disk; nil when they have a service as well.
func keptInDevelopment(c *audit.Component, purpose inspect.Purpose) *keeping {
	var found *keeping
	for s := range audit.Facts[inspect.Store](c, source.Prod, source.DeployDev) {
		if s.Fact.Purpose != purpose || !(s.Fact.Debug && forDevelopers(c, s) || developmentName.MatchString(s.Fact.Profile) || developmentFile.MatchString(s.File.Path) || s.File.Role == source.DeployDev) || testFile.MatchString(s.File.Path) {
			continue
		}
		switch what := lightName(s.Fact); {
		case what == "" && s.Fact.Store != inspect.StoreOther:
			return nil
		case what != "" && found == nil && len(s.Fact.Choice.Env) == 0:
			found = &keeping{what, s.File.Path, s.At()}
		}
	}
	if found == nil {
		found = symfonyDefault(c, purpose)
	}
	if found == nil {
		found = proposedKeeping(c, purpose)
	}
	return found
}

// forDevelopers reports whether the branch that a store stands in lets developers
// and production part, and not only tests.
func forDevelopers(c *audit.Component, s audit.Located[inspect.Store]) bool {
	const far = 20 // lines between a condition and what its branches do
	for b := range audit.FactsIn[inspect.EnvBranch]([]*audit.File{s.File}, s.File.Role) {
		if b.Line <= s.Line && s.Line-b.EndLine <= far && tellsDevelopment(append(b.Fact.Values, b.Fact.Name)) {
			return true
		}
	}
	return false
}

// lightName is what a store in the process or on its disk is called, "" for a service.
func lightName(s inspect.Store) string {
	if s.Choice.Text == "null_store" || strings.Contains(s.Choice.Text, "null") {
		return "" // nothing is kept: a feature that is off
	}
	switch {
	case s.Purpose == inspect.ForQueue && s.Store == inspect.StoreMemory:
		return "the process itself"
	case s.Store == inspect.StoreMemory:
		return "memory"
	case s.Store == inspect.StoreFile:
		return "files"
	}
	return ""
}

// keptInProduction is the service that production keeps it in: what settings
// choose, a client that is made for it, one in the same file as what developers
// have, or what a descriptor gives as a variable.
func keptInProduction(c *audit.Component, purpose inspect.Purpose, beside string) *keeping {
	for s := range audit.Facts[inspect.Store](c, source.Prod, source.DeployProd) {
		if s.Fact.Purpose == purpose && (s.Fact.Store == inspect.StoreRedis || s.Fact.Store == inspect.StoreDatabase) && len(s.Fact.Choice.Env) == 0 && !aside(s.File, s.Fact.Profile, s.Fact.Debug) {
			return &keeping{string(s.Fact.Store), s.File.Path, s.At()}
		}
	}
	for v := range audit.Facts[inspect.Client](c, source.Prod) {
		if aside(v.File, "", v.Fact.Debug) || !servesPurpose(v.Fact, purpose, v.File.Path == beside) {
			continue
		}
		return &keeping{string(v.Fact.Service), v.File.Path, v.At()}
	}
	for _, variable := range c.Variables() {
		if keptBy(variable.Name) != purpose {
			continue
		}
		for _, given := range variable.Given {
			if given.Environment == audit.Production && given.Known && realWord.MatchString(given.Value) {
				return &keeping{firstWord(given.Value), variable.Name + " in " + given.At.Path, given.At}
			}
		}
	}
	return nil
}

// aside reports whether a file or profile is for developers or tests.
func aside(f *audit.File, profile string, debug bool) bool {
	return debug || developmentFile.MatchString(f.Path) || testFile.MatchString(f.Path) || developmentName.MatchString(profile) || testName.MatchString(profile)
}

// servesPurpose reports whether a client is the one behind a cache or a queue,
// as far as what constructs it tells.
func servesPurpose(client inspect.Client, purpose inspect.Purpose, beside bool) bool {
	via := strings.ToLower(client.Via)
	switch purpose {
	case inspect.ForQueue:
		return (client.Service == inspect.AMQP || client.Service == inspect.Redis) && (strings.Contains(via, "celery") || strings.Contains(via, "broker"))
	case inspect.ForCache:
		return client.Service == inspect.Memcached && client.Handle.Source != inspect.None ||
			client.Service == inspect.Redis && (strings.Contains(via, "cache") || beside)
	}
	return false
}

// symfonyDefault is the adapter that all environments have for which no profile
// says another.
func symfonyDefault(c *audit.Component, purpose inspect.Purpose) *keeping {
	if purpose != inspect.ForCache {
		return nil
	}
	for s := range audit.Facts[inspect.Setting](c, source.Prod) {
		if s.Fact.Key == "framework.cache.app" && s.Fact.Profile == "" && !strings.Contains(s.File.Path, "/prod/") && lightAdapter.MatchString(s.Fact.Value.Text) {
			return &keeping{"files or memory", s.File.Path, s.At()}
		}
	}
	return nil
}

var (
	lightAdapter = regexp.MustCompile(`^cache\.adapter\.(filesystem|array|apcu|php_files)$`)
	lightWord    = regexp.MustCompile(`(?i)^(memory(_store)?|array|file(_store|system)?|sync|async|inline|locmem|locmemcache|simple)(:|$)`)
	realWord     = regexp.MustCompile(`(?i)^(rediss?|redis_cache_store|mem(_)?cached?(_store)?|amqps?|pyamqp|sqs|rabbitmq|beanstalkd?|sidekiq|database|kafka)(:|$)`)
	cacheName    = regexp.MustCompile(`(^|_)CACHE_(DRIVER|STORE|BACKEND|URL|TYPE|ADAPTER|DEFAULT)$`)
	queueName    = regexp.MustCompile(`(^|_)(QUEUE|BROKER|CELERY_BROKER|ACTIVE_JOB|JOB|JOBS)_(DRIVER|CONNECTION|BACKEND|URL|TYPE|ADAPTER|QUEUE_ADAPTER)$|^MESSENGER_TRANSPORT_DSN$`)
)

func keptBy(variable string) inspect.Purpose {
	switch {
	case cacheName.MatchString(variable):
		return inspect.ForCache
	case queueName.MatchString(variable):
		return inspect.ForQueue
	}
	return ""
}

// proposedKeeping is what dotenv files for developers choose.
func proposedKeeping(c *audit.Component, purpose inspect.Purpose) *keeping {
	for a := range audit.Facts[inspect.EnvAssignment](c, source.Prod, source.DeployDev, source.Example) {
		name := path.Base(a.File.Path)
		if strings.Contains(name, "prod") || testFile.MatchString(name) || keptBy(a.Fact.Name) != purpose || !lightWord.MatchString(a.Fact.Value.Text) {
			continue
		}
		return &keeping{firstWord(a.Fact.Value.Text), a.Fact.Name + " in " + name, a.At()}
	}
	return nil
}

func firstWord(value string) string {
	word, _, _ := strings.Cut(value, ":")
	return word
}
