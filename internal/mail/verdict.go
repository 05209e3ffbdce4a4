package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"os"
	"regexp"
	"strings"
	"syscall"
)

// Verdict is what became of a mail.
type Verdict string

// What becomes of mails.
const (
	Taken   Verdict = "taken"   // the server has it
	Later   Verdict = "later"   // it was not taken, and may be another time
	Refused Verdict = "refused" // the address is refused for good
	Gone    Verdict = "gone"    // there is no such address
	Ours    Verdict = "ours"    // not taken, and an operator has to mend it: the address is not to blame
	Barred  Verdict = "barred"  // this mail to this address is refused for good, and nothing says whose fault it is: policy, spam, size
	Unknown Verdict = "unknown" // it was given away whole and no answer came: the server may have it
)

// Outcome is what became of a mail, and why.
type Outcome struct {
	Verdict Verdict
	Said    string // one sentence or the server's answer; never a secret
}

// stage is how far a mail came.
type stage string

const (
	dialling  stage = "connecting"
	securing  stage = "the TLS handshake"
	greeting  stage = "the greeting"
	signingIn stage = "signing in"
	sender    stage = "MAIL FROM"
	recipient stage = "RCPT TO"
	asking    stage = "DATA"
	writing   stage = "the mail itself"
	given     stage = "the answer to the mail"
)

// Faults of ours that no server words.
var (
	errNoTLS    = errors.New("the server does not offer STARTTLS: write smtps:// in SMTP_URL if it speaks TLS at once, or ?starttls=off behind it if the network is trusted")
	errNoSignIn = errors.New("the server offers no way to sign in that is known here: PLAIN, LOGIN, SCRAM-SHA-1 or SCRAM-SHA-256")
	errTooMuch  = errors.New("the server talks without end")
)

// judge turns an error into what became of the mail.
func judge(at stage, err error) Outcome {
	var answer *textproto.Error
	if errors.As(err, &answer) {
		return Outcome{judgeAnswer(at, answer), fmt.Sprintf("%d %s", answer.Code, short(answer.Msg))}
	}
	said := fmt.Sprintf("%s: %s", at, inWords(err))
	switch {
	case at == given:
		return Outcome{Unknown, said}
	case oursAlone(at, err):
		return Outcome{Ours, said}
	}
	return Outcome{Later, said}
}

var enhanced = regexp.MustCompile(`^([245])\.(\d{1,3})\.(\d{1,3})\b`)

// judgeAnswer reads a server's refusal (RFC 5321 and 3463).
func judgeAnswer(at stage, answer *textproto.Error) Verdict {
	if answer.Code < 400 || answer.Code > 599 { // out of turn
		if at == given {
			return Unknown
		}
		return Later
	}
	if answer.Code < 500 {
		return Later
	}
	if at != recipient && at != asking && at != given {
		return Ours
	}
	if code := enhanced.FindStringSubmatch(answer.Msg); code != nil {
		switch subject, detail := code[2], code[3]; {
		case subject == "1" && (detail == "7" || detail == "8" || detail == "9"): // the sender's address
			return Ours
		case subject == "1" && detail == "0": // an address is refused, and not said why
			return Refused
		case subject == "1":
			return Gone
		case subject == "2" || subject == "4": // the mailbox, or the way there
			return Refused
		}
		return Barred // policy, protocol, content
	}
	if at != recipient {
		return Barred
	}
	switch answer.Code {
	case 550, 551, 553:
		if ofUs.MatchString(answer.Msg) {
			return Barred
		}
		if nobody.MatchString(answer.Msg) {
			return Gone
		}
		return Refused
	case 552:
		return Refused
	}
	return Barred
}

// nobody is how servers say that there is no such address which give no code for it.
var nobody = regexp.MustCompile(`(?i)no such|unknown|(does not|doesn't|not) exist|not found|invalid (recipient|user|mailbox)|no mailbox`)

// ofUs is how they say, without a code for it, that they don't want who sends, whomever
// it is for.
var ofUs = regexp.MustCompile(`(?i)\b(sender|relay\w*|helo|ehlo|ptr|r?dns|hostname|spam\w*|blocked|black ?listed|(dns|block)list\w*|your (ip|host|server|network|domain))\b`)

// oursAlone reports whether an error stays until an operator does something.
func oursAlone(at stage, err error) bool {
	var lookup *net.DNSError
	switch {
	case errors.Is(err, errNoTLS), errors.Is(err, errNoSignIn):
		return true
	case errors.As(err, &lookup):
		return lookup.IsNotFound
	}
	return at == securing && !away(err) // certificates, versions, another protocol
}

// away reports whether an error says that nobody answers just now.
func away(err error) bool {
	for _, cause := range []error{context.Canceled, context.DeadlineExceeded, os.ErrDeadlineExceeded, syscall.ECONNREFUSED, io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE, net.ErrClosed} {
		if errors.Is(err, cause) {
			return true
		}
	}
	return false
}

// inWords says in a few words what went wrong on this side.
func inWords(err error) string {
	var header tls.RecordHeaderError
	var protocol textproto.ProtocolError
	var lookup *net.DNSError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.Is(err, errTooMuch):
		return errTooMuch.Error()
	case errors.As(err, &lookup):
		return "the server's name can't be found"
	case errors.As(err, &header):
		return "the server does not speak TLS there: write smtp:// in SMTP_URL if it offers STARTTLS"
	case errors.As(err, &certificate):
		return "the server's certificate is not trusted: " + short(certificate.Err.Error())
	case errors.Is(err, context.Canceled):
		return "this process was told to stop"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return "the server did not answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing answers there"
	case errors.As(err, &protocol):
		return "what answers does not speak SMTP"
	case away(err):
		return "the server cut the connection"
	}
	return short(err.Error())
}

// short is what is kept of a server's words.
func short(text string) string { return cut(oneLine(strings.TrimSpace(text)), 300) }
