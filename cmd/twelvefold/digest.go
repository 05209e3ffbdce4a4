package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"twelvefold/internal/config"
	"twelvefold/internal/jobs"
	"twelvefold/internal/mail"
	"twelvefold/internal/rules"
	"twelvefold/internal/store"
)

// newMailer makes what gives mail to the server; nil when none is sent.
func newMailer(settings config.Mail) *mail.Mailer {
	if !settings.On() {
		return nil
	}
	return mail.New(mail.Options{Server: settings.SMTP, From: settings.From})
}

// adminDigestCommand sends or prints a digest, or stops those to an address.
type adminDigestCommand struct {
	To           string `help:"Send one to this address now; it is marked as a trial and counts as nobody's weekly mail." placeholder:"ADDRESS" xor:"what"`
	Stop         string `help:"Stop every subscription of this address: mail to it came back." placeholder:"ADDRESS" xor:"what"`
	Installation string `help:"Of this account: its name, or the id of its installation. Needed where there are several." placeholder:"ACCOUNT"`
	Person       string `help:"What this person sees, as GitHub said last; else all of the account." placeholder:"LOGIN"`
	DryRun       bool   `help:"Print the header and the text instead of sending."`
}

// Help is the long help text.
func (adminDigestCommand) Help() string {
	return `Makes the weekly digest of an account as it would be now, and sends it to one
address, or prints it (--dry-run, which needs no mail server). Says what the
server answered, so that it is also the way to try SMTP_URL.

With --stop it ends all subscriptions to an address, for mail that came back to
MAIL_FROM: who had them is told why on the page of the digest, and can start
again by confirming an address.

Environment:

` + config.DigestHelp() + `
Exit status: 0 when the server took the mail or it was printed, and when
subscriptions were stopped; 1 when not; 2 when the environment or the arguments
need correction.`
}

// Run sends, prints or stops.
func (c adminDigestCommand) Run(a *app) error {
	if c.To == "" && c.Stop == "" {
		return usage("say --to ADDRESS or --stop ADDRESS")
	}
	settings, err := config.LoadDigest(a.getenv)
	if err != nil {
		return exitCode{2, err}
	}
	s, err := openStore(a.ctx, settings.Database, 2)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.CheckSchema(a.ctx); err != nil {
		return err
	}
	if c.Stop != "" {
		return c.stop(a, s)
	}
	if !store.AddressLike(c.To) {
		return usage("%q is not an address of mail", c.To)
	}
	if !settings.On() && !c.DryRun {
		return exitCode{2, errors.New("no mail server is configured: set SMTP_URL and MAIL_FROM, or say --dry-run")}
	}
	from := settings.From
	if from.Empty() {
		from.Address = "digest@localhost"
	}
	mailer := mail.New(mail.Options{Server: settings.SMTP, From: from})
	message, err := c.message(a, s, settings)
	if err != nil {
		return err
	}
	if c.DryRun {
		raw, err := mailer.Raw(message)
		if err != nil {
			return err
		}
		header, _, _ := strings.Cut(string(raw), "\r\n\r\n")
		fmt.Fprintf(a.stdout, "%s\n\n%s", strings.ReplaceAll(header, "\r\n", "\n"), message.Text)
		return nil
	}
	outcome := mailer.Send(a.ctx, message)
	if outcome.Verdict != mail.Taken {
		return fmt.Errorf("the mail was not taken for sure (%s): %s", outcome.Verdict, outcome.Said)
	}
	fmt.Fprintf(a.stdout, "%s took it: %s\n", settings.SMTP, oneLine(outcome.Said))
	return nil
}

// stop ends subscriptions.
func (c adminDigestCommand) stop(a *app, s *store.Store) error {
	list, err := s.SubscriptionsTo(a.ctx, c.Stop)
	if err != nil {
		return err
	}
	stopped := 0
	for _, d := range list {
		ended, err := s.StopSubscription(a.ctx, d.Person, d.Installation, store.StoppedByOperator, time.Now())
		if err != nil {
			return err
		}
		if ended {
			stopped++
		}
	}
	if stopped == 0 {
		return fmt.Errorf("nothing goes to %s", c.Stop)
	}
	fmt.Fprintf(a.stdout, "Subscriptions to %s that are stopped now: %d\n", oneLine(c.Stop), stopped)
	return nil
}

// message is the digest of the chosen account as the chosen person sees it.
func (c adminDigestCommand) message(a *app, s *store.Store, settings config.Digest) (mail.Message, error) {
	account, err := c.account(a, s)
	if err != nil {
		return mail.Message{}, err
	}
	occasion := jobs.Occasion{Account: store.Account{Installation: account}, Sight: store.Within(account.ID), Now: time.Now(), BaseURL: string(settings.BaseURL)}
	if c.Person != "" {
		if occasion.Person, err = s.PersonNamed(a.ctx, c.Person); err != nil {
			return mail.Message{}, fmt.Errorf("nobody named %s has signed in", c.Person)
		}
		occasion.Sight = store.As(occasion.Person.ID, time.Time{})
		if occasion.Account, err = s.Account(a.ctx, occasion.Sight, account.ID); err != nil {
			return mail.Message{}, fmt.Errorf("%s sees nothing of %s, as GitHub said last", occasion.Person.Login, account.Account)
		}
	}
	letter, err := jobs.Letters(s, rules.All())(a.ctx, occasion)
	if err != nil {
		return mail.Message{}, err
	}
	return jobs.Trial(c.To, occasion, letter), nil
}

// account is the one that was named, or the only one.
func (c adminDigestCommand) account(a *app, s *store.Store) (store.Installation, error) {
	all, err := s.Installations(a.ctx)
	if err != nil {
		return store.Installation{}, err
	}
	if id, err := strconv.ParseInt(c.Installation, 10, 64); err == nil && id == store.Local {
		return s.Installation(a.ctx, store.Local)
	}
	var fit []store.Installation
	for _, i := range all {
		if c.Installation == "" || strings.EqualFold(i.Account, c.Installation) || strconv.FormatInt(i.ID, 10) == c.Installation {
			fit = append(fit, i)
		}
	}
	switch {
	case len(fit) == 1:
		return fit[0], nil
	case c.Installation != "":
		return store.Installation{}, usage("no account is named %q", c.Installation)
	case len(all) == 0:
		return s.Installation(a.ctx, store.Local)
	}
	return store.Installation{}, usage("there are %d accounts: name one with --installation", len(all))
}
