//go:build unix && !linux

package localpg

import "syscall"

// childAttributes start a program as the account, in a process group of its
// own. These systems can't tie it to its parent's life: the next start over the
// same data stops what was left behind (see stopLeftover).
func childAttributes(as *account) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if as != nil {
		attr.Credential = &syscall.Credential{Uid: as.uid, Gid: as.gid}
	}
	return attr
}
