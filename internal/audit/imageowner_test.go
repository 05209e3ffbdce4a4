package audit

import (
	"slices"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

const ownedRails = `-- Gemfile --
gem "rails", "~> 8.0"
gem "sidekiq"
-- app/models/entry.rb --
class Entry < ApplicationRecord
end
-- config.ru --
run Rails.application
-- config/puma.rb --
port ENV.fetch("PORT", 3000)
-- Dockerfile --
FROM ruby:3.4
COPY . .
CMD ["bin/rails", "server"]
`

// TestWhoseImageItIs: what of the repository tells whose image one is, where
// the repository's own name (thing) does not.
func TestWhoseImageItIs(t *testing.T) {
	t.Parallel()
	workflow := func(job string) string {
		return "-- .github/workflows/publish.yml --\non: push\nenv:\n  REGISTRY: ghcr.io\n  IMAGE: tally/ledger\njobs:\n  image:\n    runs-on: ubuntu-latest\n    steps:\n" + job
	}
	meta := "      - uses: docker/metadata-action@v5\n        with:\n          images: |\n            ${{ env.REGISTRY }}/${{ env.IMAGE }}\n"
	build := "      - uses: docker/build-push-action@v6\n        with:\n          context: .\n          push: true\n          tags: ${{ steps.meta.outputs.tags }}\n"
	worker := "-- docker/worker/Dockerfile --\nFROM ruby:3.4\nCOPY . .\nCMD [\"bundle\", \"exec\", \"sidekiq\"]\n"
	for name, test := range map[string]struct {
		files, image string
		own          bool
	}{
		"nothing says so":                       {"", "ghcr.io/tally/ledger:1", false},
		"a manifest beside that of the program": {"-- package.json --\n{\"name\": \"ledger\", \"private\": true}\n", "ghcr.io/tally/ledger:1", true},
		"a manifest elsewhere":                  {"-- mobile/package.json --\n{\"name\": \"ledger\", \"private\": true}\n", "ghcr.io/tally/ledger:1", false},
		"two manifests": {"-- package.json --\n{\"name\": \"ledger\"}\n-- mobile/package.json --\n{\"name\": \"ledger\"}\n",
			"ghcr.io/tally/ledger:1", false},
		"a directory with that name":        {"-- package.json --\n{\"name\": \"ledger\"}\n-- services/ledger/go.mod --\nmodule acme.io/x\n", "tally/ledger", false},
		"metadata of the build":             {workflow(meta + build), "tally/ledger:2", true},
		"metadata of builds of other names": {workflow(meta + build), "tally/books:2", false},
		"the build of another Dockerfile": {workflow(meta+build) + "-- services/books/go.mod --\nmodule acme.io/x\n-- services/books/main.go --\npackage main\nfunc main() {}\n" +
			"-- services/books/Dockerfile --\nFROM golang\nCOPY . .\nCMD [\"/books\"]\n", "tally/books:2", false},
		"a Dockerfile's directory":                     {worker, "tally/worker:3", true},
		"a Dockerfile's directory and a public image":  {worker, "worker", false},
		"a Dockerfile's ending":                        {"-- Dockerfile.worker --\nFROM ruby:3.4\nCOPY . .\nCMD [\"bundle\", \"exec\", \"sidekiq\"]\n", "tally/worker:3", true},
		"a Dockerfile that only adjusts another image": {"-- docker/proxy/Dockerfile --\nFROM envoyproxy/proxy:1\nCOPY app app\n", "envoyproxy/proxy:1", false},
		"a service of Compose":                         {"-- compose.yml --\nservices:\n  books:\n    build: .\n", "tally/books", true},
		"a backing service":                            {"-- compose.yml --\nservices:\n  postgres:\n    build: .\n", "tally/postgres", false},
		"the only chart":                               {"-- charts/ledger/Chart.yaml --\nname: ledger\nversion: 1.0.0\n", "ghcr.io/tally/ledger", true},
		"one of two charts": {"-- charts/ledger/Chart.yaml --\nname: ledger\nversion: 1.0.0\n-- charts/grafana/Chart.yaml --\nname: grafana\nversion: 1.0.0\n",
			"grafana/grafana", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			repo := inspected(t, txtar.Parse([]byte(ownedRails+test.files)))
			at := slices.IndexFunc(repo.Components, func(c *Component) bool { return c.Path == "." })
			if at < 0 {
				t.Fatal("the root is no component")
			}
			if own := repo.Components[at].OwnsImage(test.image); own != test.own {
				t.Errorf("%s is the component's: %v", test.image, own)
			}
		})
	}
}
