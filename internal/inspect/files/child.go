package files

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"twelvefold/internal/inspect"
)

// A request is a frame of the format's name, a zero byte and the content; a
// reply is a frame of JSON. A frame is its length in four bytes, big endian,
// and that many bytes. A child greets with one empty frame when it is ready.

// Child serves a pool from inside a child process until stdin ends. It limits
// the whole process, so nothing else may run in it.
func Child(stdin io.Reader, stdout io.Writer) error {
	if err := limitProcess(); err != nil {
		return fmt.Errorf("limit the parser: %w", err)
	}
	// One file at a time: a second processor would only serve the collector,
	// and the other processors have children of their own.
	runtime.GOMAXPROCS(1)
	debug.SetMemoryLimit(dataLimit / 2) // collect harder before the hard limit
	debug.SetMaxStack(64 << 20)         // ten times what the deepest real file needs
	return serve(stdin, stdout, maxReply, func() *time.Timer {
		// Where no signal tells of the parent's death, a child that loops
		// would outlive it for ever.
		return time.AfterFunc((patience+1)*fileTime, func() { os.Exit(3) })
	})
}

// serve answers requests with at most replyLimit bytes each. watch starts the
// clock of one file.
func serve(stdin io.Reader, stdout io.Writer, replyLimit int, watch func() *time.Timer) error {
	in := bufio.NewReaderSize(stdin, 64<<10)
	if err := writeFrame(stdout, nil); err != nil {
		return err
	}
	for {
		request, err := readFrame(in, maxContent+256)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read a request: %w", err)
		}
		name, content, ok := bytes.Cut(request, []byte{0})
		if !ok {
			return errors.New("read a request: no format")
		}
		watchdog := watch()
		reply, err := json.Marshal(File(inspect.Format(name), content))
		watchdog.Stop()
		if err != nil {
			return fmt.Errorf("encode signals: %w", err)
		}
		if len(reply) > replyLimit {
			if reply, err = json.Marshal(tooMuch()); err != nil {
				return err
			}
		}
		if err := writeFrame(stdout, reply); err != nil {
			return err
		}
	}
}

// tooMuch stands for signals over maxReply. It depends on the content alone.
func tooMuch() []inspect.Signal {
	return []inspect.Signal{{Line: 1, EndLine: 1, Fact: inspect.ParseFailed{Reason: "states more than 16 MB of facts"}}}
}

func writeFrame(w io.Writer, parts ...[]byte) error {
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	frame := binary.BigEndian.AppendUint32(make([]byte, 0, 4+size), uint32(size))
	for _, part := range parts {
		frame = append(frame, part...)
	}
	_, err := w.Write(frame)
	return err
}

func readFrame(r io.Reader, limit int) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	size := binary.BigEndian.Uint32(head[:])
	if int64(size) > int64(limit) {
		return nil, fmt.Errorf("a frame of %d bytes", size)
	}
	frame := make([]byte, size)
	if _, err := io.ReadFull(r, frame); err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	return frame, nil
}

// child is the parent's end of one child process.
type child struct {
	cmd    *exec.Cmd
	stdin  *os.File
	stdout *os.File
	in     *bufio.Reader // of stdout
	words  *lastWords
}

// newChild starts a process; see Pool.startChildren for who may call it.
func newChild(options PoolOptions) (*child, error) {
	childIn, stdin, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer childIn.Close()
	stdout, childOut, err := os.Pipe()
	if err != nil {
		stdin.Close()
		return nil, err
	}
	defer childOut.Close()

	words := &lastWords{}
	cmd := exec.Command(options.Executable, options.Args...)
	cmd.Env = append([]string{}, options.Env...) // not nil, which would hand on ours
	cmd.Stdin, cmd.Stdout, cmd.Stderr = childIn, childOut, words
	cmd.WaitDelay = time.Second
	cmd.SysProcAttr = dieWithParent()
	if err := cmd.Start(); err != nil {
		stdin.Close()
		stdout.Close()
		return nil, err
	}
	return &child{cmd, stdin, stdout, bufio.NewReaderSize(stdout, 64<<10), words}, nil
}

// greet waits until the child is ready. On error the child is gone.
func (c *child) greet(ctx, pool context.Context) error {
	_, err := c.exchange(ctx, pool, startTime, nil)
	return err
}

// ask has one file inspected. On error the child is gone, and the error is the
// reason that people read.
func (c *child) ask(ctx, pool context.Context, limit time.Duration, format inspect.Format, content []byte) ([]inspect.Signal, error) {
	c.words.reset()
	reply, err := c.exchange(ctx, pool, limit, func() error {
		return writeFrame(c.stdin, []byte(format), []byte{0}, content)
	})
	if err != nil {
		return nil, err
	}
	var signals []inspect.Signal
	if err := json.Unmarshal(reply, &signals); err != nil {
		c.end()
		return nil, errors.New("the parser's answer makes no sense")
	}
	return signals, nil
}

// exchange sends a request (nil: none) and reads one frame within the limit.
func (c *child) exchange(ctx, pool context.Context, limit time.Duration, send func() error) ([]byte, error) {
	deadline, cancel := context.WithTimeout(ctx, patience*limit)
	defer cancel()
	stop := c.measure(limit, cancel)
	defer stop()
	// Killing is what ends a wait: the pipes break with the child.
	kill := func() { _ = c.cmd.Process.Kill() }
	spareOfTime, spareOfPool := context.AfterFunc(deadline, kill), context.AfterFunc(pool, kill)

	var err error
	if send != nil {
		err = send()
	}
	var reply []byte
	if err == nil {
		reply, err = readFrame(c.in, maxReply)
	}
	// A reply that came together with the end of its time is of a killed
	// child, which the next file must not meet.
	spared := spareOfTime()
	spared = spareOfPool() && spared
	if err == nil && spared {
		return reply, nil
	}
	c.end()
	switch {
	case ctx.Err() != nil || pool.Err() != nil:
		return nil, errors.New("the audit was stopped")
	case deadline.Err() != nil:
		return nil, fmt.Errorf("the parser took longer than %v", seconds(limit))
	}
	return nil, errors.New(c.words.reason())
}

// measure calls over when the child has used the processor for the limit, asked
// for the first time when that long has passed. What it returns ends the measuring.
func (c *child) measure(limit time.Duration, over func()) (stop func()) {
	before, told := spent(c.cmd.Process.Pid)
	done := make(chan struct{})
	go func() {
		for wait := limit; ; {
			select {
			case <-done:
				return
			case <-time.After(wait):
			}
			now, ok := spent(c.cmd.Process.Pid)
			if left := limit - (now - before); told && ok && left > 0 {
				wait = max(left, limit/10)
				continue
			}
			over()
			return
		}
	}()
	return sync.OnceFunc(func() { close(done) })
}

func seconds(d time.Duration) string { return fmt.Sprintf("%g s", d.Seconds()) }

// end kills the child and waits until it is gone.
func (c *child) end() {
	_ = c.cmd.Process.Kill()
	c.stdin.Close()
	c.stdout.Close()
	_ = c.cmd.Wait() // its status says nothing beyond lastWords
}

// lastWords keeps the first of what a child says on stderr since the file was
// handed over: a dying Go program names its reason before its stacks.
type lastWords struct {
	mu   sync.Mutex
	text []byte
}

const lastWordsLimit = 4 << 10

func (w *lastWords) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text = append(w.text, p[:min(len(p), lastWordsLimit-len(w.text))]...)
	return len(p), nil
}

func (w *lastWords) reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text = w.text[:0]
}

// reason says why the child died. The words themselves may quote the file, so
// they go nowhere.
func (w *lastWords) reason() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := strings.ToLower(string(w.text))
	for _, sign := range []string{"out of memory", "cannot allocate memory", "failed to allocate", "malloc failed", "bad_alloc", "failed to reserve"} {
		if strings.Contains(text, sign) {
			return "the parser needed more than 512 MB"
		}
	}
	if strings.Contains(text, "stack exceeds") || strings.Contains(text, "stack overflow") {
		return "nested too deeply for the parser"
	}
	return "the parser crashed"
}

// InProcess returns an inspector without a sandbox, for content that this
// project wrote itself, such as rule fixtures. It can be killed by its input.
func InProcess() Direct { return Direct{} }

// Direct inspects files in the calling process; see InProcess.
type Direct struct{}

// Inspect is File.
func (Direct) Inspect(_ context.Context, _ string, format inspect.Format, content []byte) []inspect.Signal {
	return File(format, content)
}
