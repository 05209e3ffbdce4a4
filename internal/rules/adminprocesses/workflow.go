package adminprocesses

import (
	"regexp"
	"slices"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// databaseVariable are variables that name the database that a tool works on.
var databaseVariable = regexp.MustCompile(`(?i)(^|_)(database|db|postgres(ql)?|pg|mysql|mariadb|mongo(db)?|sql|connection_?strings?_*\w*|jdbc|flyway|direct|datasource)_*(url|uri|dsn|host|string|connection(_?string)?|default|address)?$|^(DATABASE_URL|DIRECT_URL|POSTGRES_PRISMA_URL)`)

// deployed reports whether a step of a workflow works on a deployed database: it
// gets the database's address from the platform's secrets, or its job belongs to
// an environment.
func deployed(step inspect.WorkflowStep) bool {
	if step.Environment != "" {
		return true
	}
	return slices.ContainsFunc(step.Env, func(e inspect.EnvEntry) bool {
		return databaseVariable.MatchString(e.Name) && (e.From == "github-secret" || e.From == "github-variable")
	})
}

// stepLine is the line of a workflow that a command on the way from its step
// stands for: its own, else the step's.
func stepLine(s audit.Located[inspect.WorkflowStep], step audit.Step) int {
	if step.File == s.File && step.Line > 0 {
		return step.Line
	}
	return s.Line
}
