package jvm

import (
	"maps"
	"slices"
)

// sortedNames are the keys of a map in order: the same file must state the
// same each time.
func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
