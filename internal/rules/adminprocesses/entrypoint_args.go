package adminprocesses

import (
	"regexp"
	"strconv"
	"strings"

	"twelvefold/internal/audit"
)

// askedArgument is a comparison of one of a script's arguments: of the first
// with "$1", of the last but one with "${@: -2:1}".
var askedArgument = regexp.MustCompile(`["']?\$(?:([1-9])|\{([1-9])\}|\{@:\s*(-[1-9]):1\})["']?\s*==?\s*["']?([^"'\s\]]+)`)

// asksForOwn reports whether a condition on a start script's arguments holds
// for those that the image itself gives it: Rails' script migrates when it is
// told to start the server, which is what the image tells it.
func asksForOwn(c *audit.Component, p audit.Process, guard string) bool {
	if !p.Image || c.Image == nil || c.Image.Cmd == nil || len(c.Image.Cmd.Commands) == 0 || strings.Contains(guard, "!") {
		return false
	}
	argv := c.Image.Cmd.Commands[0].Argv
	asked := askedArgument.FindAllStringSubmatch(guard, -1)
	if len(asked) == 0 || len(asked) != len(dispatched.FindAllString(guard, -1)) {
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
