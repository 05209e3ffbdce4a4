package main

import (
	"fmt"
	"io"
	"strings"
)

// progress draws a bar on a terminal that can take it away again, and nothing
// elsewhere.
type progress struct {
	w     io.Writer // nil: draw nothing
	drawn string
}

func newProgress(a *app) *progress {
	if _, ok := terminal(a.stderr); !ok || a.getenv("TERM") == "dumb" {
		return &progress{}
	}
	return &progress{w: a.stderr}
}

const barWidth = 30

// show redraws the bar when it looks different.
func (p *progress) show(done, total int) {
	if p.w == nil || total == 0 {
		return
	}
	full := done * barWidth / total
	line := fmt.Sprintf("\r%s%s %d of %d files", strings.Repeat("▰", full), strings.Repeat("▱", barWidth-full), done, total)
	if done != total && done%25 != 0 && p.drawn != "" || line == p.drawn {
		return
	}
	p.drawn = line
	fmt.Fprint(p.w, line)
}

// clear takes the bar away.
func (p *progress) clear() {
	if p.drawn != "" {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
