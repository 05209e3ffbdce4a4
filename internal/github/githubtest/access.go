package githubtest

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v4"
)

// installation is the App, installed.
type installation struct {
	id           int64
	account      *account
	all          bool
	repositories map[int64]bool
	suspended    bool
	gone         bool
	permissions  map[string]string
	created      time.Time
}

func (i *installation) selection() string {
	if i.all {
		return "all"
	}
	return "selected"
}

// InstallationOptions are what an installation may be beyond its account.
type InstallationOptions struct {
	User bool // of a user, not of an organization
	All  bool // of all repositories, not of selected ones
}

// AddInstallation installs the App for an account, without a webhook: Install
// sends it. It returns the installation's id.
func (s *Server) AddInstallation(login string, options ...InstallationOptions) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	var o InstallationOptions
	if len(options) > 0 {
		o = options[0]
	}
	kind := "Organization"
	if o.User {
		kind = "User"
	}
	i := &installation{id: s.newID(), account: s.account(login, kind), all: o.All, repositories: map[int64]bool{}, permissions: s.permissions, created: s.Now()}
	s.installations[i.id] = i
	return i.id
}

// SetPermissions says what an installation gives the App.
func (s *Server) SetPermissions(installation int64, permissions map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.installations[installation].permissions = permissions
}

// AcceptPermissions gives the App all that it asks for, and tells of it.
func (s *Server) AcceptPermissions(installation int64) {
	s.mu.Lock()
	s.installations[installation].permissions = s.permissions
	s.mu.Unlock()
	s.changeInstallation(installation, "new_permissions_accepted")
}

// SetEvents says which events the App is subscribed to. What happens is told as before.
func (s *Server) SetEvents(names ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = names
}

// bearer is a token.
type bearer struct {
	installation int64
	person       string
	expires      time.Time
}

// caller is who asks.
type caller struct {
	kind         string // "app", "installation", "person", "nobody", "wrong"
	installation *installation
	person       *person
	why          problem
}

func (c caller) String() string {
	switch c.kind {
	case "installation":
		return fmt.Sprintf("installation %d", c.installation.id)
	case "person":
		return "person " + c.person.account.login
	}
	return c.kind
}

var badCredentials = problem{http.StatusUnauthorized, "Bad credentials"}

// caller tells who a request is from.
func (s *Server) caller(r *http.Request) caller {
	value := r.Header.Get("Authorization")
	if value == "" {
		return caller{kind: "nobody"}
	}
	_, token, _ := strings.Cut(value, " ")
	if strings.Count(token, ".") == 2 {
		return s.app(token)
	}
	b := s.tokens[token]
	if b == nil || !s.Now().Before(b.expires) {
		return caller{kind: "wrong", why: badCredentials}
	}
	if b.person != "" {
		return caller{kind: "person", person: s.people[b.person]}
	}
	i := s.installations[b.installation]
	if i == nil || i.gone {
		return caller{kind: "wrong", why: badCredentials}
	}
	if i.suspended {
		return caller{kind: "wrong", why: suspended}
	}
	return caller{kind: "installation", installation: i}
}

var suspended = problem{http.StatusForbidden, "This installation has been suspended"}

// app proves the App's own token as GitHub does.
func (s *Server) app(token string) caller {
	claims := jwt.RegisteredClaims{}
	public, err := jwt.ParseRSAPrivateKeyFromPEM(s.PrivateKey)
	if err != nil {
		s.t.Fatal(err)
	}
	parser := jwt.NewParser(jwt.WithoutClaimsValidation(), jwt.WithValidMethods([]string{"RS256"}))
	if _, err := parser.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return &public.PublicKey, nil }); err != nil {
		return caller{kind: "wrong", why: problem{http.StatusUnauthorized, "A JSON web token could not be decoded"}}
	}
	now := s.Now()
	switch {
	case claims.ExpiresAt == nil || claims.IssuedAt == nil || claims.Issuer != strconv.FormatInt(s.AppID, 10):
		return caller{kind: "wrong", why: problem{http.StatusUnauthorized, "'Issuer' claim ('iss') must be an Integer"}}
	case claims.ExpiresAt.Sub(claims.IssuedAt.Time) > 10*time.Minute || claims.ExpiresAt.After(now.Add(10*time.Minute)):
		return caller{kind: "wrong", why: problem{http.StatusUnauthorized, "'Expiration time' claim ('exp') is too far in the future"}}
	case !now.Before(claims.ExpiresAt.Time) || claims.IssuedAt.After(now):
		return caller{kind: "wrong", why: problem{http.StatusUnauthorized, "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires"}}
	}
	return caller{kind: "app"}
}

// admit says who may ask for what.
func (s *Server) admit(q *query, r route) error {
	if q.who.kind == "wrong" {
		return q.who.why
	}
	if q.who.kind == "person" && strings.HasPrefix(r.permission, "contents:read") {
		return nil // whose own rights count: see sees
	}
	if q.who.kind != r.who {
		if q.who.kind == "nobody" || r.who == "app" {
			return problem{http.StatusUnauthorized, "Requires authentication"}
		}
		return problem{http.StatusForbidden, "Resource not accessible by integration"}
	}
	noun, level, _ := strings.Cut(r.permission, ":")
	if noun == "" {
		return nil
	}
	if given := q.who.installation.permissions[noun]; given != "write" && given != level {
		return problem{http.StatusForbidden, "Resource not accessible by integration"}
	}
	return nil
}

// repository is the one that a path names, if the installation gives access to
// it. One of an old name redirects.
func (q *query) repository() (*repository, error) {
	name := q.PathValue("owner") + "/" + q.PathValue("repo")
	r := q.s.find(name)
	if r == nil || !q.sees(r) {
		return nil, notFound
	}
	if !strings.EqualFold(r.full(), name) {
		rest := strings.TrimPrefix(q.URL.Path, "/repos/"+name)
		to := fmt.Sprintf("%s/repositories/%d%s", q.s.APIURL, r.id, rest)
		if q.URL.RawQuery != "" {
			to += "?" + q.URL.RawQuery
		}
		q.out.Set("Location", to)
		status := http.StatusMovedPermanently
		if q.Method != http.MethodGet {
			status = http.StatusTemporaryRedirect
		}
		return nil, problem{status, "Moved Permanently"}
	}
	return r, nil
}

// sees reports whether an installation, or a person, has access to a repository.
// Public ones are for everybody to read.
func (q *query) sees(r *repository) bool {
	switch q.who.kind {
	case "person":
		return q.who.person.sees[r.id] || r.owner == q.who.person.account || !r.private
	case "installation":
	default:
		return false
	}
	return q.who.installation.has(r) || !r.private && q.Method == http.MethodGet
}

func (i *installation) has(r *repository) bool {
	return i.repositories[r.id] || i.all && i.account == r.owner
}

// secret makes a token.
func secret(prefix string) string {
	b := make([]byte, 18)
	_, _ = rand.Read(b)
	return prefix + hex.EncodeToString(b)
}

// ExpireTokens lets all tokens of installations be refused from now on, though
// they say that they live.
func (s *Server) ExpireTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.tokens {
		if b.installation > 0 {
			b.expires = time.Time{}
		}
	}
}
