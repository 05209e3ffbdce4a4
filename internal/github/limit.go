package github

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// limits are what is known of an installation's.
type limits struct {
	until, scarce time.Time
	strikes       int
}

// ownLimiter is what this process alone knows.
type ownLimiter struct {
	mu    sync.Mutex
	known map[int64]limits
}

func (l *ownLimiter) Limits(_ context.Context, installation int64) (until, scarce time.Time, strikes int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.known[installation]
	return k.until, k.scarce, k.strikes, nil
}

func (l *ownLimiter) Limit(_ context.Context, installation int64, until, scarce time.Time, strikes int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil {
		l.known = map[int64]limits{}
	}
	k := l.known[installation]
	l.known[installation] = limits{later(k.until, until), later(k.scarce, scarce), strikes}
	return nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
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

// waits returns what is known of the limits, or RateLimited while one holds.
func (t *transport) waits(ctx context.Context) (known limits, err error) {
	if !t.limits() {
		return known, nil
	}
	if known.until, known.scarce, known.strikes, err = t.app.limiter.Limits(ctx, t.installation); err != nil {
		return known, ownFault{err}
	}
	if known.until.After(t.app.now()) {
		return known, RateLimited{Until: known.until}
	}
	return known, nil
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

// noteLimit looks at an answer's limits, and lets all processes know what is not
// known. The error is RateLimited.
func (t *transport) noteLimit(ctx context.Context, status int, header http.Header, message string, known limits) error {
	now := t.app.now()
	limit, reached := limitOf(status, header, message, now, known.strikes)
	is := limits{strikes: known.strikes}
	switch {
	case reached && limit.Secondary:
		is.strikes++
	case status < 400:
		is.strikes = 0
	}
	if reached {
		is.until = limit.Until
	} else if until, spent := spentUntil(header, now); spent && status < 400 {
		is.until = until // the next request would be refused
	}
	if b, ok := budgetOf(header, now); ok && 2*b.left <= b.hourly && b.reset.After(known.scarce) {
		is.scarce = b.reset
	}
	if t.limits() && (is != limits{strikes: known.strikes}) {
		if err := t.app.limiter.Limit(context.WithoutCancel(ctx), t.installation, is.until, is.scarce, is.strikes); err != nil {
			t.app.log.Warn("other processes could not be told of GitHub's limit", "installation", t.installation, "error", err)
		}
	}
	if reached {
		return limit
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

// Spare is nil while more than half of the hour's requests are left, as far as any
// process was told: for work that nobody waits for. Else the error is RateLimited,
// until the next hour begins.
func (c *Client) Spare(ctx context.Context) error {
	_, scarce, _, err := c.app.limiter.Limits(ctx, c.installation)
	if err != nil {
		return ownFault{err}
	}
	if scarce.After(c.app.now()) {
		return RateLimited{Until: scarce}
	}
	return nil
}
