package backingservices

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
	ID:     "backing-services/scattered-construction",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "The same service is connected to in many places",
	Why: "Each place has its own options, pool and timeouts: exchanging the service, or adding TLS to it, means finding and " +
		"changing all of them, and connections multiply.",
	Fixes: []audit.Fix{
		{Text: "Call ‹call› in one module, with options from the environment, and pass or import the client wherever the service is used."},
		{Text: "Construct the client in one module from the environment, and pass or import it wherever the service is used."},
	},
	Severity:   audit.Low,
	Confidence: audit.MediumConfidence,
	Counting:   audit.Each,
	Sources:    []string{"001", "004"},
	Bad: `
-- requirements.txt --
flask==3.0.3
redis==5.0.0
-- Procfile --
web: gunicorn app:app
-- app.py --
from flask import Flask
import carts, prices, users
app = Flask(__name__)
-- carts.py --
import os, redis
r = redis.Redis.from_url(os.environ["REDIS_URL"])
-- prices.py --
import os, redis
r = redis.Redis.from_url(os.environ["REDIS_URL"])
-- users.py --
import os, redis
r = redis.Redis.from_url(os.environ["REDIS_URL"])
`,
	Good: `
-- requirements.txt --
flask==3.0.3
redis==5.0.0
-- Procfile --
web: gunicorn app:app
-- app.py --
from flask import Flask
import carts, prices, users
app = Flask(__name__)
-- cache.py --
import os, redis
r = redis.Redis.from_url(os.environ["REDIS_URL"])
-- carts.py --
from cache import r
-- prices.py --
from cache import r
-- users.py --
from cache import r
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		type construction struct {
			service inspect.Service
			via     string
		}
		places := map[construction][]audit.Located[inspect.Client]{}
		var order []construction
		for client := range audit.Facts[inspect.Client](c, source.Prod) {
			if client.Fact.Debug || isSetting(client.Fact.Via) || settingsPlace.MatchString(client.File.Path) || byTheWay(client.File.Path) || otherHands.MatchString(client.File.Path) || !c.Reaches(client.File.Path) {
				continue
			}
			key := construction{client.Fact.Service, client.Fact.Via}
			list := places[key]
			if !slices.ContainsFunc(list, func(l audit.Located[inspect.Client]) bool { return l.File == client.File }) {
				if list == nil {
					order = append(order, key)
				}
				places[key] = append(list, client)
			}
		}
		for _, key := range order {
			list := places[key]
			if len(list) < 3 {
				continue
			}
			for _, client := range list {
				report.Violation(client.At(), lastName(key.via), fmt.Sprintf("%s is constructed in %d files, each with options of its own", strings.TrimSuffix(lastName(key.via), ".new"), len(list)), audit.Naming("call", lastName(key.via)))
			}
		}
	},
})

// settingsPlace are files that hold settings, which a framework makes clients of.
var settingsPlace = regexp.MustCompile(`(^|/)(config|settings)/|(^|/)(settings|config)\.\w+$|\.(ya?ml|json|properties|xml|toml|ini|conf)$`)
