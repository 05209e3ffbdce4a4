package server_test

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// TestStrangersKeepNoDeliveryWaiting: connections of strangers, of which nothing
// comes behind a header that only looks like a signature, must not keep GitHub's
// deliveries out. GitHub sends nothing again by itself.
func TestStrangersKeepNoDeliveryWaiting(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		strangers, length int
		body              []byte
	}{
		"small": {500, 100, pushed(commit(1), time.Now())},
		"large": {30, 2 << 20, append(pushed(commit(1), time.Now()), bytes.Repeat([]byte(" "), 2<<20)...)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newReceiver(t)
			for range c.strangers {
				r.begun(t, c.length, "sha256="+strings.Repeat("0", 64))
			}
			began := time.Now()
			status, answer := r.post(t, "push", c.body, nil)
			if took := time.Since(began); status != 202 || took > 4*time.Second {
				t.Errorf("after %v: %d %s", took.Round(time.Millisecond), status, answer)
			}
		})
	}
}
