package logs

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "logs/log-volume",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "A volume keeps the program's log files",
	Why: "A disk for log files binds the process to one machine, fills up, and is read by nobody who looks at the " +
		"platform's own log. It is only needed because the program writes files instead of its output.",
	Fixes: []audit.Fix{
		{For: "Compose", Text: "Let the program write its log to standard output and remove the volume at ‹path›; docker compose logs shows what the service prints."},
		{For: "Kubernetes", Text: "Let the program write its log to standard output and remove the volume at ‹path›, with the container that reads files from it: what a container prints is collected from every node anyway."},
		{For: "Docker", Text: "Let the program write its log to standard output and remove the VOLUME ‹path›."},
		{Text: "Let the program write its log to standard output, then remove the volume at ‹path›."},
		{Text: "Let the program write its log to standard output, then remove the volume."},
	},
	Severity:   audit.Medium,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"003"},
	Bad: `
-- requirements.txt --
flask==3.0.0
-- app.py --
from flask import Flask
app = Flask(__name__)
-- Dockerfile --
FROM python:3.12
COPY . .
VOLUME /var/log/shop
CMD ["gunicorn", "app:app"]
`,
	Good: `
-- requirements.txt --
flask==3.0.0
-- app.py --
from flask import Flask
app = Flask(__name__)
-- Dockerfile --
FROM python:3.12
COPY . .
CMD ["gunicorn", "app:app"]
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		links := streamed(c)
		volumesOfImage(c, links, report)
		volumesOfServices(c, links, report)
		volumesOfPods(c, links, report)
		say := func(f *audit.File, v inspect.Volume, who string) {
			if keepsLogs(v, links) {
				report.Violation(audit.Place{Path: f.Path, Line: v.Line, EndLine: v.Line}, place(v.Target), fmt.Sprintf("%s keeps the log files of %s on a disk", who, v.Target), audit.Naming("path", v.Target))
			}
		}
		for app := range audit.Facts[inspect.FlyApp](c, source.DeployProd) {
			for _, v := range app.Fact.Mounts {
				say(app.File, v, "The app")
			}
		}
		for p := range audit.Facts[inspect.PlatformService](c, source.DeployProd) {
			for _, v := range p.Fact.Disks {
				say(p.File, v, p.Fact.Name)
			}
		}
	},
})

// otherLogs are directories whose name says log and that hold data: those of
// databases and queues, and what collectors of logs read.
var otherLogs = regexp.MustCompile(`(?i)(kafka|commit|bin|redo|undo|wal|raft|audit|data|change|event|transaction|tx|oplog|trans|block|zk|zookeeper|snapshot|store)[_-]?logs?(/|$)|^/var/lib/|^/var/log/?$|^/var/log/(pods|containers|journal)(/|$)|^/host(fs)?/|^/rootfs/`)

// keepsLogs reports whether a volume is one that log files are written to.
func keepsLogs(v inspect.Volume, links map[string]bool) bool {
	target := strings.TrimRight(v.Target, "/")
	switch {
	case v.ReadOnly, v.Type == "configMap", v.Type == "secret", !logPlace(target), strings.HasPrefix(v.Source, "/var/lib/docker"):
		return false
	case target == "/var/log":
		return v.Type != "hostPath" && strings.TrimRight(v.Source, "/") != "/var/log" // the whole host's is read, not written
	}
	return !links[target] && !otherLogs.MatchString(target)
}

// logPlace reports whether a path is a log file or a directory of such.
func logPlace(target string) bool {
	return target != "" && (logDirectory.MatchString(target) || strings.HasSuffix(strings.ToLower(target), ".log"))
}

// place is what a directory of log files is called, the same in every file
// that mounts it.
func place(target string) string { return strings.TrimRight(target, "/") }

func volumesOfImage(c *audit.Component, links map[string]bool, report *audit.Report) {
	if c.Image == nil {
		return
	}
	for _, i := range c.Image.Instructions {
		if i.Fact.Name != "VOLUME" {
			continue
		}
		for _, target := range volumeWords(i.Fact.Args) {
			if keepsLogs(inspect.Volume{Type: "volume", Target: target}, links) {
				report.Violation(i.At(), place(target), fmt.Sprintf("The image declares %s as a volume for log files", target), audit.Naming("path", target))
			}
		}
	}
}

// volumeWords are the paths of VOLUME: words, or a JSON list that the builder
// could not read as one.
func volumeWords(args []string) []string {
	var list []string
	for _, word := range args {
		if word = strings.Trim(word, `[]",'`); word != "" {
			list = append(list, word)
		}
	}
	return list
}

func volumesOfServices(c *audit.Component, links map[string]bool, report *audit.Report) {
	for s := range audit.Facts[inspect.ComposeService](c, source.DeployProd) {
		if !c.RunsService(s) || s.Fact.Image == "" && c.EnvironmentOf(s.File) == audit.Development {
			continue
		}
		for _, v := range s.Fact.Volumes {
			if keepsLogs(v, links) {
				report.Violation(audit.Place{Path: s.File.Path, Line: v.Line, EndLine: v.Line}, place(v.Target), fmt.Sprintf("%s keeps the log files of %s on a volume", s.Fact.Name, v.Target), audit.Naming("path", v.Target))
			}
		}
	}
}

// volumesOfPods reports disks for logs, and containers beside the program that
// print or ship the files that it writes.
func volumesOfPods(c *audit.Component, links map[string]bool, report *audit.Report) {
	for w := range audit.Facts[inspect.Workload](c, source.DeployProd) {
		for _, k := range w.Fact.Containers {
			if !c.RunsContainer(w, k) || tails(k) != "" {
				continue
			}
			for _, v := range k.Mounts {
				if !keepsLogs(v, links) {
					continue
				}
				message := fmt.Sprintf("%s %s keeps the log files of %s on a volume", w.Fact.Type, w.Fact.Name, v.Target)
				if reader := readerOf(w.Fact, k, v); reader != "" {
					message = fmt.Sprintf("%s %s writes log files to %s, which the container %s reads", w.Fact.Type, w.Fact.Name, v.Target, reader)
				}
				report.Violation(audit.Place{Path: w.File.Path, Line: v.Line, EndLine: v.Line}, place(v.Target), message, audit.WithFix("Kubernetes"), audit.Naming("path", v.Target))
			}
		}
	}
}

// readerOf is the container of a pod that another one's volume of logs is
// mounted in too, "" for none.
func readerOf(w inspect.Workload, writer inspect.Container, v inspect.Volume) string {
	for _, k := range w.Containers {
		if k.Init || k.Name == writer.Name || v.Source == "" {
			continue
		}
		if slices.ContainsFunc(k.Mounts, func(o inspect.Volume) bool { return o.Source == v.Source }) {
			return k.Name
		}
	}
	return ""
}

// tails is the log file that a container does nothing but print: tail -F
// /var/log/app.log.
func tails(k inspect.Container) string {
	words := strings.Fields(strings.Join(append(slices.Clone(k.Command), k.Args...), " "))
	at := slices.IndexFunc(words, func(word string) bool { return path.Base(word) == "tail" })
	if at < 0 {
		return ""
	}
	for _, word := range words[at+1:] {
		if logFile.MatchString(strings.Trim(word, `"';`)) {
			return word
		}
	}
	return ""
}
