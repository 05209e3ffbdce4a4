// Package child starts long-lived child processes that can't outlive the
// process that started them, where the system can promise that.
package child

import (
	"os/exec"
	"runtime"
	"syscall"
)

// Process is a started child. Its methods may be called from any goroutine.
type Process struct {
	pid  int
	done chan struct{}
	err  error // how it ended; read after done
}

// Start runs cmd as the leader of a process group of its own, so that a
// terminal's Ctrl-C reaches it only through us. On Linux the kernel sends it
// orphaned when this process ends in whatever way; other systems make no such
// promise. Credentials in cmd.SysProcAttr are kept.
func Start(cmd *exec.Cmd, orphaned syscall.Signal) (*Process, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	tie(cmd.SysProcAttr, orphaned)

	p := &Process{done: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		// The kernel's promise is bound to the thread that started the child:
		// keep that thread until the child has ended.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		if err == nil {
			p.pid = cmd.Process.Pid
		}
		started <- err
		if err == nil {
			p.err = cmd.Wait()
			close(p.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// Run is Start and the wait for the end. The caller's context is cmd's.
func Run(cmd *exec.Cmd, orphaned syscall.Signal) error {
	p, err := Start(cmd, orphaned)
	if err != nil {
		return err
	}
	<-p.done
	return p.err
}

// Pid is the child's process id, and its process group's.
func (p *Process) Pid() int { return p.pid }

// Done is closed when the child has ended and was waited for.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err tells how the child ended, as exec.Cmd.Wait does. Call it after Done.
func (p *Process) Err() error { return p.err }

// SignalGroup sends a signal to the child and everything it started that
// stayed in its process group.
func (p *Process) SignalGroup(sig syscall.Signal) { _ = syscall.Kill(-p.pid, sig) }
