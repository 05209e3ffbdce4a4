package hook_test

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"testing"
)

// resolver answers each question about an address of IPv4 by the next of these, in
// turn; without any, that there is no such name.
func resolver(t *testing.T, addresses ...string) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	var mu sync.Mutex
	next := 0
	go func() {
		packet := make([]byte, 1500)
		for {
			_, from, err := conn.ReadFrom(packet)
			if err != nil {
				return
			}
			end := 12
			for packet[end] != 0 {
				end += int(packet[end]) + 1
			}
			question := packet[12 : end+5] // name, type, class
			answer := append([]byte{packet[0], packet[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, question...)
			switch kind := question[len(question)-3]; {
			case len(addresses) == 0:
				answer[3] |= 3
			case kind == 1: // A
				mu.Lock()
				a := netip.MustParseAddr(addresses[next%len(addresses)]).As4()
				next++
				mu.Unlock()
				answer[7] = 1
				answer = append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
				answer = append(answer, a[:]...)
			}
			_, _ = conn.WriteTo(answer, from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}
