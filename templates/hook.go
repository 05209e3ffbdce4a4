package templates

import (
	"fmt"
	"time"
)

// HookLine is what the settings say of an account's webhook.
type HookLine struct {
	Href    string
	May     bool // the reader sets it
	Set     bool
	Stopped bool
}

// Hook is the page of an account's webhook, for its owners.
type Hook struct {
	Page    Page
	Account Account
	Action  string // of all forms, without what is done
	Ready   bool   // this deploy can keep a secret
	Set     bool
	Saved   bool
	URL     string
	Points  int
	Grades  bool
	Wrongs  HookWrongs
	By      string
	At      time.Time
	Secret  string      // shown this once; "" else
	Formers []time.Time // until when the secrets before sign, too, the last first
	Failing time.Time   // since when what was told was given up; zero: it is delivered
	GivenUp int         // so many since
	Stopped time.Time   // when it was switched off; zero: it is on
	Why     string      // it was switched off
	Notices []NoticeRow
	Days    int // that those are kept
}

// HookWrongs are what is wrong with the form, a sentence each.
type HookWrongs struct{ URL, Points string }

// Any reports whether anything is.
func (w HookWrongs) Any() bool { return w != (HookWrongs{}) }

// NoticeRow is one event that was told.
type NoticeRow struct {
	ID         string
	Event      string
	Repository string // "" of a test
	Href       string // the audit's page; "" where the account has it no longer
	State      string // "waiting", "delivered" or "failed"
	Attempts   int
	Status     int // of the last answer; 0: none came
	Answer     string
	Why        string
	Took       time.Duration
	Created    time.Time
	Next       time.Time // zero: it is not tried again
	Again      bool      // it can be sent again
}

// RepositoryLeft names one that the account has no longer.
const RepositoryLeft = "a repository that left the account"

// Says is the state in words.
func (n NoticeRow) Says() string {
	switch {
	case n.State == "delivered":
		return fmt.Sprintf("delivered, %d", n.Status)
	case n.State == "failed":
		return "failed"
	case n.Attempts == 0:
		return "waiting"
	}
	return "tried again later"
}

// What is the event in words.
func (n NoticeRow) What() string {
	if n.Event == "test" {
		return "Test"
	}
	return "Score dropped"
}
