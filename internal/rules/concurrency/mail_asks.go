package concurrency

import (
	"path"
	"regexp"
	"slices"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// asksByName are the calls of the program's own functions that send mail by their
// names, by the name of the function that is called.
type asksByName map[string][]audit.Located[inspect.SlowWork]

// maxAsks bounds how many calls of a name are looked at, and maxAskDepth how far
// they are followed from the mail to the request.
const (
	maxAsks     = 40
	maxAskDepth = 4
)

func mailAsks(c *audit.Component) asksByName {
	asks := asksByName{}
	for w := range audit.FactsIn[inspect.SlowWork](c.ProgramFiles()) {
		if w.Fact.Asks != "" && len(asks[w.Fact.Asks]) < maxAsks {
			asks[w.Fact.Asks] = append(asks[w.Fact.Asks], w)
		}
	}
	return asks
}

// of lists the calls of a function that something waits for, straight or through
// others that send mail by their names, and reports whether a request surely does:
// one stands in its handler. Then only what leads there is listed. Where no handler
// calls and some put it aside, the others may be run aside, too, and nobody is
// known to wait.
func (a asksByName) of(function string) (waiting []audit.Located[inspect.SlowWork], served bool) {
	w := askWalk{asks: a, done: map[string]bool{"": true}}
	waiting, served = w.of(function, maxAskDepth)
	if w.aside && !served {
		return nil, false
	}
	return waiting, served
}

type askWalk struct {
	asks  asksByName
	done  map[string]bool
	aside bool // some call is one that nobody waits for
}

func (w *askWalk) of(function string, depth int) (waiting []audit.Located[inspect.SlowWork], served bool) {
	if w.done[function] || depth == 0 {
		return nil, false
	}
	w.done[function] = true
	var others []audit.Located[inspect.SlowWork]
	for _, ask := range w.asks[function] {
		if ask.Fact.Beside || asideFile.MatchString(ask.File.Path) {
			w.aside = true
			continue
		}
		above, leads := w.of(ask.Fact.In, depth-1)
		if !ask.Fact.Helper || leads {
			waiting, served = append(append(waiting, ask), above...), true
		} else {
			others = append(append(others, ask), above...)
		}
	}
	if served {
		return waiting, true
	}
	return others, false
}

// outsideMailer reports whether a call stands in another file than mailers do: those
// may be there and be wired to nothing.
func outsideMailer(ask audit.Located[inspect.SlowWork]) bool {
	return !mailerFile.MatchString(path.Base(ask.File.Path))
}

var mailerFile = regexp.MustCompile(`(?i)mail|notif|sender|smtp`)

// asked are words in the names of functions whose mail somebody has just asked for,
// and waits to get.
var asked = regexp.MustCompile(`(?i)verif|confirm|reset|forg[oe]t|password|recover|otp|activat|welcome|regist|sign_?up|invit|contact|login|magic`)

// wasAskedFor reports whether a mail, or what calls for it, is named for that.
func wasAskedFor(w audit.Located[inspect.SlowWork], waiting []audit.Located[inspect.SlowWork]) bool {
	return asked.MatchString(w.Fact.In) || slices.ContainsFunc(waiting, func(a audit.Located[inspect.SlowWork]) bool { return asked.MatchString(a.Fact.Asks + " " + a.Fact.In) })
}

// toldByAsks are the languages of which calls of helpers are stated, and where
// the caller as often gives them to another thread: without such a call nobody is
// known to wait.
var toldByAsks = map[inspect.Format]bool{inspect.Go: true, inspect.Java: true, inspect.Kotlin: true, inspect.CSharp: true}
