package audit

import (
	"slices"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestReach: which files what is started leads to.
func TestReach(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files     string
		unreached []string
	}{
		"python": {`-- requirements.txt --
flask==3.0.0
-- Procfile --
web: gunicorn shop.wsgi:app
-- shop/__init__.py --
-- shop/wsgi.py --
from .web import app
from shop.jobs import mail
-- shop/web.py --
from flask import Flask
app = Flask(__name__)
-- shop/jobs/__init__.py --
-- shop/jobs/mail.py --
import smtplib
-- shop/jobs/beside.py --
import json
-- old/server.py --
import socketserver
`, []string{"old/server.py"}},
		"node": {`-- package.json --
{"name": "shop", "private": true, "main": "server.js", "scripts": {"start": "node server.js", "seed": "node bin/seed.js"}, "dependencies": {"express": "4.0.0"}}
-- server.js --
const routes = require("./routes")
require("express")().listen(process.env.PORT)
-- routes/index.js --
import("../lib/a.js")
-- lib/a.js --
export const a = 1
-- bin/seed.js --
console.log(1)
-- attic/server.js --
require("express")().listen(3000)
`, []string{"attic/server.js"}},
		"typescript that is built, with an alias": {`-- package.json --
{"name": "shop", "private": true, "scripts": {"build": "tsc", "start": "node dist/main.js"}}
-- tsconfig.json --
{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}
-- src/main.ts --
import { a } from "@/lib/a"
import http from "http"
http.createServer().listen(process.env.PORT)
-- src/lib/a.ts --
export const a = 1
-- attic/b.ts --
export const b = 1
`, []string{"attic/b.ts"}},
		"an alias that leads nowhere": {`-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node src/main.js"}}
-- tsconfig.json --
{"compilerOptions": {"paths": {"~lib/*": ["./generated/*"]}}}
-- src/main.js --
import { a } from "~lib/a"
import http from "http"
http.createServer().listen(process.env.PORT)
-- attic/b.js --
export const b = 1
`, nil},
		"less than half is reached": {`-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer().listen(process.env.PORT)
-- a/a.js --
-- b/b.js --
-- c/c.js --
`, nil},
		"go": {`-- go.mod --
module acme/shop
-- cmd/shop/main.go --
package main

import "acme/shop/web"

func main() { web.Run() }
-- web/web.go --
package web

import "net/http"

func Run() { http.ListenAndServe(":80", nil) }
-- attic/attic.go --
package attic
`, []string{"attic/attic.go"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			repo := inspected(t, txtar.Parse([]byte(c.files)))
			var got []string
			for _, f := range repo.Files {
				if !repo.Components[0].Reaches(f.Path) {
					got = append(got, f.Path)
				}
			}
			if !slices.Equal(got, c.unreached) {
				t.Errorf("unreached %q, want %q", got, c.unreached)
			}
		})
	}
}

// TestUnreachedEvidenceProvesLess: findings and passes of files that nothing
// started reaches, but not secrets, which are out wherever they stand.
func TestUnreachedEvidenceProvesLess(t *testing.T) {
	t.Parallel()
	c := &Component{unreached: map[string]bool{"old.py": true}}
	finding := func(factor, aspect, name string, confidence Confidence) Finding {
		return Finding{Factor: Rule{ID: factor + "/x"}.Factor(), Aspect: aspect, Place: Place{Path: name}, Confidence: confidence}
	}
	e := evidence{
		findings: []Finding{
			finding("logs", "a", "old.py", HighConfidence), finding("logs", "a", "new.py", HighConfidence), finding("logs", "a", "old.py", MediumConfidence),
			finding("config", "a", "old.py", HighConfidence), finding("config", "b", "old.py", HighConfidence), finding("dependencies", "a", "old.py", HighConfidence),
		},
		passes: []Pass{{Factor: "logs", Aspect: "a", Place: Place{Path: "old.py"}, Strength: 1}, {Factor: "logs", Aspect: "a", Place: Place{Path: "new.py"}, Strength: 1}},
	}
	for i := range e.findings {
		c.discountFinding(&e.findings[i])
	}
	for i := range e.passes {
		c.discountPass(&e.passes[i])
	}
	want := []Confidence{MediumConfidence, HighConfidence, LowConfidence, HighConfidence, MediumConfidence, HighConfidence}
	for i, f := range e.findings {
		if f.Confidence != want[i] {
			t.Errorf("finding %d is %s, want %s", i, f.Confidence, want[i])
		}
	}
	if e.passes[0].Strength != 0.5 || e.passes[1].Strength != 1 {
		t.Errorf("passes %v", e.passes)
	}
}
