package dependencies

import (
	"fmt"
	"path"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "dependencies/undeclared-system-tool",
	Aspect: "c",
	Type:   audit.Violation,
	Title:  "A program of the operating system is used that nothing installs",
	Why: "The call works on the machines where somebody happens to have the program, and fails in production with \"not found\", " +
		"often only in the one request that needs it.",
	Fixes: []audit.Fix{
		{For: "pypi", Text: "Declare the package that ‹package› comes in, in the manifest that pip or uv installs from, so that it comes with the program and at one version."},
		{For: "npm", Text: "Declare the package that ‹package› comes in, in package.json, commit the lock file, and start it with npx or out of node_modules/.bin."},
		{For: "gem", Text: "Declare the package that ‹package› comes in, in the Gemfile, commit Gemfile.lock, and start it with bundle exec."},
		{Text: "Install ‹package› in the image (RUN apt-get install -y --no-install-recommends, apk add on Alpine), or use a library that a manifest declares instead of it."},
		{Text: "Install the program in the image (RUN apt-get install -y --no-install-recommends, apk add on Alpine), or use a library that a manifest declares instead of it."},
	},
	Severity:   audit.Medium,
	Confidence: audit.MediumConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "000"},
	Bad: `
-- requirements.txt --
flask==3.0.0
-- app.py --
import subprocess, flask
app = flask.Flask(__name__)
@app.post("/thumbnail")
def thumbnail():
    subprocess.run(["convert", "in.png", "-resize", "64", "out.png"])
-- Dockerfile --
FROM python:3.12-slim
COPY . .
CMD ["gunicorn", "app:app"]
`,
	Good: `
-- requirements.txt --
flask==3.0.0
-- app.py --
import subprocess, flask
app = flask.Flask(__name__)
@app.post("/thumbnail")
def thumbnail():
    subprocess.run(["convert", "in.png", "-resize", "64", "out.png"])
-- Dockerfile --
FROM python:3.12-slim
RUN apt-get update && apt-get install -y --no-install-recommends imagemagick
COPY . .
CMD ["gunicorn", "app:app"]
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, need := range missingTools(c) {
			where := "nothing in the repository installs it"
			if c.Image != nil {
				where = fmt.Sprintf("neither %s nor its base %s has it", path.Base(c.Image.File.Path), c.Image.Base)
			}
			verb := "starts"
			if need.lib {
				verb = "needs"
			}
			options := []audit.Option{audit.Naming("package", need.name)}
			if ecosystem := packagedIn(need.name); ecosystem != "" {
				options = append(options, audit.WithFix(string(ecosystem)))
			}
			report.Violation(need.at, need.name, fmt.Sprintf("%s %s %s, but %s", need.by, verb, need.name, where), options...)
		}
	},
})

// missingTools lists what the component needs of its operating system and
// nothing installs. Where that can't be told there are none.
func missingTools(c *audit.Component) []toolNeed {
	switch c.Class {
	case audit.Library, audit.CLI, audit.StaticFrontend, audit.Infra:
		return nil // it runs on the machine of whoever uses it, or in a browser
	}
	tools := audit.OfComponent(c, toolsOfImage)
	if tools == nil && (c.Class == audit.Function || declaresSystem(c) != nil) || tools != nil && !tools.known {
		return nil
	}
	var missing []toolNeed
	for _, need := range audit.OfComponent(c, toolNeeds) {
		if tools == nil && (need.lib || inSomeImage(c.Repo, need)) || tools != nil && tools.has(need) {
			continue
		}
		missing = append(missing, need)
	}
	return missing
}

// inSomeImage reports whether an image of the repository names what is needed where
// it is built: nobody knows that the program doesn't run there.
func inSomeImage(r *audit.Repository, need toolNeed) bool {
	for _, f := range r.Files {
		if f.Format != inspect.Dockerfile || f.Role != source.Prod && f.Role != source.DeployProd {
			continue
		}
		image := imageTools{}
		for i := range audit.FactsIn[inspect.Instruction]([]*audit.File{f}, f.Role) {
			if i.Fact.Name == "RUN" && i.Fact.Start != nil {
				image.words = append(image.words, strings.ToLower(i.Fact.Start.Text))
			}
		}
		if image.has(need) {
			return true
		}
	}
	return false
}

// declaresSystem is the file in which a program without an image lists packages
// of its operating system, or may do so; nil for none.
func declaresSystem(c *audit.Component) *audit.File {
	for _, f := range audit.OfRepository(c.Repo, systemFiles) {
		if concerns(f, c) {
			return f
		}
	}
	return nil
}

func systemFiles(r *audit.Repository) []*audit.File {
	return named(r, func(base string) bool {
		return systemLists[base] || systemHints[base] || strings.HasSuffix(base, ".nix") || strings.HasSuffix(base, "dockerfile")
	})
}

var (
	systemLists = words(`aptfile apt.txt packages.txt apt-packages flake.nix shell.nix default.nix devbox.json`)
	systemHints = words(`nixpacks.toml railpack.json .buildpacks heroku.yml project.toml playbook.yml snapcraft.yaml brewfile cloud-init.yml`)
)
