package tasks_test

import (
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

func BenchmarkMakefile(b *testing.B) {
	text := []byte(strings.Repeat("IMAGE = registry/shop\n\nbuild: lint main.go # builds\n\t@echo \"building $(IMAGE)\"\n\tdocker build \\\n\t\t-t $(IMAGE):$(shell git describe) . && \\\n\tdocker push $(IMAGE)\n\n", 100))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		files.File(inspect.Makefile, text)
	}
}
