package portbinding

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "port-binding/mismatch",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "A descriptor names another port",
	Why: "The platform sends requests and checks to the port that its descriptor names. Where the program listens on " +
		"another one, nothing answers, or only as long as someone sets a variable by hand." +
		" Too few of these were seen in real repositories to be measured, so that the finding is advisory: shown, not scored.",
	Fixes: []audit.Fix{
		{For: "Service", Text: "Let the Service's targetPort be a port of the container, best by its name (name: http), instead of ‹port›."},
		{For: "Ingress", Text: "Let the Ingress name a port that the Service ‹name› has, instead of ‹port›."},
		{For: "health check", Text: "Let the health check of ‹name› ask port ‹listens›."},
		{For: "Kubernetes", Text: "Let containerPort be ‹listens›, the port that the program listens on, name it (name: http), and let the Service's targetPort be that name."},
		{For: "fly", Text: `Set internal_port to ‹listens›, the port that the program listens on, or give it PORT = "‹port›" in [env] where the program reads that.`},
		{For: "EXPOSE", Text: "EXPOSE ‹listens›, the port that the program listens on."},
		{Text: "Let ‹name› give ‹listens›, the port that the program listens on; or let the program read PORT, and give it that from here."},
		{Text: "Let one variable PORT decide: the program reads it, and the descriptor gives it the number that it names itself."},
	},
	Severity:   audit.Medium,
	Confidence: audit.LowConfidence,
	Counting:   audit.Each,
	Sources:    []string{"000"},
	Bad: `
-- package.json --
{"name": "shop", "private": true}
-- server.js --
require("http").createServer().listen(process.env.PORT || 3000);
-- fly.toml --
app = "shop"
[http_service]
  internal_port = 8080
`,
	Good: `
-- package.json --
{"name": "shop", "private": true}
-- server.js --
require("http").createServer().listen(process.env.PORT || 3000);
-- fly.toml --
app = "shop"
[env]
  PORT = "8080"
[http_service]
  internal_port = 8080
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		serviceTargets(c, report)
		ingressTargets(c, report)
		healthChecks(c, report)
		if behindAnother(c) {
			return
		}
		for _, e := range exposures(c) {
			listens, known := listenPorts(c, e.env)
			if !known || e.by == "EXPOSE" && startedOtherwise(c) || exposesItsOwn(c, e) || slices.ContainsFunc(e.ports, func(p int) bool { return slices.Contains(listens, p) }) {
				continue
			}
			report.Violation(e.place, e.by, fmt.Sprintf("%s names port %s, and the program listens on %s", e.by, numbers(e.ports), numbers(listens)), audit.WithFix(fixOf(e.by)), audit.Naming("name", e.by), audit.Naming("listens", numbers(listens)), audit.Naming("port", numbers(e.ports)))
		}
	},
})

func fixOf(by string) string {
	switch {
	case strings.HasPrefix(by, "fly"):
		return "fly"
	case by == "EXPOSE":
		return "EXPOSE"
	case strings.HasPrefix(by, "the container"):
		return "Kubernetes"
	}
	return ""
}

// listenPorts are the ports that the program listens on under a descriptor that
// gives it these variables; known is false unless all of them are.
func listenPorts(c *audit.Component, env []inspect.EnvEntry) (ports []int, known bool) {
	add := func(text string) bool {
		n, err := strconv.Atoi(strings.TrimPrefix(text, ":"))
		if err == nil {
			ports = append(ports, n)
		}
		return err == nil
	}
	for _, b := range bindings(c) {
		if !add(b.port) {
			return nil, false
		}
	}
	if len(ports) > 0 {
		return ports, true
	}
	for l := range audit.FactsIn[inspect.Listen](c.ProgramFiles()) {
		if l.Fact.Side && l.Fact.Port.IsLiteral() {
			add(l.Fact.Port.Text) // metrics are a port that may be named, too
		}
	}
	side := len(ports)
	for _, l := range c.Listens() {
		if usual, ok := usualPorts(c, env, l.Fact); ok {
			for _, port := range usual {
				add(port)
			}
			continue
		}
		if b, settings := settingsPort(c, l.Fact.Via); settings {
			if !add(b.port) || variable(c, env, "SERVER_PORT") != "" {
				return nil, false
			}
			continue
		}
		port := l.Fact.Port
		switch {
		case port.IsLiteral() && add(port.Text):
		case port.FromEnv() && len(port.Env) == 1:
			text := variable(c, env, port.Env[0])
			if text == "" {
				text = port.Text
			}
			if !add(text) {
				return nil, false
			}
		default:
			return nil, false
		}
	}
	if port, ok := apachesPort(c); ok && len(ports) == side && len(c.Listens()) == 0 {
		ports = append(ports, port)
	}
	return ports, len(ports) > side
}

// startedOtherwise reports whether a descriptor starts the server by a command
// of its own: the image's EXPOSE speaks of what the image starts.
func startedOtherwise(c *audit.Component) bool {
	for _, b := range bindings(c) {
		if c.Image != nil && b.place.Path != c.Image.File.Path && c.Script(b.place.Path, nil) == nil && path.Base(b.place.Path) != "uwsgi.ini" {
			return true
		}
	}
	return false
}

// variable is the literal that a descriptor or the image gives a variable, "?"
// for one that is no literal, "" for none.
func variable(c *audit.Component, env []inspect.EnvEntry, name string) string {
	for _, e := range env {
		if e.Name == name {
			if e.Value.IsLiteral() {
				return e.Value.Text
			}
			return "?"
		}
	}
	for _, p := range c.Provided() {
		if p.Name != name {
			continue
		}
		if v, ok := c.ProvidedIn(audit.Production, name); ok && v.Value.IsLiteral() {
			return v.Value.Text
		}
		return "?"
	}
	return ""
}

// serviceTargets reports Services of Kubernetes whose target is no port of the
// pods that they select.
func serviceTargets(c *audit.Component, report *audit.Report) {
	for s := range audit.Facts[inspect.KubeObject](c) {
		if s.Fact.Type != "Service" || len(s.Fact.Selector) == 0 {
			continue
		}
		for _, k := range c.OwnContainers() {
			w := k.Workload
			if w.File.Dir() != s.File.Dir() || !selects(s.Fact.Selector, w.Fact.Labels) {
				continue
			}
			ports, names, whole := podPorts(w.Fact)
			if !whole {
				continue
			}
			for _, p := range s.Fact.Ports {
				target := p.Target
				if target == "" {
					target = strconv.Itoa(p.Port)
				}
				if strings.ContainsAny(target, "{$") || target == "0" || slices.Contains(names, target) {
					continue
				}
				if n, err := strconv.Atoi(target); err == nil && slices.Contains(ports, n) {
					continue
				}
				place := audit.Place{Path: s.File.Path, Line: p.Line, EndLine: p.Line}
				report.Violation(place, "Service "+s.Fact.Name, fmt.Sprintf("the Service %s sends requests to port %s, and the container has %s", s.Fact.Name, target, numbers(ports)), audit.WithFix("Service"), audit.Naming("port", target))
			}
		}
	}
}

// selects reports whether labels have all that a selector asks for.
func selects(selector, labels map[string]string) bool {
	for key, value := range selector {
		if labels[key] != value || strings.Contains(value, "{{") {
			return false
		}
	}
	return true
}

// podPorts are the ports of a pod's containers with their names; whole is false
// when a container may have more.
func podPorts(w inspect.Workload) (ports []int, names []string, whole bool) {
	for _, k := range w.Containers {
		if len(k.PortsOf) > 0 || !k.Init && len(k.Ports) == 0 {
			return nil, nil, false
		}
		ports = append(ports, k.Ports...)
		names = append(names, k.PortNames...)
	}
	return ports, names, len(ports) > 0
}
