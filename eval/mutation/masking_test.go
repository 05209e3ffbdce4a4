package mutation

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/report"
	"twelvefold/internal/rules"
)

// secretRules find secrets.
var secretRules = map[string]bool{"config/client-bundle-secret": true, "config/credential-file": true, "config/env-file-committed": true, "config/hardcoded-credential": true,
	"config/manifest-secret": true, "config/provider-token": true, "config/secret-default": true, "build-release-run/config-in-image": true, "processes/per-process-secret": true}

// random is a text with letters and digits, as secrets are written: names and
// hosts are told apart by their separators.
var random = regexp.MustCompile(`[A-Za-z0-9+/!$%^&*~=-]{10,}`)

// secretsOf are the texts on the lines of an audit's secrets that look like one.
func secretsOf(r repository, a *audit.Audit) []string {
	var list []string
	for _, f := range a.Findings {
		if !secretRules[f.Rule] {
			continue
		}
		for _, at := range append([]audit.Place{f.Place}, f.Related...) {
			lines := strings.Split(r.files[at.Path], "\n")
			for n := max(at.Line, 1); n <= min(max(at.EndLine, at.Line), len(lines)); n++ {
				for _, text := range random.FindAllString(lines[n-1], -1) {
					text = strings.Trim(text, "=/-$")
					if len(text) >= 10 && strings.ContainsAny(text, "0123456789") && strings.ContainsAny(strings.ToLower(text), "abcdefghijklmnopqrstuvwxyz") && !strings.ContainsAny(text, "/") && !inspect.IsPlaceholder(text) {
						list = append(list, text)
					}
				}
			}
		}
	}
	return list
}

// shown is everything that is ever kept or shown of a repository: what is cached
// of each file, the whole audit, of which pages are made, and all reports.
func shown(t *testing.T, r repository, a *audit.Audit) []byte {
	t.Helper()
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	for path, content := range r.files {
		format := inspect.FormatOf(path)
		if format == "" {
			format = inspect.Text
		}
		if err := out.Encode(files.File(format, []byte(content))); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Encode(a); err != nil {
		t.Fatal(err)
	}
	if err := report.JSON(&b, a); err != nil {
		t.Fatal(err)
	}
	if err := report.Text(&b, a, rules.All(), report.TextOptions{ExplainComponents: true, ExplainScore: true, ExplainEnv: true, Width: 4000}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestSecretsAreShownNowhere looks for the secrets of every fixture, and of every
// mutant that has one, in everything that is kept or shown of it.
func TestSecretsAreShownNowhere(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("../../internal/rules/*/testdata/*/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d fixtures, error %v", len(paths), err)
	}
	count := 0
	check := func(r repository) {
		a, err := r.audit(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		secrets := secretsOf(r, a)
		if len(secrets) == 0 {
			return
		}
		count++
		all := shown(t, r, a)
		for _, secret := range slices.Compact(secrets) {
			if i := bytes.Index(all, []byte(secret)); i >= 0 {
				t.Errorf("%s: %s is shown: …%s…", r.name, secret, all[max(0, i-120):min(len(all), i+60)])
			}
		}
	}
	for _, path := range paths {
		content := filepath.Base(filepath.Dir(path))
		if !secretRules["config/"+content] && !secretRules["build-release-run/"+content] && !secretRules["processes/"+content] {
			continue
		}
		r, err := parse(path, content+"/"+filepath.Base(path))
		if err != nil {
			t.Fatal(err)
		}
		check(r)
	}
	operators, err := readOperators("operators")
	if err != nil {
		t.Fatal(err)
	}
	repositories, err := read("apps", "../../internal/rules")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range repositories {
		for _, o := range operators {
			if secretRules[o.Rule] {
				for _, m := range o.mutants(r) {
					m.name += ", " + o.Language
					check(m.repository)
				}
			}
		}
	}
	t.Logf("%d repositories with secrets", count)
	if count < 60 {
		t.Errorf("only %d repositories have secrets", count)
	}
}
