package seal_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"twelvefold/internal/seal"
)

func keys(t *testing.T, fill ...byte) *seal.Keys {
	t.Helper()
	var list [][]byte
	for _, b := range fill {
		list = append(list, bytes.Repeat([]byte{b}, seal.KeySize))
	}
	k, err := seal.New(list...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestKeysCanBeRotated(t *testing.T) {
	t.Parallel()
	before, both, after := keys(t, 1), keys(t, 2, 1), keys(t, 2)
	blob := before.Seal([]byte("token"), []byte("7"))
	if text, err := both.Open(blob, []byte("7")); err != nil || string(text) != "token" {
		t.Errorf("with both keys: %q, %v", text, err)
	}
	if both.Current(blob) || !before.Current(blob) {
		t.Error("an old key's blob counts as the new key's")
	}
	if _, err := after.Open(blob, []byte("7")); !errors.Is(err, seal.ErrUnreadable) {
		t.Errorf("without the old key: %v", err)
	}
	if text, err := after.Open(both.Seal([]byte("token"), []byte("7")), []byte("7")); err != nil || string(text) != "token" {
		t.Errorf("the first of two keys does not encrypt: %q, %v", text, err)
	}
}

func TestABlobOpensForItsOwnerOnlyAndUnchanged(t *testing.T) {
	t.Parallel()
	k := keys(t, 1)
	blob := k.Seal([]byte("token"), []byte("7"))
	if _, err := k.Open(blob, []byte("8")); !errors.Is(err, seal.ErrUnreadable) {
		t.Errorf("another person's: %v", err)
	}
	for i := range blob {
		changed := bytes.Clone(blob)
		changed[i] ^= 1
		if _, err := k.Open(changed, []byte("7")); !errors.Is(err, seal.ErrUnreadable) {
			t.Errorf("byte %d changed: %v", i, err)
		}
		if _, err := k.Open(blob[:i], []byte("7")); !errors.Is(err, seal.ErrUnreadable) {
			t.Errorf("cut at %d: %v", i, err)
		}
	}
	if bytes.Contains(blob, []byte("token")) || bytes.Equal(blob, k.Seal([]byte("token"), []byte("7"))) {
		t.Error("the text is readable, or two blobs are the same")
	}
}

func TestBadKeysAreRefused(t *testing.T) {
	t.Parallel()
	if _, err := seal.New(); err == nil {
		t.Error("no key is taken")
	}
	if _, err := seal.New([]byte("short")); err == nil {
		t.Error("a short key is taken")
	}
	k := keys(t, 'k')
	if shown := fmt.Sprintf("%v %+v %#v", k, k, k); bytes.Contains([]byte(shown), []byte("kkkk")) || bytes.Contains([]byte(shown), []byte("107 107")) {
		t.Errorf("a key is shown: %s", shown)
	}
}
