package audit

// Gate says which new findings of a pull request fail its check.
type Gate struct {
	FailOn Severity // this and worse; "" for GateDefault
	Open   bool     // nothing fails
}

// GateDefault is the severity from which on new findings fail where nobody says
// otherwise.
const GateDefault = High

// Fails reports whether a new finding fails the check. What is waived, advisory
// or only told does not.
func (g Gate) Fails(f Finding) bool {
	least := g.FailOn
	if least == "" {
		least = GateDefault
	}
	return !g.Open && f.Waived == nil && f.Weight() > 0 && f.Severity.Rank() <= least.Rank()
}
