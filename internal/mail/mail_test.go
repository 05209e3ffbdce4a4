package mail_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"twelvefold/internal/config"
	"twelvefold/internal/mail"
	"twelvefold/internal/mail/mailtest"
)

func options(t *testing.T, url string, roots *x509.CertPool) mail.Options {
	t.Helper()
	o := mail.Options{Roots: roots, From: config.MailAddress{Name: "Twelvefold", Address: "digest@twelvefold.example.com"},
		Limits: mail.Limits{Command: 10 * time.Second, Taking: 10 * time.Second}}
	if err := o.Server.UnmarshalText([]byte(url)); err != nil {
		t.Fatal(err)
	}
	return o
}

func message() mail.Message {
	return mail.Message{To: "ada@example.com", Subject: "Acme: 82 (−3). payments-api dropped config to 41", ID: mail.IDOf(1, 77, "2026-W48"),
		Text: "Acme: 82\n.\nA line that begins with a dot: ▰▱ and is " + strings.Repeat("long ", 50) + "\n", HTML: "<!doctype html><p>Acme: 82 – ▰▱</p>",
		Date: time.Date(2026, 11, 23, 8, 0, 0, 0, time.FixedZone("", 3600)),
		List: &mail.List{Name: "Twelvefold digest of Acme", Label: "77.digest", Unsubscribe: "https://audits.example.com/unsubscribe/" + strings.Repeat("x", 43)}}
}

// parts are the bodies of a multipart/alternative by their types.
func parts(t *testing.T, m *netmail.Message) (types []string, bodies []string) {
	t.Helper()
	kind, parameters, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("it is %s, %v", kind, err)
	}
	for r := multipart.NewReader(m.Body, parameters["boundary"]); ; {
		part, err := r.NextRawPart()
		if err == io.EOF {
			return types, bodies
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		types, bodies = append(types, part.Header.Get("Content-Type")), append(bodies, strings.ReplaceAll(string(body), "\r\n", "\n"))
	}
}

func TestAMailArrivesAsItIs(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		scenario mailtest.Scenario
		signIn   string
	}{
		"STARTTLS":            {mailtest.Scenario{}, ""},
		"TLS":                 {mailtest.Scenario{Secure: true}, ""},
		"STARTTLS and PLAIN":  {mailtest.Scenario{Auth: []string{"PLAIN"}}, mailtest.SignIn},
		"TLS and LOGIN":       {mailtest.Scenario{Secure: true, Auth: []string{"LOGIN"}}, mailtest.SignIn},
		"SCRAM-SHA-256":       {mailtest.Scenario{Auth: []string{"PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256"}}, mailtest.SignIn},
		"SCRAM-SHA-1":         {mailtest.Scenario{Auth: []string{"LOGIN", "SCRAM-SHA-1"}}, mailtest.SignIn},
		"this machine, plain": {mailtest.Scenario{Bare: true, Auth: []string{"LOGIN", "PLAIN"}}, mailtest.SignIn},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			server := mailtest.Start(t, c.scenario)
			outcome := mail.New(options(t, server.URL(c.signIn), mailtest.Roots(t))).Send(t.Context(), message())
			if outcome.Verdict != mail.Taken || !strings.HasPrefix(outcome.Said, "250 ") {
				t.Fatalf("%+v", outcome)
			}
			got := server.Next(t)
			if got.From != "digest@twelvefold.example.com" || len(got.To) != 1 || got.To[0] != "ada@example.com" || got.Secure == c.scenario.Bare || (got.User == "post") != (c.signIn != "") {
				t.Errorf("%+v", got)
			}
			read, err := netmail.ReadMessage(strings.NewReader(got.Raw))
			if err != nil {
				t.Fatal(err)
			}
			for header, want := range map[string]string{
				"From": `"Twelvefold" <digest@twelvefold.example.com>`, "To": "<ada@example.com>", "Date": "Mon, 23 Nov 2026 08:00:00 +0100",
				"Message-ID": "<" + mail.IDOf(1, 77, "2026-W48") + "@twelvefold.example.com>", "Auto-Submitted": "auto-generated", "Mime-Version": "1.0",
				"List-Id":               "Twelvefold digest of Acme <77.digest.twelvefold.example.com>",
				"List-Unsubscribe":      "<" + message().List.Unsubscribe + ">",
				"List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
				"Precedence":            "", "User-Agent": "", "X-Mailer": "",
			} {
				if read.Header.Get(header) != want {
					t.Errorf("%s: %q", header, read.Header.Get(header))
				}
			}
			if subject, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject")); err != nil || subject != message().Subject {
				t.Errorf("%q, %v", subject, err)
			}
			types, bodies := parts(t, read)
			if len(types) != 2 || types[0] != "text/plain; charset=UTF-8" || types[1] != "text/html; charset=UTF-8" || bodies[0] != message().Text || bodies[1] != message().HTML {
				t.Errorf("%q\n%q", types, bodies)
			}
			for _, line := range strings.Split(got.Raw, "\r\n") {
				if len(line) > 200 || strings.ContainsAny(line, "\r\n") {
					t.Errorf("a line of %d bytes: %q", len(line), line)
				}
			}
		})
	}
}

func TestNothingGetsIntoTheHeader(t *testing.T) {
	t.Parallel()
	m := message()
	evil := "x\r\nBcc: eve@example.com\n\r\n<script>\u202e\u2028\x00\xff" + strings.Repeat("ü", 1000)
	m.Subject, m.List.Name, m.List.Unsubscribe = evil, evil, m.List.Unsubscribe+"\r\nX-Evil: yes"
	raw, err := mail.New(options(t, "smtp://127.0.0.1", nil)).Raw(m)
	if err != nil {
		t.Fatal(err)
	}
	read, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if len(read.Header) != 11 {
		t.Errorf("headers: %v", read.Header)
	}
	for name := range read.Header {
		if name == "Bcc" || name == "X-Evil" {
			t.Errorf("%s is a header of its own", name)
		}
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject"))
	if err != nil || !strings.HasPrefix(subject, "x Bcc: eve@example.com <script> \uFFFD") || len([]rune(subject)) != 200 {
		t.Errorf("%q, %v", subject, err)
	}
	if types, bodies := parts(t, read); len(types) != 2 || bodies[0] != m.Text {
		t.Errorf("%q", bodies)
	}
}

func TestAPlainMailHasNoList(t *testing.T) {
	t.Parallel()
	m := message()
	m.HTML, m.List = "", nil
	raw, err := mail.New(options(t, "smtp://127.0.0.1", nil)).Raw(m)
	if err != nil || bytes.Contains(raw, []byte("List-")) || !bytes.Contains(raw, []byte("Content-Type: text/plain; charset=UTF-8\r\n")) {
		t.Errorf("%s, %v", raw, err)
	}
}

func TestWhoIsNotToBeTrustedGetsNothing(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		scenario mailtest.Scenario
		url      func(*mailtest.Server) string
		roots    bool
		said     string
	}{
		"a certificate that nobody signed":     {mailtest.Scenario{Auth: []string{"PLAIN"}}, func(s *mailtest.Server) string { return s.URL(mailtest.SignIn) }, false, "certificate"},
		"the same with TLS at once":            {mailtest.Scenario{Secure: true}, func(s *mailtest.Server) string { return s.URL("") }, false, "certificate"},
		"a server that hides STARTTLS":         {mailtest.Scenario{Bare: true, Auth: []string{"PLAIN"}}, func(s *mailtest.Server) string { return strings.TrimSuffix(s.URL(mailtest.SignIn), "?starttls=off") }, true, "does not offer STARTTLS"},
		"smtps:// where smtp:// is meant":      {mailtest.Scenario{}, func(s *mailtest.Server) string { return strings.Replace(s.URL(""), "smtp:", "smtps:", 1) }, true, "does not speak TLS"},
		"the wrong password":                   {mailtest.Scenario{Auth: []string{"PLAIN"}}, func(s *mailtest.Server) string { return s.URL("post:hunter2@") }, true, "535"},
		"the wrong password, proved":           {mailtest.Scenario{Auth: []string{"SCRAM-SHA-256"}}, func(s *mailtest.Server) string { return s.URL("post:hunter2@") }, true, "535"},
		"a way to sign in that nobody expects": {mailtest.Scenario{Auth: []string{"XOAUTH2"}}, func(s *mailtest.Server) string { return s.URL(mailtest.SignIn) }, true, "no way to sign in"},
		"none where a password is given":       {mailtest.Scenario{}, func(s *mailtest.Server) string { return s.URL(mailtest.SignIn) }, true, "no way to sign in"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			server := mailtest.Start(t, c.scenario)
			roots := mailtest.Roots(t)
			if !c.roots {
				roots = nil
			}
			outcome := mail.New(options(t, c.url(server), roots)).Send(t.Context(), message())
			if outcome.Verdict != mail.Ours || !strings.Contains(outcome.Said, c.said) || strings.Contains(outcome.Said, "hunter2") {
				t.Errorf("%+v", outcome)
			}
			server.None(t)
		})
	}
}

func TestNobodyAnswers(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	want := mail.Outcome{Verdict: mail.Later, Said: "connecting: nothing answers there"}
	if outcome := mail.New(options(t, "smtp://"+address, nil)).Send(t.Context(), message()); outcome != want {
		t.Errorf("%+v", outcome)
	}
}

// A process that is told to stop while the answer to a mail is awaited does not
// know whether it was taken; before, it does.
func TestStopping(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]mail.Verdict{"RCPT": mail.Later, "dot": mail.Unknown} {
		server := mailtest.Start(t, mailtest.Scenario{At: at, Do: "silence"})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan mail.Outcome, 1)
		go func() { done <- mail.New(options(t, server.URL(""), mailtest.Roots(t))).Send(ctx, message()) }()
		if at == "dot" {
			server.Next(t)
		}
		cancel()
		if outcome := <-done; outcome.Verdict != want {
			t.Errorf("at %s: %+v", at, outcome)
		}
	}
}
