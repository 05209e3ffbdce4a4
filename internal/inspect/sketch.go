package inspect

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"slices"
)

// Sketch is a fingerprint of a source file of 40 lines or more, by which two
// files can be told to be copies though neither's text is kept. Its lines are
// the file's, from the first that counts.
type Sketch struct {
	Lines int    `json:"lines"` // that say something: no blank, bracket, import or comment
	Marks string `json:"marks"` // the least of their hashes, sorted, in base64
}

// Kind implements Fact.
func (Sketch) Kind() Kind { return "sketch" }

const (
	// sketchedLines is the least length of a file that is worth a sketch, in lines.
	sketchedLines = 40
	// sketchedDistinct is the least number of distinct lines that tell a file
	// from others: tables and lists of the same have fewer.
	sketchedDistinct = 10
	// sketchMarks bounds the hashes that are kept: the likeness of two files is
	// known to within 0.06.
	sketchMarks = 48
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// SketchOf makes the sketch of a source file, and reports whether the file is
// long enough for one; first and last are the lines between which it says something.
// Indentation does not count, nor do imports and comments
// that stand on lines of their own.
func SketchOf(content []byte) (s Sketch, first, last int, ok bool) {
	var marks [sketchMarks]uint32
	lines, kept, telling := 0, 0, 0
	for len(content) > 0 {
		line := content
		if end := bytes.IndexByte(content, '\n'); end >= 0 {
			line, content = content[:end], content[end+1:]
		} else {
			content = nil
		}
		lines++
		if line = bytes.TrimSpace(line); !says(line) {
			continue
		}
		if telling++; telling == 1 {
			first = lines
		}
		last = lines
		mark := scatter(crc32.Checksum(line, castagnoli))
		if kept == sketchMarks && mark > marks[kept-1] {
			continue
		}
		at, again := slices.BinarySearch(marks[:kept], mark)
		if again {
			continue
		}
		if kept < sketchMarks {
			kept++
		}
		copy(marks[at+1:kept], marks[at:kept-1])
		marks[at] = mark
	}
	if lines < sketchedLines || kept < sketchedDistinct {
		return Sketch{}, first, last, false
	}
	packed := make([]byte, 0, 4*kept)
	for _, mark := range marks[:kept] {
		packed = binary.BigEndian.AppendUint32(packed, mark)
	}
	return Sketch{telling, base64.RawStdEncoding.EncodeToString(packed)}, first, last, true
}

// scatter spreads the bits of a checksum, which for like lines are alike.
func scatter(sum uint32) uint32 {
	sum ^= sum >> 16
	sum *= 0x85ebca6b
	sum ^= sum >> 13
	sum *= 0xc2b2ae35
	return sum ^ sum>>16
}

// silent are the beginnings of lines that files have in common by their
// language or their licence.
var silent = [][]byte{[]byte("import "), []byte("from "), []byte("using "), []byte("use "), []byte("package "), []byte("namespace "), []byte("require"), []byte("//"), []byte("/*"), []byte("*"), []byte("#")}

func says(line []byte) bool {
	if len(line) < 6 { // else {, end, });
		return false
	}
	for _, start := range silent {
		if line[0] == start[0] && bytes.HasPrefix(line, start) {
			return false
		}
	}
	return true
}

// hashes are the sketch's marks.
func (s Sketch) hashes() []uint32 {
	packed, err := base64.RawStdEncoding.DecodeString(s.Marks)
	if err != nil {
		return nil
	}
	list := make([]uint32, 0, len(packed)/4)
	for ; len(packed) >= 4; packed = packed[4:] {
		list = append(list, binary.BigEndian.Uint32(packed))
	}
	return list
}

// First are the sketch's n least marks: two files that are alike have one of a
// few of them in common.
func (s Sketch) First(n int) []uint32 {
	list := s.hashes()
	return list[:min(n, len(list))]
}

// Likeness is the share of both files' distinct lines that they have in common,
// from 0 to 1, as far as the sketches tell: the least marks of both together
// are a sample of their lines.
func (s Sketch) Likeness(other Sketch) float64 {
	a, b := s.hashes(), other.hashes()
	common, all := 0, 0
	for len(a) > 0 && len(b) > 0 && all < sketchMarks {
		all++
		switch {
		case a[0] < b[0]:
			a = a[1:]
		case a[0] > b[0]:
			b = b[1:]
		default:
			a, b = a[1:], b[1:]
			common++
		}
	}
	if all < sketchMarks { // one is at its end: the rest of the other is its alone
		all += min(len(a)+len(b), sketchMarks-all)
	}
	if all == 0 {
		return 0
	}
	return float64(common) / float64(all)
}
