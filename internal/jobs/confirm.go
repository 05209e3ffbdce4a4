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

// Confirm mails the link of a pending subscription; of any other it does nothing.
func (p *Post) Confirm(ctx context.Context, person, installation int64) (mail.Outcome, error) {
	nothing := mail.Outcome{Verdict: mail.Taken}
	d, err := p.store.Subscription(ctx, person, installation)
	if errors.Is(err, store.ErrNotFound) || err == nil && d.State != store.Pending {
		return nothing, nil
	}
	if err != nil {
		return nothing, err
	}
	account, err := p.store.Installation(ctx, installation)
	if err != nil {
		return nothing, err
	}
	who, err := p.store.Person(ctx, person)
	if err != nil {
		return nothing, err
	}
	link := p.baseURL + ConfirmPath + linkOf(d.Confirm)
	var html strings.Builder
	err = confirming.Execute(&html, struct{ Login, Account, Address, Link string }{who.Login, account.Account, d.Address, link})
	if err != nil {
		return nothing, err
	}
	outcome := p.mailer.Send(ctx, mail.Message{
		To: d.Address, Subject: "Confirm the weekly digest of " + account.Account, HTML: html.String(), Date: p.now(),
		Text: fmt.Sprintf(confirmingText, who.Login, account.Account, d.Address, link), ID: "confirm." + mail.IDOf(linkOf(d.Confirm)),
	})
	if outcome.Verdict == mail.Refused || outcome.Verdict == mail.Gone {
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordWithin)
		defer cancel()
		_, err = p.store.NoteRefused(within, person, installation, d.Address, outcome.Said, true, p.now())
	}
	return outcome, err
}

type confirmWorker struct {
	river.WorkerDefaults[ConfirmArgs]
	post *Post
}

// Timeout is River's limit for one attempt.
func (w *confirmWorker) Timeout(*river.Job[ConfirmArgs]) time.Duration {
	return mail.Longest + 2*time.Minute
}

// NextRetry waits for the mail server as digests do.
func (w *confirmWorker) NextRetry(job *river.Job[ConfirmArgs]) time.Time {
	return time.Now().Add(waits[min(job.Attempt-1, len(waits)-1)])
}

// Work mails the link.
func (w *confirmWorker) Work(ctx context.Context, job *river.Job[ConfirmArgs]) error {
	outcome, err := w.post.Confirm(ctx, job.Args.Person, job.Args.Installation)
	switch {
	case err != nil:
		return err
	case outcome.Verdict == mail.Later || outcome.Verdict == mail.Ours:
		return fmt.Errorf("a link that confirms was not taken: %s", outcome.Said)
	case outcome.Verdict != mail.Taken:
		w.post.log.WarnContext(ctx, "a link that confirms may not have arrived", "person", job.Args.Person, "became", string(outcome.Verdict), "said", outcome.Said)
	}
	return nil
}
