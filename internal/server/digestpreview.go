package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"twelvefold/internal/audit"
	"twelvefold/internal/digest"
	"twelvefold/internal/letter"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// mailed is a mail, and of how many repositories it tells.
type mailed struct {
	digest.Mail
	repositories int
}

// digestMail is the mail of an account as the viewer would get it now.
func (s *Server) digestMail(r *http.Request) (mailed, error) {
	v := viewerOf(r.Context())
	var d store.Subscription
	if v.person != 0 {
		var err error
		if d, err = s.store.Subscription(r.Context(), v.person, v.of.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
			return mailed{}, err
		}
	}
	base := "http://" + r.Host // of this machine, which alone is answered then
	if s.signIn != nil {
		base = s.signIn.BaseURL
	}
	ask := letter.Ask{Sight: v.sight, Installation: v.of.Installation, Repositories: d.Repositories, Now: s.now().In(zoneOf(d)), Base: base,
		Ruleset: audit.RulesetVersion(s.rules)}
	key := fmt.Sprint("digest ", v.of.ID, d.Repositories, d.When.Zone, base)
	return recently(r.Context(), &s.recent, v.sight, key, func(m mailed) bool { return m.repositories > manyRepositories },
		func(ctx context.Context) (mailed, error) {
			d, err := letter.Of(ctx, s.store, ask)
			if err != nil {
				return mailed{}, err
			}
			m, err := digest.Compose(d)
			return mailed{m, d.Repositories}, err
		})
}

// previewPage shows the mail as it would be now, both parts of it.
func (s *Server) previewPage(w http.ResponseWriter, r *http.Request) error {
	v := viewerOf(r.Context())
	m, err := s.digestMail(r)
	if err != nil {
		return err
	}
	account := accountOf(v.of.Installation)
	framing(w)
	return s.render(w, r, templates.DigestPreviewPage(templates.DigestPreview{
		Page: s.page(r, "This week’s digest of "+account.Name), Account: account, Back: digestHref(v.of.ID),
		Subject: m.Subject, Frame: digestHref(v.of.ID) + "/mail", Text: m.Text, Size: len(m.HTML)}))
}

// framing lets a page show another one of this site in a frame.
func framing(w http.ResponseWriter) {
	w.Header().Set("Content-Security-Policy", policy+"; frame-src 'self'")
}

// mailPart answers with the HTML part alone, for the frame of the preview.
func (s *Server) mailPart(w http.ResponseWriter, r *http.Request) error {
	m, err := s.digestMail(r)
	if err != nil {
		return err
	}
	return s.renderMail(w, r, templ.Raw(m.HTML))
}

// mailPolicy is what a mail may do that is shown in a page: carry its own styles.
// Its links open in another tab.
const mailPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; " +
	"sandbox allow-popups allow-popups-to-escape-sandbox"

// renderMail answers with a mail's HTML part, for a page's frame.
func (s *Server) renderMail(w http.ResponseWriter, r *http.Request, mail templ.Component) error {
	var b strings.Builder
	if err := mail.Render(r.Context(), &b); err != nil {
		return err
	}
	w.Header().Set("Content-Security-Policy", mailPolicy)
	w.Header().Set("X-Frame-Options", "SAMEORIGIN")
	writeHTML(w, http.StatusOK, []byte(strings.Replace(b.String(), "<head>", `<head><base target="_blank">`, 1)))
	return nil
}
