package server

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"twelvefold/internal/store"
	"twelvefold/templates"
)

// badgeAge is how long a badge may be kept by whoever shows it, in seconds.
const badgeAge = 300

// badge answers a repository's score and twelve cells as an image. Anybody may
// have that of a public repository; of a private one it takes the key that the
// repository's page gives. What doesn't exist and what takes a key look the same.
func (s *Server) badge(w http.ResponseWriter, r *http.Request) error {
	name, isImage := strings.CutSuffix(r.PathValue("file"), ".svg")
	if !isImage {
		return store.ErrNotFound
	}
	standing, err := s.store.BadgeOf(r.Context(), r.PathValue("owner"), name, s.anonymous)
	if err != nil {
		return err
	}
	if standing.Private && standing.Origin == store.FromGitHub && !s.opensBadge(standing.ID, r.URL.Query().Get("key")) {
		return store.ErrNotFound
	}
	var image bytes.Buffer
	if err := templates.BadgeImage(badgeOf(standing)).Render(r.Context(), &image); err != nil {
		return err
	}
	sum := sha256.Sum256(image.Bytes())
	h := w.Header()
	h.Set("Content-Type", "image/svg+xml")
	h.Set("Content-Security-Policy", "default-src 'none'")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // other sites show it
	h.Set("Cache-Control", fmt.Sprintf("public, max-age=%d", badgeAge))
	h.Set("ETag", `"`+base64.RawURLEncoding.EncodeToString(sum[:12])+`"`)
	if match := r.Header.Get("If-None-Match"); match != "" && strings.Contains(match, strings.Trim(h.Get("ETag"), `"`)) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	_, err = w.Write(image.Bytes())
	return err
}

func badgeOf(o store.Standing) templates.Badge {
	return templates.Badge{Name: o.FullName(), Score: o.Score, Grade: o.Grade, Strip: standingStrip(o, nil)}
}

// badgeKey opens the badge of a private repository; "" where there is no key to
// sign with.
func (s *Server) badgeKey(repository int64, n int) string {
	if s.signIn == nil || n >= len(s.signIn.Keys) {
		return ""
	}
	mac := hmac.New(sha256.New, s.signIn.Keys[n])
	fmt.Fprintf(mac, "badge of repository %d", repository)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:18])
}

func (s *Server) opensBadge(repository int64, key string) bool {
	opens := false
	for n := 0; s.signIn != nil && n < len(s.signIn.Keys); n++ {
		opens = hmac.Equal([]byte(key), []byte(s.badgeKey(repository, n))) || opens
	}
	return opens
}

// badgeSnippet is the badge of a repository's page, and what to write for it.
func (s *Server) badgeSnippet(r *http.Request, repository store.Repository) templates.BadgeSnippet {
	path := "/badge/" + url.PathEscape(repository.Owner) + "/" + url.PathEscape(repository.Name) + ".svg"
	if repository.Private && repository.Origin == store.FromGitHub {
		path += "?key=" + s.badgeKey(repository.ID, 0)
	}
	base := s.setup.BaseURL
	if s.signIn != nil {
		base = s.signIn.BaseURL
	}
	if base == "" {
		base = "http://" + r.Host // of this machine: others are refused without sign-in
	}
	base = strings.TrimSuffix(base, "/")
	return templates.BadgeSnippet{Image: path, Private: strings.Contains(path, "?"),
		Markdown: fmt.Sprintf("[![Twelvefold](%s%s)](%s%s)", base, path, base, repositoryHref(repository.ID))}
}
