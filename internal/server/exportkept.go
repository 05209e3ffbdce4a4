package server

import (
	"net/http"

	"twelvefold/internal/store"
)

// tokensTable has the reader's own tokens, without what they are.
func (s *Server) tokensTable(r *http.Request) (exported, error) {
	v := viewerOf(r.Context())
	if v.person == 0 {
		return exported{}, store.ErrNotFound
	}
	list, err := s.store.Tokens(r.Context(), v.person)
	return exported{
		name:    "tokens",
		columns: []string{"token", "name", "scopes", "created", "last_used", "expires", "revoked", "lives"},
		rows: rowsOf(list, func(t store.Token) []any {
			return []any{t.ID, t.Name, t.Scopes, t.Created, t.LastUsed, t.Expires, t.Revoked, t.Lives(s.now())}
		}),
	}, err
}

// mailsTable has the reader's own mails of an account, as many as are shown.
func (s *Server) mailsTable(r *http.Request) (exported, error) {
	v := viewerOf(r.Context())
	if v.person == 0 {
		return exported{}, store.ErrNotFound
	}
	list, err := s.store.DigestMails(r.Context(), v.person, v.of.ID, mailsOfDigest)
	return exported{
		name:    v.of.Account + "-mails",
		columns: []string{"week", "due", "state", "became", "said"},
		rows: rowsOf(list, func(m store.DigestMail) []any {
			return []any{m.Week, m.Due, string(m.State), mailSays(m), m.Said}
		}),
	}, err
}

// noticesTable has what an account's webhook was told.
func (s *Server) noticesTable(r *http.Request) (exported, error) {
	v := viewerOf(r.Context())
	if _, err := s.store.Hook(r.Context(), v.of.ID); err != nil {
		return exported{}, err
	}
	list, err := s.store.Notices(r.Context(), v.of.ID, exportLimit+1)
	return exported{
		name:    v.of.Account + "-deliveries",
		columns: []string{"delivery", "event", "repository", "state", "attempts", "status", "took_ms", "why", "answer", "created", "next"},
		rows: rowsOf(list, func(n store.Notice) []any {
			row := noticeRow(n, false)
			return []any{row.ID, row.Event, row.Repository, row.State, row.Attempts, row.Status, row.Took.Milliseconds(), row.Why, row.Answer, row.Created, n.Next}
		}),
	}, err
}

// uploadsTable has a repository's uploads to code scanning.
func (s *Server) uploadsTable(r *http.Request) (exported, error) {
	o := viewerOf(r.Context()).seen
	list, err := s.store.Uploads(r.Context(), o.Installation, o.ID, exportLimit+1)
	return exported{
		name:    ofRepository(o, "uploads"),
		columns: []string{"of", "commit", "findings", "left_out", "state", "why", "created", "ended"},
		rows: rowsOf(list, func(u store.Upload) []any {
			return []any{refName(u.Ref), u.Commit, u.Findings, u.LeftOut, string(u.State), u.Why, u.Created, u.Ended}
		}),
	}, err
}
