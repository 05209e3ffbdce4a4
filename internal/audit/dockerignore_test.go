package audit

import (
	"strings"
	"testing"
)

// TestDockerIgnores holds the examples of Docker's documentation and the
// corners of its rules.
func TestDockerIgnores(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ patterns, out, in string }{
		{"*/temp*", "somedir/temporary.txt somedir/temp somedir/temp/a", "temporary.txt a/b/temp"},
		{"*/*/temp*", "somedir/subdir/temporary.txt", "somedir/temp a/b/c/temp"},
		{"temp?", "tempa tempb tempa/x", "temp tempab a/tempa"},
		{"**/*.go", "a.go x/a.go x/y/a.go", "a.gox go"},
		{"*.md\n!README.md", "a.md b.md", "README.md docs/a.md"},
		{"*.md\n!README*.md\nREADME-secret.md", "a.md README-secret.md", "README.md README-x.md"},
		{"*.md\nREADME-secret.md\n!README*.md", "a.md", "README.md README-secret.md"},
		{".env", ".env .env/x", "a/.env .env.local"},
		{"**/.env*", ".env a/.env.local a/b/.env", "env a.env"},
		{".env*", ".env .env.production", "a/.env"},
		{"/.env", ".env", "a/.env"},
		{"./.env/", ".env", "a/.env"},
		{"  .env  ", ".env", "a"},
		{"! .env\n.env\n! .env", "", ".env"},
		{"*\n!src", "Dockerfile a/b .env", "src/a src"},
		{"**", "a a/b", ""},
		{"*", "a a/b .env", ""},
		{"**/", "a a/b", ""},
		{"a/**", "a/b a/b/c", "a b/a"},
		{"a/**/z", "a/z a/b/z a/b/c/z", "z a/zz"},
		{"**.env", ".env a/.env", "a.env b/c.env"},
		{"a**b", "ab ax/b a/x/b", "axb"},
		{"[a-c].txt", "a.txt b.txt", "d.txt x/a.txt"},
		{"[^a].txt", "b.txt", "a.txt"},
		{`\*.txt`, "*.txt", "a.txt"},
		{"a.b", "a.b", "aXb"},
		{"a(b+c", "a(b+c", "abbc"},
		{"é?", "éa", "é"},
		{"[a\n[\n\\", "", "a [a"},
		{"../a\n!", "", "a"},
		{".", "", "a"},
	} {
		patterns := strings.Split(c.patterns, "\n")
		for _, name := range strings.Fields(c.out) {
			if !DockerIgnores(patterns, name) {
				t.Errorf("%q keeps %q in", c.patterns, name)
			}
		}
		for _, name := range strings.Fields(c.in) {
			if DockerIgnores(patterns, name) {
				t.Errorf("%q leaves %q out", c.patterns, name)
			}
		}
	}
}

func FuzzDockerIgnores(f *testing.F) {
	f.Add("**/.env*", "a/.env")
	f.Add("[a-\\]**", "/")
	f.Fuzz(func(t *testing.T, pattern, name string) {
		if DockerIgnores([]string{pattern, "!" + pattern}, name) {
			t.Errorf("%q leaves %q out though it takes it back", pattern, name)
		}
	})
}
