package portbinding

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "port-binding/hardcoded-port",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "The port is written in the code",
	Why: "The platform decides which port a process gets. One that insists on its own can't run twice on a machine, " +
		"and on platforms that hand out PORT no request ever reaches it.",
	Fixes: []audit.Fix{
		{For: "Spring Boot", Text: "Let server.port in ‹file› be ${PORT:‹port›}."},
		{For: "Quarkus", Text: "Let quarkus.http.port in ‹file› be ${PORT:‹port›}."},
		{For: "Micronaut", Text: "Let micronaut.server.port in ‹file› be ${PORT:‹port›}."},
		{For: "uwsgi", Text: "Write http-socket = :$(PORT) in ‹file›, and give PORT its default, ‹port›, in the image."},
		{For: "a descriptor", Text: "Give ${PORT:-‹port›} instead of ‹port› in ‹file›, or the platform's own way to hand out a port."},
		{For: "start command", Text: "Pass ${PORT:-‹port›} instead of ‹port› in the start command, through a shell, which the exec form of a CMD has not."},
		{For: "ASP.NET Core", Text: "Take the port out of the code, and start with --urls http://0.0.0.0:${PORT:-‹port›}."},
		{For: "JavaScript", Text: "Listen on process.env.PORT || ‹port› instead of ‹port›."},
		{For: "Python", Text: `Listen on int(os.environ.get("PORT", "‹port›")) instead of ‹port›.`},
		{For: "Go", Text: `Listen on ":" + os.Getenv("PORT"), with ‹port› where it is empty.`},
		{For: "Ruby", Text: `Listen on ENV.fetch("PORT", ‹port›) instead of ‹port›.`},
		{For: "PHP", Text: `Listen on getenv("PORT") ?: ‹port› instead of ‹port›.`},
		{For: "Java", Text: `Listen on the number in System.getenv("PORT"), with ‹port› where it is unset.`},
		{Text: "Read the port from the environment variable PORT, and keep ‹port› as its default."},
		{Text: "Read the port from the environment variable PORT, and keep the number as its default."},
	},
	Severity:   audit.Medium,
	Confidence: audit.HighConfidence,
	Counting:   audit.Once,
	Sources:    []string{"12F", "000", "001", "003"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const express = require("express");
express().listen(3000);
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const express = require("express");
express().listen(process.env.PORT || 3000);
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if f, ok := hardcoded(c); ok {
			options := []audit.Option{audit.WithFix(portFix(c, f)), audit.Naming("port", f.port), audit.Naming("file", path.Base(f.place.Path))}
			if mapsPort(c, f.port) {
				options = append(options, audit.WithSeverity(audit.Low))
			}
			report.Violation(f.place, f.server, fmt.Sprintf("%s listens on port %s, whatever PORT says", f.server, f.port), options...)
		}
	},
})

// portFix is whose fix fits: that of settings, or of a command; "" for code.
func portFix(c *audit.Component, f bound) string {
	if file := c.Repo.File(f.place.Path); file != nil && file.Platform() != "" && file.Format != inspect.Dockerfile && f.server != "uwsgi" {
		return "a descriptor"
	}
	switch f.server {
	case "Spring Boot", "Quarkus", "Micronaut", "uwsgi":
		return f.server
	}
	if language := audit.LanguageOf(f.place.Path); language == "" {
		return "start command"
	}
	return ""
}

// hardcoded is the port that the component insists on: none of its servers
// takes one from the environment, a flag or settings, and one has a number.
func hardcoded(c *audit.Component) (fixed bound, ok bool) {
	if b, ok := imageAlone(c); ok {
		return b, true
	}
	for _, b := range bindings(c) {
		if b.port == "" {
			return bound{}, false
		}
		if !ok {
			fixed, ok = b, true
		}
	}
	if ok {
		return fixed, true
	}
	for _, l := range c.Listens() {
		if b, known := settingsPort(c, l.Fact.Via); known {
			if b.port == "" {
				return bound{}, false
			}
			if !ok {
				fixed, ok = b, true
			}
			continue
		}
		if !l.Fact.Port.IsLiteral() || l.Fact.Port.Text == "" {
			return bound{}, false
		}
		if port := l.Fact.Port.Text; !ok && digits.MatchString(port) {
			fixed, ok = bound{binding{server: l.Fact.Via, port: port}, l.At()}, true
		}
	}
	return fixed, ok
}

// imageAlone is the port that the image's start insists on while another way to
// start the same server, a Procfile's, takes it from the environment: that the
// program can is known, and the image does not let it.
func imageAlone(c *audit.Component) (fixed bound, ok bool) {
	free := false
	for _, p := range c.Running() {
		list := bindingsOf(c, p)
		for _, b := range list {
			switch {
			case p.Image && b.port == "":
				return bound{}, false
			case p.Image && !ok:
				fixed, ok = b, true
			case !p.Image && b.port == "" && p.File.Format == inspect.Procfile:
				free = true
			}
		}
	}
	return fixed, ok && free
}

// mapsPort reports whether a descriptor knows the port and maps it, so that
// inside its own container the number is an agreement.
func mapsPort(c *audit.Component, port string) bool {
	number, _ := strconv.Atoi(port)
	if c.Image != nil {
		for _, i := range c.Image.Instructions {
			if i.Fact.Name != "EXPOSE" {
				continue
			}
			for _, word := range i.Fact.Args {
				if exposed, _, _ := strings.Cut(word, "/"); exposed == port {
					return true
				}
			}
		}
	}
	published := func(s inspect.ComposeService) bool {
		for _, p := range s.Ports {
			p, _, _ = strings.Cut(p, "/")
			if p[strings.LastIndex(p, ":")+1:] == port {
				return true
			}
		}
		return false
	}
	contains := func(w inspect.Workload) bool {
		for _, k := range w.Containers {
			for _, p := range k.Ports {
				if p == number {
					return true
				}
			}
		}
		return false
	}
	return audit.Has(c, published) || audit.Has(c, contains) ||
		audit.Has(c, func(f inspect.FlyApp) bool { return f.InternalPort == number })
}
