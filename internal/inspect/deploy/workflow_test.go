package deploy_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/inspecttest"
)

func TestWorkflow(t *testing.T) {
	t.Parallel()
	got, failed := inspecttest.FactsOf[inspect.WorkflowStep](inspect.Workflow, inspecttest.DeployWorkflow)
	common := inspect.WorkflowStep{
		Workflow: "deploy", Job: "test", Events: []string{"push", "workflow_dispatch"}, Branches: []string{"main"}, Tags: []string{"v*"},
		Env: []inspect.EnvEntry{{Name: "REGISTRY", Value: inspect.Lit("ghcr.io"), Line: 8}, {Name: "MODE", Value: inspect.Lit("test"), Line: 24}}, Matrix: []string{"pg", "extra"},
	}
	token := inspect.NewSecret("a1b2c3d4e5f6")
	step := func(change func(*inspect.WorkflowStep)) inspect.WorkflowStep {
		s := common
		change(&s)
		return s
	}
	want := []inspecttest.Found[inspect.WorkflowStep]{
		{Line: 26, End: 26, Fact: step(func(s *inspect.WorkflowStep) { s.Uses = "actions/checkout@v4" })},
		{Line: 27, End: 36, Fact: step(func(s *inspect.WorkflowStep) {
			s.Name, s.Run = "Test", "# comment\nmake test TAG=${{ github.sha }}\n\n./report || true\n"
			s.Commands = []inspect.Command{
				{Argv: []string{"make", "test", "TAG=${{ github.sha }}"}, Line: 30},
				{Argv: []string{"./report"}, Line: 32},
				{Argv: []string{"true"}, Line: 32, Conditional: true, Last: true, Guard: "! ./report"},
			}
			s.Env = append(s.Env[:2:2],
				inspect.EnvEntry{Name: "TOKEN", Value: inspect.Value{Source: inspect.Input, Text: "${{ secrets.CI_TOKEN }}"}, From: "github-secret", Ref: "CI_TOKEN", Secret: true, Line: 34},
				inspect.EnvEntry{Name: "REGION", Value: inspect.Value{Source: inspect.Input, Text: "${{ vars.REGION }}"}, From: "github-variable", Ref: "REGION", Line: 35},
				inspect.EnvEntry{Name: "API_TOKEN", Value: inspect.Value{Source: inspect.Literal, Text: "a1b…", HasText: true, Secret: &token}, Secret: true, Line: 36})
		})},
		{Line: 37, End: 39, Fact: step(func(s *inspect.WorkflowStep) {
			s.Run = "echo a && echo b"
			s.Commands = []inspect.Command{
				{Argv: []string{"echo", "a"}, Line: 38},
				{Argv: []string{"echo", "b"}, Line: 39, Conditional: true, Then: true, Last: true},
			}
		})},
		{Line: 40, End: 41, Fact: step(func(s *inspect.WorkflowStep) {
			s.Run, s.If = "npm ci", "github.ref == 'refs/heads/main'"
			s.Commands = []inspect.Command{{Argv: []string{"npm", "ci"}, Line: 40, Last: true}}
		})},
		{Line: 42, End: 43, Fact: step(func(s *inspect.WorkflowStep) { s.Run = "Get-ChildItem | % { $_ }" })},
		{Line: 44, End: 48, Fact: inspect.WorkflowStep{
			Workflow: "deploy", Job: "release", Uses: "./.github/workflows/release.yml", Environment: "production",
			Events: common.Events, Branches: common.Branches, Tags: common.Tags,
			With: []inspect.EnvEntry{{Name: "tag", Value: inspect.Value{Source: inspect.Input, Text: "${{ github.ref_name }}"}, Line: 47}},
			Env: []inspect.EnvEntry{
				{Name: "REGISTRY", Value: inspect.Lit("ghcr.io"), Line: 8}, {Name: "MODE", Value: inspect.Lit("ci"), Line: 9},
				{Name: "KEY", Value: inspect.Value{Source: inspect.Input, Text: "${{ secrets.DEPLOY_KEY }}"}, From: "github-secret", Ref: "DEPLOY_KEY", Line: 48},
			},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
	services, _ := inspecttest.FactsOf[inspect.ServiceContainer](inspect.Workflow, inspecttest.DeployWorkflow)
	wantServices := []inspecttest.Found[inspect.ServiceContainer]{
		{Line: 20, End: 20, Fact: inspect.ServiceContainer{Job: "test", Name: "db", Image: "postgres:${{ matrix.pg }}", Matrix: true}},
		{Line: 22, End: 22, Fact: inspect.ServiceContainer{Job: "test", Name: "cache", Image: "redis:7"}},
	}
	if diff := cmp.Diff(wantServices, services); diff != "" {
		t.Error(diff)
	}
}

func TestWorkflowTriggers(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		"on: push":                              {"push"},
		"on: [push, pull_request]":              {"push", "pull_request"},
		"on:\n  - release":                      {"release"},
		"'on': {schedule: [{cron: '0 0 * *'}]}": {"schedule"},
		"jobs: {}":                              nil,
	}
	for on, want := range tests {
		got, failed := inspecttest.FactsOf[inspect.WorkflowStep](inspect.Workflow, on+"\njobs:\n  a:\n    steps:\n      - run: ls\n")
		if failed != nil || len(got) != 1 {
			t.Errorf("%s: %v %v", on, got, failed)
			continue
		}
		if diff := cmp.Diff(want, got[0].Fact.Events); diff != "" {
			t.Errorf("%s: %s", on, diff)
		}
	}
}

// An axis with one value chooses nothing: it is written where it is used. What
// has several, or gets another by include, stays open.
func TestWorkflowMatrixOfOne(t *testing.T) {
	t.Parallel()
	const workflow = `
on: push
jobs:
  test:
    strategy:
      matrix:
        java: ['17']
        node: [18, 20]
        os: [ubuntu]
        include:
          - os: windows
    steps:
      - uses: actions/setup-java@v4
        with:
          java-version: ${{ matrix.java }}
          node-version: ${{matrix.node}}
          os: ${{ matrix.os }}
  other:
    steps:
      - uses: actions/setup-java@v4
        with:
          java-version: ${{ matrix.java }}
`
	got, failed := inspecttest.FactsOf[inspect.WorkflowStep](inspect.Workflow, workflow)
	if failed != nil || len(got) != 2 {
		t.Fatalf("%v %v", got, failed)
	}
	var sources []inspect.Source
	for _, step := range got {
		for _, entry := range step.Fact.With {
			sources = append(sources, entry.Value.Source)
		}
	}
	want := []inspect.Source{inspect.Literal, inspect.Input, inspect.Input, inspect.Input}
	if diff := cmp.Diff(want, sources); diff != "" {
		t.Error(diff)
	}
	if text := got[0].Fact.With[0].Value.Text; text != "17" {
		t.Errorf("java-version is %q", text)
	}
}
