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

// errorPages are middlewares that show a developer where an error came from.
var errorPages = map[string]bool{"UseDeveloperExceptionPage": true, "UseDatabaseErrorPage": true}

// errorPage states a page of errors for developers that every deploy shows:
// app.UseDeveloperExceptionPage() under no condition.
func (f *file) errorPage(c call) {
	if errorPages[c.method] && c.object.OK() && !f.inDebugBranch(c.Node) && !c.Up("if_statement", "conditional_expression", "switch_statement", "preproc_if").OK() {
		f.state(lastPart(c), inspect.Setting{Key: inspect.ShowsErrorsKey, Value: inspect.Lit(c.method)})
	}
}

// writes reports whether one of the words stands in the file.
func (f *file) writes(words ...string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return bytes.Contains(f.tree.Source(), []byte(word)) })
}
