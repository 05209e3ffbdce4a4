package github

import (
	"bufio"
	"bytes"
	"io"
	"strconv"
	"strings"
)

// band is the pack in an answer of git's: the first band of its section "packfile".
type band struct {
	r    *bufio.Reader
	left int // bytes of this packet
	in   bool
	err  error // why no more comes: io.EOF, a refusal, or what broke the connection
}

// Read reads the pack.
func (b *band) Read(p []byte) (int, error) {
	for b.left == 0 && b.err == nil {
		b.err = b.packet()
	}
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.r.Read(p[:min(len(p), b.left)])
	b.left -= n
	if err != nil {
		b.err = cutShort(err)
	}
	return n, nil
}

// packet goes on to the next packet, and to its content where it is one of the pack.
func (b *band) packet() error {
	var head [4]byte
	if _, err := io.ReadFull(b.r, head[:]); err != nil {
		return cutShort(err)
	}
	size, err := strconv.ParseUint(string(head[:]), 16, 16)
	switch {
	case err != nil || size == 3:
		return refusal{message: "an answer that is not git's"}
	case size == 0:
		return io.EOF
	case size <= 4:
		return nil // between two sections
	case !b.in:
		return b.outside(int(size) - 4)
	}
	sort, err := b.r.ReadByte()
	if err != nil {
		return cutShort(err)
	}
	if b.left = int(size) - 5; sort == 1 {
		return nil
	}
	text := make([]byte, b.left)
	b.left = 0
	if _, err := io.ReadFull(b.r, text); err != nil {
		return cutShort(err)
	}
	if sort == 3 {
		return gitSaid(text)
	}
	return nil // what it does meanwhile
}

// outside reads a packet before the pack.
func (b *band) outside(size int) error {
	text := make([]byte, size)
	if _, err := io.ReadFull(b.r, text); err != nil {
		return cutShort(err)
	}
	if said, refused := bytes.CutPrefix(text, []byte("ERR ")); refused {
		return gitSaid(said)
	}
	b.in = string(bytes.TrimSuffix(text, []byte("\n"))) == "packfile"
	return nil
}

// cutShort is the error of an answer that ends within.
func cutShort(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// gitSaid is the refusal that git words itself.
func gitSaid(text []byte) error {
	said := refusal{message: cutRunes(strings.Join(strings.Fields(string(text)), " "), 500)}
	if strings.Contains(said.message, "not our ref") {
		said.kind = ErrNotFound
	}
	return said
}
