// Package github speaks to GitHub for the App: who installed it, what stands in
// their repositories, pull requests, check runs, deliveries of webhooks, and
// people who sign in. It is the only importer of go-github, and none of that
// library's types leave it.
//
// No call sleeps through a limit: it returns RateLimited with the time to come
// back. Every call returns one of few kinds of error (errors.go).
package github

import (
	"cmp"
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v4"
	library "github.com/google/go-github/v60/github"
	"golang.org/x/sync/singleflight"
)

// Options are what an App is made from.
type Options struct {
	AppID      int64
	PrivateKey []byte // PEM, PKCS#1 or PKCS#8
	URL        string // "" is https://github.com; of GitHub Enterprise Server https://host
	APIURL     string // "" is https://api.github.com; of GitHub Enterprise Server https://host/api/v3
	Limiter    Limiter
	Cache      Cache
	Log        *slog.Logger     // nil: nothing is logged
	Now        func() time.Time // nil: time.Now
}

// Limiter is what all processes know of GitHub's limits. What the App asks as
// itself counts as installation 0. nil: of this process alone.
type Limiter interface {
	// Limits tells until when nothing may be asked, until when less than half of the
	// hour's requests are left, and how many secondary limits came in a row. Times are
	// zero where there is no limit.
	Limits(ctx context.Context, installation int64) (until, scarce time.Time, strikes int, err error)
	// Limit notes them. Of times the later one holds.
	Limit(ctx context.Context, installation int64, until, scarce time.Time, strikes int) error
}

// Cache keeps answers, so that asking again whether something changed costs
// nothing of the limit. The body is opaque. Get returns "" for what is not kept.
type Cache interface {
	Get(ctx context.Context, installation int64, url string) (etag string, body []byte, err error)
	Put(ctx context.Context, installation int64, url, etag string, body []byte) error
}

// App is the GitHub App. It is safe for concurrent use.
type App struct {
	id      int64
	key     *rsa.PrivateKey
	api     *url.URL // ends in a slash
	site    string   // where people sign in, and git fetches
	limiter Limiter
	cache   Cache
	log     *slog.Logger
	now     func() time.Time
	times   times
	sizes   sizes
	window  int64 // bytes of a commit's contents that wait in memory
	base    http.RoundTripper
	self    *library.Client // asks as the App

	refreshes singleflight.Group // of tokens, by installation
	mu        sync.Mutex
	tokens    map[int64]token
	gitless   map[Slug]time.Time // repositories that gave nothing over git, and until when they are not asked so
}

// times are how long things may take.
type times struct {
	request time.Duration // one attempt, its answer read
	tree    time.Duration // the same for a list of all files
	stalled time.Duration // an archive without progress
	pause   time.Duration // before the second attempt; the third waits twice as long
}

var usualTimes = times{request: 10 * time.Second, tree: 30 * time.Second, stalled: time.Minute, pause: 300 * time.Millisecond}

// New makes an App. It does not use the network.
func New(o Options) (*App, error) {
	if o.AppID <= 0 {
		return nil, errors.New("the GitHub App's id is missing")
	}
	key, err := jwt.ParseRSAPrivateKeyFromPEM(o.PrivateKey)
	if err != nil {
		return nil, fmt.Errorf("the GitHub App's private key can't be read (%w): give the PEM file that GitHub made", err)
	}
	a, err := keyless(o)
	if err != nil {
		return nil, err
	}
	a.id, a.key = o.AppID, key
	a.self = a.library(asApp{a}, 0)
	return a, nil
}

// keyless is an App that can't ask as itself.
func keyless(o Options) (*App, error) {
	api, err := url.Parse(strings.TrimSuffix(cmp.Or(o.APIURL, "https://api.github.com"), "/") + "/")
	if err != nil || api.Host == "" || api.User != nil {
		return nil, fmt.Errorf("%q is not the URL of a GitHub API", o.APIURL)
	}
	a := &App{
		api: api, site: o.URL, limiter: o.Limiter, cache: o.Cache, log: o.Log, now: o.Now, times: usualTimes, window: usualWindow, base: newBase(),
		tokens: map[int64]token{}, gitless: map[Slug]time.Time{}, sizes: sizes{of: map[sizesKey]map[string]int64{}},
	}
	if a.now == nil {
		a.now = time.Now
	}
	if a.limiter == nil {
		a.limiter = &ownLimiter{}
	}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	return a, nil
}

// newBase is the way to GitHub, with room for what one audit asks at a time.
func newBase() http.RoundTripper {
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.MaxIdleConnsPerHost = 2 * blobsAtATime
	return base
}

// Client asks as one installation. It is safe for concurrent use.
type Client struct {
	app          *App
	installation int64
	api          *library.Client
	sparing      bool // see Sparing
}

// For gives the client of an installation. It does not use the network.
func (a *App) For(installation int64) *Client {
	return &Client{app: a, installation: installation, api: a.library(asInstallation{a, installation}, installation)}
}

// library makes go-github's client over the App's own transport. Requests
// follow a renamed repository, never to another host.
func (a *App) library(as identity, installation int64) *library.Client {
	c := library.NewClient(&http.Client{
		Transport: &transport{app: a, as: as, installation: installation},
		CheckRedirect: func(next *http.Request, before []*http.Request) error {
			if next.URL.Host != a.api.Host || next.URL.Scheme != a.api.Scheme || len(before) > 3 {
				return fmt.Errorf("a redirect to %s is not followed", next.URL.Host)
			}
			return nil
		},
	})
	c.BaseURL, c.UserAgent = a.api, userAgent
	return c
}

const userAgent = "twelvefold"
