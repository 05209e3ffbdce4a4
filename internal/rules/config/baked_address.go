package config

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// originList are settings that name the pages which may send requests.
var originList = regexp.MustCompile(`^(CSRF_TRUSTED_ORIGINS|CORS_ALLOWED_ORIGINS|CORS_ORIGIN_WHITELIST)\.\d+$`)

// judgeOrigins looks at lists of trusted pages in Django's settings that are
// literals, each of them: every other deploy refuses its own.
func judgeOrigins(c *audit.Component, report *audit.Report) {
	local, remote, varies := map[string]audit.EffectiveSetting{}, map[string]audit.EffectiveSetting{}, map[string]bool{}
	var lists []string
	for _, s := range audit.OfComponent(c, (*audit.Component).EffectiveSettings) {
		m := originList.FindStringSubmatch(s.Key)
		if m == nil {
			if s.Value.Source != inspect.Literal {
				varies[s.Key] = true // the list as a whole
			}
			continue
		}
		host := inspect.HTTPHost(s.Value.Text)
		held := remote
		switch {
		case !s.Value.IsLiteral() || host == "":
			varies[m[1]] = true
			continue
		case network(host) == "loopback":
			held = local
		}
		if _, known := held[m[1]]; !known {
			held[m[1]] = s
			lists = append(lists, m[1])
		}
	}
	slices.Sort(lists)
	for _, name := range slices.Compact(lists) {
		if s, ok := remote[name]; ok && !varies[name] && !developersSettings.MatchString(s.At.Path) {
			report.Violation(s.At, name, fmt.Sprintf("%s is written in the settings, %s in it: pages of another deploy are refused", name, origin.FindString(s.Value.Text)), audit.WithFix("origins"))
		} else if s := local[name]; !ok && !varies[name] && !developersSettings.MatchString(s.At.Path) {
			report.Violation(s.At, name, fmt.Sprintf("%s trusts %s and no other, whatever the deploy's address is", name, origin.FindString(s.Value.Text)), audit.WithFix("origins"))
		}
	}
}

// judgeWrittenOrigins looks at lists in code of the pages that may call: each is
// of one deploy.
func judgeWrittenOrigins(c *audit.Component, report *audit.Report) {
	for e := range audit.Facts[inspect.Endpoint](c, source.Prod, source.DeployProd) {
		if e.Fact.Via != inspect.OriginVia || besideProgram.MatchString(e.File.Path) || developersSettings.MatchString(path.Base(e.File.Path)) || chosenByName(e) || inBrowser(c, e.File) {
			continue
		}
		page := strings.TrimSuffix(e.Fact.URL.Text, "/")
		message := fmt.Sprintf("Which pages may call is written in the code, %s among them: pages of another deploy are refused", page)
		if network(inspect.HTTPHost(page)) == "loopback" {
			message = fmt.Sprintf("The only pages of other origins that may call are a developer's, %s: no deploy can name its own", page)
		}
		report.Violation(e.At(), "origins "+inspect.HTTPHost(page), message, audit.WithFix("origins"))
	}
}

// developersSettings are settings of one environment that nobody deploys.
var developersSettings = regexp.MustCompile(`(?i)(^|[/_.-])(dev|develop|development|local|debug|tests?|testing|ci)([/_.-])`)

// judgeProxies looks at servers of a page's files whose settings, baked into the
// image, hand requests on to another service under a fixed name.
func judgeProxies(c *audit.Component, report *audit.Report) {
	if c.Class != audit.StaticFrontend || c.Image == nil {
		return
	}
	for s := range audit.Facts[inspect.Setting](c, source.Prod, source.DeployProd) {
		if s.Fact.Key != "nginx.proxy_pass" || !s.Fact.Value.IsLiteral() || strings.Contains(s.Fact.Value.Text, "$") || !inImage(c, path.Base(s.File.Path)) {
			continue
		}
		if host := inspect.HTTPHost(s.Fact.Value.Text); host != "" && (network(host) == "bare" && strings.Contains(s.Fact.Value.Text, host+":") || network(host) == "private") {
			report.Violation(s.At(), host, fmt.Sprintf("the image's %s hands requests on to %s, whatever the deploy says", path.Base(s.File.Path), origin.FindString(s.Fact.Value.Text)), audit.WithFix("nginx"), audit.Naming("file", path.Base(s.File.Path)))
		}
	}
}

// inImage reports whether the image is given a file of this name.
func inImage(c *audit.Component, name string) bool {
	for _, i := range c.Image.Instructions {
		if i.Fact.Name == "COPY" || i.Fact.Name == "ADD" {
			for _, arg := range i.Fact.Args {
				if path.Base(arg) == name {
					return true
				}
			}
		}
	}
	return false
}
