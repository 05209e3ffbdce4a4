package helm

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"twelvefold/internal/inspect/document"
)

// ofKind is what asks for the kind or the type of a value.
func ofKind(name string, args []any) any {
	of := last(args)
	if isUnknown(of) {
		return unknown{}
	}
	held := kindOf(of)
	if strings.HasPrefix(name, "type") {
		held = typeOf(of)
	}
	switch {
	case strings.HasSuffix(name, "Of") && len(args) == 1:
		return held
	case strings.HasSuffix(name, "Is") && len(args) == 2:
		return args[0] == held
	}
	return unknown{}
}

func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "invalid"
	case bool:
		return "bool"
	case int64:
		return "int64"
	case float64:
		return "float64"
	case string:
		return "string"
	case []any:
		return "slice"
	}
	return "map"
}

func typeOf(v any) string {
	switch v.(type) {
	case nil:
		return "<nil>"
	case []any:
		return "[]interface {}"
	case map[string]any:
		return "map[string]interface {}"
	}
	return kindOf(v)
}

// fromYAML reads YAML or JSON that a template made. Where it holds actions, what
// they stand for is unknown.
func fromYAML[T map[string]any | []any](args []any) (any, bool) {
	s, ok := last(args).(string)
	if part, partly := last(args).(partial); partly {
		s, ok = string(part), !strings.Contains(string(part), unsureMark)
	}
	if !ok || len(args) != 1 {
		return nil, false
	}
	for line := range strings.Lines(s) {
		if before, _, ok := strings.Cut(line, ":"); strings.HasPrefix(strings.TrimSpace(line), "{{") || ok && strings.Contains(before, "{{") {
			return nil, false // an action in place of a line or of a key may be anything
		}
	}
	documents, err := document.Documents([]byte(s), func([]byte) bool { return true })
	if err != nil {
		return nil, false
	}
	var none T
	if len(documents) == 0 {
		return none, true
	}
	d := documents[0]
	value, ok := valueOf(d, d.Root, 0).(T)
	return value, ok
}

func toJSON(args []any) (any, bool) {
	if len(args) != 1 || !complete(args[0], 0) {
		return nil, false
	}
	text, err := json.Marshal(args[0])
	return string(text), err == nil && len(text) <= maxOutput
}

// complete reports whether nothing in a value is unknown.
func complete(v any, depth int) bool {
	switch v := v.(type) {
	case unknown, partial, open, fileSet:
		return false
	case map[string]any:
		for _, value := range v {
			if depth > maxDepth || !complete(value, depth+1) {
				return false
			}
		}
	case []any:
		for _, value := range v {
			if depth > maxDepth || !complete(value, depth+1) {
				return false
			}
		}
	}
	return true
}

// found is the first text that a pattern matches.
func found(args []any) (any, bool) {
	s, ok := texts(args)
	if !ok || len(s) != 2 {
		return nil, false
	}
	re, err := regexp.Compile(s[0])
	if err != nil {
		return nil, false
	}
	return re.FindString(s[1]), true
}

// titled starts each word with a capital.
func titled(s string) string {
	before := ' '
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(before) {
			before = r
			return unicode.ToTitle(r)
		}
		before = r
		return r
	}, s)
}

// bound is one of a constraint's comparisons.
var bound = regexp.MustCompile(`^\s*(>=|<=|>|<|=|!=|\^|~)?\s*v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(-[0-9A-Za-z.-]+)?(?:\+\S*)?\s*`)

// versions is semverCompare, of constraints that are comparisons side by side:
// ">=1.21-0, <2". Ranges with wildcards and alternatives are not followed.
func versions(args []any) (any, bool) {
	s, ok := texts(args)
	if !ok || len(s) != 2 || s[0] == "" {
		return nil, false
	}
	version, whole := parseVersion(s[1])
	if !whole {
		return nil, false
	}
	rest, all := s[0], true
	for rest = strings.TrimLeft(rest, ", "); rest != ""; rest = strings.TrimLeft(rest, ", ") {
		m := bound.FindStringSubmatch(rest)
		if m == nil || m[3] == "" && (m[1] != ">=" && m[1] != "<") || strings.HasPrefix(rest[len(m[0]):], "|") {
			return nil, false
		}
		rest = rest[len(m[0]):]
		limit, _ := parseVersion(m[0][strings.IndexAny(m[0], "0123456789"):])
		if version.pre && m[5] == "" {
			all = false // a version of its own kind asks for one
			continue
		}
		difference := version.compare(limit)
		var holds bool
		switch m[1] {
		case ">=":
			holds = difference >= 0
		case "<=":
			holds = difference <= 0
		case ">":
			holds = difference > 0
		case "<":
			holds = difference < 0
		case "!=":
			holds = difference != 0
		case "=", "":
			if m[4] == "" {
				return nil, false
			}
			holds = difference == 0
		case "^":
			if limit.part[0] == 0 {
				return nil, false
			}
			holds = difference >= 0 && version.part[0] == limit.part[0]
		case "~":
			holds = difference >= 0 && version.part[0] == limit.part[0] && version.part[1] == limit.part[1]
		}
		all = all && holds
	}
	return all, true
}

type semver struct {
	part [3]int
	pre  bool
}

func parseVersion(s string) (v semver, ok bool) {
	m := bound.FindStringSubmatch(s)
	if m == nil || m[1] != "" || len(m[0]) != len(s) || !utf8.ValidString(s) {
		return v, false
	}
	for i := range v.part {
		v.part[i], _ = strconv.Atoi(m[i+2])
	}
	v.pre = m[5] != ""
	return v, true
}

// compare orders versions; of two that differ in their pre-release alone, the
// one with it comes first.
func (v semver) compare(other semver) int {
	for i := range v.part {
		if v.part[i] != other.part[i] {
			return v.part[i] - other.part[i]
		}
	}
	switch {
	case v.pre && !other.pre:
		return -1
	case !v.pre && other.pre:
		return 1
	}
	return 0
}
