package github

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"twelvefold/internal/source"
)

// Sparing is a client that spends as few of the hour's requests as it can: what commits hold
// comes over git's own protocol, which has a limit of its own, and by the API only where that fails.
func (c *Client) Sparing() *Client {
	sparing := *c
	sparing.sparing = true
	return &sparing
}

const (
	// mostWanted bounds the ids of one request: 50 bytes each.
	mostWanted = 20_000
	// refusedFor is how long a repository that gave nothing over git is not asked so again.
	refusedFor = time.Hour
	siteUsual  = "https://github.com"
)

// question is what is asked for over git: objects, in one pack.
type question struct {
	wants    []string // ids
	how      []string // further arguments of fetch, see gitprotocol-v2(5)
	objects  int      // that may come
	most     int64    // bytes that they may have, inflated
	give     func(kind, id string, content []byte)
	complete func() bool // whether all came
}

// overGit asks until next has no more questions, which it has after a failure that may pass, too. It reports
// whether all was answered: what was not is to be had otherwise. Errors: RateLimited, or
// why there is no token, or that the context ended.
func (c *Client) overGit(ctx context.Context, at Slug, next func() *question) (answered bool, err error) {
	a := c.app
	if a.gitSite() == "" || a.refusedByGit(at) {
		return false, nil
	}
	as, renewed := asInstallation{a, c.installation}, false
	for attempt := 1; ; attempt++ {
		q := next()
		if q == nil {
			return true, nil
		}
		token, err := as.authorization(ctx)
		if err != nil {
			return false, tidy(err)
		}
		err = c.fetch(ctx, at, strings.TrimPrefix(token, "Bearer "), q)
		switch {
		case ctx.Err() != nil:
			return false, ctx.Err()
		case err == nil:
			attempt = 0
			continue
		case errors.As(err, new(RateLimited)):
			return false, err
		case TokenRefused(err) && !renewed && as.refused(token):
			renewed = true
			continue
		case passes(err) && attempt < attempts:
			if err := (&transport{app: a}).pause(ctx, attempt); err != nil {
				return false, err
			}
			continue
		}
		if !errors.Is(err, ErrNotFound) && !errors.Is(err, source.ErrPackTooLarge) { // of these objects, not of all
			a.noteRefusedByGit(at)
		}
		a.log.Warn("the API is asked: git's protocol does not give what is needed", "repository", at.String(), "error", err)
		return false, nil
	}
}

// gitSite is where repositories stand: on the API's own host, or the one that its name is made
// of, such as api.github.com. "" where the site is another: tokens of one GitHub are none of another's.
func (a *App) gitSite() string {
	site, err := url.Parse(cmp.Or(a.site, siteUsual))
	if err != nil || site.Scheme != a.api.Scheme || a.api.Host != site.Host && a.api.Host != "api."+site.Host {
		return ""
	}
	return site.Scheme + "://" + site.Host
}

// refusedByGit reports whether a repository gave nothing over git a short while ago.
func (a *App) refusedByGit(at Slug) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.now().Before(a.gitless[at])
}

func (a *App) noteRefusedByGit(at Slug) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	maps.DeleteFunc(a.gitless, func(_ Slug, until time.Time) bool { return !now.Before(until) })
	a.gitless[at] = now.Add(refusedFor)
}

// overGit fetches contents. What it could not have is not in the answer.
func (k *contents) overGit(ctx context.Context, wanted []source.File) (map[string][]byte, error) {
	got := map[string][]byte{}
	_, err := k.client.overGit(ctx, k.at, func() *question {
		q := &question{give: func(kind, id string, content []byte) {
			if kind == "blob" {
				got[id] = content
			}
		}}
		for _, f := range wanted {
			if _, had := got[f.Blob]; !had && len(q.wants) < mostWanted {
				q.wants = append(q.wants, f.Blob)
				q.most += f.Size
			}
		}
		if len(q.wants) == 0 {
			return nil
		}
		// A delta is no longer than what it makes.
		q.objects, q.most = len(q.wants), 2*q.most+(1<<20)
		q.complete = func() bool { return hasAll(got, q.wants) }
		return q
	})
	return got, err
}

func hasAll(got map[string][]byte, ids []string) bool {
	return !slices.ContainsFunc(ids, func(id string) bool { _, had := got[id]; return !had })
}

// fetch asks one question. It is the fetch of protocol version 2 (gitprotocol-v2(5)), which takes any
// object's id and needs no conversation before it.
func (c *Client) fetch(ctx context.Context, at Slug, token string, q *question) error {
	a := c.app
	within, stop := context.WithCancel(ctx)
	defer stop()
	stalled := time.AfterFunc(a.times.stalled, stop)
	defer stalled.Stop()
	path := "/" + at.String() + ".git/git-upload-pack"
	request, err := http.NewRequestWithContext(within, http.MethodPost, a.gitSite()+path, bytes.NewReader(q.packets()))
	if err != nil {
		return ownFault{err}
	}
	request.SetBasicAuth("x-access-token", token)
	request.Header.Set("User-Agent", "git/"+userAgent)
	request.Header.Set("Git-Protocol", "version=2")
	request.Header.Set("Content-Type", "application/x-git-upload-pack-request")
	request.Header.Set("Accept", "application/x-git-upload-pack-result")
	// A redirect would take the token elsewhere, and make a GET of it.
	plain := http.Client{Transport: a.base, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := plain.Do(request)
	if err != nil {
		return a.broken(ctx, within, "git's answer", err)
	}
	defer response.Body.Close()
	if err := a.gitJudged(response, path); err != nil {
		return err
	}
	packed := &band{r: bufio.NewReader(progress{response.Body, stalled, a.times.stalled})}
	err = source.Unpack(io.LimitReader(packed, q.most), q.objects, q.most, q.give)
	refused := refusal{http.MethodPost, path, response.StatusCode, "", ErrInvalid}
	var said refusal
	switch {
	case errors.As(packed.err, &said):
		refused.message, refused.kind = said.message, cmp.Or(said.kind, refused.kind)
	case packed.err != nil && packed.err != io.EOF:
		return a.broken(ctx, within, "git's answer", packed.err)
	case errors.Is(err, source.ErrPackTooLarge):
		refused.message, refused.kind = err.Error(), source.ErrPackTooLarge
	case err != nil:
		refused.message = err.Error()
	case !q.complete():
		refused.message = "objects are missing"
	default:
		return nil
	}
	return refused
}

// gitJudged turns an answer without a pack into an error.
func (a *App) gitJudged(response *http.Response, path string) error {
	status := response.StatusCode
	if limit, reached := limitOf(status, response.Header, "", a.now(), 0); reached {
		return limit // that of git's servers: others may go on to ask the API
	}
	switch kind := response.Header.Get("Content-Type"); {
	case status >= 500 || status == http.StatusRequestTimeout:
		return Unavailable{fmt.Errorf("POST %s was answered with %d", path, status)}
	case status != http.StatusOK || kind != "application/x-git-upload-pack-result":
		return refusal{http.MethodPost, path, status, "no pack was given, but " + strconv.Quote(cutRunes(kind, 100)), ErrForbidden} // 404 as well: of private ones
	}
	return nil
}

// packets is the question in git's packets.
func (q *question) packets() []byte {
	var b bytes.Buffer
	line := func(text string) { fmt.Fprintf(&b, "%04x%s\n", len(text)+5, text) }
	line("command=fetch")
	line("agent=" + userAgent)
	b.WriteString("0001")
	for _, one := range append([]string{"no-progress", "ofs-delta"}, q.how...) {
		line(one)
	}
	for _, id := range q.wants {
		line("want " + id)
	}
	line("done")
	b.WriteString("0000")
	return b.Bytes()
}
