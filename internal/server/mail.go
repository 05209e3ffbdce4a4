package server

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/a-h/templ"
)

// mailPolicy is what a mail may do that is shown in a page: carry its own styles.
// Its links open in another tab.
const mailPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; " +
	"sandbox allow-popups allow-popups-to-escape-sandbox"

// renderMail answers with a mail's HTML part, for a page's frame alone.
func (s *Server) renderMail(w http.ResponseWriter, r *http.Request, mail templ.Component) error {
	var b bytes.Buffer
	if err := mail.Render(r.Context(), &b); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Security-Policy", mailPolicy)
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "text/html; charset=utf-8")
	_, err := w.Write([]byte(strings.Replace(b.String(), "<head>", `<head><base target="_blank">`, 1)))
	return err
}
