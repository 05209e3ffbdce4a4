package backingservices

import (
	"fmt"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var (
	// engineVariable are variables that choose the database, by its kind or by
	// its address.
	engineVariable = regexp.MustCompile(`(?i)(^|_)(DB|DATABASE|SQL|TYPEORM)_{1,2}(CONNECTION|ENGINE|CLIENT|TYPE|DRIVER|DIALECT|ADAPTER|PROVIDER|BACKEND|URL|URI)$`)
	// engineSQLite is such a choice of SQLite: its name, Django's engine, a URL.
	engineSQLite = regexp.MustCompile(`(?i)^((django\.db\.backends\.)?(better-)?sqlite3?|(jdbc:)?sqlite3?(\+\w+)?:.*)$`)
)

// chosenInDeploy reports a deploy that attaches SQLite by the variable by which
// it could attach a server. A Compose file that users start for themselves may
// do so, as may an image, which only says what holds unless told otherwise.
func chosenInDeploy(c *audit.Component, report *audit.Report) {
	for _, p := range c.Provided() {
		if p.Environment != audit.Production || p.File.Role != source.DeployProd || p.File.Format == inspect.Compose || p.File.Format == inspect.Dockerfile {
			continue
		}
		if !p.Value.IsLiteral() || !engineVariable.MatchString(p.Name) || !engineSQLite.MatchString(p.Value.Text) || strings.Contains(p.Value.Text, ":memory:") {
			continue
		}
		if held, ok := c.ProvidedIn(audit.Production, p.Name); ok && held.At() == p.At() {
			report.Violation(p.At(), "sqlite", fmt.Sprintf("%s makes SQLite the database of the deploy, a file on its own disk", p.Name), audit.WithFix("a variable of the deploy"), audit.Naming("variable", p.Name))
		}
	}
}
