package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"twelvefold/internal/config"
	"twelvefold/internal/github"
	"twelvefold/internal/store"
)

// adminCommand is the operators' one-off processes.
type adminCommand struct {
	GitHub adminGitHubCommand `cmd:"" name:"github" help:"Check the GitHub App: credentials, permissions, events and webhook."`
	Ledger adminLedgerCommand `cmd:"" help:"Say which heads are audited, and which are not and why."`
	Digest adminDigestCommand `cmd:"" help:"Send or print a digest now, or stop those to an address."`
}

// adminGitHubCommand checks the configured App.
type adminGitHubCommand struct{}

// Help is the long help text.
func (adminGitHubCommand) Help() string {
	return `Asks GitHub for the App that GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY name, and
says what is wrong with it: permissions and events that are missing, a webhook
that leads elsewhere than to BASE_URL or fails, a deploy that does not answer
there, a slug, client id or client secret that are another App's. Changes
nothing.

Environment:

` + config.AppHelp() + `
Exit status: 0 when all is well, 1 when something is wrong, 2 when the
environment needs correction.`
}

// Run prints what GitHub has of the App.
func (adminGitHubCommand) Run(a *app) error {
	settings, err := config.LoadApp(a.getenv)
	if err != nil {
		return exitCode{2, err}
	}
	if settings.AppID == 0 {
		return exitCode{2, errors.New("no GitHub App is configured: set GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY")}
	}
	hub, err := github.New(github.Options{AppID: int64(settings.AppID), PrivateKey: settings.PrivateKey.PEM(), URL: string(settings.SiteURL), APIURL: string(settings.APIURL), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return exitCode{2, err}
	}
	info, err := hub.Self(a.ctx)
	if away := (github.Unavailable{}); errors.As(err, &away) {
		return fmt.Errorf("GitHub can't be asked at %s: check the network and GITHUB_API_URL, or try again later: %w", settings.APIURL, away.Err)
	}
	if err != nil {
		return fmt.Errorf("GitHub at %s does not know the App by this key: %w", settings.APIURL, err)
	}
	fmt.Fprintf(a.stdout, "App %d, %s, of %s\n%s\n", info.ID, info.Name, info.Owner.Login, info.URL)
	installations, err := hub.Installations(a.ctx)
	if err != nil {
		return err
	}
	wrong := github.Lacks(info.Permissions, info.Events)
	wrong = append(wrong, webhookFaults(info, string(settings.BaseURL))...)
	wrong = append(wrong, unreachable(a.ctx, string(settings.BaseURL))...)
	wrong = append(wrong, credentialFaults(a.ctx, hub, info, settings)...)
	if len(installations) == 1 {
		fmt.Fprintln(a.stdout, "1 installation")
	} else {
		fmt.Fprintf(a.stdout, "%d installations\n", len(installations))
	}
	for _, i := range installations {
		switch lacks := github.NotAccepted(info.Permissions, i.Permissions); {
		case i.Suspended:
			wrong = append(wrong, fmt.Sprintf("%s suspended the App: nothing of it is audited", i.Account.Login))
		case len(lacks) > 0:
			wrong = append(wrong, fmt.Sprintf("%s has not accepted the App's permissions yet: %s", i.Account.Login, strings.Join(lacks, ", ")))
		}
	}
	if !github.MayScan(info.Permissions) {
		fmt.Fprintln(a.stdout, "It may not upload to code scanning: no repository's findings can be. Add the permission security_events: write, if that is wished.")
	}
	if len(wrong) == 0 {
		fmt.Fprintln(a.stdout, "All is well.")
		return nil
	}
	for _, sentence := range wrong {
		fmt.Fprintf(a.stdout, "- %s\n", oneLine(sentence))
	}
	if len(wrong) == 1 {
		return exitCode{1, errors.New("one thing is wrong with the GitHub App")}
	}
	return exitCode{1, fmt.Errorf("%d things are wrong with the GitHub App", len(wrong))}
}

// answersWithin bounds what a deploy's own address may take to answer.
const answersWithin = 10 * time.Second

// unreachable says why no Twelvefold answers at a deploy's address. That it does
// from here is no proof that GitHub reaches it, but the other way round it is.
func unreachable(ctx context.Context, base string) []string {
	if base == "" {
		return []string{"BASE_URL is not set: check runs link nowhere, and nobody can say where the webhook must lead"}
	}
	ctx, cancel := context.WithTimeout(ctx, answersWithin)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/healthz", nil)
	if err != nil {
		return []string{fmt.Sprintf("BASE_URL is no address: %v", err)}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return []string{fmt.Sprintf("nothing answers at %s: start the web process, or correct BASE_URL", base)}
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return []string{fmt.Sprintf("%s/healthz is answered with %d: another program is there, or the web process is not well", base, response.StatusCode)}
	}
	return nil
}

// webhookFaults says what is wrong with where deliveries go, and with the last of them.
func webhookFaults(info github.AppInfo, base string) (wrong []string) {
	hook := info.Webhook
	if hook.URL == "" {
		return []string{"the App has no webhook: set its URL to " + base + "/webhooks/github"}
	}
	if base != "" && hook.URL != base+"/webhooks/github" {
		wrong = append(wrong, fmt.Sprintf("the webhook leads to %s: set it to %s/webhooks/github", hook.URL, base))
	}
	if hook.ContentType != "json" {
		wrong = append(wrong, "the webhook sends forms: set its content type to application/json")
	}
	if !hook.HasSecret {
		wrong = append(wrong, "the webhook has no secret: set the one in GITHUB_WEBHOOK_SECRET")
	}
	if hook.Insecure {
		wrong = append(wrong, "the webhook does not check certificates: turn SSL verification on")
	}
	if failed, all := github.Undelivered(info.Deliveries); len(failed) > 0 {
		why := "the last of them reached nobody"
		if failed[0].StatusCode != 0 {
			why = fmt.Sprintf("the last of them was answered %d", failed[0].StatusCode)
		}
		wrong = append(wrong, fmt.Sprintf("%d of the last %d deliveries failed, %s: the ledger has them sent again", len(failed), all, why))
	}
	return wrong
}

// credentialFaults says which of the names and secrets that are set are not this
// App's.
func credentialFaults(ctx context.Context, hub *github.App, info github.AppInfo, settings config.AppCheck) (wrong []string) {
	if slug := string(settings.AppSlug); slug != "" && slug != info.Slug {
		wrong = append(wrong, fmt.Sprintf("GITHUB_APP_SLUG is %s, and the App's is %s: links to install it lead elsewhere", slug, info.Slug))
	}
	if !settings.On() {
		return wrong
	}
	if id := string(settings.ClientID); info.ClientID != "" && id != info.ClientID {
		return append(wrong, fmt.Sprintf("GITHUB_CLIENT_ID is %s, and the App's is %s: people sign in to another one", id, info.ClientID))
	}
	err := hub.OAuth(string(settings.ClientID), settings.ClientSecret.Reveal()).Check(ctx)
	switch {
	case errors.Is(err, github.ErrCredentials):
		wrong = append(wrong, "GITHUB_CLIENT_SECRET is not the App's: nobody can sign in; make a new one on the App's page")
	case err != nil:
		wrong = append(wrong, fmt.Sprintf("whether people can sign in is not known: %v", err))
	}
	return wrong
}

// adminLedgerCommand prints the ledger.
type adminLedgerCommand struct {
	All bool `help:"List every head, not only those that were not audited."`
}

// Help is the long help text.
func (adminLedgerCommand) Help() string {
	return `Compares the heads that GitHub has told of, of default branches and of open
pull requests, with the audits, and prints those that were not audited, with the
reason. Changes nothing.

Environment:

` + config.Help("migrate") + `
Exit status: 0 when every head is accounted for, 1 when one is not, 2 when the
environment needs correction.`
}

// Run prints a line for each head that was not audited, and the sum.
func (c adminLedgerCommand) Run(a *app) error {
	settings, err := config.LoadMigrate(a.getenv)
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
	installations, err := s.Installations(a.ctx)
	if err != nil {
		return err
	}
	count := map[store.State]int{}
	heads, unaccounted := 0, 0
	for _, i := range installations {
		list, err := s.LedgerHeads(a.ctx, i.ID)
		if err != nil {
			return err
		}
		for _, h := range list {
			heads++
			count[h.State]++
			if !h.Accounted() {
				unaccounted++
			}
			if c.All || h.State != store.Done {
				fmt.Fprintln(a.stdout, oneLine(headLine(h, i)))
			}
		}
	}
	run, err := s.LastLedgerRun(a.ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%d heads: %d audited, %d waiting, %d failed, %d unaccounted for\n", heads, count[store.Done],
		count[store.Queued]+count[store.Running], count[store.Failed], unaccounted)
	if run.Asked.IsZero() {
		fmt.Fprintln(a.stdout, "GitHub was not asked for failed deliveries yet: a worker with the App does it.")
	} else {
		fmt.Fprintf(a.stdout, "Failed deliveries were last asked for at %s: %d, of which %d were sent again\n",
			run.Asked.UTC().Format("2006-01-02 15:04:05 UTC"), run.Failed, run.Redelivered)
	}
	if unaccounted > 0 {
		return exitCode{1, fmt.Errorf("%d heads are not accounted for", unaccounted)}
	}
	return nil
}

// headLine is "acme/shop  refs/pull/12  1a2b3c4d5e6f  failed: …".
func headLine(h store.LedgerHead, i store.Installation) string {
	state := string(h.State)
	switch {
	case h.State == store.Failed:
		state += ": " + h.Why(i.Suspended)
	case !h.Accounted():
		state = "not audited: " + h.Why(i.Suspended)
	}
	return strings.Join([]string{h.FullName, h.Line, h.Commit[:min(12, len(h.Commit))], state}, "  ")
}
