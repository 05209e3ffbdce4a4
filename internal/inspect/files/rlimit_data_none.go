//go:build darwin

package files

// limitData has nothing to set: macOS does not enforce RLIMIT_DATA. Go's soft
// limit and the wall clock remain.
func limitData() error { return nil }
