package githubtest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// query is one request to the API under way.
type query struct {
	*http.Request
	s    *Server
	who  caller
	body []byte
	out  http.Header
}

// problem is an answer of 400 and above.
type problem struct {
	status  int
	message string
}

func (p problem) Error() string { return p.message }

var (
	notFound = problem{http.StatusNotFound, "Not Found"}
	isEmpty  = problem{http.StatusConflict, "Git Repository is empty."}
)

// handler answers with a status and what is written as JSON. It runs under the
// server's lock.
type handler func(q *query) (status int, body any, err error)

// route is one operation: who may ask and which permission it takes ("" for
// those of the App itself, of people and of nobody).
type route struct {
	pattern    string
	who        string // "app", "installation", "person", "nobody"
	permission string // "checks:write"
	handle     handler
}

// routes is the whole server.
func (s *Server) routes() http.Handler {
	api := http.NewServeMux()
	for _, list := range [][]route{s.appRoutes(), s.repositoryRoutes(), s.gitRoutes(), s.pullRoutes(), s.checkRoutes(), s.scanningRoutes(), s.personRoutes()} {
		for _, r := range list {
			api.HandleFunc(r.pattern, s.serve(r))
		}
	}
	api.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.t.Errorf("githubtest: no route for %s %s", r.Method, r.URL.Path)
		writeJSON(w, http.StatusNotFound, object{"message": "Not Found"})
	})
	all := http.NewServeMux()
	all.Handle(apiPath+"/", http.StripPrefix(apiPath, s.watch(api)))
	s.signInRoutes(all)
	return s.withGit(all)
}

// watch does what goes for every request: faults, the description, limits,
// conditional answers and the record of it all.
func (s *Server) watch(api http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, 32<<20))
		if err != nil {
			return
		}
		at := s.record(r)
		f := s.fault(r.Method, r.URL.Path)
		if f != nil {
			time.Sleep(f.Delay)
			switch {
			case f.Cut:
				panic(http.ErrAbortHandler)
			case f.Status > 0:
				s.rules.request(s.t, r, body) // what asks is held to the description all the same
				s.note(at, f.Status)
				f.answer(w)
				return
			}
		}
		s.rules.request(s.t, r, body)
		s.checkByHand(r)
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		r.URL.Path, r.URL.RawPath = s.byName(r.URL.Path), ""
		recorder := httptest.NewRecorder()
		api.ServeHTTP(recorder, r)
		s.conditional(recorder, r)
		s.rules.response(s.t, r, recorder)
		if f != nil && f.Lost {
			panic(http.ErrAbortHandler)
		}
		s.note(at, recorder.Code)
		for name, values := range recorder.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(recorder.Body.Bytes())
	})
}

// belowID is a path that a redirect of a renamed repository leads to.
var belowID = regexp.MustCompile(`^/repositories/(\d+)/(.+)$`)

// byName is a path below a repository's id as that below its name.
func (s *Server) byName(path string) string {
	m := belowID.FindStringSubmatch(path)
	if m == nil {
		return path
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.repositories {
		if strconv.FormatInt(r.id, 10) == m[1] {
			return "/repos/" + r.full() + "/" + m[2]
		}
	}
	return path
}

// checkByHand asserts what the description does not say.
func (s *Server) checkByHand(r *http.Request) {
	if n, err := strconv.Atoi(r.URL.Query().Get("per_page")); err == nil && (n < 1 || n > 100) {
		s.t.Errorf("githubtest: %s %s asks for %d on a page: GitHub gives 100", r.Method, r.URL.Path, n)
	}
	if r.Header.Get("User-Agent") == "" {
		s.t.Errorf("githubtest: %s %s has no User-Agent: GitHub refuses it", r.Method, r.URL.Path)
	}
}

func (s *Server) record(r *http.Request) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, Request{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, As: s.caller(r).String(), ETag: r.Header.Get("If-None-Match")})
	return len(s.requests) - 1
}

func (s *Server) note(at, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at < len(s.requests) {
		s.requests[at].Status = status
	}
}

// conditional adds an ETag and the limit's headers, and empties an answer that
// is known.
func (s *Server) conditional(recorder *httptest.ResponseRecorder, r *http.Request) {
	header := recorder.Header()
	same := false
	if r.Method == http.MethodGet && recorder.Code == http.StatusOK {
		sum := sha256.Sum256(recorder.Body.Bytes())
		etag := `W/"` + hex.EncodeToString(sum[:]) + `"`
		header.Set("ETag", etag)
		same = r.Header.Get("If-None-Match") == etag
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if same {
		recorder.Code = http.StatusNotModified
		recorder.Body.Reset()
		for _, name := range []string{"Content-Type", "Link"} {
			header.Del(name)
		}
	} else {
		s.spend()
	}
	header.Set("X-RateLimit-Limit", strconv.Itoa(s.hourly))
	header.Set("X-RateLimit-Remaining", strconv.Itoa(s.remaining))
	header.Set("X-RateLimit-Used", strconv.Itoa(s.hourly-s.remaining))
	header.Set("X-RateLimit-Resource", "core")
	header.Set("X-RateLimit-Reset", strconv.FormatInt(s.reset.Unix(), 10))
	header.Set("X-GitHub-Request-Id", fmt.Sprintf("TEST:%d", len(s.requests)))
}

// spend takes one request off the hour's, or off the next hour's when that began.
func (s *Server) spend() {
	if now := s.Now(); !now.Before(s.reset) {
		s.remaining, s.reset = s.hourly, now.Truncate(time.Hour).Add(time.Hour)
	}
	s.remaining = max(0, s.remaining-1)
}

// serve answers one operation.
func (s *Server) serve(r route) http.HandlerFunc {
	return func(w http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body)
		s.mu.Lock()
		defer s.mu.Unlock()
		q := &query{Request: request, s: s, who: s.caller(request), body: body, out: http.Header{}}
		status, answer, err := 0, any(nil), s.admit(q, r)
		if err == nil {
			status, answer, err = r.handle(q)
		}
		for name, values := range q.out {
			w.Header()[name] = values
		}
		if p, ok := err.(problem); ok {
			writeJSON(w, p.status, object{"message": p.message, "documentation_url": "https://docs.github.com/rest", "status": strconv.Itoa(p.status)})
			return
		}
		if raw, ok := answer.(rawAnswer); ok {
			w.Header().Set("Content-Type", raw.kind)
			w.WriteHeader(status)
			_, _ = w.Write(raw.content)
			return
		}
		writeJSON(w, status, answer)
	}
}

// rawAnswer is one that is not JSON.
type rawAnswer struct {
	kind    string
	content []byte
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	if body == nil {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(body)
}

// page cuts one page out of a list and names the next.
func page[T any](q *query, list []T) []T {
	size, at := 30, 1
	if n, err := strconv.Atoi(q.URL.Query().Get("per_page")); err == nil && n > 0 {
		size = min(n, 100)
	}
	if n, err := strconv.Atoi(q.URL.Query().Get("page")); err == nil && n > 0 {
		at = n
	}
	from := min((at-1)*size, len(list))
	to := min(from+size, len(list))
	if to < len(list) {
		next := *q.URL
		values := next.Query()
		values.Set("page", strconv.Itoa(at+1))
		next.RawQuery = values.Encode()
		q.out.Set("Link", fmt.Sprintf(`<%s%s>; rel="next"`, q.s.APIURL, next.String()))
	}
	return list[from:to]
}

// decode reads a body strictly: GitHub ignores unknown fields, which hides a
// mistake.
func (q *query) decode(into any) error {
	decoder := json.NewDecoder(strings.NewReader(string(q.body)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		q.s.t.Errorf("githubtest: %s %s: %v", q.Method, q.URL.Path, err)
		return problem{http.StatusUnprocessableEntity, "Invalid request."}
	}
	return nil
}
