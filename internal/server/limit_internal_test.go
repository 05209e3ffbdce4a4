package server

import (
	"net/http/httptest"
	"testing"
)

func TestClient(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from   string
		passed []string
		want   string
	}{
		{"203.0.113.7:1234", nil, "203.0.113.7"},
		{"203.0.113.7:1234", []string{"198.51.100.1"}, "203.0.113.7"},            // nobody vouches for it
		{"10.1.2.3:80", []string{"198.51.100.1, 203.0.113.9"}, "203.0.113.9"},    // a router's word is the last
		{"10.1.2.3:80", []string{"198.51.100.1", "203.0.113.9 "}, "203.0.113.9"}, // also on a line of its own
		{"127.0.0.1:80", []string{"nonsense"}, "127.0.0.1"},                      //
		{"[fd00::1]:80", []string{"2001:db8:1:2:3:4:5:6"}, "2001:db8:1:2::/64"},  //
		{"[::ffff:203.0.113.7]:80", nil, "203.0.113.7"},                          //
		{"[fe80::1%eth0]:80", nil, "fe80::/64"},                                  //
		{"@", nil, "@"},                                                          // a socket's
	} {
		r := httptest.NewRequest("POST", "/sign-in", nil)
		r.RemoteAddr = c.from
		r.Header["X-Forwarded-For"] = c.passed
		if got := client(r); got != c.want {
			t.Errorf("%s, %v: got %s, want %s", c.from, c.passed, got, c.want)
		}
	}
}
