//go:build linux || darwin

package files

import "golang.org/x/sys/unix"

// limitProcess bounds what this process may take from the machine, whatever a
// parser does: no core dump of a user's source, no file written or opened
// beyond a handful, and bounded data.
func limitProcess() error {
	limits := []struct {
		resource int
		value    uint64
	}{
		{unix.RLIMIT_CORE, 0},
		{unix.RLIMIT_FSIZE, 0},
		{unix.RLIMIT_NOFILE, 32},
	}
	for _, l := range limits {
		if err := unix.Setrlimit(l.resource, &unix.Rlimit{Cur: l.value, Max: l.value}); err != nil {
			return err
		}
	}
	return limitData()
}
