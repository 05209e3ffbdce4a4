package logs

import (
	"path"
	"regexp"
	"slices"
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

// logDirectory tells directories of log files: "/var/log/shop", "/app/logs".
var logDirectory = regexp.MustCompile(`(?i)(^|/)(var/log(/|$)|([\w.-]*[_-])?logs?/?$|logs/[\w.-]+/?$)`)

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
// starts or imports: a tool beside the component. What is started of a compiled program has
// not the name of the file that it begins in: Program.cs is shop.dll.
func separate(c *audit.Component, file *audit.File) bool {
	entry := false
	for range audit.FactsIn[inspect.EntryPoint]([]*audit.File{file}, source.Prod) {
		entry = true
	}
	if !entry || len(c.Processes) == 0 || file.Format == inspect.Go || onlyProgram(c, file) {
		return false
	}
	stem := startedAs(file.Path)
	for _, p := range c.Processes {
		for _, step := range c.RunSteps(p) {
			for _, word := range step.Argv {
				if strings.Contains(word, stem) {
					return false
				}
			}
		}
	}
	return !c.Reaches(file.Path) || !c.IsImported(file)
}

// startedAs is what a command that starts a file says of it: its name without the
// extension. Python is told the package alone of shop/__main__.py.
func startedAs(file string) string {
	name := path.Base(file)
	if name == "__main__.py" {
		return path.Base(path.Dir(file))
	}
	return strings.TrimSuffix(name, path.Ext(name))
}

// onlyProgram reports whether a file is the only one of its component in a
// compiled language that a program can begin in.
func onlyProgram(c *audit.Component, file *audit.File) bool {
	switch file.Format {
	case inspect.CSharp, inspect.Java, inspect.Kotlin:
		for e := range audit.Facts[inspect.EntryPoint](c, source.Prod) {
			if e.File.Format == file.Format && e.File != file {
				return false
			}
		}
		return true
	}
	return false
}

// program is the last part of what states a fact: "RotatingFileHandler" of
// "LOGGING:logging.handlers.RotatingFileHandler", "ActiveSupport::Logger" of
// "ActiveSupport::Logger.new".
func program(via string) string {
	if via == "org.springframework.boot.base" {
		return "Spring Boot's base.xml"
	}
	if _, class, ok := strings.Cut(via, ":"); ok && !strings.Contains(via, "::") {
		via = class
	}
	via = strings.TrimSuffix(path.Base(via), ".new")
	if strings.HasSuffix(via, "Handler") || strings.HasSuffix(via, "Appender") {
		via = via[strings.LastIndexByte(via, '.')+1:]
	}
	return via
}

// selected reports whether a sink is one that is used where the same file
// chooses among the channels that it lists, as Laravel's does: by the variable
// that a deploy gives, else by default.
func selected(c *audit.Component, s audit.Located[inspect.LogSink]) bool {
	if s.Fact.Name == "" || s.File.Format != inspect.PHP {
		return true
	}
	if s.Fact.Via == "laravel app.log" && audit.Has(c, func(r inspect.LogRoute) bool { return r.Via == "laravel logging.default" }) {
		return false // later versions ask config/logging.php alone
	}
	for r := range audit.FactsIn[inspect.LogRoute]([]*audit.File{s.File}, s.File.Role) {
		if r.Fact.Via != "laravel logging.default" && r.Fact.Via != "laravel app.log" {
			continue
		}
		if chosen := given(c, r.Fact.Choice.Env); len(chosen) > 0 {
			return slices.Contains(chosen, s.Fact.Name)
		}
		return slices.Contains(r.Fact.Sinks, s.Fact.Name)
	}
	return true
}

// switched reports whether a sink that needs a variable to be set has it in
// production: a descriptor sets it, or the platform does.
func switched(c *audit.Component, s audit.Located[inspect.LogSink]) bool {
	name := s.Fact.OnlyWith
	if name == "" || slices.ContainsFunc(c.Provided(), func(p audit.Provided) bool { return p.Name == name && p.Environment == audit.Production }) {
		return true
	}
	// Heroku's builder of Ruby images sets it.
	return name == "RAILS_LOG_TO_STDOUT" && c.Image == nil
}

// given is what production's descriptors set the first of some variables to
// that they set, as a list behind commas; a stack leaves it to the next.
func given(c *audit.Component, variables []string) []string {
	for _, name := range variables {
		if p, ok := c.ProvidedIn(audit.Production, name); ok && p.Value.IsLiteral() && p.Value.Text != "" && p.Value.Text != "stack" {
			return strings.Split(p.Value.Text, ",")
		}
	}
	return nil
}

// forBrowsers are directories of what a server hands to browsers: what prints
// there prints in a browser.
var forBrowsers = regexp.MustCompile(`(^|/)(static|public|assets|wwwroot|webapp)/(.*/)?[^/]+\.(js|mjs|cjs|ts)$`)

// inBrowser reports whether a script runs in browsers: it lies with what a
// server hands out, or is the only sort of script in a program of another
// language.
func inBrowser(c *audit.Component, f *audit.File) bool {
	switch f.Format {
	case inspect.JavaScript, inspect.TypeScript, inspect.TSX, inspect.Vue, inspect.Svelte, inspect.Astro:
	default:
		return false
	}
	if forBrowsers.MatchString(f.Path) {
		return true
	}
	if len(c.Languages) == 0 {
		return false
	}
	switch c.Languages[0] {
	case "JavaScript", "TypeScript", "Vue", "Svelte", "Astro":
		return false
	}
	return true
}

// besideProgram are directories of tasks that people run by hand: where they
// print tells less than where the program does.
var besideProgram = regexp.MustCompile(`(^|/)(scripts?|tools?|commands|bin|jobs|tasks|migrations?|cli)/`)
