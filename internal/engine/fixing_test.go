package engine_test

import (
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"twelvefold/internal/audit"
)

// TestFixingGainsWhatWasPromised mends one cause in a repository's files: the
// finding goes, and the score rises by its gain at least, and by no more where
// the change proves nothing else.
func TestFixingGainsWhatWasPromised(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fixture, rule, subject string
		path, old, new         string // an empty old adds the file, an empty new and old removes it
	}{
		{"python", "backing-services/hardcoded-handle", "redis", "zzshop/zzserver.py", `redis.Redis(host="cache.internal.acme.com", port=6379)`, `redis.Redis.from_url(os.environ.get("REDIS_URL"))`},
		{"python", "logs/file-sink", "app.log", "zzshop/zzserver.py", `logging.FileHandler("/var/log/shop/app.log")`, "logging.StreamHandler()"},
		{"python", "dependencies/undeclared-import", "requests", "zzshop/zzserver.py", "import requests\n", ""},
		{"python", "config/secret-default", "SECRET_KEY", "zzshop/zzserver.py", `os.environ.get("SECRET_KEY", "kq2!x9vL0pZr7Tn4")`, `os.environ["SECRET_KEY"]`},
		{"python", "config/env-file-committed", ".env", ".env", "", ""},
		{"javascript", "port-binding/hardcoded-port", "express().listen", "src/zzserver.js", "zzapp.listen(3000)", "zzapp.listen(process.env.PORT)"},
		{"javascript", "dependencies/undeclared-import", "lodash", "package.json", `"pg": "^8.11.0"`, `"pg": "^8.11.0", "lodash": "^4.17.21"`},
		{"javascript", "disposability/bad-handler", "SIGTERM", "src/zzworker.js", "process.exit(0)", "zzpool.end().then(() => process.exit(0))"},
		{"typescript", "backing-services/hardcoded-handle", "redis", "apps/zzapi/src/zzmain.ts", `"redis://cache.acme.com:6379"`, "process.env.REDIS_URL!"},
		{"go", "logs/file-sink", "stock.log", "cmd/zzserver/main.go", "\tzzfile, _ := os.OpenFile(\"/var/log/stock.log\", os.O_APPEND|os.O_CREATE, 0o600)\n\tlog.SetOutput(zzfile)\n", ""},
		{"go", "processes/session-map", "zzcounts", "cmd/zzserver/main.go", "\tzzcounts[zzr.URL.Path]++\n", ""},
		{"go", "config/hardcoded-credential", "Password", "internal/zzstore/zzstore.go", `"Vx8mQz2pLk9w"`, `""`},
		{"ruby", "config/secret-default", "SESSION_SECRET", "zzapp.rb", `ENV.fetch("SESSION_SECRET", "kq2!x9vL0pZr7Tn4kq2!x9vL0pZr7Tn4")`, `ENV.fetch("SESSION_SECRET")`},
		{"ruby", "dev-prod-parity/db-engine", "mysql", "docker-compose.yml", "mysql:8", "postgres:16"},
		{"java", "config/hardcoded-credential", "spring.datasource.password", "src/main/resources/application.properties", "=Vx8mQz2pLk9w", "=${DB_PASSWORD}"},
		{"java", "disposability/signal-lost", "image", "Dockerfile", "ENTRYPOINT java -jar /app.jar", `ENTRYPOINT ["java", "-jar", "/app.jar"]`},
		{"java", "build-release-run/mutable-tag", "acme/zzorders", "k8s/zzorders.yaml", "zzorders:latest", "zzorders:1.4.2"},
		{"kotlin", "config/secret-default", "API_TOKEN", "src/main/kotlin/com/acme/ZzMain.kt", ` ?: "kq2x9vL0pZr7Tn4w"`, "!!"},
		{"php", "processes/memory-session", "session_start", "public/index.php", "session_start();\n", ""},
		{"php", "config/secret-default", "APP_SECRET", "src/zzstore.php", " ?: 'kq2x9vL0pZr7Tn4w'", ""},
		{"csharp", "port-binding/hardcoded-port", "Microsoft.AspNetCore.Builder.WebApplication.Run", "src/ZzBasket/Program.cs", `app.Run("http://localhost:5000")`, "app.Run()"},
		{"deployed", "dependencies/lockfile-missing", "npm", "services/zzfront/package-lock.json", "", `{"name": "zzfront", "lockfileVersion": 3, "packages": {"": {"dependencies": {"express": "4.19.2"}}, "node_modules/express": {"version": "4.19.2"}}}`},
	} {
		t.Run(c.fixture+" "+c.rule, func(t *testing.T) {
			t.Parallel()
			archive, err := os.ReadFile("testdata/" + c.fixture + ".txtar")
			if err != nil {
				t.Fatal(err)
			}
			m := miniOf(archive)
			before := m.audit(t, nil)
			finding := findingOf(before, c.rule, c.subject)
			if finding == nil {
				t.Fatalf("there is no such finding of %s", c.subject)
			}
			fixed := m.clone()
			switch {
			case c.old == "" && c.new == "":
				delete(fixed.files, c.path)
			case c.old == "":
				fixed.files[c.path] = c.new
			case !strings.Contains(m.files[c.path], c.old):
				t.Fatalf("%s lacks %q", c.path, c.old)
			default:
				fixed.files[c.path] = strings.ReplaceAll(m.files[c.path], c.old, c.new)
			}
			after := fixed.audit(t, nil)
			if left := findingOf(after, c.rule, c.subject); left != nil {
				t.Fatalf("it is still found at %s", left.Place)
			}
			rise := scoreAt(t, after, finding.Component) - scoreAt(t, before, finding.Component)
			if rise < finding.Gain-0.11 { // both are rounded to tenths
				t.Errorf("the score rises by %.1f, promised was %.1f", rise, finding.Gain)
			}
			if sameBeside(before, after, *finding) && math.Abs(rise-finding.Gain) > 0.11 {
				t.Errorf("nothing else changes, and the score rises by %.1f, promised was %.1f", rise, finding.Gain)
			}
			if *after.Score < *before.Score {
				t.Errorf("the repository's score falls from %v to %v", *before.Score, *after.Score)
			}
		})
	}
}

func findingOf(a *audit.Audit, rule, subject string) *audit.Finding {
	i := slices.IndexFunc(a.Findings, func(f audit.Finding) bool { return f.Rule == rule && f.Subject == subject })
	if i < 0 {
		return nil
	}
	return &a.Findings[i]
}

func scoreAt(t *testing.T, a *audit.Audit, component string) float64 {
	t.Helper()
	for _, c := range a.Scorecards {
		if c.Path == component {
			return *c.Score
		}
	}
	t.Fatalf("there is no component %s", component)
	return 0
}

// sameBeside reports whether two audits of a component differ in one finding
// alone: in no other, no pass, and in what no rule counts as right.
func sameBeside(before, after *audit.Audit, fixed audit.Finding) bool {
	said := func(a *audit.Audit) []string {
		var list []string
		for _, f := range a.Findings {
			if f.Fingerprint != fixed.Fingerprint && f.Component == fixed.Component {
				list = append(list, f.Rule+f.Subject+string(f.Severity)+string(f.Confidence))
			}
		}
		for _, p := range a.Passes {
			if p.Component == fixed.Component {
				list = append(list, p.Rule)
			}
		}
		slices.Sort(list)
		return list
	}
	good := func(a *audit.Audit) (n int) {
		for _, c := range a.Scorecards {
			for _, f := range c.Factors {
				for _, aspect := range f.Aspects {
					for _, p := range aspect.Penalties {
						n += p.Good
					}
				}
			}
		}
		return n
	}
	return slices.Equal(said(before), said(after)) && good(before) == good(after)
}
