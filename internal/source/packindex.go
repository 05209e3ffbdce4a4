package source

import (
	"bytes"
	"encoding/binary"
	"io"
	"sort"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
)

// packIndex is git's index of a pack, version 2: sorted object ids, and where
// in the pack each object stands (gitformat-pack(5)). It stays on disk: half a
// million ids would take longer to load than a repository takes to list.
type packIndex struct {
	at     io.ReaderAt
	fanout [256]uint32 // how many ids start with at most this byte
	large  int64       // entries of the table of offsets beyond 2 GB
}

const (
	indexHeader  = 8
	indexIDs     = indexHeader + 256*4
	indexTrailer = 40
	indexWindow  = 128 // ids that one look reads
)

// readPackIndex reads the head of an index of so many bytes. Error:
// errUnknownForm when it is of another version or makes no sense.
func readPackIndex(at io.ReaderAt, size int64) (*packIndex, error) {
	var head [indexIDs]byte
	if _, err := at.ReadAt(head[:], 0); err != nil {
		return nil, errUnknownForm
	}
	if !bytes.Equal(head[:indexHeader], []byte("\xfftOc\x00\x00\x00\x02")) {
		return nil, errUnknownForm
	}
	x := &packIndex{at: at}
	before := uint32(0)
	for i := range x.fanout {
		x.fanout[i] = binary.BigEndian.Uint32(head[indexHeader+i*4:])
		if x.fanout[i] < before {
			return nil, errUnknownForm
		}
		before = x.fanout[i]
	}
	rest := size - indexIDs - indexTrailer - int64(before)*28
	if rest < 0 || rest%8 != 0 {
		return nil, errUnknownForm
	}
	x.large = rest / 8
	return x, nil
}

var indexWindows = sync.Pool{New: func() any { return new([indexWindow * 20]byte) }}

// find tells where in the pack an object starts. Ids are spread evenly, so the
// first look is where this one should stand, and nearly always the last. An
// index made to mislead costs the steps of a bisection.
func (x *packIndex) find(id plumbing.Hash) (offset int64, found bool, err error) {
	low, high := int64(0), int64(x.fanout[id[0]])
	if id[0] > 0 {
		low = int64(x.fanout[id[0]-1])
	}
	window := indexWindows.Get().(*[indexWindow * 20]byte)
	defer indexWindows.Put(window)
	guess := low + (high-low)*int64(binary.BigEndian.Uint32(id[1:5]))>>32
	for low < high {
		start := max(low, min(guess-indexWindow/2, high-indexWindow))
		ids := window[:20*min(indexWindow, high-start)]
		if _, err := x.at.ReadAt(ids, indexIDs+20*start); err != nil {
			return 0, false, err
		}
		n := len(ids) / 20
		i := sort.Search(n, func(i int) bool { return bytes.Compare(ids[20*i:20*i+20], id[:]) >= 0 })
		switch {
		case i < n && bytes.Equal(ids[20*i:20*i+20], id[:]):
			offset, err = x.offset(start + int64(i))
			return offset, err == nil, err
		case i == 0:
			high = start
		case i == n:
			low = start + int64(n)
		default:
			return 0, false, nil
		}
		guess = (low + high) / 2
	}
	return 0, false, nil
}

// offset reads where the i-th object stands.
func (x *packIndex) offset(i int64) (int64, error) {
	count := int64(x.fanout[255])
	var b [8]byte
	if _, err := x.at.ReadAt(b[:4], indexIDs+24*count+4*i); err != nil {
		return 0, err
	}
	at := int64(binary.BigEndian.Uint32(b[:4]))
	if at < 1<<31 {
		return at, nil
	}
	if at -= 1 << 31; at >= x.large {
		return 0, errDamaged
	}
	if _, err := x.at.ReadAt(b[:], indexIDs+28*count+8*at); err != nil {
		return 0, err
	}
	return int64(binary.BigEndian.Uint64(b[:]) &^ (1 << 63)), nil
}
