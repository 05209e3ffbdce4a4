package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"twelvefold/internal/audit"
)

// What GitHub takes of a SARIF file at most: with more results it refuses all of
// them, and of the places of one it shows a hundred. The first place is the
// finding's own.
const (
	sarifResults = 25_000
	sarifRelated = 99
)

// sarifFingerprint names our fingerprint. The number changes with its meaning.
const sarifFingerprint = "twelvefoldFinding/v1"

// sarifAlert is the only fingerprint that GitHub matches alerts by. Its upload action
// makes it of the line where a log has none, and of nothing where a result has no
// line: two findings of a file would be the same alert. What comes by the API is
// taken as it is: without it, alerts double when lines move.
// See https://docs.github.com/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning.
const sarifAlert = "primaryLocationLineHash"

// sarifRoot stands for wherever the repository was checked out.
const sarifRoot = "%SRCROOT%"

// sarifNowhere is the file that a finding without one is told of: GitHub refuses
// results that stand nowhere. None of the rules reports any; each absence names
// the file that lacks something.
const sarifNowhere = audit.SettingsFile

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool        sarifTool                `json:"tool"`
	Details     *sarifDetails            `json:"automationDetails,omitempty"`
	Invocations []sarifInvocation        `json:"invocations"`
	Bases       map[string]sarifBase     `json:"originalUriBaseIds"`
	Results     []sarifResult            `json:"results"`
	Properties  map[string]sarifProperty `json:"properties"`
}

type sarifProperty any

// sarifDetails name a series of runs: what stands before the slash is the category.
type sarifDetails struct {
	ID string `json:"id"`
}

type sarifBase struct {
	Description sarifText `json:"description"`
}

type sarifInvocation struct {
	Successful    bool                `json:"executionSuccessful"`
	Notifications []sarifNotification `json:"toolExecutionNotifications"`
}

type sarifNotification struct {
	Level     string          `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations,omitempty"`
}

type sarifText struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown,omitempty"`
}

type sarifResult struct {
	Rule         string                   `json:"ruleId"`
	Index        int                      `json:"ruleIndex"`
	Level        string                   `json:"level"`
	Message      sarifText                `json:"message"`
	Locations    []sarifLocation          `json:"locations"`
	Related      []sarifLocation          `json:"relatedLocations,omitempty"`
	Fingerprints map[string]string        `json:"partialFingerprints"`
	Suppressions []sarifSuppression       `json:"suppressions"` // empty: not suppressed; never null, since one of a run that isn't demands it of all
	Properties   map[string]sarifProperty `json:"properties"`
}

type sarifSuppression struct {
	Kind          string `json:"kind"`
	Status        string `json:"status"`
	Justification string `json:"justification"`
}

type sarifLocation struct {
	ID       *int          `json:"id,omitempty"` // from 0, of related places
	Physical sarifPhysical `json:"physicalLocation"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   *sarifRegion  `json:"region,omitempty"` // nil where no line is known
}

type sarifArtifact struct {
	URI  string `json:"uri"`
	Base string `json:"uriBaseId"`
}

type sarifRegion struct {
	StartLine int `json:"startLine"`
	EndLine   int `json:"endLine,omitempty"`
}

// SARIF writes the audit as a log of SARIF 2.1.0, within the limits of GitHub's
// code scanning. rules are those of the audit; version is the program's.
func SARIF(w io.Writer, a *audit.Audit, rules []audit.Rule, version string) error {
	return writeSARIF(w, a, rules, version, sarifWithin{results: sarifResults, why: fmt.Sprintf("GitHub takes %d results", sarifResults)})
}

// sarifWithin is what a log is kept to.
type sarifWithin struct {
	results  int    // at most
	why      string // no more than that, as a clause
	category string // of code scanning's API: a log replaces the last one of the same; "" for none
}

func writeSARIF(w io.Writer, a *audit.Audit, rules []audit.Rule, version string, within sarifWithin) error {
	run := sarifRun{
		Tool:        sarifToolOf(rules, version),
		Bases:       map[string]sarifBase{sarifRoot: {sarifText{Text: "The root of the repository."}}},
		Results:     []sarifResult{},
		Invocations: []sarifInvocation{{Successful: true, Notifications: []sarifNotification{}}},
		Properties: map[string]sarifProperty{
			"repository": clean(a.Repository), "commit": orNull(a.Commit), "dirty": a.Dirty, "ruleset": a.Ruleset,
			"score": a.Score, "grade": orNull(a.Grade), "coverage": a.Coverage,
		},
	}
	if within.category != "" {
		run.Details = &sarifDetails{within.category + "/"}
	}
	if a.Since != nil {
		run.Properties["base"] = Base{a.Since.Commit, a.Since.Unchanged, a.Since.Fixed}
	}
	index := map[string]int{}
	for i, r := range run.Tool.Driver.Rules {
		index[r.ID] = i
	}
	notes := &run.Invocations[0].Notifications
	for _, warning := range a.Warnings {
		n := sarifNotification{Level: "warning", Message: sarifText{Text: plainText(warning.Message)}}
		if warning.Path != "" {
			n.Locations = []sarifLocation{sarifAt(audit.Place{Path: warning.Path})}
		}
		*notes = append(*notes, n)
	}
	findings := worstFirst(a.Findings)
	if left := len(findings) - within.results; left > 0 {
		findings = findings[:within.results]
		*notes = append(*notes, sarifNotification{Level: "warning", Message: sarifText{
			Text: fmt.Sprintf("%d findings are left out, the least severe ones: %s. JSON has them all.", left, within.why)}})
	}
	alike := map[string]int{}
	for _, f := range findings {
		i, known := index[f.Rule]
		if !known {
			i = -1
		}
		r := sarifResultOf(f, i)
		if within.category != "" || f.Place.Line == 0 {
			alike[f.Fingerprint]++
			r.Fingerprints[sarifAlert] = fmt.Sprintf("%s:%d", f.Fingerprint, alike[f.Fingerprint])
		}
		run.Results = append(run.Results, r)
	}
	buffered := bufio.NewWriter(w)
	encoder := json.NewEncoder(buffered)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(sarifLog{"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json", "2.1.0", []sarifRun{run}}); err != nil {
		return err
	}
	return buffered.Flush()
}

func sarifResultOf(f audit.Finding, rule int) sarifResult {
	text := sentenceOf(f.Message)
	if f.Fix != "" {
		text += "\nFix: " + f.Fix
	}
	r := sarifResult{
		Rule: f.Rule, Index: rule, Level: level(f.Severity, f.Confidence), Message: sarifText{Text: plainText(text)},
		Locations: []sarifLocation{sarifAt(f.Place)}, Fingerprints: map[string]string{sarifFingerprint: f.Fingerprint}, Suppressions: []sarifSuppression{},
		Properties: map[string]sarifProperty{
			"factor": f.Factor, "severity": f.Severity, "confidence": f.Confidence, "component": clean(f.Component), "gain": f.Gain,
		},
	}
	for i, at := range f.Related[:min(len(f.Related), sarifRelated)] {
		location := sarifAt(at)
		location.ID = &i
		r.Related = append(r.Related, location)
	}
	if w := f.Waived; w != nil {
		r.Suppressions = []sarifSuppression{{"external", "accepted", clean(fmt.Sprintf("%s (%s, until %s)", w.Reason, w.Owner, w.Expires))}}
	}
	return r
}

func sarifAt(at audit.Place) sarifLocation {
	if at.Path == "" || at.Path == "." {
		at = audit.Place{Path: sarifNowhere}
	}
	l := sarifLocation{Physical: sarifPhysical{Artifact: sarifArtifact{sarifURI(at.Path), sarifRoot}}}
	if at.Line > 0 {
		l.Physical.Region = &sarifRegion{StartLine: at.Line}
		if at.EndLine > at.Line {
			l.Physical.Region.EndLine = at.EndLine
		}
	}
	return l
}

// sarifURI is a path as a relative reference: byte by byte, so that names that
// are no UTF-8 come back as they are.
func sarifURI(path string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(path) {
		c := path[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~/", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteString(string([]byte{'%', hex[c>>4], hex[c&15]}))
	}
	return b.String()
}

// plainText is a message of SARIF that says what it says: in one, [text](n) is a
// link, wherever it came from.
func plainText(text string) string {
	text = cleanLines(text)
	if strings.Contains(text, "](") {
		text = strings.NewReplacer("\\", "\\\\", "[", "\\[", "]", "\\]").Replace(text)
	}
	return text
}
