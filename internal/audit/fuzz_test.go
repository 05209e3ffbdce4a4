package audit

import "testing"

// FuzzSettings reads any .twelvefold.yml, and matches its globs.
func FuzzSettings(f *testing.F) {
	f.Add("components: [{path: api, class: worker}]\nroles: [{path: a/**, role: test}]\nignore: ['**/x', '[', '*.p?']\n", "a/b/c.py")
	f.Add("a: &a [*a]\n", "")
	f.Add("ignore: [\"**/**/**/**/**/a\"]\n", "a/a/a/a/a/a/a/a/a/b")
	f.Fuzz(func(t *testing.T, content, path string) {
		settings, warnings := ParseSettings([]byte(content))
		for _, w := range warnings {
			if w.Path != SettingsFile || w.Message == "" {
				t.Errorf("warning %+v", w)
			}
		}
		settings.Ignores(path)
		settings.RoleOf(path)
	})
}
