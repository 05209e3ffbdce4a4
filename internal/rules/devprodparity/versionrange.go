package devprodparity

import (
	"regexp"
	"strconv"
	"strings"
)

// release is a feature release of a runtime: major and minor; minor is -1 where
// only the major counts or is stated.
type release struct{ major, minor int }

var (
	releaseText = regexp.MustCompile(`^v?=?\s*(\d+)(?:\.(\d+|x|\*))?`)
	comparator  = regexp.MustCompile(`(>=|<=|~>|~=|===|==|!=|>|<|\^|~|=)?\s*v?(\d+(?:\.(?:\d+|[xX*]))*|\*)`)
)

// allows reports whether a constraint as manifests write it lets any patch of a
// release in. What it can't read lets everything in.
func allows(constraint string, r release) bool {
	for _, alternative := range strings.Split(strings.ReplaceAll(constraint, " or ", "||"), "||") {
		for _, one := range strings.Split(alternative, "|") {
			if allowsAll(strings.TrimSpace(one), r) {
				return true
			}
		}
	}
	return false
}

func allowsAll(text string, r release) bool {
	if low, high, ok := strings.Cut(text, " - "); ok {
		text = ">=" + low + " <=" + high
	}
	for _, m := range comparator.FindAllStringSubmatch(text, -1) {
		if m[2] == "*" {
			continue
		}
		parts := strings.Split(m[2], ".")
		v := release{number(parts[0]), -1}
		if len(parts) > 1 {
			if n, err := strconv.Atoi(parts[1]); err == nil {
				v.minor = n
			}
		}
		if !allowsOne(m[1], v, len(parts), patchOf(parts), r) {
			return false
		}
	}
	return true
}

// patchOf is the third part of a version, 0 where there is none.
func patchOf(parts []string) int {
	if len(parts) > 2 {
		return number(parts[2])
	}
	return 0
}

// allowsOne compares a release, of which some patch counts, with one bound.
func allowsOne(operator string, v release, parts, patch int, r release) bool {
	minor := max(v.minor, 0)
	same := r.major == v.major && (r.minor < 0 || v.minor < 0 || r.minor == v.minor)
	switch operator {
	case ">=", ">":
		return r.major > v.major || r.major == v.major && (r.minor < 0 || r.minor >= minor)
	case "<":
		if r.major < v.major || r.major == v.major && r.minor >= 0 && r.minor < minor {
			return true
		}
		return r.major == v.major && (r.minor < 0 && (minor > 0 || patch > 0) || r.minor == minor && patch > 0)
	case "<=":
		return r.major < v.major || r.major == v.major && (r.minor < 0 || v.minor < 0 || r.minor <= v.minor)
	case "^":
		return r.major == v.major && (r.minor < 0 || r.minor >= minor)
	case "~>", "~=":
		if parts == 2 {
			return r.major == v.major && (r.minor < 0 || r.minor >= minor)
		}
		return same
	case "!=":
		return true
	}
	return same
}
