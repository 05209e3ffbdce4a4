package source

import (
	"io/fs"
	"os"
	"path"
)

// leftByTools are directories that tools make where somebody works; archives of
// a repository have none.
var leftByTools = words(`node_modules bower_components __pycache__ .tox .nox .venv venv .terraform .mypy_cache .pytest_cache
	.ruff_cache .gradle .next .nuxt .turbo .parcel-cache .direnv .pnpm-store target obj .idea .bundle .git .hg .svn .bzr _darcs`)

// workedIn reports whether a directory without git is one that somebody works
// in: below it lies what only tools leave there.
func workedIn(root *os.Root, limits Limits) bool {
	found, seen := false, 0
	var look func(dir string, depth int)
	look = func(dir string, depth int) {
		if found || depth > maxWorkedDepth || limits.Files > 0 && seen > limits.Files {
			return
		}
		f, err := root.Open(path.Join(".", dir))
		if err != nil {
			return
		}
		list, _ := f.ReadDir(mostEntries(limits))
		f.Close()
		seen += len(list)
		for _, entry := range list {
			if found = found || entry.IsDir() && leftByTools[entry.Name()]; found {
				return
			}
		}
		for _, entry := range list {
			if entry.IsDir() && entry.Type()&fs.ModeSymlink == 0 {
				look(path.Join(dir, entry.Name()), depth+1)
			}
		}
	}
	look("", 1)
	return found
}

// maxWorkedDepth bounds how deep tools are looked for: they work where a
// manifest lies.
const maxWorkedDepth = 6
