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
	ID:     "logs/rotation",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "The program's image rotates log files",
	Why: "Rotating, compressing and deleting logs is the platform's work. Inside the image it needs a second process, " +
		"loses lines whenever a file is swapped, and is done once per instance.",
	Fixes: []audit.Fix{
		{For: "Docker", Text: "Remove ‹tool› and its configuration from the image, and let the container engine limit what it keeps of the output."},
		{For: "appenders", Text: "Let the loggers of ‹file› name a console appender alone, and remove the one that rotates."},
		{For: "Python", Text: "Replace ‹tool› by logging.StreamHandler()."},
		{For: "JavaScript", Text: "Remove ‹tool›, and keep the logger's output to the console alone."},
		{For: "Go", Text: "Remove ‹tool›, and give the logger os.Stdout."},
		{Text: "Write the log to standard output and remove ‹tool› with the files that it looked after."},
		{Text: "Write the log to standard output and delete the rotation with the files that it looked after."},
	},
	Severity:   audit.Medium,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT);
-- Dockerfile --
FROM node:22
RUN apt-get update && apt-get install -y logrotate
COPY . .
CMD ["node", "server.js"]
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT);
-- Dockerfile --
FROM node:22
COPY . .
CMD ["node", "server.js"]
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		inImage := rotatedInImage(c, report)
		rotatedByFile(c, inImage, report)
		for _, p := range c.Processes {
			if p.Dev || !p.Deployed() {
				continue
			}
			for _, step := range c.RunSteps(p) {
				if tool := rotator(step.Argv); tool != "" {
					report.Violation(step.At(), tool, fmt.Sprintf("%s runs %s", path.Base(step.File.Path), tool), audit.Naming("tool", tool))
				} else if what := tidied(step.Argv); what != "" {
					report.Violation(step.At(), what, fmt.Sprintf("%s clears old logs in %s", path.Base(step.File.Path), what), audit.WithConfidence(audit.MediumConfidence))
				}
			}
		}
		rotatedByLogger(c, report)
	},
})

// rotators are programs that rotate what others log.
var rotators = map[string]bool{"logrotate": true, "rotatelogs": true, "cronolog": true, "multilog": true, "svlogd": true, "pm2-logrotate": true, "newsyslog": true, "s6-log": false}

// rotator is the tool that a command runs or sets up; "" for none.
func rotator(argv []string) string {
	argv = audit.Unwrap(argv)
	if len(argv) == 0 {
		return ""
	}
	if name := path.Base(argv[0]); rotators[name] {
		return name
	}
	if path.Base(argv[0]) == "pm2" && len(argv) > 2 && argv[1] == "install" && rotators[argv[2]] {
		return argv[2]
	}
	return ""
}

// packageManagers install what their arguments name.
var packageManagers = map[string]bool{"apt-get": true, "apt": true, "apk": true, "yum": true, "dnf": true, "microdnf": true, "zypper": true, "pacman": true, "npm": true, "yarn": true, "pnpm": true}

// installs is the rotation tool that a command of a build installs.
func installs(argv []string) string {
	argv = audit.Unwrap(argv)
	if len(argv) < 2 || !packageManagers[path.Base(argv[0])] {
		return rotator(argv)
	}
	for _, word := range argv[1:] {
		switch word {
		case "remove", "purge", "del", "autoremove", "uninstall", "erase":
			return ""
		}
	}
	for _, word := range argv[1:] {
		if name, _, _ := strings.Cut(word, "="); rotators[name] {
			return name
		}
	}
	return ""
}

// rotatedInImage reports what the deployed image installs or copies, and
// returns the names of the files that it copies to where logrotate looks.
func rotatedInImage(c *audit.Component, report *audit.Report) map[string]bool {
	copied := map[string]bool{}
	if c.Image == nil {
		return copied
	}
	for _, i := range c.Image.Instructions {
		switch {
		case i.Fact.Name == "RUN" && i.Fact.Start != nil:
			for _, command := range i.Fact.Start.Commands {
				if tool := installs(command.Argv); tool != "" {
					line := max(command.Line, i.Line)
					report.Violation(audit.Place{Path: i.File.Path, Line: line, EndLine: line}, tool, fmt.Sprintf("The image has %s to rotate log files", tool), audit.WithFix("Docker"), audit.Naming("tool", tool))
				}
			}
		case (i.Fact.Name == "COPY" || i.Fact.Name == "ADD") && len(i.Fact.Args) > 1:
			last := len(i.Fact.Args) - 1
			to := i.Fact.Args[last]
			for _, from := range i.Fact.Args[:last] {
				if strings.Contains(to, "/logrotate") || logrotateFile.MatchString(from) {
					copied[path.Base(from)] = true
					report.Violation(i.At(), "logrotate", fmt.Sprintf("The image is given %s to rotate log files", path.Base(from)), audit.WithFix("Docker"), audit.Naming("tool", "logrotate"))
				}
			}
		}
	}
	return copied
}

var (
	// logrotateFile are logrotate's settings, by their name or place.
	logrotateFile = regexp.MustCompile(`(?i)(^|/)logrotate(\.d)?/[^/]+$|(^|/)cron\.\w+/logrotate$|(^|/)logrotate(\.(conf|cfg|d))?$|[._-]logrotate(\.(conf|cfg))?$|(^|/)logrotate[._-][\w-]+(\.(conf|cfg))?$`)
	// forHosts are directories of what is installed on machines that are looked
	// after by hand, and of packages for them.
	forHosts = regexp.MustCompile(`(?i)(^|/)(debian|deb|rpm|rpms|pkg|packages?|packaging|packagers?|contrib|dist|distros?|redhat|centos|suse|freebsd|arch|homebrew|snap|installers?|init|upstart|sysv|support|misc|share|ansible|roles|puppet|chef|cookbooks|salt|vagrant|docs?|host|hosts|bare-?metal|vm|vps)/`)
)

// rotatedByFile reports settings of logrotate that lie beside the program.
// Where the image is known and has none of them, they are for some other host.
func rotatedByFile(c *audit.Component, copied map[string]bool, report *audit.Report) {
	for _, f := range c.Files {
		if f.Role != source.Prod && f.Role != source.DeployProd || !strings.Contains(strings.ToLower(f.Path), "rotate") || !logrotateFile.MatchString(f.Path) || path.Ext(f.Path) == ".md" || languages[f.Format] {
			continue
		}
		at := audit.Place{Path: f.Path}
		switch {
		case copied[path.Base(f.Path)]:
			report.Violation(at, "logrotate", fmt.Sprintf("%s rotates the log files of the image", f.Path), audit.WithFix("Docker"), audit.Naming("tool", "logrotate"))
		case c.Image == nil && !forHosts.MatchString(f.Path):
			report.Violation(at, "logrotate", fmt.Sprintf("%s rotates the program's log files", f.Path), audit.Naming("tool", "logrotate"), audit.WithConfidence(audit.MediumConfidence))
		}
	}
}

// languages are formats of programs: what is named for logrotate there is none
// of its settings.
var languages = map[inspect.Format]bool{
	inspect.Python: true, inspect.JavaScript: true, inspect.TypeScript: true, inspect.Go: true, inspect.Ruby: true, inspect.Java: true, inspect.Kotlin: true, inspect.PHP: true, inspect.CSharp: true,
}

// tidied is the place of log files that a command cuts or deletes by their age.
func tidied(argv []string) string {
	argv = audit.Unwrap(argv)
	if len(argv) < 2 {
		return ""
	}
	switch path.Base(argv[0]) {
	case "truncate":
		if last := argv[len(argv)-1]; logFile.MatchString(last) {
			return last
		}
	case "find":
		deletes := slices.Contains(argv, "-delete") || slices.Contains(argv, "rm")
		if aged := slices.Contains(argv, "-mtime") || slices.Contains(argv, "-mmin") || slices.Contains(argv, "-size"); deletes && aged && logDirectory.MatchString(argv[1]) {
			return argv[1]
		}
	}
	return ""
}

// rotatedByLogger reports loggers that rotate files whose place the deploy
// chooses: where the path is written down, file-sink has reported the same.
func rotatedByLogger(c *audit.Component, report *audit.Report) {
	reported := fileSinks(c)
	for _, s := range sinks(c) {
		at := s.Fact.Path
		if s.Fact.Target != "file" || !s.Fact.Rotates || at.HasText || at.Source != inspect.Env && at.Source != inspect.Input ||
			slices.ContainsFunc(reported, func(r sinkFound) bool { return r.at == s.At() }) {
			continue
		}
		from := "a setting"
		if len(at.Env) > 0 {
			from = strings.Join(at.Env, " and ")
		}
		report.Violation(s.At(), program(s.Fact.Via), fmt.Sprintf("%s rotates the log files that %s names", program(s.Fact.Via), from), append(sinkFix(s.File, "tool", program(s.Fact.Via), ""), audit.WithConfidence(audit.LowConfidence))...)
	}
}
