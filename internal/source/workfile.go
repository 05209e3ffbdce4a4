package source

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
	"sync"
	"syscall"

	"golang.org/x/sync/errgroup"
)

// hash reads every entry once to name its content, several at a time. What
// can't be read is left out with a warning. Entries over the limits are listed
// without an id when even hashing them would cost too much.
func (w *directoryWalk) hash() ([]File, error) {
	files := make([]File, len(w.entries))
	failed := make([]error, len(w.entries))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	var total int64
	byDirectory := map[string][]int{}
	for i, e := range w.entries {
		files[i] = File{Path: e.path, Mode: e.mode, Role: RoleOf(e.path)}
		if e.mode == Submodule {
			files[i].Blob = w.work.tracked[e.path].blob
			continue
		}
		files[i].Size = e.info.Size()
		total += files[i].Size
		if w.limits.Total > 0 && total > w.limits.Total {
			total -= files[i].Size
			continue
		}
		dir := path.Dir(e.path)
		byDirectory[dir] = append(byDirectory[dir], i)
	}
	for dir, list := range byDirectory {
		group.Go(func() error {
			root, inside, done := rootOf(w.root, dir)
			defer done()
			for _, i := range list {
				if err := w.ctx.Err(); err != nil {
					return err
				}
				files[i].Size, files[i].Blob, failed[i] = hashWorkFile(root, inside(w.entries[i].path), w.entries[i].mode)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	kept := files[:0]
	for i, f := range files {
		if err := failed[i]; err != nil {
			w.leave(f.Path, "%s", reason(err))
			continue
		}
		kept = append(kept, f)
	}
	return kept, nil
}

// rootOf opens a directory as a root of its own, so that each of its files is
// one step away: os.Root takes a path step by step. Where it can't be opened,
// each file tells why.
func rootOf(root *os.Root, dir string) (own *os.Root, inside func(string) string, done func()) {
	if dir != "." {
		if own, err := root.OpenRoot(dir); err == nil {
			return own, path.Base, func() { own.Close() }
		}
	}
	return root, func(name string) string { return name }, func() {}
}

var copyBuffers = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// hashWorkFile tells the size and the blob id of what stands at a name now.
func hashWorkFile(root *os.Root, name string, mode Mode) (int64, string, error) {
	if mode == Symlink {
		target, err := root.Readlink(name)
		return int64(len(target)), blobID([]byte(target)), err
	}
	f, info, err := openWorkFile(root, name)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	h := newBlobHash(info.Size())
	buffer := copyBuffers.Get().(*[32 << 10]byte)
	defer copyBuffers.Put(buffer)
	n, err := io.CopyBuffer(h, io.LimitReader(f, info.Size()+1), buffer[:])
	if err == nil && n != info.Size() {
		err = errors.New("it changed while it was read")
	}
	return n, hex.EncodeToString(h.Sum(nil)), err
}

// openWorkFile opens a regular file below the root. os.Root keeps every step
// of the path inside; that the file is the one that the name stands for, and
// not behind a link put there meanwhile, is checked after opening. Opening
// never waits: a pipe in its place is refused.
func openWorkFile(root *os.Root, name string) (*os.File, fs.FileInfo, error) {
	before, err := root.Lstat(name)
	if err != nil {
		return nil, nil, err
	}
	if !before.Mode().IsRegular() {
		return nil, nil, errors.New("no longer a regular file")
	}
	f, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && !os.SameFile(before, info) {
		err = errors.New("it changed while it was read")
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

// readWorkFile reads a listed file, and only if it still is what was listed:
// signals are cached under the blob id.
func readWorkFile(root *os.Root, f File) ([]byte, error) {
	var content []byte
	if f.Mode == Symlink {
		target, err := root.Readlink(f.Path)
		if err != nil {
			return nil, fmt.Errorf("left out: %s", reason(err))
		}
		content = []byte(target)
	} else {
		file, _, err := openWorkFile(root, f.Path)
		if err != nil {
			return nil, fmt.Errorf("left out: %s", reason(err))
		}
		defer file.Close()
		if content, err = io.ReadAll(io.LimitReader(file, f.Size+1)); err != nil {
			return nil, fmt.Errorf("left out: %s", reason(err))
		}
	}
	if blobID(content) != f.Blob {
		return nil, ErrChanged
	}
	return content, nil
}
