package mail

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// Send gives a mail to the server. It waits within the limits, or until ctx ends.
func (m *Mailer) Send(ctx context.Context, message Message) Outcome {
	raw, err := m.Raw(message)
	if err != nil {
		return Outcome{Ours, short(err.Error())}
	}
	ctx, cancel := context.WithTimeout(ctx, m.options.Limits.Whole)
	defer cancel()
	s := &session{Mailer: m, at: dialling}
	answer, err := s.send(ctx, message.To, raw)
	if err != nil {
		if why := context.Cause(ctx); why != nil && s.line != nil { // the connection was closed because of it
			err = fmt.Errorf("%w: %w", why, err)
		}
		return judge(s.at, err)
	}
	return Outcome{Taken, "250 " + short(answer)}
}

// session is one mail's way.
type session struct {
	*Mailer
	at   stage
	line *line
}

// send returns what the server said when it took the mail.
func (s *session) send(ctx context.Context, to string, raw []byte) (string, error) {
	server := s.options.Server
	dialer := net.Dialer{Timeout: s.options.Limits.Dial}
	raws, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(server.Host, strconv.Itoa(server.Port)))
	if err != nil {
		return "", err
	}
	s.line = &line{Conn: raws, patience: s.options.Limits.Command}
	defer s.line.Close()
	stop := context.AfterFunc(ctx, func() { _ = s.line.Close() })
	defer stop()
	client, err := s.open(ctx)
	if err != nil {
		return "", err
	}
	s.at = sender
	if err := client.Mail("<" + s.options.From.Address + ">"); err != nil {
		return "", err
	}
	s.at = recipient
	if err := client.Rcpt("<" + to + ">"); err != nil {
		return "", err
	}
	s.at = asking
	body, err := client.Data()
	if err != nil {
		return "", err
	}
	s.at = writing
	if _, err := body.Write(raw); err != nil {
		return "", err
	}
	// The end of the mail is written before its answer is read, so that what could
	// not be written is told from what was not answered.
	if err := body.(*smtp.DataCloser).WriteCloser.Close(); err != nil {
		return "", err
	}
	s.at, s.line.patience = given, s.options.Limits.Taking
	_, answer, err := client.Text.ReadResponse(250)
	if err != nil {
		return "", err
	}
	s.line.patience = min(s.options.Limits.Command, 5*time.Second)
	_ = client.Quit() // it is taken, whatever comes now
	return answer, nil
}

// open greets the server, secures the connection and signs in.
func (s *session) open(ctx context.Context) (*smtp.Client, error) {
	server := s.options.Server
	secure := &tls.Config{ServerName: server.Host, RootCAs: s.options.Roots, MinVersion: tls.VersionTLS12}
	var conn net.Conn = s.line
	if server.Implicit {
		s.at = securing
		over := tls.Client(s.line, secure)
		if err := over.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		conn = over
	}
	s.at = greeting
	client, err := smtp.NewClient(conn, server.Host)
	if err != nil {
		return nil, err
	}
	client.SkipSMTPUTF8(true)
	if err := client.Hello(s.options.From.Domain()); err != nil {
		return nil, err
	}
	if !server.Implicit && !server.Plain {
		if offered, _ := client.Extension("STARTTLS"); !offered {
			return nil, errNoTLS
		}
		s.at = securing
		if err := client.StartTLS(secure); err != nil {
			return nil, err
		}
	}
	if server.User == "" {
		return client, nil
	}
	s.at = signingIn
	auth, err := s.auth(client)
	if err != nil {
		return nil, err
	}
	return client, client.Auth(auth)
}

// auth is the best way to sign in that the server offers. A password goes
// unencrypted to this machine alone: config.SMTPURL sees to that.
func (s *session) auth(client *smtp.Client) (smtp.Auth, error) {
	server := s.options.Server
	_, offered := client.Extension("AUTH")
	ways := strings.Fields(strings.ToUpper(offered))
	switch user, password, alone := server.User, server.Password(), server.Loopback(); {
	case slices.Contains(ways, "SCRAM-SHA-256"):
		return smtp.ScramSHA256Auth(user, password), nil
	case slices.Contains(ways, "SCRAM-SHA-1"):
		return smtp.ScramSHA1Auth(user, password), nil
	case slices.Contains(ways, "PLAIN"):
		return smtp.PlainAuth("", user, password, server.Host, alone), nil
	case slices.Contains(ways, "LOGIN"):
		return smtp.LoginAuth(user, password, server.Host, alone), nil
	}
	return nil, errNoSignIn
}

// mostAnswers is how many bytes a server may say in one session.
const mostAnswers = 1 << 20

// line is a connection with patience for each read and write.
type line struct {
	net.Conn
	patience time.Duration
	heard    int
}

func (l *line) Read(p []byte) (int, error) {
	if l.heard > mostAnswers {
		return 0, errTooMuch
	}
	if err := l.SetReadDeadline(time.Now().Add(l.patience)); err != nil {
		return 0, err
	}
	n, err := l.Conn.Read(p)
	l.heard += n
	return n, err
}

func (l *line) Write(p []byte) (int, error) {
	if err := l.SetWriteDeadline(time.Now().Add(l.patience)); err != nil {
		return 0, err
	}
	return l.Conn.Write(p)
}
