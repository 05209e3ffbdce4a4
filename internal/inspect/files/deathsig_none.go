//go:build !linux

package files

import "syscall"

// dieWithParent asks for nothing: a child ends with its standard input, and by
// its own watchdog when it loops.
func dieWithParent() *syscall.SysProcAttr { return nil }
