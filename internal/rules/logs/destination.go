package logs

import (
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// stream are paths that are no files: the standard streams, nothing at all, and
// what a platform understands.
var stream = regexp.MustCompile(`^(-|&\d|stdout|stderr|/dev/(stdout|stderr|null|tty|console|fd/\d)|/proc/(\d+|self)/fd/\d|NUL|none|NONE|syslog)$`)

// logFile tells paths of log files from those of data.
var logFile = regexp.MustCompile(`(?i)(^|/)var/log/|(^|/)logs?/|\.log(\.|$)|[._-]log$|\.(out|err)$`)

// streamed are paths that the image makes links to a standard stream:
// ln -sf /dev/stdout /var/log/nginx/access.log.
func streamed(c *audit.Component) map[string]bool {
	links := map[string]bool{}
	if c.Image == nil {
		return links
	}
	for _, i := range c.Image.Instructions {
		if i.Fact.Start == nil {
			continue
		}
		for _, command := range i.Fact.Start.Commands {
			argv := command.Argv
			if n := len(argv); n > 2 && path.Base(argv[0]) == "ln" && stream.MatchString(argv[n-2]) {
				links[argv[n-1]] = true
			}
		}
	}
	return links
}

// separate reports whether a file is a program of its own that no process type
// starts: a tool beside the component.
func separate(c *audit.Component, file *audit.File) bool {
	entry := false
	for range audit.FactsIn[inspect.EntryPoint]([]*audit.File{file}, source.Prod) {
		entry = true
	}
	if !entry || len(c.Processes) == 0 || file.Format == inspect.Go {
		return false
	}
	stem := strings.TrimSuffix(path.Base(file.Path), path.Ext(file.Path))
	for _, p := range c.Processes {
		for _, step := range c.RunSteps(p) {
			for _, word := range step.Argv {
				if strings.Contains(word, stem) {
					return false
				}
			}
		}
	}
	return true
}

// program is the last part of what states a fact: "RotatingFileHandler" of
// "LOGGING:logging.handlers.RotatingFileHandler".
func program(via string) string {
	if _, class, ok := strings.Cut(via, ":"); ok {
		via = class
	}
	via = path.Base(via)
	if strings.HasSuffix(via, "Handler") {
		via = via[strings.LastIndexByte(via, '.')+1:]
	}
	return via
}
