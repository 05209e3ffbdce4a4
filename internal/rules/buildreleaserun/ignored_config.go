package buildreleaserun

import (
	"fmt"
	"path"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
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
		name := c.IgnoredSettings(l)
		if name == "" || name != copied && !audit.Under(name, copied) || keepsOut(c, i.File, []string{c.BuildContext()}, name) || c.Mounts(name) {
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
