package jobs

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

func TestOfRiverOnlyWhatMattersIsLogged(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := quietly(slog.New(slog.NewTextHandler(&out, nil))).With("of", "river")
	log.Info("leader elected")
	log.Error("maintenance.PeriodicJobEnqueuer: Error starting transaction", slog.String("error", "context canceled"))
	log.Error("error fetching jobs", slog.String("err", "closed pool: context canceled"))
	log.Warn("producer: slow")
	log.Error("error fetching jobs", slog.String("err", "connection refused"))
	got := out.String()
	for _, absent := range []string{"leader elected", "context canceled"} {
		if strings.Contains(got, absent) {
			t.Errorf("logs %q:\n%s", absent, got)
		}
	}
	for _, present := range []string{"producer: slow", "connection refused", "of=river"} {
		if !strings.Contains(got, present) {
			t.Errorf("doesn't log %q:\n%s", present, got)
		}
	}
}
