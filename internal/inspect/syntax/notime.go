//go:build cgo && !linux

package syntax

import "time"

// parserTime is the wall clock where a thread's own time is not to be had.
func parserTime() time.Duration { return time.Since(programStart) }
