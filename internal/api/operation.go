// Package api describes the JSON API: its operations with what they take and
// answer, which is both what requests are held to and what the description in
// OpenAPI says; the form of its tokens and cursors; and its errors. It asks
// nobody: internal/server answers.
package api

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
)

// Prefix is where all operations stand.
const Prefix = "/api/v1"

// Access is whom an operation is for.
type Access int

// Whom operations are for.
const (
	Public    Access = iota
	Anybody          // with a token
	OfPerson         // and what its person sees
	OfReader         // of the repository {id}
	OfWriter         // and that person may write to it
	OfMembers        // of the installation {id}
)

// Operation is a method of an address.
type Operation struct {
	ID      string // unique
	Method  string
	Path    string // below Prefix, with {parameters}
	Group   string // what it is about
	Summary string
	Detail  string // may be ""
	Access  Access
	Scope   Scope // "" where Access is Public
	Query   []Query
	Order   string // how a list is ordered; "" where it is none
	Answer  any    // the zero value of what it answers
	Status  int
	Media   string // of the answer
	Body    any    // the zero value of what it takes; nil: nothing
	Try     string // the query of its example
}

// Kinds of a query's values.
const (
	anyText  = "text"
	oneOf    = "one of"
	number   = "number"
	yes      = "yes"
	moment   = "moment"
	position = "cursor"
)

// Query is a parameter of the query.
type Query struct {
	Name  string
	Says  string
	kind  string
	Of    []string // that it may be, where it is one of some
	most  int      // characters of a text; of a number the highest
	least int
	Usual string // what it is when it is not there; "" for nothing
}

// How many items a page of a list has.
const (
	UsualLimit = 50
	MostLimit  = 200
)

var paging = []Query{
	{Name: "limit", Says: "How many items a page has at the most.", kind: number, least: 1, most: MostLimit, Usual: strconv.Itoa(UsualLimit)},
	{Name: "cursor", Says: "Where to go on. It is part of next, which is to be followed as it stands.", kind: position, most: longestCursor},
}

func texts[T ~string](list []T) []string {
	names := make([]string, len(list))
	for i, v := range list {
		names[i] = string(v)
	}
	return names
}

func choice[T ~string](name, says string, of []T) Query {
	return Query{Name: name, Says: says, kind: oneOf, Of: texts(of)}
}

// factors are the twelve's keys.
var factors = func() []factor.Key { keys := factor.Keys(); return keys[:] }()

// orders are those of the repositories, each also with a minus before it.
func orders() (list []string) {
	for _, by := range append([]string{"name", "score", "change", "findings", "audited"}, texts(factors)...) {
		list = append(list, by, "-"+by)
	}
	return list
}

func usually(q Query, usual string) Query {
	q.Usual = usual
	return q
}

var (
	qFactor       = choice("factor", "Of one factor.", factors)
	qSeverity     = choice("severity", "Of one severity.", audit.Severities())
	qInstallation = Query{Name: "installation", Says: "Of one installation, by its id.", kind: number, most: 1<<62 - 1}
	qText         = Query{Name: "q", Says: "Words that are each part of owner/name or of a topic, in any case of letters.", kind: anyText, most: 200}
	qRule         = Query{Name: "rule", Says: "Of one rule, by its id.", kind: anyText, most: 100}
	qComponent    = Query{Name: "component", Says: "Of one component, by its path; . for the root.", kind: anyText, most: 1024}
	qState        = usually(choice("state", "How they stand: open and accepted by nobody, waived, closed, or all.", []string{Open, Waived, Closed, "all"}), Open)
)

// Operations lists all operations.
func Operations() []Operation { return operations }

var operations = withPaging([]Operation{
	{ID: "listInstallations", Path: "/installations", Group: "Installations", Summary: "List installations",
		Detail: "The accounts that the App is installed for and of which you see something.", Access: OfPerson, Order: "by id", Answer: List[Installation]{}},
	{ID: "getInstallation", Path: "/installations/{id}", Group: "Installations", Summary: "Get an installation",
		Detail: "With what its repositories come to, as far as you see them.", Access: OfMembers, Answer: InstallationSum{}},
	{ID: "listLedger", Path: "/installations/{id}/ledger", Group: "Installations", Summary: "List the ledger of an installation",
		Detail: "Every head of a default branch and of an open pull request, and what became of it.", Access: OfMembers, Order: "by repository and number",
		Query: []Query{{Name: "accounted", Says: "Only those that are accounted for (true), or that are not (false).", kind: oneOf, Of: []string{"true", "false"}}}, Answer: List[Head]{}, Try: "accounted=false"},
	{ID: "listRepositories", Path: "/repositories", Group: "Repositories", Summary: "List repositories",
		Detail: "Those that you see, as they stand. Archived ones are left out unless asked for.", Access: OfPerson, Order: "as sort says, then by name",
		Query: []Query{qInstallation, qText,
			choice("language", "With a component in this language.", audit.ParsedLanguages()), choice("grade", "Of one grade.", audit.Grades()),
			choice("class", "With a component of this class.", audit.Classes()), {Name: "topic", Says: "With this topic.", kind: anyText, most: 100},
			usually(choice("archived", "Archived ones, too.", []string{"true", "false"}), "false"),
			usually(choice("sort", "The order; a minus turns it round. What has no value comes last. A factor orders by its score.", orders()), "name"),
			usually(choice("days", "The span that the order by change is of.", []string{"7", "30", "90"}), "7")},
		Answer: List[Repository]{}, Try: "sort=score&limit=10"},
	{ID: "getRepository", Path: "/repositories/{id}", Group: "Repositories", Summary: "Get a repository", Access: OfReader, Answer: Repository{}},
	{ID: "getRepositoryByName", Path: "/repositories/{owner}/{name}", Group: "Repositories", Summary: "Get a repository by its name",
		Detail: "Names are compared without case, and may be those of lists, as in acme/env. Every other address of a repository takes owner%2Fname in place of the id.", Access: OfPerson, Answer: Repository{}},
	{ID: "listScores", Path: "/repositories/{id}/scores", Group: "Repositories", Summary: "List the scores of a repository over time",
		Detail: "One point for each done audit of the default branch.", Access: OfReader, Order: "oldest first",
		Query:  []Query{{Name: "from", Says: "Of heads from this time on.", kind: moment}, {Name: "to", Says: "Of heads before this time.", kind: moment}},
		Answer: List[ScorePoint]{}, Try: "from=2026-01-01"},
	{ID: "listVariables", Path: "/repositories/{id}/env", Group: "Repositories", Summary: "List the environment contract of a repository",
		Detail: "Every variable that a component reads or is given, by the latest audit. Values of secrets are in none.", Access: OfReader, Order: "by component and name",
		Query:  []Query{choice("status", "How it stands; those that the platform sets are left out then.", variableStatuses), qComponent, {Name: "q", Says: "Part of the variable's name, in any case of letters.", kind: anyText, most: 100}},
		Answer: variableList{}, Try: "status=never-provided"},
	{ID: "listRepositoryAudits", Path: "/repositories/{id}/audits", Group: "Audits", Summary: "List the audits of a repository", Access: OfReader, Order: "newest heads first",
		Query:  []Query{{Name: "state", Says: "How far they are.", kind: oneOf, Of: states}, {Name: "trigger", Says: "Why they were asked for.", kind: oneOf, Of: triggers}},
		Answer: List[AuditSummary]{}, Try: "state=done&limit=1"},
	{ID: "askAudit", Method: http.MethodPost, Path: "/repositories/{id}/audits", Group: "Audits", Summary: "Ask for an audit of a repository",
		Detail: "Of what its default branch is at now. Asked twice at once it is one audit. Needs write access to the repository on GitHub.", Access: OfWriter, Scope: Audit,
		Status: http.StatusAccepted, Body: AskAudit{}, Answer: Asked{}},
	{ID: "getAudit", Path: "/audits/{audit}", Group: "Audits", Summary: "Get an audit",
		Detail: "With its scorecards: every component, its twelve factors and their arithmetic.", Access: OfPerson, Query: []Query{qComponent}, Answer: AuditDetail{}},
	{ID: "listRepositoryFindings", Path: "/repositories/{id}/findings", Group: "Findings", Summary: "List the findings of a repository", Detail: "Of its default branch.", Access: OfReader,
		Order: "by id", Query: []Query{qState, qFactor, qSeverity, qRule, qComponent}, Answer: List[Finding]{}, Try: "severity=critical"},
	{ID: "getSARIF", Path: "/repositories/{id}/sarif", Group: "Findings", Summary: "Get the findings of a repository as SARIF",
		Detail: "SARIF 2.1.0 of the latest audit, as the command line writes it. Waived findings are suppressed in it.", Access: OfReader, Answer: sarif{}, Media: "application/sarif+json"},
	{ID: "listFindings", Path: "/findings", Group: "Findings", Summary: "List the findings of all repositories", Detail: "Of the default branches of those that you see; archived ones are left out.", Access: OfPerson,
		Order: "by repository and id", Query: []Query{qInstallation, qState, qFactor, qSeverity, qRule}, Answer: List[Finding]{}, Try: "rule=config/hardcoded-credential"},
	{ID: "getFinding", Path: "/findings/{finding}", Group: "Findings", Summary: "Get a finding", Detail: "With why it matters, and when it was gone.", Access: OfPerson, Answer: FindingDetail{}},
	{ID: "listRules", Path: "/rules", Group: "Rules", Summary: "List rules", Access: Anybody, Order: "by id",
		Query:  []Query{{Name: "q", Says: "Words that stand in its id, title, reason or fix.", kind: anyText, most: 100}, qFactor, qSeverity, choice("kind", "Violations, or positive evidence.", []audit.Type{audit.Violation, audit.Positive})},
		Answer: List[Rule]{}, Try: "factor=config&severity=critical"},
	{ID: "getRule", Path: "/rules/{factor}/{name}", Group: "Rules", Summary: "Get a rule", Detail: "With its examples.", Access: Anybody, Answer: RuleDetail{}},
	{ID: "getDescription", Path: "/openapi.json", Group: "Description", Summary: "Get this description", Detail: "In OpenAPI 3.1. It needs no token.", Access: Public, Answer: description{}},
})

// withPaging fills in what most operations have alike.
func withPaging(list []Operation) []Operation {
	for i := range list {
		o := &list[i]
		if o.Method == "" {
			o.Method = http.MethodGet
		}
		if o.Status == 0 {
			o.Status = http.StatusOK
		}
		if o.Media == "" {
			o.Media = "application/json"
		}
		if o.Scope == "" && o.Access != Public {
			o.Scope = Read
		}
		if o.Order != "" {
			o.Query = append(slices.Clip(o.Query), paging...)
		}
	}
	return list
}

// Allowed are the methods of an address that operations have, in the order of
// the header Allow; none where no operation has it.
func Allowed(path string) (methods []string) {
	for _, o := range operations {
		if o.Path == path {
			methods = append(methods, o.Method)
			if o.Method == http.MethodGet {
				methods = append(methods, http.MethodHead)
			}
		}
	}
	return methods
}

// Parameters are the names in an operation's path.
func (o Operation) Parameters() (names []string) {
	for part := range strings.SplitSeq(o.Path, "/") {
		if strings.HasPrefix(part, "{") {
			names = append(names, strings.Trim(part, "{}"))
		}
	}
	return names
}

// Ask is the query of a request, held to an operation.
type Ask struct {
	values url.Values
	Limit  int
	Cursor string
	of     string
}

// Read holds a query to an operation and says what is wrong with it. path is the
// request's own.
func (o Operation) Read(path string, query url.Values) (Ask, []Parameter) {
	ask := Ask{values: url.Values{}, Limit: UsualLimit, of: ListOf(path, query)}
	var wrong []Parameter
	known := map[string]bool{}
	for _, q := range o.Query {
		known[q.Name] = true
		values := query[q.Name]
		switch {
		case len(values) == 0:
			ask.values.Set(q.Name, q.Usual)
			continue
		case len(values) > 1:
			wrong = append(wrong, Parameter{q.Name, "query", "It stands there more than once."})
			continue
		}
		if why := q.wrong(values[0]); why != "" {
			wrong = append(wrong, Parameter{q.Name, "query", why})
			continue
		}
		ask.values.Set(q.Name, values[0])
	}
	for name := range query {
		if !known[name] {
			wrong = append(wrong, Parameter{shortened(name), "query", unknown(o.Query)})
		}
	}
	wrong = First(wrong)
	if len(wrong) == 0 && o.Order != "" {
		ask.Limit, _ = strconv.Atoi(ask.values.Get("limit"))
		ask.Cursor = ask.values.Get("cursor")
	}
	return ask, wrong
}

// mostWrong bounds how many wrong parameters a problem lists.
const mostWrong = 20

// First orders what is wrong by name and leaves as much as a problem lists.
func First(wrong []Parameter) []Parameter {
	slices.SortFunc(wrong, func(a, b Parameter) int { return strings.Compare(a.Name, b.Name) })
	return wrong[:min(len(wrong), mostWrong)]
}

func shortened(name string) string {
	if name = strings.ToValidUTF8(name, "�"); len(name) > 100 {
		return strings.ToValidUTF8(name[:100], "") + "…"
	}
	return Masked(name)
}

func unknown(list []Query) string {
	if len(list) == 0 {
		return "There are no parameters here."
	}
	names := make([]string, len(list))
	for i, q := range list {
		names[i] = q.Name
	}
	return "There is none of that name. Those of this address are " + strings.Join(names, ", ") + "."
}

// wrong says why a value can't be; "" where it can.
func (q Query) wrong(value string) string {
	switch q.kind {
	case oneOf:
		if !slices.Contains(q.Of, value) {
			return "It is one of " + strings.Join(q.Of, ", ") + "."
		}
	case number:
		if n, err := strconv.Atoi(value); err != nil || n < q.least || n > q.most || strconv.Itoa(n) != value {
			if q.Name == "limit" {
				return "It is a whole number from 1 to " + strconv.Itoa(q.most) + "."
			}
			return "It is a whole number."
		}
	case moment:
		if _, err := momentOf(value); err != nil {
			return "It is a day, 2026-01-31, or a time as RFC 3339 has it, 2026-01-31T09:00:00Z. A plus in an address is written %2B."
		}
	default:
		switch {
		case value == "":
			return "It is empty: leave it out instead."
		case utf8.RuneCountInString(value) > q.most: // as OpenAPI counts
			return "It is longer than " + strconv.Itoa(q.most) + " characters."
		case strings.ToValidUTF8(value, "") != value || strings.ContainsRune(value, 0):
			return "It is no UTF-8."
		}
	}
	return ""
}

func momentOf(text string) (time.Time, error) {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		at, err = time.Parse(time.RFC3339, text)
	}
	if err == nil && (at.Year() < 1 || at.Year() > 9999) {
		err = ErrCursor
	}
	return at, err
}

// Text is a parameter's value, or its usual one; "" where there is none.
func (a Ask) Text(name string) string { return a.values.Get(name) }

// Number is a parameter's value; ok is false where there is none.
func (a Ask) Number(name string) (n int64, ok bool) {
	n, err := strconv.ParseInt(a.values.Get(name), 10, 64)
	return n, err == nil
}

// Time is a parameter's value, nil where there is none.
func (a Ask) Time(name string) *time.Time {
	at, err := momentOf(a.values.Get(name))
	if err != nil {
		return nil
	}
	return &at
}

// Key is where the list goes on: nil at its beginning. kinds are those of its
// values.
func (a Ask) Key(kinds string) (Key, error) {
	if a.Cursor == "" {
		return nil, nil
	}
	return DecodeKey(a.Cursor, a.of, kinds)
}

// CursorAt is the cursor of the list behind a key.
func (a Ask) CursorAt(k Key) string { return k.Encode(a.of) }
