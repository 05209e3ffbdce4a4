package buildreleaserun

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "build-release-run/hot-patch",
	Aspect: "c",
	Type:   audit.Violation,
	Title:  "Running code is patched by hand",
	Why: "A change that is made inside a running container or on a server is in no commit and no release: the next restart " +
		"takes it away, other instances never had it, and nobody can tell which code answered.",
	Fixes: []audit.Fix{
		{Text: "Commit the change, let CI build a new image under a new tag, and release that; delete the step that copies or edits. For a quick way to try code, use a development cluster with Skaffold, Tilt or docker compose watch."},
	},
	Severity:   audit.High,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"000", "001", "003", "004"},
	Bad: `
-- requirements.txt --
flask==3.0.0
gunicorn==22.0.0
-- app.py --
from flask import Flask
app = Flask(__name__)
-- Procfile --
web: gunicorn app:app
-- hotfix.sh --
kubectl cp app.py production/shop-7d4f9:/app/app.py
kubectl exec -n production shop-7d4f9 -- kill -HUP 1
`,
	Good: `
-- requirements.txt --
flask==3.0.0
gunicorn==22.0.0
-- app.py --
from flask import Flask
app = Flask(__name__)
-- Procfile --
web: gunicorn app:app
-- release.sh --
docker build -t acme/shop:$1 . && docker push acme/shop:$1
kubectl set image deployment/shop web=acme/shop:$1
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, p := range hotPatches(c) {
			report.Violation(p.at, p.what, fmt.Sprintf("%s runs %s: %s", path.Base(p.at.Path), quoted(p.what), p.does), audit.WithConfidence(p.confidence))
		}
	},
})

// patch is a change of code that runs.
type patch struct {
	at         audit.Place
	what       string // "kubectl cp"
	does       string // in a few words
	confidence audit.Confidence
}

// hotPatches lists the changes that a component's scripts make to running code.
func hotPatches(c *audit.Component) []patch { return audit.OfComponent(c, findPatches) }

func findPatches(c *audit.Component) []patch {
	var list []patch
	for _, s := range scripts(c) {
		if forTests(s) || onTrialCluster(s) {
			continue
		}
		for _, command := range remoteSteps(s) {
			list = append(list, patchOf(c, s, command, true)...)
		}
		for _, command := range opened(s.commands) {
			if commands, remote := remoteCommands(c, s, command); remote {
				for _, there := range commands {
					list = append(list, patchOf(c, s, there, true)...)
				}
				continue
			}
			list = append(list, patchOf(c, s, command, false)...)
		}
	}
	return list
}

// onTrialCluster reports whether a script makes what it works on itself: a
// cluster or a container for a trial.
func onTrialCluster(s script) bool {
	return slices.ContainsFunc(s.commands, func(c inspect.Command) bool {
		line := strings.Join(c.Argv, " ")
		return trialCluster.MatchString(line)
	}) || s.step != nil && trialCluster.MatchString(s.step.Fact.Job)
}

var trialCluster = regexp.MustCompile(`\b(kind (create|get|load)|minikube|k3d|docker (container )?create)\b|^(kind|docker-build|build)$`)

// patchOf tells what one command changes. There says that it runs on a server.
func patchOf(c *audit.Component, s script, command inspect.Command, there bool) []patch {
	argv := audit.Unwrap(command.Argv)
	if len(argv) < 2 || command.Captured {
		return nil
	}
	p := patch{at: s.at(command.Line), confidence: audit.HighConfidence}
	rest := withoutValues(argv[1:], "-n", "--namespace", "-c", "--container", "--context", "--kubeconfig", "-f", "--file", "-p", "--project-name", "-u", "--user", "-w", "--workdir", "-e", "--env", "-m", "-a", "--message", "--author", "--change")
	if len(rest) == 0 {
		return nil
	}
	program := path.Base(argv[0])
	if (program == "docker" || program == "podman") && (rest[0] == "container" || rest[0] == "compose") && len(rest) > 1 {
		rest = rest[1:]
	}
	inCI := s.step != nil && !there // a container of the runner's own is none that serves anyone
	switch program {
	case "kubectl", "oc", "docker", "podman", "docker-compose":
		cluster := program == "kubectl" || program == "oc"
		switch rest[0] {
		case "cp", "rsync":
			if n := len(rest); n == 3 && (cluster || !inCI) && intoContainer(rest[1], rest[2], cluster) && !onTheSide(rest[2]) && patchesCode(c, rest[1]) {
				p.what, p.does = program+" "+rest[0], "it copies "+shown(rest[1])+" into a running container"
				return []patch{p}
			}
		case "commit":
			if program != "docker" && program != "podman" || len(rest) < 2 {
				return nil
			}
			p.what, p.does = program+" commit", "an image is made of a container as it stands, from no source"
			return []patch{p}
		case "exec":
			i := slices.Index(argv, rest[len(rest)-1])
			if split := slices.Index(argv, "--"); split > 0 {
				i = split + 1
			} else if len(rest) > 2 {
				i = slices.Index(argv, rest[1]) + 1
			}
			if i >= len(argv) || inCI && !cluster || len(rest) < 2 || onTheSide(rest[1]) {
				return nil
			}
			for _, inner := range opened([]inspect.Command{{Argv: argv[i:], Line: command.Line}}) {
				if what := edits(inner.Argv, cluster || there); what != "" {
					p.what, p.does = program+" exec "+what, "it changes a running container"
					return []patch{p}
				}
			}
		}
		return nil
	}
	if what := edits(argv, false); what != "" && there {
		p.what, p.does = what+" over ssh", "it edits code on a server"
		return []patch{p}
	}
	return nil
}

// shown is a path in a message: a long or computed one only by its end.
func shown(name string) string {
	if strings.ContainsAny(name, "$`") {
		return "code"
	}
	return name
}

// intoContainer reports whether cp goes into a container: the target has its
// name before a colon, the source has none.
func intoContainer(from, to string, cluster bool) bool {
	name, _, inside := strings.Cut(to, ":")
	return inside && name != "" && from != "-" && (!strings.Contains(from, ":") || cluster && strings.HasPrefix(from, "."))
}

// onTheSide reports whether a container's name says that it serves no one: a
// developer's, a test's, a database that data is put into.
func onTheSide(container string) bool {
	name, _, _ := strings.Cut(strings.ToLower(container), ":")
	return aside.MatchString(name)
}

var aside = regexp.MustCompile(`(^|[^a-z])(dev|devel|development|local|test|tests|testing|e2e|ci|build|builder|tmp|temp|temporary|backup|restore|db|database|postgres|postgresql|mysql|mariadb|mongo|mongodb|redis|mssql|sqlserver|elasticsearch|kafka|minio|node|nodes|control-plane|cypress|playwright|volume|data)([^a-z]|$)`)

// codeExtension are the ends of files that programs are made of.
var codeExtension = regexp.MustCompile(`(?i)\.(py|js|mjs|cjs|ts|tsx|jsx|php|rb|go|java|kt|cs|jar|war|class|dll|so|html|css|erb|twig|vue)$`)

// patchesCode reports whether a path is code: the component's source, a file of
// a program, or what a build made.
func patchesCode(c *audit.Component, from string) bool {
	from = strings.TrimSuffix(strings.TrimSuffix(workspace(from), "/"), "/.")
	if strings.ContainsAny(from, "$`*") {
		return codeExtension.MatchString(from)
	}
	switch path.Base(path.Clean(from)) {
	case "dist", "build", "public", "target", "out":
		return true
	}
	return codeExtension.MatchString(from) || sourceOf(c, from) != ""
}

// edits names a command that edits or installs, "" for another. Installs says
// that installing counts: a developer's own container gets packages that way.
func edits(argv []string, installs bool) string {
	argv = audit.Unwrap(argv)
	if len(argv) == 0 {
		return ""
	}
	program := path.Base(argv[0])
	switch program {
	case "vi", "vim", "nano", "emacs":
		if len(argv) > 1 && (codeExtension.MatchString(argv[len(argv)-1]) || strings.Contains(argv[len(argv)-1], "$")) {
			return program
		}
	case "sed", "perl":
		inPlace := slices.ContainsFunc(argv, func(word string) bool {
			return strings.HasPrefix(word, "-i") || word == "--in-place" || word == "-pi"
		})
		if inPlace && slices.ContainsFunc(argv[1:], func(word string) bool { return !strings.ContainsAny(word, " ") && codeExtension.MatchString(word) }) {
			return program + " -i"
		}
	case "patch":
		return program
	case "git":
		if installs && updateStep(argv) == "git pull" {
			return "git pull"
		}
	}
	if rest := words(argv[1:]); installs && len(rest) > 0 && matches(installers, program, rest[0]) && !onlyRefreshes(program, rest[0]) {
		return program + " " + rest[0]
	}
	return ""
}

func onlyRefreshes(program, word string) bool {
	return systemPackages[program] && word == "update"
}
