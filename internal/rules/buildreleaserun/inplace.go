package buildreleaserun

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// updates are the words with which version control changes a work tree.
var updates = map[string][]string{
	"git": {"pull", "fetch", "checkout", "reset", "clone", "switch", "merge"}, "svn": {"up", "update", "checkout", "co"}, "hg": {"pull", "update"},
}

// updateStep names the command of version control that brings code, or "".
func updateStep(argv []string) string {
	program := path.Base(argv[0])
	args := argv[1:]
	if program == "git" {
		args = behindOptions(args, "Cc")
	}
	if rest := words(args); len(rest) > 0 && matches(updates, program, rest[0]) {
		return program + " " + rest[0]
	}
	return ""
}

// systemPackages install what a machine has, not what a program is made of.
var systemPackages = map[string]bool{"apt": true, "apt-get": true, "apk": true, "yum": true, "dnf": true, "conda": true, "brew": true}

// buildsThere names what a command on a server installs or builds of the
// program, "" for neither.
func buildsThere(argv []string) string {
	program := path.Base(argv[0])
	rest := words(argv[1:])
	switch program {
	case "docker", "docker-compose", "podman":
		switch {
		case slices.Contains(argv, "--build") && slices.Contains(rest, "up"):
			return strings.TrimSpace(program+" "+composeWord(rest)) + " --build"
		case len(rest) > 0 && rest[0] == "build", program == "docker" && len(rest) > 1 && rest[0] == "compose" && slices.Contains(rest, "build"),
			program == "docker-compose" && slices.Contains(rest, "build"):
			return strings.TrimSpace(program + " " + composeWord(rest))
		}
		return ""
	}
	if systemPackages[program] || slices.Contains(argv, "-g") || slices.Contains(argv, "--global") {
		return ""
	}
	what, slight := buildStep(argv)
	if slight {
		return ""
	}
	return what
}

func composeWord(rest []string) string {
	if slices.Contains(rest, "up") {
		return strings.TrimSpace(strings.Join([]string{onlyWord(rest, "compose"), "up"}, " "))
	}
	return strings.TrimSpace(strings.Join([]string{onlyWord(rest, "compose"), "build"}, " "))
}

func onlyWord(list []string, word string) string {
	if slices.Contains(list, word) {
		return word
	}
	return ""
}

// fetchesArtefact reports whether a command brings or starts what was built
// elsewhere: then a pull of git only brings the descriptors.
func fetchesArtefact(argv []string) bool {
	rest := words(argv[1:])
	switch path.Base(argv[0]) {
	case "docker", "docker-compose", "podman":
		return slices.Contains(rest, "pull") || slices.Contains(argv, "--pull") || len(rest) > 1 && rest[0] == "stack" && rest[1] == "deploy"
	case "kubectl", "helm", "helmfile", "nomad", "k3s", "skaffold", "ansible-playbook", "terraform":
		return true
	}
	return false
}

// restarts reports whether a command starts a program anew that was running.
func restarts(argv []string) bool {
	rest := words(argv[1:])
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return slices.Contains(rest, word) })
	}
	if slices.ContainsFunc(argv[:min(2, len(argv))], func(word string) bool { return path.Base(word) == "artisan" }) {
		return has("up", "queue:restart", "horizon:terminate", "octane:reload") || has("migrate") && slices.Contains(argv, "--force") // which only production asks for
	}
	switch path.Base(argv[0]) {
	case "pm2", "forever", "supervisorctl", "systemctl", "passenger-config", "circusctl", "monit":
		return has("restart", "reload", "restart-app", "startOrRestart", "startOrReload")
	case "service", "invoke-rc.d":
		return has("restart", "reload")
	case "docker", "docker-compose", "podman":
		return has("restart") || has("up") && slices.Contains(argv, "--build")
	case "touch":
		return slices.ContainsFunc(rest, func(word string) bool {
			return strings.HasSuffix(word, "restart.txt") || strings.HasSuffix(word, "wsgi.py")
		})
	}
	return false
}

// releaseDirectory is where Capistrano and its like keep each release.
var releaseDirectory = regexp.MustCompile(`/releases/|\breleases/\$|ln -(sfn|nfs|sf|sfT) .*current\b`)

// changes tells whether commands that run on a server change its code.
func changes(s script, commands []inspect.Command, way string) (inPlace, bool) {
	var update, build, fetch, line string
	d := inPlace{where: "on a server " + way, confidence: audit.HighConfidence}
	for _, command := range commands {
		if len(command.Argv) == 0 || command.Captured {
			continue
		}
		line += strings.Join(command.Argv, " ") + "\n"
		what := updateStep(command.Argv)
		if what != "" && update == "" {
			update = what
		}
		if what == "" {
			if what = buildsThere(audit.Unwrap(command.Argv)); what == "" {
				what = buildsThere(command.Argv)
			}
			if what != "" && build == "" {
				build = what
			}
		}
		if what != "" && d.at.Path == "" {
			d.at = s.at(command.Line)
		}
		if fetchesArtefact(command.Argv) {
			fetch = command.Argv[0]
		}
	}
	switch {
	case update == "" && build == "":
		return d, false
	case build == "" && fetch != "":
		return d, false // git brings the descriptors, a registry the program
	case update != "":
		d.subject = update + " " + way
		d.what = quoted(update)
		if build != "" {
			d.what += " and " + quoted(build)
		}
	default:
		d.subject, d.what = build+" "+way, quoted(build)
	}
	if update == "" && strings.HasPrefix(build, "docker") || build == "" {
		d.confidence = audit.MediumConfidence // where its files come from is not told; what they are is not
	}
	d.releases = releaseDirectory.MatchString(line)
	return d, true
}

// onTheServer finds the script that is itself run on a server: it pulls the
// code and starts the program anew.
func onTheServer(s script) (inPlace, bool) {
	restarted := false
	commands := opened(s.commands)
	for _, command := range commands {
		if len(command.Argv) > 0 && !command.Captured {
			restarted = restarted || restarts(command.Argv)
		}
	}
	if !restarted {
		return inPlace{}, false
	}
	for _, command := range commands {
		if len(command.Argv) < 2 || command.Captured {
			continue
		}
		if what := updateStep(command.Argv); what == "git pull" || what == "svn up" || what == "svn update" || what == "hg pull" || what == "git reset" {
			d, ok := changes(s, commands, "")
			d.at = s.at(command.Line)
			d.subject, d.where, d.confidence = what+" on the server", "where the program runs, and starts it anew", audit.MediumConfidence
			return d, ok
		}
	}
	return inPlace{}, false
}

var testWords = regexp.MustCompile(`(?i)(^|[-_ /.])(e2e|test|tests|testing|integration|lint|bench|benchmark|smoke)([-_ /.]|$)`)

// forTests reports whether a script's or job's name says that it tests.
func forTests(s script) bool {
	if s.step != nil {
		return testWords.MatchString(s.step.Fact.Job) || testWords.MatchString(path.Base(s.file.Path))
	}
	return testWords.MatchString(s.name)
}

// deployTools reports tools that check out and install on servers, each release
// in a directory of its own: Capistrano, Deployer.
func deployTools(c *audit.Component) []inPlace {
	var list []inPlace
	add := func(name, tool, what string) {
		f := c.File(name)
		if f == nil || !f.Role.CanViolate() {
			return
		}
		at := audit.Place{Path: name}
		if len(f.Signals()) > 0 {
			at.Line, at.EndLine = f.Signals()[0].Line, f.Signals()[0].EndLine
		}
		list = append(list, inPlace{at: at, subject: tool, what: what, where: "on the servers",
			releases: true, confidence: audit.HighConfidence})
	}
	add(path.Join(c.Path, "Capfile"), "Capistrano", "Capistrano, which checks out and installs")
	for d := range audit.Facts[inspect.Dependency](c) {
		if d.Fact.Ecosystem == inspect.Composer && d.Fact.Name == "deployer/deployer" {
			add(path.Join(c.Path, "deploy.php"), "Deployer", "Deployer, which checks out and installs")
		}
	}
	return list
}
