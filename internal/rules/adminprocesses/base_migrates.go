package adminprocesses

import (
	"fmt"
	"strconv"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// judgeBase looks for what makes the entrypoint of a public base image migrate:
// serversideup/php does when AUTORUN_ENABLED is set, unless told to leave
// migrations out, thecodingmachine/php runs what STARTUP_COMMAND_1 and the like
// hold.
func judgeBase(c *audit.Component, report *audit.Report) {
	if c.Image == nil {
		return
	}
	say := func(given audit.Provided, what string, locked bool) {
		report.Violation(given.At(), "migration", fmt.Sprintf("%s makes the base image run %s before each start", given.Name, what), audit.WithSeverity(severityOf(c, locked)), audit.WithFix("base image"), audit.Naming("variable", given.Name))
	}
	switch base := c.Image.Base; {
	case strings.Contains(base, "serversideup/php"):
		autorun, on := switched(c, "AUTORUN_ENABLED")
		migration, told := switched(c, "AUTORUN_LARAVEL_MIGRATION")
		if !on || told && !isOn(migration) || !isOn(autorun) {
			return
		}
		isolated, _ := switched(c, "AUTORUN_LARAVEL_MIGRATION_ISOLATION")
		say(autorun, "artisan migrate", isOn(isolated))
	case strings.Contains(base, "thecodingmachine/php"):
		for _, p := range c.Provided() {
			if p.Environment != audit.Production || !strings.HasPrefix(p.Name, "STARTUP_COMMAND_") || !p.Value.IsLiteral() {
				continue
			}
			if by, locked, found := migrates(inspect.Command{Argv: strings.Fields(p.Value.Text)}); found {
				say(p, by, locked)
			}
		}
	}
}

// switched is what production gives a variable that switches something.
func switched(c *audit.Component, name string) (audit.Provided, bool) {
	p, ok := c.ProvidedIn(audit.Production, name)
	return p, ok && p.Value.IsLiteral()
}

func isOn(p audit.Provided) bool {
	on, err := strconv.ParseBool(p.Value.Text)
	return err == nil && on
}
