package github

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// call is how one request is made. It comes by the context, since go-github
// makes the requests.
type call struct {
	most  int64         // bytes of the answer; 0 means usualAnswer
	time  time.Duration // of one attempt; 0 means times.request
	keep  bool          // the answer is kept, and asked for conditionally
	again bool          // may be made again though it is no GET
}

// usualAnswer bounds an answer: the largest usual ones, a comparison's or a
// hundred pull requests', have one or two megabytes.
const usualAnswer = 16 << 20

// attempts is how often what changes nothing is tried.
const attempts = 3

type callKey struct{}

func with(ctx context.Context, c call) context.Context { return context.WithValue(ctx, callKey{}, c) }

func callOf(ctx context.Context) call {
	c, _ := ctx.Value(callKey{}).(call)
	c.most = cmp.Or(c.most, usualAnswer)
	return c
}

// kept is a context whose answers are kept.
func kept(ctx context.Context) context.Context { return with(ctx, call{keep: true}) }

// transport makes requests as somebody: within the limits, in bounded time, with
// bounded answers. An answer that is read is a good one; all others are errors
// of this package.
type transport struct {
	app          *App
	as           identity
	installation int64
}

// answer is a response, read.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// RoundTrip makes a request.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != t.app.api.Host || r.URL.Scheme != t.app.api.Scheme {
		return nil, ownFault{fmt.Errorf("%s is not GitHub's API: no token is sent there", r.URL.Host)}
	}
	ctx := r.Context()
	known, err := t.waits(ctx)
	if err != nil {
		return nil, err
	}
	r = r.Clone(ctx)
	old := t.recall(ctx, r)
	got, err := t.ask(ctx, r, known)
	if err != nil {
		return nil, err
	}
	if got.status == http.StatusNotModified {
		if old == nil {
			return nil, Unavailable{errors.New("it says that nothing changed, but nothing was known")}
		}
		got = old.answered(got)
	} else {
		t.remember(ctx, r, got)
	}
	return got.response(r), nil
}

func (a answer) response(r *http.Request) *http.Response {
	return &http.Response{
		Status: http.StatusText(a.status), StatusCode: a.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: a.header, Request: r,
		Body: io.NopCloser(bytes.NewReader(a.body)), ContentLength: int64(len(a.body)),
	}
}

// ask makes the request until it has an answer of below 400.
func (t *transport) ask(ctx context.Context, r *http.Request, known limits) (answer, error) {
	again := r.Method == http.MethodGet || callOf(ctx).again
	renewed := false
	for attempt := 1; ; attempt++ {
		value, err := t.as.authorization(ctx)
		if err != nil {
			return answer{}, err
		}
		authorize(r, value)
		got, err := t.once(ctx, r)
		if err == nil {
			err = t.judge(ctx, r, got, known)
		}
		if err == nil || ctx.Err() != nil {
			return got, errors.Join(err, ctx.Err())
		}
		if got.status == http.StatusUnauthorized && !renewed && t.as.refused(value) {
			renewed = true
			continue
		}
		if !again || attempt >= attempts || !passes(err) {
			return answer{}, err
		}
		if err := t.pause(ctx, attempt); err != nil {
			return answer{}, err
		}
	}
}

// tooLong is the error of an answer beyond its bound, which another try will not
// shorten.
var errTooLong = errors.New("its answer is longer than expected")

// passes reports whether an error may be gone in a moment.
func passes(err error) bool { return errors.As(err, new(Unavailable)) && !errors.Is(err, errTooLong) }

// pause waits between two attempts, each time longer and never as long as
// others do.
func (t *transport) pause(ctx context.Context, attempt int) error {
	base := t.app.times.pause << (attempt - 1)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(base/2 + rand.N(base+1)):
		return nil
	}
}

// once makes one attempt and reads its answer whole.
func (t *transport) once(ctx context.Context, r *http.Request) (answer, error) {
	how := callOf(ctx)
	limit := cmp.Or(how.time, t.app.times.request)
	within, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	attempt := r.Clone(within)
	if r.GetBody != nil {
		body, err := r.GetBody()
		if err != nil {
			return answer{}, ownFault{err}
		}
		attempt.Body = body
	}
	response, err := t.app.base.RoundTrip(attempt)
	if err != nil {
		return answer{}, t.cut(ctx, within, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, how.most+1))
	got := answer{response.StatusCode, response.Header, body}
	t.app.log.Debug("GitHub answered", "method", r.Method, "path", r.URL.Path, "status", got.status, "remaining", got.header.Get("X-RateLimit-Remaining"))
	if err != nil {
		return answer{}, t.cut(ctx, within, err)
	}
	if int64(len(body)) > how.most {
		return answer{}, Unavailable{errTooLong}
	}
	return got, nil
}

// cut words a connection that failed, unless it was the caller who ended it.
func (t *transport) cut(ctx, within context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if within.Err() != nil {
		err = errors.New("it did not answer in time")
	}
	t.app.log.Debug("GitHub did not answer", "error", err)
	return Unavailable{err}
}

// judge turns an answer of 400 and above into an error.
func (t *transport) judge(ctx context.Context, r *http.Request, got answer, known limits) error {
	message := ""
	if got.status >= 400 {
		message = messageOf(got.body)
	}
	if err := t.noteLimit(ctx, got.status, got.header, message, known); err != nil {
		return err
	}
	refused := refusal{r.Method, r.URL.Path, got.status, message, nil}
	switch {
	case got.status < 400:
		return nil
	case got.status >= 500:
		return Unavailable{fmt.Errorf("%s %s was answered with %d", r.Method, r.URL.Path, got.status)}
	case got.status == http.StatusUnauthorized, got.status == http.StatusForbidden:
		refused.kind = ErrForbidden
		if strings.Contains(strings.ToLower(message), "suspended") {
			refused.kind = ErrSuspended
		}
	case got.status == http.StatusNotFound, got.status == http.StatusGone, got.status == http.StatusUnavailableForLegalReasons:
		refused.kind = ErrNotFound
	case got.status == http.StatusRequestTimeout:
		return Unavailable{refused}
	default:
		refused.kind = ErrInvalid
	}
	return refused
}

// messageOf is what GitHub says of a refusal, on one short line.
func messageOf(body []byte) string {
	var said struct {
		Message       string `json:"message"`
		Errors        []any  `json:"errors"`
		Documentation string `json:"documentation_url"`
	}
	if json.Unmarshal(body, &said) != nil || said.Message == "" {
		return "no reason given"
	}
	text := said.Message
	for _, one := range said.Errors {
		if detail, err := json.Marshal(one); err == nil {
			text += " " + string(detail)
		}
	}
	if strings.Contains(said.Documentation, "secondary") {
		text += " (secondary rate limit)"
	}
	return cutRunes(strings.Join(strings.Fields(text), " "), 500)
}
