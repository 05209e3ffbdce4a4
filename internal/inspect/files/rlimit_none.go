//go:build !linux && !darwin

package files

// limitProcess has nothing to set: the wall clock and Go's own limits remain.
func limitProcess() error { return nil }
