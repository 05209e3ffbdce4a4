package files

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// TestLocksOfLargeMonorepos: lock files of many megabytes are read whole, within
// what a child may spend.
func TestLocksOfLargeMonorepos(t *testing.T) {
	t.Parallel()
	const packages = 30_000
	hash := "sha512-q8Zr2LmX0vTn4wKskq2xL9vL0pZr7Tn4Zr2LmX0vTn4wKskq2xL9vL0pZr7Tn4q8Zr2LmX0vTn4w=="
	npm := func(b *bytes.Buffer, tree string) {
		fmt.Fprintf(b, "{\n \"lockfileVersion\": 2,\n \"packages\": {\n  \"\": {\"dependencies\": {\"package-7\": \"1\"}}")
		for i := range packages {
			fmt.Fprintf(b, ",\n  \"node_modules/package-%d\": {\n   \"version\": \"1.2.%d\",\n   \"resolved\": \"https://registry.acme.io/package-%d.tgz\",\n   \"integrity\": %q,\n   \"dependencies\": {\"a\": \"1\", \"b\": \"2\"},\n   \"engines\": {\"node\": \">=18\"}\n  }", i, i, i, hash)
		}
		fmt.Fprintf(b, "\n },\n \"dependencies\": {%s}\n}\n", tree)
	}
	pnpm := func(b *bytes.Buffer, _ string) {
		fmt.Fprint(b, "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      package-7:\n        specifier: 1\n        version: 1.2.7\npackages:\n")
		for i := range packages {
			fmt.Fprintf(b, "\n  package-%d@1.2.%d:\n    resolution: {integrity: %s}\n    engines: {node: '>=18'}\n    peerDependencies:\n      a: 1\n", i, i, hash)
		}
		fmt.Fprint(b, "\nsnapshots:\n")
		for i := range packages {
			fmt.Fprintf(b, "\n  package-%d@1.2.%d(a@1)(b@2):\n    dependencies:\n      a: 1.0.0\n      b: 2.0.0(a@1)\n", i, i)
		}
	}
	yarn := func(b *bytes.Buffer, _ string) {
		for i := range packages {
			fmt.Fprintf(b, "\"package-%d@npm:^1.2.0\":\n  version: 1.2.%d\n  resolution: \"package-%d@npm:1.2.%d\"\n  dependencies:\n    a: \"npm:1\"\n  checksum: %s\n\n", i, i, i, i, hash)
		}
		fmt.Fprint(b, "\"acme@workspace:.\":\n  version: 0.0.0-use.local\n  dependencies:\n    package-7: \"npm:1\"\n")
	}
	pool := testPool(t, PoolOptions{Size: 1})
	for name, write := range map[string]func(*bytes.Buffer, string){"package-lock.json": npm, "pnpm-lock.yaml": pnpm, "yarn.lock": yarn} {
		var content bytes.Buffer
		write(&content, `"package-7": {"version": "1.2.7", "requires": {"a": "1"}, "dependencies": {"a": {"version": "1.0.0"}}}`)
		if size := int64(content.Len()); size < 4<<20 || size > source.DefaultLimits.LockSize {
			t.Fatalf("%s has %d bytes", name, size)
		}
		signals := pool.Inspect(context.Background(), name, inspect.FormatOf(name), content.Bytes())
		if len(signals) != 1 {
			t.Errorf("%s: %d signals: %.200v", name, len(signals), signals)
			continue
		}
		lock, _ := signals[0].Fact.(inspect.Lock)
		direct := 0
		for _, p := range lock.Packages {
			if p.Direct && p.Name == "package-7" && p.Version == "1.2.7" {
				direct++
			}
		}
		if len(lock.Packages) != packages || direct != 1 || !lock.Rooted {
			t.Errorf("%s: %d packages, package-7 is direct %d times, rooted %v", name, len(lock.Packages), direct, lock.Rooted)
		}
	}
}
