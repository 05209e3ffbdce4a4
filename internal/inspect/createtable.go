package inspect

import "regexp"

// CreateTable is what a Migration's Via says of SQL that creates tables where
// they are missing.
const CreateTable = "CREATE TABLE IF NOT EXISTS"

var createTable = regexp.MustCompile(`(?i)\bcreate table if\s+not\s+exists\b`)

// CreatesTables reports whether SQL creates tables where they are missing, so
// that it can run at each start.
func CreatesTables(sql string) bool { return createTable.MatchString(sql) }
