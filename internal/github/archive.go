package github

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	library "github.com/google/go-github/v60/github"
	"github.com/klauspost/compress/gzip"

	"twelvefold/internal/source"
)

// fromArchive takes contents out of the commit's tarball, read as it comes and
// never kept. An entry counts when its name is a wanted file's and its content
// has that file's id. Files can be absent from an archive and differ there:
// .gitattributes says so (export-ignore, export-subst, eol), and LFS contents may stand
// in it. Errors: why the archive can't be had now.
func (k *contents) fromArchive(ctx context.Context, wanted []source.File) (map[string][]byte, error) {
	p := &picker{files: make(map[string]source.File, len(wanted)), got: make(map[string][]byte, len(wanted))}
	for _, f := range wanted {
		p.files[f.Path] = f
	}
	var err error
	for attempt := 1; ; attempt++ {
		// More than all files as they are listed, with a header and padding for
		// each, is not this commit's archive: the rest is fetched otherwise.
		p.bytes, p.entries = 2*k.bytes+int64(k.files)*4096+(16<<20), 2*k.files+1024
		if err = k.download(ctx, p); err == nil || attempt >= attempts || !passes(err) || ctx.Err() != nil {
			break
		}
		if err := (&transport{app: k.client.app}).pause(ctx, attempt); err != nil {
			return nil, err
		}
	}
	return p.got, err
}

// download reads the archive once, through a link that needs no token and is
// given none.
func (k *contents) download(ctx context.Context, p *picker) error {
	link, _, err := k.client.api.Repositories.GetArchiveLink(ctx, k.at.Owner, k.at.Name, library.Tarball, &library.RepositoryContentGetOptions{Ref: k.commit}, 3)
	if err != nil {
		return tidy(err)
	}
	a := k.client.app
	if !a.trusts(link) {
		return Unavailable{errors.New("its link to the archive can't be used")}
	}
	within, stop := context.WithCancel(ctx)
	defer stop()
	stalled := time.AfterFunc(a.times.stalled, stop)
	defer stalled.Stop()
	request, err := http.NewRequestWithContext(within, http.MethodGet, link.String(), nil)
	if err != nil {
		return ownFault{errors.New("the link to the archive can't be used")}
	}
	request.Header.Set("User-Agent", userAgent)
	request.Header.Set("Accept-Encoding", "identity") // it is packed already
	response, err := a.plain().Do(request)
	if err != nil {
		return a.broken(ctx, within, "the archive", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return k.notGiven(response)
	}
	err = p.read(progress{response.Body, stalled, a.times.stalled})
	a.log.Debug("GitHub gave an archive", "repository", k.at.String(), "commit", k.commit, "wanted", len(p.files), "got", len(p.got))
	if err != nil {
		return a.broken(ctx, within, "the archive", err)
	}
	return nil
}

// trusts reports whether a link may be followed: not from https to http.
func (a *App) trusts(link *url.URL) bool {
	return link.Host != "" && link.User == nil && (link.Scheme == "https" || link.Scheme == "http" && a.api.Scheme == "http")
}

// plain is a client without any token.
func (a *App) plain() *http.Client {
	return &http.Client{Transport: a.base, CheckRedirect: func(next *http.Request, before []*http.Request) error {
		if !a.trusts(next.URL) || len(before) > 3 {
			return errors.New("the archive's link leads elsewhere")
		}
		return nil
	}}
}

// broken words a download that failed. The link holds a secret: it is not said.
func (a *App) broken(ctx, within context.Context, what string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if within.Err() != nil {
		return Unavailable{fmt.Errorf("%s made no progress for %s", what, a.times.stalled)}
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return Unavailable{fmt.Errorf("%s can't be read: %w", what, err)}
}

// notGiven is the error of an archive that is refused. It has no limit of the API's.
func (k *contents) notGiven(response *http.Response) error {
	status, now := response.StatusCode, k.client.app.now()
	if limit, reached := limitOf(status, response.Header, "", now, 0); reached {
		return limit
	}
	return Unavailable{fmt.Errorf("the archive was answered with %d", status)}
}

// progress puts off the end of a download with each byte.
type progress struct {
	io.Reader
	stalled *time.Timer
	after   time.Duration
}

func (p progress) Read(b []byte) (int, error) {
	n, err := p.Reader.Read(b)
	if n > 0 {
		p.stalled.Reset(p.after)
	}
	return n, err
}

// picker takes wanted files out of a tarball.
type picker struct {
	files   map[string]source.File // by path; those that are had are gone
	got     map[string][]byte      // by blob
	bytes   int64                  // that may still be inflated
	entries int                    // that may still come
}

// errBeyond ends an archive that is larger than its commit.
var errBeyond = errors.New("larger than what is listed")

// read reads an archive until all is found or it ends.
func (p *picker) read(packed io.Reader) error {
	inflated, err := gzip.NewReader(packed)
	if err != nil {
		return err
	}
	archive := tar.NewReader(&bounded{inflated, &p.bytes})
	for len(p.files) > 0 {
		header, err := archive.Next()
		if err == io.EOF || errors.Is(err, errBeyond) {
			return nil
		}
		if err != nil {
			return err
		}
		if p.entries--; p.entries < 0 {
			return nil
		}
		if err := p.pick(header, archive); errors.Is(err, errBeyond) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

// pick reads one entry if it is wanted.
func (p *picker) pick(header *tar.Header, content io.Reader) error {
	_, name, _ := strings.Cut(header.Name, "/")
	f, wanted := p.files[name]
	// Line ends can make it twice as large; more is another content.
	if !wanted || header.Typeflag != tar.TypeReg || header.Size > 2*f.Size {
		return nil
	}
	delete(p.files, name)
	data := make([]byte, header.Size)
	if _, err := io.ReadFull(content, data); err != nil {
		p.files[name] = f
		return err
	}
	if blobID(data) != f.Blob {
		data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")) // as eol=crlf makes it
		if blobID(data) != f.Blob {
			return nil
		}
	}
	p.got[f.Blob] = data
	return nil
}

// bounded ends a reader after so many bytes.
type bounded struct {
	io.Reader
	left *int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if *b.left <= 0 {
		return 0, errBeyond
	}
	n, err := b.Reader.Read(p[:min(int64(len(p)), *b.left)])
	*b.left -= int64(n)
	return n, err
}
