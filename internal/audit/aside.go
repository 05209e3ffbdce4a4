package audit

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

// LiesAside reports whether a source is a script beside the program: nothing that a
// deploy starts leads to it, or it lies in a directory that has nothing to do with
// the rest. What a framework or a bundler may load by its place lies nowhere aside.
func (c *Component) LiesAside(f *File) bool {
	return !c.Reaches(f.Path) || graphFormats[f.Format] && f.Format != inspect.Python && OfComponent(c, directoriesAside)[f.Dir()] // a package of Python is called as people like
}

// sourceRoots are directories at a component's root that programs and pages have
// their sources in, or that frameworks and platforms load.
var sourceRoots = regexp.MustCompile(`(?i)^(api|apis|functions?|netlify|lambdas?|pages|routes?|server|backend|plugins?|middlewares?|commands?|cmd|events?|handlers?|controllers?|models?|services?|workers?|jobs?|tasks|apps?|src|source|lib|libs|libraries|public|static|assets|config|configs|locales?|resources|frontend|front|client|web|www|js|ts|javascript|typescript|packages|components|views|templates|core|common|shared|utils|helpers|modules|db|database|electron|main|renderer|storybook|\..*)$`)

// directoriesAside are the directories of sources below other places than these
// that no chain of imports joins with them, or with what a command starts.
func directoriesAside(c *Component) map[string]bool {
	if routesByFile(c) {
		return nil
	}
	g := newGraph(c)
	joined, beside := map[string][]string{}, map[string]bool{}
	var anchors []string
	for _, f := range g.files {
		dir := f.Dir()
		first, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(dir, c.Path), "/"), "/")
		if dir == c.Path || sourceRoots.MatchString(first) {
			anchors = append(anchors, dir)
		} else {
			beside[dir] = true
		}
		for _, other := range g.imports(f) {
			if other.Dir() != dir {
				joined[dir], joined[other.Dir()] = append(joined[dir], other.Dir()), append(joined[other.Dir()], dir)
			}
		}
	}
	for _, f := range g.entries() {
		anchors = append(anchors, f.Dir())
	}
	for l := range Facts[inspect.Listen](c) {
		anchors = append(anchors, l.File.Dir())
	}
	for seen := map[string]bool{}; len(anchors) > 0; anchors = anchors[1:] {
		if dir := anchors[0]; !seen[dir] {
			seen[dir] = true
			delete(beside, dir)
			anchors = append(anchors, joined[dir]...)
		}
	}
	return beside
}
