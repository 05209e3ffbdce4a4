package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// DatabaseURL is a Postgres URL. It holds a password, so printing, logging and
// encoding it show where it leads and nothing else.
type DatabaseURL struct{ secret string }

// Reveal is the URL with its password, for connecting.
func (u DatabaseURL) Reveal() string { return u.secret }

// String is "postgres://user:…@host:port/database".
func (u DatabaseURL) String() string {
	parsed, err := url.Parse(u.secret)
	if err != nil || u.secret == "" {
		return ""
	}
	return fmt.Sprintf("postgres://%s:…@%s%s", parsed.User.Username(), parsed.Host, parsed.Path)
}

// GoString keeps %#v from showing the password.
func (u DatabaseURL) GoString() string { return u.String() }

// LogValue keeps log lines from showing the password.
func (u DatabaseURL) LogValue() slog.Value { return slog.StringValue(u.String()) }

// MarshalText keeps JSON from showing the password.
func (u DatabaseURL) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// UnmarshalText reads the variable. Its errors never quote the value.
func (u *DatabaseURL) UnmarshalText(text []byte) error {
	value := string(text)
	scheme, _, found := strings.Cut(value, "://")
	if !found || scheme != "postgres" && scheme != "postgresql" {
		return errors.New("is not a Postgres URL (write postgres://user:password@host:5432/database)")
	}
	address, _, _ := strings.Cut(value, "?")
	if _, err := url.Parse(value); err != nil || strings.Count(address, "@") > 1 {
		return errors.New("can't be read as a URL (write postgres://user:password@host:5432/database, special characters of the password as %XX)")
	}
	if _, err := pgconn.ParseConfig(value); err != nil { // whose words quote the URL
		return errors.New("can't be used: check its host, its port and what stands after its question mark")
	}
	u.secret = value
	return nil
}

// Port is a TCP port; 0 lets the system choose a free one.
type Port int

// UnmarshalText reads the variable.
func (p *Port) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 10, 16)
	if err != nil {
		return fmt.Errorf("is %q, not a port number (0 to 65535)", text)
	}
	*p = Port(n)
	return nil
}

// Count is a number of things that run at a time.
type Count int

// UnmarshalText reads the variable.
func (c *Count) UnmarshalText(text []byte) error {
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 1 || n > 1000 {
		return fmt.Errorf("is %q, not a number from 1 to 1000", text)
	}
	*c = Count(n)
	return nil
}

// Duration is a positive span of time.
type Duration time.Duration

// String is "8s".
func (d Duration) String() string { return time.Duration(d).String() }

// UnmarshalText reads the variable.
func (d *Duration) UnmarshalText(text []byte) error {
	span, err := time.ParseDuration(string(text))
	if err != nil || span <= 0 {
		return fmt.Errorf("is %q, not a duration such as 8s or 1m30s", text)
	}
	*d = Duration(span)
	return nil
}

// Switch is on or off.
type Switch bool

// String is "on" or "off".
func (s Switch) String() string {
	if s {
		return "on"
	}
	return "off"
}

// UnmarshalText reads the variable.
func (s *Switch) UnmarshalText(text []byte) error {
	switch string(text) {
	case "on":
		*s = true
	case "off":
		*s = false
	default:
		return fmt.Errorf("is %q, not on or off", text)
	}
	return nil
}

// Anonymous says who may see pages without sign-in.
type Anonymous string

// The values of Anonymous.
const (
	NoAnonymous       Anonymous = ""
	AnonymousLoopback Anonymous = "loopback" // who reaches 127.0.0.1
)

// UnmarshalText reads the variable.
func (a *Anonymous) UnmarshalText(text []byte) error {
	if Anonymous(text) != AnonymousLoopback {
		return fmt.Errorf("is %q, not loopback (or unset)", text)
	}
	*a = AnonymousLoopback
	return nil
}

// Address is what the web process listens on.
func (w Web) Address() string {
	host := ""
	if w.Anonymous == AnonymousLoopback {
		host = "127.0.0.1"
	}
	return host + ":" + strconv.Itoa(int(w.Port))
}
