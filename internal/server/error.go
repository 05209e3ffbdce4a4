package server

import (
	"bytes"
	"context"
	"errors"
	"net/http"

	"github.com/a-h/templ"

	"twelvefold/internal/api"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

var (
	errSignIn = errors.New("sign-in is needed and not set up")
	errHost   = errors.New("the Host header names another machine")
	errMethod = errors.New("the address does not take this method")
	errOrigin = errors.New("the request was sent by another site's page")
)

// told is an error that is a page already.
type told struct {
	status         int
	title, message string
	link           templates.Link
}

func (t told) Error() string { return t.title }

// fail renders an error as a designed page. A person sees a title and what to
// do; the log has the error with the request's id.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // the reader has gone
	}
	if ofAPI(r) {
		s.refuse(w, r, err)
		return
	}
	view := templates.Error{RequestID: requestID(r.Context())}
	var page told
	if errors.Is(err, errSession) {
		err = errSigned
	}
	switch {
	case errors.As(err, &page):
		view.Status, view.Title, view.Message, view.Link = page.status, page.title, page.message, page.link
	case errors.Is(err, store.ErrNotFound):
		view.Status, view.Title, view.Message = http.StatusNotFound, "Nothing here", "The address may be mistyped, or what it showed is gone."
	case errors.Is(err, errSignIn):
		view.Status, view.Title, view.Message = http.StatusForbidden, "Sign-in is needed", "This server shows nothing without sign-in, and none is set up. Ask its operator."
	case errors.Is(err, errHost):
		view.Status, view.Title, view.Message = http.StatusMisdirectedRequest, "Another machine's name", "Without sign-in this server answers to localhost and 127.0.0.1 only."
	case errors.Is(err, errMethod):
		view.Status, view.Title, view.Message = http.StatusMethodNotAllowed, "Nothing to send here", "This address can only be read. Go back and follow a link instead."
	case errors.Is(err, errOrigin):
		view.Status, view.Title, view.Message = http.StatusForbidden, "Sent from elsewhere", "The request came from another site's page and was not carried out. Open this site itself and try again."
	case errors.Is(err, context.DeadlineExceeded):
		view.Status, view.Title, view.Message = http.StatusServiceUnavailable, "Too busy", "The database took too long to answer. Try again in a moment."
	case store.Unavailable(err):
		view.Status, view.Title, view.Message = http.StatusServiceUnavailable, "The database is away", "It does not answer just now. Nothing is lost: try again in a moment."
		s.logger.WarnContext(r.Context(), "the database does not answer", "id", view.RequestID, "path", api.Masked(loggedPath(r)), "error", api.Masked(err.Error()))
	default:
		view.Status, view.Title, view.Message = http.StatusInternalServerError, "Something broke", "It has been logged with the request's id below. Try again; if it stays, tell the operator that id."
		s.logger.ErrorContext(r.Context(), "request failed", "id", view.RequestID, "path", api.Masked(loggedPath(r)), "error", api.Masked(err.Error()))
	}
	if view.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "5")
	}
	if view.Status >= http.StatusInternalServerError && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		view.Again = r.URL.RequestURI()
	}
	view.Page = s.page(r, view.Title)
	var html bytes.Buffer
	if err := templates.ErrorPage(view).Render(r.Context(), &html); err != nil {
		http.Error(w, view.Title, view.Status)
		return
	}
	writeHTML(w, view.Status, html.Bytes())
}

// render writes a page whole or not at all.
func (s *Server) render(w http.ResponseWriter, r *http.Request, view templ.Component) error {
	return s.renderAs(w, r, http.StatusOK, view)
}

func (s *Server) renderAs(w http.ResponseWriter, r *http.Request, status int, view templ.Component) error {
	var page bytes.Buffer
	if err := view.Render(r.Context(), &page); err != nil {
		return err
	}
	writeHTML(w, status, page.Bytes())
	return nil
}

func writeHTML(w http.ResponseWriter, status int, page []byte) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(page) // the reader may have gone; there is no one to tell
}
