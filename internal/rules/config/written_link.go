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

// judgeLinks looks at links that a server hands to people: they lead to one
// deploy's pages, or to the developer's machine.
func judgeLinks(c *audit.Component, report *audit.Report) {
	for e := range audit.Facts[inspect.Endpoint](c, source.Prod, source.DeployProd) {
		host := inspect.HTTPHost(origin.FindString(e.Fact.URL.Text))
		if e.Fact.Via != inspect.LinkVia || host == "" || inBrowser(c, e.File) || c.Class == audit.StaticFrontend || besideProgram.MatchString(e.File.Path) ||
			developersSettings.MatchString(path.Base(e.File.Path)) || chosenByName(e) || publicAPI.MatchString(host) || !handsOut(c, e.File) {
			continue
		}
		message := fmt.Sprintf("Links that people are sent lead to %s, whatever the deploy's address is", origin.FindString(e.Fact.URL.Text))
		if e.Fact.Name == inspect.RedirectName {
			message = fmt.Sprintf("Browsers are redirected to %s, whatever the deploy's address is", origin.FindString(e.Fact.URL.Text))
		}
		report.Violation(e.At(), "link "+host, message, audit.WithFix("link"))
	}
}

// handsOut reports whether people get what a file says: it is of a program that
// serves or mails, and, where no language reads it, one of its templates.
func handsOut(c *audit.Component, f *audit.File) bool {
	if c.Class == audit.CLI || c.Class == audit.Infra {
		return false
	}
	switch path.Ext(f.Path) {
	case ".html", ".htm", ".txt", ".md":
		return f.Format == "" && viewDirectory.MatchString(f.Path)
	}
	return f.Format != "" || viewFile[strings.ToLower(path.Ext(f.Path))]
}

var (
	// viewFile are the extensions of templates that are told by them.
	viewFile = map[string]bool{".twig": true, ".erb": true, ".haml": true, ".slim": true, ".ejs": true, ".hbs": true, ".handlebars": true, ".mjml": true, ".mustache": true, ".liquid": true, ".pug": true, ".ftl": true, ".ftlh": true, ".jsp": true, ".cshtml": true,
		".razor": true, ".tmpl": true, ".gohtml": true, ".tpl": true, ".latte": true, ".njk": true, ".jinja": true, ".jinja2": true, ".j2": true}
	viewDirectory = regexp.MustCompile(`(?i)(^|/)(templates?|views?|e?mails?|mailers?|e?mail[-_]?templates?)/`)
)

// judgeDefined looks at addresses that a build for production puts into a page.
func judgeDefined(c *audit.Component, report *audit.Report) {
	for e := range audit.Facts[inspect.Endpoint](c, source.Prod, source.DevTool) {
		host := inspect.HTTPHost(e.Fact.URL.Text)
		if e.Fact.Via != inspect.DefineVia || host == "" || developersSettings.MatchString(path.Base(e.File.Path)) || publicAPI.MatchString(host) || alsoFromEnv(c, e.Fact.Name) && !strings.Contains(strings.ToLower(path.Base(e.File.Path)), "prod") {
			continue
		}
		message := fmt.Sprintf("The build puts %s into the page as %s, whatever the deploy says", origin.FindString(e.Fact.URL.Text), e.Fact.Name)
		report.Violation(e.At(), host, message, audit.WithFix("defined"), audit.Naming("name", e.Fact.Name))
	}
}
