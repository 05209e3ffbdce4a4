package files

import (
	"context"
	"errors"
	"os"
	"runtime"
	"sync"
	"time"

	"twelvefold/internal/inspect"
)

// What one file may cost. A parser of a foreign language can crash, loop or
// eat memory on ten kilobytes of crafted text, and deep nesting overflows the
// stack of Go's own parsers; none of this can be caught inside a process.
const (
	// fileTime is what one file may take of the processor: the two seconds of a
	// tree-sitter parse, the walk over its tree, and a slow machine. Where nobody
	// tells what a process has used, it is the wall clock.
	fileTime = 15 * time.Second
	// patience is how many times fileTime a child is waited for that doesn't get
	// the processor, since others do.
	patience = 8
	// startTime is the wall clock from fork to the child's greeting.
	startTime = 30 * time.Second
	// dataLimit is what a child may allocate beyond what it starts with. The
	// hungriest file of the development subjects needs a tenth of it.
	dataLimit = 512 << 20
	// maxContent bounds a request. It stands above source.DefaultLimits, so
	// that the snapshot's limit is the one that people meet.
	maxContent = 32 << 20
	// maxReply bounds what a child can make its parent hold: a lock file of
	// one megabyte has about two of signals.
	maxReply = 16 << 20
)

// PoolOptions say how a pool starts its children.
type PoolOptions struct {
	Size       int      // children at most; 0 means GOMAXPROCS
	Executable string   // "" means the running program
	Args       []string // nil means the hidden command inspect-child
	Env        []string // nothing of this process's environment is handed on

	limit time.Duration // 0 means fileTime; tests shorten it
}

// Pool inspects files in child processes with limited memory and time, so that
// no file can kill or hang an audit. Safe for concurrent use; close it.
type Pool struct {
	options PoolOptions
	ctx     context.Context
	cancel  context.CancelFunc
	slots   chan *child // one for each child; nil where none is started
	starts  chan startRequest
	closing sync.Once
	closed  chan struct{}
}

// NewPool makes a pool; children start when they are first needed. When ctx
// ends, files in work are given up; Close is still due. Error: the running
// program's own path is unknown.
func NewPool(ctx context.Context, options PoolOptions) (*Pool, error) {
	if options.Size <= 0 {
		options.Size = runtime.GOMAXPROCS(0)
	}
	if options.Executable == "" {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		options.Executable = self
	}
	if options.Args == nil {
		options.Args = []string{"inspect-child"}
	}
	if options.limit == 0 {
		options.limit = fileTime
	}
	p := &Pool{
		options: options,
		slots:   make(chan *child, options.Size),
		starts:  make(chan startRequest),
		closed:  make(chan struct{}),
	}
	p.ctx, p.cancel = context.WithCancel(ctx)
	for range options.Size {
		p.slots <- nil
	}
	go p.startChildren()
	return p, nil
}

// Inspect is File in a child process. It never fails: whatever happens to the
// child costs this file, whose only signal is then ParseFailed with Lost set.
func (p *Pool) Inspect(ctx context.Context, path string, format inspect.Format, content []byte) []inspect.Signal {
	if len(content) > maxContent {
		return lost("larger than 8 MB")
	}
	var c *child
	select {
	case <-p.ctx.Done():
		return lost("the audit was stopped")
	case <-ctx.Done():
		return lost("the audit was stopped")
	case c = <-p.slots:
	}
	defer func() { p.slots <- c }()

	if c == nil {
		started, err := p.start(ctx)
		if err != nil {
			return lost(err.Error())
		}
		c = started
	}
	signals, err := c.ask(ctx, p.ctx, p.options.limit, format, content)
	if err != nil {
		c = nil // ask has ended it
		return lost(err.Error())
	}
	return signals
}

// Close ends all children and waits until they are gone.
func (p *Pool) Close() {
	p.closing.Do(func() {
		p.cancel()
		for range p.options.Size {
			if c := <-p.slots; c != nil {
				c.end()
			}
		}
		close(p.starts)
	})
	<-p.closed
}

func lost(reason string) []inspect.Signal {
	return []inspect.Signal{{Line: 1, EndLine: 1, Fact: inspect.ParseFailed{Reason: reason, Lost: true}}}
}

type startRequest struct {
	ctx   context.Context
	reply chan<- startReply
}

type startReply struct {
	child *child
	err   error
}

// start has a child started and waits for its greeting.
func (p *Pool) start(ctx context.Context) (*child, error) {
	reply := make(chan startReply, 1)
	p.starts <- startRequest{ctx, reply}
	started := <-reply
	if started.err != nil {
		return nil, errors.New("the parser could not be started: " + started.err.Error())
	}
	if err := started.child.greet(ctx, p.ctx); err != nil {
		return nil, err
	}
	return started.child, nil
}

// startChildren forks all children from one thread that lives as long as the
// pool: Linux sends a child its parent-death signal when the thread that
// forked it ends (golang/go#27505), and Go ends threads as it likes.
func (p *Pool) startChildren() {
	runtime.LockOSThread()
	defer close(p.closed)
	for request := range p.starts {
		c, err := newChild(p.options)
		request.reply <- startReply{c, err}
	}
}
