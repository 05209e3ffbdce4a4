//go:build unix

package files

import (
	"context"
	"os"
	"syscall"
	"testing"
	"time"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// BenchmarkTokens inspects the repository that SUBJECT names, or else this one,
// with the search for tokens and without it: without also the reading of what is
// only read for that. The figure to compare is user-ms, the processor's time,
// which other work on the machine does not change. The difference may be no more
// than what remains without; judging what was found would be added to both.
func BenchmarkTokens(b *testing.B) {
	dir := os.Getenv("SUBJECT")
	if dir == "" {
		dir = "../../.."
	}
	s, err := source.Open(b.Context(), dir, "", source.DefaultLimits)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	b.Run("with", func(b *testing.B) {
		measured(b, func() {
			if _, err := All(b.Context(), s, Options{Inspector: InProcess(), Workers: 1}); err != nil {
				b.Fatal(err)
			}
		})
	})
	b.Run("without", func(b *testing.B) {
		measured(b, func() { withoutTokens(b.Context(), s) })
	})
}

// withoutTokens is All as it would be if no rule asked for tokens.
func withoutTokens(ctx context.Context, s *source.Snapshot) {
	t := &tree{snapshot: s}
	for _, key := range t.candidates() {
		if key.Format == inspect.Text {
			continue
		}
		content, err := s.Read(ctx, s.Files[t.files[key][0]])
		if err != nil {
			continue
		}
		if _, written := generated(key.Format, content); !written {
			_ = extractors[key.Format](&inspect.Emitter{}, content)
		}
		if sketched[key.Format] {
			inspect.SketchOf(content)
		}
	}
}

func measured(b *testing.B, work func()) {
	b.Helper()
	var before, after syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &before); err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		work()
		n++
	}
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &after); err != nil {
		b.Fatal(err)
	}
	user := time.Duration(after.Utime.Nano() - before.Utime.Nano())
	b.ReportMetric(float64(user.Milliseconds())/float64(n), "user-ms")
}
