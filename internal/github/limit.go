package github

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ownLimiter is what this process alone knows.
type ownLimiter struct {
	mu    sync.Mutex
	until map[int64]time.Time
}

func (l *ownLimiter) Blocked(_ context.Context, installation int64) (time.Time, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.until[installation], nil
}

func (l *ownLimiter) Block(_ context.Context, installation int64, until time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if until.After(l.until[installation]) {
		l.until[installation] = until
	}
	return nil
}

// secondaryPause is how long to wait after a secondary limit that does not say
// it, and mostPause what it grows to.
const (
	secondaryPause = time.Minute
	mostPause      = time.Hour
)

// limitOf reports whether an answer says that a limit is reached. strikes is
// how many secondary limits came before it, one after the other.
// See https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api.
func limitOf(status int, header http.Header, message string, now time.Time, strikes int) (RateLimited, bool) {
	if status != http.StatusForbidden && status != http.StatusTooManyRequests {
		return RateLimited{}, false
	}
	if wait, ok := retryAfter(header, now); ok {
		return RateLimited{now.Add(wait), true}, true
	}
	if reset, spent := spentUntil(header, now); spent {
		return RateLimited{reset, false}, true
	}
	if lower := strings.ToLower(message); status == http.StatusTooManyRequests || strings.Contains(lower, "secondary rate") || strings.Contains(lower, "abuse") {
		return RateLimited{now.Add(min(secondaryPause<<min(strikes, 6), mostPause)), true}, true
	}
	return RateLimited{}, false
}

// retryAfter reads a number of seconds or a date. What lies in the past waits
// for a second.
func retryAfter(header http.Header, now time.Time) (time.Duration, bool) {
	value := header.Get("Retry-After")
	if seconds, err := strconv.Atoi(value); err == nil {
		return min(max(time.Duration(seconds)*time.Second, time.Second), mostPause), true
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(at.Sub(now), time.Second), mostPause), true
	}
	return 0, false
}

// spentUntil reports whether nothing is left of the hour's requests, and until
// when: a second later than said, for clocks that differ.
func spentUntil(header http.Header, now time.Time) (time.Time, bool) {
	if header.Get("X-RateLimit-Remaining") != "0" {
		return time.Time{}, false
	}
	seconds, err := strconv.ParseInt(header.Get("X-RateLimit-Reset"), 10, 64)
	if err != nil {
		return now.Add(secondaryPause), true
	}
	reset := time.Unix(seconds, 0).Add(time.Second)
	if !reset.After(now) || reset.After(now.Add(2*mostPause)) {
		return now.Add(secondaryPause), true
	}
	return reset, true
}

// waits returns RateLimited while a limit is known.
func (t *transport) waits(ctx context.Context) error {
	if !t.limits() {
		return nil
	}
	until, err := t.app.limiter.Blocked(ctx, t.installation)
	if err != nil {
		return ownFault{err}
	}
	if until.After(t.app.now()) {
		return RateLimited{Until: until}
	}
	return nil
}

// limits reports whether the limit is one that the processes share: a person's
// is the person's own.
func (t *transport) limits() bool {
	switch t.as.(type) {
	case asApp, asInstallation:
		return true
	}
	return false
}

// block lets all processes know of a limit.
func (t *transport) block(ctx context.Context, until time.Time) {
	if !t.limits() {
		return
	}
	if err := t.app.limiter.Block(context.WithoutCancel(ctx), t.installation, until); err != nil {
		t.app.log.Warn("other processes could not be told of GitHub's limit", "installation", t.installation, "error", err)
	}
}

// noteLimit looks at an answer's limits. The error is RateLimited.
func (t *transport) noteLimit(ctx context.Context, status int, header http.Header, message string) error {
	a, now := t.app, t.app.now()
	a.mu.Lock()
	limit, reached := limitOf(status, header, message, now, a.strikes[t.installation])
	switch {
	case !t.limits():
	case reached && limit.Secondary:
		a.strikes[t.installation]++
	case status < 400:
		delete(a.strikes, t.installation)
	}
	if b, ok := budgetOf(header, now); ok && t.limits() {
		a.budgets[t.installation] = b
	}
	a.mu.Unlock()
	if reached {
		t.block(ctx, limit.Until)
		return limit
	}
	if until, spent := spentUntil(header, now); spent && status < 400 {
		t.block(ctx, until) // the next request would be refused
	}
	return nil
}

// budget is what GitHub said last of an hour's requests.
type budget struct {
	hourly, left int
	reset        time.Time
}

// budgetOf reads it from an answer's headers. Search and the like have budgets
// of their own, which don't count here.
func budgetOf(header http.Header, now time.Time) (b budget, ok bool) {
	hourly, err1 := strconv.Atoi(header.Get("X-RateLimit-Limit"))
	left, err2 := strconv.Atoi(header.Get("X-RateLimit-Remaining"))
	reset, err3 := strconv.ParseInt(header.Get("X-RateLimit-Reset"), 10, 64)
	if err1 != nil || err2 != nil || err3 != nil || header.Get("X-RateLimit-Resource") != "core" {
		return b, false
	}
	b = budget{hourly, left, time.Unix(reset, 0).Add(time.Second)}
	return b, b.reset.After(now) && !b.reset.After(now.Add(2*mostPause))
}

// Spare is nil while more than half of the hour's requests are left, as far as
// this process knows: for work that nobody waits for. Else the error is
// RateLimited, until the next hour begins.
func (c *Client) Spare() error {
	c.app.mu.Lock()
	defer c.app.mu.Unlock()
	if b := c.app.budgets[c.installation]; b.reset.After(c.app.now()) && 2*b.left <= b.hourly {
		return RateLimited{Until: b.reset}
	}
	return nil
}
