package manifest_test

import (
	"fmt"
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/inspect/manifest"
)

// manifestFormats are the formats of this file's extractors.
var manifestFormats = []inspect.Format{
	inspect.PackageJSON, inspect.PackageLock, inspect.PnpmLock, inspect.PnpmSpace, inspect.YarnLock, inspect.BunLock, inspect.TSConfig, inspect.PyProject, inspect.Requirements, inspect.Pipfile, inspect.PipfileLock, inspect.PoetryLock,
	inspect.UVLock, inspect.SetupCfg, inspect.GoModFile, inspect.GoSum, inspect.GoWork, inspect.VersionFile, inspect.NodeFile, inspect.PythonFile,
}

func TestHostileManifests(t *testing.T) {
	t.Parallel()
	many := 50_000
	for name, content := range map[string]string{
		"open brackets": strings.Repeat("[", many), "open braces": strings.Repeat(`{"a":`, many), "nested tables": "a = " + strings.Repeat("{a=", many),
		"dotted key": strings.Repeat("a.", many) + "a = 1", "dotted table": "[" + strings.Repeat("a.", many) + "a]\nb=1", "quotes": strings.Repeat(`"`, many),
		"backslashes": strings.Repeat(`\`, many), "continued lines": strings.Repeat("a \\\n", many), "comments": strings.Repeat("/*", many),
		"at signs": strings.Repeat("@", many), "slashes": strings.Repeat("/", many), "yaml maps": strings.Repeat("a: ", many), "yaml dashes": strings.Repeat("- ", many),
		"aliases": "a: &a [x]\n" + strings.Repeat("b: &b [*a,*a]\n", 1000), "nul": strings.Repeat("\x00", many), "invalid": strings.Repeat("\xff", many),
		"long name": strings.Repeat("a", many), "spaces": strings.Repeat(" ", many), "brackets and names": strings.Repeat("a[b]", many),
		"array tables": strings.Repeat("[[a]]\n", many/10), "semicolons": strings.Repeat(" ;", many), "arrays of tables inside": strings.Repeat("[[a.b]]\n[a.c]\n", many/20),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, format := range manifestFormats {
				files.File(format, []byte(content))
			}
		})
	}
}

func TestHostileSetupPy(t *testing.T) {
	t.Parallel()
	var doubling strings.Builder
	doubling.WriteString("a0 = ['x']\n")
	for i := range 100 {
		fmt.Fprintf(&doubling, "a%d = a%d + a%d\n", i+1, i, i)
	}
	for name, content := range map[string]string{
		"doubling": doubling.String() + "setup(name='x', install_requires=a100)", "itself": "a = a + ['x']\nsetup(install_requires=a)",
		"each other": "a = b\nb = a\nsetup(install_requires=a, name=a, extras_require=b)", "long": "setup(install_requires=[" + strings.Repeat("'x',", 100_000) + "])",
	} {
		if signals := files.File(inspect.SetupPy, []byte(content)); len(signals) > manifest.MaxSetupItems+1 {
			t.Errorf("%s: %d signals", name, len(signals))
		}
	}
}

func FuzzManifests(f *testing.F) {
	for _, test := range manifestCases {
		for i, format := range manifestFormats {
			if format == test.format {
				f.Add(i, test.content)
			}
		}
	}
	f.Fuzz(func(t *testing.T, i int, content string) {
		format := manifestFormats[uint(i)%uint(len(manifestFormats))]
		lines := strings.Count(content, "\n") + 1
		for _, s := range files.File(format, []byte(content)) {
			if s.Line < 1 || s.EndLine < s.Line || s.EndLine > lines {
				t.Errorf("%s: %s stands on lines %d to %d of %d", format, s.Fact.Kind(), s.Line, s.EndLine, lines)
			}
		}
	})
}
