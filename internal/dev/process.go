package dev

import (
	"context"
	"fmt"
	"os/exec"
	"syscall"
	"time"

	"twelvefold/internal/child"
)

// process is a running process type.
type process struct {
	name string
	*child.Process
	output *lineWriter
}

// start runs a process type of the Procfile with the given environment.
func (r *run) start(p processType, index int) (*process, error) {
	words, err := p.arguments(r.environment.get)
	if err != nil {
		return nil, err
	}
	out := r.console.writer(p.name, index)
	cmd := exec.Command(r.executable, words[1:]...)
	cmd.Args[0] = program
	cmd.Dir = r.dir
	cmd.Env = r.environment.list()
	cmd.Stdout, cmd.Stderr = out, out
	cmd.WaitDelay = time.Second // for what a dead process's own children hold open
	c, err := child.Start(cmd, syscall.SIGKILL)
	if err != nil {
		return nil, fmt.Errorf("can't start %s (%s): %w", p.name, p.command, err)
	}
	return &process{p.name, c, out}, nil
}

// once runs a process type to its end.
func (r *run) once(ctx context.Context, p processType, index int) error {
	started, err := r.start(p, index)
	if err != nil {
		return err
	}
	select {
	case <-started.Done():
	case <-ctx.Done():
		r.end([]*process{started})
		return ctx.Err()
	}
	started.output.flush()
	if err := started.Err(); err != nil {
		return fmt.Errorf("%s (%s) failed (%w): its last lines above say why", p.name, p.command, err)
	}
	return nil
}

// childLimit is how long processes may take to end after SIGTERM. It is longer
// than the grace period that dev gives them.
const childLimit = 6 * time.Second

// end stops processes: SIGTERM to each process, and after childLimit, or when
// the process itself has ended, SIGKILL to what is left of its group.
func (r *run) end(running []*process) {
	for _, p := range running {
		_ = syscall.Kill(p.Pid(), syscall.SIGTERM)
	}
	limit := time.After(childLimit)
	for _, p := range running {
		select {
		case <-p.Done():
		case <-limit:
			r.console.say("%s did not end within %s and was killed.", p.name, childLimit)
			limit = time.After(0) // no more patience with the others either
		}
		p.SignalGroup(syscall.SIGKILL)
		<-p.Done()
		p.output.flush()
	}
}
