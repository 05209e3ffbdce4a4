package prefilter

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

var (
	passwordGiven = regexp.MustCompile(`^\s*=\s*['"]?[^\s;]`)
	mysqlUser     = regexp.MustCompile(`[^:@/\s()]:[^@\s]+$`)
	otherGiven    = regexp.MustCompile(`(?i)(host|user|user id|uid|dbname|database|server|data source|port|sslmode)\s*=`)
)

// nearDSN is how far around a password the rest of its connection string is
// looked for.
const nearDSN = 1000

// DSNs are the marks of literals that are connection strings with a password and
// no URLs: see inspect.MaskURL.
func DSNs() []Mark {
	words := If(func(content []byte, from, to int) bool {
		if from > 0 && strings.IndexByte(" \t\r\n;,\"'`", content[from-1]) < 0 || !passwordGiven.Match(content[to:min(len(content), to+40)]) {
			return false
		}
		return content[from-min(from, 1)] == ',' || otherGiven.Match(content[max(0, from-nearDSN):min(len(content), to+nearDSN)])
	}, Fold(Texts("password", "pwd")))
	keys := If(func(content []byte, _, to int) bool {
		return bytes.HasPrefix(bytes.TrimLeft(content[to:min(len(content), to+20)], " \t\r\n"), []byte{'='})
	}, Fold(Texts("AccountKey", "SharedAccessKey", "SharedAccessSignature")))
	mysql := If(func(content []byte, from, _ int) bool { return mysqlUser.Match(content[max(0, from-200):from]) }, Texts("@tcp(", "@unix(", "@("))
	return slices.Concat(words, keys, mysql, Fold(Texts("jdbc:oracle")))
}
