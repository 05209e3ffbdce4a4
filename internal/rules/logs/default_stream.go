package logs

import (
	"fmt"
	"path"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// toStream is evidence that what the component logs reaches a standard stream
// without a logger of its own saying so.
type toStream struct {
	at       audit.Place
	strength float64
	message  string
}

// byServer looks at what starts the component and at its image: a server that
// is told of a stream, a file that the image links to one, and, for less, a
// server that logs to one unless it is told otherwise.
func byServer(c *audit.Component) toStream {
	usual := toStream{}
	for _, p := range c.Running() {
		for _, step := range c.RunSteps(p) {
			argv := audit.Unwrap(step.Argv)
			if option := streamOption(argv); option != "" {
				return toStream{step.At(), 1, fmt.Sprintf("%s writes its log to a standard stream by %s", audit.Program(step.Command), option)}
			}
			if option, _ := logOption(audit.Program(step.Command), argv); usual.strength == 0 && loggingServers[audit.Program(step.Command)] && option == "" && p.Deployed() {
				usual = toStream{step.At(), 0.5, fmt.Sprintf("%s logs to a standard stream", audit.Program(step.Command))}
			}
		}
	}
	if by := bySettings(c, &usual); by.strength > 0 {
		return by
	}
	if by := byImage(c); by.strength > usual.strength {
		return by
	}
	if len(fileSinks(c)) > 0 {
		return toStream{} // the server's own lines are not what the program logs
	}
	return usual
}

// bySettings looks at servers' own settings; one that names a file takes the
// usual stream back.
func bySettings(c *audit.Component, usual *toStream) toStream {
	found := toStream{}
	for s := range audit.Facts[inspect.Setting](c, source.Prod, source.DeployProd) {
		key := s.Fact.Key
		program, ok := strings.CutPrefix(key, "program:")
		supervised := ok && s.File.Format == inspect.Supervisor && (strings.HasSuffix(key, ".stdout_logfile") || strings.HasSuffix(key, ".stderr_logfile"))
		if !supervised && !serverSettings[key] || !s.Fact.Value.IsLiteral() {
			continue
		}
		target, _, _ := strings.Cut(s.Fact.Value.Text, " ")
		if key == "nginx.error_log" && target == "stderr" {
			target = "/dev/stderr"
		}
		server, _, _ := strings.Cut(key, ".")
		switch written := target == "-" || strings.HasPrefix(target, "/dev/") && target != "/dev/null" || strings.HasPrefix(target, "/proc/"); {
		case !written || !stream.MatchString(target):
			if server == "gunicorn" || server == "uwsgi" {
				*usual = toStream{}
			}
		case found.strength > 0:
		case supervised:
			program, _, _ = strings.Cut(program, ".")
			found = toStream{s.At(), 1, fmt.Sprintf("supervisord passes on what %s prints to %s", program, target)}
		case server != "nginx" || servedIn(c, s.File):
			found = toStream{s.At(), 1, fmt.Sprintf("%s writes its log to %s", server, target)}
		}
	}
	return found
}

func byImage(c *audit.Component) toStream {
	if c.Image == nil {
		return toStream{}
	}
	for _, i := range c.Image.Instructions {
		if i.Fact.Name != "RUN" || i.Fact.Start == nil {
			continue
		}
		for _, command := range i.Fact.Start.Commands {
			argv := command.Argv
			if n := len(argv); n > 2 && path.Base(argv[0]) == "ln" && stream.MatchString(argv[n-2]) && !strings.HasSuffix(argv[n-2], "null") && logPlace(argv[n-1]) {
				line := max(command.Line, i.Line)
				return toStream{audit.Place{Path: i.File.Path, Line: line, EndLine: line}, 1, fmt.Sprintf("The image makes %s a link to %s", argv[n-1], argv[n-2])}
			}
		}
	}
	name, tag, _ := audit.SplitImage(strings.ToLower(c.Image.Base))
	if start := c.Image.Start(); path.Base(name) == "php" && start != nil && (strings.Contains(tag, "apache") || strings.Contains(tag, "fpm")) {
		return toStream{audit.Place{Path: c.Image.File.Path, Line: c.Image.BaseLine, EndLine: c.Image.BaseLine}, 0.5, fmt.Sprintf("The server of %s logs to standard streams", c.Image.Base)}
	}
	return toStream{}
}

// loggingServers log to a standard stream unless they are told of a file.
var loggingServers = map[string]bool{
	"gunicorn": true, "uvicorn": true, "hypercorn": true, "granian": true, "puma": true, "rackup": true, "celery": true, "sidekiq": true, "uwsgi": true, "dramatiq": true, "rq": true, "frankenphp": true, "caddy": true, "pm2-runtime": true,
}

// streamOption finds an option that names a standard stream: --access-logfile -.
func streamOption(argv []string) string {
	for i := 1; i < len(argv); i++ {
		name, value, joined := strings.Cut(argv[i], "=")
		if !logOptions[name] || strings.HasPrefix(name, "-D") {
			continue
		}
		if !joined && i+1 < len(argv) {
			value = argv[i+1]
		}
		if value == "-" || stream.MatchString(value) && strings.HasPrefix(value, "/") && value != "/dev/null" {
			return name + " " + value
		}
	}
	return ""
}

// byFramework finds a framework that logs to the console when nothing configures
// its logging: neither the component nor a library that it uses.
func byFramework(c *audit.Component) (at audit.Place, framework string, ok bool) {
	for s := range audit.Facts[inspect.Setting](c, source.Prod) {
		switch strings.ToLower(s.Fact.Key) {
		case "logging.config", "quarkus.log.console.enable", "quarkus.log.console.enabled", "logging.pattern.console", "logging.threshold.console":
			if s.Fact.Value.Text == "" || strings.EqualFold(s.Fact.Value.Text, "false") || strings.EqualFold(s.Fact.Value.Text, "off") || s.Fact.Key == "logging.config" {
				return audit.Place{}, "", false
			}
		}
	}
	for _, part := range append([]*audit.Component{c}, c.Libraries()...) {
		for _, f := range part.Files {
			if routed(f) && f.Role == source.Prod {
				return audit.Place{}, "", false
			}
		}
	}
	for l := range audit.Facts[inspect.Listen](c, source.Prod) {
		if strings.HasPrefix(l.Fact.Via, "org.springframework.boot.") || strings.HasPrefix(l.Fact.Via, "io.quarkus.") {
			name := "Spring Boot"
			if strings.HasPrefix(l.Fact.Via, "io.quarkus.") {
				name = "Quarkus"
			}
			return l.At(), name, true
		}
	}
	for e := range audit.Facts[inspect.EntryPoint](c, source.Prod) {
		if strings.HasPrefix(e.Fact.Via, "org.springframework.boot.") {
			return e.At(), "Spring Boot", true
		}
	}
	for d := range audit.Facts[inspect.Dependency](c) {
		switch name := strings.ToLower(d.Fact.Name); {
		case d.Fact.Group != inspect.Runtime:
		case name == "rails_12factor" || name == "rails_stdout_logging":
			return d.At(), name, true
		case d.Fact.Ecosystem == inspect.Maven && strings.HasPrefix(name, "io.quarkus:quarkus-"):
			return d.At(), "Quarkus", true
		}
	}
	return audit.Place{}, "", false
}
