package source

import (
	"bufio"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/klauspost/compress/zlib"
)

var (
	// errUnknownForm says that something is stored in a way that is not known
	// here; go-git may know it.
	errUnknownForm = errors.New("stored in an unknown form")
	errDamaged     = errors.New("damaged")
)

// Bounds on one object. What is larger is left to go-git, which does not hold
// it in memory.
const (
	maxObject = 32 << 20 // bytes of an object, and of all deltas that it is made by
	maxDeltas = 4096     // git's own bound on a chain
)

// pack is a pack with its index. Its file is opened when it is first needed.
type pack struct {
	number int64 // distinguishes the store's packs in its cache
	index  *packIndex
	ids    *os.File
	open   func() (*os.File, int64, error)
	close  func() error
}

// openPack opens the pack that belongs to an index.
func openPack(indexName string, number int64) (*pack, error) {
	ids, size, err := openRegular(indexName)
	if err != nil {
		return nil, err
	}
	index, err := readPackIndex(ids, size)
	if err != nil {
		ids.Close()
		return nil, err
	}
	p := &pack{number: number, index: index, ids: ids}
	var mu sync.Mutex
	var file *os.File
	var length int64
	p.open = func() (*os.File, int64, error) {
		mu.Lock()
		defer mu.Unlock()
		if file == nil {
			f, n, err := openRegular(strings.TrimSuffix(indexName, ".idx") + ".pack")
			if err != nil {
				return nil, 0, errors.Join(errUnknownForm, err)
			}
			file, length = f, n
		}
		return file, length, nil
	}
	p.close = func() error {
		mu.Lock()
		defer mu.Unlock()
		if file == nil {
			return ids.Close()
		}
		return errors.Join(ids.Close(), file.Close())
	}
	return p, nil
}

// openRegular opens a regular file; it never waits for a pipe.
func openRegular(name string) (*os.File, int64, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errUnknownForm
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

// inflater reads a file from a place on, plainly or inflated. It is reused:
// making one costs more than most objects do.
type inflater struct {
	file   io.ReaderAt
	offset int64
	plain  *bufio.Reader
	zlib   io.ReadCloser // nil before its first use
}

var inflaters = sync.Pool{New: func() any {
	in := &inflater{}
	in.plain = bufio.NewReaderSize(in, 8<<10)
	return in
}}

// inflaterAt lends an inflater that starts at an offset; give it back with done.
func inflaterAt(file io.ReaderAt, offset int64) *inflater {
	in := inflaters.Get().(*inflater)
	in.file, in.offset = file, offset
	in.plain.Reset(in)
	return in
}

func (in *inflater) done() {
	in.file = nil
	inflaters.Put(in)
}

// Read is what plain reads from.
func (in *inflater) Read(p []byte) (int, error) {
	n, err := in.file.ReadAt(p, in.offset)
	in.offset += int64(n)
	if n > 0 {
		err = nil
	}
	return n, err
}

// start begins to inflate where plain stands.
func (in *inflater) start() (err error) {
	if in.zlib == nil {
		in.zlib, err = zlib.NewReader(in.plain)
		return err
	}
	return in.zlib.(zlib.Resetter).Reset(in.plain, nil)
}

// all inflates exactly so many bytes, and proves their checksum.
func (in *inflater) all(size int64) ([]byte, error) {
	content := make([]byte, size, size+1) // one more for bases.put
	if _, err := io.ReadFull(in.zlib, content); err != nil {
		return nil, errDamaged
	}
	var more [1]byte
	if n, err := in.zlib.Read(more[:]); n != 0 || err != io.EOF {
		return nil, errDamaged
	}
	return content, nil
}

// packed is the head of an object in a pack.
type packed struct {
	kind   plumbing.ObjectType // OFSDeltaObject and REFDeltaObject are deltas
	size   int64               // inflated bytes of what stands here: of a delta, the delta's
	offset int64               // of an OFSDeltaObject's base
	base   plumbing.Hash       // a REFDeltaObject's base
}

func (e packed) delta() bool {
	return e.kind == plumbing.OFSDeltaObject || e.kind == plumbing.REFDeltaObject
}

// head opens the object at an offset, and begins to inflate it.
func (p *pack) head(offset int64) (e packed, in *inflater, err error) {
	file, length, err := p.open()
	if err != nil {
		return e, nil, err
	}
	if offset < 12 || offset >= min(length, 1<<44) {
		return e, nil, errDamaged
	}
	in = inflaterAt(file, offset)
	if e, err = readHead(in.plain, offset); err == nil {
		err = in.start()
	}
	// deflate makes nothing larger than 1032 times smaller
	if err == nil && (e.size < 0 || e.size/1032 > length-offset) {
		err = errDamaged
	}
	if err != nil {
		in.done()
		return e, nil, errDamaged
	}
	return e, in, nil
}

// readHead reads an object's kind, size and base, as gitformat-pack(5) says.
func readHead(r *bufio.Reader, offset int64) (e packed, err error) {
	b, err := r.ReadByte()
	e.kind, e.size = plumbing.ObjectType(b>>4&7), int64(b&15)
	for shift := 4; err == nil && b&0x80 != 0; shift += 7 {
		if b, err = r.ReadByte(); shift > 53 {
			return e, errDamaged
		}
		e.size |= int64(b&0x7f) << shift
	}
	if err != nil {
		return e, err
	}
	switch e.kind {
	case plumbing.CommitObject, plumbing.TreeObject, plumbing.BlobObject, plumbing.TagObject:
	case plumbing.REFDeltaObject:
		_, err = io.ReadFull(r, e.base[:])
	case plumbing.OFSDeltaObject:
		b, err = r.ReadByte()
		back := int64(b & 0x7f)
		for err == nil && b&0x80 != 0 {
			if b, err = r.ReadByte(); back > 1<<48 {
				return e, errDamaged
			}
			back = (back+1)<<7 | int64(b&0x7f)
		}
		if e.offset = offset - back; back <= 0 {
			return e, errDamaged
		}
	default:
		return e, errDamaged
	}
	return e, err
}

// size tells an object's size from its head, or from its delta's.
func (p *pack) size(offset int64) (int64, error) {
	e, in, err := p.head(offset)
	if err != nil {
		return 0, err
	}
	defer in.done()
	if !e.delta() {
		return e.size, nil
	}
	var head [20]byte
	if _, err = io.ReadFull(in.zlib, head[:min(e.size, 20)]); err != nil {
		return 0, errDamaged
	}
	return patchedSize(head[:min(e.size, 20)])
}

// patchedSize tells the size of what a delta makes: a delta starts with two
// numbers, the sizes of its base and of its result.
func patchedSize(delta []byte) (size int64, err error) {
	for range 2 {
		shift, more := 0, true
		for size = 0; more; shift += 7 {
			if len(delta) == 0 || shift > 56 {
				return 0, errDamaged
			}
			size |= int64(delta[0]&0x7f) << shift
			more, delta = delta[0]&0x80 != 0, delta[1:]
		}
	}
	return size, nil
}

// read reads the object at an offset. Bases that its deltas go through are
// looked for in the store's cache, and kept there.
func (p *pack) read(o *objects, offset int64) (kind plumbing.ObjectType, content []byte, err error) {
	type step struct {
		offset int64
		delta  []byte
	}
	var steps []step
	held, kept := int64(0), false
	for {
		if kind, content, kept = o.bases.get(p.number, offset); kept {
			break
		}
		e, in, err := p.head(offset)
		if err != nil {
			return 0, nil, err
		}
		if held += e.size; held > maxObject || len(steps) >= maxDeltas {
			in.done()
			return 0, nil, errUnknownForm
		}
		content, err = in.all(e.size)
		in.done()
		if err != nil {
			return 0, nil, err
		}
		if kind = e.kind; !e.delta() {
			break
		}
		steps = append(steps, step{offset, content})
		if offset = e.offset; e.kind == plumbing.REFDeltaObject {
			at, found, err := p.index.find(e.base)
			if err != nil || !found {
				return 0, nil, errors.Join(errUnknownForm, err)
			}
			offset = at
		}
	}
	for i := len(steps) - 1; i >= 0; i-- {
		if !kept {
			o.bases.put(p.number, offset, kind, content)
		}
		kept = false
		if content, err = patch(content, steps[i].delta); err != nil {
			return 0, nil, err
		}
		offset = steps[i].offset
	}
	return kind, content, nil
}

// patch applies a delta.
func patch(base, delta []byte) (content []byte, err error) {
	size, err := patchedSize(delta)
	if err != nil {
		return nil, err
	}
	if size > maxObject {
		return nil, errUnknownForm
	}
	err = guard(func() error { content, err = packfile.PatchDelta(base, delta); return err })
	if err != nil {
		return nil, errDamaged
	}
	return content, nil
}

// bases keeps contents that deltas were applied to, within a bound in bytes.
type bases struct{ kept *cache.BufferLRU }

func baseKey(pack, offset int64) int64 { return pack<<44 | offset }

func (b bases) get(pack, offset int64) (kind plumbing.ObjectType, content []byte, ok bool) {
	kept, ok := b.kept.Get(baseKey(pack, offset))
	if !ok {
		return 0, nil, false
	}
	last := len(kept) - 1 // the kind stands behind the content
	return plumbing.ObjectType(kept[last]), kept[:last:last], true
}

// put keeps a content that nobody will append to.
func (b bases) put(pack, offset int64, kind plumbing.ObjectType, content []byte) {
	b.kept.Put(baseKey(pack, offset), append(content, byte(kind)))
}
