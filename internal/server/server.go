// Package server is the web process: the route table, one handler file per
// page, and what every request passes through. Handlers return errors; one
// place turns them into a page.
package server

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"twelvefold/internal/audit"
	"twelvefold/internal/jobs"
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
	Anonymous bool             // pages without sign-in; only ever on a loopback address
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
	rules     []audit.Rule
	byID      map[string]audit.Rule
	logger    *slog.Logger
	anonymous bool
	now       func() time.Time
	assets    *web.Assets
	mux       *http.ServeMux

	appID         int64
	webhookSecret []byte
	handler       http.Handler
}

// access says who may see a route.
type access int

const (
	public access = iota // anyone: health, static files, and what proves itself by a signature
	person               // a person who may see the installation
)

// handler answers a request or says why not; see Server.fail.
type handler func(w http.ResponseWriter, r *http.Request) error

// route is one line of the route table.
type route struct {
	pattern string
	access  access
	handler handler
}

// routes is the whole table.
func (s *Server) routes() []route {
	return []route{
		{"GET /healthz", public, s.alive},
		{"GET /readyz", public, s.ready},
		{"GET " + web.Prefix, public, s.asset},
		{"POST /webhooks/github", public, s.webhook},
		{"GET /{$}", person, s.home},
		{"GET /repositories/{id}", person, s.repository},
		{"GET /repositories/{id}/progress", person, s.progress},
		{"GET /rules", person, s.rulesPage},
		{"GET /rules/{factor}/{name}", person, s.rulePage},
		{"/", person, s.elsewhere},
	}
}

// New makes a server. It fails when the program was built without its assets.
func New(o Options) (*Server, error) {
	assets, err := web.Load("css/app.css", "theme.js", "icons/mark.svg", "vendor/htmx.min.js")
	if err != nil {
		return nil, err
	}
	s := &Server{store: o.Store, rules: o.Rules, byID: map[string]audit.Rule{}, logger: o.Logger, anonymous: o.Anonymous, now: o.Now, assets: assets,
		queue: o.Queue, appID: o.GitHub.AppID, webhookSecret: o.GitHub.WebhookSecret}
	if s.now == nil {
		s.now = time.Now
	}
	for _, rule := range o.Rules {
		s.byID[rule.ID] = rule
	}
	mux := http.NewServeMux()
	for _, r := range s.routes() {
		mux.Handle(r.pattern, s.serve(r))
	}
	s.mux = mux
	crossOrigin := http.NewCrossOriginProtection()
	crossOrigin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.fail(w, r, errOrigin) }))
	s.handler = s.identify(s.secure(s.onlyLoopback(s.recover(gzhttp.GzipHandler(crossOrigin.Handler(mux))))))
	return s, nil
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

// serve checks the right, runs the handler and renders its error.
func (s *Server) serve(route route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if route.access == person && !s.anonymous {
			s.fail(w, r, errSignIn)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
		defer cancel()
		if err := route.handler(w, r.WithContext(ctx)); err != nil {
			s.fail(w, r, err)
		}
	})
}

// page is the frame of a page.
func (s *Server) page(r *http.Request, title string) templates.Page {
	return templates.Page{
		Title: title,
		Path:  r.URL.Path,
		Now:   s.now(),
		Assets: templates.Assets{
			CSS: s.assets.URL("css/app.css"), Script: s.assets.URL("theme.js"),
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
}

// Routes lists the route table.
func Routes() []Route {
	var list []Route
	for _, r := range new(Server).routes() {
		list = append(list, Route{r.pattern, r.access == public})
	}
	return list
}
