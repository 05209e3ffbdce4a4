// Package symfony says what the configuration of Symfony's container means,
// whatever it is written in: YAML or PHP.
package symfony

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
)

// Entry is one scalar of the configuration.
type Entry struct {
	Path    []string   // "framework", "session", "handler_id"; of a list, the place in it
	Value   fold.Value // none for null
	Profile string     // the environment that it holds for: "prod" of when@prod; "" for all
}

var (
	production  = regexp.MustCompile(`(?i)^(prod|production|live)$`)
	development = regexp.MustCompile(`(?i)^(dev|development|local)$`)
	testing     = regexp.MustCompile(`(?i)^(test|testing|ci|e2e|panther|behat)$`)
)

// IsTest reports whether an environment is one of tests, IsDebug whether nobody's
// deploy runs in it.
func IsTest(environment string) bool { return testing.MatchString(environment) }
func IsDebug(environment string) bool {
	return IsTest(environment) || development.MatchString(environment)
}

// Environment is the name that %kernel.environment% has in a profile.
func Environment(profile string) string {
	if profile == "" {
		return "prod"
	}
	return profile
}

// config is the configuration of one file. Values of one environment stand
// above those for all.
type config struct {
	entries []Entry
	keys    []string                  // of entries: their paths, joined
	plain   map[string]int            // key → entry for all environments
	special map[string]map[string]int // environment → key → entry
	emit    func(entry int, fact inspect.Fact)
}

// separator stands between the names of a key: names hold dots.
const separator = "\x00"

func join(path ...string) string { return strings.Join(path, separator) }

// Facts states where a file keeps sessions, cache entries and jobs, which
// services it uses and where its log goes. Each fact is stated for the entry
// that says it. Tests state nothing; development is marked as such; what
// production's own value replaces is left out.
func Facts(entries []Entry, emit func(entry int, fact inspect.Fact)) {
	c := &config{entries: entries, plain: map[string]int{}, special: map[string]map[string]int{}, emit: emit}
	for i, x := range entries {
		key := join(x.Path...)
		c.keys = append(c.keys, key)
		values := c.plain
		if environment := environmentOf(x.Profile); environment != "" {
			if values = c.special[environment]; values == nil {
				values = map[string]int{}
				c.special[environment] = values
			}
		}
		values[key] = i
	}
	for i, x := range entries {
		if !IsTest(x.Profile) && !c.replaced(i) {
			c.entry(i, x)
		}
	}
	c.session()
	c.logging()
}

// environmentOf is a profile's name, one for all that say production.
func environmentOf(profile string) string {
	if production.MatchString(profile) {
		return "prod"
	}
	return strings.ToLower(profile)
}

// replaced reports whether an entry for all environments is not production's.
func (c *config) replaced(i int) bool {
	_, own := c.special["prod"][c.keys[i]]
	return own && c.entries[i].Profile == ""
}

// at is the entry of a key as an environment has it: "prod" for production.
func (c *config) at(environment, key string) (int, bool) {
	if i, ok := c.special[environment][key]; ok {
		return i, true
	}
	i, ok := c.plain[key]
	return i, ok
}

// beside is the text of an entry that stands beside entry i, under another last
// name.
func (c *config) beside(i int, name string) fold.Value {
	x := c.entries[i]
	path := append(append([]string{}, x.Path[:len(x.Path)-1]...), name)
	environment := environmentOf(x.Profile)
	if environment == "" {
		environment = "prod"
	}
	if j, ok := c.at(environment, join(path...)); ok {
		return c.entries[j].Value
	}
	return fold.Value{}
}

// has reports whether production has an entry below or at a key.
func (c *config) has(key string) (first int, ok bool) {
	for i, k := range c.keys {
		if profile := environmentOf(c.entries[i].Profile); (profile == "" || profile == "prod") && (k == key || strings.HasPrefix(k, key+separator)) {
			return i, true
		}
	}
	return 0, false
}
