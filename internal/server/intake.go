package server

import "context"

const (
	// largePayload is more than nearly every delivery has, in bytes.
	largePayload = 1 << 20
	// smallAtATime and largeAtATime bound how many bodies are in memory at once:
	// 64 MB of small ones, and 100 MB of large ones.
	smallAtATime = 64
	largeAtATime = 4
)

// intake bounds how many deliveries are read and taken at once. Large ones, and
// those that don't say how long they are, have few places of their own: they
// keep no other waiting.
type intake struct{ small, large chan struct{} }

func newIntake() intake {
	return intake{make(chan struct{}, smallAtATime), make(chan struct{}, largeAtATime)}
}

// enter waits for a place. ok is false when ctx ended before there was one.
func (i intake) enter(ctx context.Context, length int64) (leave func(), ok bool) {
	places := i.small
	if length < 0 || length > largePayload {
		places = i.large
	}
	select {
	case places <- struct{}{}:
		return func() { <-places }, true
	case <-ctx.Done():
		return nil, false
	}
}
