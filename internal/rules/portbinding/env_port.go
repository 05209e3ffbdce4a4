package portbinding

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:      "port-binding/env-port",
	Aspect:  "b",
	Type:    audit.Positive,
	Title:   "The port comes from the environment",
	Why:     "The platform can place the process on any port, and two of them on one machine.",
	Sources: []string{"12F", "001", "002", "003", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const express = require("express");
express().listen(3000);
`,
	Good: `
-- requirements.txt --
gunicorn==22.0.0
-- Procfile --
web: gunicorn --bind 0.0.0.0:$PORT shop.wsgi
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, b := range bindings(c) {
			if b.port == "" {
				report.Pass(b.place, 1, fmt.Sprintf("%s takes its port from the environment", b.server))
				return
			}
		}
		listens := c.Listens()
		for _, l := range listens {
			if l.Fact.Port.FromEnv() || len(l.Fact.Port.Env) > 0 {
				report.Pass(l.At(), 1, fmt.Sprintf("%s takes its port from %s", l.Fact.Via, strings.Join(l.Fact.Port.Env, " or ")))
				return
			}
		}
		for _, l := range listens {
			if l.Fact.Port.Source != inspect.Input && l.Fact.Port.Source != inspect.Unknown {
				continue
			}
			if read, ok := portRead(c); ok {
				report.Pass(read.At(), 1, fmt.Sprintf("the port that %s listens on is read from %s", l.Fact.Via, read.Fact.Name))
				return
			}
		}
	},
})

// portName are variables that say where a program itself listens.
var portName = regexp.MustCompile(`^((APP|SERVER|HTTP|WEB|LISTEN|API|BACKEND|SERVICE)_?)?(PORT|LISTEN_ADDR(ESS)?)$|^(LISTEN|BIND|HTTP|SERVER)_ADDR(ESS)?$`)

// portRead finds where the program reads its own port, for a listen call that
// is handed one from another file.
func portRead(c *audit.Component) (audit.Located[inspect.EnvRead], bool) {
	own := strings.ToUpper(strings.ReplaceAll(path.Base(c.Path), "-", "_")) + "_PORT" // CHECKOUT_PORT of src/checkout
	for r := range audit.FactsIn[inspect.EnvRead](c.ProgramFiles()) {
		if portName.MatchString(r.Fact.Name) || r.Fact.Name == own {
			return r, true
		}
	}
	return audit.Located[inspect.EnvRead]{}, false
}
