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
	"slices"
	"strconv"
	"strings"
	"time"

	"twelvefold/internal/source"
)

// Sparing is a client that spends as few of the hour's requests as it can: contents come over
// git's own protocol, which has a limit of its own, and by the API only where that fails.
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

// overGit fetches contents over git's protocol, all by one request. What it could not
// have is not in the answer, and is to be fetched otherwise. Errors: RateLimited, or that the context ended.
func (k *contents) overGit(ctx context.Context, wanted []source.File) (map[string][]byte, error) {
	a, got := k.client.app, map[string][]byte{}
	if a.refusedByGit(k.at) {
		return got, nil
	}
	as, renewed := asInstallation{a, k.client.installation}, false
	for attempt := 1; ; attempt++ {
		left := slices.DeleteFunc(slices.Clone(wanted), func(f source.File) bool { _, had := got[f.Blob]; return had })
		if len(left) == 0 {
			return got, nil
		}
		token, err := as.authorization(ctx)
		if err != nil {
			return nil, tidy(err)
		}
		err = k.fetch(ctx, strings.TrimPrefix(token, "Bearer "), left[:min(len(left), mostWanted)], got)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err == nil:
			attempt = 0
			continue
		case errors.As(err, new(RateLimited)):
			return nil, err
		case TokenRefused(err) && !renewed && as.refused(token):
			renewed = true
			continue
		case passes(err) && attempt < attempts:
			if err := (&transport{app: a}).pause(ctx, attempt); err != nil {
				return nil, err
			}
			continue
		}
		a.noteRefusedByGit(k.at)
		a.log.Warn("contents are asked for by the API: git's protocol gives none", "repository", k.at.String(), "error", err)
		return got, nil
	}
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

// fetch asks for contents once, and adds to got those that came and are the right ones.
// It is the fetch of protocol version 2 (gitprotocol-v2(5)), which takes any object's id
// and needs no conversation before it.
func (k *contents) fetch(ctx context.Context, token string, wanted []source.File, got map[string][]byte) error {
	a := k.client.app
	within, stop := context.WithCancel(ctx)
	defer stop()
	stalled := time.AfterFunc(a.times.stalled, stop)
	defer stalled.Stop()
	path := "/" + k.at.String() + ".git/git-upload-pack"
	request, err := http.NewRequestWithContext(within, http.MethodPost, cmp.Or(a.site, siteUsual)+path, bytes.NewReader(wants(wanted)))
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
		return k.broken(ctx, within, err)
	}
	defer response.Body.Close()
	if err := k.gitJudged(response, path); err != nil {
		return err
	}
	want, total := map[string]int64{}, int64(0)
	for _, f := range wanted {
		want[f.Blob] = f.Size
		total += f.Size
	}
	packed := &band{r: bufio.NewReader(progress{response.Body, stalled, a.times.stalled})}
	// A delta is no longer than what it makes, and each packet has five bytes of its own.
	most := 2*total + (1 << 20)
	err = source.Unpack(io.LimitReader(packed, most), len(wanted), most, func(id string, content []byte) {
		if size, ok := want[id]; ok && size == int64(len(content)) {
			got[id] = content
		}
	})
	var said refusal
	switch {
	case errors.As(packed.err, &said):
		return refusal{http.MethodPost, path, response.StatusCode, said.message, ErrInvalid}
	case packed.err != nil && packed.err != io.EOF:
		return k.broken(ctx, within, packed.err)
	case err != nil:
		return refusal{http.MethodPost, path, response.StatusCode, err.Error(), ErrInvalid}
	}
	for id := range want {
		if _, ok := got[id]; !ok {
			return refusal{http.MethodPost, path, response.StatusCode, "a content is missing", ErrInvalid}
		}
	}
	return nil
}

// gitJudged turns an answer without a pack into an error.
func (k *contents) gitJudged(response *http.Response, path string) error {
	status := response.StatusCode
	if limit, reached := limitOf(status, response.Header, "", k.client.app.now(), 0); reached {
		return limit // that of git's servers: others may go on to ask the API
	}
	switch kind := response.Header.Get("Content-Type"); {
	case status >= 500 || status == http.StatusRequestTimeout:
		return Unavailable{fmt.Errorf("POST %s was answered with %d", path, status)}
	case status != http.StatusOK || kind != "application/x-git-upload-pack-result":
		return refusal{http.MethodPost, path, status, "no pack was given, but " + strconv.Quote(cutRunes(kind, 100)), ErrForbidden}
	}
	return nil
}

// wants is the request for contents by their ids, in git's packets.
func wants(files []source.File) []byte {
	var b bytes.Buffer
	line := func(text string) { fmt.Fprintf(&b, "%04x%s\n", len(text)+5, text) }
	line("command=fetch")
	line("agent=" + userAgent)
	line("object-format=sha1")
	b.WriteString("0001")
	line("no-progress")
	line("ofs-delta")
	for _, f := range files {
		line("want " + f.Blob)
	}
	line("done")
	b.WriteString("0000")
	return b.Bytes()
}

// band is the pack in an answer: the first band of its section "packfile".
type band struct {
	r    *bufio.Reader
	left int // bytes of this packet
	in   bool
	err  error // why no more comes: io.EOF, a refusal, or what broke the connection
}

// Read reads the pack.
func (b *band) Read(p []byte) (int, error) {
	for b.left == 0 && b.err == nil {
		b.err = b.packet()
	}
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.r.Read(p[:min(len(p), b.left)])
	b.left -= n
	if err != nil {
		b.err = io.ErrUnexpectedEOF
		if err != io.EOF {
			b.err = err
		}
	}
	return n, nil
}

// packet goes on to the next packet, and to its content where it is one of the pack.
func (b *band) packet() error {
	var head [4]byte
	if _, err := io.ReadFull(b.r, head[:]); err != nil {
		return cutShort(err)
	}
	size, err := strconv.ParseUint(string(head[:]), 16, 16)
	switch {
	case err != nil || size == 3:
		return refusal{message: "an answer that is not git's"}
	case size == 0:
		return io.EOF
	case size <= 4:
		return nil // between two sections
	}
	if !b.in {
		text := make([]byte, size-4)
		if _, err := io.ReadFull(b.r, text); err != nil {
			return cutShort(err)
		}
		if said, refused := bytes.CutPrefix(text, []byte("ERR ")); refused {
			return gitSaid(said)
		}
		b.in = string(bytes.TrimSuffix(text, []byte("\n"))) == "packfile"
		return nil
	}
	sort, err := b.r.ReadByte()
	if err != nil {
		return cutShort(err)
	}
	if sort == 1 {
		b.left = int(size) - 5
		return nil
	}
	text := make([]byte, size-5)
	if _, err := io.ReadFull(b.r, text); err != nil {
		return cutShort(err)
	}
	if sort == 3 {
		return gitSaid(text)
	}
	return nil // what it does meanwhile
}

// cutShort is the error of an answer that ends within.
func cutShort(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// gitSaid is the refusal that git words itself.
func gitSaid(text []byte) error {
	return refusal{message: cutRunes(strings.Join(strings.Fields(string(text)), " "), 500)}
}
