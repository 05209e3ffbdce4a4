package server

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/github"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// What the pages of an account show at the most.
const (
	waiversOfAccount = 300
	endedOfAccount   = 50
	headsOfLedger    = 300
)

func accountHref(installation int64, page string) string {
	return fmt.Sprintf("/installations/%d/%s", installation, page)
}

func accountOf(i store.Installation) templates.Account {
	name := i.Account
	if i.ID == store.Local {
		name = "this machine"
	}
	return templates.Account{Name: name, Settings: accountHref(i.ID, "settings"), Ledger: accountHref(i.ID, "ledger"), Waivers: accountHref(i.ID, "waivers"), Digest: digestHref(i.ID)}
}

// settingsPage shows an account's gate and the waivers of its repositories, as
// far as the viewer sees them.
func (s *Server) settingsPage(w http.ResponseWriter, r *http.Request) error {
	v := viewerOf(r.Context())
	account := accountOf(v.of.Installation)
	view := templates.Settings{
		Page: s.page(r, "Settings of "+account.Name), Account: account, Action: accountHref(v.of.ID, "gate"), May: v.of.Administers && v.since.IsZero(),
		Saved: r.URL.Query().Has("saved"), Gates: gates(v.of.Gate), SetBy: v.of.GateBy,
	}
	if v.of.GateAt != nil {
		view.SetAt = *v.of.GateAt
	}
	waivers, err := s.store.SeenWaivers(r.Context(), v.sight, v.of.ID)
	if err != nil {
		return err
	}
	view.More = max(0, len(waivers)-waiversOfAccount)
	waivers = waivers[:len(waivers)-view.More]
	var repositories []int64
	for _, waiver := range waivers {
		repositories = append(repositories, waiver.Repository)
	}
	may, err := s.store.Writable(r.Context(), v.sight, repositories)
	if err != nil {
		return err
	}
	for _, waiver := range waivers {
		row := rowOf(waiver, s.today())
		if may[waiver.Repository] && v.since.IsZero() {
			row.Withdraw = templates.Withdraw{Action: repositoryHref(waiver.Repository) + "/waivers/withdraw", ID: waiver.ID, Next: account.Settings}
		}
		view.Waivers = append(view.Waivers, row)
	}
	ended, err := s.store.EndedWaivers(r.Context(), v.sight, v.of.ID, endedOfAccount)
	if err != nil {
		return err
	}
	for _, waiver := range ended {
		view.Ended = append(view.Ended, rowOf(waiver, s.today()))
	}
	if view.Hook, err = s.hookLine(r, v.of); err != nil {
		return err
	}
	reach, err := s.store.Reach(r.Context(), v.sight, []int64{v.of.ID})
	if err != nil {
		return err
	}
	view.Access = s.accessOf(v.of.Installation, reach)
	return s.render(w, r, templates.SettingsPage(view))
}

// accessOf is what the App may see and do in an account.
func (s *Server) accessOf(i store.Installation, reach store.Reach) templates.Access {
	access := templates.Access{Local: i.ID == store.Local, Repositories: reach.Repositories, Private: reach.Private, Archived: reach.Archived, Suspended: i.Suspended}
	if access.Local {
		return access
	}
	if i.Refreshed != nil {
		access.Asked = *i.Refreshed
	}
	for _, name := range slices.Sorted(maps.Keys(i.Permissions)) {
		access.Permissions = append(access.Permissions, templates.Permission{
			Name: strings.ReplaceAll(name, "_", " "), Level: i.Permissions[name], For: github.UsedFor(name)})
	}
	if len(i.Permissions) > 0 { // else GitHub was not asked yet
		access.Lacks = github.Lacks(i.Permissions, github.Events())
	}
	if s.setup.SiteURL != "" {
		site := strings.TrimSuffix(s.setup.SiteURL, "/")
		if i.AccountType == "Organization" {
			site += "/organizations/" + url.PathEscape(i.Account)
		}
		access.Manage = fmt.Sprintf("%s/settings/installations/%d", site, i.ID)
	}
	return access
}

// gates are the choices that an account has.
func gates(now audit.Gate) []templates.Choice {
	unset := now == (audit.Gate{})
	list := []templates.Choice{{Value: "", Says: fmt.Sprintf("Twelvefold’s default: %s or worse", audit.GateDefault), Chosen: unset}}
	for _, severity := range audit.Severities() {
		says := string(severity) + " or worse"
		if severity == audit.Critical {
			says = "critical alone"
		}
		list = append(list, templates.Choice{Value: string(severity), Says: says, Chosen: !unset && now.FailOn == severity && !now.Open})
	}
	return append(list, templates.Choice{Value: audit.Gate{Open: true}.Name(), Says: "none: new findings never fail a check", Chosen: now.Open})
}

// setGate settles which new findings fail checks where a repository's file does
// not say.
func (s *Server) setGate(w http.ResponseWriter, r *http.Request) error {
	v := viewerOf(r.Context())
	if err := readForm(w, r); err != nil {
		return err
	}
	name := r.PostForm.Get("gate")
	gate, known := audit.GateNamed(name)
	if !known && (name != "" || !r.PostForm.Has("gate")) {
		return told{http.StatusUnprocessableEntity, "No gate is called so", "Choose a severity, none, or Twelvefold’s default.",
			templates.Link{Href: accountHref(v.of.ID, "settings"), Text: "Back to the settings"}}
	}
	if err := s.store.SetGate(r.Context(), v.of.ID, gate, v.signature()); err != nil {
		return err
	}
	s.logger.InfoContext(r.Context(), "gate set", "id", requestID(r.Context()), "installation", v.of.ID, "by", v.signature(), "gate", name)
	return seeOther(w, r, accountHref(v.of.ID, "settings")+"?saved")
}

// ledgerPage shows whether all heads of an account's repositories are accounted
// for, as far as the viewer sees them, and which are not and why.
func (s *Server) ledgerPage(w http.ResponseWriter, r *http.Request) error {
	v := viewerOf(r.Context())
	account := accountOf(v.of.Installation)
	view := templates.Ledger{Page: s.page(r, "Ledger of "+account.Name), Account: account, Local: v.of.ID == store.Local}
	heads, err := s.ledger(r.Context(), v.sight, v.of.ID)
	if err != nil {
		return err
	}
	view.Heads, view.Unaccounted, view.Audited, view.Failed, view.Waiting = heads.All, heads.Unaccounted, heads.Audited, heads.Failed, heads.Waiting
	for _, h := range heads.missing {
		row := templates.LedgerRow{Repository: h.FullName, Href: repositoryHref(h.Repository), Line: h.Line, Commit: h.Commit,
			State: string(h.State), Lost: !h.Accounted(), Why: h.Why(v.of.Suspended)}
		if h.PullRequest != 0 {
			row.Line = fmt.Sprintf("#%d", h.PullRequest)
		}
		view.Rows = append(view.Rows, row)
	}
	view.More = heads.Missing() - len(view.Rows)
	run, err := s.store.LastLedgerRun(r.Context())
	if err != nil {
		return err
	}
	view.Looked = run.Asked
	return s.render(w, r, templates.LedgerPage(view))
}
