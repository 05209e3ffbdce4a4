package source

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/klauspost/compress/zlib"
)

// ErrPackTooLarge says that a pack holds more than it may.
var ErrPackTooLarge = errors.New("the pack holds more than was asked for")

// Unpack reads a pack as it comes, and gives the objects in it ("blob", "tree", "commit") with their
// ids, which are made of what they hold. Deltas must build on what came before them in the same pack. most bounds
// the bytes of all objects and deltas, inflated, which stay in memory until it ends; count
// bounds the objects. Errors: ErrPackTooLarge, or that the pack is damaged or cut.
func Unpack(packed io.Reader, count int, most int64, give func(kind, id string, content []byte)) error {
	u := &unpacker{told: &told{Reader: packed}, left: most, at: map[int64]unpackedObject{}, named: map[plumbing.Hash]unpackedObject{}}
	u.r = bufio.NewReaderSize(u.told, 64<<10)
	var head [12]byte
	if _, err := io.ReadFull(u.r, head[:]); err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	version, objects := binary.BigEndian.Uint32(head[4:]), binary.BigEndian.Uint32(head[8:])
	switch {
	case string(head[:4]) != "PACK" || version != 2 && version != 3:
		return errDamaged
	case int64(objects) > int64(count):
		return ErrPackTooLarge
	}
	for range objects {
		o, err := u.next()
		if err != nil {
			return err
		}
		give(o.kind.String(), o.id.String(), o.content)
	}
	return nil
}

// unpackedObject is one that a later delta may build on.
type unpackedObject struct {
	kind    plumbing.ObjectType
	id      plumbing.Hash
	content []byte
}

// unpacker reads the objects of a pack one after the other.
type unpacker struct {
	told  *told
	r     *bufio.Reader
	zlib  io.ReadCloser // nil before its first use
	left  int64         // bytes that may still be inflated
	at    map[int64]unpackedObject
	named map[plumbing.Hash]unpackedObject
}

// told counts what was read.
type told struct {
	io.Reader
	n int64
}

func (t *told) Read(p []byte) (int, error) {
	n, err := t.Reader.Read(p)
	t.n += int64(n)
	return n, err
}

// next reads one object.
func (u *unpacker) next() (o unpackedObject, err error) {
	offset := u.told.n - int64(u.r.Buffered())
	e, err := readHead(u.r, offset)
	if err != nil {
		return o, fmt.Errorf("%w: %w", errDamaged, err)
	}
	if o.content, err = u.inflate(e.size); err != nil {
		return o, err
	}
	if o.kind = e.kind; e.delta() {
		base, found := u.at[e.offset]
		if e.kind == plumbing.REFDeltaObject {
			base, found = u.named[e.base]
		}
		if !found {
			return o, errUnknownForm
		}
		if o.kind, o.content, err = u.build(base, o.content); err != nil {
			return o, err
		}
	}
	o.id = objectID(o.kind, o.content)
	u.at[offset], u.named[o.id] = o, o
	return o, nil
}

// build applies a delta.
func (u *unpacker) build(base unpackedObject, delta []byte) (plumbing.ObjectType, []byte, error) {
	size, err := patchedSize(delta)
	if err != nil {
		return 0, nil, err
	}
	if u.left -= size; u.left < 0 {
		return 0, nil, ErrPackTooLarge
	}
	content, err := patch(base.content, delta)
	return base.kind, content, err
}

// inflate reads exactly so many bytes from where the pack stands.
func (u *unpacker) inflate(size int64) (content []byte, err error) {
	if u.left -= size; size < 0 || u.left < 0 {
		return nil, ErrPackTooLarge
	}
	if u.zlib == nil {
		u.zlib, err = zlib.NewReader(u.r)
	} else {
		err = u.zlib.(zlib.Resetter).Reset(u.r, nil)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	in := inflater{zlib: u.zlib}
	return in.all(size)
}
