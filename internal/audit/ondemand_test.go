package audit

import (
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestServicesOnDemand: a job that seeds a database is neither a worker nor a
// process type; one that is restarted is.
func TestServicesOnDemand(t *testing.T) {
	t.Parallel()
	files := "-- web/requirements.txt --\nflask==3.0.0\n-- web/Dockerfile --\nFROM python:3.12\nCOPY app.py ./\nCMD [\"gunicorn\", \"app:app\"]\n-- web/app.py --\nfrom flask import Flask\napp = Flask(__name__)\n" +
		"-- seed-data/Dockerfile --\nFROM python:3.12\nCOPY make.py ./\nCMD [\"python\", \"make.py\"]\n-- seed-data/make.py --\nimport json\nprint(json.dumps({}))\n-- docker-compose.yml --\nservices:\n  web: {build: ./web}\n  seed:\n    build: ./seed-data\n"
	for extra, want := range map[string]Class{
		"    profiles: [seed]\n    restart: \"no\"\n": CLI,
		"    restart: on-failure\n":                   CLI,
		"    restart: always\n":                       Worker,
	} {
		repo := inspected(t, txtar.Parse([]byte(files+extra)))
		if len(repo.Components) != 2 || repo.Components[0].Class != want {
			t.Errorf("%s: %d components, the first %s (%s), want %s", extra, len(repo.Components), repo.Components[0].Class, repo.Components[0].Why, want)
		}
	}
}
