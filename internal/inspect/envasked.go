package inspect

import (
	"regexp"
	"slices"
)

var (
	asking    = regexp.MustCompile(`(?:^|[^\w.])([\w.]*(?i:env|conf|setting|secret)[\w.]*)\("$`)
	askedName = regexp.MustCompile(`^[A-Z][A-Z0-9_]{2,}$`)
	askedText = regexp.MustCompile(`^[A-Z][A-Z0-9_]{2,}"`)
)

// AsksFor reports whether a call may read the variable which its first argument
// names for another file, as it is written up to the name: `Env.get("`.
func AsksFor(written string) bool { return asking.MatchString(written) }

// AskedName reports whether such a call's argument is surely a variable.
func AskedName(text string) bool { return askedName.MatchString(text) }

// MayAsk agrees with the beginning of such a call's arguments, `("`, in a file.
func MayAsk(content []byte, from, to int) bool {
	return askedText.Match(content[to:min(len(content), to+80)]) && asking.Match(content[max(0, from-80):to])
}

// ReadsEnv reports whether signals have a read of the environment, or a call that
// may be one.
func ReadsEnv(signals []Signal) bool {
	return slices.ContainsFunc(signals, func(s Signal) bool {
		switch s.Fact.(type) {
		case EnvRead, EnvAsk:
			return true
		}
		return false
	})
}
