package processes

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// rewritesSettings reports requests that write the program's own settings, or a
// mark that it is installed, to the disk: the installer of a web page, a form for
// administrators. Where other files go doesn't matter to these. It returns the
// places.
func rewritesSettings(c *audit.Component, report *audit.Report) map[string]bool {
	said := map[string]bool{}
	if c.Class != audit.WebService {
		return said
	}
	for w := range audit.Facts[inspect.FileWrite](c, source.Prod) {
		if !w.Fact.Settings || w.Fact.Temporary || notServed.MatchString(w.File.Path) {
			continue
		}
		if w.Fact.Handler || w.File.Format == inspect.PHP || answers.MatchString(w.File.Path) {
			said[w.At().String()] = true
			name, file := "the program's own settings", ""
			if w.Fact.Path.HasText {
				name = strings.Replace(path.Base(w.Fact.Path.Text), "..", ".", 1)
				file = name
			}
			report.Violation(w.At(), "settings", fmt.Sprintf("%s writes %s, which every request depends on, to the disk of one process", call(w.Fact.Via), name), audit.WithFix("settings"), audit.Naming("file", file))
		}
	}
	return said
}

var (
	// notServed are places of programs that people and builds run. The files of
	// an installer that is a web page are served.
	notServed = regexp.MustCompile(`(?i)(^|/)(scripts?|bin|tools?|commands?|console|cli|tasks?|seeds?|seeders?|examples?|migrations?|benchmarks?|generators?|fixtures?|docker|deploy(ment)?|heroku|hooks?|\.\w[\w-]*|build|dev)/|(^|/)(cli|command)[\w-]*\.php$|Command\.php$|\.rake$`)
	// answers are files of what answers requests.
	answers = regexp.MustCompile(`(?i)(^|/)(controllers?|routes?|routers?|handlers?|views?|endpoints?|webapi|rest)/|(controller|handler|routes?|router|endpoint|resource|views?)\.\w+$`)
)
