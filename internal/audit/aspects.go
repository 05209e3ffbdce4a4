package audit

import "twelvefold/internal/factor"

// Aspect is one weighted part of a factor. Every rule feeds exactly one.
type Aspect struct {
	Letter string
	Title  string
	Weight float64 // the weights of a factor's aspects sum to 100
}

// aspects are the headings of rules.md part B.
var aspects = map[factor.Key][]Aspect{
	factor.Codebase: {
		{"a", "one lineage", 40}, {"b", "deploys differ by config", 40}, {"c", "shared code is a library", 20}},
	factor.Dependencies: {
		{"a", "declared", 35}, {"b", "locked", 30}, {"c", "isolated", 35}},
	factor.Config: {
		{"a", "no secrets in repo", 45}, {"b", "handles and values from env", 35}, {"c", "granular, documented", 20}},
	factor.BackingServices: {
		{"a", "handle from config", 60}, {"b", "swappable", 40}},
	factor.BuildReleaseRun: {
		{"a", "build before run", 40}, {"b", "immutable identified release", 35}, {"c", "nothing changes running code", 25}},
	factor.Processes: {
		{"a", "sessions", 35}, {"b", "files", 35}, {"c", "other memory", 30}},
	factor.PortBinding: {
		{"a", "a self-contained server", 50}, {"b", "port and address from env", 50}},
	factor.Concurrency: {
		{"a", "process types", 40}, {"b", "scale out", 30}, {"c", "no self-management", 30}},
	factor.Disposability: {
		{"a", "graceful stop", 40}, {"b", "signal path and time", 25}, {"c", "fast start", 20}, {"d", "crash-safe", 15}},
	factor.DevProdParity: {
		{"a", "same services", 50}, {"b", "same runtime", 25}, {"c", "short gap", 25}},
	factor.Logs: {
		{"a", "stdout stream", 60}, {"b", "no routing or storage", 40}},
	factor.AdminProcesses: {
		{"a", "one-off, same release", 60}, {"b", "shipped and isolated alike", 40}},
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
	if key == factor.AdminProcesses && letters != "" && !c.hasDatastore() {
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
