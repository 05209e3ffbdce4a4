package server

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"twelvefold/internal/rights"
	"twelvefold/internal/store"
)

// viewer is for whom a request is answered.
type viewer struct {
	person int64  // 0 without sign-in
	login  string // of the person
	sight  store.Sight
	since  time.Time      // zero, or how old the rights are that do because GitHub is away
	seen   store.Overview // the repository that the path names, on routes for its readers
}

type viewerKey struct{}

// viewerOf is the viewer that admit found; nobody, who sees nothing, on public
// routes.
func viewerOf(ctx context.Context) *viewer {
	v, _ := ctx.Value(viewerKey{}).(*viewer)
	if v == nil {
		return &viewer{}
	}
	return v
}

// errSession says that a route needs a session and there is none.
var errSession = errors.New("nobody is signed in")

// admit finds out for whom a request is and whether that one may have what the
// route gives. The viewer goes into the request's context as far as it is known,
// so that a refusal looks the same whatever it is for.
func (s *Server) admit(r *http.Request, needs access) (*http.Request, error) {
	if needs == public {
		return r, nil
	}
	v := &viewer{}
	if s.anonymous {
		v.sight = store.Within(store.Local)
	} else if err := s.recognise(r, v); err != nil {
		return r, err
	}
	r = r.WithContext(context.WithValue(r.Context(), viewerKey{}, v))
	if needs >= sighted && v.person != 0 {
		answer, err := s.signIn.Rights.Of(r.Context(), v.person)
		if err != nil {
			return r, s.unsighted(err)
		}
		v.sight, v.since = answer.Sight, answer.Since
	}
	if needs < reader {
		return r, nil
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return r, store.ErrNotFound
	}
	v.seen, err = s.store.Overview(r.Context(), v.sight, id)
	return r, err
}

// recognise fills in who has the session of a request.
func (s *Server) recognise(r *http.Request, v *viewer) error {
	if s.signIn == nil {
		return errSignIn
	}
	session, err := s.cookies.Get(r, s.cookies.name)
	if err != nil {
		return err
	}
	if v.person, v.login = personOf(session); v.person == 0 {
		return errSession
	}
	return nil
}

// unsighted words why it is not known what a person may see.
func (s *Server) unsighted(err error) error {
	switch {
	case errors.Is(err, rights.ErrSignIn):
		return errSession
	case errors.Is(err, rights.ErrAway):
		return errAway
	}
	return err
}

// leadToSignIn answers a request that needs a session: a page by the way to
// sign-in, anything else by 401.
func (s *Server) leadToSignIn(w http.ResponseWriter, r *http.Request, form form) {
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case r.Header.Get("HX-Request") != "":
		w.Header().Set("HX-Redirect", signInHref(currentPage(r)))
		s.fail(w, r, errSession)
	case reads && form == page:
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, signInHref(r.URL.RequestURI()), http.StatusSeeOther)
	default:
		s.fail(w, r, errSession)
	}
}

// currentPage is the page that htmx asks from.
func currentPage(r *http.Request) string {
	u, err := url.Parse(r.Header.Get("HX-Current-URL"))
	if err != nil || u.Host != r.Host {
		return "/"
	}
	return u.RequestURI()
}

func signInHref(next string) string {
	if next = ownPath(next); next == "/" {
		return "/sign-in"
	}
	return "/sign-in?next=" + url.QueryEscape(next)
}
