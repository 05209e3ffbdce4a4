package deploy

import (
	"strconv"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
	"twelvefold/internal/inspect/shell"
)

// Fly reads a fly.toml: the app as a whole, and a Process for each process
// type and for the release command.
func Fly(e *inspect.Emitter, content []byte) error {
	values, err := document.ReadTOML(shell.PlainText(content))
	app, line := inspect.FlyApp{}, 1
	mounts := map[string]int{} // table of a mount → its index
	for _, v := range values {
		head, rest, _ := strings.Cut(v.Key, ".")
		switch head {
		case "app":
			app.App, line = v.Text, v.Line
		case "kill_timeout":
			app.KillTimeout = v.Text
		case "kill_signal":
			app.KillSignal = v.Text
		case "build":
			flyBuild(&app, rest, v)
		case "env":
			app.Env = append(app.Env, inspect.EnvEntry{Name: rest, Value: inspect.LiteralOf(rest, v.Text), Secret: inspect.IsSecretName(rest), Line: v.Line})
		case "http_service", "services", "service":
			flyService(&app, rest, v.Text)
		case "checks":
			app.Checks = true
		case "mounts", "mount":
			flyMount(&app, mounts, rest, v)
		case "processes":
			if rest != "" && v.Text != "" {
				e.Emit(v.Line, v.Line, inspect.Process{Name: rest, Start: shell.WordsOf(v.Text, v.Line)})
			}
		case "deploy":
			if rest == "release_command" && v.Text != "" {
				e.Emit(v.Line, v.Line, inspect.Process{Name: "release", Start: shell.WordsOf(v.Text, v.Line), Release: true})
			}
		}
	}
	if len(values) > 0 {
		e.Emit(line, line, app)
	}
	return err
}

func flyBuild(app *inspect.FlyApp, key string, v document.TOMLValue) {
	switch key {
	case "image":
		app.Image = v.Text
	case "dockerfile":
		app.Dockerfile = v.Text
	case "build-target":
		app.Target = v.Text
	}
	if name, ok := strings.CutPrefix(key, "args."); ok {
		app.BuildArgs = append(app.BuildArgs, inspect.EnvEntry{Name: name, Value: inspect.LiteralOf(name, v.Text), Secret: inspect.IsSecretName(name), Line: v.Line})
	}
}

// flyService reads http_service.x and services.0.x. Of several services the
// first that states a port counts.
func flyService(app *inspect.FlyApp, key, text string) {
	segments := strings.Split(key, ".")
	for _, s := range segments {
		if s == "checks" || s == "http_checks" || s == "tcp_checks" {
			app.Checks = true
			return
		}
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return
	}
	switch segments[len(segments)-1] {
	case "internal_port":
		if app.InternalPort == 0 {
			app.InternalPort = n
		}
	case "min_machines_running":
		app.MinMachines = max(app.MinMachines, n)
	}
}

// flyMount reads [mounts] and [[mounts]].
func flyMount(app *inspect.FlyApp, seen map[string]int, key string, v document.TOMLValue) {
	table, field := "", key
	if at := strings.LastIndexByte(key, '.'); at >= 0 {
		table, field = key[:at], key[at+1:]
	}
	i, ok := seen[table]
	if !ok {
		i = len(app.Mounts)
		seen[table] = i
		app.Mounts = append(app.Mounts, inspect.Volume{Type: "volume", Line: v.Line})
	}
	switch field {
	case "source":
		app.Mounts[i].Source = v.Text
	case "destination":
		app.Mounts[i].Target = v.Text
	}
}
