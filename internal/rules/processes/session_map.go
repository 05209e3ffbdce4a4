package processes

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "processes/session-map",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "A variable remembers users between requests",
	Why: "The next request may reach another instance, which knows nothing of the first, and a restart forgets it all: users " +
		"are logged out and carts are empty as soon as there are two processes.",
	Fixes: []audit.Fix{
		{For: "Go", Text: "Keep what ‹name› holds in a table or in Redis, under a key of the session or user, with an expiry; a mutex only protects it inside one process."},
		{Text: "Keep what ‹name› holds in Redis or a table, attached by a variable, under a key of the session or user, with an expiry."},
		{Text: "Keep what must outlive the request in Redis or the database, under a key of the session or user, with an expiry."},
	},
	Severity:   audit.High,
	Confidence: audit.MediumConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "000", "001", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const express = require("express");
const app = express();
const sessions = {};
app.post("/login", (req, res) => {
  sessions[req.body.userId] = { loggedIn: true };
  res.send("ok");
});
app.listen(process.env.PORT);
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const express = require("express");
const { createClient } = require("redis");
const app = express();
const redis = createClient({ url: process.env.REDIS_URL });
app.post("/login", async (req, res) => {
  await redis.set("session:" + req.body.userId, JSON.stringify({ loggedIn: true }));
  res.send("ok");
});
app.listen(process.env.PORT);
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		var found []userMap
		for s := range audit.Facts[inspect.SharedState](c, source.Prod) {
			owner, field := owned(s.Fact.Name)
			if s.Fact.Type == "object" || s.Fact.Apart && !heldByModule(c, s, owner) {
				continue
			}
			if s.Fact.Beneath && !(recordsOfUsers.MatchString(field) && keptAlone(c, s)) {
				continue
			}
			if s.Fact.Type == "counter" || derived.MatchString(field) && !underWay.MatchString(field) || derived.MatchString(owner) || connection.MatchString(field) && !(s.Fact.Parts && games.MatchString(field)) || sockets.MatchString(owner) || sockets.MatchString(stem(s.File.Path)) {
				continue
			}
			if s.Fact.ByRequest && counts.MatchString(field) && !exported.MatchString(field) {
				continue // memory-counter's
			}
			switch {
			case aboutUsers.MatchString(field) && tokenField.MatchString(field) && asksOthers(s.File):
				continue // what another's service let it in with
			case aboutUsers.MatchString(field) || aboutUsers.MatchString(owner):
				severity := audit.High
				if isPresence(s.File, field) {
					severity = audit.Medium // an entry that is lost comes back by itself
				}
				found = append(found, userMap{s, severity})
			case s.Fact.Parts && games.MatchString(field), s.Fact.ByRequest && s.Fact.Type == "map" && talks.MatchString(field):
				found = append(found, userMap{s, audit.High})
			case s.Fact.ByRequest && s.Fact.Type != "list" && (!keepsData(s) || hasDatabase(c)):
				found = append(found, userMap{s, audit.Medium})
			}
		}
		reportMaps(append(found, heldMaps(c)...), report)
	},
})

// heldByModule reports whether one object of a class, whose map is told apart from
// where it is made, serves all requests of a program.
func heldByModule(c *audit.Component, s audit.Located[inspect.SharedState], class string) bool {
	if c.Class != audit.WebService || byHand.MatchString(s.File.Path) || declaredSo.MatchString(s.File.Path) {
		return false
	}
	for o := range audit.Facts[inspect.SharedState](c, source.Prod) {
		if o.Fact.Type == "object" && o.Fact.Of[strings.LastIndexByte(o.Fact.Of, '.')+1:] == class {
			return true
		}
	}
	return false
}

// userMap is one map with what its loss costs.
type userMap struct {
	audit.Located[inspect.SharedState]
	severity audit.Severity
}

// reportMaps reports those of one file, which is one hub or class, and of one
// weight together.
func reportMaps(found []userMap, report *audit.Report) {
	type kept struct {
		path     string
		severity audit.Severity
	}
	names, first := map[kept][]string{}, map[kept]string{}
	for _, m := range found {
		key := kept{m.File.Path, m.severity}
		if first[key] == "" {
			first[key] = m.Fact.Name
		}
		if !slices.Contains(names[key], "`"+m.Fact.Name+"`") {
			names[key] = append(names[key], "`"+m.Fact.Name+"`")
		}
	}
	for _, m := range found {
		key := kept{m.File.Path, m.severity}
		is, plain := "is", strings.ReplaceAll(audit.Enumerated(names[key]), "`", "")
		if len(names[key]) > 1 {
			is, plain = "are", "each of "+plain
		}
		report.Violation(m.At(), first[key], fmt.Sprintf("%s %s filled by requests and known to one process only", audit.Enumerated(names[key]), is), audit.WithSeverity(m.severity), audit.Naming("name", plain))
	}
}

// isPresence reports whether a map says who is there at the moment: by its name, or
// as a part of a hub that people are connected to.
func isPresence(f *audit.File, field string) bool {
	return !comesBack.MatchString(field) && (presence.MatchString(field) || hub.MatchString(stem(f.Path)))
}

// asksOthers reports whether a file is a client of another service over HTTP, and
// no part of how people sign in.
func asksOthers(f *audit.File) bool {
	if signsIn.MatchString(f.Path) {
		return false
	}
	for _, s := range f.Signals() {
		switch fact := s.Fact.(type) {
		case inspect.Endpoint:
			return true
		case inspect.Import:
			if httpClients[fact.Path] {
				return true
			}
		}
	}
	return false
}

var (
	presence    = word(`online`, `presence`, `present`, `connected`, `typing`, `viewers?`, `watching`)
	comesBack   = word(`sessions?`, `tokens?`, `carts?`, `baskets?`, `logins?`, `otps?`, `auth`, `orders?`, `wallets?`)
	hub         = regexp.MustCompile(`(Hub|Presence|_hub|_presence)$`)
	tokenField  = word(`tokens?`)
	signsIn     = regexp.MustCompile(`(?i)auth|login|sign_?in|session|jwt|oidc|oauth|saml|account|user|passw`)
	httpClients = map[string]bool{"System.Net.Http": true, "RestSharp": true, "axios": true, "node-fetch": true, "got": true, "undici": true, "requests": true, "httpx": true, "aiohttp": true, "okhttp3.OkHttpClient": true,
		"java.net.http.HttpClient": true, "org.springframework.web.client.RestTemplate": true, "org.springframework.web.reactive.function.client.WebClient": true, "faraday": true, "httparty": true}
)

// stem is a file's name without directory and extension.
func stem(name string) string {
	base := path.Base(name)
	return strings.TrimSuffix(base, path.Ext(base))
}

// owned parts the name of a field from that of its type: "Feed.cache". A type
// tells what its fields are for, but not that they are connections.
func owned(name string) (owner, field string) {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		return name[:i], name[i+1:]
	}
	return "", name
}

var (
	// recordsOfUsers is what a program without a database keeps of people.
	recordsOfUsers = word(`users?`, `accounts?`, `orders?`, `carts?`, `wallets?`, `members?`)
	// aboutUsers is what belongs to a person who comes back.
	aboutUsers = word(`sessions?`, `users?`, `carts?`, `baskets?`, `logins?`, `logged`, `tokens?`, `otps?`, `auth`, `accounts?`, `online`, `visitors?`, `orders?`, `wallets?`, `players?`)
	// games is where people meet, with what has happened there so far.
	games = word(`games?`, `rooms?`, `lobb(y|ies)`)
	// talks is what people said so far.
	talks = word(`conversations?`, `chats?`, `histor(y|ies)`, `dialogs?`)
	// derived is what can be worked out again, and so only makes it faster.
	derived = word(`cach(e|ed|es|ing)`, `memo(ize|ized)?`, `lookup`, `regist(ry|ered|er)`, `compiled`, `templates?`, `locks?`, `mutex(es)?`, `inflight`, `pending`, `promises?`, `loaded`,
		`imported`, `seen`, `warned`, `models?`, `schemas?`, `received`, `metrics?`, `stats?`, `gauges?`, `counters?`, `rates?`, `limit(s|er|ers)?`, `throttles?`, `buckets?`, `hits`)
	// underWay is what a person has begun and comes back to finish.
	underWay = regexp.MustCompile(`(?i)^pending_?\w*(session|login|otp|challenge|registration|signup|cart|order)s?$`)
	// sockets is a part of a program that holds open sockets: its sessions end with them.
	sockets = word(`web_?sockets?`, `sockets?`, `ws`, `sse`, `signalr`)
	// connection is what belongs to this process by its nature: open sockets.
	connection = word(`sockets?`, `connections?`, `conns?`, `clients?`, `streams?`, `subscri(ber|bers|ption|ptions)`, `listeners?`, `channels?`, `emitters?`, `hubs?`, `rooms?`, `peers?`, `timers?`, `workers?`)
)

// word matches a name that has one of the words as a part of its own: "user" in
// active_user, activeUsers and Users, not in abuser.
func word(patterns ...string) *regexp.Regexp {
	titled := make([]string, len(patterns))
	for i, p := range patterns {
		titled[i] = strings.ToUpper(p[:1]) + p[1:]
	}
	return regexp.MustCompile(`(?:^|_)(?i:` + strings.Join(patterns, "|") + `)(?:$|_|[A-Z])|[a-z0-9](?:` + strings.Join(titled, "|") + `)(?:$|_|[A-Z])`)
}
