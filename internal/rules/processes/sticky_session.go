package processes

import (
	"fmt"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "processes/sticky-session",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "The load balancer binds users to one instance",
	Why: "Sticky sessions hide that an instance remembers its users: load can't be spread, and each deploy, crash or scale-in " +
		"loses what the instance knew.",
	Fixes: []audit.Fix{
		{For: "Kubernetes", Text: "Move what the pod remembers into Redis or the database, then remove ‹how›."},
		{For: "Kubernetes", Text: "Move what the pod remembers into Redis or the database, then remove sessionAffinity or the affinity annotations."},
		{For: "nginx", Text: "Move what the instance remembers into Redis or the database, then remove ip_hash or sticky from the upstream."},
		{For: "Traefik", Text: "Move what the instance remembers into Redis or the database, then remove the sticky cookie from the service."},
		{Text: "Move what the instance remembers into Redis or the database, then remove the affinity."},
	},
	Severity:   audit.High,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "001", "002", "003", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- k8s/service.yaml --
apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  sessionAffinity: ClientIP
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- k8s/service.yaml --
apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  sessionAffinity: None
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for o := range audit.Facts[inspect.KubeObject](c) {
			if line, how := affinity(o.Fact); how != "" {
				report.Violation(audit.Place{Path: o.File.Path, Line: line, EndLine: line}, o.Fact.Name,
					fmt.Sprintf("%s %s sends a client to the same pod each time: %s", o.Fact.Type, o.Fact.Name, how), severity(o.Fact.Name), audit.WithFix("Kubernetes"), audit.Naming("how", remedy(o.Fact, how)))
			}
		}
		for o := range audit.AllFacts[inspect.KubeObject](c.Repo, source.Prod, source.DeployProd) {
			if c.File(o.File.Path) != nil || o.Fact.Type != "Ingress" {
				continue
			}
			if line, how := affinity(o.Fact); how != "" && c.Is(firstServed(c.Repo, o)) {
				report.Violation(audit.Place{Path: o.File.Path, Line: line, EndLine: line}, o.Fact.Name,
					fmt.Sprintf("%s %s sends a client to the same pod each time: %s", o.Fact.Type, o.Fact.Name, how), severity(o.Fact.Name), audit.WithFix("Kubernetes"), audit.Naming("how", remedy(o.Fact, how)))
			}
		}
		for a := range audit.Facts[inspect.Affinity](c) {
			report.Violation(a.At(), a.Fact.Of, fmt.Sprintf("%s sends a client of %s to the same instance each time", a.Fact.Via, a.Fact.Of), severity(a.Fact.Of), audit.WithFix("nginx"))
		}
		for s := range audit.Facts[inspect.ComposeService](c) {
			for _, label := range s.Fact.Sticky {
				report.Violation(audit.Place{Path: s.File.Path, Line: label.Line, EndLine: label.Line}, s.Fact.Name,
					fmt.Sprintf("Traefik sends a client of %s to the same instance each time", s.Fact.Name), severity(s.Fact.Name), audit.WithFix("Traefik"))
			}
		}
	},
})

// firstServed is the component that an Ingress beside the components sends
// requests to, by the first of its backends of which that can be told: a Service
// that selects pods in which the component runs.
func firstServed(repo *audit.Repository, ingress audit.Located[inspect.KubeObject]) *audit.Component {
	for _, b := range ingress.Fact.Backends {
		for service := range audit.AllFacts[inspect.KubeObject](repo, source.Prod, source.DeployProd) {
			if service.Fact.Type != "Service" || service.Fact.Name != b.Service || len(service.Fact.Selector) == 0 || service.File.Dir() != ingress.File.Dir() {
				continue
			}
			for _, c := range repo.Components {
				if runsIn(c, service.Fact.Selector) {
					return c
				}
			}
		}
	}
	return nil
}

// runsIn reports whether a component runs in pods that a Service selects.
func runsIn(c *audit.Component, selector map[string]string) bool {
	for _, k := range c.OwnContainers() {
		matches := true
		for name, value := range selector {
			matches = matches && k.Workload.Fact.Labels[name] == value
		}
		if matches {
			return true
		}
	}
	return false
}

// remedy is what binds clients, as the object writes it.
func remedy(o inspect.KubeObject, how string) string {
	if how == o.Affinity {
		return "sessionAffinity: " + how
	}
	return "the annotation " + how
}

// affinity tells how an object binds clients to pods, and where it says so.
func affinity(o inspect.KubeObject) (line int, how string) {
	if o.Affinity != "" && !strings.EqualFold(o.Affinity, "none") && !strings.ContainsAny(o.Affinity, "{$") {
		return o.AffinityAt, o.Affinity
	}
	for _, a := range o.Annotations {
		key, value := strings.ToLower(a.Name), strings.ToLower(a.Value.Text)
		switch {
		case !a.Value.IsLiteral():
		case strings.HasSuffix(key, "ingress.kubernetes.io/affinity") && value == "cookie",
			strings.HasSuffix(key, "haproxy.org/cookie-persistence") && value != "",
			strings.Contains(key, "traefik.ingress.kubernetes.io/service.sticky") && value != "false",
			strings.HasSuffix(key, "/upstream-hash-by") && clientKey.MatchString(value),
			strings.HasSuffix(key, "/target-group-attributes") && strings.Contains(value, "stickiness.enabled=true"):
			return a.Line, a.Name
		}
	}
	return 0, ""
}

// clientKey are variables of nginx that stand for the client.
var clientKey = regexp.MustCompile(`remote_addr|binary_remote|cookie_|session`)

// realtime are services whose handshake takes several requests.
var realtime = regexp.MustCompile(`(?i)(^|[-_.])(ws|wss|websockets?|sockets?|socketio|socket-io|realtime|live|collab(oration)?|hocuspocus|signalr)($|[-_.])`)

// severity is lower for what only keeps the requests of one connection's
// handshake together.
func severity(name string) audit.Option {
	if realtime.MatchString(name) {
		return audit.WithSeverity(audit.Medium)
	}
	return audit.WithSeverity(audit.High)
}
