//go:build unix && !linux

package child

import "syscall"

// tie does nothing: these systems have no parent-death signal.
func tie(*syscall.SysProcAttr, syscall.Signal) {}
