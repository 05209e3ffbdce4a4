package audit

import (
	"path"
	"strings"
)

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
