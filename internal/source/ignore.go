package source

import (
	"bytes"
	"path"
	"strings"
)

// ignoreRules are the rules of one .gitignore file, as gitignore(5) says.
type ignoreRules struct {
	dir   string // directory of the file, "" for the root
	rules []ignoreRule
}

type ignoreRule struct {
	segments []string // pattern split at slashes; one for a pattern of a bare name
	negate   bool
	dirOnly  bool
	anchored bool // matches the whole path below dir, else the last name alone
}

// Bounds on one ignore file: hostile ones would cost time per file of the tree.
const (
	maxIgnoreRules  = 4096
	maxIgnoreLength = 1024 // bytes of one pattern
)

// parseIgnore reads an ignore file. Rules beyond the bounds are dropped.
func parseIgnore(dir string, content []byte) ignoreRules {
	rules := ignoreRules{dir: dir}
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	for line := range strings.Lines(string(content)) {
		if rule, ok := parseIgnoreRule(strings.TrimRight(line, "\r\n")); ok && len(rules.rules) < maxIgnoreRules {
			rules.rules = append(rules.rules, rule)
		}
	}
	return rules
}

func parseIgnoreRule(line string) (rule ignoreRule, ok bool) {
	for strings.HasSuffix(line, " ") && !strings.HasSuffix(line, `\ `) {
		line = strings.TrimSuffix(line, " ")
	}
	if line == "" || line[0] == '#' || len(line) > maxIgnoreLength {
		return rule, false
	}
	if line[0] == '!' {
		rule.negate, line = true, line[1:]
	}
	if strings.HasSuffix(line, "/") {
		rule.dirOnly, line = true, strings.TrimSuffix(line, "/")
	}
	rule.anchored = strings.Contains(line, "/")
	line = strings.TrimPrefix(line, "/")
	if line == "" {
		return rule, false
	}
	rule.segments = strings.Split(line, "/")
	return rule, true
}

// ignored asks a stack of ignore files, outermost first, about one path: the
// last rule that matches decides. Callers don't descend into ignored
// directories, as git doesn't.
func ignored(stack []ignoreRules, name string, isDir bool) bool {
	for i := len(stack) - 1; i >= 0; i-- {
		below := strings.TrimPrefix(strings.TrimPrefix(name, stack[i].dir), "/")
		for j := len(stack[i].rules) - 1; j >= 0; j-- {
			if rule := stack[i].rules[j]; rule.matches(below, isDir) {
				return !rule.negate
			}
		}
	}
	return false
}

func (r ignoreRule) matches(below string, isDir bool) bool {
	if r.dirOnly && !isDir {
		return false
	}
	if !r.anchored {
		return matchName(r.segments[0], path.Base(below))
	}
	return matchPath(r.segments, strings.Split(below, "/"))
}

// matchPath matches whole paths, where a segment "**" stands for any number of
// directories. It takes time in the product of the lengths, never more.
func matchPath(pattern, name []string) bool {
	// reach[j]: the pattern so far can match the first j segments of name
	reach := make([]bool, len(name)+1)
	reach[0] = true
	for i, segment := range pattern {
		next := make([]bool, len(name)+1)
		if segment == "**" {
			any := false
			for j := range next {
				any = any || reach[j]
				next[j] = any
			}
			if i == len(pattern)-1 { // "a/**" is what is inside a, not a itself
				for j := len(name); j > 0; j-- {
					next[j] = next[j-1]
				}
				next[0] = false
			}
		} else {
			for j := range name {
				next[j+1] = reach[j] && matchName(segment, name[j])
			}
		}
		reach = next
	}
	return reach[len(name)]
}

// matchName matches one name against a glob of *, ?, [...] and backslash
// escapes. On a mismatch only the last star is retried: time is bounded by the
// product of the lengths.
func matchName(pattern, name string) bool {
	p, n := 0, 0
	star, mark := -1, 0
	for n < len(name) {
		if p < len(pattern) && pattern[p] == '*' {
			star, mark = p, n
			p++
			continue
		}
		if width, ok := matchByte(pattern[p:], name[n]); ok {
			p, n = p+width, n+1
			continue
		}
		if star < 0 {
			return false
		}
		mark++
		p, n = star+1, mark
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// matchByte matches one byte of a name against the head of a pattern and tells
// how long that head is.
func matchByte(pattern string, b byte) (width int, ok bool) {
	if pattern == "" {
		return 0, false
	}
	switch pattern[0] {
	case '?':
		return 1, true
	case '[':
		return matchClass(pattern, b)
	case '\\':
		if len(pattern) > 1 {
			return 2, pattern[1] == b
		}
	}
	return 1, pattern[0] == b
}

// matchClass matches a bracket expression: [abc], [a-z], [!x], [^x]. One that
// is not closed matches nothing.
func matchClass(pattern string, b byte) (width int, ok bool) {
	i, negate, found := 1, false, false
	if i < len(pattern) && (pattern[i] == '!' || pattern[i] == '^') {
		negate = true
		i++
	}
	for first := true; i < len(pattern); first = false {
		low := pattern[i]
		if low == ']' && !first {
			return i + 1, found != negate
		}
		if low == '\\' && i+1 < len(pattern) {
			i++
			low = pattern[i]
		}
		high := low
		if i+2 < len(pattern) && pattern[i+1] == '-' && pattern[i+2] != ']' {
			high = pattern[i+2]
			i += 2
		}
		found = found || low <= b && b <= high
		i++
	}
	return 0, false
}

// Ignored reports whether ignore files keep a new file of this path out of git:
// patterns by the directory of the file that lists them, "." for the root.
func Ignored(patterns map[string][]string, name string) bool {
	dirs := []string{"."}
	for i := range len(name) {
		if name[i] == '/' {
			dirs = append(dirs, name[:i])
		}
	}
	var stack []ignoreRules
	for _, dir := range dirs {
		if dir != "." && ignored(stack, dir, true) {
			return true
		}
		if list := patterns[dir]; len(list) > 0 {
			stack = append(stack, parseIgnore(strings.TrimPrefix(dir, "."), []byte(strings.Join(list, "\n"))))
		}
	}
	return ignored(stack, name, false)
}
