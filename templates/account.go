package templates

import (
	"time"
)

// Account is an installation and where its pages are; Waivers is where its waivers
// are downloaded, without an extension.
type Account struct{ Name, Settings, Ledger, Waivers, Digest string }

// Choice is one of several that a form offers.
type Choice struct {
	Value  string
	Says   string
	Chosen bool
}

// Settings is the page of what goes for all repositories of an account.
type Settings struct {
	Page    Page
	Account Account
	Action  string
	May     bool // the reader sets the gate
	Saved   bool
	Gates   []Choice
	SetBy   string // who set the gate last; "" if nobody did
	SetAt   time.Time
	Waivers []WaiverRow // in the order in which they end
	More    int         // that are not shown
	Ended   []WaiverRow // the last that were withdrawn
	Access  Access
	Hook    HookLine
}

// Access is what the App may see and do in an account.
type Access struct {
	Local        bool // this machine: there is no App
	Repositories int  // that the reader sees
	Private      int  // of them
	Archived     int  // of them
	Permissions  []Permission
	Lacks        []string  // what the App needs and the account has not granted, a sentence each
	Manage       string    // where an owner changes it on GitHub; "" when that is not known
	Asked        time.Time // when GitHub was last asked for it; zero: never
	Suspended    bool
}

// Says is what the reader sees of it: "42 repositories that you see, 30 of them private, 3 archived".
func (a Access) Says() string {
	says := Count(a.Repositories, "repository") + " that you see"
	if a.Private > 0 {
		says += ", " + Thousands(a.Private) + " of them private"
	}
	if a.Archived > 0 {
		says += ", " + Thousands(a.Archived) + " archived"
	}
	return says
}

// Permission is one that the account granted the App.
type Permission struct {
	Name  string // as GitHub calls it: "pull requests"
	Level string // "read" or "write"
	For   string // what it is used for; "" where it is not used
}

// Gate is the choice that holds.
func (v Settings) Gate() string {
	for _, c := range v.Gates {
		if c.Chosen {
			return c.Says
		}
	}
	return ""
}

// Soon counts the waivers that end within a fortnight.
func (v Settings) Soon() (n int) {
	for _, w := range v.Waivers {
		if w.Left.Soon && !w.Left.Over() {
			n++
		}
	}
	return n
}

// Ledger is the page of what of an account is accounted for.
type Ledger struct {
	Page        Page
	Account     Account
	Local       bool // this machine: nobody tells of heads
	Heads       int
	Audited     int
	Waiting     int
	Failed      int
	Unaccounted int
	Rows        []LedgerRow // the heads that are not audited
	More        int         // that are not shown
	Looked      time.Time   // when GitHub was last asked for failed deliveries; zero: never
}

// LedgerRow is a head that is not audited.
type LedgerRow struct {
	Repository string
	Href       string
	Line       string // branch, or "#12"
	Commit     string
	State      string // "queued", "running", "failed", "cancelled" or ""
	Lost       bool   // not accounted for
	Why        string
}

// Says is the state in words.
func (r LedgerRow) Says() string {
	switch {
	case r.Lost:
		return "not accounted for"
	case r.State == "queued":
		return "waiting"
	}
	return r.State
}
