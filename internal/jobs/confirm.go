package jobs

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"twelvefold/internal/mail"
	"twelvefold/internal/store"
)

// confirming is what a mail says that asks an address to confirm.
var confirming = template.Must(template.New("confirm").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>Confirm the weekly digest of {{.Account}}</title>
</head>
<body style="margin:0;padding:24px 16px;font:16px/1.5 system-ui,-apple-system,Segoe UI,sans-serif">
<div style="max-width:560px;margin:0 auto">
<h1 style="font-size:20px;line-height:1.3;margin:0 0 16px">Confirm this address</h1>
<p style="margin:0 0 16px">{{.Login}} wants the weekly digest of {{.Account}} sent to {{.Address}}.</p>
<p style="margin:0 0 24px"><a href="{{.Link}}" style="display:inline-block;padding:10px 16px;border:1px solid;border-radius:6px;font-weight:600">Confirm</a></p>
<p style="margin:0">If you don’t know of this, do nothing: no digest is sent. The link ends in seven days.</p>
</div>
</body>
</html>
`))

const confirmingText = `%s wants the weekly digest of %s sent to %s.

Confirm it here:

%s

If you don’t know of this, do nothing: no digest is sent. The link ends in
seven days.
`

// Confirm mails the link of a pending subscription; of any other it does nothing. wait
// is how long it is to wait for the next try, 0 when it is settled: where the mail is
// not taken for a day the subscription stops. Errors are the database's.
func (p *Post) Confirm(ctx context.Context, person, installation int64) (wait time.Duration, err error) {
	d, err := p.store.Subscription(ctx, person, installation)
	if errors.Is(err, store.ErrNotFound) || err == nil && d.State != store.Pending {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	message, err := p.asks(ctx, d)
	if err != nil {
		return 0, err
	}
	outcome := p.mailer.Send(ctx, message)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordWithin)
	defer cancel()
	if wait, err = p.asked(ctx, d, outcome); err != nil {
		return 0, fmt.Errorf("noting that a link that confirms was %s: %w", outcome.Verdict, err)
	}
	p.log.Log(ctx, levelOf(outcome.Verdict), "a link that confirms", "person", person, "installation", installation, "became", string(outcome.Verdict), "said", outcome.Said, "again_in", wait.String())
	return wait, nil
}

// asks is the mail with a subscription's link.
func (p *Post) asks(ctx context.Context, d store.Subscription) (m mail.Message, err error) {
	account, err := p.store.Installation(ctx, d.Installation)
	if err != nil {
		return m, err
	}
	who, err := p.store.Person(ctx, d.Person)
	if err != nil {
		return m, err
	}
	link := p.baseURL + ConfirmPath + linkOf(d.Confirm)
	var html strings.Builder
	err = confirming.Execute(&html, struct{ Login, Account, Address, Link string }{who.Login, account.Account, d.Address, link})
	return mail.Message{
		To: d.Address, Subject: "Confirm the weekly digest of " + account.Account, HTML: html.String(), Date: p.now(),
		Text: fmt.Sprintf(confirmingText, who.Login, account.Account, d.Address, link), ID: "confirm." + mail.IDOf(linkOf(d.Confirm)),
	}, err
}

// asked notes what became of the mail with a link.
func (p *Post) asked(ctx context.Context, d store.Subscription, outcome mail.Outcome) (wait time.Duration, err error) {
	switch outcome.Verdict {
	case mail.Taken, mail.Unknown:
		return 0, p.store.NoteLinked(ctx, d, p.now())
	case mail.Refused, mail.Gone:
		_, err := p.store.NoteRefused(ctx, d.Person, d.Installation, d.Address, outcome.Said, true, p.now())
		return 0, err
	}
	wait = waitAfter(p.now().Sub(d.Changed))
	noted, err := p.store.NoteUnlinked(ctx, d, outcome.Said, wait == 0, p.now())
	if !noted && wait == 0 { // saved or asked for anew meanwhile
		wait = waits[0]
	}
	return wait, err
}

// waitAfter is how long a mail waits that was first tried so long ago, by the waits of
// digests; 0: it is not tried any more.
func waitAfter(since time.Duration) time.Duration {
	next := time.Duration(0)
	for n := 0; next <= triedFor; n++ {
		next += waits[min(n, len(waits)-1)]
		if next > since && next <= triedFor {
			return max(next-since, waits[0])
		}
	}
	return 0
}

type confirmWorker struct {
	river.WorkerDefaults[ConfirmArgs]
	post *Post
}

// Timeout is River's limit for one attempt.
func (w *confirmWorker) Timeout(*river.Job[ConfirmArgs]) time.Duration {
	return mail.Longest + 2*time.Minute
}

// NextRetry follows an error of the database's.
func (w *confirmWorker) NextRetry(*river.Job[ConfirmArgs]) time.Time {
	return time.Now().Add(time.Minute)
}

// Work mails the link, or waits for the next try.
func (w *confirmWorker) Work(ctx context.Context, job *river.Job[ConfirmArgs]) error {
	wait, err := w.post.Confirm(ctx, job.Args.Person, job.Args.Installation)
	if err == nil && wait > 0 {
		return river.JobSnooze(wait)
	}
	return err
}
