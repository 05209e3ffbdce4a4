package githubtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

func (s *Server) appRoutes() []route {
	return []route{
		{"GET /app", "app", "", func(q *query) (int, any, error) { return http.StatusOK, s.application(), nil }},
		{"GET /app/hook/config", "app", "", s.hookConfig},
		{"GET /app/hook/deliveries", "app", "", s.listDeliveries},
		{"POST /app/hook/deliveries/{id}/attempts", "app", "", s.redeliver},
		{"GET /app/installations", "app", "", s.listInstallations},
		{"GET /app/installations/{id}", "app", "", s.getInstallation},
		{"POST /app/installations/{id}/access_tokens", "app", "", s.createToken},
		{"POST /app-manifests/{code}/conversions", "nobody", "", s.convertManifest},
		{"GET /installation/repositories", "installation", "metadata:read", s.listRepositories},
	}
}

// sorted are the installations by id.
func (s *Server) sorted() (list []*installation) {
	for _, i := range s.installations {
		if !i.gone {
			list = append(list, i)
		}
	}
	slices.SortFunc(list, func(a, b *installation) int { return int(a.id - b.id) })
	return list
}

func (s *Server) listInstallations(q *query) (int, any, error) {
	list := []object{}
	for _, i := range page(q, s.sorted()) {
		list = append(list, s.installation(i))
	}
	return http.StatusOK, list, nil
}

// installed is the installation that a path names.
func (q *query) installed() (*installation, error) {
	id, _ := strconv.ParseInt(q.PathValue("id"), 10, 64)
	i := q.s.installations[id]
	if i == nil || i.gone {
		return nil, notFound
	}
	return i, nil
}

func (s *Server) getInstallation(q *query) (int, any, error) {
	i, err := q.installed()
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, s.installation(i), nil
}

func (s *Server) createToken(q *query) (int, any, error) {
	i, err := q.installed()
	switch {
	case err != nil:
		return 0, nil, err
	case i.suspended:
		return 0, nil, suspended
	}
	expires := s.Now().Add(time.Hour).Truncate(time.Second)
	value := secret("ghs_")
	s.tokens[value] = &bearer{installation: i.id, expires: expires}
	return http.StatusCreated, object{"token": value, "expires_at": stamp(expires), "permissions": i.permissions, "repository_selection": i.selection()}, nil
}

func (s *Server) listRepositories(q *query) (int, any, error) {
	var own []*repository
	for _, r := range s.repositories {
		if !r.gone && q.who.installation.has(r) {
			own = append(own, r)
		}
	}
	list := []object{}
	for _, r := range page(q, own) {
		list = append(list, s.repository(r))
	}
	return http.StatusOK, object{"total_count": len(own), "repository_selection": q.who.installation.selection(), "repositories": list}, nil
}

func (s *Server) hookConfig(*query) (int, any, error) {
	if s.hook.url == "" {
		return 0, nil, notFound
	}
	return http.StatusOK, object{"url": s.hook.url, "content_type": "json", "insecure_ssl": "0", "secret": "********"}, nil
}

// ManifestCode is a code that stands for a new App, once.
func (s *Server) ManifestCode() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	code := secret("")
	s.manifests[code] = true
	return code
}

func (s *Server) convertManifest(q *query) (int, any, error) {
	code := q.PathValue("code")
	if !s.manifests[code] {
		return 0, nil, notFound
	}
	delete(s.manifests, code)
	o := s.application()
	maps.Copy(o, object{"client_id": s.ClientID, "client_secret": s.ClientSecret, "webhook_secret": s.WebhookSecret, "pem": string(s.PrivateKey)})
	return http.StatusCreated, o, nil
}

// listDeliveries lists attempts, newest first, from the cursor's on.
func (s *Server) listDeliveries(q *query) (int, any, error) {
	if s.hook.url == "" && len(s.hook.attempts) == 0 {
		return 0, nil, notFound
	}
	size := 30
	if n, err := strconv.Atoi(q.URL.Query().Get("per_page")); err == nil {
		size = n
	}
	from := len(s.hook.attempts) - 1
	if cursor := q.URL.Query().Get("cursor"); cursor != "" {
		id, err := strconv.ParseInt(cursor, 10, 64)
		at := slices.IndexFunc(s.hook.attempts, func(a *attempt) bool { return a.id == id })
		if err != nil || at < 0 {
			return 0, nil, problem{http.StatusUnprocessableEntity, "Invalid cursor"}
		}
		from = at
	}
	list := []json.RawMessage{}
	for ; from >= 0 && len(list) < size; from-- {
		text, _ := json.Marshal(s.hook.attempts[from].object())
		list = append(list, text)
	}
	if from >= 0 {
		q.out.Set("Link", fmt.Sprintf(`<%s/app/hook/deliveries?per_page=%d&cursor=%d>; rel="next"`, s.APIURL, size, s.hook.attempts[from].id))
	}
	return http.StatusOK, list, nil
}

func (s *Server) redeliver(q *query) (int, any, error) {
	id, _ := strconv.ParseInt(q.PathValue("id"), 10, 64)
	at := slices.IndexFunc(s.hook.attempts, func(a *attempt) bool { return a.id == id })
	if at < 0 {
		return 0, nil, notFound
	}
	d := s.hook.attempts[at].delivery
	s.behind(func() { s.attempt(d, true, false) })
	return http.StatusAccepted, object{}, nil
}
