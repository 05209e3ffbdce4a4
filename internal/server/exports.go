package server

import (
	"iter"
	"net/http"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/report"
	"twelvefold/internal/store"
)

// tables are the routes of all tables that can be had as files, each with the
// access of the page that shows it.
func (s *Server) tables() (list []route) {
	for _, t := range []struct {
		path  string
		needs access
		table func(r *http.Request) (exported, error)
	}{
		{"/repositories", sighted, s.repositoriesTable},
		{"/weeks", sighted, s.weeksTable},
		{"/repositories/{id}/trend", reader, s.trendTable},
		{"/repositories/{id}/components", reader, s.componentsTable},
		{"/repositories/{id}/findings", reader, s.findingsTable},
		{"/repositories/{id}/env", reader, s.envTable},
		{"/repositories/{id}/audits", reader, s.auditsTable},
		{"/repositories/{id}/audits/{audit}/changes", reader, s.changesTable},
		{"/repositories/{id}/audits/{audit}/components", reader, s.auditComponentsTable},
		{"/repositories/{id}/uploads", reader, s.uploadsTable},
		{"/repositories/{id}/waivers", reader, s.repositoryWaiversTable},
		{"/installations/{id}/ledger", member, s.ledgerTable},
		{"/installations/{id}/waivers", member, s.waiversTable},
		{"/installations/{id}/webhook/deliveries", keeper, s.noticesTable},
		{"/installations/{id}/digest/mails", member, s.mailsTable},
		{tokensHref, signedIn, s.tokensTable},
		{"/rules", signedIn, s.rulesTable},
	} {
		list = append(list, exports(t.path, t.needs, t.table, s)...)
	}
	return list
}

// factorColumns are the twelve factors' keys.
func factorColumns() []string {
	keys := factor.Keys()
	columns := make([]string, len(keys))
	for i, key := range keys {
		columns[i] = string(key)
	}
	return columns
}

// factorCell is a factor's score, or why it has none, as the strip shows it.
func factorCell(status audit.Status, score *float64) any {
	switch {
	case status == audit.Assessed && score != nil:
		return *score
	case status == audit.Assessed:
		return string(audit.Unknown)
	}
	return string(status)
}

// repositoriesTable has what the heat map's query chooses, all of it.
func (s *Server) repositoriesTable(r *http.Request) (exported, error) {
	v := viewerOf(r.Context())
	ids, err := s.accountsAsked(r.Context(), v.sight, r.URL.Query().Get("account"))
	if err != nil {
		return exported{}, err
	}
	ask, err := heatAsked(r.URL.Query())
	if err != nil {
		return exported{}, err
	}
	chosen, err := s.chosen(r.Context(), v.sight, ids, ask)
	if err != nil {
		return exported{}, err
	}
	list, err := s.store.Standings(r.Context(), v.sight, ids, chosen[:min(len(chosen), exportLimit+1)])
	columns := []string{"repository", "score", "grade", "change_7", "change_30", "change_90", "classes", "languages", "topics", "commit", "audited",
		"critical", "high", "medium", "low", "info"}
	return exported{
		name:    "repositories",
		columns: append(columns, factorColumns()...),
		rows: rowsOf(list, func(o store.Standing) []any {
			row := []any{o.FullName(), o.Score, o.Grade}
			for _, days := range store.ChangeDays() {
				row = append(row, o.Change(days))
			}
			row = append(row, classNames(o.Classes), o.Languages, o.Topics, o.Commit, o.Audited)
			for _, n := range o.Open {
				row = append(row, n)
			}
			for i := range factor.All() {
				row = append(row, standingCell(o.Cells, i))
			}
			return row
		}),
	}, err
}

// standingCell is a factor of a standing, as factorCell.
func standingCell(cells []int, i int) any {
	if i >= len(cells) {
		return nil
	}
	switch cells[i] {
	case store.CellNotApplicable:
		return string(audit.NotApplicable)
	case store.CellUnknown:
		return string(audit.Unknown)
	}
	return cells[i]
}

func classNames(list []audit.Class) []string {
	names := make([]string, len(list))
	for i, c := range list {
		names[i] = string(c)
	}
	return names
}

// ofRepository names a file after a repository.
func ofRepository(o store.Overview, what string) string { return o.FullName() + "-" + what }

func (s *Server) componentsTable(r *http.Request) (exported, error) {
	o := viewerOf(r.Context()).seen
	var cards []audit.Scorecard
	var err error
	if o.Latest != nil {
		cards, err = s.store.Scorecards(r.Context(), o.Installation, o.Latest.ID)
	}
	return componentsExport(ofRepository(o, "components"), cards), err
}

// findingsTable has what the filter of a repository's page leaves, all of it.
func (s *Server) findingsTable(r *http.Request) (exported, error) {
	o := viewerOf(r.Context()).seen
	filter, err := findingFilterOf(r, s.now())
	if err != nil {
		return exported{}, err
	}
	t := exported{
		name: ofRepository(o, "findings"),
		columns: []string{"severity", "confidence", "factor", "rule", "component", "path", "line", "message", "fix", "gain", "first_seen",
			"waived_until", "waived_by", "waived_because", "url", "fingerprint"},
	}
	var findings []store.Finding
	var kept []store.Waiver
	var at hosted
	if o.Latest != nil {
		at = s.hostedOf(o.Repository, o.Latest.Commit)
		if findings, err = s.store.OpenFindings(r.Context(), o.Installation, o.ID, o.Latest.Branch); err != nil {
			return t, err
		}
		kept, err = s.store.RepositoryWaivers(r.Context(), o.Installation, o.ID)
	}
	var standing []audit.Waiver
	for _, w := range kept {
		standing = append(standing, w.Waiver)
	}
	if component := r.URL.Query().Get("component"); component != "" {
		findings = slices.DeleteFunc(findings, func(f store.Finding) bool { return f.Component != component })
	}
	findings = filter.of(findings, s.today(), standing)
	t.rows = rowsOf(findings, func(f store.Finding) []any {
		row := []any{string(f.Severity), string(f.Confidence), string(f.Factor), f.Rule, f.Component, f.Place.Path, f.Place.Line, f.Message, f.Fix, f.Gain, f.FirstSeen}
		if accepted := f.WaivedOn(s.today(), standing); accepted != nil {
			row = append(row, accepted.Expires, accepted.Owner, accepted.Reason)
		} else {
			row = append(row, nil, nil, nil)
		}
		return append(row, at.place(f.Place).Href, f.Fingerprint)
	})
	return t, err
}

func (s *Server) envTable(r *http.Request) (exported, error) {
	o := viewerOf(r.Context()).seen
	filter, err := envFilterOf(r)
	if err != nil {
		return exported{}, err
	}
	lines, _, err := s.contractLines(r, o)
	return exported{
		name:    ofRepository(o, "env"),
		columns: []string{"component", "variable", "status", "required", "secret", "platform", "read", "production", "elsewhere", "documented"},
		rows:    envRows(lines, filter),
	}, err
}

func envRows(lines []envLine, filter envFilter) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, v := range lines {
			if filter.leaves(v) && !yield(envRow(v), nil) {
				return
			}
		}
	}
}

// envRow says in words what stands where: "config.js:3 default 8080".
func envRow(v envLine) []any {
	var read, production, elsewhere, documented []string
	for _, r := range v.Reads {
		says := location(r.At)
		switch {
		case r.HasDefault && r.Default != "":
			says += " default " + r.Default
		case r.HasDefault:
			says += " with a default"
		}
		read = append(read, says)
	}
	for _, g := range v.Given {
		says := report.Gift(g)
		if g.From == "" && g.Known && g.Value != "" {
			says = g.Value // whole
		}
		if g.Environment == audit.Production {
			production = append(production, location(g.At)+" "+says)
		} else {
			elsewhere = append(elsewhere, location(g.At)+" "+string(g.Environment)+" "+says)
		}
	}
	for _, p := range v.Documented {
		documented = append(documented, location(p))
	}
	return []any{v.component, v.Name, string(v.Status), v.Required, v.Secret, v.Platform, read, production, elsewhere, documented}
}

func (s *Server) auditsTable(r *http.Request) (exported, error) {
	o := viewerOf(r.Context()).seen
	list, err := s.store.Audits(r.Context(), o.Installation, o.ID, exportLimit+1)
	return exported{
		name: ofRepository(o, "audits"),
		columns: []string{"audit", "commit", "branch", "trigger", "state", "head_at", "started", "finished", "score", "grade", "coverage", "ruleset",
			"files", "inspected", "cached", "skipped", "failed", "error"},
		rows: rowsOf(list, func(a store.Audit) []any {
			return []any{a.ID, a.Commit, a.Branch, string(a.Trigger), string(a.State), a.HeadAt, a.Started, a.Finished, a.Score, a.Grade, a.Coverage, a.Ruleset,
				a.Stats.Files, a.Stats.Inspected, a.Stats.Cached, a.Stats.Skipped, a.Stats.Failed, a.Error}
		}),
	}, err
}

func (s *Server) repositoryWaiversTable(r *http.Request) (exported, error) {
	o := viewerOf(r.Context()).seen
	list, err := s.store.RepositoryWaivers(r.Context(), o.Installation, o.ID)
	return waiversExport(ofRepository(o, "waivers"), list), err
}

func (s *Server) waiversTable(r *http.Request) (exported, error) {
	v := viewerOf(r.Context())
	list, err := s.store.SeenWaivers(r.Context(), v.sight, v.of.ID)
	if err != nil {
		return exported{}, err
	}
	ended, err := s.store.EndedWaivers(r.Context(), v.sight, v.of.ID, exportLimit)
	return waiversExport(v.of.Account+"-waivers", append(list, ended...)), err
}

func waiversExport(name string, list []store.Waiver) exported {
	return exported{
		name:    name,
		columns: []string{"waiver", "repository", "rule", "path", "fingerprint", "finding", "reason", "owner", "expires", "created", "withdrawn", "withdrawn_by"},
		rows: rowsOf(list, func(w store.Waiver) []any {
			return []any{w.ID, w.FullName, w.Rule, w.Path, w.Fingerprint, w.Message, w.Reason, w.Owner, w.Expires, w.Created, w.Withdrawn, w.WithdrawnBy}
		}),
	}
}

func (s *Server) ledgerTable(r *http.Request) (exported, error) {
	v := viewerOf(r.Context())
	heads, err := s.store.SeenLedgerHeads(r.Context(), v.sight, v.of.ID)
	return exported{
		name:    v.of.Account + "-ledger",
		columns: []string{"repository", "head", "pull_request", "commit", "state", "accounted", "why"},
		rows: rowsOf(heads, func(h store.LedgerHead) []any {
			return []any{h.FullName, h.Line, h.PullRequest, h.Commit, string(h.State), h.Accounted(), h.Why(v.of.Suspended)}
		}),
	}, err
}

func (s *Server) rulesTable(r *http.Request) (exported, error) {
	filter, err := ruleFilterOf(r)
	return exported{
		name: "rules",
		columns: []string{"rule", "factor", "kind", "severity", "confidence", "title", "why",
			"training_right", "training_judged", "training_found", "training_labelled", "held_out_right", "held_out_judged", "held_out_found", "held_out_labelled"},
		rows: rowsOf(filter.of(s.rules), func(rule audit.Rule) []any {
			m := s.measured[rule.ID]
			row := []any{rule.ID, string(rule.Factor()), string(rule.Type), string(rule.Severity), string(rule.Confidence), rule.Title, strings.ReplaceAll(rule.Why, "`", "")}
			for _, share := range [][2]int{{m.Training.Right, m.Training.Judged()}, {m.Training.Found, m.Training.Labels}, {m.HeldOut.Right, m.HeldOut.Judged()}, {m.HeldOut.Found, m.HeldOut.Labels}} {
				if share[1] == 0 { // nothing was measured
					row = append(row, nil, nil)
				} else {
					row = append(row, share[0], share[1])
				}
			}
			return row
		}),
	}, err
}
