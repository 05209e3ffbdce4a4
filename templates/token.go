package templates

import (
	"fmt"
	"time"
)

// Tokens is the page of a person's tokens for the API.
type Tokens struct {
	Page   Page
	Local  bool // this machine, where none is needed
	Site   string
	New    *NewToken  // just made; it is shown this once
	Living []TokenRow // the newest first
	Ended  []TokenRow
	Most   int // that may live
	Form   TokenForm
}

// Full reports whether there is room for another one.
func (v Tokens) Full() bool { return len(v.Living) >= v.Most }

// NewToken is a token that was just made.
type NewToken struct {
	Name, Token string
	Expires     time.Time
}

// TokenRow is a token without what it is made of.
type TokenRow struct {
	Name     string
	Scopes   []string
	Created  time.Time
	Expires  time.Time
	LastUsed time.Time // zero: never
	Revoked  time.Time // zero: it expires by itself
	Soon     bool      // it expires within a week
	Revoke   string    // where the form that ends it leads; "" for one that is over
}

// TokenForm asks for a token.
type TokenForm struct {
	Name   string
	Scopes []Choice
	Days   []Choice
	Wrongs TokenWrongs
}

// TokenWrongs says what to change about each field, "" for nothing.
type TokenWrongs struct{ Name, Scopes, Days string }

// Wrong reports whether anything is.
func (f TokenForm) Wrong() bool { return f.Wrongs != TokenWrongs{} }

// onDay is a day as people write it.
func onDay(t time.Time) string { return t.UTC().Format("2 January 2006") }

// living says how many there are: "3 tokens".
func (v Tokens) living() string {
	if len(v.Living) == 0 {
		return "none yet"
	}
	return fmt.Sprintf("%s of at most %d", Count(len(v.Living), "token"), v.Most)
}
