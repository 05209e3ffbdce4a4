package adminprocesses

import (
	"path"
	"regexp"
	"strconv"
	"strings"

	"twelvefold/internal/audit"
)

// askedArgument is a comparison of one of a script's arguments: of the first
// with "$1", of the last but one with "${@: -2:1}".
var askedArgument = regexp.MustCompile(`["']?\$(?:([1-9])|\{([1-9])\}|\{@:\s*(-[1-9]):1\})["']?\s*==?\s*["']?([^"'\s\]]+)`)

// armOfCase is an arm of a case on the script's first argument, or on all.
var armOfCase = regexp.MustCompile(`^case ["']?\$\{?([1@*])[^ ]* in (.+)$`)

// inArm reports whether arguments fall into an arm of a case that names one: the
// arm for everything else is asked for by nobody.
func inArm(argv []string, of, patterns string) bool {
	text := argv[0]
	if of != "1" {
		text = strings.Join(argv, " ")
	}
	for pattern := range strings.SplitSeq(patterns, "|") {
		pattern = strings.Trim(strings.TrimSpace(pattern), `"'`)
		if pattern == "*" {
			continue
		}
		// A word of a pattern may stand anywhere when stars surround it.
		if inner := strings.Trim(pattern, "*"); pattern == text || inner != pattern && inner != "" && strings.Contains(text, inner) {
			return true
		}
	}
	return false
}

// argumentsOf are the words that a process gives its entrypoint's script: the
// image's CMD, or the command of a service.
func argumentsOf(c *audit.Component, p audit.Process) ([]string, bool) {
	if p.Image {
		if c.Image == nil || c.Image.Cmd == nil || len(c.Image.Cmd.Commands) == 0 {
			return nil, false
		}
		return c.Image.Cmd.Commands[0].Argv, true
	}
	if len(p.Start.Commands) != 1 || len(p.Start.Commands[0].Argv) < 2 {
		return nil, false
	}
	argv := audit.Unwrap(p.Start.Commands[0].Argv)
	if len(argv) > 1 && interpreters.MatchString(path.Base(argv[0])) {
		argv = argv[1:]
	}
	return argv[1:], true
}

// asksForOwn reports whether a condition on a start script's arguments holds
// for those that the image itself gives it: Rails' script migrates when it is
// told to start the server, which is what the image tells it.
func asksForOwn(c *audit.Component, p audit.Process, guard string) bool {
	argv, known := argumentsOf(c, p)
	if !known || strings.Contains(guard, "!") {
		return false
	}
	if !strings.Contains(guard, ";") && !strings.HasPrefix(guard, "case ") {
		for either := range strings.SplitSeq(guard, "||") {
			if comparesTo(argv, either) {
				return true
			}
		}
		return false
	}
	if m := armOfCase.FindStringSubmatch(guard); m != nil && len(argv) > 0 && !strings.Contains(guard, ";") {
		return inArm(argv, m[1], m[2])
	}
	return comparesTo(argv, guard)
}

// someArgument is a comparison of all of a script's arguments with a pattern:
// "$*" == *"bundle exec puma"*.
var someArgument = regexp.MustCompile(`\$\{?[@*]\}?["']?\s*==?\s*\*["']?([^"'*]+)["']?\*`)

// comparesTo reports whether all comparisons of a condition hold for arguments.
func comparesTo(argv []string, condition string) bool {
	some := someArgument.FindAllStringSubmatch(condition, -1)
	for _, m := range some {
		if !strings.Contains(strings.Join(argv, " "), m[1]) {
			return false
		}
	}
	asked := askedArgument.FindAllStringSubmatch(condition, -1)
	if len(asked)+len(some) == 0 || len(asked)+len(some) != len(dispatched.FindAllString(condition, -1)) {
		return false
	}
	for _, m := range asked {
		at, _ := strconv.Atoi(m[1] + m[2] + m[3])
		if at < 0 {
			at += len(argv)
		} else {
			at--
		}
		if at < 0 || at >= len(argv) || argv[at] != m[4] {
			return false
		}
	}
	return true
}
