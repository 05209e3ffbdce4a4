// Package settings reads the files in which frameworks and loggers are
// configured: Spring's, Quarkus' and Micronaut's properties and YAML, HOCON,
// logback, log4j, NLog, a servlet container's and IIS' descriptors.
package settings

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

// entry is one setting of a file: a dotted key with its text as written.
type entry struct {
	key     string // list items counted: "a.0.b"
	text    string
	line    int
	end     int
	profile string // that the file itself limits it to: "prod", "!dev"
}

// file is a configuration file while it is stated.
type file struct {
	e       *inspect.Emitter
	entries []entry
	byKey   map[string][]int // plain key → entries
	style   style
	reads   string // Via of the environment reads
	fuel    int    // references that may still be followed
	told    map[string]bool
}

// maxReferences bounds how many references between settings are followed in a
// file: each may hold others.
const maxReferences = 20_000

func newFile(e *inspect.Emitter, entries []entry, style style, reads string) *file {
	f := &file{e: e, entries: entries, byKey: make(map[string][]int, len(entries)), style: style, reads: reads, fuel: maxReferences, told: map[string]bool{}}
	for i, x := range entries {
		key := plain(x.key)
		f.byKey[key] = append(f.byKey[key], i)
	}
	return f
}

// state states every entry: the Setting itself, and what it means to a rule.
func (f *file) state() {
	for _, x := range f.entries {
		secret := isSecretKey(x.key)
		value := f.expand(x)
		f.environment(x, value, secret)
		stated := value.value(secret)
		f.e.Emit(x.line, x.end, inspect.Setting{Key: x.key, Value: stated, Profile: x.profile})
		f.credential(x, value, secret)
		f.client(x, value, stated)
		f.meaning(x, value, stated)
	}
	f.summaries()
}

// text is the literal text of the last entry of a key, "" without one. An entry
// of the same profile goes before one for all.
func (f *file) text(key, profile string) string {
	text := ""
	for _, i := range f.byKey[plain(key)] {
		switch x := f.entries[i]; x.profile {
		case profile:
			return x.text
		case "":
			text = x.text
		}
	}
	return text
}

// plain is a key as frameworks compare it: without case, dashes and
// underscores.
func plain(key string) string {
	if !strings.ContainsAny(key, "-_") && strings.ToLower(key) == key {
		return key
	}
	return strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(key))
}

var (
	listIndex = regexp.MustCompile(`\[(\d+)\]`)
	mapKey    = regexp.MustCompile(`\["?([^\[\]"]*)"?\]`)
	hump      = regexp.MustCompile(`([a-z0-9])([A-Z])`)
	ownKey    = regexp.MustCompile(`^(spring|server|management)\.`)
	freeKey   = regexp.MustCompile(`\.(properties|mappings|metadata)\.`)
)

// canonical is a key in dots and, where Spring compares it without case and
// dashes, in the form of its documentation: "spring.datasource.jdbcUrl" is
// "spring.datasource.jdbc-url", "hosts[0].name" is "hosts.0.name".
func canonical(key string) string {
	if strings.Contains(key, "[") {
		key = mapKey.ReplaceAllString(listIndex.ReplaceAllString(key, ".$1"), ".$1")
		key = strings.Trim(strings.ReplaceAll(key, "..", "."), ".")
	}
	if !ownKey.MatchString(key) || freeKey.MatchString(key) {
		return key
	}
	return strings.ToLower(strings.ReplaceAll(hump.ReplaceAllString(key, "$1-$2"), "_", "-"))
}

var index = regexp.MustCompile(`\.\d+(\.|$)`)

// lastNames are the last n names of a dotted key, places in lists left out.
func lastNames(key string, n int) string {
	for index.MatchString(key) {
		key = index.ReplaceAllString(key, "$1")
	}
	names := strings.Split(strings.Trim(key, "."), ".")
	return strings.Join(names[max(0, len(names)-n):], "_")
}
