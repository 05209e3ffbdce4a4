package concurrency

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"twelvefold/internal/audit"
)

var _ = set.Add(audit.Rule{
	ID:     "concurrency/oversized-process",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "One big process instead of several",
	Why: "A process that is made larger meets the limit of its machine, takes long to start and to collect its garbage, and " +
		"when it ends everything is gone at once." +
		" Too few of these were seen in real repositories to be measured, so that the finding is advisory: shown, not scored.",
	Fixes: []audit.Fix{
		{For: "JavaScript", Text: "Drop the heap of ‹size› (--max-old-space-size), stream large data, and start more processes of ordinary size."},
		{For: "Java", Text: "Replace the heap of ‹size› (-Xmx) by -XX:MaxRAMPercentage and more replicas of ordinary size."},
		{Text: "Find what needs a heap of ‹size›, give it back to a backing service or to streams, and meet load with more processes of ordinary size."},
		{Text: "Find what holds the memory, give it back to a backing service or to streams, and meet load with more processes of ordinary size."},
	},
	Severity:   audit.Medium,
	Confidence: audit.LowConfidence,
	Counting:   audit.Each,
	Sources:    []string{"001"},
	Bad: `
-- package.json --
{"name": "shop", "private": true}
-- app.js --
require("http").createServer().listen(process.env.PORT);
-- Procfile --
web: node --max-old-space-size=8192 app.js
`,
	Good: `
-- package.json --
{"name": "shop", "private": true}
-- app.js --
require("http").createServer().listen(process.env.PORT);
-- Procfile --
web: node app.js
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if len(multiplied(c)) > 0 {
			return
		}
		for _, p := range c.Running() {
			for _, s := range c.RunSteps(p) {
				if s.Captured {
					continue
				}
				for _, word := range append(s.Argv[:len(s.Argv):len(s.Argv)], s.Assigns...) {
					if size, ok := heap(word); ok && keepsServing(s) {
						report.Violation(at(s), p.Name, fmt.Sprintf("%s runs one process with a heap of %s", p.Title(), size), audit.Naming("size", size))
						break
					}
				}
			}
		}
		for _, v := range c.Provided() {
			if !heapVariable.MatchString(v.Name) || v.Environment != audit.Production || !v.Value.IsLiteral() {
				continue
			}
			if size, ok := heap(v.Value.Text); ok {
				report.Violation(v.At(), v.Name, fmt.Sprintf("%s gives one process a heap of %s", v.Name, size), audit.Naming("size", size))
			}
		}
	},
})

var (
	heapVariable = regexp.MustCompile(`^(NODE_OPTIONS|JAVA_OPTS|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|CATALINA_OPTS|JVM_OPTS)$`)
	nodeHeap     = regexp.MustCompile(`--max[-_]old[-_]space[-_]size[= ]([0-9]+)\b`)
	javaHeap     = regexp.MustCompile(`-Xmx([0-9]+)([gGmM])\b`)
)

// heap is the size of a heap of at least 4 GB that an option asks for.
func heap(option string) (size string, ok bool) {
	megabytes := 0
	if m := nodeHeap.FindStringSubmatch(option); m != nil {
		megabytes, _ = strconv.Atoi(m[1])
	} else if m := javaHeap.FindStringSubmatch(option); m != nil {
		megabytes, _ = strconv.Atoi(m[1])
		if strings.EqualFold(m[2], "g") {
			megabytes *= 1024
		}
	}
	return fmt.Sprintf("%.0f GB", float64(megabytes)/1024), megabytes >= 4096
}

// building are programs that only prepare what runs.
var building = regexp.MustCompile(`^(tsc|webpack|vite|rollup|esbuild|ng|babel|parcel|turbo|nx|mvnw?|gradlew?|jest|vitest)$`)

func keepsServing(s audit.Step) bool {
	return !building.MatchString(audit.Program(s.Command)) && !strings.Contains(strings.Join(s.Argv, " "), " build")
}
