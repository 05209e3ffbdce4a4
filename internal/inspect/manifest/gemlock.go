package manifest

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

var lockedGem = regexp.MustCompile(`^ {4}(\S+) \(([^)]+)\)`)

// GemfileLock reads Bundler's lock: the gems of every source, those that the
// Gemfile itself asks for, Ruby's version and Bundler's own.
func GemfileLock(e *inspect.Emitter, content []byte) error {
	lock := newLocked()
	fact := inspect.Lock{Ecosystem: inspect.Gem, Manager: "bundler", Rooted: true}
	section := ""
	for i, line := range strings.Split(string(content), "\n") {
		line = strings.TrimRight(line, "\r")
		text := strings.TrimSpace(line)
		switch {
		case text == "":
		case inConflict(line):
			return inspect.ParseError(i+1, conflictLeft)
		case line[0] != ' ':
			section = text
		case section == "GEM" || section == "GIT" || section == "PATH" || section == "PLUGIN SOURCE":
			if m := lockedGem.FindStringSubmatch(line); m != nil {
				version, _, _ := strings.Cut(m[2], "-") // without the platform
				lock.add(m[1], version, false)
			}
		case section == "DEPENDENCIES":
			name, _, _ := strings.Cut(text, " ")
			lock.roots[strings.TrimSuffix(name, "!")] = true
		case section == "PLATFORMS":
			fact.Platforms = append(fact.Platforms, text)
		case section == "RUBY VERSION":
			if version, ok := strings.CutPrefix(text, "ruby "); ok {
				e.Emit(i+1, i+1, inspect.RuntimeVersion{Runtime: "ruby", Version: rubyPatch.ReplaceAllString(version, ""), Via: "Gemfile.lock"})
			}
		case section == "BUNDLED WITH":
			fact.Version = text
		}
	}
	fact.Packages = lock.packages()
	e.Emit(1, 1, fact)
	return nil
}

// rubyPatch is the patch level that old versions of Ruby have: 2.7.8p225.
var rubyPatch = regexp.MustCompile(`p\d+$`)

// RubyVersion reads .ruby-version: "3.3.1" or "ruby-3.3.1".
func RubyVersion(e *inspect.Emitter, content []byte) error {
	for i, line := range versionLines(content) {
		if line == "" {
			continue
		}
		version := strings.TrimPrefix(strings.Fields(line)[0], "ruby-")
		e.Emit(i+1, i+1, inspect.RuntimeVersion{Runtime: "ruby", Version: version, Via: ".ruby-version"})
		return nil
	}
	return nil
}
