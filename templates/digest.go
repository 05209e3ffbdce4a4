package templates

import "time"

// DigestSettings is the page on which somebody subscribes to the weekly digest of an
// account.
type DigestSettings struct {
	Page    Page
	Account Account
	Action  string // where the form goes; "": nobody can subscribe here
	Stop    string
	Confirm string // where the confirming link is asked for again
	Preview string
	Saved   bool   // just now
	Off     string // why no mail is sent, a sentence; "" where it is
	State   DigestState
	Form    DigestForm
	Mails   []DigestMail // the last, the newest first
}

// DigestState is how a subscription stands.
type DigestState struct {
	State   string // "pending", "active", "stopped", "" for none
	Address string
	Next    string    // "Monday, 30 November 2026 at 09:00, Europe/Berlin"
	Why     string    // it stopped, a sentence
	Stopped time.Time // when
	Said    string    // by the server that refused the address last
}

// DigestForm is what somebody chooses.
type DigestForm struct {
	Address       string
	Weekdays      []Choice
	Hours         []Choice
	Zones         []ZoneGroup
	Guess         bool // the browser's own zone may be chosen in place of the one that is
	Some          bool // chosen repositories alone
	OnlyIfChanged bool
	Find          DigestFind
	Wrongs        struct{ Address, When, Repositories string }
}

// Wrong reports whether anything has to be changed.
func (f DigestForm) Wrong() bool {
	return f.Wrongs.Address != "" || f.Wrongs.When != "" || f.Wrongs.Repositories != ""
}

// ZoneGroup are the time zones of a part of the world.
type ZoneGroup struct {
	Name  string
	Zones []Choice
}

// DigestFind is the list of repositories to choose from.
type DigestFind struct {
	Action string
	Text   string   // that the names below contain
	Chosen []Choice // already
	Found  []Choice // besides
	More   int      // that the text finds and that are not listed
	Most   int      // that may be chosen
	Asked  bool     // somebody looked for the text
}

// DigestMail is what became of the mail of a week.
type DigestMail struct {
	Week string // "2026-W47"
	Due  time.Time
	Says string // "sent", "not sent: …"
	Said string // by the server; "" for nothing
}

// DigestPreview is the page that shows the mail as it would be now.
type DigestPreview struct {
	Page    Page
	Account Account
	Back    string // to the subscription
	Subject string
	Frame   string // where the HTML part is
	Text    string
	Size    int // of the HTML part, bytes
}

// DigestOffer asks once who has not answered yet.
type DigestOffer struct {
	Accounts []Link // where each is subscribed to
	Decline  string // where "No thanks" goes
}
