// Package buildreleaserun holds the rules of factor V, Build, release, run: one file for each,
// which adds its rule to set. See package config for the pattern.
package buildreleaserun

import "twelvefold/internal/audit"

var set audit.Set

// Rules returns the factor's rules, sorted by ID.
func Rules() []audit.Rule { return set.All() }
