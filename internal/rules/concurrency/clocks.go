package concurrency

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// clock is something that starts jobs by the time of day.
type clock struct {
	name  string // "@Scheduled", "crond"
	place audit.Place
	code  bool // a call in the program
}

// planned are schedules in code that another program keeps: Celery's beat, a
// worker of the queue, cron.
var planned = regexp.MustCompile(`^(celery\.|arq\.|huey\.|rq|taskiq|periodiq|dramatiq|django_q|Clockwork|whenever|Illuminate|SolidQueue|[Ss]idekiq|Resque|GoodJob|Que::|Karafka|Symfony|.*\\As(Schedule|PeriodicTask|CronTask)$|Crunz|GO\\|new (GO|Crunz)\\|Azure Functions|wp_|as_schedule|task:)`)

// webClocks lists the clocks that run inside the component's web process.
func webClocks(c *audit.Component) []clock { return audit.OfComponent(c, findWebClocks) }

func findWebClocks(c *audit.Component) []clock {
	if c.Class != audit.WebService {
		return nil
	}
	list := besideServer(c)
	apart := false
	for _, t := range c.ProcessTypes() {
		switch {
		case t.Dev:
		case t.Kind == audit.ClockProcess:
			return list // the schedules in code are its own
		case t.Kind == audit.WorkerProcess, t.Kind == audit.OtherProcess:
			apart = true
		}
	}
	if !answers(c) {
		return list
	}
	for s := range audit.FactsIn[inspect.Scheduler](c.ProgramFiles()) {
		if s.Fact.Locked || s.Fact.Own || planned.MatchString(s.Fact.Via) || ownTicks(s) || neverTicks(c, s) || apart && !loadedByServer(s.File) || !c.Reaches(s.File.Path) || startedAlone(c, s.File) {
			continue
		}
		list = append(list, clock{shortName(s.Fact.Via), s.At(), true})
	}
	slices.SortStableFunc(list, func(a, b clock) int { return rank(a) - rank(b) })
	return list
}

// timer are calls that may be a clock or only wait.
var timer = regexp.MustCompile(`(?i)timer|tick|interval|executor|Thread|delay|BackgroundService`)

// rank puts schedules before timers: what surely keeps time is shown.
func rank(k clock) int {
	if k.code && timer.MatchString(k.name) {
		return 1
	}
	return 0
}

// shortName is a call as people say it: "ScheduledExecutorService.scheduleAtFixedRate".
func shortName(via string) string {
	parts := strings.Split(via, ".")
	if len(parts) > 2 && !strings.ContainsAny(via, "/@") {
		return strings.Join(parts[len(parts)-2:], ".")
	}
	return path.Base(via)
}

// ownTicks reports whether the file of a timer is for what a process does for
// itself: heartbeats, figures, caches.
func ownTicks(s audit.Located[inspect.Scheduler]) bool {
	name := path.Base(s.File.Path)
	return inspect.OwnTick(strings.TrimSuffix(name, path.Ext(name)))
}

// neverTicks reports whether a method is scheduled by Spring where nothing turns
// its clock on: neither the component nor a library of the repository.
func neverTicks(c *audit.Component, s audit.Located[inspect.Scheduler]) bool {
	if s.Fact.Via != "@Scheduled" || !slices.ContainsFunc(s.File.Signals(), func(x inspect.Signal) bool {
		i, ok := x.Fact.(inspect.Import)
		return ok && strings.HasPrefix(i.Path, "org.springframework.scheduling.")
	}) {
		return false
	}
	on := func(set inspect.Setting) bool { return set.Key == inspect.SchedulingKey }
	if audit.Has(c, on) || audit.Has(c, func(x inspect.Scheduler) bool { return strings.HasPrefix(x.Via, "task:") }) {
		return false
	}
	for _, library := range c.Repo.Components {
		if library.Class == audit.Library && audit.Has(library, on) {
			return false
		}
	}
	return true
}

// serverFile are names of files that a web process loads at its start.
var serverFile = regexp.MustCompile(`(?i)^(app|server|main|index|startup|program|wsgi|asgi|__init__|apps)\.\w+$`)

// loadedByServer reports whether a file is the web process's own where a worker
// runs from the same code.
func loadedByServer(f *audit.File) bool {
	if serverFile.MatchString(path.Base(f.Path)) || strings.Contains(f.Path, "config/initializers/") {
		return true
	}
	return slices.ContainsFunc(f.Signals(), func(s inspect.Signal) bool {
		_, listens := s.Fact.(inspect.Listen)
		_, handles := s.Fact.(inspect.Handler)
		return listens || handles
	})
}

// startedAlone reports whether a process that serves no one starts the file.
func startedAlone(c *audit.Component, f *audit.File) bool {
	base := path.Base(f.Path)
	for _, p := range c.Processes {
		named, serves := false, p.Image
		for _, s := range c.RunSteps(p) {
			serves = serves || audit.ServesHTTP(s.Command)
			named = named || slices.ContainsFunc(s.Argv, func(word string) bool { return path.Base(word) == base })
		}
		if named && !serves && !slices.ContainsFunc(f.Signals(), func(s inspect.Signal) bool { _, listens := s.Fact.(inspect.Listen); return listens }) {
			return true
		}
	}
	return false
}

// answers reports whether the component serves requests of its own, rather than
// only saying that it is alive: of the JVM and .NET, whose handlers are told by
// annotations and classes, that can be seen.
func answers(c *audit.Component) bool {
	if len(c.Languages) == 0 || !slices.Contains([]string{"C#", "Java", "Kotlin"}, c.Languages[0]) {
		return true
	}
	for range audit.FactsIn[inspect.Handler](c.ProgramFiles()) {
		return true
	}
	return false
}

// besideServer lists the clocks that a start command runs beside its server.
func besideServer(c *audit.Component) []clock {
	var list []clock
	var supervised []clock
	var clocks, servers []*audit.File // of supervised, and of what serves beside them
	for _, p := range c.Running() {
		if switchedOff(c, p) {
			continue
		}
		steps := c.RunSteps(p)
		serves := slices.ContainsFunc(steps, func(s audit.Step) bool { return audit.ServesHTTP(s.Command) })
		for _, s := range steps {
			if !s.Certain() || s.Last && !s.Background && !p.Supervised() || !audit.KeepsTime(s.Command) && !cronService(s.Command) {
				continue
			}
			found := clock{program(s.Command), at(s), false}
			if p.Supervised() {
				supervised, clocks = append(supervised, found), append(clocks, p.File)
			} else if serves {
				list = append(list, found)
			}
		}
		if serves && p.Supervised() {
			servers = append(servers, p.File)
		}
		list = append(list, uwsgiCrons(c, steps)...)
	}
	for i, found := range supervised {
		if slices.ContainsFunc(servers, func(f *audit.File) bool { return together(c, clocks[i], f) }) {
			list = append(list, found)
		}
	}
	return list
}

// cronService reports whether a command starts cron as a system's service.
func cronService(c inspect.Command) bool {
	argv := audit.Unwrap(c.Argv)
	return len(argv) > 2 && path.Base(argv[0]) == "service" && (argv[1] == "cron" || argv[1] == "crond") && argv[2] == "start"
}

// uwsgiCrons are the tasks in the uwsgi.ini that a step names, which each
// server runs by itself.
func uwsgiCrons(c *audit.Component, steps []audit.Step) []clock {
	var list []clock
	for _, s := range steps {
		if audit.Program(s.Command) != "uwsgi" {
			continue
		}
		for setting := range audit.Facts[inspect.Setting](c) {
			key := strings.TrimPrefix(setting.Fact.Key, "uwsgi.")
			if setting.File.Format != inspect.UWSGI || key != "cron" && key != "cron2" || !setting.Fact.Value.IsLiteral() {
				continue
			}
			if slices.ContainsFunc(s.Argv, func(word string) bool { return path.Base(word) == path.Base(setting.File.Path) }) {
				list = append(list, clock{"uwsgi's " + key, setting.At(), false})
			}
		}
	}
	return list
}
