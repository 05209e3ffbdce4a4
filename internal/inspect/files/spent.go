//go:build linux

package files

import (
	"bytes"
	"os"
	"strconv"
	"time"
)

// tick is the unit of the kernel's accounts: a hundredth of a second on every
// architecture that Go runs on.
const tick = 10 * time.Millisecond

// spent is the processor's time that a process has used so far; ok is false
// where it can't be told.
func spent(process int) (used time.Duration, ok bool) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(process) + "/stat")
	if err != nil {
		return 0, false
	}
	// The name, in brackets, may hold anything; user and system time are the
	// 14th and 15th fields of all.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 13 {
		return 0, false
	}
	for _, field := range fields[11:13] {
		ticks, err := strconv.ParseInt(string(field), 10, 64)
		if err != nil {
			return 0, false
		}
		used += time.Duration(ticks) * tick
	}
	return used, true
}
