package inspect

import (
	"strconv"
	"strings"
)

// fly reads a fly.toml: the app as a whole, and a Process for each process
// type and for the release command.
func fly(e *emitter, content []byte) error {
	values, err := readTOML(plainText(content))
	app, line := FlyApp{}, 1
	mounts := map[string]int{} // table of a mount → its index
	for _, v := range values {
		head, rest, _ := strings.Cut(v.key, ".")
		switch head {
		case "app":
			app.App, line = v.text, v.line
		case "kill_timeout":
			app.KillTimeout = v.text
		case "kill_signal":
			app.KillSignal = v.text
		case "build":
			flyBuild(&app, rest, v.text)
		case "env":
			app.Env = append(app.Env, EnvEntry{Name: rest, Value: literalOf(rest, v.text), Secret: IsSecretName(rest), Line: v.line})
		case "http_service", "services", "service":
			flyService(&app, rest, v.text)
		case "checks":
			app.Checks = true
		case "mounts", "mount":
			flyMount(&app, mounts, rest, v)
		case "processes":
			if rest != "" && v.text != "" {
				e.emit(v.line, v.line, Process{Name: rest, Start: wordsOf(v.text, v.line)})
			}
		case "deploy":
			if rest == "release_command" && v.text != "" {
				e.emit(v.line, v.line, Process{Name: "release", Start: wordsOf(v.text, v.line), Release: true})
			}
		}
	}
	if len(values) > 0 {
		e.emit(line, line, app)
	}
	return err
}

func flyBuild(app *FlyApp, key, text string) {
	switch key {
	case "image":
		app.Image = text
	case "dockerfile":
		app.Dockerfile = text
	}
}

// flyService reads http_service.x and services.0.x. Of several services the
// first that states a port counts.
func flyService(app *FlyApp, key, text string) {
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
func flyMount(app *FlyApp, seen map[string]int, key string, v tomlValue) {
	table, field := "", key
	if at := strings.LastIndexByte(key, '.'); at >= 0 {
		table, field = key[:at], key[at+1:]
	}
	i, ok := seen[table]
	if !ok {
		i = len(app.Mounts)
		seen[table] = i
		app.Mounts = append(app.Mounts, Volume{Type: "volume", Line: v.line})
	}
	switch field {
	case "source":
		app.Mounts[i].Source = v.text
	case "destination":
		app.Mounts[i].Target = v.text
	}
}
