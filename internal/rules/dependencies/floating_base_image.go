package dependencies

import (
	"fmt"
	"path"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "dependencies/floating-base-image",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "The image is built on a base that moves",
	Why: "Without a tag, or under latest, the base is another one tomorrow: rebuilding the same commit gives another operating " +
		"system or runtime, and a rollback does not bring the old one back.",
	Fixes: []audit.Fix{
		{Text: "Give ‹image› the tag of a version in the final FROM, or the digest as well (‹image›:tag@sha256:…), and let a bot such as Renovate or Dependabot raise it."},
		{Text: "Name the version in the final FROM, or the digest as well (image:tag@sha256:…), and let a bot such as Renovate or Dependabot raise it."},
	},
	Severity:   audit.Medium,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- Dockerfile --
FROM node:latest
COPY . .
CMD ["node", "server.js"]
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- Dockerfile --
FROM node:22.4.0-slim
COPY . .
CMD ["node", "server.js"]
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, d := range dockerfiles(c) {
			name, tag, digest := audit.SplitImage(d.base)
			if name == "" || name == "scratch" || digest != "" || strings.ContainsAny(d.base, "${}<>") || asideName.MatchString(path.Base(name)) || builtHere(c.Repo, d.base) {
				continue
			}
			at := audit.Place{Path: d.file.Path, Line: d.line, EndLine: d.line}
			switch {
			case tag == "":
				report.Violation(at, name, fmt.Sprintf("%s builds on %s without a tag, which means latest", path.Base(d.file.Path), name), audit.Naming("image", name))
			case tag == "latest" || strings.HasPrefix(tag, "latest-"):
				report.Violation(at, name, fmt.Sprintf("%s builds on %s:%s, which is another image tomorrow", path.Base(d.file.Path), name, tag), audit.Naming("image", name))
			case variantOnly(tag) && leadVersion[path.Base(name)]:
				report.Violation(at, name, fmt.Sprintf("%s builds on %s:%s, which names a variant and no version: the next build may take another major", path.Base(d.file.Path), name, tag), audit.Naming("image", name))
			}
		}
	},
})

// leadVersion are images of runtimes and servers whose tags lead with the
// version. An operating system's code name is its version: "debian:bookworm".
var leadVersion = map[string]bool{
	"node": true, "python": true, "ruby": true, "golang": true, "php": true, "openjdk": true, "eclipse-temurin": true, "amazoncorretto": true, "rust": true,
	"nginx": true, "httpd": true, "caddy": true, "tomcat": true, "jetty": true, "bun": true, "deno": true, "elixir": true, "erlang": true, "perl": true, "composer": true, "maven": true, "gradle": true,
}

// variantOnly reports whether a tag has no version in it: "alpine", "lts-slim".
func variantOnly(tag string) bool { return tag != "" && !strings.ContainsAny(tag, "0123456789") }

// builtHere reports whether the repository itself builds an image of this name:
// a Compose service, a step of CI or a script names it.
func builtHere(repo *audit.Repository, image string) bool {
	name, _, _ := audit.SplitImage(image)
	return audit.OfRepository(repo, ownImages)[path.Base(name)]
}

// ownImages are the base names of the images that the repository builds.
func ownImages(repo *audit.Repository) map[string]bool {
	own := map[string]bool{}
	note := func(image string) {
		name, _, _ := audit.SplitImage(strings.Trim(image, `"'`))
		if name = path.Base(name); name != "" && !strings.ContainsAny(name, "${}") {
			own[name] = true
		}
	}
	commands := func(list []inspect.Command) {
		for _, command := range list {
			for i, word := range command.Argv {
				if (word == "-t" || word == "--tag") && i+1 < len(command.Argv) && len(command.Argv) > 1 && contains(command.Argv, "build") {
					note(command.Argv[i+1])
				}
				if tag, ok := strings.CutPrefix(word, "--tag="); ok && contains(command.Argv, "build") {
					note(tag)
				}
			}
		}
	}
	for s := range audit.AllFacts[inspect.ComposeService](repo, everyRole...) {
		if s.Fact.Build {
			note(s.Fact.Image)
		}
	}
	for s := range audit.AllFacts[inspect.WorkflowStep](repo, everyRole...) {
		commands(s.Fact.Commands)
		for _, e := range s.Fact.Env {
			if strings.Contains(strings.ToUpper(e.Name), "IMAGE") && strings.Contains(e.Value.Text, "/") {
				note(e.Value.Text)
			}
		}
		if strings.HasPrefix(s.Fact.Uses, "docker/") {
			for _, with := range s.Fact.With {
				if with.Name == "tags" || with.Name == "images" {
					for _, image := range strings.FieldsFunc(with.Value.Text, func(r rune) bool { return r == '\n' || r == ',' || r == ' ' }) {
						note(image)
					}
				}
			}
		}
	}
	for s := range audit.AllFacts[inspect.Command](repo, everyRole...) {
		commands([]inspect.Command{s.Fact})
	}
	for s := range audit.AllFacts[inspect.Target](repo, everyRole...) {
		commands(s.Fact.Commands)
	}
	return own
}
