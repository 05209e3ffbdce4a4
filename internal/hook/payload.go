package hook

import (
	"encoding/json"
	"time"
)

// Schema names the form of payloads; docs/webhook.v1.schema.json describes it. It
// changes with what receivers would have to change for.
const Schema = "twelvefold/webhook/v1"

// Payload is what a receiver is sent.
type Payload struct {
	Schema    string    `json:"schema"`
	ID        string    `json:"id"`   // of the event, the same in every attempt
	Type      string    `json:"type"` // "score.dropped" or "test"
	Timestamp time.Time `json:"timestamp"`
	Data      any       `json:"data"` // a Drop or a Test
}

// Test is the data of a test.
type Test struct {
	Account string `json:"account"`
	Message string `json:"message"`
}

// Drop is the data of a score that dropped. Links are null where nobody said what
// this deploy is called.
type Drop struct {
	Account     string      `json:"account"`
	Repository  Repository  `json:"repository"`
	Branch      string      `json:"branch"`
	Cause       string      `json:"cause"` // CauseCommit or CauseReassessed
	Commit      string      `json:"commit"`
	Before      string      `json:"commit_before"`
	PullRequest *Pull       `json:"pull_request"` // whose merge it is; null where none is known
	Score       Move        `json:"score"`
	Grade       Grades      `json:"grade"`
	Factors     []Factor    `json:"factors"`  // that moved, in canonical order
	Findings    []Violation `json:"findings"` // the worst that opened, at most ten
	Opened      int         `json:"findings_opened"`
	Audit       *string     `json:"audit_url"`
}

// Why a score dropped.
const (
	CauseCommit     = "commit"       // by another commit
	CauseReassessed = "reassessment" // the same commit, audited again: a waiver ended or was withdrawn
)

// Repository is one of a payload.
type Repository struct {
	ID       int64   `json:"id"` // GitHub's
	FullName string  `json:"full_name"`
	Private  bool    `json:"private"`
	URL      *string `json:"url"` // its page here
}

// Pull is a merged pull request.
type Pull struct {
	Number int    `json:"number"`
	Title  string `json:"title"`
	Author string `json:"author"`
}

// Move is a score before and after; null where there is none.
type Move struct {
	Before *float64 `json:"before"`
	After  *float64 `json:"after"`
}

// Grades are the grades before and after; null where one is withheld.
type Grades struct {
	Before *string `json:"before"`
	After  *string `json:"after"`
}

// Factor is one whose score moved.
type Factor struct {
	Factor string `json:"factor"`
	Move
}

// Violation is a finding.
type Violation struct {
	Rule        string  `json:"rule"`
	Factor      string  `json:"factor"`
	Severity    string  `json:"severity"`
	Message     string  `json:"message"`
	Path        string  `json:"path"`
	Line        int     `json:"line"` // 0: of the whole file
	Fingerprint string  `json:"fingerprint"`
	URL         *string `json:"url"`
}

// Encode is the payload as it is signed and sent.
func (p Payload) Encode() ([]byte, error) { return json.Marshal(p) }
