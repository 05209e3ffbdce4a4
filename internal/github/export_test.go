package github

import (
	"time"
)

// Hasten makes an App impatient, for tests.
func (a *App) Hasten(request, pause time.Duration) {
	a.times = times{request: request, tree: request, stalled: request, pause: pause}
}

// SetWindow says how many bytes of contents wait in memory.
func (a *App) SetWindow(bytes int64) { a.window = bytes }

// People asks over the same way.
func (a *App) People() *People { return &People{a} }
