package disposability

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "disposability/force-kill",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "Processes are killed instead of stopped",
	Why: "SIGKILL can't be handled: requests and jobs in hand are cut off at each deploy, and what should have been closed " +
		"or returned to the queue is not." +
		" Too few of these were seen in real repositories to be measured, so that the finding is advisory: shown, not scored.",
	Fixes: []audit.Fix{
		{For: "Docker", Text: "Replace docker kill and docker rm -f by docker stop, which sends SIGTERM and waits, then docker rm."},
		{For: "STOPSIGNAL", Text: "Drop STOPSIGNAL: SIGTERM is what containers are stopped with."},
		{For: "kubectl", Text: "Drop --grace-period=0 and --force, and let kubectl rollout restart replace the pods."},
		{For: "setting", Text: "Drop ‹how›, so that ‹name› is stopped by SIGTERM."},
		{Text: "Stop processes by SIGTERM and wait as long as they need; leave SIGKILL to the platform, after its grace period."},
	},
	Severity:   audit.Medium,
	Confidence: audit.LowConfidence,
	Counting:   audit.Each,
	Sources:    []string{"001"},
	Bad: `
-- package.json --
{"name": "shop", "private": true}
-- server.js --
require("http").createServer().listen(process.env.PORT);
-- deploy.sh --
#!/bin/sh
docker rm -f shop
docker run -d --name shop registry.example.com/shop:1.2.0
`,
	Good: `
-- package.json --
{"name": "shop", "private": true}
-- server.js --
require("http").createServer().listen(process.env.PORT);
-- deploy.sh --
#!/bin/sh
docker stop shop
docker rm shop
docker run -d --name shop registry.example.com/shop:1.2.0
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		stopSignals(c, report)
		for _, d := range deployCommands(c) {
			if how, fix := kills(d.Command); how != "" {
				report.Violation(d.At(), how, fmt.Sprintf("%s stops what runs by %s", d.by, how), audit.WithFix(fix))
			}
		}
	},
})

var killSignal = regexp.MustCompile(`^(SIG)?(KILL)$|^9$`)

// stopSignals reports descriptors that ask for SIGKILL.
func stopSignals(c *audit.Component, report *audit.Report) {
	if c.Image != nil {
		for _, i := range c.Image.Instructions {
			if i.Fact.Name == "STOPSIGNAL" && len(i.Fact.Args) > 0 && killSignal.MatchString(i.Fact.Args[0]) {
				report.Violation(i.At(), "STOPSIGNAL", fmt.Sprintf("the image asks to be stopped by %s", i.Fact.Args[0]), audit.WithFix("STOPSIGNAL"))
			}
		}
	}
	for _, s := range c.OwnServices() {
		if killSignal.MatchString(s.StopSignal) {
			report.Violation(s.Files[len(s.Files)-1].At(), s.Name, fmt.Sprintf("Compose stops %s by %s", s.Name, s.StopSignal), settingFix("stop_signal: "+s.StopSignal, s.Name)...)
		}
	}
	for _, p := range c.Running() {
		for _, key := range []string{"stopsignal", "KillSignal"} {
			if s, ok := p.StartSetting(key); ok && killSignal.MatchString(s.Fact.Value.Text) {
				report.Violation(s.At(), p.Name, fmt.Sprintf("%s stops %s by %s", managerOf(p), p.Name, s.Fact.Value.Text), settingFix(key, p.Name)...)
			}
		}
	}
	for f := range audit.Facts[inspect.FlyApp](c) {
		if killSignal.MatchString(f.Fact.KillSignal) {
			report.Violation(f.At(), f.Fact.App, fmt.Sprintf("fly stops %s by %s", f.Fact.App, f.Fact.KillSignal), settingFix("kill_signal", f.Fact.App)...)
		}
	}
}

// managerOf is who starts and stops a process that has a StartSetting.
func managerOf(p audit.Process) string {
	if p.File.Format == inspect.Supervisor {
		return "supervisord"
	}
	return "systemd"
}

// deployCommand is a command that a deploy runs, and who runs it.
type deployCommand struct {
	audit.Step
	by string
}

// deploying are names of scripts, targets, jobs and steps that replace what runs.
var deploying = regexp.MustCompile(`(?i)(^|[^a-z])(deploy(ment)?|release|rollout|redeploy|restart|upgrade|update|stop|start-prod|start_prod|prod(uction)?)([^a-z]|$)`)

// otherwise are words for what is no deploy of the program, whatever else the
// name says.
var otherwise = regexp.MustCompile(`(?i)test|e2e|ci-|cypress|spec|dev|local|clean|bench|example|sandbox|preview|debug|reset`)

func named(name string) bool { return deploying.MatchString(name) && !otherwise.MatchString(name) }

// deployCommands lists what deploys run: steps of workflows, targets, scripts
// that are named for it, and what they run over ssh.
func deployCommands(c *audit.Component) []deployCommand {
	var list []deployCommand
	add := func(by string, file *audit.File, commands ...inspect.Command) {
		for _, command := range commands {
			step := deployCommand{audit.Step{Command: command, File: file, Line: command.Line}, by}
			list = append(list, step)
			for _, inner := range remote(command) {
				inner.Line = command.Line
				list = append(list, deployCommand{audit.Step{Command: inner, File: file, Line: command.Line}, by})
			}
		}
	}
	for s := range audit.FactsIn[inspect.WorkflowStep](c.Workflows(), source.CI) {
		if s.Fact.Environment == "" && !named(s.Fact.Job) && !named(s.Fact.Name) || otherwise.MatchString(s.Fact.Job+" "+s.Fact.Name) {
			continue
		}
		add(path.Base(s.File.Path), s.File, s.Fact.Commands...)
		for _, with := range s.Fact.With {
			if strings.Contains(s.Fact.Uses, "ssh") && (with.Name == "script" || with.Name == "command") {
				commands, _ := shell.Commands(with.Value.Text, with.Line)
				add(path.Base(s.File.Path), s.File, commands...)
			}
		}
	}
	for t := range audit.Facts[inspect.Target](c, source.Prod, source.DeployProd, source.DevTool, source.CI) {
		if named(t.Fact.Name) {
			add(t.Fact.Runner+" "+t.Fact.Name, t.File, t.Fact.Commands...)
		}
	}
	for s := range audit.Facts[inspect.Script](c) {
		if named(s.Fact.Name) {
			for _, command := range s.Fact.Command {
				command.Line = s.Line
				add("npm run "+s.Fact.Name, s.File, command)
			}
		}
	}
	for s := range audit.Facts[inspect.Command](c, source.Prod, source.DeployProd, source.CI, source.DevTool) {
		if s.File.Format.IsShell() && (named(path.Base(s.File.Path)) || replaces(s.File)) && !otherwise.MatchString(s.File.Path) {
			s.Fact.Line = s.Line
			add(path.Base(s.File.Path), s.File, s.Fact)
		}
	}
	return list
}

// replaces reports whether a script starts a container that the machine is to
// keep running, so that what it kills before was serving.
func replaces(script *audit.File) bool {
	for s := range script.Of(inspect.Command{}) {
		argv := withoutSudo(audit.Unwrap(s.Fact.(inspect.Command).Argv))
		if len(argv) > 2 && (path.Base(argv[0]) == "docker" || path.Base(argv[0]) == "podman") && argv[1] == "run" && slices.ContainsFunc(argv, keepsRunning.MatchString) {
			return true
		}
	}
	return false
}

var keepsRunning = regexp.MustCompile(`^--restart=(always|unless-stopped|on-failure.*)$`)

// remote are the commands that ssh is told to run on a host.
func remote(c inspect.Command) []inspect.Command {
	if audit.Program(c) != "ssh" || len(c.Argv) < 3 {
		return nil
	}
	text := c.Argv[len(c.Argv)-1]
	for _, r := range c.Redirects {
		if r.Text != "" {
			text = r.Text
		}
	}
	commands, _ := shell.Commands(text, c.Line)
	return commands
}

var gracePeriodZero = regexp.MustCompile(`^--grace-period=0$`)

// kills says how a command kills what runs, in the words of its options, and
// which fix it needs; "" when it doesn't.
func settingFix(how, name string) []audit.Option {
	return []audit.Option{audit.WithFix("setting"), audit.Naming("how", how), audit.Naming("name", name)}
}

func kills(c inspect.Command) (how, fix string) {
	argv := withoutSudo(audit.Unwrap(c.Argv))
	if len(argv) < 2 {
		return "", ""
	}
	program, rest := path.Base(argv[0]), argv[1:]
	has := func(words ...string) bool {
		return slices.ContainsFunc(rest, func(word string) bool { return slices.Contains(words, word) })
	}
	nine := has("-9", "-KILL", "-SIGKILL", "--signal=KILL", "--signal=SIGKILL") || slices.Contains(rest, "-s") && has("KILL", "SIGKILL", "9")
	switch program {
	case "kill", "pkill", "killall":
		if nine {
			return program + " -9", ""
		}
	case "docker", "podman":
		return containerKills(program, rest)
	case "kubectl":
		if rest[0] == "delete" && slices.ContainsFunc(rest, gracePeriodZero.MatchString) && has("pod", "pods", "po", "deployment", "deployments", "deploy") {
			return "kubectl delete --grace-period=0", "kubectl"
		}
	case "systemctl":
		if rest[0] == "kill" && nine {
			return "systemctl kill -s KILL", ""
		}
	}
	return "", ""
}

// containerKills is kills for Docker's command line. A kill by another signal
// only sends that.
func containerKills(program string, rest []string) (how, fix string) {
	if rest[0] == "container" && len(rest) > 1 {
		rest = rest[1:]
	}
	if slices.ContainsFunc(rest, aside.MatchString) {
		return "", ""
	}
	switch rest[0] {
	case "kill":
		for i, word := range rest {
			if (word == "-s" || word == "--signal") && i+1 < len(rest) && !killSignal.MatchString(rest[i+1]) || strings.HasPrefix(word, "--signal=") && !killSignal.MatchString(word[9:]) {
				return "", ""
			}
		}
		return program + " kill", "Docker"
	case "rm":
		if slices.Contains(rest, "-f") || slices.Contains(rest, "--force") || slices.Contains(rest, "-fv") || slices.Contains(rest, "-vf") {
			return program + " rm -f", "Docker"
		}
	case "stop", "restart":
		for i, word := range rest {
			if word == "--time=0" || word == "-t0" || word == "--timeout=0" || (word == "-t" || word == "--time" || word == "--timeout") && i+1 < len(rest) && rest[i+1] == "0" {
				return program + " " + rest[0] + " -t 0", "Docker"
			}
		}
	}
	return "", ""
}

// aside are containers that only help a deploy: builders, copies of files.
var aside = regexp.MustCompile(`(?i)build|temp|tmp|copy|extract|dummy|migrat|test|buildx`)

func withoutSudo(argv []string) []string {
	for len(argv) > 1 && (argv[0] == "sudo" || argv[0] == "xargs" || strings.HasPrefix(argv[0], "-") && len(argv) > 2) {
		argv = argv[1:]
	}
	return argv
}
