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
	"twelvefold/templates"
)

// viewer is for whom a request is answered.
type viewer struct {
	person int64  // 0 without sign-in
	login  string // of the person
	sight  store.Sight
	since  time.Time      // zero, or how old the rights are that do because GitHub is away
	seen   store.Overview // the repository that the path names, on routes for its readers
	of     store.Account  // the installation that the path names, on routes for its members
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

var (
	errNotWriter = told{http.StatusForbidden, "You may read this, not change it", "Waiving findings and asking for audits need write access to the repository on GitHub. Ask somebody who has it, or one of its admins for it.", templates.Link{Href: "/", Text: "All repositories"}}
	errNotOwner  = told{http.StatusForbidden, "An owner has to do this", "What goes for all repositories of an account is set by an owner of the organization on GitHub, or by the person whose account it is.", templates.Link{Href: "/", Text: "All repositories"}}
)

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
	if needs >= sighted {
		if err := s.see(r.Context(), v); err != nil {
			return r, err
		}
	}
	if needs < reader {
		return r, nil
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return r, store.ErrNotFound
	}
	return r, s.enter(r.Context(), v, needs, id)
}

// see fills in what a viewer's person may see.
func (s *Server) see(ctx context.Context, v *viewer) error {
	if v.person == 0 {
		return nil
	}
	answer, err := s.signIn.Rights.Of(ctx, v.person)
	if err != nil {
		return s.unsighted(err)
	}
	v.sight, v.since = answer.Sight, answer.Since
	return nil
}

// enter finds the repository or the installation that a viewer names, and whether
// the viewer may have what is needed of it.
func (s *Server) enter(ctx context.Context, v *viewer, needs access, id int64) (err error) {
	if needs == member || needs == own || needs == keeper {
		if v.of, err = s.store.Account(ctx, v.sight, id); err != nil || needs != keeper {
			return err
		}
		return mayChange(v, v.of.Administers, errNotOwner)
	}
	if v.seen, err = s.store.Overview(ctx, v.sight, id); err != nil || needs == reader {
		return err
	}
	may, err := s.store.Writable(ctx, v.sight, []int64{id})
	if err != nil {
		return err
	}
	return mayChange(v, may[id], errNotWriter)
}

// mayChange says why a viewer may not change what the viewer sees, by an answer
// of GitHub's that is minutes old at the most.
func mayChange(v *viewer, may bool, refusal told) error {
	switch {
	case !may:
		return refusal
	case !v.since.IsZero():
		away := errAway
		away.message = "Only GitHub knows what you may change, and it can’t be asked just now. Nothing was changed: try again in a moment."
		return away
	}
	return nil
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
	case errors.Is(err, rights.ErrSpent):
		return errors.Join(errSpent, err) // which knows for how long
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
