package audit

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"twelvefold/internal/inspect"
)

// stepsRead shows the steps of a file of a repository, as they were read.
func stepsRead(t *testing.T, name, archive string) (list []string) {
	t.Helper()
	repo := inspected(t, txtar.Parse([]byte(archive)))
	f := repo.File(name)
	for _, s := range f.signals {
		step, ok := s.Fact.(inspect.WorkflowStep)
		if !ok {
			continue
		}
		words := []string{strings.Join(step.Events, "+")}
		if step.Environment != "" {
			words = append(words, "in "+step.Environment)
		}
		for _, c := range step.Commands {
			words = append(words, "$ "+strings.Join(c.Argv, " "))
		}
		for _, e := range slices.Concat(step.With, step.Env) {
			value := e.Value.Text
			if e.Value.Secret != nil {
				value = "•"
			}
			if e.From != "" {
				value = e.From + " " + e.Ref
			}
			words = append(words, fmt.Sprintf("%s=%s", e.Name, value))
		}
		list = append(list, strings.Join(words, " | "))
	}
	return list
}

func TestStepsOfCalls(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, file, archive string
		want                []string
	}{
		{"what differs is read for each caller", "called.yml", `
-- .github/workflows/called.yml --
on:
  workflow_call:
    inputs:
      env: {type: string, default: staging}
      dry: {type: boolean, default: false}
    secrets: {KEY: {required: true}}
jobs:
  deploy:
    environment: ${{ inputs.env }}
    steps:
      - run: helm upgrade shop chart -n ${{ inputs.env }}
        env: {KUBE_KEY: "${{ secrets.KEY }}"}
      - if: inputs.dry
        run: echo dry
-- .github/workflows/a.yml --
on: {push: {branches: [main]}}
jobs:
  one: {uses: ./.github/workflows/called.yml, secrets: {KEY: "${{ secrets.STAGING_KEY }}"}}
  two:
    uses: acme/thing/.github/workflows/called.yml@main
    with: {env: production}
    secrets: inherit
-- .github/workflows/b.yml --
on: release
jobs:
  two: {uses: ./.github/workflows/called.yml, with: {env: production}, secrets: inherit}
`, []string{
			"push | in staging | $ helm upgrade shop chart -n staging | KUBE_KEY=github-secret STAGING_KEY",
			"push+release | in production | $ helm upgrade shop chart -n production | KUBE_KEY=github-secret KEY",
		}},
		{"an own event and a call", "called.yml", `
-- .github/workflows/called.yml --
on:
  push: {branches: [main]}
  workflow_call: {inputs: {tag: {type: string}}}
env: {IMAGE: "acme/shop"}
jobs:
  image:
    env: {REF: "${{ env.IMAGE }}:${{ inputs.tag || 'latest' }}"}
    steps:
      - {uses: some/push@v1, with: {image: "${{ env.REF }}", note: "${{ inputs.tag }}"}}
-- .github/workflows/release.yml --
on: release
jobs:
  call: {uses: ./.github/workflows/called.yml, with: {tag: "${{ github.event.release.tag_name }}"}}
`, []string{
			"push | image=acme/shop:latest | IMAGE=acme/shop | REF=acme/shop:latest",
			"release | image=acme/shop:${{ inputs.tag || 'latest' }} | note=${{ github.event.release.tag_name }} | IMAGE=acme/shop | REF=acme/shop:${{ inputs.tag || 'latest' }}",
		}},
		{"what a person chooses is unknown", "deploy.yml", `
-- .github/workflows/deploy.yml --
on: {workflow_dispatch: {inputs: {env: {default: staging}}}}
jobs:
  deploy:
    environment: ${{ inputs.env }}
    steps: [{run: "deploy ${{ github.event.inputs.env }}"}]
`, []string{"workflow_dispatch | in ${{ inputs.env }} | $ deploy ${{ github.event.inputs.env }}"}},
		{"a secret that is written stays where it is written", "called.yml", `
-- .github/workflows/called.yml --
on: {workflow_call: {inputs: {password: {type: string}}}}
jobs:
  a: {steps: [{run: migrate, env: {DB_PASSWORD: "${{ inputs.password }}"}}]}
-- .github/workflows/main.yml --
on: push
jobs:
  a: {uses: ./.github/workflows/called.yml, with: {password: tr0ub4dor}}
`, []string{"push | $ migrate | DB_PASSWORD=${{ inputs.password }}"}},
		{"variables set while it runs are unknown", "a.yml", `
-- .github/workflows/a.yml --
on: push
env: {TAG: dev, NAME: shop}
jobs:
  a:
    steps:
      - run: echo "TAG=$(date)" >> $GITHUB_ENV
      - run: docker push ${{ env.NAME }}:${{ env.TAG }}
`, []string{"push | $ date | $ echo TAG=$(date) | TAG=dev | NAME=shop", "push | $ docker push shop:${{ env.TAG }} | TAG=dev | NAME=shop"}},
		{"a command as an input, and words that are several", "action.yml", `
-- .github/actions/x/action.yml --
inputs: {command: {required: true}, flags: {default: "--a --b"}, text: {default: "two words"}}
runs:
  using: composite
  steps:
    - {run: "${{ inputs.command }}", shell: bash}
    - {run: 'tool ${{ inputs.flags }} "${{ inputs.text }}"', shell: bash}
-- .github/workflows/a.yml --
on: push
jobs:
  a: {steps: [{uses: ./.github/actions/x, with: {command: "npm ci && npm test"}}]}
`, []string{"push | $ npm ci | $ npm test", "push | $ tool --a --b two words"}},
		{"workflows that call each other end", "a.yml", `
-- .github/workflows/a.yml --
on: {push: {}, workflow_call: {inputs: {n: {type: string}}}}
jobs:
  a: {uses: ./.github/workflows/b.yml, with: {n: "x${{ inputs.n }}"}}
-- .github/workflows/b.yml --
on: {workflow_call: {inputs: {n: {type: string}}}}
jobs:
  b: {uses: ./.github/workflows/a.yml, with: {n: "y${{ inputs.n }}"}}
`, []string{"push | n=x", "push | n=xyx", "push | n=xyxyx"}},
		{"nobody calls it", "called.yml", `
-- .github/workflows/called.yml --
on: {workflow_call: {inputs: {env: {type: string, default: staging}}}}
env: {A: b}
jobs:
  a: {steps: [{run: "deploy ${{ inputs.env }} ${{ env.A }}"}]}
`, []string{"workflow_call | $ deploy ${{ inputs.env }} b | A=b"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			name := ".github/workflows/" + test.file
			if test.file == "action.yml" {
				name = ".github/actions/x/action.yml"
			}
			if diff := cmp.Diff(test.want, stepsRead(t, name, test.archive)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestBuildsOfMatrix: a Dockerfile and a name for each run.
func TestBuildsOfMatrix(t *testing.T) {
	t.Parallel()
	repo := inspected(t, txtar.Parse([]byte(`
-- .github/workflows/images.yml --
on: push
jobs:
  images:
    strategy:
      matrix:
        app: [{name: cart, dir: src/cart}, {name: web, dir: src/web}]
        arch: [amd64, arm64]
        exclude: [{app: {name: web, dir: src/web}, arch: arm64}]
    env: {NAME: "acme/${{ matrix.app.name }}"}
    steps:
      - uses: docker/build-push-action@v6
        with: {context: "${{ matrix.app.dir }}", tags: "${{ env.NAME }}:${{ matrix.arch }}", push: true}
`)))
	var got []string
	for _, b := range fileBuilds(repo.File(".github/workflows/images.yml")) {
		got = append(got, b.dockerfile+" "+b.image)
	}
	want := []string{"src/cart/Dockerfile acme/cart:amd64", "src/cart/Dockerfile acme/cart:arm64", "src/web/Dockerfile acme/web:amd64"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
