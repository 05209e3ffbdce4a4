package githubtest

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// person is somebody who may sign in.
type person struct {
	account *account
	name    string
	sees    map[int64]bool  // repositories beyond those of the person's own
	writes  map[int64]bool  // of those, the ones to push to
	owns    map[string]bool // organizations that the person is a member of, and whether an owner
}

// oauthCode is what a person's consent gave.
type oauthCode struct {
	login, challenge, redirect string
}

// AddPerson lets somebody sign in who may read these repositories.
func (s *Server) AddPerson(login string, repositories ...string) int64 {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &person{account: s.account(login, "User"), name: "Person " + login, sees: map[int64]bool{}, writes: map[int64]bool{}, owns: map[string]bool{}}
	for _, name := range repositories {
		p.sees[s.must(name).id] = true
	}
	s.people[login] = p
	return p.account.id
}

// Show gives a person a repository to read, or takes it away.
func (s *Server) Show(login, repository string, may bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people[login].sees[s.must(repository).id] = may
}

// LetWrite lets a person push to a repository, or only read it.
func (s *Server) LetWrite(login, repository string, may bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people[login].writes[s.must(repository).id] = may
}

// Join makes a person a member of an organization, or an owner.
func (s *Server) Join(login, organization string, owner bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people[login].owns[strings.ToLower(organization)] = owner
}

// SignIn is what happens in a browser that is sent to an AuthorizeURL and in
// which a person consents: it returns where the browser is sent back to.
func (s *Server) SignIn(login, authorizeURL string) string {
	s.t.Helper()
	u, err := url.Parse(authorizeURL)
	if err != nil {
		s.t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	q := u.Query()
	if q.Get("client_id") != s.ClientID || s.people[login] == nil || q.Get("code_challenge") != "" && q.Get("code_challenge_method") != "S256" {
		s.t.Fatalf("githubtest: nobody can sign in by %s", authorizeURL)
	}
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil {
		s.t.Fatal(err)
	}
	code := secret("")[:20]
	s.oauthCodes[code] = oauthCode{login, q.Get("code_challenge"), q.Get("redirect_uri")}
	values := back.Query()
	values.Set("code", code)
	values.Set("state", q.Get("state"))
	back.RawQuery = values.Encode()
	return back.String()
}

// ForgetTokens lets no token of a person's work any more, and tells nobody.
func (s *Server) ForgetTokens(login string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(login)
}

func (s *Server) forget(login string) {
	maps.DeleteFunc(s.tokens, func(_ string, b *bearer) bool { return b.person == login })
	maps.DeleteFunc(s.refreshes, func(_ string, whose string) bool { return whose == login })
}

// Refreshes counts the tokens that were refreshed.
func (s *Server) Refreshes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refreshed
}

// signInRoutes are pages of the site, not of the API.
func (s *Server) signInRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /login/oauth/authorize", func(w http.ResponseWriter, r *http.Request) {
		login := r.URL.Query().Get("login") // a browser test says who it is
		s.mu.Lock()
		known := s.people[login] != nil
		s.mu.Unlock()
		if !known {
			http.Error(w, "githubtest: add &login= to the URL", http.StatusBadRequest)
			return
		}
		http.Redirect(w, r, s.SignIn(login, r.URL.String()), http.StatusFound)
	})
	mux.HandleFunc("POST /login/oauth/access_token", func(w http.ResponseWriter, r *http.Request) {
		if f := s.fault(r.Method, r.URL.Path); f != nil {
			time.Sleep(f.Delay)
			if f.Cut {
				panic(http.ErrAbortHandler)
			}
			if f.Status > 0 {
				f.answer(w)
				return
			}
		}
		if r.Header.Get("Accept") != "application/json" {
			s.t.Error("githubtest: sign-in without Accept: application/json is answered with a form")
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		writeJSON(w, http.StatusOK, s.exchange(r))
	})
}

// exchange answers as GitHub does: 200, whatever is wrong.
func (s *Server) exchange(r *http.Request) object {
	wrong := func(code, text string) object {
		return object{"error": code, "error_description": text, "error_uri": "https://docs.github.com"}
	}
	if r.PostFormValue("client_id") != s.ClientID || r.PostFormValue("client_secret") != s.ClientSecret {
		return wrong("incorrect_client_credentials", "The client_id and/or client_secret passed are incorrect.")
	}
	if r.PostFormValue("grant_type") == "refresh_token" {
		login, ok := s.refreshes[r.PostFormValue("refresh_token")]
		if !ok {
			return wrong("bad_refresh_token", "The refresh token passed is incorrect or expired.")
		}
		delete(s.refreshes, r.PostFormValue("refresh_token"))
		s.refreshed++
		return s.give(login)
	}
	code, ok := s.oauthCodes[r.PostFormValue("code")]
	delete(s.oauthCodes, r.PostFormValue("code"))
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	switch {
	case !ok:
		return wrong("bad_verification_code", "The code passed is incorrect or expired.")
	case code.redirect != r.PostFormValue("redirect_uri"):
		return wrong("redirect_uri_mismatch", "The redirect_uri MUST match the registered callback URL for this application.")
	case code.challenge != "" && code.challenge != base64.RawURLEncoding.EncodeToString(sum[:]):
		return wrong("bad_verification_code", "The code verifier does not match.")
	}
	return s.give(code.login)
}

// PersonToken is a token of a person's, without the way through a browser.
func (s *Server) PersonToken(login string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.give(login)["access_token"].(string)
}

func (s *Server) give(login string) object {
	access, refresh := secret("ghu_"), secret("ghr_")
	s.tokens[access] = &bearer{person: login, expires: s.Now().Add(8 * time.Hour)}
	s.refreshes[refresh] = login
	return object{"access_token": access, "expires_in": 28800, "refresh_token": refresh, "refresh_token_expires_in": 15897600, "token_type": "bearer", "scope": ""}
}

func (s *Server) personRoutes() []route {
	return []route{
		{"GET /user", "person", "", s.getPerson},
		{"GET /user/installations", "person", "", s.personInstallations},
		{"GET /user/installations/{id}/repositories", "person", "", s.personRepositories},
		{"GET /user/memberships/orgs/{org}", "person", "", s.personMembership},
	}
}

func (s *Server) getPerson(q *query) (int, any, error) {
	p := q.who.person
	o := s.user(p.account)
	maps.Copy(o, object{
		"name": p.name, "company": nil, "blog": "", "location": nil, "email": nil, "hireable": nil, "bio": nil, "public_repos": 0, "public_gists": 0,
		"followers": 0, "following": 0, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
	})
	return http.StatusOK, o, nil
}

// visible are an installation's repositories that a person may read.
func (s *Server) visible(p *person, i *installation) (list []*repository) {
	for _, r := range s.repositories {
		if !r.gone && i.has(r) && (p.sees[r.id] || r.owner == p.account) {
			list = append(list, r)
		}
	}
	return list
}

func (s *Server) personInstallations(q *query) (int, any, error) {
	var own []*installation
	for _, i := range s.sorted() {
		if i.account == q.who.person.account || len(s.visible(q.who.person, i)) > 0 {
			own = append(own, i)
		}
	}
	list := []object{}
	for _, i := range page(q, own) {
		list = append(list, s.installation(i))
	}
	return http.StatusOK, object{"total_count": len(own), "installations": list}, nil
}

func (s *Server) personRepositories(q *query) (int, any, error) {
	i, err := q.installed()
	if err != nil {
		return 0, nil, err
	}
	own := s.visible(q.who.person, i)
	if len(own) == 0 && i.account != q.who.person.account {
		return 0, nil, notFound
	}
	list := []object{}
	for _, r := range page(q, own) {
		o := s.repository(r)
		all := r.owner == q.who.person.account
		push := all || q.who.person.writes[r.id]
		o["permissions"] = object{"admin": all, "maintain": all, "push": push, "triage": push, "pull": true}
		list = append(list, o)
	}
	return http.StatusOK, object{"total_count": len(own), "repository_selection": i.selection(), "repositories": list}, nil
}

func (s *Server) personMembership(q *query) (int, any, error) {
	p, login := q.who.person, q.PathValue("org")
	owner, member := p.owns[strings.ToLower(login)]
	if !member {
		return 0, nil, notFound
	}
	role := "member"
	if owner {
		role = "admin"
	}
	organization := s.organization(s.account(login, "Organization"))
	return http.StatusOK, object{"url": organization["url"].(string) + "/memberships/" + p.account.login, "state": "active", "role": role, "direct_membership": true,
		"organization_url": organization["url"], "organization": organization, "user": s.user(p.account)}, nil
}
