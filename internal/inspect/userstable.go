package inspect

import "regexp"

var (
	usersTable  = regexp.MustCompile(`(?i)(users?|accounts?|credentials?|logins?|passwords?)$`)
	makesUpData = regexp.MustCompile(`(?i)(seed|fake|mock|sample|test|demo|initializ|migration|example)`)
)

// NamesUsers reports whether a variable has the name of a table of those who may
// log in: users, accounts.
func NamesUsers(name string) bool { return usersTable.MatchString(name) }

// MakesUpData reports whether a class has the name of one that fills a database
// for trying: UserSeeder, DemoData.
func MakesUpData(class string) bool { return makesUpData.MatchString(class) }
