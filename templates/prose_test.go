package templates

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// marked writes a sentence with code in brackets.
func marked(text string) string {
	var b strings.Builder
	for _, s := range spans(text) {
		if s.code {
			b.WriteString("⟦" + s.text + "⟧")
		} else {
			b.WriteString(s.text)
		}
	}
	return b.String()
}

func TestCodeInSentencesIsMarked(t *testing.T) {
	t.Parallel()
	for _, want := range []string{
		"⟦SECRET_KEY⟧ falls back to a literal of 20 characters",
		"Read ⟦os.environ[\"SECRET_KEY\"]⟧, which fails when it is unset; give developers a value in ⟦.env.example⟧.",
		"Add the lines ⟦.env⟧ and ⟦.env.*.local⟧ to ⟦.gitignore⟧, and commit an ⟦.env.example⟧ with names.",
		"Write ⟦${PORT:?}⟧ without a value behind it: the script stops when it is unset.",
		"Write ⟦env(\"APP_KEY\")⟧ without a second argument (⟦config/app.php:12⟧).",
		"RotatingFileHandler writes the log to ⟦logs/microblog.log⟧, beside the console",
		"gunicorn listens on port 5000, whatever ⟦PORT⟧ says",
		"⟦flask db upgrade⟧ runs before each start", // backticks
		"Pass ⟦--init⟧ or start by exec; e.g. with tini, i.e. a small init.",
		"Node.js and Next.js apps, ASP.NET and/or dev/prod parity, 3.14 or v1.2.3 at 12:30",
		"a start/stop of the server; 4/5 of them; https://example.com/a.html stays",
		"throw at start when ⟦process.env.SECRET⟧ is unset",
		"⟦src/frontend/Dockerfile.dev⟧ and ⟦Program.cs⟧ and ⟦docker-compose.yml:4⟧",
		"The ⟦elasticsearch_url⟧ (⟦settings.py⟧)",
		"“⟦app.config⟧” and ‹⟦package.json⟧›…",
		"⟦CacheBuilder.newBuilder⟧ and ⟦ActiveSupport::TaggedLogging.logger⟧ of ⟦docker/Dockerfile⟧, ⟦Dockerfile:12⟧ or the Dockerfile",
		"runs ⟦python:3.14-slim@sha256:44dd⟧ with ⟦--users=\"${USERS:-10}\"⟧ and \"production\"",
		"",
		"a ` alone",
	} {
		text := strings.NewReplacer("⟦flask db upgrade⟧", "`flask db upgrade`", "⟦", "", "⟧", "").Replace(want)
		if got := marked(text); got != want {
			t.Errorf("%s\nis  %s\nnot %s", text, got, want)
		}
	}
}

func FuzzSpans(f *testing.F) {
	for _, seed := range []string{"a `b` c", "`", "“x.py”)", "\xff.env\xe2\x80", strings.Repeat("A_B(", 300)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var whole strings.Builder
		for _, s := range spans(text) {
			whole.WriteString(s.text)
		}
		if got := whole.String(); strings.ReplaceAll(got, "`", "") != strings.ReplaceAll(text, "`", "") && utf8.ValidString(text) {
			t.Errorf("%q becomes %q", text, got)
		}
	})
}
