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
}

var all = [12]Factor{
	{Codebase, 1, "I", "Codebase", "One codebase tracked in revision control, many deploys."},
	{Dependencies, 2, "II", "Dependencies", "Explicitly declare and isolate dependencies."},
	{Config, 3, "III", "Config", "Store config in the environment."},
	{BackingServices, 4, "IV", "Backing services", "Treat backing services as attached resources."},
	{BuildReleaseRun, 5, "V", "Build, release, run", "Strictly separate build and run stages."},
	{Processes, 6, "VI", "Processes", "Execute the app as one or more stateless processes."},
	{PortBinding, 7, "VII", "Port binding", "Export services via port binding."},
	{Concurrency, 8, "VIII", "Concurrency", "Scale out via the process model."},
	{Disposability, 9, "IX", "Disposability", "Maximize robustness with fast startup and graceful shutdown."},
	{DevProdParity, 10, "X", "Dev/prod parity", "Keep development, staging, and production as similar as possible."},
	{Logs, 11, "XI", "Logs", "Treat logs as event streams."},
	{AdminProcesses, 12, "XII", "Admin processes", "Run admin and management tasks as one-off processes."},
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
