package jobs

import (
	"context"
	"log/slog"
	"strings"
)

// quiet lets through what people must act on. River tells of itself every few
// seconds at the level of news.
type quiet struct{ slog.Handler }

func quietly(log *slog.Logger) *slog.Logger { return slog.New(quiet{log.Handler()}) }

// Enabled refuses what is below a warning.
func (q quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && q.Handler.Enabled(ctx, level)
}

// Handle drops what River calls errors when it is told to stop: its own work
// that the stop cut off and that the next leader does anyway.
func (q quiet) Handle(ctx context.Context, r slog.Record) error {
	cutOff := false
	r.Attrs(func(a slog.Attr) bool {
		cutOff = (a.Key == "error" || a.Key == "err") && strings.Contains(a.Value.String(), context.Canceled.Error())
		return !cutOff
	})
	if cutOff {
		return nil
	}
	return q.Handler.Handle(ctx, r)
}

// WithAttrs keeps the result quiet.
func (q quiet) WithAttrs(attrs []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(attrs)} }

// WithGroup keeps the result quiet.
func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.Handler.WithGroup(name)} }
