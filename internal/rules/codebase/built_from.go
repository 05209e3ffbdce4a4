package codebase

import (
	"path"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// bundlers are programs that make output of the files that they are given.
var bundlers = map[string]bool{
	"esbuild": true, "webpack": true, "rollup": true, "parcel": true, "browserify": true, "rspack": true, "ncc": true, "tsup": true, "swc": true, "babel": true,
}

// builtFrom are the directories that hold what a build starts from: a bundler is
// given a file of theirs, or a script that is called build runs it.
func builtFrom(c *audit.Component) map[string]bool {
	dirs := map[string]bool{}
	for s := range audit.Facts[inspect.Script](c) {
		for _, command := range s.Fact.Command {
			argv := audit.Unwrap(command.Argv)
			if len(argv) == 0 || !bundlers[path.Base(argv[0])] && !(path.Base(argv[0]) == "node" && strings.HasPrefix(s.Fact.Name, "build")) {
				continue
			}
			for _, word := range argv[1:] {
				if file := path.Join(s.File.Dir(), word); c.File(file) != nil {
					dirs[path.Dir(file)] = true
				}
			}
		}
	}
	return dirs
}
