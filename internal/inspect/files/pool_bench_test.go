package files

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"twelvefold/internal/inspect"
)

// goSources are the standard library's net/http and go/types: real Go of every
// length, present wherever Go is.
func goSources(b *testing.B) (files [][]byte, size int64) {
	b.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		b.Skip("no go command here: ", err)
	}
	for _, pattern := range []string{"net/http/*.go", "go/types/*.go", "os/*.go"} {
		paths, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(root)), "src", pattern))
		if err != nil {
			b.Fatal(err)
		}
		for _, path := range paths {
			content, err := os.ReadFile(path)
			if err != nil {
				b.Fatal(err)
			}
			if _, made := generated(inspect.Go, content); !made {
				files = append(files, content)
				size += int64(len(content))
			}
		}
	}
	if len(files) == 0 {
		b.Skip("Go's own source is not installed here")
	}
	return files, size
}

func BenchmarkGoInProcess(b *testing.B) { benchmark(b, InProcess()) }

func BenchmarkGoInPool(b *testing.B) { benchmark(b, testPool(b, PoolOptions{})) }

func benchmark(b *testing.B, inspector Inspector) {
	files, size := goSources(b)
	b.SetBytes(size)
	work := make(chan []byte)
	done := make(chan struct{})
	workers := runtime.GOMAXPROCS(0)
	for range workers {
		go func() {
			for content := range work {
				inspector.Inspect(context.Background(), "a.go", inspect.Go, content)
			}
			done <- struct{}{}
		}()
	}
	for b.Loop() {
		for _, content := range files {
			work <- content
		}
	}
	close(work)
	for range workers {
		<-done
	}
	b.ReportMetric(float64(len(files))*float64(b.N)/b.Elapsed().Seconds(), "files/s")
}
