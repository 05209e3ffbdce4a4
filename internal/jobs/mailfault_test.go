package jobs_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"twelvefold/internal/mail/mailtest"
	"twelvefold/internal/store"
)

var update = flag.Bool("update", false, "write the table of docs/mail.md")

// fault is something that a mail server does, and what is to be concluded.
type fault struct {
	what    string
	does    mailtest.Scenario
	verdict string
	tries   int
	mail    store.MailState
	goes    store.SubscriptionState
}

const tried = 8 // within a day

// refusal is a fault of one answer.
func refusal(at string, code int, message, verdict string) fault {
	f := fault{fmt.Sprintf("%s is answered %d %s", at, code, message), mailtest.Scenario{At: at, Do: "answer", Code: code, Message: message}, verdict, 1, store.MailFailed, store.Active}
	if at == "dot" {
		f.what = fmt.Sprintf("the whole mail is answered %d %s", code, message)
	}
	switch verdict {
	case "later", "ours", "barred":
		f.tries = tried
	case "gone":
		f.goes = store.Stopped
	}
	return f
}

// misstep is a fault without an answer, before the mail is given away whole.
func misstep(what, at, do string) fault {
	return fault{what, mailtest.Scenario{At: at, Do: do}, "later", tried, store.MailFailed, store.Active}
}

var faults = []fault{
	{"takes the mail", mailtest.Scenario{}, "taken", 1, store.MailSent, store.Active},
	{"takes it at the third try: RCPT is answered 451 4.7.1 greylisted twice", mailtest.Scenario{At: "RCPT", Do: "answer", Code: 451, Message: "4.7.1 greylisted", Times: 2}, "taken", 3, store.MailSent, store.Active},
	refusal("greeting", 421, "4.3.2 too busy", "later"),
	refusal("greeting", 554, "no mail from there", "ours"),
	refusal("EHLO", 421, "4.3.2 too busy", "later"),
	refusal("EHLO", 550, "5.7.1 not welcome", "ours"),
	refusal("STARTTLS", 454, "4.7.0 no TLS now", "later"),
	refusal("STARTTLS", 502, "5.5.1 not known", "ours"),
	{"does not offer STARTTLS", mailtest.Scenario{Bare: true}, "ours", tried, store.MailFailed, store.Active},
	{"refuses the password: AUTH is answered 535 5.7.8 bad credentials", mailtest.Scenario{Auth: []string{"PLAIN"}, At: "AUTH", Do: "answer", Code: 535, Message: "5.7.8 bad credentials"}, "ours", tried, store.MailFailed, store.Active},
	{"can’t check the password now: AUTH is answered 454 4.7.0 try later", mailtest.Scenario{Auth: []string{"LOGIN"}, At: "AUTH", Do: "answer", Code: 454, Message: "4.7.0 try later"}, "later", tried, store.MailFailed, store.Active},
	refusal("MAIL", 450, "4.7.1 later", "later"),
	refusal("MAIL", 530, "5.7.0 sign in first", "ours"),
	refusal("MAIL", 550, "5.1.0 sender refused", "ours"),
	refusal("MAIL", 553, "5.1.8 sender’s domain does not exist", "ours"),
	refusal("RCPT", 450, "4.2.0 greylisted", "later"),
	refusal("RCPT", 452, "4.2.2 mailbox full", "later"),
	refusal("RCPT", 550, "5.1.1 no such user", "gone"),
	refusal("RCPT", 550, "No such user here", "gone"),
	refusal("RCPT", 550, "mailbox unavailable", "refused"),
	refusal("RCPT", 550, "5.1.0 address rejected", "refused"),
	refusal("RCPT", 551, "5.1.6 moved away", "gone"),
	refusal("RCPT", 552, "5.2.2 mailbox full", "refused"),
	refusal("RCPT", 553, "mailbox name not allowed", "refused"),
	refusal("RCPT", 550, "5.4.1 access denied", "refused"),
	refusal("RCPT", 550, "5.7.1 relaying denied", "barred"),
	refusal("RCPT", 550, "relaying denied", "barred"),
	refusal("RCPT", 550, "reverse DNS name of your server not found", "barred"),
	refusal("RCPT", 553, "unknown sender", "barred"),
	refusal("RCPT", 554, "5.7.1 listed as a sender of spam", "barred"),
	refusal("DATA", 451, "4.3.0 local error", "later"),
	refusal("DATA", 554, "5.5.1 no valid recipients", "barred"),
	refusal("dot", 451, "4.3.0 local error", "later"),
	refusal("dot", 452, "4.3.1 no room", "later"),
	refusal("dot", 550, "5.1.1 no such user", "gone"),
	refusal("dot", 554, "5.7.1 looks like spam", "barred"),
	refusal("dot", 552, "5.3.4 too large", "barred"),
	misstep("says nothing when it is called", "greeting", "silence"),
	misstep("greets and says nothing to EHLO", "EHLO", "silence"),
	misstep("says nothing to MAIL", "MAIL", "silence"),
	misstep("says nothing to RCPT", "RCPT", "silence"),
	misstep("says nothing to DATA", "DATA", "silence"),
	misstep("cuts the connection at once", "greeting", "cut"),
	misstep("cuts it at EHLO", "EHLO", "cut"),
	misstep("cuts it at STARTTLS", "STARTTLS", "cut"),
	misstep("cuts it at MAIL", "MAIL", "cut"),
	misstep("cuts it at RCPT", "RCPT", "cut"),
	misstep("cuts it at DATA", "DATA", "cut"),
	misstep("does not speak SMTP", "greeting", "garbage"),
	misstep("answers MAIL with what is no SMTP", "MAIL", "garbage"),
	misstep("answers MAIL without end", "MAIL", "endless"),
	{"cuts it when it has the whole mail, before it answers", mailtest.Scenario{At: "dot", Do: "cut"}, "unknown", 1, store.MailUnknown, store.Active},
	{"has the whole mail and says nothing", mailtest.Scenario{At: "dot", Do: "silence"}, "unknown", 1, store.MailUnknown, store.Active},
	{"answers the whole mail with what is no SMTP", mailtest.Scenario{At: "dot", Do: "garbage"}, "unknown", 1, store.MailUnknown, store.Active},
}

var became = regexp.MustCompile(`became=(\w+) said=("(?:[^"\\]|\\.)*"|\S*)`)

// TestFaultsOfMailServers measures what comes of each, on a real server, in a day and
// at the address's first week.
func TestFaultsOfMailServers(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	rows := make([]string, len(faults))
	var all sync.WaitGroup
	places := make(chan struct{}, 16) // most of them wait
	for i, f := range faults {
		all.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			t.Run(f.what, func(t *testing.T) { rows[i] = f.measure(t, o) })
		})
	}
	all.Wait()
	if !t.Failed() && !slices.Contains(rows, "") { // else -run chose some, or they were skipped
		compareFaults(t, rows)
	}
}

// measure is the fault's row of the table.
func (f fault) measure(t *testing.T, o *office) string {
	server := mailtest.Start(t, f.does)
	patience, signIn := 20*time.Second, ""
	if f.does.Do == "silence" {
		patience = time.Second
	}
	if f.does.Auth != nil {
		signIn = mailtest.SignIn
	}
	c := o.clerk(t, mailerTo(t, strings.TrimSuffix(server.URL(signIn), "?starttls=off"), patience))
	c.subscribe()
	c.clock = monday
	week := c.weekOf()
	ended := false
	for range 2 * tried {
		c.letSee(1)
		wait := c.deliver(week)
		if ended = wait == 0; ended {
			break
		}
		c.clock = c.clock.Add(wait)
	}
	kept, d := c.became(week)
	log := became.FindAllStringSubmatch(c.log.String(), -1)
	if !ended || len(log) == 0 {
		t.Fatalf("it never ends: %+v\n%s", kept, &c.log)
	}
	verdict, said := log[len(log)-1][1], strings.Trim(log[len(log)-1][2], `"`)
	if verdict != f.verdict || kept.Attempts != f.tries || kept.State != f.mail || d.State != f.goes {
		t.Errorf("%s (%s): %d tries, the mail is %s, the subscription %s\n%s", verdict, said, kept.Attempts, kept.State, d.State, &c.log)
	}
	delivered := len(server.Rest(t))
	if want := map[bool]int{true: 1}[verdict == "taken" || verdict == "unknown"]; delivered != want {
		t.Errorf("the server has it %d times", delivered)
	}
	if kept.State == store.MailSent {
		said = "250 …" // with a name of its own
	}
	tries, going := "once", "goes on"
	if kept.Attempts > 1 {
		tries = fmt.Sprintf("%d times in %s", kept.Attempts, strings.TrimSuffix(strings.TrimSuffix(c.clock.Sub(monday).String(), "0s"), "0m"))
	}
	switch {
	case d.State == store.Stopped:
		going = "stops"
	case d.Refusals > 0:
		going = "goes on; stops if the next week’s mail is refused, too"
	case d.Barred > 0:
		going = "goes on; stops at the fourth week in a row"
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s |\n", f.what, verdict, said, tries, kept.State, going)
}

const beginFaults, endFaults = "<!-- faults: written by go test ./internal/jobs -run Faults -update -->\n", "<!-- end of faults -->\n"

func compareFaults(t *testing.T, rows []string) {
	t.Helper()
	page := filepath.Join("..", "..", "docs", "mail.md")
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), beginFaults)
	_, after, closed := strings.Cut(rest, endFaults)
	if !ok || !closed {
		t.Fatalf("%s has no part between %q and %q", page, beginFaults, endFaults)
	}
	want := before + beginFaults + "| The server … | Concluded | As it is told | Tried | The mail then is | The subscription |\n|---|---|---|---|---|---|\n" + strings.Join(rows, "") + endFaults + after
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil { // #nosec G306 -- a page of this repository
			t.Fatal(err)
		}
		return
	}
	if string(text) != want {
		t.Errorf("%s differs from what was measured: run go test ./internal/jobs -run Faults -update", page)
	}
}
