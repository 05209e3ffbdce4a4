// Package server is the web process: the route table, one handler file per
// page, and what every request passes through. Handlers return errors; one
// place turns them into a page.
package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"twelvefold/internal/audit"
	"twelvefold/internal/jobs"
	"twelvefold/internal/rules"
	"twelvefold/internal/store"
	"twelvefold/templates"
	"twelvefold/web"
)

// Options is what a server is made of.
type Options struct {
	Store     *store.Store
	Rules     []audit.Rule
	Logger    *slog.Logger
	Queue     *jobs.Queue      // for what deliveries ask for
	GitHub    GitHub           // zero: no App is configured
	Setup     Setup            // for creating the App, while none is configured
	SignIn    *SignIn          // nil: nobody can sign in
	MailFrom  string           // whom mail comes from; "": this deploy sends none
	Version   string           // of this program
	Anonymous bool             // pages without sign-in; only ever on a loopback address
	Hooks     jobs.Hooks       // what seals the secrets of webhooks
	Now       func() time.Time // the clock; nil for the machine's
}

// GitHub is what the web process knows of its GitHub App.
type GitHub struct {
	AppID         int64
	WebhookSecret []byte
}

// Server answers HTTP requests. It holds no state between them.
type Server struct {
	store     *store.Store
	queue     *jobs.Queue
	hooks     jobs.Hooks
	rules     []audit.Rule
	byID      map[string]audit.Rule
	measured  map[string]rules.Measured // by the rule's id
	logger    *slog.Logger
	version   string
	anonymous bool
	now       func() time.Time
	assets    *web.Assets
	mux       *http.ServeMux

	appID         int64
	webhookSecret []byte
	intake        *intake
	recent        recent
	setup         Setup
	signIn        *SignIn
	mailFrom      string                 // "": this deploy sends no mail
	described     func() ([]byte, error) // the API in OpenAPI; nil where its address differs by reader
	gitHubOrigin  string                 // where people sign in
	cookies       *cookies
	handler       http.Handler
}

// access says what a route needs.
type access int

const (
	public   access = iota // nothing: health, static files, sign-in, and what proves itself by a signature
	signedIn               // a session
	sighted                // and what its person may see
	reader                 // and that this is the repository {id}
	writer                 // and that the person may write to that repository, as GitHub says now
	member                 // sighted, and that this is an installation {id} of which the person sees something
	own                    // the same, and what is changed there is the person's alone
	keeper                 // member, and that the person may settle things for its account, as GitHub says now
)

// form says what a route answers with, and so how it refuses who is not signed
// in.
type form int

const (
	page form = iota // by leading to sign-in
	data             // by 401
)

// handler answers a request or says why not; see Server.fail.
type handler func(w http.ResponseWriter, r *http.Request) error

// route is one line of the route table.
type route struct {
	pattern string
	access  access
	form    form
	handler handler
}

// routes is the whole table.
func (s *Server) routes() []route {
	return append([]route{
		{"GET /healthz", public, data, s.alive},
		{"GET /readyz", public, data, s.ready},
		{"GET " + web.Prefix, public, data, s.asset},
		{"POST /webhooks/github", public, data, s.webhook},
		{"GET /setup", public, page, s.setupPage},
		{"GET " + setupDone, public, page, s.setupFinished},
		{"GET /sign-in", public, page, s.signInPage},
		{"POST /sign-in", public, page, s.beginSignIn},
		{"GET " + callbackPath, public, page, s.finishSignIn},
		{"POST /sign-out", public, page, s.signOut},
		{"GET " + jobs.UnsubscribePath + "{token}", public, page, s.unsubscribePage},
		{"POST " + jobs.UnsubscribePath + "{token}", public, page, s.unsubscribe},
		{"GET " + jobs.ConfirmPath + "{token}", public, page, s.confirmPage},
		{"POST " + jobs.ConfirmPath + "{token}", public, page, s.confirm},
		{"GET /badge/{owner}/{file}", public, data, s.badge},
		{"GET /{$}", sighted, page, s.organisation},
		{"GET /repositories/{id}", reader, page, s.repository},
		{"GET /repositories/{id}/progress", reader, page, s.progress},
		{"POST /repositories/{id}/audits", writer, page, s.auditNow},
		{"GET /repositories/{id}/factors/{factor}", reader, page, s.factorPage},
		{"GET /repositories/{id}/findings/{finding}", reader, page, s.findingPage},
		{"GET /repositories/{id}/findings/{finding}/code", reader, page, s.findingCode},
		{"GET /repositories/{id}/audits/{audit}", reader, page, s.auditPage},
		{"GET /repositories/{id}/audits/{audit}/progress", reader, page, s.auditProgressPart},
		{"GET /repositories/{id}/waive", writer, page, s.waivePage},
		{"POST /repositories/{id}/waivers", writer, page, s.addWaiver},
		{"POST /repositories/{id}/waivers/withdraw", writer, page, s.withdrawWaiver},
		{"POST /repositories/{id}/scanning", writer, page, s.setScanning},
		{"GET /installations/{id}/webhook", keeper, page, s.hookPage},
		{"POST /installations/{id}/webhook", keeper, page, s.setHook},
		{"POST /installations/{id}/webhook/secret", keeper, page, s.rotateHook},
		{"POST /installations/{id}/webhook/remove", keeper, page, s.removeHook},
		{"POST /installations/{id}/webhook/test", keeper, page, s.testHook},
		{"POST /installations/{id}/webhook/again", keeper, page, s.resend},
		{"GET /installations/{id}/settings", member, page, s.settingsPage},
		{"POST /installations/{id}/gate", keeper, page, s.setGate},
		{"GET /installations/{id}/ledger", member, page, s.ledgerPage},
		{"GET /installations/{id}/digest", member, page, s.digestPage},
		{"POST /installations/{id}/digest", own, page, s.subscribe},
		{"POST /installations/{id}/digest/stop", own, page, s.stopDigest},
		{"POST /installations/{id}/digest/confirm", own, page, s.confirmAgain},
		{"GET /installations/{id}/digest/preview", member, page, s.previewPage},
		{"GET /installations/{id}/digest/mail", member, page, s.mailPart},
		{"POST " + declinePath, signedIn, page, s.declineDigest},
		{"GET /rules", signedIn, page, s.rulesPage},
		{"GET /rules/{factor}/{name}", signedIn, page, s.rulePage},
		{"GET /repositories/{id}/env", reader, page, s.envPage},
		{"GET /search", sighted, page, s.search},
		{"GET /api", public, page, s.apiPage},
		{"GET " + tokensHref, signedIn, page, s.tokensPage},
		{"POST " + tokensHref, signedIn, page, s.addToken},
		{"POST " + tokensHref + "/{token}/revoke", signedIn, page, s.revokeToken},
		{"/", signedIn, page, s.elsewhere},
	}, s.tables()...)
}

// New makes a server. It fails when the program was built without its assets.
func New(o Options) (*Server, error) {
	assets, err := web.Load(web.Stylesheet, "theme.js", "icons/mark.svg", "vendor/htmx.min.js")
	if err != nil {
		return nil, err
	}
	s := &Server{store: o.Store, rules: o.Rules, byID: map[string]audit.Rule{}, logger: o.Logger, version: o.Version, anonymous: o.Anonymous, now: o.Now, assets: assets,
		queue: o.Queue, hooks: o.Hooks, appID: o.GitHub.AppID, webhookSecret: o.GitHub.WebhookSecret, intake: &intake{}, setup: o.Setup, mailFrom: o.MailFrom}
	if s.now == nil {
		s.now = time.Now
	}
	if s.measured, err = rules.MeasuredRules(); err != nil {
		return nil, err
	}
	if o.SignIn != nil {
		if err := s.setSignIn(o.SignIn); err != nil {
			return nil, err
		}
	}
	for _, rule := range o.Rules {
		s.byID[rule.ID] = rule
	}
	mux := http.NewServeMux()
	table := s.routes()
	if s.anonymous {
		table = append(table, s.storybook()...)
	}
	for _, r := range table {
		mux.Handle(r.pattern, s.serve(r))
	}
	if err := s.addAPI(mux); err != nil {
		return nil, err
	}
	s.mux = mux
	crossOrigin := http.NewCrossOriginProtection()
	// Mail programs stop a digest from wherever they are; what the link holds is the right.
	crossOrigin.AddInsecureBypassPattern("POST " + jobs.UnsubscribePath + "{token}")
	crossOrigin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.fail(w, r, errOrigin) }))
	s.handler = s.identify(s.secure(s.onlyLoopback(s.recover(gzhttp.GzipHandler(crossOrigin.Handler(mux))))))
	return s, nil
}

// setSignIn prepares what people sign in with.
func (s *Server) setSignIn(o *SignIn) error {
	if s.anonymous {
		return errors.New("pages are shown without sign-in or with it, not both")
	}
	base, err := url.Parse(o.BaseURL)
	if err != nil || base.Host == "" || len(o.Keys) == 0 {
		return errors.New("sign-in needs the address of this site and a key to sign cookies with")
	}
	site, err := url.Parse(o.OAuth.AuthorizeURL("", "", ""))
	if err != nil {
		return err
	}
	s.signIn, s.gitHubOrigin = o, site.Scheme+"://"+site.Host
	s.cookies = newCookies(s.store, o.Keys, base.Scheme == "https", s.now)
	return nil
}

// elsewhere answers what no other route takes: an address that exists for
// readers alone, or none.
func (s *Server) elsewhere(w http.ResponseWriter, r *http.Request) error {
	read := r.Clone(r.Context())
	read.Method = http.MethodGet
	if _, pattern := s.mux.Handler(read); pattern == "/" {
		return store.ErrNotFound
	}
	w.Header().Set("Allow", "GET, HEAD")
	return errMethod
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// answerWithin bounds what a page may wait for the database: less than the
// connection's own limit, so that the reader is told.
const answerWithin = 15 * time.Second

// serve finds out for whom a request is, checks the right, runs the handler and
// renders its error.
func (s *Server) serve(route route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
		defer cancel()
		if route.form == page && route.access != public && tidied(w, r) {
			return
		}
		r, err := s.admit(r.WithContext(ctx), route.access)
		if err == nil {
			err = route.handler(w, r)
		}
		switch {
		case errors.Is(err, errSession):
			s.leadToSignIn(w, r, route.form)
		case err != nil:
			s.fail(w, r, err)
		}
	})
}

// page is the frame of a page.
func (s *Server) page(r *http.Request, title string) templates.Page {
	v := viewerOf(r.Context())
	return templates.Page{
		Title: title,
		Path:  r.URL.Path,
		Now:   s.now(),
		Login: v.login,
		Finds: v.person != 0 || s.anonymous,
		Since: v.since,
		Assets: templates.Assets{
			CSS: s.assets.URL(web.Stylesheet), Script: s.assets.URL("theme.js"),
			Icon: s.assets.URL("icons/mark.svg"), HTMX: s.assets.URL("vendor/htmx.min.js"),
		},
	}
}

func (s *Server) asset(w http.ResponseWriter, r *http.Request) error {
	s.assets.ServeHTTP(w, r)
	return nil
}

// Route is a line of the route table, for tests that try every one.
type Route struct {
	Pattern string
	Public  bool
	Reader  bool // for who may read the repository {id}
	Writer  bool // and may write to it
	Member  bool // for who sees something of the installation {id}
	Own     bool // and changes there what is the person's alone
	Keeper  bool // and may settle things for its account
	Page    bool // rather than data
}

// Routes lists the route table.
func Routes() []Route {
	var list []Route
	for _, r := range new(Server).routes() {
		list = append(list, Route{
			Pattern: r.pattern, Public: r.access == public, Page: r.form == page,
			Reader: r.access == reader || r.access == writer, Writer: r.access == writer,
			Member: r.access == member || r.access == own || r.access == keeper, Own: r.access == own, Keeper: r.access == keeper,
		})
	}
	return list
}
