//go:build cgo && linux

package syntax

import (
	"time"

	"golang.org/x/sys/unix"
)

// parserTime is the processor's time that the calling thread has used.
func parserTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		return time.Since(programStart)
	}
	return time.Duration(t.Nano())
}
