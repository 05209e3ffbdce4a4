// Package factor names the twelve factors of the Twelve-Factor App
// (https://12factor.net): a closed set, in canonical order, with stable keys.
package factor

import (
	"fmt"
	"strings"
)

// Key identifies a factor in rule IDs, JSON, SQL and URLs. It never changes.
type Key string

// The twelve keys in canonical order.
const (
	Codebase        Key = "codebase"
	Dependencies    Key = "dependencies"
	Config          Key = "config"
	BackingServices Key = "backing-services"
	BuildReleaseRun Key = "build-release-run"
	Processes       Key = "processes"
	PortBinding     Key = "port-binding"
	Concurrency     Key = "concurrency"
	Disposability   Key = "disposability"
	DevProdParity   Key = "dev-prod-parity"
	Logs            Key = "logs"
	AdminProcesses  Key = "admin-processes"
)

// Factor is one of the twelve.
type Factor struct {
	Key       Key
	Number    int    // 1 to 12
	Numeral   string // "I" to "XII"
	Name      string // as people write it: "Backing services"
	Principle string // what it asks, in one line
	Means     string // the same in plain words, as one sentence about a program
}

var all = [12]Factor{
	{Codebase, 1, "I", "Codebase",
		"One codebase tracked in revision control, many deploys.",
		"One repository is one app, and every environment runs a commit of the same line: what differs between deploys is config, never a branch or a copy of the code."},
	{Dependencies, 2, "II", "Dependencies",
		"Explicitly declare and isolate dependencies.",
		"Everything the program needs is named with its version in a manifest and a lock, and comes from there alone: a fresh machine builds the same program."},
	{Config, 3, "III", "Config",
		"Store config in the environment.",
		"Whatever differs between deploys, such as addresses, credentials and switches, comes from the environment, so that the code could be published at any moment."},
	{BackingServices, 4, "IV", "Backing services",
		"Treat backing services as attached resources.",
		"Databases, queues, mail and caches are reached by an address from the config: each can be exchanged for another one without a change of the code."},
	{BuildReleaseRun, 5, "V", "Build, release, run",
		"Strictly separate build and run stages.",
		"A build makes one artefact of a commit, a release joins it with the config, and what runs is never changed in place."},
	{Processes, 6, "VI", "Processes",
		"Execute the app as one or more stateless processes.",
		"Nothing that the next request needs lives in one process's memory or on its disk: any instance can answer, and losing one loses nothing."},
	{PortBinding, 7, "VII", "Port binding",
		"Export services via port binding.",
		"The program brings its own server and listens on the port that the environment names, on all interfaces; no web server has to be put around it."},
	{Concurrency, 8, "VIII", "Concurrency",
		"Scale out via the process model.",
		"Each sort of work is a process type of its own that runs in the foreground and grows by adding processes, not by making one of them larger."},
	{Disposability, 9, "IX", "Disposability",
		"Maximize robustness with fast startup and graceful shutdown.",
		"A process starts in seconds, and on SIGTERM takes nothing new, finishes or returns what it has begun, and exits."},
	{DevProdParity, 10, "X", "Dev/prod parity",
		"Keep development, staging, and production as similar as possible.",
		"Developers, tests and production use the same kinds and versions of services and runtimes, and the same people deploy small changes often."},
	{Logs, 11, "XI", "Logs",
		"Treat logs as event streams.",
		"The program writes every event, unbuffered, to standard output; where it goes from there and how long it is kept is the platform's business."},
	{AdminProcesses, 12, "XII", "Admin processes",
		"Run admin and management tasks as one-off processes.",
		"Migrations and one-off tasks run from the same release, with the same config and dependencies as the program itself, and not inside its start."},
}

// All returns the twelve factors in canonical order.
func All() [12]Factor { return all }

// Named returns the factor that a person calls so: by its key, its numeral or
// its name, in whatever case.
func Named(name string) (Factor, error) {
	for _, f := range all {
		if strings.EqualFold(name, string(f.Key)) || strings.EqualFold(name, f.Numeral) || strings.EqualFold(name, f.Name) {
			return f, nil
		}
	}
	return Of(Key(name))
}

// Of returns the factor with this key, or an error that names the valid keys.
func Of(key Key) (Factor, error) {
	for _, f := range all {
		if f.Key == key {
			return f, nil
		}
	}
	return Factor{}, fmt.Errorf("unknown factor %q: use one of %v", key, Keys())
}

// Keys returns the twelve keys in canonical order.
func Keys() [12]Key {
	var keys [12]Key
	for i, f := range all {
		keys[i] = f.Key
	}
	return keys
}
