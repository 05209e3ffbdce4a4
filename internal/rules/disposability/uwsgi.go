package disposability

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// uwsgiReloads finds a uwsgi whose master takes SIGTERM for an order to reload,
// as it does unless die-on-term or a hook on the signal says otherwise: each
// stop ends with the kill. The place is where its master is turned on.
func uwsgiReloads(c *audit.Component) (place audit.Place, ok bool) {
	if stopsOtherwise(c) {
		return place, false
	}
	for _, p := range c.Provided() {
		if p.Name == "UWSGI_DIE_ON_TERM" {
			return place, false
		}
	}
	for _, p := range c.Running() {
		if p.File.Format == inspect.Systemd || p.Supervised() {
			continue // they name the signal to stop with
		}
		for _, s := range c.RunSteps(p) {
			if audit.Program(s.Command) != "uwsgi" {
				continue
			}
			place, master, dies := uwsgiMaster(c, s)
			if master && !dies {
				return place, true
			}
		}
	}
	return place, false
}

// termHook is a hook by which uwsgi's master is told what SIGTERM means.
var termHook = regexp.MustCompile(`unix_signal:(15|TERM|SIGTERM)`)

// uwsgiMaster reads what a command and the file that it names say of the master.
func uwsgiMaster(c *audit.Component, s audit.Step) (place audit.Place, master, dies bool) {
	set := func(key, value string, at audit.Place) {
		on := value == "" || value == "true" || value == "1" || value == "yes" || value == "on"
		switch {
		case key == "master" && on:
			place, master = at, true
		case key == "die-on-term" && value != "false" && value != "0", strings.HasPrefix(key, "hook-") && termHook.MatchString(value), key == "exit-on-reload" && on:
			dies = true
		}
	}
	at := audit.Place{Path: s.File.Path, Line: s.Line, EndLine: s.Line}
	argv := audit.Unwrap(s.Argv)
	for i, word := range argv {
		key, value, joined := strings.Cut(strings.TrimPrefix(word, "--"), "=")
		switch {
		case word == "-M":
			key = "master"
		case !strings.HasPrefix(word, "--"):
			continue
		case !joined && i+1 < len(argv) && !strings.HasPrefix(argv[i+1], "-"):
			value = argv[i+1]
		}
		if key == "master" {
			value = "" // a word behind it is no value of its
		}
		set(key, value, at)
	}
	for setting := range audit.Facts[inspect.Setting](c) {
		key, ok := strings.CutPrefix(setting.Fact.Key, "uwsgi.")
		named := slices.ContainsFunc(argv, func(word string) bool { return path.Base(word) == path.Base(setting.File.Path) })
		if setting.File.Format != inspect.UWSGI || !ok || !named {
			continue
		}
		set(key, strings.ToLower(setting.Fact.Value.Text), setting.At())
	}
	return place, master, dies
}

// stopsOtherwise reports whether a descriptor stops the container by a signal
// other than SIGTERM.
func stopsOtherwise(c *audit.Component) bool {
	if c.Image != nil {
		for _, i := range c.Image.Instructions {
			if i.Fact.Name == "STOPSIGNAL" && len(i.Fact.Args) > 0 && !isTerm(i.Fact.Args[0]) {
				return true
			}
		}
	}
	return slices.ContainsFunc(c.OwnServices(), func(s audit.Service) bool { return s.StopSignal != "" && !isTerm(s.StopSignal) })
}

func isTerm(signal string) bool { return signal == "15" || signal == "TERM" || signal == "SIGTERM" }
