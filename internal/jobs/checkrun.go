package jobs

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/github"
	"twelvefold/internal/report"
	"twelvefold/internal/store"
)

// conclusions are what a check run can say, the worst first. "" is that of one in
// progress: nothing is merged before it is known.
var conclusions = []string{"", "failure", "action_required", "cancelled", "neutral", "success"}

// worst is what the worst of the audits of a commit says, and which one it is. Of
// several the check says whose it is, and what the others say.
func (w *publishWorker) worst(ctx context.Context, r store.Repository, audits []store.Audit) (worst github.Check, a store.Audit, err error) {
	heads, at := make([]report.Head, len(audits)), 0
	checks := make([]github.Check, len(audits))
	for i, one := range audits {
		if checks[i], err = w.checkOf(ctx, r, one); err != nil {
			return worst, a, err
		}
		heads[i] = report.Head{Line: one.Branch, BaseBranch: one.BaseBranch, Title: checks[i].Title}
		if slices.Index(conclusions, checks[i].Conclusion) < slices.Index(conclusions, checks[at].Conclusion) {
			at = i
		}
	}
	if worst = checks[at]; len(audits) > 1 {
		worst.Title, worst.Summary = heads[at].Titled(), report.Heads(heads, at)+worst.Summary
	}
	return worst, audits[at], nil
}

func idsOf(audits []store.Audit) (ids []int64) {
	for _, a := range audits {
		ids = append(ids, a.ID)
	}
	slices.Sort(ids)
	return ids
}

const externalPrefix = "twelvefold-audit-"

// externalID tells GitHub which audit a check run shows, and auditOf tells it
// back; 0 for what is none.
func externalID(audit int64) string { return externalPrefix + strconv.FormatInt(audit, 10) }

func auditOf(external string) int64 {
	id, _ := strconv.ParseInt(strings.TrimPrefix(external, externalPrefix), 10, 64)
	return id
}

// replaced is what an older check run says whose annotations are true no more.
func (w *publishWorker) replaced(r store.Repository, check store.Check) github.Check {
	return github.Check{
		HeadSHA: check.Commit, Name: checkName, ExternalID: externalID(check.Annotated), DetailsURL: w.link(fmt.Sprintf("/repositories/%d", r.ID)),
		Status: "completed", Conclusion: "neutral", Title: "Audited again", Summary: "A newer check run says what is so now.",
	}
}

// checkOf words an audit in any state as a check run.
func (w *publishWorker) checkOf(ctx context.Context, r store.Repository, a store.Audit) (github.Check, error) {
	check := github.Check{
		HeadSHA: a.Commit, Name: checkName, ExternalID: externalID(a.ID),
		DetailsURL: w.link(fmt.Sprintf("/repositories/%d/audits/%d", r.ID, a.ID)), StartedAt: a.Created,
		Actions: []github.Action{
			{Label: "Audit again", Description: "Audit this commit once more", Identifier: ActionRerun},
			{Label: "Explain the scores", Description: "Show the arithmetic of each factor", Identifier: ActionExplain},
		},
	}
	switch a.State {
	case store.Queued, store.Running:
		check.Status, check.Title, check.Summary, check.Actions = "in_progress", "Auditing", "The commit is compared with where it left its base.", nil
		return check, nil
	case store.Failed: // neither conclusion passes a check that is required
		check.Status, check.Conclusion, check.Title, check.Summary = "completed", "action_required", "Could not be audited", a.Error
		if a.Passing {
			check.Summary += " It is asked for again within hours; the button does it now."
		}
		return check, nil
	case store.Cancelled:
		check.Status, check.Conclusion, check.Title, check.Summary = "completed", "cancelled", "Not audited", a.Error
		return check, nil
	}
	changes, err := w.store.Changes(ctx, r.Installation, a.ID)
	if err != nil {
		return check, err
	}
	pull, err := w.store.PullRequest(ctx, r.Installation, a.PullRequest)
	if err != nil {
		return check, err
	}
	said := w.reportOf(r, a, pull, changes)
	check.Status, check.Conclusion, check.Title, check.Summary = "completed", said.Conclusion, said.Title, said.Summary
	if a.Finished != nil {
		check.CompletedAt = *a.Finished
	}
	for _, n := range said.Annotations {
		check.Annotations = append(check.Annotations, github.Annotation(n))
	}
	return check, nil
}

func (w *publishWorker) reportOf(r store.Repository, a store.Audit, pull store.PullRequest, changes []store.ChangedFinding) report.Check {
	p := w.changed(changes)
	p.Unchanged, p.Gate, p.BaseBranch, p.Link = a.Unchanged, a.Gate, pull.BaseBranch, w.link(fmt.Sprintf("/repositories/%d", r.ID))
	p.Base, p.Head = report.Standing{Score: a.BaseScore, Cells: a.BaseCells}, report.Standing{Score: a.Score, Cells: a.Cells}
	p.Unread, p.UnreadFiles, p.Unseen = a.Unread, a.UnreadFiles, a.Unseen
	if w.baseURL != "" {
		p.RuleLink = func(id string) string { return w.link("/rules/" + id) }
		p.WaiveLink = func(fingerprint string) string {
			return w.link(fmt.Sprintf("/repositories/%d/waive?finding=%s", r.ID, fingerprint))
		}
	}
	for _, warning := range a.Warnings {
		switch warning.Path {
		case audit.SettingsFile:
			p.Warnings = append(p.Warnings, warning.Path+": "+warning.Message)
		case "": // of the whole repository, and of waivers of the dashboard
			p.Warnings = append(p.Warnings, warning.Message)
		}
	}
	return report.CheckOf(p)
}

// changed is what changes say, in the words of the rules.
func (w *publishWorker) changed(changes []store.ChangedFinding) report.PullAudit {
	p := report.PullAudit{Fails: map[string]bool{}, Rules: w.rules}
	for _, c := range changes {
		switch {
		case !c.New:
			p.Fixed = append(p.Fixed, c.Finding)
			continue
		case c.Fails:
			p.Fails[c.Fingerprint] = true
		}
		p.New = append(p.New, c.Finding)
	}
	return p
}
