package engine_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"twelvefold/internal/engine"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/rules"
	"twelvefold/internal/source"
)

// BenchmarkManyComponents audits repositories of ever more components: each has a
// directory with a program and an image, and one Compose file starts them all, as
// their own images or as images of one program. What an audit costs for each
// component must hardly depend on how many there are.
func BenchmarkManyComponents(b *testing.B) {
	for _, shape := range []string{"programs", "services"} {
		for _, n := range []int{100, 400, 1600} {
			b.Run(fmt.Sprintf("%s/%d", shape, n), func(b *testing.B) {
				dir := b.TempDir()
				manyComponents(b, dir, shape, n)
				for b.Loop() {
					s, err := source.Open(b.Context(), dir, "", source.DefaultLimits)
					if err != nil {
						b.Fatal(err)
					}
					if _, _, err := engine.Audit(b.Context(), s, rules.All(), engine.Options{Options: files.Options{Inspector: files.InProcess()}}); err != nil {
						b.Fatal(err)
					}
					_ = s.Close()
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/component")
			})
		}
	}
}

func manyComponents(b *testing.B, dir, shape string, n int) {
	b.Helper()
	compose := strings.Builder{}
	compose.WriteString("services:\n")
	for i := range n {
		fmt.Fprintf(&compose, "  s%d:\n    restart: always\n    environment:\n      PORT: \"%d\"\n", i, 8000+i)
		if shape == "services" {
			fmt.Fprintf(&compose, "    image: acme/s%d:1.2.%d\n", i, i)
			continue
		}
		fmt.Fprintf(&compose, "    build: ./s%d\n", i)
		write(b, filepath.Join(dir, fmt.Sprintf("s%d", i)), map[string]string{
			"Dockerfile":   "FROM node:22\nCOPY . .\nCMD [\"node\", \"server.js\"]\n",
			"package.json": fmt.Sprintf(`{"name": "s%d", "private": true, "scripts": {"start": "node server.js"}}`, i),
			"server.js":    fmt.Sprintf("require(\"http\").createServer((q, r) => r.end(\"%d\")).listen(process.env.PORT)\n", i),
		})
	}
	write(b, dir, map[string]string{"compose.yml": compose.String(), "package.json": `{"name": "all", "private": true, "scripts": {"start": "node index.js"}}`, "index.js": "require(\"http\").createServer().listen(process.env.PORT)\n"})
}

func write(b *testing.B, dir string, contents map[string]string) {
	b.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.Fatal(err)
	}
	for name, content := range contents {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			b.Fatal(err)
		}
	}
}
