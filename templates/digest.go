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
	Export  string       // of their files, without their extension
}

// DigestState is how a subscription stands.
type DigestState struct {
	State   string // "pending", "active", "stopped", "" for none
	Address string
	Next    string    // "Monday, 30 November 2026 at 09:00, Europe/Berlin"
	Why     string    // it stopped, a sentence
	Stopped time.Time // when
	Said    string    // by the server that refused the address last, or why the link was not mailed yet
	Asked   time.Time // when the link was asked for last
	Linked  time.Time // when it was mailed; zero: not yet
	Refused bool      // the address was; else Said is of a mail that was refused for another reason
	Unsent  bool      // it stopped because the link could not be mailed
}

// linkWaits is how long a link waits to be mailed before the page wonders.
const linkWaits = time.Hour

// link says what became of the mail with the link that confirms the address.
func (s DigestState) link(now time.Time) string {
	switch {
	case !s.Linked.IsZero():
		return "A mail with a link went there. The digest starts when the link is followed."
	case s.Said != "":
		return "The mail with the link could not be sent yet. It is tried for a day."
	case now.Sub(s.Asked) > linkWaits:
		return "The mail with the link still waits to be sent: perhaps no worker of this deploy sends mail. Whoever runs it knows."
	}
	return "A mail with a link is on its way there. The digest starts when the link is followed."
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
