package dependencies

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// lacking are the packages that one manifest lacks for one cause.
type lacking struct {
	declaring
	names  []string
	places []string // the first of each, for people
}

// cause is why packages are undeclared together: one manifest lacks them, and
// one lock has them, for others of its packages or for members of its workspace.
type cause struct {
	manifest, lock string
	workspace      bool
	aside          bool // in what no deploy starts
}

// causeOf is the cause that an import can share with others, or none.
func causeOf(c *audit.Component, use importUse) cause {
	if use.verdict != undeclared || use.lock == "" || use.types || use.holder != "" {
		return cause{}
	}
	manifest := declaringOf(c, use).manifest
	if manifest == "" {
		return cause{}
	}
	return cause{manifest, use.lock, askedFor(c.Repo, use.lock, use.name) != "", aside(c, use)}
}

// lackedTogether are the undeclared packages by the cause that they share, in the
// order of the uses. A package stands under the first cause that it has.
func lackedTogether(c *audit.Component, uses []importUse) map[cause]*lacking {
	all := map[cause]*lacking{}
	for _, use := range uses {
		of := causeOf(c, use)
		if of == (cause{}) {
			continue
		}
		if all[of] == nil {
			all[of] = &lacking{declaring: declaringOf(c, use)}
		}
		if l := all[of]; !slices.Contains(l.names, use.name) {
			l.names = append(l.names, use.name)
			l.places = append(l.places, fmt.Sprintf("%s:%d", path.Base(use.File.Path), use.Line))
		}
	}
	return all
}

// reportLacking reports an import as one of those that a manifest lacks for one
// cause: the command that declares them is one.
func reportLacking(c *audit.Component, use importUse, l *lacking, report *audit.Report) {
	of, w := causeOf(c, use), weigh(c, use)
	reason, subject := "only because other packages need them", "packages that others need"
	if of.workspace {
		reason, subject = "because other members of the workspace ask for them", "packages of the workspace"
	}
	if of.aside {
		subject += ", in scripts"
	}
	message := fmt.Sprintf("%s doesn't declare %d packages that are imported, and %s has them %s: %s", l.manifest, len(l.names), path.Base(use.lock), reason, l.listed())
	report.Violation(use.At(), subject+" of "+l.manifest, message, audit.WithSeverity(w.severity), audit.WithConfidence(w.confidence), audit.WithFix("together"),
		audit.Naming("lock", path.Base(use.lock)), audit.NamingCommand("command", l.line(l.names)))
}

// listed names packages with the first place of each, and how many more there are.
func (l lacking) listed() string {
	const most = 6
	list := make([]string, len(l.names))
	for i, name := range l.names {
		list[i] = fmt.Sprintf("%s (%s)", name, l.places[i])
	}
	if len(list) > most+1 {
		return fmt.Sprintf("%s and %d more", strings.Join(list[:most], ", "), len(list)-most)
	}
	last := len(list) - 1
	return strings.Join(list[:last], ", ") + " and " + list[last]
}

// copiedName are names that editors and people give to copies which they keep.
var copiedName = regexp.MustCompile(`(?i)( - copy| copy|[-_. ](bak|backup|orig))( ?\(?[0-9]+\)?)?\.\w+$`)

// leftCopy reports whether a file is somebody's copy of another, which no file
// imports.
func leftCopy(c *audit.Component, f *audit.File) bool {
	base := path.Base(f.Path)
	if !copiedName.MatchString(base) {
		return false
	}
	stem := strings.TrimSuffix(base, path.Ext(base))
	return !audit.Has(c, func(i inspect.Import) bool { return strings.Contains(i.Path, stem) })
}
