package jobs

import (
	"context"
	"log/slog"
)

// quiet lets through what people must act on. River tells of itself every few
// seconds at the level of news.
type quiet struct{ slog.Handler }

func quietly(log *slog.Logger) *slog.Logger { return slog.New(quiet{log.Handler()}) }

// Enabled refuses what is below a warning.
func (q quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && q.Handler.Enabled(ctx, level)
}

// WithAttrs keeps the result quiet.
func (q quiet) WithAttrs(attrs []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(attrs)} }

// WithGroup keeps the result quiet.
func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.Handler.WithGroup(name)} }
