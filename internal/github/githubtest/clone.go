package githubtest

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// Clone writes a repository as a bare git directory: what git clone --mirror
// would make of it.
func (s *Server) Clone(repository, dir string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clone(s.must(repository), dir, map[string]bool{})
}

// clone writes what has not been written before.
func (s *Server) clone(r *repository, dir string, written map[string]bool) {
	write := func(name string, content []byte) {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			s.t.Fatal(err)
		}
		if err := os.WriteFile(name, content, 0o644); err != nil {
			s.t.Fatal(err)
		}
	}
	loose := func(id string, whole []byte) {
		if written[id] {
			return
		}
		written[id] = true
		var packed bytes.Buffer
		w := zlib.NewWriter(&packed)
		_, _ = w.Write(whole)
		_ = w.Close()
		write("objects/"+id[:2]+"/"+id[2:], packed.Bytes())
	}
	write("HEAD", []byte("ref: refs/heads/"+r.defaultBranch+"\n"))
	write("config", fmt.Appendf(nil, "[core]\n\trepositoryformatversion = 0\n\tbare = true\n[remote \"origin\"]\n\turl = %s/%s.git\n", s.URL, r.full()))
	refs := r.refs()
	for _, name := range slices.Sorted(maps.Keys(refs)) {
		write(name, []byte(refs[name]+"\n"))
	}
	for _, p := range r.pulls { // GitHub has them of forks, too
		write(fmt.Sprintf("refs/pull/%d/head", p.number), []byte(p.headSHA+"\n"))
	}
	for id, whole := range r.raw {
		loose(id, whole)
	}
	for id, content := range r.blobs {
		loose(id, append(fmt.Appendf(nil, "blob %d\x00", len(content)), content...))
	}
}
