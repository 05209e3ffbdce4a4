package localpg

import "syscall"

// childAttributes start a program as the account, in a process group of its
// own (a terminal's Ctrl-C is not meant for it), and have the kernel send it
// SIGINT, Postgres's fast shutdown, when the thread that started it ends.
func childAttributes(as *account) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGINT}
	if as != nil {
		attr.Credential = &syscall.Credential{Uid: as.uid, Gid: as.gid}
	}
	return attr
}
