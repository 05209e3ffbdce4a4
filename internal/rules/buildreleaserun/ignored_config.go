package buildreleaserun

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// judgeIgnored reports a settings file that the program loads, that git is told to
// leave alone, and that COPY takes along from where the image is built: no other
// way brings it. It may hold any deploy's credentials; one that is copied by name
// has to be there.
func judgeIgnored(c *audit.Component, i audit.Located[inspect.Instruction], from string, report *audit.Report) {
	if i.Fact.From != "" || len(i.Fact.Inline) > 0 {
		return
	}
	copied := path.Join(c.BuildContext(), strings.TrimPrefix(path.Clean("/"+from), "/"))
	for l := range audit.FactsIn[inspect.ConfigLoad](c.ProgramFiles()) {
		name := untracked(c, l)
		if name == "" || name != copied && !under(name, copied) || keepsOut(c, i.File, []string{c.BuildContext()}, name) || mounted(c, name) {
			continue
		}
		options := []audit.Option{audit.WithFix("file"), audit.Naming("file", name)}
		switch {
		case l.Fact.Env: // variables can replace what it says
			options = append(options, audit.WithSeverity(audit.Low))
		case name != copied:
			options = append(options, audit.WithSeverity(audit.Medium), audit.WithConfidence(audit.MediumConfidence))
		}
		report.Violation(i.At(), name, fmt.Sprintf("%s, which git ignores and the program loads, comes into the image from where it is built", name), options...)
		return
	}
}

// untracked is the settings file that a load names, where it is none of the
// repository's because git ignores it; else "".
func untracked(c *audit.Component, l audit.Located[inspect.ConfigLoad]) string {
	if strings.Contains(l.Fact.Name, "*") || path.IsAbs(l.Fact.Name) || !slices.Contains([]string{".yml", ".yaml", ".toml", ".ini", ".json", ".conf"}, path.Ext(l.Fact.Name)) {
		return ""
	}
	found := ""
	for _, dir := range []string{c.BuildContext(), c.Path, l.File.Dir(), "."} {
		name := path.Join(dir, l.Fact.Name)
		if c.Repo.Has(name) {
			return ""
		}
		if found == "" && !strings.HasPrefix(name, "..") && source.Ignored(audit.OfRepository(c.Repo, audit.GitIgnores), name) {
			found = name
		}
	}
	return found
}

// under reports whether a file lies in a directory.
func under(name, dir string) bool { return dir == "." || strings.HasPrefix(name, dir+"/") }

// mounted reports whether a descriptor gives a container a file of that name, or
// its directory, when it starts.
func mounted(c *audit.Component, name string) bool {
	brings := func(v inspect.Volume) bool {
		return path.Base(v.Target) == path.Base(name) || path.Base(v.Target) == path.Base(path.Dir(name)) || strings.HasPrefix(v.Source, ".") || v.Type == "configMap" || v.Type == "secret"
	}
	for s := range audit.Facts[inspect.ComposeService](c) {
		if slices.ContainsFunc(s.Fact.Volumes, brings) && (s.Fact.Build || c.OwnsImage(s.Fact.Image)) || len(s.Fact.Configs) > 0 {
			return true
		}
	}
	for w := range audit.Facts[inspect.Workload](c) {
		for _, k := range w.Fact.Containers {
			if slices.ContainsFunc(k.Mounts, brings) {
				return true
			}
		}
	}
	return false
}
