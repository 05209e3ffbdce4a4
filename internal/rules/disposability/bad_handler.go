package disposability

import (
	"fmt"
	"slices"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "disposability/bad-handler",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "The SIGTERM handler exits at once",
	Why: "A handler that only exits is a crash with a clean status: requests in flight are cut off and connections stay " +
		"half open. SIGKILL and SIGSTOP can't be handled at all; Node throws when asked to." +
		" Too few of these were seen in real repositories to be measured, so that the finding is advisory: shown, not scored.",
	Fixes: []audit.Fix{
		{Text: "Close the server, wait for what is in flight, close connections, and exit then. Delete handlers of SIGKILL and SIGSTOP."},
		{For: "JavaScript", Text: `process.on("SIGTERM", () => server.close(() => process.exit(0))), with a timer that exits anyway. Delete handlers of SIGKILL and SIGSTOP.`},
		{For: "TypeScript", Text: `process.on("SIGTERM", () => server.close(() => process.exit(0))), with a timer that exits anyway. Delete handlers of SIGKILL and SIGSTOP.`},
		{For: "Go", Text: "Call server.Shutdown with a deadline before os.Exit, which runs no deferred call. Drop os.Kill: it can't be caught."},
		{For: "Python", Text: "Set a stop event or call the server's shutdown in the handler, and let main return."},
	},
	Severity:   audit.High,
	Confidence: audit.LowConfidence,
	Counting:   audit.Once,
	Sources:    []string{"000", "001"},
	Bad: `
-- package.json --
{"name": "shop", "private": true}
-- server.js --
const app = require("express")();
app.listen(process.env.PORT);
process.on("SIGTERM", () => process.exit());
`,
	Good: `
-- package.json --
{"name": "shop", "private": true}
-- server.js --
const app = require("express")();
const server = app.listen(process.env.PORT);
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, h := range handlers(c) {
			if signal := impossible(h); signal != "" {
				severity := audit.High
				if h.File.Format == inspect.Go {
					severity = audit.Low // it does nothing, and breaks nothing
				}
				report.Violation(h.At(), signal, fmt.Sprintf("%s subscribes to %s, which no process ever sees", h.Fact.Via, signal), audit.WithSeverity(severity))
			}
		}
		for _, h := range exitsAtOnce(c) {
			severity := audit.High
			if h.File.Format == inspect.Python {
				severity = audit.Medium // sys.exit still runs finally clauses of the main thread
			}
			message := "the SIGTERM handler exits without closing or finishing anything"
			if h.Fact.Hasty {
				message = "the SIGTERM handler exits in the same moment in which it begins to close: requests in hand are cut off"
			}
			report.Violation(h.At(), "SIGTERM", message, audit.WithSeverity(severity))
		}
	},
})

// impossible is a signal that a handler waits for in vain. In Go a handler that
// hears SIGKILL instead of SIGTERM is judged as having none.
func impossible(h audit.Located[inspect.SignalHandler]) string {
	for _, signal := range []string{"SIGKILL", "SIGSTOP"} {
		if slices.Contains(h.Fact.Signals, signal) && (h.File.Format != inspect.Go || slices.Contains(h.Fact.Signals, "SIGTERM")) {
			return signal
		}
	}
	return ""
}

// exitsAtOnce lists handlers of SIGTERM that exit and do nothing else, unless a
// hook at the process's exit does the rest.
func exitsAtOnce(c *audit.Component) (list []audit.Located[inspect.SignalHandler]) {
	orderly := false
	for _, h := range handlers(c) {
		switch {
		case hears(h, "EXIT") && h.Fact.Drains:
			return nil
		case hears(h, "SIGTERM") && h.Fact.Drains:
			orderly = true
		case h.Fact.Hasty && c.Class != audit.WebService: // what closes at once may be all there is
		case hears(h, "SIGTERM") && h.Fact.Exits:
			list = append(list, h)
		}
	}
	if orderly { // the other program of the component, or who exits first can't be told
		list = slices.DeleteFunc(list, func(h audit.Located[inspect.SignalHandler]) bool { return h.Fact.Hasty })
	}
	return list
}
