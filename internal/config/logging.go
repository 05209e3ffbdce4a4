package config

import (
	"fmt"
	"io"
	"log/slog"
)

// Logging is how a process writes its log.
type Logging struct {
	Level  Level  `env:"LOG_LEVEL" envDefault:"info" doc:"The least that is logged: debug, info, warn or error."`
	Format Format `env:"LOG_FORMAT" envDefault:"json" doc:"json: one object a line, for collectors. text: key=value, for people."`
}

// Logger writes one event a line to w, which is stdout: where the lines go from
// there is the platform's business.
func (l Logging) Logger(w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: slog.Level(l.Level)}
	if l.Format == TextFormat {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}

// Level is the least severity that is logged.
type Level slog.Level

// String is "INFO".
func (l Level) String() string { return slog.Level(l).String() }

// UnmarshalText reads the variable.
func (l *Level) UnmarshalText(text []byte) error {
	for name, level := range map[string]slog.Level{
		"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
	} {
		if name == string(text) {
			*l = Level(level)
			return nil
		}
	}
	return fmt.Errorf("is %q, not debug, info, warn or error", text)
}

// Format is how a log line looks.
type Format string

// The formats.
const (
	JSONFormat Format = "json"
	TextFormat Format = "text"
)

// UnmarshalText reads the variable.
func (f *Format) UnmarshalText(text []byte) error {
	if f2 := Format(text); f2 != JSONFormat && f2 != TextFormat {
		return fmt.Errorf("is %q, not json or text", text)
	}
	*f = Format(text)
	return nil
}
