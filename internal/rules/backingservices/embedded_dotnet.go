package backingservices

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var dataSource = regexp.MustCompile(`(?i)(?:^|;)\s*(?:data source|datasource|filename)\s*=\s*([^;]+)`)

// insideDotnet reports a program of .NET that knows SQLite alone: its settings
// may say which file, and no setting can attach a server. It returns whether it did.
func insideDotnet(c *audit.Component, report *audit.Report) bool {
	var only *audit.Located[inspect.Client]
	for client := range audit.Facts[inspect.Client](c, source.Prod) {
		switch {
		case !aDatabase(client.Fact) || client.Fact.Debug:
		case client.Fact.Service != inspect.SQLite || client.File.Format != inspect.CSharp || !client.Fact.Handle.FromEnv() || len(client.Fact.Handle.Env) != 1:
			return false
		case only == nil && !byTheWay(client.File.Path):
			only = &client
		}
	}
	if only == nil {
		return false
	}
	key := strings.ReplaceAll(only.Fact.Handle.Env[0], "__", ":")
	s, ok := c.EffectiveSetting(key)
	text := only.Fact.Handle.Text
	if ok && s.Value.IsLiteral() {
		text = s.Value.Text
	}
	if m := dataSource.FindStringSubmatch(text); m != nil {
		if file := databaseFile(strings.TrimSpace(m[1])); holdsData(file) {
			report.Violation(only.At(), path.Base(file), fmt.Sprintf("The data is kept in the SQLite file %s on the process's own disk, and the program knows no other database", file), audit.Naming("file", file))
			return true
		}
	}
	return false
}
