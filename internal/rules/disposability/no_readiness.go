package disposability

import (
	"fmt"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "disposability/no-readiness",
	Aspect: "c",
	Type:   audit.Violation,
	Title:  "Nothing asks whether it is ready",
	Why: "Without a readiness check a new instance gets requests the moment its container starts, before it listens: each " +
		"deploy and each scale-out answers some of them with errors.",
	Fixes: []audit.Fix{
		{For: "Kubernetes", Text: "Give the container a readinessProbe: httpGet on the path that says it can serve, or grpc, every few seconds."},
		{For: "fly", Text: "Add [[http_service.checks]] with the path that says it can serve, interval and timeout."},
		{Text: "Answer GET /readyz once requests can be served, and let the platform ask it before it sends any."},
	},
	Severity:   audit.Low,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true}
-- server.js --
require("http").createServer().listen(process.env.PORT);
-- k8s/shop.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  template:
    spec:
      containers:
        - {name: shop, image: "registry.example.com/shop:1.2.0"}
`,
	Good: `
-- package.json --
{"name": "shop", "private": true}
-- server.js --
require("http").createServer().listen(process.env.PORT);
-- k8s/shop.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  template:
    spec:
      containers:
        - name: shop
          image: registry.example.com/shop:1.2.0
          readinessProbe: {httpGet: {path: /readyz, port: 3000}}
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, k := range c.OwnContainers() {
			if k.Kind == audit.WebProcess && k.Workload.Fact.Type != "KnativeService" && !asked(k) {
				report.Violation(k.At(), k.Title, fmt.Sprintf("Kubernetes sends requests to %s without asking whether it is ready", k.Title), audit.WithFix("Kubernetes"))
			}
		}
		for f := range audit.Facts[inspect.FlyApp](c) {
			if f.Fact.InternalPort > 0 && !f.Fact.Checks {
				report.Violation(f.At(), f.Fact.App, fmt.Sprintf("fly sends requests to %s without asking whether it is ready", f.Fact.App), audit.WithFix("fly"))
			}
		}
	},
})

// asked reports whether a pod says when it is ready: by this container, or by
// the one that stands before it.
func asked(k audit.OwnContainer) bool {
	if k.Readiness {
		return true
	}
	for _, other := range k.Workload.Fact.Containers {
		if other.Readiness && !other.Init {
			return true
		}
	}
	return false
}
