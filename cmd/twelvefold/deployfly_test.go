package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"
)

// flyFile is all of fly.toml that is used here, as Fly's reference has it: what
// stands there under another name is a mistake that Fly itself passes over.
type flyFile struct {
	App           string
	PrimaryRegion string `toml:"primary_region"`
	KillSignal    string `toml:"kill_signal"`
	KillTimeout   int    `toml:"kill_timeout"` // seconds
	Build         struct{ Dockerfile string }
	Deploy        struct {
		ReleaseCommand string `toml:"release_command"`
		Strategy       string
	}
	Processes   map[string]string
	Env         map[string]string
	HTTPService struct {
		Processes          []string
		InternalPort       int    `toml:"internal_port"`
		ForceHTTPS         bool   `toml:"force_https"`
		AutoStopMachines   string `toml:"auto_stop_machines"`
		MinMachinesRunning int    `toml:"min_machines_running"`
		Checks             []struct {
			Method, Path, Interval, Timeout string
			GracePeriod                     string `toml:"grace_period"`
		}
	} `toml:"http_service"`
	VM []struct {
		Processes    []string
		Size, Memory string
	}
}

// TestFlyStartsWhatThereIs reads fly.toml strictly, and holds it to the process
// types, their variables and each other's numbers.
func TestFlyStartsWhatThereIs(t *testing.T) {
	t.Parallel()
	file, err := os.Open(filepath.Join(top, "fly.toml"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var app flyFile
	if err := toml.NewDecoder(file).DisallowUnknownFields().Decode(&app); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"web": "web", "worker": "worker"}, app.Processes); diff != "" {
		t.Errorf("the processes are not those that serve:\n%s", diff)
	}
	if app.Deploy.ReleaseCommand != "migrate" || !slices.Contains([]string{"rolling", "immediate", "canary", "bluegreen"}, app.Deploy.Strategy) {
		t.Errorf("a release does not begin with the migration, or goes on in no way that Fly knows: %+v", app.Deploy)
	}
	if _, err := os.Stat(filepath.Join(top, app.Build.Dockerfile)); err != nil || app.Build.Dockerfile == "" {
		t.Error(err)
	}
	grace, err := time.ParseDuration(app.Env["SHUTDOWN_GRACE"])
	if kill := time.Duration(app.KillTimeout) * time.Second; err != nil || kill <= grace || kill > 300*time.Second || app.KillSignal != "SIGTERM" {
		t.Errorf("killed by %s after %v, with a grace of %v: %v", app.KillSignal, kill, grace, err)
	}
	service := app.HTTPService
	if !slices.Equal(service.Processes, []string{"web"}) || strconv.Itoa(service.InternalPort) != app.Env["PORT"] || !service.ForceHTTPS || service.AutoStopMachines != "off" || service.MinMachinesRunning < 1 {
		t.Errorf("the service does not lead to web at its port, over TLS and always: %+v", service)
	}
	if len(service.Checks) != 1 || service.Checks[0].Method != "GET" || service.Checks[0].Path != "/readyz" {
		t.Errorf("what is asked is not whether web is ready: %+v", service.Checks)
	}
	for _, check := range service.Checks {
		for _, written := range []string{check.Interval, check.Timeout, check.GracePeriod} {
			if _, err := time.ParseDuration(written); err != nil {
				t.Error(err)
			}
		}
	}
	var machines []string
	for _, vm := range app.VM {
		machines = append(machines, vm.Processes...)
		if !strings.HasPrefix(vm.Size, "shared-cpu-") || !strings.HasSuffix(vm.Memory, "mb") && !strings.HasSuffix(vm.Memory, "gb") {
			t.Errorf("a machine of no size that Fly has: %+v", vm)
		}
	}
	if slices.Sort(machines); !slices.Equal(machines, slices.Sorted(maps.Keys(app.Processes))) {
		t.Errorf("machines are sized for %q", machines)
	}
	read := variables("web")
	maps.Copy(read, variables("worker"))
	for name := range app.Env {
		if secret, known := read[name]; secret || !known {
			t.Errorf("fly.toml gives %s, which is a secret (%v) or read by nobody", name, secret)
		}
	}
}
