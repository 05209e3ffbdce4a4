package infra_test

import (
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

func BenchmarkTerraform(b *testing.B) {
	text := []byte(strings.Repeat(database, 40))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		files.File(inspect.Terraform, text)
	}
}
