package audit

import "slices"

// Gate says which new findings of a pull request fail its check. The zero value
// says nothing of it.
type Gate struct {
	FailOn Severity // this and worse; "" for GateDefault
	Open   bool     // nothing fails
}

// GateDefault is the severity from which on new findings fail where nobody says
// otherwise.
const GateDefault = High

// gateOpen is the name of the gate that nothing fails.
const gateOpen = "none"

// GateNamed is the gate of a name: a severity or "none".
func GateNamed(name string) (g Gate, ok bool) {
	switch {
	case name == gateOpen:
		return Gate{Open: true}, true
	case slices.Contains(Severities(), Severity(name)):
		return Gate{FailOn: Severity(name)}, true
	}
	return Gate{}, false
}

// Name is what GateNamed takes; the default's for a gate that says nothing.
func (g Gate) Name() string {
	switch {
	case g.Open:
		return gateOpen
	case g.FailOn == "":
		return string(GateDefault)
	}
	return string(g.FailOn)
}

// Or is the gate, or another one where it says nothing.
func (g Gate) Or(other Gate) Gate {
	if g == (Gate{}) {
		return other
	}
	return g
}

// Fails reports whether a new finding fails the check. What is waived, advisory
// or only told does not.
func (g Gate) Fails(f Finding) bool {
	least := g.FailOn
	if least == "" {
		least = GateDefault
	}
	return !g.Open && f.Waived == nil && f.Weight() > 0 && f.Severity.Rank() <= least.Rank()
}
