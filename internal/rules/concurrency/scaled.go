package concurrency

import (
	"fmt"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:      "concurrency/scaled",
	Aspect:  "b",
	Type:    audit.Positive,
	Title:   "It scales out by processes",
	Why:     "Load is met by more processes of the same kind, whose number is the platform's or the deploy's to choose.",
	Sources: []string{"12F", "001", "002", "004"},
	Bad: `
-- requirements.txt --
gunicorn==22.0.0
-- Procfile --
web: gunicorn shop.wsgi
`,
	Good: `
-- requirements.txt --
gunicorn==22.0.0
-- Dockerfile --
FROM python:3.12
CMD ["gunicorn", "shop.wsgi"]
-- k8s/shop.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 3
  template:
    spec:
      containers:
        - name: shop
          image: registry.example.com/app:1.2.0
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, m := range multiplied(c) {
			if m.kind != audit.ClockProcess {
				report.Pass(m.place, 1, fmt.Sprintf("%s runs with %s", m.title, m.order))
				return
			}
		}
		for _, p := range c.Running() {
			for _, s := range c.RunSteps(p) {
				n := forked(s.Command)
				switch name := audit.Program(s.Command); {
				case s.Captured || n == "" || n == "1":
				case strings.Contains(n, "$"):
					report.Pass(at(s), 0.5, fmt.Sprintf("%s takes its number of processes from %s", name, n))
					return
				case strings.HasPrefix(name, "pm2"):
					report.Pass(at(s), 0.5, fmt.Sprintf("%s starts %s processes of the program", name, n))
					return
				}
			}
		}
		for r := range audit.Facts[inspect.EnvRead](c) {
			if processNumber.MatchString(r.Fact.Name) {
				report.Pass(r.At(), 0.5, fmt.Sprintf("the number of processes comes from %s", r.Fact.Name))
				return
			}
		}
		for _, v := range c.Provided() {
			if v.Name == "WEB_CONCURRENCY" && v.Environment == audit.Production {
				report.Pass(v.At(), 0.5, "the number of processes comes from WEB_CONCURRENCY")
				return
			}
		}
	},
})

// processNumber are variables that say how many processes a server or worker
// starts.
var processNumber = regexp.MustCompile(`^(WEB_CONCURRENCY|(APP_|DJANGO_)?(GUNICORN|UVICORN|PUMA|UWSGI|WEB|WEBSERVER|GRANIAN|UNICORN|CLUSTER)_?(NUM_?)?(WORKERS?|PROCESSES|CONCURRENCY)(_?(COUNT|NUM|NUMBER))?|(NUM|NUMBER_OF)_WEB_(WORKERS|PROCESSES))$`)
