// Package portbinding holds the rules of factor VII, Port binding: one file for each,
// which adds its rule to set. See package config for the pattern.
package portbinding

import "twelvefold/internal/audit"

var set audit.Set

// Rules returns the factor's rules, sorted by ID.
func Rules() []audit.Rule { return set.All() }
