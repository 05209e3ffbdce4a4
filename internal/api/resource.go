package api

import (
	"time"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/report"
	"twelvefold/internal/source"
)

// List is a page of a list.
type List[T any] struct {
	Items []T     `json:"items" doc:"The items of this page, in the list's order."`
	Next  *string `json:"next" doc:"Where the list goes on; null on the last page. A page may be shorter than its limit and still have a next one."`
}

// Places are where a resource stands: each has both.
type Places struct {
	URL  string `json:"url" doc:"This resource in the API."`
	Page string `json:"page" doc:"The page of the dashboard that shows it."`
}

// Counts is open findings by severity.
type Counts struct {
	Critical int `json:"critical"`
	High     int `json:"high"`
	Medium   int `json:"medium"`
	Low      int `json:"low"`
	Info     int `json:"info"`
}

// Change is how a score changed.
type Change struct {
	Days   int      `json:"days" doc:"The span that ends now."`
	Points *float64 `json:"points" doc:"By how many points; null where there is no score now or was none then."`
}

// Cell is a factor's score.
type Cell struct {
	Factor factor.Key   `json:"factor"`
	Status audit.Status `json:"status"`
	Score  *float64     `json:"score" doc:"0 to 100; null unless the status is assessed."`
}

// Reference names a repository.
type Reference struct {
	ID       int64  `json:"id"`
	FullName string `json:"fullName" doc:"owner/name"`
	URL      string `json:"url"`
}

// Installation is the App, installed for an account; 0 is this machine.
type Installation struct {
	ID          int64   `json:"id" doc:"GitHub's; 0 for this machine."`
	Account     string  `json:"account"`
	AccountType *string `json:"accountType" doc:"User or Organization; null for this machine."`
	Suspended   bool    `json:"suspended" doc:"GitHub lets nothing of it be audited."`
	Administers bool    `json:"administers" doc:"Whether you may settle what goes for all of its repositories."`
	Gate        string  `json:"gate" doc:"From which severity on new findings fail checks where a repository's file does not say: a severity, none, or default."`
	Places
}

// InstallationSum is an installation with what its repositories come to, as far as
// you see them; archived ones are left out.
type InstallationSum struct {
	Installation
	Repositories int        `json:"repositories"`
	Archived     int        `json:"archived" doc:"Repositories that are left out of everything else."`
	Audited      int        `json:"audited" doc:"Repositories with a done audit."`
	Score        *float64   `json:"score" doc:"The mean of the repositories' scores; null where none has one."`
	Changes      []Change   `json:"changes" doc:"Means over the repositories that had a score then."`
	Weeks        []Week     `json:"weeks" doc:"The score over time, from 13 weeks ago to now."`
	Factors      []Cell     `json:"factors" doc:"The twelve, in order: means over the repositories where they are assessed, of their whole points."`
	OpenFindings Counts     `json:"openFindings"`
	Heads        Heads      `json:"heads"`
	AuditedAt    *time.Time `json:"auditedAt" doc:"When the last audit ended."`
}

// Week is an installation's score so many weeks ago.
type Week struct {
	Ago   int      `json:"ago" doc:"In weeks; 0 is now."`
	Score *float64 `json:"score" doc:"The score now less the mean change of the repositories that had a score then, so that one that is new moves no week; null where none had."`
}

// Heads counts the heads that are to be audited: of default branches and of open
// pull requests. Each is in one of the others.
type Heads struct {
	All         int `json:"all"`
	Audited     int `json:"audited"`
	Waiting     int `json:"waiting"`
	Failed      int `json:"failed"`
	Unaccounted int `json:"unaccounted" doc:"Neither audited, nor waiting, nor failed for good."`
}

// Head is a line of an installation's ledger.
type Head struct {
	Repository  Reference `json:"repository"`
	Branch      string    `json:"branch" doc:"The default branch, or refs/pull/12."`
	PullRequest *int      `json:"pullRequest" doc:"Its number; null for a branch."`
	Commit      *string   `json:"commit" doc:"null while nobody has looked at the branch."`
	State       *State    `json:"state" doc:"Of the newest audit of that commit; null if there is none."`
	Accounted   bool      `json:"accounted" doc:"It was audited, is going to be, or failed for a reason that stays."`
	Why         *string   `json:"why" doc:"Why it is not audited; null where it is or is going to be."`
}

// Repository is a repository as it stands by its latest audit.
type Repository struct {
	ID            int64         `json:"id" doc:"Twelvefold's; it survives renames."`
	Installation  int64         `json:"installation"`
	Owner         string        `json:"owner"`
	Name          string        `json:"name"`
	FullName      string        `json:"fullName" doc:"owner/name"`
	Private       bool          `json:"private"`
	Archived      bool          `json:"archived"`
	Fork          bool          `json:"fork"`
	Topics        []string      `json:"topics" doc:"As GitHub has them."`
	DefaultBranch string        `json:"defaultBranch" doc:"Empty when it is not known."`
	Languages     []string      `json:"languages" doc:"Of its components."`
	Classes       []audit.Class `json:"classes" doc:"Of its components."`
	Audit         *int64        `json:"audit" doc:"The latest done audit of the default branch; null if there is none. Then there is no score."`
	Commit        *string       `json:"commit" doc:"The one that it audited."`
	AuditedAt     *time.Time    `json:"auditedAt"`
	Score         *float64      `json:"score" doc:"0 to 100; null when nothing can be scored."`
	Grade         *string       `json:"grade" doc:"A, B, C, D or F; null when it is withheld."`
	Coverage      float64       `json:"coverage" doc:"0 to 1: how much of what counts was seen for or against."`
	Changes       []Change      `json:"changes"`
	Factors       []Cell        `json:"factors" doc:"The twelve, in order, in whole points."`
	OpenFindings  Counts        `json:"openFindings" doc:"Waived ones included."`
	Places
}

// State is how far an audit is.
type State string

// Trigger is why an audit was asked for.
type Trigger string

// States and Triggers are the store's, which a test compares.
var (
	states   = []string{"queued", "running", "done", "failed", "cancelled"}
	triggers = []string{"push", "pull_request", "schedule", "backfill", "manual"}
)

// AuditSummary is one run over a repository at one commit.
type AuditSummary struct {
	ID          int64      `json:"id"`
	Repository  Reference  `json:"repository"`
	Commit      string     `json:"commit"`
	Branch      string     `json:"branch" doc:"refs/pull/12 for a pull request; empty for a detached checkout."`
	PullRequest *int       `json:"pullRequest" doc:"Its number; null for a branch."`
	Trigger     Trigger    `json:"trigger"`
	State       State      `json:"state"`
	Error       *string    `json:"error" doc:"Why it failed or was cancelled, in one sentence; else null."`
	Ruleset     *string    `json:"ruleset" doc:"The version of the rules; null until it is done."`
	Score       *float64   `json:"score" doc:"0 to 100; null until it is done, or when nothing can be scored."`
	Grade       *string    `json:"grade"`
	Coverage    *float64   `json:"coverage" doc:"0 to 1; null until it is done."`
	Factors     []Cell     `json:"factors" doc:"The twelve of the whole repository, in order; empty until it is done."`
	HeadAt      time.Time  `json:"headAt" doc:"When the commit came to be the branch's head: the order of a branch's audits."`
	CreatedAt   time.Time  `json:"createdAt"`
	StartedAt   *time.Time `json:"startedAt"`
	FinishedAt  *time.Time `json:"finishedAt"`
	Places
}

// AuditDetail is an audit with its scorecards and their arithmetic.
type AuditDetail struct {
	AuditSummary
	Work       Work               `json:"work" doc:"What it had to do."`
	Base       *Base              `json:"base" doc:"What a pull request's audit compares with; null for a branch, and until it is known."`
	Components []report.Component `json:"components" doc:"Scorecards with the arithmetic of every factor, as the document of the command line has them."`
	Warnings   []source.Warning   `json:"warnings" doc:"What was left out or could not be read."`
}

// Work counts what an audit had to do, in files.
type Work struct {
	Files     int `json:"files" doc:"In the snapshot."`
	Inspected int `json:"inspected" doc:"Contents that were parsed."`
	Cached    int `json:"cached" doc:"Contents that were known from before."`
	Skipped   int `json:"skipped" doc:"Files that can't matter."`
	Failed    int `json:"failed" doc:"Files that could not be read as their format."`
}

// Base is the commit that a pull request's audit compares with.
type Base struct {
	Branch    string   `json:"branch"`
	Commit    string   `json:"commit"`
	Score     *float64 `json:"score"`
	Unchanged int      `json:"unchanged" doc:"Findings that the base has, too."`
	Gate      string   `json:"gate" doc:"The severity from which on new findings fail the check, or none."`
}

// ScorePoint is the score at one time.
type ScorePoint struct {
	Audit   int64     `json:"audit"`
	At      time.Time `json:"at" doc:"When the commit came to be the branch's head."`
	Commit  string    `json:"commit"`
	Ruleset string    `json:"ruleset" doc:"Where it differs from the point before, the rules changed, too."`
	Score   *float64  `json:"score"`
	Factors []Cell    `json:"factors" doc:"The twelve, in order."`
	URL     string    `json:"url" doc:"The audit in the API."`
}

// Lines is some lines of a file; line 0 is the file as a whole.
type Lines struct {
	Path    string  `json:"path"`
	Line    int     `json:"line"`
	EndLine int     `json:"endLine"`
	Source  *string `json:"source" doc:"Where GitHub shows these lines, at the commit that was seen last to have them; null for a repository of this machine."`
}

// Finding states.
const (
	Open   = "open"   // seen by the latest audit, and accepted by nobody
	Waived = "waived" // seen by the latest audit, and accepted
	Closed = "closed" // gone
	Former = "former" // of a branch that was the default one; by its own address alone
)

// FindingState is how a finding stands on the default branch.
type FindingState string

// Finding is a violation over time, on the default branch.
type Finding struct {
	ID          int64            `json:"id"`
	Repository  Reference        `json:"repository"`
	State       FindingState     `json:"state" doc:"closed: gone. former: of a branch that was the default one before; no list has it."`
	Rule        string           `json:"rule"`
	Factor      factor.Key       `json:"factor"`
	Aspect      string           `json:"aspect" doc:"The factor's aspect that it counts in."`
	Severity    audit.Severity   `json:"severity"`
	Confidence  audit.Confidence `json:"confidence" doc:"Findings of low confidence are shown and not scored."`
	Component   string           `json:"component" doc:"The path of the component; . for the root."`
	Place       Lines            `json:"place"`
	Related     []Lines          `json:"related" doc:"Further places of the same cause."`
	Message     string           `json:"message" doc:"Code stands between backquotes."`
	Fix         *string          `json:"fix" doc:"What to do here; null where the rule knows nothing."`
	Fingerprint string           `json:"fingerprint" doc:"Survives moves and renames."`
	Weight      float64          `json:"weight" doc:"Of its severity times that of its confidence."`
	Gain        float64          `json:"gain" doc:"By how many points the component's score rises without it."`
	FirstSeenAt time.Time        `json:"firstSeenAt" doc:"When the first commit that had it came to be the head."`
	FirstSeenBy int64            `json:"firstSeenBy" doc:"The audit of that commit."`
	LastSeenBy  int64            `json:"lastSeenBy" doc:"The last audit that saw it."`
	ClosedAt    *time.Time       `json:"closedAt"`
	ClosedBy    *int64           `json:"closedBy" doc:"The audit that found it gone."`
	Waiver      *Waiver          `json:"waiver" doc:"Who accepted it; null while nobody did."`
	Places
}

// FindingDetail is a finding with what its rule says.
type FindingDetail struct {
	Finding
	Title    string    `json:"title" doc:"The rule's."`
	Why      string    `json:"why" doc:"What goes wrong in production."`
	Absences []Absence `json:"absences" doc:"When it was gone and came back, oldest first."`
}

// Absence is a time that a finding was gone for.
type Absence struct {
	ClosedAt   time.Time `json:"closedAt"`
	ClosedBy   int64     `json:"closedBy"`
	ReopenedAt time.Time `json:"reopenedAt"`
	ReopenedBy int64     `json:"reopenedBy"`
}

// Waiver says who accepted a finding.
type Waiver struct {
	Reason  string `json:"reason"`
	Owner   string `json:"owner"`
	Expires string `json:"expires" doc:"The last day that it holds, YYYY-MM-DD in UTC."`
}

// Rule is an entry of the catalogue.
type Rule struct {
	ID         string            `json:"id" doc:"factor/name; it never changes."`
	Factor     factor.Key        `json:"factor"`
	Kind       audit.Type        `json:"kind" doc:"A violation, or positive evidence."`
	Title      string            `json:"title"`
	Severity   *audit.Severity   `json:"severity" doc:"null for a pass."`
	Confidence *audit.Confidence `json:"confidence" doc:"null for a pass."`
	Why        string            `json:"why"`
	Fixes      []Fix             `json:"fixes" doc:"None for a pass."`
	Training   Measured          `json:"training" doc:"Measured in repositories that were read while the rules were written."`
	HeldOut    Measured          `json:"heldOut" doc:"Measured in repositories that are only ever measured."`
	Places
}

// Fix is what to do about a violation.
type Fix struct {
	For  *string `json:"for" doc:"The framework, language or platform that it is for; null in general."`
	Text string  `json:"text"`
}

// Measured is how often a rule was right and what it found.
type Measured struct {
	Judged int `json:"judged" doc:"Findings that people judged."`
	Right  int `json:"right" doc:"Of them, those that they called right."`
	Labels int `json:"labels" doc:"Violations that people wrote down before."`
	Found  int `json:"found" doc:"Of them, those that it found."`
}

// RuleDetail is a rule with its examples, which tests execute.
type RuleDetail struct {
	Rule
	Bad  []ExampleFile `json:"bad" doc:"A small repository that violates it, or lacks its evidence."`
	Good []ExampleFile `json:"good" doc:"One that does not, or has it."`
}

// ExampleFile is a file of an example.
type ExampleFile struct {
	Path    string `json:"path"`
	Content string `json:"content"`
}

// Asked says that an audit was asked for.
type Asked struct {
	Repository Reference `json:"repository"`
	Audits     string    `json:"audits" doc:"Where the audit appears as soon as a worker has found out where the branch is."`
}

// AskAudit is the body of the question for an audit. It has no members.
type AskAudit struct{}

// Behind is where a list goes on; "" on its last page.
func (l List[T]) Behind() string {
	if l.Next == nil {
		return ""
	}
	return *l.Next
}
