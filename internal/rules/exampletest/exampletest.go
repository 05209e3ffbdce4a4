// Package exampletest holds the rule that docs/contributing.md adds as an
// example. It is no rule of the catalogue: it stands here so that what the
// document shows compiles and its fixtures pass.
package exampletest

import "twelvefold/internal/audit"

var set audit.Set

// Rules returns the example.
func Rules() []audit.Rule { return set.All() }
