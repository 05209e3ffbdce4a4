package githubtest

import (
	"math/rand/v2"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

// Fault is something that goes wrong. The first that matches a request happens,
// and is spent after Times of it.
type Fault struct {
	Match  string  // "GET /repos/*/*/git/trees/*", a star for a path segment; "" is every request to the API
	Skip   int     // so many matching requests go well before
	Times  int     // 0 is once, below 0 for ever
	Chance float64 // 0 is always

	Delay  time.Duration     // before anything else
	Status int               // answer this instead of doing anything
	Header map[string]string // of that answer
	Body   string            // of that answer; "" is a message
	Cut    bool              // the connection ends without an answer: nothing was done
	Lost   bool              // all is done, but the connection ends before the answer
}

// Inject adds a fault.
func (s *Server) Inject(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	s.faults = append(s.faults, &f)
}

// Heal takes all faults away.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// SecondaryLimit is what GitHub answers to too much at a time. 0: without
// saying when to come back.
func SecondaryLimit(match string, retryAfter time.Duration) Fault {
	f := Fault{Match: match, Status: http.StatusForbidden, Header: map[string]string{},
		Body: `{"message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again.","documentation_url":"https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"}`}
	if retryAfter > 0 {
		f.Header["Retry-After"] = strconv.Itoa(int(retryAfter.Seconds()))
	}
	return f
}

// TooMany is the same with the other status that GitHub uses.
func TooMany(match string, retryAfter time.Duration) Fault {
	f := SecondaryLimit(match, retryAfter)
	f.Status = http.StatusTooManyRequests
	return f
}

// PrimaryLimit is what GitHub answers when the hour's requests are spent.
func PrimaryLimit(match string, reset time.Time) Fault {
	return Fault{Match: match, Status: http.StatusForbidden, Body: `{"message":"API rate limit exceeded for installation ID 1.","documentation_url":"https://docs.github.com/rest/overview/rate-limits-for-the-rest-api"}`,
		Header: map[string]string{"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": strconv.FormatInt(reset.Unix(), 10)}}
}

// matches reports whether a pattern of a method and a path is about a request.
func matches(pattern, method, name string) bool {
	if pattern == "" {
		return true
	}
	wanted, glob, found := strings.Cut(pattern, " ")
	if !found {
		wanted, glob = method, pattern
	}
	ok, _ := path.Match(glob, name)
	return wanted == method && ok
}

// fault takes the fault that happens to a request.
func (s *Server) fault(method, name string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		if f.Times == 0 || !matches(f.Match, method, name) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.Chance > 0 && rand.Float64() >= f.Chance {
			continue
		}
		if f.Times > 0 {
			f.Times--
		}
		happens := *f
		return &happens
	}
	return nil
}

// answer writes what a fault answers.
func (f *Fault) answer(w http.ResponseWriter) {
	body := f.Body
	if body == "" {
		body = `{"message":"` + http.StatusText(f.Status) + `","documentation_url":"https://docs.github.com/rest"}`
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	for name, value := range f.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(f.Status)
	_, _ = w.Write([]byte(body))
}

// Request is one that was made.
type Request struct {
	Method, Path, Query string // the path as after APIURL
	Status              int    // 0: none was given
	As                  string // "app", "installation 7", "person octo", "nobody"
	ETag                string // of If-None-Match
}

// Requests lists what was asked for, oldest first. The pattern is that of Fault.
func (s *Server) Requests(match string) (list []Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.requests {
		if matches(match, r.Method, r.Path) {
			list = append(list, r)
		}
	}
	return list
}

// ForgetRequests empties that list.
func (s *Server) ForgetRequests() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = nil
}
