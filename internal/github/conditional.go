package github

import (
	"bytes"
	"context"
	"net/http"
)

// mostKept bounds an answer that is kept.
const mostKept = 1 << 20

// keptAnswer is an answer of before. It is kept as its Link header, which leads
// to the next page, a line feed, and its body.
type keptAnswer struct {
	link, body []byte
}

// recall looks for a kept answer and makes the request conditional on it.
func (t *transport) recall(ctx context.Context, r *http.Request) *keptAnswer {
	if t.app.cache == nil || !callOf(ctx).keep || r.Method != http.MethodGet {
		return nil
	}
	etag, whole, err := t.app.cache.Get(ctx, t.installation, r.URL.String())
	if err != nil && ctx.Err() == nil {
		t.app.log.Warn("GitHub is asked anew: the answer kept can't be read", "error", err)
		return nil
	}
	link, body, found := bytes.Cut(whole, []byte{'\n'})
	if etag == "" || !found {
		return nil
	}
	r.Header.Set("If-None-Match", etag)
	return &keptAnswer{link, body}
}

// answered is the kept answer in place of one that says that nothing changed.
func (k *keptAnswer) answered(now answer) answer {
	header := now.header.Clone()
	header.Del("Link")
	header.Del("Content-Length")
	header.Set("Content-Type", "application/json; charset=utf-8")
	if len(k.link) > 0 {
		header.Set("Link", string(k.link))
	}
	return answer{http.StatusOK, header, k.body}
}

// remember keeps an answer.
func (t *transport) remember(ctx context.Context, r *http.Request, got answer) {
	etag, link := got.header.Get("ETag"), got.header.Get("Link")
	if t.app.cache == nil || !callOf(ctx).keep || r.Method != http.MethodGet || got.status != http.StatusOK || etag == "" || len(got.body) > mostKept {
		return
	}
	whole := append([]byte(link+"\n"), got.body...)
	if err := t.app.cache.Put(ctx, t.installation, r.URL.String(), etag, whole); err != nil {
		t.app.log.Warn("GitHub's answer could not be kept", "error", err)
	}
}
