package helm

import (
	"encoding/json"
	"path"
	"slices"
	"strconv"
	"strings"

	"twelvefold/internal/inspect"
)

// Installs are the installs that commands of workflows, scripts and targets
// carry out. Signals are by path.
func (r *Repository) Installs(signals map[string][]inspect.Signal) []Install {
	var list []Install
	for _, name := range r.paths {
		list = append(list, r.objects(name, signals[name])...)
		for _, s := range signals[name] {
			var commands []inspect.Command
			dir, about := path.Dir(name), name
			switch fact := s.Fact.(type) {
			case inspect.WorkflowStep:
				commands, dir = fact.Commands, path.Clean("./"+fact.Dir)
				about = strings.Join([]string{fact.Workflow, fact.Job, fact.Environment}, " ")
			case inspect.Target:
				commands, about = fact.Commands, fact.Name
			case inspect.Command: // of a shell script
				commands = []inspect.Command{fact}
			default:
				continue
			}
			for _, command := range commands {
				if install, ok := r.command(command.Argv, dir, about); ok {
					list = append(list, install)
				}
			}
		}
	}
	return list
}

// takesValue are Helm's options that are followed by their value.
var takesValue = []string{"-n", "--namespace", "--kubeconfig", "--kube-context", "--version", "--timeout", "--repo", "--description", "--history-max", "--post-renderer", "--registry-config", "--username", "--password", "--ca-file", "-o", "--output"}

// command reads "helm upgrade --install web ./chart -f prod.yaml --set a=b".
func (r *Repository) command(argv []string, dir, about string) (Install, bool) {
	at := slices.Index(argv, "helm")
	if at < 0 {
		return Install{}, false
	}
	words := argv[at+1:]
	verb := slices.IndexFunc(words, func(w string) bool { return w == "upgrade" || w == "install" })
	if verb < 0 || slices.ContainsFunc(words, onlyShown) {
		return Install{}, false
	}
	install := Install{Chart: "", Set: map[string]any{}}
	var named []string
	for i := 0; i < len(words); i++ {
		option, value, joined := strings.Cut(words[i], "=")
		takes := slices.Contains(takesValue, option)
		isFile, isSet := option == "-f" || option == "--values", strings.HasPrefix(option, "--set")
		if (takes || isFile || isSet) && !joined {
			if i++; i < len(words) {
				value = words[i]
			}
		}
		switch {
		case isFile:
			named = append(named, value)
			for _, name := range strings.Split(value, ",") {
				if found := r.find(name, dir); found != "" {
					install.Files = append(install.Files, found)
				}
			}
		case isSet:
			set(install.Set, option, value)
		case option == "-n" || option == "--namespace" || option == "--kube-context":
			named = append(named, value)
		case takes || strings.HasPrefix(option, "-") || i <= verb:
		default:
			for _, base := range []string{dir, "."} {
				if c := r.charts[path.Join(base, words[i])]; c != nil {
					install.Chart = c.dir
				}
			}
		}
	}
	if slices.ContainsFunc(named, func(name string) bool { return hasWord(name, otherWords) }) || hasWord(about, otherWords) && !hasWord(about, productionWords) {
		return Install{}, false
	}
	install.Production = hasWord(about, productionWords) || slices.ContainsFunc(named, func(name string) bool { return hasWord(name, productionWords) })
	return install, install.Chart != ""
}

// find is the file that a command names, seen from its directory or from the
// repository's root; "" when there is none.
func (r *Repository) find(name, dir string) string {
	for _, base := range []string{dir, "."} {
		if at := path.Join(base, name); slices.Contains(r.paths, at) {
			return at
		}
	}
	return ""
}

// onlyShown reports whether an option makes an install one that deploys nothing.
func onlyShown(word string) bool {
	return word == "--dry-run" || strings.HasPrefix(word, "--dry-run=") && word != "--dry-run=none"
}

// set adds what an option gives: --set keys with their values behind commas,
// --set-json and --set-file values that are not read. What the shell fills in is
// not known.
func set(into map[string]any, option, given string) {
	switch option {
	case "--set-literal":
		if key, value, ok := strings.Cut(given, "="); ok {
			setKey(into, key, value)
		}
		return
	case "--set-json":
		setJSON(into, given)
		return
	}
	for _, part := range strings.Split(given, ",") {
		key, value, ok := strings.Cut(part, "=")
		switch {
		case !ok:
		case option == "--set-file":
			setKey(into, key, unknown{})
		default:
			setKey(into, key, setValue(value, option == "--set-string"))
		}
	}
}

// setValue is what --set makes of a value, --set-string when it is a text.
func setValue(value string, text bool) any {
	switch number, err := strconv.ParseInt(value, 10, 64); {
	case strings.ContainsAny(value, "$`{…"):
		return unknown{}
	case text:
	case err == nil:
		return number
	case value == "true" || value == "false":
		return value == "true"
	case value == "null":
		return nil
	}
	return value
}

// setJSON marks the keys of a=…,b=… as unknown, each followed by JSON.
func setJSON(into map[string]any, given string) {
	for {
		key, rest, ok := strings.Cut(strings.TrimPrefix(given, ","), "=")
		if !ok {
			return
		}
		setKey(into, key, unknown{})
		value := json.NewDecoder(strings.NewReader(rest))
		if value.Decode(new(any)) != nil {
			return
		}
		given = rest[value.InputOffset():]
	}
}

// setKey sets a dotted key. Of one with an index, an escape or what the shell
// fills in, all that it may be part of is unknown.
func setKey(into map[string]any, key string, value any) {
	if at := strings.IndexAny(key, "[{\\$`"); at >= 0 {
		whole := key[at] == '['
		key, value = key[:at], unknown{}
		if !whole {
			key = key[:max(strings.LastIndexByte(key, '.'), 0)]
		}
	}
	if key != "" {
		into[key] = value
	}
}
