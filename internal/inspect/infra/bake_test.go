package infra_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/inspecttest"
)

func TestBake(t *testing.T) {
	t.Parallel()
	const file = `variable "TAG" { default = "dev" }
variable "PLATFORMS" { default = null }
group "default" { targets = ["web", "worker"] }
target "web" {
  context    = "apps/${APP}"
  dockerfile = "Dockerfile.web"
  target     = STAGE
  args = {
    NODE  = "22"
    BUILD = upper(TAG)
    "APP" = "${TAG}-x"
  }
  tags   = ["acme/web:${TAG}", notequal("", TAG) ? "a" : "b", format("acme/%s", TAG)]
  output = ["type=registry"]
}
target "worker" {
  inherits = ["web"]
  matrix   = { os = ["a", "b"] }
  tags     = ["acme/${item.os}"]
}
`
	got, failed := inspecttest.FactsOf[inspect.BakeTarget](inspect.Bake, file)
	want := []inspecttest.Found[inspect.BakeTarget]{
		{Line: 3, End: 3, Fact: inspect.BakeTarget{Name: "default", Members: []string{"web", "worker"}}},
		{Line: 4, End: 15, Fact: inspect.BakeTarget{
			Name: "web", Context: "apps/${APP}", Dockerfile: "Dockerfile.web", Stage: "${STAGE}", Tags: []string{"acme/web:${TAG}"}, Outputs: []string{"type=registry"},
			Args: []inspect.EnvEntry{
				{Name: "NODE", Value: inspect.Lit("22"), Line: 9},
				{Name: "BUILD", Value: inspect.Value{Source: inspect.Unknown}, Line: 10},
				{Name: "APP", Value: inspect.Value{Source: inspect.Unknown}, Written: "${TAG}-x", Line: 11},
			},
		}},
		{Line: 16, End: 20, Fact: inspect.BakeTarget{Name: "worker", Inherits: []string{"web"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
	variables, _ := inspecttest.FactsOf[inspect.BakeVariable](inspect.Bake, file)
	if len(variables) != 2 || variables[0].Fact.Default.Text != "dev" || variables[1].Fact.Default.Source != inspect.None {
		t.Errorf("variables %+v", variables)
	}
}
