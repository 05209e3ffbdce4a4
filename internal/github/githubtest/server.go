// Package githubtest is a GitHub for tests: it keeps installations,
// repositories with real git objects, pull requests and check runs, answers
// the API that internal/github uses, signs people in and sends webhooks, over
// HTTP. What passes is held to GitHub's own description (describe.go). Faults
// can be put in its way (fault.go).
package githubtest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// object is JSON.
type object = map[string]any

// Server is a GitHub. All methods are safe for concurrent use.
type Server struct {
	URL    string // as GITHUB_URL
	APIURL string // as GITHUB_API_URL

	AppID         int64
	Slug          string
	PrivateKey    []byte // PEM
	ClientID      string
	ClientSecret  string
	WebhookSecret string

	t       testing.TB
	api     *httptest.Server
	codes   *httptest.Server // serves archives: another host
	settled *sync.Cond       // of mu: a webhook was sent
	rules   *description     // nil: not checked

	clock  sync.Mutex // guards offset alone: Now is asked with and without mu
	offset time.Duration

	mu            sync.Mutex
	lastID        int64
	commitsMade   int
	accounts      map[string]*account
	installations map[int64]*installation
	repositories  []*repository
	tokens        map[string]*bearer
	people        map[string]*person // by login
	oauthCodes    map[string]oauthCode
	refreshes     map[string]string // logins by refresh token
	refreshed     int
	manifests     map[string]bool
	archives      map[string]archive
	served        map[int64]*served // by repository
	faults        []*Fault
	requests      []Request
	hourly        int // requests
	remaining     int // of the hour that ends at reset
	reset         time.Time
	truncateAt    int
	hook          hook
	permissions   map[string]string // the App's own
	events        []string          // that the App is subscribed to
}

// key is made once: it takes longer than a test.
var key = sync.OnceValue(func() []byte {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(k)})
})

// New starts a GitHub that ends with the test. What passes is checked against
// GitHub's description.
func New(t testing.TB) *Server {
	t.Helper()
	s := newServer(t)
	s.rules = describe(t)
	return s
}

// NewUnchecked is New without the description: for measurements, and for
// trees so large that checking them takes long.
func NewUnchecked(t testing.TB) *Server {
	t.Helper()
	return newServer(t)
}

func newServer(t testing.TB) *Server {
	s := &Server{
		AppID: 4321, Slug: "twelvefold-test", PrivateKey: key(), ClientID: "Iv1.testclient", ClientSecret: secret(""), WebhookSecret: secret(""),
		t: t, lastID: 1000, accounts: map[string]*account{}, installations: map[int64]*installation{}, tokens: map[string]*bearer{}, people: map[string]*person{},
		oauthCodes: map[string]oauthCode{}, refreshes: map[string]string{}, manifests: map[string]bool{}, archives: map[string]archive{}, served: map[int64]*served{}, hourly: 5000, truncateAt: 100_000,
		permissions: map[string]string{"checks": "write", "contents": "read", "metadata": "read", "pull_requests": "read", "members": "read"},
		events:      events,
	}
	s.settled = sync.NewCond(&s.mu)
	s.api = httptest.NewServer(s.routes())
	s.codes = httptest.NewServer(http.HandlerFunc(s.serveArchive))
	s.URL, s.APIURL = s.api.URL, s.api.URL+apiPath
	t.Cleanup(func() {
		s.Settle()
		s.api.Close()
		s.codes.Close()
	})
	return s
}

// apiPath is where GitHub Enterprise Server has its API.
const apiPath = "/api/v3"

// Now is this GitHub's time: give it to the App as well.
func (s *Server) Now() time.Time {
	return time.Now().Add(s.shift()).UTC()
}

func (s *Server) shift() time.Duration {
	s.clock.Lock()
	defer s.clock.Unlock()
	return s.offset
}

// Advance lets time pass.
func (s *Server) Advance(d time.Duration) {
	s.clock.Lock()
	defer s.clock.Unlock()
	s.offset += d
}

func (s *Server) newID() int64 {
	s.lastID++
	return s.lastID
}

func (s *Server) account(login, kind string) *account {
	a := s.accounts[strings.ToLower(login)]
	if a == nil {
		a = &account{id: s.newID(), login: login, kind: kind}
		s.accounts[strings.ToLower(login)] = a
	}
	return a
}

// TruncateTreesAt lets lists of trees end after so many entries.
func (s *Server) TruncateTreesAt(entries int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.truncateAt = entries
}

// SetRemaining says how many requests the hour has left, of any token.
func (s *Server) SetRemaining(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remaining, s.reset = n, s.Now().Truncate(time.Hour).Add(time.Hour)
}

// SetHourly says how many requests each hour has, of all tokens together; 5,000
// until it is called.
func (s *Server) SetHourly(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hourly, s.reset = n, time.Time{}
}
