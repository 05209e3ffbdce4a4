package concurrency

import (
	"fmt"
	"regexp"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// instances is a descriptor's order to run a process type more than once.
type instances struct {
	title string // what runs: a workload's, service's or platform's name
	order string // "3 replicas"
	kind  audit.ProcessKind
	place audit.Place
}

// multiplied lists what a deploy of the component runs more than once.
func multiplied(c *audit.Component) []instances { return audit.OfComponent(c, findMultiplied) }

func findMultiplied(c *audit.Component) []instances {
	list := inClusters(c)
	for _, s := range c.OwnServices() {
		if at := s.Files[len(s.Files)-1]; s.Replicas > 1 {
			list = append(list, instances{s.Name, fmt.Sprintf("%d replicas", s.Replicas), c.KindOf(at.File, s.Name), at.At()})
		}
	}
	for s := range audit.Facts[inspect.PlatformService](c) {
		switch s.Fact.Type {
		case "cron", "job", "release", "function", "static":
			continue
		}
		order := fmt.Sprintf("%d instances", s.Fact.Instances)
		if s.Fact.Scales {
			order = "as many instances as the load asks for"
		} else if s.Fact.Instances < 2 {
			continue
		}
		kind := audit.WebProcess
		if s.Fact.Type == "worker" {
			kind = audit.WorkerProcess
		}
		title := s.Fact.Name
		if title == "" {
			title = s.Fact.Platform + "'s service"
		}
		list = append(list, instances{title, order, c.KindOf(s.File, s.Fact.Name), s.At()})
		if list[len(list)-1].kind != audit.ClockProcess {
			list[len(list)-1].kind = kind
		}
	}
	for f := range audit.Facts[inspect.FlyApp](c) {
		if f.Fact.MinMachines > 1 {
			list = append(list, instances{f.Fact.App, fmt.Sprintf("at least %d machines", f.Fact.MinMachines), audit.WebProcess, f.At()})
		}
	}
	return list
}

// inClusters are the replicas and autoscalers of Kubernetes.
func inClusters(c *audit.Component) []instances {
	var list []instances
	for _, k := range c.OwnContainers() {
		if k.Workload.Fact.Type == "DaemonSet" || k.Workload.Fact.Type == "Pod" {
			continue
		}
		found := false
		for _, n := range c.Replicas(k.Workload) {
			if n.Count > 1 && !found {
				found = true
				list = append(list, instances{k.Title, fmt.Sprintf("%d replicas", n.Count), k.Kind, n.At})
			}
		}
		for hpa := range audit.Facts[inspect.KubeObject](c) {
			if !found && hpa.Fact.Type == "HorizontalPodAutoscaler" && hpa.Fact.Target == k.Workload.Fact.Name && (hpa.Fact.MaxReplicas == nil || *hpa.Fact.MaxReplicas > 1) {
				found = true
				order := "as many replicas as load asks for"
				if hpa.Fact.MaxReplicas != nil {
					order = fmt.Sprintf("up to %d replicas", *hpa.Fact.MaxReplicas)
				}
				list = append(list, instances{k.Title, order, k.Kind, hpa.At()})
			}
		}
	}
	return list
}

// forks are the options by which a start command runs several processes of the
// program, each of which loads all of it.
var forks = map[string][]string{
	"gunicorn": {"-w", "--workers"}, "uvicorn": {"--workers"}, "hypercorn": {"-w", "--workers"}, "granian": {"--workers"}, "fastapi": {"--workers"},
	"uwsgi": {"-p", "--processes", "--workers"}, "puma": {"-w", "--workers"}, "pm2-runtime": {"-i", "--instances"}, "pm2": {"-i", "--instances"},
	"sanic": {"-w", "--workers"}, "waitress-serve": {}, "php": {},
}

var plural = regexp.MustCompile(`^([2-9]|[1-9][0-9]+|max|0|-1)$`)

// forked is how many processes a command starts of its program, as written, or
// "": a number, "max", or a variable.
func forked(c inspect.Command) string {
	argv := audit.Unwrap(c.Argv)
	for len(argv) > 1 && (argv[0] == "python" || argv[0] == "python3") {
		argv = argv[1:]
	}
	if len(argv) == 0 {
		return ""
	}
	return optionOf(argv, forks[audit.Program(c)]...)
}

// optionOf is the value of the first of the options that a command is given.
func optionOf(argv []string, options ...string) string {
	for i, word := range argv {
		for _, option := range options {
			switch {
			case word == option && i+1 < len(argv):
				return argv[i+1]
			case len(option) > 2 && len(word) > len(option)+1 && word[:len(option)+1] == option+"=":
				return word[len(option)+1:]
			case len(option) == 2 && len(word) > 2 && word[:2] == option && plural.MatchString(word[2:]):
				return word[2:]
			}
		}
	}
	return ""
}
