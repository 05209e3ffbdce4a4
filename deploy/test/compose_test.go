package test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

// project loads compose.yaml as Docker Compose does: by its schema, with
// variables filled in.
func project(environment ...string) (*types.Project, error) {
	options, err := cli.NewProjectOptions([]string{"../compose.yaml"}, cli.WithEnv(environment), cli.WithInterpolation(true))
	if err != nil {
		return nil, err
	}
	return options.LoadProject(context.Background())
}

func TestCompose(t *testing.T) {
	t.Parallel()
	p, err := project("POSTGRES_PASSWORD=chosen")
	if err != nil {
		t.Fatal(err)
	}
	for name, command := range map[string]string{"web": "web", "worker": "worker", "migrate": "migrate"} {
		service, err := p.GetService(name)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(service.Command, types.ShellCommand{command}) {
			t.Errorf("%s runs %v", name, service.Command)
		}
		if url := service.Environment["DATABASE_URL"]; url == nil || *url != "postgres://twelvefold:chosen@postgres:5432/twelvefold" {
			t.Errorf("%s has another database", name)
		}
		if service.Image != p.Services["web"].Image || service.Privileged || service.User != "" || !service.ReadOnly {
			t.Errorf("%s is another image, or may more than it needs", name)
		}
		if name == "migrate" {
			if service.Restart != "no" || service.DependsOn["postgres"].Condition != types.ServiceConditionHealthy {
				t.Errorf("migrate is no one-off process behind a Postgres that answers: %s %v", service.Restart, service.DependsOn)
			}
			continue
		}
		grace, err := time.ParseDuration(*service.Environment["SHUTDOWN_GRACE"])
		if err != nil || service.StopGracePeriod == nil || time.Duration(*service.StopGracePeriod) <= grace {
			t.Errorf("%s may be killed within SHUTDOWN_GRACE: %v %v", name, service.StopGracePeriod, err)
		}
		if service.DependsOn["migrate"].Condition != types.ServiceConditionCompletedSuccessfully {
			t.Errorf("%s does not wait for the migration", name)
		}
	}
	for _, name := range []string{"web", "postgres"} {
		if p.Services[name].HealthCheck == nil {
			t.Errorf("nobody asks %s whether it is well", name)
		}
	}
	if ports := p.Services["web"].Ports; len(ports) != 1 || ports[0].HostIP != "127.0.0.1" {
		t.Errorf("web is reached from elsewhere: %v", ports)
	}
	if _, err := project(); err == nil {
		t.Error("it starts without a password of the database")
	}
}
