package dependencies

import (
	"fmt"
	"path"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "dependencies/host-leak",
	Aspect: "c",
	Type:   audit.Violation,
	Title:  "Packages come from, or go to, the host itself",
	Why: "What the program runs with then depends on what else is installed on that machine, at which version: two programs get " +
		"in each other's way, and the next machine has something else.",
	Fixes: []audit.Fix{
		{For: "pip", Text: "Create a virtual environment (python -m venv .venv, uv venv) without system packages and install into that, without sudo."},
		{For: "NODE_PATH", Text: "Remove NODE_PATH, declare what it provided in package.json and let npm ci install it into node_modules."},
		{For: "maven", Text: "Publish ‹package› to a repository that the build can reach, and drop system scope and systemPath."},
		{For: "path", Text: "Make ‹package› a member of the workspace inside the repository, or publish it as a package with a version."},
		{For: "gems", Text: "Install the gems with Bundler into a directory of the program (bundle config set path vendor/bundle), without sudo."},
		{Text: "Install the program's packages into a directory of its own, and take none from the host or from outside of the repository."},
	},
	Severity:   audit.Medium,
	Confidence: audit.LowConfidence, // its precision on real repositories is not measured yet
	Counting:   audit.Each,
	Sources:    []string{"12F", "001", "004"},
	Bad: `
-- requirements.txt --
flask==3.0.0
-- app.py --
import flask
app = flask.Flask(__name__)
-- Procfile --
web: gunicorn app:app
-- deploy.sh --
sudo pip install -r requirements.txt
`,
	Good: `
-- requirements.txt --
flask==3.0.0
-- app.py --
import flask
app = flask.Flask(__name__)
-- Procfile --
web: gunicorn app:app
-- deploy.sh --
python3 -m venv .venv && .venv/bin/pip install -r requirements.txt
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, command := range audit.OfComponent(c, hostCommands) {
			judgeHostCommand(command, report)
		}
		judgeNodePath(c, report)
		judgeOutside(c, report)
	},
})

// hostCommands are the commands that make what is deployed, and those of the
// component's scripts and Makefiles, whatever host they run on.
func hostCommands(c *audit.Component) []madeBy {
	list := append([]madeBy(nil), making(c)...)
	for s := range audit.Facts[inspect.Command](c) {
		if !errand(s.File.Path) {
			list = append(list, madeBy{s.Fact, onPlatform, s.At(), false})
		}
	}
	for t := range audit.Facts[inspect.Target](c) {
		for _, command := range t.Fact.Commands {
			at := t.At()
			if command.Line > 0 {
				at.Line, at.EndLine = command.Line, command.Line
			}
			list = append(list, madeBy{command, onPlatform, at, false})
		}
	}
	return list
}

func judgeHostCommand(command madeBy, report *audit.Report) {
	nested := shell.NestedCommands(command.Command)
	if nested == nil {
		nested = []inspect.Command{command.Command}
	}
	where := path.Base(command.at.Path)
	image := command.when == inImageStage || command.when == inBuildStage
	for _, inner := range nested {
		argv := inner.Argv
		if len(argv) == 0 {
			continue
		}
		tool := path.Base(argv[0])
		sudo := tool == "sudo"
		plain := bare(argv)
		if len(plain) < 2 {
			continue
		}
		program := path.Base(plain[0])
		switch {
		case sudo && !image && pipName.MatchString(program) && contains(plain, "install") && !strings.Contains(plain[0], "/bin/") && !onlyManagers(plain):
			report.Violation(command.at, "sudo pip", where+" installs packages with sudo pip into the host's own Python", audit.WithFix("pip"))
		case sudo && !image && program == "gem" && contains(plain, "install") && !onlyManagers(plain):
			report.Violation(command.at, "sudo gem", where+" installs gems with sudo into the host's own Ruby", audit.WithFix("gems"))
		case (program == "venv" || program == "virtualenv" || program == "uv") && contains(plain, "--system-site-packages"):
			options := []audit.Option{audit.WithFix("pip")}
			if image {
				options = append(options, audit.WithSeverity(audit.Low)) // the image is the host
			}
			report.Violation(command.at, "system-site-packages", where+" makes a virtual environment that also sees the host's packages", options...)
		case (pipName.MatchString(program) || program == "uv") && contains(plain, "--break-system-packages"):
			options := []audit.Option{audit.WithFix("pip")}
			if image {
				options = append(options, audit.WithSeverity(audit.Low))
			}
			report.Violation(command.at, "break-system-packages", where+" installs over the packages of the system's own Python", options...)
		}
	}
}

// onlyManagers reports whether a command installs package managers alone.
func onlyManagers(argv []string) bool {
	list := namedInstalls(argv)
	for _, n := range list {
		if !packageManagers[n.name] {
			return false
		}
	}
	return len(list) > 0
}

// judgeNodePath reports NODE_PATH where it leads out of the program to what is
// installed for the whole system.
func judgeNodePath(c *audit.Component, report *audit.Report) {
	for _, p := range c.Provided() {
		if p.Name != "NODE_PATH" || p.Environment == audit.Development || !p.Value.IsLiteral() {
			continue
		}
		for _, dir := range strings.Split(p.Value.Text, ":") {
			if strings.HasPrefix(dir, "/usr/") || strings.HasPrefix(dir, "/opt/homebrew") || strings.HasPrefix(dir, "/root/") || strings.HasPrefix(dir, "/home/") && strings.Contains(dir, ".n") {
				report.Violation(p.At(), "NODE_PATH", fmt.Sprintf("NODE_PATH takes packages from %s, which is installed for the whole system", dir), audit.WithFix("NODE_PATH"))
			}
		}
	}
}

// judgeOutside reports dependencies on places outside of the repository, and
// jars that Maven takes from the host.
func judgeOutside(c *audit.Component, report *audit.Report) {
	for d := range audit.Facts[inspect.Dependency](c) {
		if d.File.Role == source.CI || d.Fact.Origin != "path" || d.Fact.Name == "" || strings.Contains(d.File.Path, "/fixtures/") {
			continue
		}
		location := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(d.Fact.Location, "file:"), "link:"), "portal:"), "//")
		location, _, _ = strings.Cut(location, "#")
		switch {
		case path.Base(d.File.Path) == "pom.xml":
			options := []audit.Option{audit.WithFix("maven"), audit.Naming("package", d.Fact.Name)}
			if strings.Contains(location, "basedir}") {
				options = append(options, audit.WithSeverity(audit.Low)) // beside the code, though outside of what Maven resolves
			}
			report.Violation(d.At(), d.Fact.Name, fmt.Sprintf("pom.xml takes %s from the file system by systemPath", d.Fact.Name), options...)
		case strings.Contains(location, "$"):
		case strings.HasPrefix(location, "/") || strings.HasPrefix(location, "~") || len(location) > 2 && location[1] == ':' && strings.ContainsAny(location[2:3], `\/`):
			report.Violation(d.At(), d.Fact.Name, fmt.Sprintf("%s takes %s from %s, which only some machine has", path.Base(d.File.Path), d.Fact.Name, location), audit.WithFix("path"), audit.Naming("package", d.Fact.Name))
		case strings.HasPrefix(path.Join(path.Dir(d.File.Path), location), "../"):
			report.Violation(d.At(), d.Fact.Name, fmt.Sprintf("%s takes %s from %s, outside of the repository", path.Base(d.File.Path), d.Fact.Name, location), audit.WithFix("path"), audit.Naming("package", d.Fact.Name))
		}
	}
}
