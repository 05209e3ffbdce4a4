package audit

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// CleanGlob is a glob as somebody writes it in the form that waivers keep, or a
// sentence of what is wrong with it and how to mend it.
func CleanGlob(glob string) (cleaned, wrong string) {
	if glob == "" {
		return "", "a path is missing"
	}
	return cleanGlob(glob)
}

// GlobBelow is a glob of everything in a directory, given as its path; of all
// for the root, ".".
func GlobBelow(dir string) string {
	if dir == "." || dir == "" {
		return "**"
	}
	var b strings.Builder
	for _, c := range dir {
		if strings.ContainsRune(`*?[\`, c) {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String() + "/**"
}

// maxGlob is the most bytes of a glob of the settings: no path is longer.
const maxGlob = 1024

// cleanGlob is a glob of the settings as matchGlob takes it, or what is wrong
// with it and how to mend it.
func cleanGlob(glob string) (cleaned, wrong string) {
	switch {
	case len(glob) > maxGlob:
		return "", fmt.Sprintf("a glob has at most %d bytes", maxGlob)
	case glob[0] == '!':
		return "", fmt.Sprintf("%q: a glob can't be taken back with \"!\"; name what is meant alone", glob)
	case slices.Contains(strings.Split(glob, "/"), ".."):
		return "", fmt.Sprintf("%q leads out of the repository: paths start at its root, without \"..\"", glob)
	}
	cleaned = strings.TrimLeft(strings.TrimPrefix(glob, "./"), "/")
	if cleaned == "" || cleaned == "." {
		return "**", ""
	}
	for _, segment := range strings.Split(cleaned, "/") {
		if _, err := path.Match(segment, ""); err != nil {
			return "", fmt.Sprintf("\"%s\" is not a glob: \"[\" is never closed; write \"\\[\" for the character itself", glob)
		}
	}
	if below, dir := strings.CutSuffix(cleaned, "/"); dir {
		if cleaned = below; strings.ContainsAny(below, "*?[") {
			cleaned += "/**"
		}
	}
	return cleaned, ""
}

// globHint is what a person who wrote a glob that matches no path may have
// meant, as the end of a sentence; "" where nothing suggests itself.
func globHint(glob string, anyPath func(glob string) bool) string {
	switch {
	case anyPath(glob + "/**"):
		return fmt.Sprintf(": write %q for what is in that directory", glob+"/**")
	case anyPath(strings.ReplaceAll(glob, `\`, "/")):
		return `: write "/" between directories`
	case strings.Contains(glob, "{"):
		return ": braces are not known, write an entry for each"
	case anyPath(strings.ReplaceAll(glob, "[", `\[`)):
		return `: "[" begins a choice of characters, write "\[" for the character itself`
	}
	return ""
}

// matchGlob matches a path against a glob in which ** spans any number of
// directories. A glob without a wildcard also matches what is under it.
func matchGlob(glob, name string) bool {
	glob = strings.TrimSuffix(strings.TrimPrefix(glob, "./"), "/")
	if !strings.ContainsAny(glob, "*?[") {
		return name == glob || strings.HasPrefix(name, glob+"/")
	}
	return matchSegments(strings.Split(glob, "/"), strings.Split(name, "/"))
}

// matchSegments works through the glob once, keeping which beginnings of the
// name it can stand for: a glob of many ** costs no more than others.
func matchSegments(glob, name []string) bool {
	reached := make([]bool, len(name)+1) // reached[i]: the glob so far matches name[:i]
	reached[0] = true
	for _, segment := range glob {
		next := make([]bool, len(name)+1)
		for i := range reached {
			switch {
			case segment == "**":
				next[i] = reached[i] || i > 0 && next[i-1]
			case i > 0 && reached[i-1]:
				ok, err := path.Match(segment, name[i-1])
				next[i] = ok && err == nil
			}
		}
		reached = next
	}
	return reached[len(name)]
}
