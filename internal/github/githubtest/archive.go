package githubtest

import (
	"archive/tar"
	"compress/gzip"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

// archive is what a link leads to. It works for a while, for whoever has it.
type archive struct {
	repository *repository
	commit     *commit
}

// tarball gives a link to another host, as GitHub does.
func (s *Server) tarball(q *query) (int, any, error) {
	r, err := q.repository()
	if err != nil {
		return 0, nil, err
	}
	if len(r.commits) == 0 {
		return 0, nil, notFound
	}
	c := r.commit(q.PathValue("ref"))
	if c == nil {
		return 0, nil, notFound
	}
	token := secret("")
	s.archives[token] = archive{r, c}
	q.out.Set("Location", fmt.Sprintf("%s/%s/legacy.tar.gz/%s?token=%s", s.codes.URL, r.full(), c.id, token))
	return http.StatusFound, nil, nil
}

// ArchiveMatch is the pattern of downloads in faults: they are asked for by GET
// of this path.
const ArchiveMatch = "GET /archive"

// serveArchive packs an archive as git archive does. A token that comes along
// was given to a host that it is not for.
func (s *Server) serveArchive(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "" {
		s.t.Error("githubtest: a token was sent to the host of archives")
	}
	s.mu.Lock()
	a, ok := s.archives[r.URL.Query().Get("token")]
	s.requests = append(s.requests, Request{Method: r.Method, Path: "/archive", As: "nobody"})
	s.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	cutAt := -1
	if f := s.fault(r.Method, "/archive"); f != nil {
		switch {
		case f.Cut:
			panic(http.ErrAbortHandler)
		case f.Status > 0:
			f.answer(w)
			return
		case f.Delay > 0: // begins, and stalls
			_ = http.NewResponseController(w).Flush()
			select {
			case <-r.Context().Done():
			case <-time.After(f.Delay):
			}
			return
		case f.Lost: // in the middle
			cutAt = 10
		}
	}
	w.Header().Set("Content-Type", "application/x-gzip")
	packed := gzip.NewWriter(w)
	s.pack(tar.NewWriter(packed), a, cutAt)
	_ = packed.Close()
}

func (s *Server) pack(out *tar.Writer, a archive, cutAt int) {
	top := fmt.Sprintf("%s-%s-%s/", a.repository.owner.login, a.repository.name, a.commit.id[:7])
	_ = out.WriteHeader(&tar.Header{Typeflag: tar.TypeXGlobalHeader, Name: "pax_global_header", PAXRecords: map[string]string{"comment": a.commit.id}})
	_ = out.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: top, Mode: 0o775})
	dirs := map[string]bool{}
	for i, path := range slices.Sorted(maps.Keys(a.commit.files)) {
		if i == cutAt {
			_ = out.Flush()
			panic(http.ErrAbortHandler)
		}
		if a.repository.attributes.ignored[path] {
			continue
		}
		for at := range path {
			if dir := path[:at]; path[at] == '/' && !dirs[dir] {
				dirs[dir] = true
				_ = out.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: top + dir + "/", Mode: 0o775})
			}
		}
		packFile(out, top+path, a, a.commit.files[path], path)
	}
	_ = out.Close()
}

func packFile(out *tar.Writer, name string, a archive, f blobRef, path string) {
	content := a.repository.blobs[f.id]
	if changed, ok := a.repository.attributes.changed[path]; ok {
		content = []byte(changed)
	}
	switch f.mode {
	case "160000":
		_ = out.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: 0o775})
	case "120000":
		_ = out.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: string(content), Mode: 0o777})
	default:
		mode := int64(0o664)
		if f.mode == "100755" {
			mode = 0o775
		}
		_ = out.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode, Size: int64(len(content))})
		_, _ = out.Write(content)
	}
}
