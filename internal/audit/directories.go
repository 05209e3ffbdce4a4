package audit

import (
	"sort"
	"strings"
)

// HasUnder reports whether any file lies in a directory or below it.
func (r *Repository) HasUnder(dir string) bool {
	prefix := dir + "/"
	i := sort.Search(len(r.Files), func(i int) bool { return r.Files[i].Path >= prefix })
	return i < len(r.Files) && strings.HasPrefix(r.Files[i].Path, prefix)
}

// Above lists the files that lie in the component's directory and in those
// above it, up to the root, the nearest first; by path within a directory. What
// lies there governs the component: its workspace's manifest, a version file.
func (c *Component) Above() []*File {
	in := OfRepository(c.Repo, filesByDirectory)
	var list []*File
	for dir := c.Path; ; dir = parentOf(dir) {
		list = append(list, in[dir]...)
		if dir == "." {
			return list
		}
	}
}

func filesByDirectory(r *Repository) map[string][]*File {
	in := map[string][]*File{}
	for _, f := range r.Files {
		dir := f.Dir()
		in[dir] = append(in[dir], f)
	}
	return in
}
