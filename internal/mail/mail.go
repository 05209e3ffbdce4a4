// Package mail gives mail to the one SMTP server of a deploy, and says of each what
// became of it, as exactly as SMTP lets it be known: above all whether it may have
// been taken though no answer came. It keeps nothing and tries nothing again.
package mail

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"

	"twelvefold/internal/config"
)

// Options are what a Mailer is made from.
type Options struct {
	Server config.SMTPURL
	From   config.MailAddress
	Limits Limits         // the zero value of each means the production value
	Roots  *x509.CertPool // that sign the server's certificate; nil: the machine's
}

// Limits bound how long a server may take.
type Limits struct {
	Dial    time.Duration // until it is connected; 30 s
	Command time.Duration // for each answer, and each handshake; 1 min
	Taking  time.Duration // for the answer to a whole mail: RFC 5321 asks for patience, as who leaves early doesn't know; 5 min
	Whole   time.Duration // for all of it; Longest
}

// Longest is what one mail may take.
const Longest = 9 * time.Minute

// Mailer is safe for concurrent use.
type Mailer struct{ options Options }

// New makes a Mailer. It uses no network.
func New(o Options) *Mailer {
	for value, standard := range map[*time.Duration]time.Duration{
		&o.Limits.Dial: 30 * time.Second, &o.Limits.Command: time.Minute, &o.Limits.Taking: 5 * time.Minute, &o.Limits.Whole: Longest,
	} {
		if *value == 0 {
			*value = standard
		}
	}
	return &Mailer{o}
}

// Message is one mail to one person.
type Message struct {
	To      string // an address in ASCII
	Subject string
	Text    string
	HTML    string // "" for none
	ID      string // what stands before the @ of its Message-ID: IDOf
	Date    time.Time
	List    *List // nil: it is no list's
}

// List is what a mail says of the list that it is sent to.
type List struct {
	Name        string // for people
	Label       string // what stands before the domain of its List-Id
	Unsubscribe string // URL that ends it by a POST without anything else: RFC 8058
}

// IDOf derives the id of a mail from what it is of, so that a double would be seen.
func IDOf(of ...any) string {
	sum := sha256.Sum256([]byte(fmt.Sprintf("%q", of)))
	return hex.EncodeToString(sum[:16])
}

// longestSubject is in characters.
const longestSubject = 200

// Raw is a mail as it is given to the server, with CRLF for line ends.
func (m *Mailer) Raw(message Message) ([]byte, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := msg.FromFormat(oneLine(m.options.From.Name), m.options.From.Address); err != nil {
		return nil, fmt.Errorf("the sender of a mail: %w", err)
	}
	msg.ToMailAddress(&mail.Address{Address: message.To})
	msg.Subject(cut(oneLine(message.Subject), longestSubject))
	msg.SetDateWithValue(message.Date)
	msg.SetMessageIDWithValue(message.ID + "@" + m.options.From.Domain())
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	if list := message.List; list != nil {
		msg.SetGenHeader("List-Id", fmt.Sprintf("%s <%s.%s>", cut(oneLine(strings.NewReplacer("<", "", ">", "").Replace(list.Name)), longestSubject), list.Label, m.options.From.Domain()))
		msg.SetGenHeader("List-Unsubscribe", "<"+oneLine(list.Unsubscribe)+">")
		msg.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	msg.SetBodyString(gomail.TypeTextPlain, message.Text)
	if message.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, message.HTML)
	}
	var b bytes.Buffer
	if _, err := msg.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("writing a mail: %w", err)
	}
	return b.Bytes(), nil
}

// oneLine is a text without what ends lines, controls terminals or turns the
// direction of writing.
func oneLine(text string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		case unicode.In(r, unicode.Bidi_Control):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))), " ")
}

// cut shortens a text to so many characters.
func cut(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}
