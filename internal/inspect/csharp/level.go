package csharp

import (
	"bytes"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// levelCall states a level for finding errors that Serilog is given in code:
// MinimumLevel.Debug(). What the configuration says beside it may replace it,
// and a logger for the start alone is replaced; one that nothing else uses is not the
// program's.
func (f *file) levelCall(c call) {
	if c.method != "Debug" && c.method != "Verbose" || lastName(c.object) != "MinimumLevel" || len(c.positional) > 0 || f.inDebugBranch(c.Node) ||
		f.writes("CreateBootstrapLogger", "ReadFrom", "ControlledBy") || !f.writes("Log.Logger", "AddSerilog", "UseSerilog") {
		return
	}
	f.state(lastPart(c), inspect.Setting{Key: inspect.LogLevelKey, Value: inspect.Lit(strings.ToLower(c.method))})
}

// profilerCall states a profiler that shows its figures to everybody:
// app.UseMiniProfiler(), without a condition and without a check of who asks.
func (f *file) profilerCall(c call) {
	if c.method != "UseMiniProfiler" || !c.object.OK() || f.inDebugBranch(c.Node) || c.Up("if_statement").OK() || f.writes("ResultsAuthorize", "ShouldProfile") {
		return
	}
	f.state(lastPart(c), inspect.Setting{Key: "MiniProfiler", Value: inspect.Lit("true")})
}

// writes reports whether one of the words stands in the file.
func (f *file) writes(words ...string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return bytes.Contains(f.tree.Source(), []byte(word)) })
}
