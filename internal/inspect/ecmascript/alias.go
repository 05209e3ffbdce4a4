package ecmascript

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// readAliases states the names that a bundler's, a test runner's or Babel's
// configuration maps to files or to other packages: alias of Vite, webpack,
// Rollup and module-resolver as an object or a list, moduleNameMapper of Jest.
func (f *ecmaFile) readAliases() {
	code := f.tree.Source()
	if !slices.ContainsFunc(slices.Collect(maps.Keys(aliasKeys)), func(key string) bool { return bytes.Contains(code, []byte(key)) }) {
		return
	}
	f.each(func(n syntax.Node) {
		var names []string
		switch {
		case n.Is("pair") && aliasKeys[ecmaKey(n.Field("key"))]:
			names = f.aliasNames(n.Field("value"), 3)
		case n.Is("assignment_expression"):
			names = f.aliasAssigned(n)
		case n.Is("call_expression"): // config.resolve.alias.set("@", …)
			if c := f.callOf(n); c.method == "set" && strings.Contains(c.recv.Text(), "resolve.alias") && len(c.args) == 2 {
				names = aliasName(c.args[0])
			}
		}
		if len(names) > 0 {
			f.say(n, inspect.ImportAliases{Prefixes: names})
		}
	}, "pair", "assignment_expression", "call_expression")
}

var aliasKeys = map[string]bool{"alias": true, "resolveAlias": true, "moduleNameMapper": true}

// aliasAssigned are the names of config.resolve.alias = {…} and of
// config.resolve.alias["@"] = ….
func (f *ecmaFile) aliasAssigned(n syntax.Node) []string {
	left := n.Field("left")
	if left.Is("member_expression") && left.Field("property").Text() == "alias" {
		return f.aliasNames(n.Field("right"), 3)
	}
	if object := left.Field("object"); object.Is("member_expression") && object.Field("property").Text() == "alias" {
		if left.Is("subscript_expression") {
			return aliasName(left.Field("index"))
		}
		return []string{left.Field("property").Text()}
	}
	return nil
}

// aliasNames are the names that an object maps, or a list of {find, replacement}.
func (f *ecmaFile) aliasNames(value syntax.Node, hops int) (names []string) {
	value = f.definition(value)
	if hops == 0 || !value.Is("object", "array") {
		return nil
	}
	for _, c := range ecmaChildren(value) {
		switch {
		case c.Is("spread_element"):
			names = append(names, f.aliasNames(c.Child(0), hops-1)...)
		case c.Is("pair"):
			if key := aliasPrefix(ecmaKey(c.Field("key"))); key != "" {
				names = append(names, key)
			}
		case c.Is("object"):
			names = append(names, aliasName(f.property(c, "find"))...)
		}
	}
	return names
}

// aliasName is the name that a text or a regular expression maps, if any.
func aliasName(n syntax.Node) []string {
	text, ok := ecmaString(n)
	if n.Is("regex") {
		text, ok = n.Field("pattern").Text(), true
	}
	if text = aliasPrefix(text); !ok || text == "" {
		return nil
	}
	return []string{text}
}

var (
	patternEnd  = regexp.MustCompile(`[(\[*+?|].*$`)
	patternText = regexp.MustCompile(`^[\w@~#$./:-]+$`)
)

// aliasPrefix is what a pattern of names begins with: "^@/(.*)$" is "@/", and "",
// if that is not certain.
func aliasPrefix(pattern string) string {
	text := strings.ReplaceAll(strings.TrimPrefix(pattern, "^"), `\/`, "/")
	text = strings.TrimSuffix(text, "$")
	text = patternEnd.ReplaceAllString(text, "")
	if text = strings.ReplaceAll(text, `\`, ""); !patternText.MatchString(text) || strings.HasPrefix(text, ".") {
		return ""
	}
	return text
}
