package hook

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// What an attempt may take.
const (
	usualLimit = 10 * time.Second // all of it: name, connection, answer
	mostAnswer = 4 << 10          // bytes that are read of an answer
	mostHeader = 16 << 10         // bytes of its headers
	keptAnswer = 500              // bytes that are kept to be shown
	// longestWait bounds what a receiver may ask to wait.
	longestWait = 12 * time.Hour
)

// errClosed says that a name leads where nothing is sent.
var errClosed = errors.New("its address is not a public one")

// Options say how receivers are reached. The zero value is for production.
type Options struct {
	Allow    func(netip.AddrPort) bool // beside public addresses; nil: none
	Roots    *x509.CertPool            // nil: those of this machine
	Resolver *net.Resolver             // nil: that of this machine
	Limit    time.Duration             // of one attempt; 0: ten seconds
	Now      func() time.Time          // nil: the machine's clock
}

// Sender sends messages. It is safe for concurrent use and follows no redirect.
type Sender struct {
	client *http.Client
	limit  time.Duration
	now    func() time.Time
}

// New makes a sender.
func New(o Options) *Sender {
	if o.Now == nil {
		o.Now = time.Now
	}
	// Control sees the very address that is connected to, after its name was
	// resolved: a name that resolves to something else a moment later gains nothing.
	dialer := &net.Dialer{Timeout: usualLimit, Resolver: o.Resolver, KeepAlive: -1, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !Public(at.Addr()) && (o.Allow == nil || !o.Allow(at)) {
			return errClosed
		}
		return nil
	}}
	return &Sender{limit: cmp.Or(o.Limit, usualLimit), now: o.Now, client: &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy: nil, DialContext: dialer.DialContext, DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: mostHeader,
			TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots},
		},
	}}
}

// Message is what is sent.
type Message struct {
	URL, ID, Event string
	Body           []byte
	Secrets        []string // that sign, the newest first
}

// Answer is what an attempt came to.
type Answer struct {
	Status int    // 0: none came
	Body   string // how it begins, in one line
	Took   time.Duration
	Why    string        // it was not taken: a sentence
	Again  bool          // another attempt may help
	Wait   time.Duration // that the receiver asks for before that; 0: none
	Gone   bool          // the receiver wants nothing any more
}

// OK reports whether the message was taken.
func (a Answer) OK() bool { return a.Why == "" }

// Send makes one attempt. The error is the caller's: nothing was sent.
func (s *Sender) Send(ctx context.Context, m Message) (Answer, error) {
	began, whole := s.now(), ctx
	ctx, cancel := context.WithTimeout(ctx, s.limit)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.URL, bytes.NewReader(m.Body))
	if err != nil {
		return Answer{}, err
	}
	if r.URL.Scheme != "https" {
		return Answer{Why: WrongURL(m.URL)}, nil
	}
	var signatures []string
	for _, secret := range m.Secrets {
		signature, err := Sign(secret, m.ID, began, m.Body)
		if err != nil {
			return Answer{}, err
		}
		signatures = append(signatures, signature)
	}
	for name, value := range map[string]string{
		"Content-Type": "application/json", "User-Agent": "Twelvefold-Webhook/1", "Accept": "*/*",
		"Twelvefold-Event": m.Event, "Twelvefold-Delivery": m.ID,
		"Webhook-Id": m.ID, "Webhook-Timestamp": strconv.FormatInt(began.Unix(), 10), "Webhook-Signature": strings.Join(signatures, " "),
	} {
		r.Header.Set(name, value)
	}
	response, err := s.client.Do(r)
	if whole.Err() != nil {
		return Answer{}, whole.Err()
	}
	if err != nil {
		return Answer{Took: s.now().Sub(began), Why: whyNot(err, s.limit), Again: true}, nil
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(response.Body, mostAnswer)) // the status says all that counts
	a := Answer{Status: response.StatusCode, Body: shown(body), Took: s.now().Sub(began)}
	s.judge(&a, response.Header)
	return a, nil
}

// judge says what a status means.
func (s *Sender) judge(a *Answer, header http.Header) {
	switch {
	case a.Status >= 200 && a.Status < 300:
	case a.Status == http.StatusTooManyRequests, a.Status >= 500:
		a.Again, a.Wait = true, wait(header.Get("Retry-After"), s.now())
		a.Why = fmt.Sprintf("The receiver answered with %d.", a.Status)
	case a.Status >= 300 && a.Status < 400:
		a.Why = fmt.Sprintf("The receiver answered with %d, a redirect: none is followed. Write the address that it leads to.", a.Status)
	case a.Status == http.StatusGone:
		a.Gone, a.Why = true, "The receiver answered with 410: it wants nothing any more."
	default:
		a.Why = fmt.Sprintf("The receiver answered with %d, which another attempt would not change.", a.Status)
	}
}

// wait reads Retry-After: seconds or a date.
func wait(value string, now time.Time) time.Duration {
	d := time.Duration(0)
	if seconds, err := strconv.ParseInt(value, 10, 32); err == nil {
		d = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		d = at.Sub(now)
	}
	return min(max(d, 0), longestWait)
}

// whyNot words an attempt without an answer, without what the error quotes.
func whyNot(err error, limit time.Duration) string {
	var lookup *net.DNSError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var timeout net.Error
	switch {
	case errors.Is(err, errClosed):
		return "The name leads to an address that is not public: nothing was sent."
	case errors.As(err, &lookup) && !lookup.IsTimeout:
		return "The receiver’s name can’t be found."
	case errors.As(err, &certificate):
		return "The receiver’s certificate is not valid: " + certificateFault(certificate.Err) + "."
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, &record), errors.As(err, &alert):
		return "The receiver does not speak HTTPS there."
	case errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Sprintf("The receiver did not answer within %s.", limit)
	case errors.Is(err, syscall.ECONNREFUSED):
		return "Nothing listens there: the connection was refused."
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return "The connection was cut before an answer came."
	}
	return "The receiver could not be reached."
}

func certificateFault(err error) string {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &unknown):
		return "nobody that is trusted here signed it"
	case errors.As(err, &name):
		return "it is for another name"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "it has expired, or holds only later"
	}
	return "it can’t be verified"
}

// shown is how an answer begins, on one line that any page can show.
func shown(body []byte) string {
	text := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(string(body), "\uFFFD"))
	text = strings.Join(strings.Fields(text), " ")
	if len(text) <= keptAnswer {
		return text
	}
	return strings.ToValidUTF8(text[:keptAnswer], "") + "…"
}
