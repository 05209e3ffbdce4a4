package config

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// ownDoor are variables that hold the password by which people enter the
// program itself: it lets in whoever knows the fallback, however plain it is.
var ownDoor = regexp.MustCompile(`(?i)(^|_)(admin(istrator)?|security_user|basic_?auth|http_?auth|super_?user|default_?user|initial_?user|first_?user|swagger|dashboard|flower|api_?docs|panel|console|login)_?(\w+_)?(pass|passwd|password|pwd|pw)$`)

// opensAccount reports whether a variable holds the password of the account that
// the program makes first, or of its administrator: not that of a service beside
// it.
func opensAccount(name string) bool {
	return firstAccount.MatchString(name) && !ofService.MatchString(name)
}

var (
	firstAccount = regexp.MustCompile(`(?i)(^|_)(\w*admin(istrator)?|super_?user|root_?user|(default|initial|first|start|seed)(_?(user|admin|superuser|account|owner))?)_?(pass|passwd|password|pwd|pw)$`)
	ofService    = regexp.MustCompile(`(?i)(^|_)(grafana|mysql|mariadb|pg\w*|postgres\w*|mongo\w*|mssql|sql|oracle|rabbit\w*|redis|keycloak|minio|elastic\w*|opensearch|kibana|couch\w*|influx\w*|neo4j|clickhouse|db|database|smtp|mail|ldap|kafka|vault|sonar\w*|nexus|jenkins|airflow|nextcloud|gitea|gitlab)(_|$)`)
)

// databaseDoor are variables that hold the password of the program's database.
var databaseDoor = regexp.MustCompile(`(?i)(^|_)(db|database|datasource|sql|mssql|pg|pgsql|postgres(?:ql)?|mysql|mariadb|mongo(?:db)?)_?(\w+_)?(pass|passwd|password|pwd|pw)$`)

// driverMarks are parts of the names of drivers, by the engine that a variable
// is named for. A name without an engine says nothing against it.
var driverMarks = map[string][]string{
	"pg": {"pg", "postgres", "/pq"}, "pgsql": {"pg", "postgres", "/pq"}, "postgres": {"pg", "postgres", "/pq"}, "postgresql": {"pg", "postgres", "/pq"},
	"mysql": {"mysql", "mariadb"}, "mariadb": {"mysql", "mariadb"}, "mongo": {"mongo"}, "mongodb": {"mongo"}, "mssql": {"mssql", "sqlserver", "sqlclient", "tedious", "pyodbc"},
}

// usableWord judges a fallback too plain to be somebody's secret. It opens the
// program's own door wherever the variable is forgotten; a database takes it
// only where its password is as plain.
func usableWord(c *audit.Component, read inspect.EnvRead) (audit.Severity, bool) {
	secret := read.Fallback.Secret
	switch m := databaseDoor.FindStringSubmatch(read.Name); {
	case opensAccount(read.Name):
		return audit.High, !hint.MatchString(secret.Masked)
	case ownDoor.MatchString(read.Name):
		return audit.Medium, !hint.MatchString(secret.Masked)
	case m != nil && (!secret.Placeholder || secret.Common):
		return audit.Low, drives(c, strings.ToLower(m[2]))
	}
	return "", false
}

// hint is the beginning of what only asks for a value.
var hint = regexp.MustCompile(`^[<$%{]`)

// drives reports whether the component declares a driver of an engine.
func drives(c *audit.Component, engine string) bool {
	marks := driverMarks[engine]
	return marks == nil || audit.Has(c, func(d inspect.Dependency) bool {
		name := strings.ToLower(d.Name)
		return slices.ContainsFunc(marks, func(mark string) bool { return strings.Contains(name, mark) })
	})
}
