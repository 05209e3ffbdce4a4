package server

import (
	"errors"
	"io"
	"sync/atomic"
)

const (
	// firstRead is what is made room for before anything comes, in bytes; twice
	// as much whenever that is full.
	firstRead = 4 << 10
	// usualPayload is more than nearly every delivery has, in bytes.
	usualPayload = 64 << 10
	// usualRoom and largeRoom bound what bodies take of the memory at once, in bytes:
	// those up to usualPayload, and what larger ones have beyond it.
	usualRoom = 64 << 20
	largeRoom = 128 << 20
)

// errNoRoom says that too many deliveries are in memory. GitHub is asked to send
// again what was refused by it.
var errNoRoom = errors.New("too many deliveries at once")

// intake bounds the memory that bodies of deliveries take by what has come of
// them, not by what they promise: who sends nothing keeps nothing from others, and
// large ones have room of their own.
type intake struct{ usual, large atomic.Int64 }

// read reads a body to its end. leave gives its room back, also after an error,
// which is errNoRoom or the reader's.
func (i *intake) read(r io.Reader) (body []byte, leave func(), err error) {
	usual, large := int64(0), int64(0)
	leave = func() { i.usual.Add(-usual); i.large.Add(-large) }
	for {
		if len(body) == cap(body) {
			more := int64(max(firstRead, cap(body)))
			room, most, taken := &i.usual, int64(usualRoom), &usual
			if cap(body) >= usualPayload {
				room, most, taken = &i.large, largeRoom, &large
			}
			*taken += more
			if room.Add(more) > most {
				return nil, leave, errNoRoom
			}
			body = append(make([]byte, 0, len(body)+int(more)), body...)
		}
		n, err := r.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		if err == io.EOF {
			return body, leave, nil
		}
		if err != nil {
			return nil, leave, err
		}
	}
}
