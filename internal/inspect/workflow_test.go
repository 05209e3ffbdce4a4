package inspect

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const deployWorkflow = `name: deploy
on:
  push:
    branches: [main]
    tags: ["v*"]
  workflow_dispatch:
env:
  REGISTRY: ghcr.io
  MODE: ci
jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        pg: [14, 16]
        include:
          - {pg: 17, extra: true}
    services:
      db:
        image: postgres:${{ matrix.pg }}
        env: {POSTGRES_PASSWORD: postgres}
      cache: redis:7
    env:
      MODE: test
    steps:
      - uses: actions/checkout@v4
      - name: Test
        run: |
          # comment
          make test TAG=${{ github.sha }}

          ./report || true
        env:
          TOKEN: ${{ secrets.CI_TOKEN }}
          REGION: ${{ vars.REGION }}
          API_TOKEN: a1b2c3d4e5f6
      - run: >-
          echo a &&
          echo b
      - run: npm ci
        if: github.ref == 'refs/heads/main'
      - shell: pwsh
        run: Get-ChildItem | % { $_ }
  release:
    environment: {name: production}
    uses: ./.github/workflows/release.yml
    with: {tag: "${{ github.ref_name }}"}
    secrets: {KEY: "${{ secrets.DEPLOY_KEY }}"}
`

func TestWorkflow(t *testing.T) {
	t.Parallel()
	got, failed := factsOf[WorkflowStep](Workflow, deployWorkflow)
	common := WorkflowStep{
		Workflow: "deploy", Job: "test", Events: []string{"push", "workflow_dispatch"}, Branches: []string{"main"}, Tags: []string{"v*"},
		Env: []EnvEntry{{Name: "REGISTRY", Value: Lit("ghcr.io"), Line: 8}, {Name: "MODE", Value: Lit("test"), Line: 24}}, Matrix: []string{"pg", "extra"},
	}
	token := NewSecret("a1b2c3d4e5f6")
	step := func(change func(*WorkflowStep)) WorkflowStep {
		s := common
		change(&s)
		return s
	}
	want := []found[WorkflowStep]{
		{26, 26, step(func(s *WorkflowStep) { s.Uses = "actions/checkout@v4" })},
		{27, 36, step(func(s *WorkflowStep) {
			s.Name, s.Run = "Test", "# comment\nmake test TAG=${{ github.sha }}\n\n./report || true\n"
			s.Commands = []Command{
				{Argv: []string{"make", "test", "TAG=${{ github.sha }}"}, Line: 30},
				{Argv: []string{"./report"}, Line: 32},
				{Argv: []string{"true"}, Line: 32, Conditional: true, Last: true, Guard: "! ./report"},
			}
			s.Env = append(s.Env[:2:2],
				EnvEntry{Name: "TOKEN", Value: Value{Source: Input, Text: "${{ secrets.CI_TOKEN }}"}, From: "github-secret", Ref: "CI_TOKEN", Secret: true, Line: 34},
				EnvEntry{Name: "REGION", Value: Value{Source: Input, Text: "${{ vars.REGION }}"}, From: "github-variable", Ref: "REGION", Line: 35},
				EnvEntry{Name: "API_TOKEN", Value: Value{Source: Literal, Text: "a1b…", HasText: true, Secret: &token}, Secret: true, Line: 36})
		})},
		{37, 39, step(func(s *WorkflowStep) {
			s.Run = "echo a && echo b"
			s.Commands = []Command{
				{Argv: []string{"echo", "a"}, Line: 38},
				{Argv: []string{"echo", "b"}, Line: 39, Conditional: true, Then: true, Last: true},
			}
		})},
		{40, 41, step(func(s *WorkflowStep) {
			s.Run, s.If = "npm ci", "github.ref == 'refs/heads/main'"
			s.Commands = []Command{{Argv: []string{"npm", "ci"}, Line: 40, Last: true}}
		})},
		{42, 43, step(func(s *WorkflowStep) { s.Run = "Get-ChildItem | % { $_ }" })},
		{44, 48, WorkflowStep{
			Workflow: "deploy", Job: "release", Uses: "./.github/workflows/release.yml", Environment: "production",
			Events: common.Events, Branches: common.Branches, Tags: common.Tags,
			With: []EnvEntry{{Name: "tag", Value: Value{Source: Input, Text: "${{ github.ref_name }}"}, Line: 47}},
			Env: []EnvEntry{
				{Name: "REGISTRY", Value: Lit("ghcr.io"), Line: 8}, {Name: "MODE", Value: Lit("ci"), Line: 9},
				{Name: "KEY", Value: Value{Source: Input, Text: "${{ secrets.DEPLOY_KEY }}"}, From: "github-secret", Ref: "DEPLOY_KEY", Line: 48},
			},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
	services, _ := factsOf[ServiceContainer](Workflow, deployWorkflow)
	wantServices := []found[ServiceContainer]{
		{20, 20, ServiceContainer{Job: "test", Name: "db", Image: "postgres:${{ matrix.pg }}", Matrix: true}},
		{22, 22, ServiceContainer{Job: "test", Name: "cache", Image: "redis:7"}},
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
		got, failed := factsOf[WorkflowStep](Workflow, on+"\njobs:\n  a:\n    steps:\n      - run: ls\n")
		if failed != nil || len(got) != 1 {
			t.Errorf("%s: %v %v", on, got, failed)
			continue
		}
		if diff := cmp.Diff(want, got[0].Fact.Events); diff != "" {
			t.Errorf("%s: %s", on, diff)
		}
	}
}
