package server

import (
	"fmt"
	"net/http"

	"twelvefold/internal/audit"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// waiving is what a page knows of a repository's waivers while it shows findings.
type waiving struct {
	of       store.Overview
	today    string
	may      bool // the viewer waives and withdraws
	running  bool // an audit, or it was asked for
	next     string
	kept     []store.Waiver // of the dashboard, in the order in which they end
	standing []audit.Waiver // of them those that may hold
	brought  []store.PullFinding
}

// waivingOf reads a repository's waivers and what its open pull requests bring.
func (s *Server) waivingOf(r *http.Request, o store.Overview) (w waiving, err error) {
	if w, err = s.waiversOf(r, o); err != nil {
		return w, err
	}
	w.brought, err = s.store.PullFindings(r.Context(), o.Installation, o.ID, "")
	return w, err
}

// waiversOf reads a repository's waivers.
func (s *Server) waiversOf(r *http.Request, o store.Overview) (w waiving, err error) {
	v := viewerOf(r.Context())
	w = waiving{of: o, today: s.today(), next: r.URL.RequestURI()}
	may, err := s.store.Writable(r.Context(), v.sight, []int64{o.ID})
	if err != nil {
		return w, err
	}
	w.may = may[o.ID] && v.since.IsZero()
	if w.kept, err = s.store.RepositoryWaivers(r.Context(), o.Installation, o.ID); err != nil {
		return w, err
	}
	for _, k := range w.kept {
		w.standing = append(w.standing, k.Waiver)
	}
	return w, nil
}

// fill adds to an item who accepted it, or the form to do so.
func (s *Server) fill(item *templates.FindingItem, f audit.Finding, w waiving) {
	if accepted := f.WaivedOn(w.today, w.standing); accepted != nil {
		item.Waived = &templates.Waived{Reason: accepted.Reason, Owner: accepted.Owner, Expires: accepted.Expires, Left: leftOf(*accepted, w.today)}
		switch {
		case accepted.ID == 0:
			item.Waived.Where = fmt.Sprintf("%s, line %d", audit.SettingsFile, accepted.Line)
		case w.may:
			item.Waived.Renew = waiveHref(w.of, f)
			item.Waived.Withdraw = templates.Withdraw{Action: repositoryHref(w.of.ID) + "/waivers/withdraw", ID: accepted.ID, Next: w.next}
		}
		return
	}
	switch {
	case w.may && w.running: // the page is loaded anew when the audit ends: nothing typed may be lost
		item.Waive = waiveHref(w.of, f)
	case w.may:
		form := s.blankWaiver(w.of, f, w.next)
		item.Form = &form
	}
}

// waiveHref is the page that waives one finding.
func waiveHref(o store.Overview, f audit.Finding) string {
	return repositoryHref(o.ID) + "/waive?finding=" + f.Fingerprint
}

// waiverRows are the waivers of the dashboard with how many open findings each
// accepts, and those of the file that accept some.
func (w waiving) waiverRows(findings []store.Finding) (rows []templates.WaiverRow) {
	count, file := map[int64]int{}, map[int]int{} // by id, and by place in rows
	for _, f := range findings {
		accepted := f.WaivedOn(w.today, w.standing)
		switch {
		case accepted == nil:
		case accepted.ID != 0:
			count[accepted.ID]++
		default:
			at, known := file[accepted.Line]
			if !known {
				at = len(rows)
				file[accepted.Line] = at
				row := rowOf(store.Waiver{Waiver: *accepted}, w.today)
				row.Where = fmt.Sprintf("%s, line %d", audit.SettingsFile, accepted.Line)
				rows = append(rows, row)
			}
			rows[at].Findings++
		}
	}
	for _, f := range w.brought {
		if accepted := f.WaivedOn(w.today, w.standing); accepted != nil && accepted.ID != 0 {
			count[accepted.ID]++
		}
	}
	for _, k := range w.kept {
		row := rowOf(k, w.today)
		row.Findings = count[k.ID]
		if w.may {
			row.Withdraw = templates.Withdraw{Action: repositoryHref(w.of.ID) + "/waivers/withdraw", ID: k.ID, Next: w.next}
		}
		rows = append(rows, row)
	}
	return rows
}

// rowOf is a waiver as tables show it.
func rowOf(w store.Waiver, today string) templates.WaiverRow {
	row := templates.WaiverRow{
		ID: w.ID, Repository: w.FullName, Href: repositoryHref(w.Repository), Rule: w.Rule, Path: w.Path, Message: w.Message,
		Reason: w.Reason, Owner: w.Owner, Expires: w.Expires, Left: leftOf(w.Waiver, today), Created: w.Created, WithdrawnBy: w.WithdrawnBy,
	}
	if w.Fingerprint != "" {
		row.Finding = w.Fingerprint[:12]
	}
	if w.Withdrawn != nil {
		row.Withdrawn = *w.Withdrawn
	}
	return row
}

func leftOf(w audit.Waiver, today string) templates.Left {
	days, _ := w.Left(today)
	return templates.Left{Days: days, Soon: days <= audit.Announced}
}

// pulls are the open pull requests that bring findings, each with the first.
func (s *Server) pulls(w waiving) (list []templates.PullRow) {
	for _, f := range w.brought {
		if len(list) == 0 || list[len(list)-1].Number != f.Number {
			list = append(list, templates.PullRow{Number: f.Number, Title: f.Title})
		}
		row := &list[len(list)-1]
		row.Count++
		waived := f.WaivedOn(w.today, w.standing)
		if f.Fails && waived == nil {
			row.Fails++
		}
		if len(row.Findings) >= findingsOfFactor {
			continue
		}
		item := s.findingItem(store.Finding{Finding: f.Finding}, hosted{})
		item.Anchor, item.Fails = pullAnchor(f.Number, f.Fingerprint), f.Fails && waived == nil
		s.fill(&item, f.Finding, w)
		if item.Form != nil {
			item.Form.Key = fmt.Sprintf("p%d-%s", f.Number, item.Form.Key)
		}
		row.Findings = append(row.Findings, item)
	}
	return list
}
