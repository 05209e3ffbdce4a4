package python_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/inspecttest"
)

func TestGunicornSettings(t *testing.T) {
	t.Parallel()
	text := `import os
port = os.environ.get("PORT", "8000")
bind = f"0.0.0.0:{port}"
workers = int(os.getenv("WORKERS", 2))
accesslog = "-"
errorlog = "/var/log/shop/error.log"
daemon = False
raw_env = ["MODE=prod", "SECRET_KEY=k9-zz-unsafe-1"]
name = "x"

def on_starting(server):
    pidfile = "/run/x"
`
	got, failed := inspecttest.FactsOf[inspect.Setting](inspect.GunicornConf, text)
	masked := inspect.SecretLit("k9-zz-unsafe-1")
	masked.Text = "SECRET_KEY=" + masked.Text
	want := []inspecttest.Found[inspect.Setting]{
		{Line: 3, End: 3, Fact: inspect.Setting{Key: "gunicorn.bind", Value: inspect.Value{Source: inspect.Env, Text: "0.0.0.0:8000", HasText: true, Env: []string{"PORT"}}}},
		{Line: 4, End: 4, Fact: inspect.Setting{Key: "gunicorn.workers", Value: inspect.Value{Source: inspect.Env, Text: "2", HasText: true, Env: []string{"WORKERS"}}}},
		{Line: 5, End: 5, Fact: inspect.Setting{Key: "gunicorn.accesslog", Value: inspect.Lit("-")}},
		{Line: 6, End: 6, Fact: inspect.Setting{Key: "gunicorn.errorlog", Value: inspect.Lit("/var/log/shop/error.log")}},
		{Line: 7, End: 7, Fact: inspect.Setting{Key: "gunicorn.daemon", Value: inspect.Lit("False")}},
		{Line: 8, End: 8, Fact: inspect.Setting{Key: "gunicorn.raw_env.0", Value: inspect.Lit("MODE=prod")}},
		{Line: 8, End: 8, Fact: inspect.Setting{Key: "gunicorn.raw_env.1", Value: masked}},
	}
	if diff := cmp.Diff(want, got); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
	if secrets, _ := inspecttest.FactsOf[inspect.Credential](inspect.GunicornConf, text); len(secrets) != 1 || secrets[0].Fact.Name != "SECRET_KEY" {
		t.Errorf("%+v", secrets)
	}
	if reads, _ := inspecttest.FactsOf[inspect.EnvRead](inspect.GunicornConf, text); len(reads) != 2 {
		t.Errorf("%+v", reads)
	}
	for name, want := range map[string]inspect.Format{"gunicorn.conf.py": inspect.GunicornConf, "docker/gunicorn_config.py": inspect.GunicornConf, "gunicorn.prod.py": inspect.GunicornConf, "gunicorn_worker_test.py": inspect.Python, "app/use_gunicorn.py": inspect.Python} {
		if got := inspect.FormatOf(name); got != want {
			t.Errorf("FormatOf(%q) is %q, want %q", name, got, want)
		}
	}
}
