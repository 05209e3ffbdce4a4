package portbinding

import (
	"fmt"

	"twelvefold/internal/audit"
)

var _ = set.Add(audit.Rule{
	ID:      "port-binding/embedded-server",
	Aspect:  "a",
	Type:    audit.Positive,
	Title:   "The program brings its own server",
	Why:     "It serves by itself wherever it is started: no web server has to be there before it.",
	Sources: []string{"12F", "000", "001", "002", "004"},
	Bad: `
-- requirements.txt --
django==5.0
-- shop/settings.py --
ROOT_URLCONF = "shop.urls"
INSTALLED_APPS = []
DATABASES = {}
`,
	Good: `
-- requirements.txt --
gunicorn==22.0.0
-- Procfile --
web: gunicorn shop.wsgi
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if len(developmentServers(c)) > 0 {
			return
		}
		for _, p := range c.Running() {
			for _, s := range c.RunSteps(p) {
				if audit.ServesHTTP(s.Command) && audit.DevelopmentServer(s.Command) == "" && (s.Certain() || s.Exec) {
					report.Pass(audit.Place{Path: s.File.Path, Line: s.Line, EndLine: s.Line}, 1,
						fmt.Sprintf("%s serves through %s", p.Title(), audit.Program(s.Command)))
					return
				}
			}
		}
		for _, l := range c.Listens() {
			if !l.Fact.Dev {
				report.Pass(l.At(), 1, fmt.Sprintf("%s listens through %s", l.File.Path, l.Fact.Via))
				return
			}
		}
		if at, message := serverOfImage(c); message != "" {
			report.Pass(at, 1, message)
		} else if at, message := rackServer(c); message != "" {
			report.Pass(at, 1, message)
		}
	},
})
