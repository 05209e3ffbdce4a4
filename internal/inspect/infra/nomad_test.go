package infra_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/inspecttest"
)

func TestNomad(t *testing.T) {
	t.Parallel()
	const file = `job "shop" {
  group "web" {
    count = 2
    task "web" {
      driver = "docker"
      config {
        image      = "acme/shop:1.4"
        entrypoint = ["/entry"]
        args       = ["serve", "${NOMAD_PORT_http}"]
      }
      env { LOG_LEVEL = "info" }
    }
    task "jar" {
      driver = "java"
      config { jar_path = "local/shop.jar" }
    }
  }
}
job "night" {
  periodic { cron = "@daily" }
  group "night" {
    task "night" {
      config {
        command = "bash"
        args = [
          "-c",
          "shop report",
        ]
      }
    }
  }
}
`
	got, failed := inspecttest.FactsOf[inspect.Workload](inspect.Nomad, file)
	two := 2
	want := []inspecttest.Found[inspect.Workload]{
		{Line: 4, End: 12, Fact: inspect.Workload{Type: "NomadJob", Name: "web", Replicas: &two, Containers: []inspect.Container{{
			Name: "web", Image: "acme/shop:1.4", Line: 7, Command: []string{"/entry"}, Args: []string{"serve", "${NOMAD_PORT_http}"},
			Env: []inspect.EnvEntry{{Name: "LOG_LEVEL", Value: inspect.Lit("info"), Line: 11}},
		}}}},
		{Line: 22, End: 30, Fact: inspect.Workload{Type: "CronJob", Name: "night", Containers: []inspect.Container{{
			Name: "night", Line: 27, Command: []string{"bash"}, Args: []string{"-c", "shop report"},
		}}}},
	}
	if diff := cmp.Diff(want, got); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
}
