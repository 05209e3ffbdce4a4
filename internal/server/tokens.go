package server

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"twelvefold/internal/api"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

const tokensHref = "/account/tokens"

const (
	usualToken   = 90 // days that a token lives unless somebody says otherwise
	longestName  = 60 // bytes of what a token is for
	tokenEndSoon = 7 * 24 * time.Hour
)

// tokensPage lists the reader's own tokens.
func (s *Server) tokensPage(w http.ResponseWriter, r *http.Request) error {
	view, err := s.tokensView(r)
	if err != nil {
		return err
	}
	return s.render(w, r, templates.TokensPage(view))
}

// tokensView is the page before anybody filled in the form.
func (s *Server) tokensView(r *http.Request) (view templates.Tokens, err error) {
	v := viewerOf(r.Context())
	view = templates.Tokens{Page: s.page(r, "API tokens"), Local: v.person == 0, Site: s.site(r), Most: store.MostTokens, Form: tokenForm("", []string{string(api.Read)}, usualToken)}
	if view.Local {
		return view, nil
	}
	list, err := s.store.Tokens(r.Context(), v.person)
	for _, t := range list {
		row := templates.TokenRow{Name: t.Name, Scopes: t.Scopes, Created: t.Created, Expires: t.Expires, Soon: t.Expires.Sub(s.now()) < tokenEndSoon}
		if t.LastUsed != nil {
			row.LastUsed = *t.LastUsed
		}
		if t.Revoked != nil {
			row.Revoked = *t.Revoked
		}
		if t.Lives(s.now()) {
			row.Revoke = fmt.Sprintf("%s/%d/revoke", tokensHref, t.ID)
			view.Living = append(view.Living, row)
		} else {
			view.Ended = append(view.Ended, row)
		}
	}
	return view, err
}

// scopeSays says what scopes let a token do.
var scopeSays = map[api.Scope]string{
	api.Read:  "read everything that you see",
	api.Audit: "ask for audits of repositories that you may write to",
}

func tokenForm(name string, scopes []string, days int) templates.TokenForm {
	form := templates.TokenForm{Name: name}
	for _, scope := range api.Scopes() {
		form.Scopes = append(form.Scopes, templates.Choice{Value: string(scope), Says: scopeSays[scope], Chosen: slices.Contains(scopes, string(scope))})
	}
	for _, n := range api.Days() {
		form.Days = append(form.Days, templates.Choice{Value: strconv.Itoa(n), Says: fmt.Sprintf("%d days", n), Chosen: n == days})
	}
	return form
}

// addToken makes a token and shows it, this once.
func (s *Server) addToken(w http.ResponseWriter, r *http.Request) error {
	v := viewerOf(r.Context())
	if v.person == 0 {
		return store.ErrNotFound
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	view, err := s.tokensView(r)
	if err != nil {
		return err
	}
	var kept store.Token
	if view.Form, kept = s.readToken(r); view.Form.Wrong() {
		return s.renderAs(w, r, http.StatusUnprocessableEntity, templates.TokensPage(view))
	}
	token := api.NewToken()
	kept.Person = v.person
	id, err := s.store.AddToken(r.Context(), kept, api.HashOf(token))
	if errors.Is(err, store.ErrFull) {
		return s.renderAs(w, r, http.StatusUnprocessableEntity, templates.TokensPage(view)) // which says so
	}
	if err != nil {
		return err
	}
	s.logger.InfoContext(r.Context(), "token made", "id", requestID(r.Context()), "token", id, "by", v.login, "scopes", kept.Scopes, "expires", kept.Expires)
	if view, err = s.tokensView(r); err != nil {
		return err
	}
	view.New = &templates.NewToken{Name: kept.Name, Token: token, Expires: kept.Expires}
	return s.renderAs(w, r, http.StatusCreated, templates.TokensPage(view))
}

// readToken reads what somebody filled in: the form as it was typed, with what is
// wrong with it, and the token if nothing is.
func (s *Server) readToken(r *http.Request) (templates.TokenForm, store.Token) {
	name, scopes := oneLine(r.PostForm.Get("name")), r.PostForm["scope"]
	days, _ := strconv.Atoi(r.PostForm.Get("days"))
	form := tokenForm(name, scopes, days)
	switch {
	case name == "":
		form.Wrongs.Name = "Say what the token is for, so that you know later which one to revoke."
	case len(name) > longestName:
		form.Wrongs.Name = fmt.Sprintf("The name has %d bytes and may have %d: shorten it.", len(name), longestName)
	case api.Masked(name) != name:
		form.Wrongs.Name, form.Name = "That holds a token. Revoke it if it lives, and name this one by what it is for.", ""
	}
	known := func(scope string) bool { return slices.Contains(api.Scopes(), api.Scope(scope)) }
	if len(scopes) == 0 || !slices.ContainsFunc(scopes, known) || slices.ContainsFunc(scopes, func(scope string) bool { return !known(scope) }) {
		form.Wrongs.Scopes = "Choose what the token may do."
	}
	if !slices.Contains(api.Days(), days) {
		form.Wrongs.Days = "Choose how long the token lives: a year at the most."
	}
	slices.Sort(scopes)
	now := s.now()
	return form, store.Token{Name: name, Scopes: slices.Compact(scopes), Created: now, Expires: now.AddDate(0, 0, days)}
}

// revokeToken ends a token. One that is over already stays so.
func (s *Server) revokeToken(w http.ResponseWriter, r *http.Request) error {
	v := viewerOf(r.Context())
	id, err := idOf(r, "token")
	if err != nil {
		return err
	}
	err = s.store.RevokeToken(r.Context(), v.person, id, s.now())
	if errors.Is(err, store.ErrNotFound) {
		return seeOther(w, r, tokensHref)
	}
	if err != nil {
		return err
	}
	s.logger.InfoContext(r.Context(), "token revoked", "id", requestID(r.Context()), "token", id, "by", v.login)
	return seeOther(w, r, tokensHref)
}
