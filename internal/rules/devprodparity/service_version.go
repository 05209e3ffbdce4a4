package devprodparity

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"twelvefold/internal/audit"
)

var _ = set.Add(audit.Rule{
	ID:     "dev-prod-parity/service-version",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "A backing service has another major version elsewhere",
	Why: "Major versions of a database differ in syntax, defaults and planner. What development and CI proved on one " +
		"is not what production runs, and the difference shows up first in production.",
	Fixes: []audit.Fix{
		{For: "kept", Text: "Pin ‹service› to the major version that wrote the volume, and move to the next by a migration of its data."},
		{Text: "Pin the same major version of ‹service› in development, CI and production. Let development and CI follow production; upgrading a database's major version in production needs a migration of its data."},
		{Text: "Pin the same major version of the service in development, CI and production. Let development and CI follow production; upgrading a database's major version in production needs a migration of its data."},
	},
	Severity:   audit.Medium,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "000", "001", "002"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- docker-compose.prod.yml --
services:
  app:
    image: example/shop:1.4.2
  db:
    image: postgres:16
-- docker-compose.dev.yml --
services:
  db:
    image: postgres:14
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- docker-compose.prod.yml --
services:
  app:
    image: example/shop:1.4.2
  db:
    image: postgres:16
-- docker-compose.dev.yml --
services:
  db:
    image: postgres:16-alpine
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, p := range installations(c) {
			if !p.conflict(report) && !p.floating(report) {
				p.drifting(report)
			}
		}
	},
})

// installation is where and as what one product is run.
type installation struct {
	product string
	images  map[audit.Environment][]audit.ServiceImage
}

// environments in the order in which one that differs is to follow the others.
var environments = []audit.Environment{audit.Testing, audit.Development, audit.Production}

// installations groups the component's service images by product. What runs in
// several majors on purpose is left out: CI that tests against more than one,
// a file that starts two side by side, descriptors for installing with one of
// three or more.
func installations(c *audit.Component) []installation {
	inFile := map[string]map[string]bool{} // "path product" → majors
	testing, production := map[string]map[string]bool{}, map[string]map[string]bool{}
	note := func(m map[string]map[string]bool, key, major string) {
		if m[key] == nil {
			m[key] = map[string]bool{}
		}
		if major != "" {
			m[key][major] = true
		}
	}
	images := c.ServiceImages()
	for _, s := range images {
		note(inFile, s.File.Path+" "+s.Product, s.Major())
		if s.Environment == audit.Testing {
			note(testing, s.Product, s.Major())
		}
		if s.Environment == audit.Production {
			note(production, s.Product, s.Major())
		}
	}
	byProduct := map[string]*installation{}
	for _, s := range images {
		several := len(inFile[s.File.Path+" "+s.Product]) > 1 || s.Environment == audit.Testing && len(testing[s.Product]) > 1 || len(production[s.Product]) > 2
		if several || !s.Known {
			continue
		}
		p := byProduct[s.Product]
		if p == nil {
			p = &installation{s.Product, map[audit.Environment][]audit.ServiceImage{}}
			byProduct[s.Product] = p
		}
		p.images[s.Environment] = append(p.images[s.Environment], s)
	}
	var list []installation
	for _, p := range byProduct {
		list = append(list, *p)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].product < list[j].product })
	return list
}

// majors are the major versions that an environment states, sorted.
func (p installation) majors(e audit.Environment) []string {
	var list []string
	for _, s := range p.images[e] {
		if s.Version != "" && !slices.Contains(list, s.Major()) {
			list = append(list, s.Major())
		}
	}
	slices.Sort(list)
	return list
}

func (p installation) differ(a, b audit.Environment) bool {
	x, y := p.majors(a), p.majors(b)
	return len(x) > 0 && len(y) > 0 && !slices.ContainsFunc(x, func(major string) bool { return slices.Contains(y, major) })
}

// conflict reports the environment whose stated major most others don't have.
func (p installation) conflict(report *audit.Report) bool {
	var odd audit.Environment
	var others []audit.Environment
	for _, e := range environments {
		var differing []audit.Environment
		for _, other := range environments {
			if p.differ(e, other) {
				differing = append(differing, other)
			}
		}
		if len(differing) > len(others) {
			odd, others = e, differing
		}
	}
	if len(others) == 0 {
		return false
	}
	var elsewhere []string
	var related []audit.ServiceImage
	for _, e := range others {
		elsewhere = append(elsewhere, fmt.Sprintf("%s in %s", strings.Join(p.majors(e), " or "), e))
		related = append(related, p.stated(e)[0])
	}
	message := fmt.Sprintf("%s is %s in %s, but %s", p.product, strings.Join(p.majors(odd), " or "), odd, strings.Join(elsewhere, " and "))
	var options []audit.Option
	if odd == audit.Testing && p.isFloor(others) {
		options = append(options, audit.WithConfidence(audit.LowConfidence))
	}
	for _, s := range append(p.stated(odd), related...) {
		report.Violation(s.At(), p.product, message, append(options, audit.Naming("service", p.product))...)
	}
	return true
}

// stated are an environment's images that state a version.
func (p installation) stated(e audit.Environment) []audit.ServiceImage {
	var list []audit.ServiceImage
	for _, s := range p.images[e] {
		if s.Version != "" {
			list = append(list, s)
		}
	}
	return list
}

// floorDistance is how many majors CI must be behind to be taken for a test of
// the oldest version that is supported.
const floorDistance = 3

func (p installation) isFloor(others []audit.Environment) bool {
	tested := p.majors(audit.Testing)
	for _, e := range others {
		for _, major := range p.majors(e) {
			if number(major)-number(tested[len(tested)-1]) < floorDistance {
				return false
			}
		}
	}
	return true
}

func number(major string) int {
	whole, _, _ := strings.Cut(major, ".")
	n, err := strconv.Atoi(whole)
	if err != nil {
		return 0
	}
	return n
}

// abandoned are the latest majors that their makers had stopped to support when
// this rule was written (2025): CI that tests one tests a support floor.
var abandoned = map[string]int{"postgres": 13, "mysql": 5, "redis": 5, "mongo": 5, "elasticsearch": 7, "rabbitmq": 2}

// floating reports an environment that runs whatever is latest while another
// states a version.
func (p installation) floating(report *audit.Report) bool {
	found := false
	for _, e := range environments {
		if len(p.images[e]) == 0 || len(p.majors(e)) > 0 {
			continue
		}
		for _, other := range []audit.Environment{audit.Production, audit.Development, audit.Testing} {
			majors := p.majors(other)
			if len(majors) == 0 || other == audit.Testing && number(majors[0]) <= abandoned[p.product] {
				continue
			}
			message := fmt.Sprintf("%s is %s in %s, but whatever is latest in %s", p.product, strings.Join(majors, " or "), other, e)
			report.Violation(p.images[e][0].At(), p.product, message, audit.WithSeverity(audit.Low), audit.Naming("service", p.product))
			found = true
			break
		}
	}
	return found
}

// drifting reports a database that runs whatever is latest on files that stay:
// those that one major wrote, the next may not read, and PostgreSQL's never does.
func (p installation) drifting(report *audit.Report) {
	for _, s := range p.images[audit.Production] {
		if s.Kept && s.Official && s.Version == "" {
			report.Violation(s.At(), p.product, fmt.Sprintf("%s is whatever is latest on a volume that stays: the next major comes with whoever pulls the image, and may not read what this one wrote", p.product), audit.WithSeverity(audit.Low), audit.WithFix("kept"), audit.Naming("service", p.product))
		}
	}
}
