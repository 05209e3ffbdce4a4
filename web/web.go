// Package web embeds the static files and serves them at addresses that change
// with their content, so that browsers may keep them for ever.
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed static
var static embed.FS

// Prefix is where the files are served.
const Prefix = "/assets/"

// Assets is the embedded files by their content-hashed addresses.
type Assets struct {
	urls  map[string]string // name → address
	files map[string]file   // address → file
}

type file struct {
	name    string
	kind    string
	content []byte
}

// Load hashes the embedded files. An error names a file that the build must
// have put there and has not.
func Load(required ...string) (*Assets, error) {
	a := &Assets{urls: map[string]string{}, files: map[string]file{}}
	err := fs.WalkDir(static, "static", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := static.ReadFile(name)
		if err != nil {
			return err
		}
		short := strings.TrimPrefix(name, "static/")
		sum := sha256.Sum256(content)
		ext := path.Ext(short)
		url := Prefix + strings.TrimSuffix(short, ext) + "." + hex.EncodeToString(sum[:6]) + ext
		a.urls[short] = url
		a.files[url] = file{short, mime.TypeByExtension(ext), content}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, name := range required {
		if _, ok := a.urls[name]; !ok {
			return nil, fmt.Errorf("the program was built without %s: build it with make build", name)
		}
	}
	return a, nil
}

// URL is the address of a file that Load was told to require.
func (a *Assets) URL(name string) string { return a.urls[name] }

// ServeHTTP serves one file, to be kept for a year: another content has
// another address.
func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := a.files[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", f.kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(w, r, f.name, time.Time{}, bytes.NewReader(f.content))
}
