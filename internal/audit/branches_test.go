package audit

import (
	"slices"
	"testing"

	"twelvefold/internal/inspect"
)

// TestDeployedBranches: a push to which branches deploys.
func TestDeployedBranches(t *testing.T) {
	t.Parallel()
	deploy := inspect.WorkflowStep{Events: []string{"push"}, Commands: []inspect.Command{{Argv: []string{"flyctl", "deploy"}, Line: 1}}}
	step := func(change func(*inspect.WorkflowStep)) inspect.WorkflowStep {
		s := deploy
		change(&s)
		return s
	}
	for name, c := range map[string]struct {
		fact inspect.Fact
		want []string
	}{
		"named":              {step(func(s *inspect.WorkflowStep) { s.Branches = []string{"production", "main"} }), []string{"main true", "production false"}},
		"pattern":            {step(func(s *inspect.WorkflowStep) { s.Branches = []string{"release/**"} }), []string{"release/1.0 true", "release/a/b true"}},
		"one segment":        {step(func(s *inspect.WorkflowStep) { s.Branches = []string{"release/*"} }), []string{"release/1.0 true"}},
		"part of a segment":  {step(func(s *inspect.WorkflowStep) { s.Branches = []string{"rel**"} }), []string{"release/1.0 true", "release/a/b true"}},
		"taken out":          {step(func(s *inspect.WorkflowStep) { s.Branches = []string{"release/**", "!release/1.0"} }), []string{"release/a/b true"}},
		"every branch":       {step(func(s *inspect.WorkflowStep) { s.Branches = []string{"**"} }), nil},
		"no filter":          {deploy, nil},
		"only tags":          {step(func(s *inspect.WorkflowStep) { s.Tags = []string{"v*"} }), nil},
		"condition":          {step(func(s *inspect.WorkflowStep) { s.If = "github.ref == 'refs/heads/staging'" }), []string{"staging true"}},
		"condition and list": {step(func(s *inspect.WorkflowStep) { s.If, s.Branches = "github.ref_name == 'qa'", []string{"main"} }), nil},
		"pull request":       {step(func(s *inspect.WorkflowStep) { s.Events, s.Branches = []string{"pull_request"}, []string{"main"} }), nil},
		"no deploy":          {inspect.WorkflowStep{Events: []string{"push"}, Branches: []string{"production"}, Run: "make test"}, nil},
		"platform":           {inspect.PlatformService{Platform: "render", Type: "web", Branch: "live"}, []string{"live false"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree := treeOf(map[string][]inspect.Fact{".github/workflows/x.yml": {c.fact}})
			tree.Snapshot.Branches = []string{"main", "release/1.0", "release/a/b", "staging"}
			var got []string
			for _, d := range newRepository(tree, Settings{}).DeployedBranches() {
				exists := " false"
				if d.Exists {
					exists = " true"
				}
				got = append(got, d.Branch+exists)
				if d.Via == "" || d.At.Line != 1 {
					t.Errorf("%+v: no cause or place", d)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestConcerns: a workflow that nobody owns is everybody's.
func TestConcerns(t *testing.T) {
	t.Parallel()
	repo := newRepository(treeOf(map[string][]inspect.Fact{
		"api/package.json":         {inspect.Manifest{Ecosystem: inspect.NPM, Name: "api", Private: true}},
		"api/server.js":            {inspect.Listen{Via: "http.Server().listen"}},
		"web/package.json":         {inspect.Manifest{Ecosystem: inspect.NPM, Name: "web", Private: true}},
		"web/server.js":            {inspect.Listen{Via: "http.Server().listen"}},
		".github/workflows/ci.yml": {inspect.WorkflowStep{Job: "deploy", Run: "make deploy"}},
	}), Settings{})
	if len(repo.Components) != 2 {
		t.Fatalf("%d components, want 2", len(repo.Components))
	}
	for _, c := range repo.Components {
		for name, want := range map[string]bool{".github/workflows/ci.yml": true, "api/server.js": c.Path == "api", "web/server.js": c.Path == "web"} {
			if got := c.Concerns(repo.File(name)); got != want {
				t.Errorf("%s concerns %s: %v, want %v", name, c.Path, got, want)
			}
		}
	}
}
