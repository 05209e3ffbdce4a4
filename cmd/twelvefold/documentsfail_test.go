package main

import (
	"os"
	"strings"
	"testing"
)

// TestBadBlocksAreSeen: no command hides in a block that nobody runs.
func TestBadBlocksAreSeen(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"```\nrm -rf /\n```\n":                          `1: a block of ""`,
		"Run\n\n```bash\ntwelvefold audit\n```\n":       `3: a block of "bash"`,
		"```console\n$ twelvefold audit\n```\n":         `1: a block of "console"`,
		"Run\n\n    twelvefold audit\n":                 "3: an indented block",
		"1. one\n\nThen\n\n    twelvefold audit\n":      "5: an indented block",
		"```output\nscore\n```\n":                       "1: output of nothing",
		"- one\n\n    of the list\n\n```text\nx\n```\n": "",
		"```sh\nls\n```\n\n```output\nx\n```\n":         "",
	} {
		wrong := badBlocks(text, blocksOf(text))
		if want == "" && len(wrong) > 0 || want != "" && (len(wrong) != 1 || !strings.HasPrefix(wrong[0], want)) {
			t.Errorf("%q: %q, want %q", text, wrong, want)
		}
	}
}

// TestStandInsRefuse: a stand-in that takes everything would prove nothing.
func TestStandInsRefuse(t *testing.T) {
	if _, err := os.Stat("standins_test.go"); err == nil {
		t.Chdir(top)
	}
	for _, command := range []string{
		"make nothing", "make run REPOSITORY=x", "make clones",
		"go test ./internal/nothing", "go test ./internal/rules -run Unheard", "go test ./internal/factor -update", "go install ./cmd/twelvefold",
		"docker run twelvefold", "docker build elsewhere", "docker build --build-arg COMMIT=x .", "docker compose -f compose.yaml up", "docker compose -f deploy/compose.yaml build redis",
		"kubectl apply -f deploy/kubernetes/web.yaml", "kubectl apply -k deploy/kubernetes -l app.kubernetes.io/component=mailer", "kubectl create namespace other",
		"kubectl -n other get pods", "kubectl -n twelvefold rollout restart deployment/web", "kubectl -n twelvefold create secret generic twelvefold --from-env-file=README.md",
		"kubectl -n twelvefold exec deployment/twelvefold-worker -- twelvefold admin nothing", "kubectl logs deployment/twelvefold-web",
		"fly apps create other", "fly scale count mailer=2", "fly secrets set DATABASE=x", "fly secrets set PORT", "fly launch", "fly ssh console --process-group worker --command bash",
		"heroku ps:scale mailer=1", "heroku config:set DATABASE=x", "heroku run bash", "heroku destroy",
	} {
		words := strings.Fields(command)
		if words[0] == "go" {
			t.Setenv(repositoryVariable, ".")
		}
		if standIns[words[0]](words[1:]) == nil {
			t.Errorf("%s is taken", command)
		}
	}
}
