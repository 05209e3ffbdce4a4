package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// Sender is whom mail comes from.
type Sender struct {
	From MailAddress `env:"MAIL_FROM" example:"Twelvefold <digest@twelvefold.example.com>" doc:"Whom mail comes from: an address, with a name before it in the form Name <address>. What can't be delivered comes back to it. Unset: no mail is sent."`
}

// Mail is how mail is sent. It is on when the server is set.
type Mail struct {
	SMTP SMTPURL `env:"SMTP_URL" example:"smtps://user:password@smtp.example.com:465" doc:"The server that mail is given to: smtps://user:password@host:465, or smtp://host:587, which must offer STARTTLS unless ?starttls=off follows. Special characters of the password as %XX. Unset: no mail is sent. A secret."`
	Sender
}

// On reports whether mail is sent.
func (m Mail) On() bool { return !m.SMTP.Empty() }

func (m Mail) check(base SiteURL) (wrong []string) {
	if m.SMTP.Empty() != m.From.Empty() {
		wrong = append(wrong, "SMTP_URL and MAIL_FROM need each other: set both or neither")
	}
	if m.On() && base == "" {
		wrong = append(wrong, "BASE_URL is not set, which the links of mail need (for example https://twelvefold.example.com)")
	}
	return wrong
}

// check says which variables need each other. The sender alone is what the web
// process has: enough to print a digest there, and to stop one.
func (d Digest) check() []string {
	if !d.On() {
		return nil
	}
	return d.Mail.check(d.BaseURL)
}

// MailAddress is an address with a name.
type MailAddress struct {
	Name    string // may be ""
	Address string // ASCII
}

// Empty reports whether none is set.
func (a MailAddress) Empty() bool { return a.Address == "" }

// Domain is what stands behind the @.
func (a MailAddress) Domain() string { return a.Address[strings.LastIndexByte(a.Address, '@')+1:] }

// String is "Name <address>".
func (a MailAddress) String() string {
	if a.Name == "" {
		return a.Address
	}
	return a.Name + " <" + a.Address + ">"
}

// MarshalText is String.
func (a MailAddress) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads the variable.
func (a *MailAddress) UnmarshalText(text []byte) error {
	bad := errors.New(`is not an address such as digest@example.com or Twelvefold <digest@example.com>`)
	if strings.ContainsFunc(string(text), unicode.IsControl) {
		return bad
	}
	parsed, err := mail.ParseAddress(string(text))
	if err != nil || strings.ContainsFunc(parsed.Address, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' }) {
		return bad
	}
	a.Name, a.Address = parsed.Name, parsed.Address
	return nil
}

// SMTPURL is a server that takes mail. It may hold a password, so printing, logging
// and encoding it show where it leads and nothing else.
type SMTPURL struct {
	Host     string
	Port     int
	Implicit bool // TLS from the first byte on, else STARTTLS
	Plain    bool // without STARTTLS, as ?starttls=off says
	User     string
	password string
}

// Empty reports whether none is set.
func (u SMTPURL) Empty() bool { return u.Host == "" }

// Password is for signing in.
func (u SMTPURL) Password() string { return u.password }

// Loopback reports whether the server is on this machine.
func (u SMTPURL) Loopback() bool {
	ip := net.ParseIP(u.Host)
	return u.Host == "localhost" || ip != nil && ip.IsLoopback()
}

// String is "smtps://user:…@host:port".
func (u SMTPURL) String() string {
	if u.Empty() {
		return ""
	}
	scheme, user, end := "smtp", "", ""
	if u.Implicit {
		scheme = "smtps"
	}
	if u.User != "" {
		user = url.User(u.User).String() + ":…@"
	}
	if u.Plain {
		end = "?starttls=off"
	}
	return scheme + "://" + user + net.JoinHostPort(u.Host, strconv.Itoa(u.Port)) + end
}

// GoString keeps %#v from showing the password.
func (u SMTPURL) GoString() string { return u.String() }

// Format keeps every verb from showing the password.
func (u SMTPURL) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(u.String())) }

// LogValue keeps log lines from showing the password.
func (u SMTPURL) LogValue() slog.Value { return slog.StringValue(u.String()) }

// MarshalText keeps JSON from showing the password.
func (u SMTPURL) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// UnmarshalText reads the variable. Its errors never quote the value.
func (u *SMTPURL) UnmarshalText(text []byte) error {
	parsed, err := url.Parse(string(text))
	if err != nil || strings.Count(string(text), "@") > 1 {
		return errors.New("can't be read as a URL (write smtps://user:password@host:465, special characters of the user and the password as %XX)")
	}
	read := SMTPURL{Host: parsed.Hostname(), Implicit: parsed.Scheme == "smtps", Port: 587}
	if parsed.Scheme != "smtp" && parsed.Scheme != "smtps" || read.Host == "" || strings.Trim(parsed.Path, "/") != "" || parsed.Fragment != "" {
		return errors.New("is not a server's URL (write smtps://user:password@host:465 or smtp://user:password@host:587)")
	}
	if read.Implicit {
		read.Port = 465
	}
	if port := parsed.Port(); port != "" {
		if read.Port, err = strconv.Atoi(port); err != nil || read.Port < 1 || read.Port > 65535 {
			return errors.New("names no port from 1 to 65535")
		}
	}
	switch query := parsed.RawQuery; {
	case query == "starttls=off" && !read.Implicit:
		read.Plain = true
	case query != "":
		return errors.New("has something behind its question mark that is not known: only smtp:// takes ?starttls=off")
	}
	if parsed.User != nil {
		read.User = parsed.User.Username()
		read.password, _ = parsed.User.Password()
		if read.User == "" || read.password == "" || strings.ContainsFunc(read.User+read.password, unicode.IsControl) {
			return errors.New("has a user without a password, or the other way round")
		}
		if read.Plain && !read.Loopback() {
			return errors.New("would send a password over a connection that is not encrypted: leave out ?starttls=off, or the password")
		}
	}
	*u = read
	return nil
}
