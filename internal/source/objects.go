package source

import (
	"crypto/sha1"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
)

// objects reads the objects of one git directory where they lie, without
// loading anything before: go-git first reads and turns round the whole index
// of every pack. It is safe for concurrent use. What is stored in a form that
// it does not know (errUnknownForm) is go-git's to read.
type objects struct {
	dir     string // ends in "objects"
	packs   []*pack
	unknown bool // a pack of unknown form is here: that others lack an object proves nothing
	bases   bases
	recent  atomic.Pointer[pack] // the one that had the last object
}

// maxPacks bounds open files; git itself repacks at fifty.
const maxPacks = 512

// openObjects opens all packs of a directory of objects.
func openObjects(dir string) *objects {
	o := &objects{dir: dir, bases: bases{cache.NewBufferLRU(cacheBytes)}}
	list, err := os.ReadDir(filepath.Join(dir, "pack"))
	if err != nil {
		o.unknown = !errors.Is(err, fs.ErrNotExist)
		return o
	}
	for i, entry := range list {
		if !strings.HasSuffix(entry.Name(), ".idx") {
			continue
		}
		p, err := (*pack)(nil), errUnknownForm
		if len(o.packs) < maxPacks {
			p, err = openPack(filepath.Join(dir, "pack", entry.Name()), int64(i))
		}
		if err != nil {
			o.unknown = true
			continue
		}
		o.packs = append(o.packs, p)
	}
	return o
}

func (o *objects) close() error {
	var errs []error
	for _, p := range o.packs {
		errs = append(errs, p.close())
	}
	return errors.Join(errs...)
}

// find looks for an object in the packs. Error: errUnknownForm when an index
// can't be read.
func (o *objects) find(id plumbing.Hash) (p *pack, offset int64, found bool, err error) {
	first := o.recent.Load()
	for i := -1; i < len(o.packs); i++ {
		if p = first; i >= 0 {
			p = o.packs[i]
		}
		if p == nil || i >= 0 && p == first {
			continue
		}
		offset, found, err = p.index.find(id)
		if err != nil {
			return nil, 0, false, errors.Join(errUnknownForm, err)
		}
		if found {
			if p != first {
				o.recent.Store(p)
			}
			return p, offset, true, nil
		}
	}
	return nil, 0, false, nil
}

// missing is the error of an object that is not here.
func (o *objects) missing() error {
	if o.unknown {
		return errUnknownForm
	}
	return plumbing.ErrObjectNotFound
}

// size tells an object's size. Errors: plumbing.ErrObjectNotFound,
// errUnknownForm, or what is wrong with it.
func (o *objects) size(id plumbing.Hash) (int64, error) {
	p, offset, found, err := o.find(id)
	switch {
	case err != nil:
		return 0, err
	case found:
		return p.size(offset)
	}
	_, size, in, err := o.loose(id)
	if err != nil {
		return 0, err
	}
	in.close()
	return size, nil
}

// read reads an object of a kind. Errors: as size's; an object of another kind
// is not found. Of all but blobs, which Snapshot.Read looks at again, the id
// is proved.
func (o *objects) read(want plumbing.ObjectType, id plumbing.Hash) (content []byte, err error) {
	p, offset, found, err := o.find(id)
	var kind plumbing.ObjectType
	switch {
	case err != nil:
	case found:
		kind, content, err = p.read(o, offset)
	default:
		kind, content, err = o.readLoose(id)
	}
	switch {
	case err != nil:
		return nil, err
	case kind != want:
		return nil, plumbing.ErrObjectNotFound
	case kind != plumbing.BlobObject && objectID(kind, content) != id:
		return nil, errDamaged
	}
	return content, nil
}

func objectID(kind plumbing.ObjectType, content []byte) (id plumbing.Hash) {
	h := sha1.New()
	fmt.Fprintf(h, "%s %d\x00", kind, len(content))
	h.Write(content)
	h.Sum(id[:0])
	return id
}

// looseFile is an object in a file of its own, read up to its content.
type looseFile struct {
	*inflater
	file *os.File
}

func (f looseFile) close() {
	f.done()
	f.file.Close()
}

// loose opens an object that is in a file of its own.
func (o *objects) loose(id plumbing.Hash) (kind plumbing.ObjectType, size int64, in looseFile, err error) {
	name := id.String()
	file, length, err := openRegular(filepath.Join(o.dir, name[:2], name[2:]))
	if errors.Is(err, fs.ErrNotExist) {
		err = o.missing()
	}
	if err != nil {
		return 0, 0, in, err
	}
	in = looseFile{inflaterAt(file, 0), file}
	if err = in.start(); err == nil {
		kind, size, err = looseHead(in.zlib)
	}
	if err != nil || size/1032 > length {
		in.close()
		return 0, 0, in, errDamaged
	}
	return kind, size, in, nil
}

// looseHead reads "blob 12" and the zero byte behind it.
func looseHead(r io.Reader) (kind plumbing.ObjectType, size int64, err error) {
	var head []byte
	one := make([]byte, 1)
	for len(head) < 32 {
		if _, err := io.ReadFull(r, one); err != nil {
			return 0, 0, err
		}
		if one[0] == 0 {
			name, digits, _ := strings.Cut(string(head), " ")
			if kind, err = plumbing.ParseObjectType(name); err != nil {
				return 0, 0, err
			}
			size, err = strconv.ParseInt(digits, 10, 64)
			if size < 0 {
				err = errDamaged
			}
			return kind, size, err
		}
		head = append(head, one[0])
	}
	return 0, 0, errDamaged
}

func (o *objects) readLoose(id plumbing.Hash) (plumbing.ObjectType, []byte, error) {
	kind, size, in, err := o.loose(id)
	if err != nil {
		return 0, nil, err
	}
	defer in.close()
	if size > maxObject {
		return 0, nil, errUnknownForm
	}
	content, err := in.all(size)
	return kind, content, err
}
