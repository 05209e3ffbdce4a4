// Package seal encrypts what must not be readable in the database, with keys
// that can be rotated: the first encrypts, all decrypt.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
)

// KeySize is how many bytes a key has: AES-256.
const KeySize = 32

// format is the first byte of a blob, should there ever be another.
const format = 1

// idSize is how many bytes of a key's hash tell it from others.
const idSize = 8

// ErrUnreadable is told by errors.Is: the blob was sealed with a key that is
// gone, for something else, or is damaged.
var ErrUnreadable = errors.New("can't be decrypted with the keys of ENCRYPTION_KEY")

// Keys seal and open. They are safe for concurrent use, and print as nothing.
type Keys struct {
	first [idSize]byte
	all   map[[idSize]byte]cipher.AEAD
}

// String keeps keys out of logs.
func (*Keys) String() string { return "***" }

// GoString is String.
func (k *Keys) GoString() string { return k.String() }

// New takes keys of 32 bytes, the one that encrypts first.
func New(keys ...[]byte) (*Keys, error) {
	if len(keys) == 0 {
		return nil, errors.New("no key to encrypt with is given")
	}
	k := &Keys{first: idOf(keys[0]), all: map[[idSize]byte]cipher.AEAD{}}
	for _, key := range keys {
		if len(key) != KeySize {
			return nil, fmt.Errorf("a key to encrypt with has %d bytes, not %d", len(key), KeySize)
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, err
		}
		if k.all[idOf(key)], err = cipher.NewGCM(block); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// idOf tells a key without telling anything of it.
func idOf(key []byte) (id [idSize]byte) {
	sum := sha256.Sum256(append([]byte("twelvefold key id\x00"), key...))
	copy(id[:], sum[:])
	return id
}

// Seal encrypts. The blob is format, key id, nonce, then what AES-256-GCM makes
// of the text. It opens only for whom it was sealed.
func (k *Keys) Seal(text, whom []byte) []byte {
	gcm := k.all[k.first]
	blob := append([]byte{format}, k.first[:]...)
	nonce := make([]byte, gcm.NonceSize())
	_, _ = rand.Read(nonce) // never fails: crypto/rand ends the program instead
	blob = append(blob, nonce...)
	return gcm.Seal(blob, nonce, text, bound(blob[:1+idSize], whom))
}

// Open decrypts. ErrUnreadable: not with these keys, or not for this one.
func (k *Keys) Open(blob, whom []byte) ([]byte, error) {
	if len(blob) < 1+idSize || blob[0] != format {
		return nil, ErrUnreadable
	}
	gcm := k.all[[idSize]byte(blob[1:1+idSize])]
	if gcm == nil || len(blob) < 1+idSize+gcm.NonceSize() {
		return nil, ErrUnreadable
	}
	head, rest := blob[:1+idSize], blob[1+idSize:]
	text, err := gcm.Open(nil, rest[:gcm.NonceSize()], rest[gcm.NonceSize():], bound(head, whom))
	if err != nil {
		return nil, ErrUnreadable
	}
	return text, nil
}

// Current reports whether a blob was sealed with the key that encrypts now.
func (k *Keys) Current(blob []byte) bool {
	return len(blob) > 1+idSize && blob[0] == format && [idSize]byte(blob[1:1+idSize]) == k.first
}

// bound is what is authenticated beside the text: the blob's head, and whom it is for.
func bound(head, whom []byte) []byte { return append(append([]byte{}, head...), whom...) }
