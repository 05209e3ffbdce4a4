package prefilter

import (
	"regexp"
)

var (
	loginJoined   = regexp.MustCompile(`&&|\|\||\band\b|\bor\b`)
	loginCompared = regexp.MustCompile(`[!=]=|(?i:equals|eql\?)`)
	loginUser     = regexp.MustCompile(`(?i)user|usr|uname|log_?in|mail|account|name|id`)
)

// maxLogin is how far apart, in bytes, a user's name and a password stand in one
// condition.
const maxLogin = 400

// Logins are the marks of a password that is compared in a condition, beside a
// user's name.
func Logins() []Mark {
	return If(func(content []byte, from, to int) bool {
		near := content[max(0, from-maxLogin):min(len(content), to+maxLogin)]
		return loginCompared.Match(near) && loginJoined.Match(near) && loginUser.Match(near)
	}, Fold(Texts("pass", "pwd")))
}
