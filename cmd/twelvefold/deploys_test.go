package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"twelvefold/internal/config"
	"twelvefold/internal/jobs"
)

var (
	readVariable = regexp.MustCompile(`(?m)^  ([A-Z_]+)\n((?:    .*\n)+)`)
	forDeploys   = func(meaning string) bool { return !strings.Contains(meaning, "Development only") }
)

// variables are what a process type reads in a deploy: name → whether it is a secret.
func variables(process string) map[string]bool {
	read := map[string]bool{}
	for _, found := range readVariable.FindAllStringSubmatch(config.Help(process), -1) {
		if meaning := strings.Join(strings.Fields(found[2]), " "); forDeploys(meaning) {
			read[found[1]] = strings.Contains(meaning, "A secret.")
		}
	}
	return read
}

func sorted(names map[string]bool) []string { return slices.Sorted(maps.Keys(names)) }

// TestComposeGivesWhatIsRead: each service of deploy/compose.yaml gets the
// variables that its process type reads, and no others.
func TestComposeGivesWhatIsRead(t *testing.T) {
	t.Parallel()
	var project composeFile
	if err := decode(filepath.Join(top, "deploy", "compose.yaml"), &project); err != nil {
		t.Fatal(err)
	}
	for _, process := range []string{"web", "worker", "migrate"} {
		service := project.Services[process]
		if diff := cmp.Diff(sorted(variables(process)), slices.Sorted(maps.Keys(service.Environment))); diff != "" {
			t.Errorf("deploy/compose.yaml gives %s other variables than it reads:\n%s", process, diff)
		}
		for name, secret := range variables(process) {
			if value := service.Environment[name]; secret && !strings.Contains(value, "${") {
				t.Errorf("deploy/compose.yaml: %s has %s written out", process, name)
			}
		}
	}
}

// pod is what this test reads of a Deployment or a Job.
type pod struct {
	Spec struct {
		Template struct {
			Spec struct {
				Containers []struct {
					Name    string
					EnvFrom []struct {
						ConfigMapRef struct{ Name string } `yaml:"configMapRef"`
					} `yaml:"envFrom"`
					Env []struct {
						Name      string
						ValueFrom struct {
							SecretKeyRef struct {
								Name, Key string
								Optional  bool
							} `yaml:"secretKeyRef"`
						} `yaml:"valueFrom"`
					}
				}
			}
		}
	}
}

// TestKubernetesGivesWhatIsRead: secrets come from the Secret to those who read
// them, what is required is required there, and the ConfigMap holds no secret and
// nothing that nobody reads.
func TestKubernetesGivesWhatIsRead(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(top, "deploy", "kubernetes")
	var settings struct{ Data map[string]string }
	if err := decode(filepath.Join(dir, "settings.yaml"), &settings); err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for _, process := range []string{"web", "worker", "migrate"} {
		maps.Copy(all, variables(process))
		text, err := os.ReadFile(filepath.Join(dir, process+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(string(text), "\n---\n")
		var p pod
		if err := yaml.Unmarshal([]byte(first), &p); err != nil {
			t.Fatal(err)
		}
		container := p.Spec.Template.Spec.Containers[0]
		given := map[string]bool{}
		for _, v := range container.Env {
			ref := v.ValueFrom.SecretKeyRef
			if ref.Key == "" {
				continue
			}
			given[v.Name] = true
			if ref.Key != v.Name || ref.Name != "twelvefold" || ref.Optional == (v.Name == "DATABASE_URL") {
				t.Errorf("%s gets %s from %+v", process, v.Name, ref)
			}
		}
		secrets := variables(process)
		maps.DeleteFunc(secrets, func(_ string, secret bool) bool { return !secret })
		if diff := cmp.Diff(sorted(secrets), sorted(given)); diff != "" {
			t.Errorf("deploy/kubernetes gives %s other secrets than it reads:\n%s", process, diff)
		}
		if process != "migrate" && (len(container.EnvFrom) != 1 || container.EnvFrom[0].ConfigMapRef.Name != "twelvefold") {
			t.Errorf("%s does not get the settings", process)
		}
	}
	for name := range settings.Data {
		if secret, read := all[name]; !read || secret {
			t.Errorf("settings.yaml has %s, which is a secret or read by nobody", name)
		}
	}
}

// TestDocumentedConnections holds what docs/self-hosting.md says of connections.
func TestDocumentedConnections(t *testing.T) {
	t.Parallel()
	text := strings.Join(strings.Fields(read(t, "docs/self-hosting.md")), " ")
	for _, want := range []string{
		"A `web` holds at most " + strconv.Itoa(webConns) + " connections",
		"a `worker` " + strconv.Itoa(jobs.Connections(2)) + " with `WORKER_CONCURRENCY=2`, and " + strconv.Itoa(jobs.Connections(3)-jobs.Connections(2)) + " more for each",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("docs/self-hosting.md does not say %q", want)
		}
	}
	replicas := 0
	for name, each := range map[string]int{"web": webConns, "worker": jobs.Connections(2)} {
		var deployment struct{ Spec struct{ Replicas int } }
		if err := decode(filepath.Join(top, "deploy", "kubernetes", name+".yaml"), &deployment); err != nil {
			t.Fatal(err)
		}
		replicas += deployment.Spec.Replicas * each
	}
	if want := fmt.Sprintf("open up to %d connections", replicas); !strings.Contains(text, want) {
		t.Errorf("docs/self-hosting.md does not say %q", want)
	}
}

// TestHerokuBuildsTheAssets: what Node.js's buildpack runs brings the pages'
// assets to where make puts them.
func TestHerokuBuildsTheAssets(t *testing.T) {
	t.Parallel()
	const asset = "node_modules/htmx.org/dist/htmx.min.js"
	for name, want := range map[string][]string{
		"package.json": {`"heroku-postbuild": "mkdir -p web/static/vendor && cp ` + asset + ` web/static/vendor/"`},
		"Makefile":     {"web/static/vendor/htmx.min.js: node_modules/", "cp " + asset + " $@"},
		"go.mod":       {"// +heroku install ./cmd/twelvefold\n"},
	} {
		for _, text := range want {
			if !strings.Contains(read(t, name), text) {
				t.Errorf("%s does not say %q", name, text)
			}
		}
	}
}
