package helm

import (
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
var takesValue = []string{"-n", "--namespace", "--kubeconfig", "--kube-context", "--version", "--timeout", "--repo", "--description", "--history-max", "--post-renderer", "--set-file", "--set-json", "--registry-config", "--username", "--password", "--ca-file", "-o", "--output"}

// command reads "helm upgrade --install web ./chart -f prod.yaml --set a=b".
func (r *Repository) command(argv []string, dir, about string) (Install, bool) {
	at := slices.Index(argv, "helm")
	if at < 0 {
		return Install{}, false
	}
	words := argv[at+1:]
	verb := slices.IndexFunc(words, func(w string) bool { return w == "upgrade" || w == "install" })
	if verb < 0 {
		return Install{}, false
	}
	install := Install{Chart: "", Set: map[string]any{}}
	var named []string
	for i := 0; i < len(words); i++ {
		option, value, joined := strings.Cut(words[i], "=")
		takes := slices.Contains(takesValue, option)
		isFile, isSet := option == "-f" || option == "--values", option == "--set" || option == "--set-string"
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
			set(install.Set, value, option == "--set-string")
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

// set adds what --set gives: keys with their values behind commas. What the
// shell fills in is not known.
func set(into map[string]any, given string, text bool) {
	for _, part := range strings.Split(given, ",") {
		key, value, ok := strings.Cut(part, "=")
		if !ok || key == "" || strings.ContainsAny(key, "[{\\$") {
			continue
		}
		switch number, err := strconv.ParseInt(value, 10, 64); {
		case strings.ContainsAny(value, "$`{…"):
			into[key] = unknown{}
		case err == nil && !text:
			into[key] = number
		case (value == "true" || value == "false") && !text:
			into[key] = value == "true"
		case value == "null" && !text:
			into[key] = nil
		default:
			into[key] = value
		}
	}
}
