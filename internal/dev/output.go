package dev

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

// console is the one writer to the terminal: whole lines, each with the name
// of the process that wrote it.
type console struct {
	mu     sync.Mutex
	out    io.Writer
	colour bool
	width  int // of the longest name

	lines int       // of processes since dev itself said something
	last  time.Time // when the last of them came
}

// scrolled reports whether processes have written so much since dev said
// something that it is gone from a usual terminal, and are quiet by now.
func (c *console) scrolled(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lines >= screen && now.Sub(c.last) >= quiet
}

const (
	screen = 24
	quiet  = 2 * time.Second
)

// colours of the process types, in the Procfile's order, as SGR codes that
// read on light and dark terminals.
var colours = []int{36, 35, 33, 32, 34}

func newConsole(out io.Writer, getenv func(string) string, names []string) *console {
	c := &console{out: out, colour: isTerminal(out) && getenv("NO_COLOR") == ""}
	for _, name := range names {
		c.width = max(c.width, len(name))
	}
	return c
}

func isTerminal(out io.Writer) bool {
	f, ok := out.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// writer is where the index-th process type writes.
func (c *console) writer(name string, index int) *lineWriter {
	prefix := fmt.Sprintf("%-*s | ", c.width, name)
	if c.colour {
		prefix = fmt.Sprintf("\x1b[%dm%s\x1b[0m", colours[index%len(colours)], prefix)
	}
	return &lineWriter{console: c, prefix: prefix}
}

// say prints a line of dev itself.
func (c *console) say(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = 0
	fmt.Fprintf(c.out, format+"\n", args...)
}

// lineLimit bounds the memory that a process which never ends its line takes.
const lineLimit = 64 << 10

// lineWriter gathers bytes into lines and hands each to the console whole.
type lineWriter struct {
	console *console
	prefix  string
	rest    []byte // of an unfinished line
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.rest = append(w.rest, p...)
	for {
		line, rest, ended := bytes.Cut(w.rest, []byte("\n"))
		if !ended && len(w.rest) < lineLimit {
			return len(p), nil
		}
		w.print(line)
		w.rest = append(w.rest[:0], rest...)
		if !ended {
			return len(p), nil
		}
	}
}

// flush prints an unfinished last line. Call it when nobody writes any more.
func (w *lineWriter) flush() {
	if len(w.rest) > 0 {
		w.print(w.rest)
		w.rest = nil
	}
}

func (w *lineWriter) print(line []byte) {
	w.console.mu.Lock()
	defer w.console.mu.Unlock()
	w.console.lines, w.console.last = w.console.lines+1, time.Now()
	fmt.Fprintf(w.console.out, "%s%s\n", w.prefix, bytes.TrimSuffix(line, []byte("\r")))
}
