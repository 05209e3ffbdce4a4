package config

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// originList are settings that name the pages which may send requests.
var originList = regexp.MustCompile(`^(CSRF_TRUSTED_ORIGINS|CORS_ALLOWED_ORIGINS|CORS_ORIGIN_WHITELIST)\.\d+$`)

// judgeOrigins looks at lists of trusted pages that are literals and hold none
// but this machine's: every real deploy refuses its own.
func judgeOrigins(c *audit.Component, report *audit.Report) {
	local, deployed := map[string]audit.EffectiveSetting{}, map[string]bool{}
	var lists []string
	for _, s := range audit.OfComponent(c, (*audit.Component).EffectiveSettings) {
		m := originList.FindStringSubmatch(s.Key)
		if m == nil {
			if s.Value.Source != inspect.Literal {
				deployed[s.Key] = true // the list as a whole
			}
			continue
		}
		if !s.Value.IsLiteral() || network(inspect.HTTPHost(s.Value.Text)) != "loopback" {
			deployed[m[1]] = true
		} else if _, known := local[m[1]]; !known {
			local[m[1]] = s
			lists = append(lists, m[1])
		}
	}
	for _, name := range lists {
		if s := local[name]; !deployed[name] && !developersSettings.MatchString(s.At.Path) {
			report.Violation(s.At, name, fmt.Sprintf("%s trusts %s and no other, whatever the deploy's address is", name, origin.FindString(s.Value.Text)))
		}
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
			report.Violation(s.At(), host, fmt.Sprintf("the image's %s hands requests on to %s, whatever the deploy says", path.Base(s.File.Path), origin.FindString(s.Fact.Value.Text)))
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
