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

// Stylesheet is the name of all sheets together, which is what pages load.
const Stylesheet = "css/app.css"

// sheets are the files of static/css in the order in which they are joined:
// what comes later wins. Tokens are first; what the reader's system asks for,
// and print, are last.
var sheets = []string{
	"tokens", "base", "frame", "cells", "tables",
	"repository", "waivers", "trend", "badge", "rules", "find", "contract", "found", "digest",
	"narrow", "organisation", "setup", "finding", "outgoing", "access", "storybook",
	"preferences", "print",
}

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

// Load hashes the embedded files, with the sheets joined into one. An error
// names a file that the build must have put there and has not.
func Load(required ...string) (*Assets, error) {
	a := &Assets{urls: map[string]string{}, files: map[string]file{}}
	sheet, err := join()
	if err != nil {
		return nil, err
	}
	a.add(Stylesheet, sheet)
	err = fs.WalkDir(static, "static", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Dir(name) == "static/css" {
			return err
		}
		content, err := static.ReadFile(name)
		if err != nil {
			return err
		}
		a.add(strings.TrimPrefix(name, "static/"), content)
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

// join puts the sheets one after the other.
func join() ([]byte, error) {
	var whole bytes.Buffer
	for _, name := range sheets {
		content, err := static.ReadFile("static/css/" + name + ".css")
		if err != nil {
			return nil, err
		}
		whole.Write(content)
	}
	return whole.Bytes(), nil
}

// add hashes one file into its address.
func (a *Assets) add(name string, content []byte) {
	sum := sha256.Sum256(content)
	ext := path.Ext(name)
	url := Prefix + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
	a.urls[name] = url
	a.files[url] = file{name, mime.TypeByExtension(ext), content}
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
