package audit

import "twelvefold/internal/factor"

// Aspect is one weighted part of a factor. Every rule feeds exactly one.
type Aspect struct {
	Letter string
	Title  string
	Weight float64 // the weights of a factor's aspects sum to 100

	// Absence says that the aspect is kept by leaving something out: that
	// nothing stands against it, in a component that was wholly read, speaks
	// for it.
	Absence bool
}

// aspects are the headings of rules.md part B.
var aspects = map[factor.Key][]Aspect{
	factor.Codebase: {
		{"a", "one lineage", 40, false}, {"b", "deploys differ by config", 40, true}, {"c", "shared code is a library", 20, true}},
	factor.Dependencies: {
		{"a", "declared", 35, false}, {"b", "locked", 30, false}, {"c", "isolated", 35, false}},
	factor.Config: {
		{"a", "no secrets in repo", 45, true}, {"b", "handles and values from env", 35, false}, {"c", "granular, documented", 20, false}},
	factor.BackingServices: {
		{"a", "handle from config", 60, true}, {"b", "swappable", 40, true}},
	factor.BuildReleaseRun: {
		{"a", "build before run", 40, false}, {"b", "immutable identified release", 35, false}, {"c", "nothing changes running code", 25, true}},
	factor.Processes: {
		{"a", "sessions", 35, true}, {"b", "files", 35, true}, {"c", "other memory", 30, true}},
	factor.PortBinding: {
		{"a", "a self-contained server", 50, false}, {"b", "port and address from env", 50, false}},
	factor.Concurrency: {
		{"a", "process types", 40, false}, {"b", "scale out", 30, true}, {"c", "no self-management", 30, true}},
	factor.Disposability: {
		{"a", "graceful stop", 40, false}, {"b", "signal path and time", 25, false}, {"c", "fast start", 20, true}, {"d", "crash-safe", 15, true}},
	factor.DevProdParity: {
		{"a", "same services", 50, false}, {"b", "same runtime", 25, false}, {"c", "short gap", 25, false}},
	factor.Logs: {
		{"a", "stdout stream", 60, false}, {"b", "no routing or storage", 40, true}},
	factor.AdminProcesses: {
		{"a", "one-off, same release", 60, false}, {"b", "shipped and isolated alike", 40, false}},
}

// Aspects lists the aspects of a factor in the order of their letters.
func Aspects(key factor.Key) []Aspect { return append([]Aspect(nil), aspects[key]...) }

func aspectOf(key factor.Key, letter string) (Aspect, bool) {
	for _, a := range aspects[key] {
		if a.Letter == letter {
			return a, true
		}
	}
	return Aspect{}, false
}

// FactorWeight is what a factor counts in a component's score (rules.md A4).
// They sum to 100; a mean divides by the sum of those that apply.
func FactorWeight(key factor.Key) float64 {
	switch key {
	case factor.Config:
		return 14
	case factor.Dependencies, factor.BackingServices, factor.Processes, factor.Disposability, factor.Logs:
		return 10
	case factor.BuildReleaseRun, factor.DevProdParity:
		return 8
	case factor.PortBinding:
		return 7
	case factor.Concurrency:
		return 6
	case factor.Codebase:
		return 4
	case factor.AdminProcesses:
		return 3
	}
	return 0
}

// whole is the ● of the matrix; other entries name the aspects that apply.
const whole = "abcd"

// matrix is rules.md A3: which aspects of a factor apply to a class. A factor
// that is not named does not apply.
//
// Its footnotes, where they leave something open: "version agreement only" is
// aspects a and b of dev/prod parity, the two that compare versions; "pinning
// only" is aspect b; "no lock needed for libraries" leaves out aspect b for
// libraries alone, because a program is deployed with what it was tested with.
var matrix = map[Class]map[factor.Key]string{
	WebService: {
		factor.Codebase: whole, factor.Dependencies: whole, factor.Config: whole, factor.BackingServices: whole,
		factor.BuildReleaseRun: whole, factor.Processes: whole, factor.PortBinding: whole, factor.Concurrency: whole,
		factor.Disposability: whole, factor.DevProdParity: whole, factor.Logs: whole, factor.AdminProcesses: whole,
	},
	Worker: {
		factor.Codebase: whole, factor.Dependencies: whole, factor.Config: whole, factor.BackingServices: whole,
		factor.BuildReleaseRun: whole, factor.Processes: whole, factor.Concurrency: whole,
		factor.Disposability: whole, factor.DevProdParity: whole, factor.Logs: whole, factor.AdminProcesses: whole,
	},
	Function: {
		factor.Codebase: whole, factor.Dependencies: whole, factor.Config: whole, factor.BackingServices: whole,
		factor.BuildReleaseRun: whole, factor.Processes: whole,
		factor.DevProdParity: whole, factor.Logs: whole, factor.AdminProcesses: whole,
	},
	StaticFrontend: {
		factor.Codebase: whole, factor.Dependencies: whole, factor.Config: "ab",
		factor.BuildReleaseRun: whole, factor.DevProdParity: "ab",
	},
	CLI:     {factor.Codebase: whole, factor.Dependencies: whole, factor.Config: "a"},
	Library: {factor.Codebase: whole, factor.Dependencies: "ac", factor.Config: "a"},
	Infra: {
		factor.Codebase: whole, factor.Dependencies: "b", factor.Config: "a",
		factor.BuildReleaseRun: "b", factor.DevProdParity: "ab",
	},
}

// Applicable lists the aspects of a factor that apply to a component, none
// when the factor does not.
func Applicable(c *Component, key factor.Key) []Aspect {
	letters := matrix[c.Class][key]
	if key == factor.AdminProcesses && letters != "" && !c.hasDatastore() || key == factor.Config && c.inside {
		letters = ""
	}
	var list []Aspect
	for _, a := range aspects[key] {
		for _, letter := range letters {
			if a.Letter == string(letter) {
				list = append(list, a)
			}
		}
	}
	return list
}

// applicable is every aspect that applies to a component.
func applicable(c *Component) map[aspectKey]bool {
	all := map[aspectKey]bool{}
	for _, key := range factor.Keys() {
		for _, a := range Applicable(c, key) {
			all[aspectKey{key, a.Letter}] = true
		}
	}
	return all
}
