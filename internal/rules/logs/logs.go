// Package logs holds the rules of factor XI, Logs: one file for each,
// which adds its rule to set. See package config for the pattern.
package logs

import "twelvefold/internal/audit"

var set audit.Set

// Rules returns the factor's rules, sorted by ID.
func Rules() []audit.Rule { return set.All() }
