package source

import (
	"bytes"
	"strings"
)

// ignoreRules are the rules of one .gitignore file, as gitignore(5) says and
// git does.
type ignoreRules struct {
	dir   string // directory of the file, "" for the root
	rules []ignoreRule
}

type ignoreRule struct {
	negate   bool
	dirOnly  bool
	anchored bool   // matches the whole path below dir, else the last name alone
	literal  string // what comes before the first wildcard
	exact    bool   // there is no wildcard
	wild     wildmatch
}

// Bounds on one ignore file: hostile ones would cost time per file of the tree.
const (
	maxIgnoreRules  = 4096
	maxIgnoreLength = 1024 // bytes of one pattern
)

// maxIgnoreSteps bounds the comparisons of bytes that the wildcards of a whole
// tree may cost: a second's worth. The ignore files of real trees take less than
// a hundredth of it.
const maxIgnoreSteps = 1 << 28

// ignoreAll is the rule "*".
var ignoreAll = ignoreRule{wild: wildmatch{tokens: []wildToken{{kind: wildStar}}}}

// parseIgnore reads an ignore file. Rules beyond the bounds are dropped.
func parseIgnore(dir string, content []byte) ignoreRules {
	rules := ignoreRules{dir: dir}
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		if rule, ok := parseIgnoreRule(line); ok && len(rules.rules) < maxIgnoreRules {
			rules.rules = append(rules.rules, rule)
		}
	}
	return rules
}

func parseIgnoreRule(line string) (rule ignoreRule, ok bool) {
	if line == "" || line[0] == '#' || len(line) > maxIgnoreLength {
		return rule, false
	}
	line, _, _ = strings.Cut(line, "\x00")
	line = trimSpaces(line)
	line, rule.negate = strings.CutPrefix(line, "!")
	line, rule.dirOnly = strings.CutSuffix(line, "/")
	rule.anchored = strings.Contains(line, "/")
	line = strings.TrimPrefix(line, "/")
	if line == "" {
		return rule, false
	}
	rule.exact = true
	rule.literal = line
	if at := strings.IndexAny(line, `*?[\`); at >= 0 {
		// git begins with the rest as if it were a pattern of its own
		rule.exact, rule.literal = false, line[:at]
		rule.wild, ok = compileWild(line[at:])
		return rule, ok
	}
	return rule, true
}

// trimSpaces takes the spaces at the end away, but for one that a backslash
// stands before.
func trimSpaces(line string) string {
	end := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case ' ':
			continue
		case '\\':
			if i++; i == len(line) {
				return line
			}
		}
		end = i + 1
	}
	return line[:end]
}

// ignored asks a stack of ignore files, outermost first, about one path: the
// last rule that matches decides. Callers don't descend into ignored
// directories, as git doesn't. What it costs is taken off steps; once they are
// spent, wildcards match nothing.
func ignored(stack []ignoreRules, name string, isDir bool, steps *int) bool {
	base := name[strings.LastIndexByte(name, '/')+1:]
	for i := len(stack) - 1; i >= 0; i-- {
		below := strings.TrimPrefix(strings.TrimPrefix(name, stack[i].dir), "/")
		for j := len(stack[i].rules) - 1; j >= 0; j-- {
			rule := &stack[i].rules[j]
			if rule.dirOnly && !isDir {
				continue
			}
			of := base
			if rule.anchored {
				of = below
			}
			if rule.matches(of, steps) {
				return !rule.negate
			}
		}
	}
	return false
}

func (r *ignoreRule) matches(name string, steps *int) bool {
	if r.exact {
		return name == r.literal
	}
	rest, begins := strings.CutPrefix(name, r.literal)
	if !begins || *steps < 0 {
		return false
	}
	if last := r.wild.tokens[len(r.wild.tokens)-1]; last.kind == wildByte && (rest == "" || rest[len(rest)-1] != last.byte) {
		*steps--
		return false // most names: they end otherwise
	}
	*steps -= (len(rest) + 1) * len(r.wild.tokens)
	return r.wild.match(rest)
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
	steps := maxIgnoreSteps
	for _, dir := range dirs {
		if dir != "." && ignored(stack, dir, true, &steps) {
			return true
		}
		if list := patterns[dir]; len(list) > 0 {
			stack = append(stack, parseIgnore(strings.TrimPrefix(dir, "."), []byte(strings.Join(list, "\n"))))
		}
	}
	return ignored(stack, name, false, &steps)
}
