package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
)

// subject is what a person says of one repository at one commit, written down
// before any output of the program was seen.
type subject struct {
	Repository string      `yaml:"repository"` // owner/name
	Commit     string      `yaml:"commit"`     // 40 hex digits
	Labelled   string      `yaml:"labelled"`   // date
	Set        set         `yaml:"set"`        // training where it says none
	Complete   bool        `yaml:"complete"`   // every violation that a reviewer would raise is listed
	Scope      string      `yaml:"scope"`      // what was read, where not all was
	Components []component `yaml:"components"`
	Violations []violation `yaml:"violations"`
	Traps      []trap      `yaml:"traps"`
}

// set is what a subject's labels may be used for.
type set string

const (
	training set = "training" // read while the rules were written: its figures flatter
	heldOut  set = "held-out" // only ever measured
)

var sets = []set{training, heldOut}

// component is a deployable unit with a person's verdict on each factor.
type component struct {
	Path    string                   `yaml:"path"`
	Class   audit.Class              `yaml:"class"`
	Factors map[factor.Key]judgement `yaml:"factors"`
}

// judgement is a verdict on a factor.
type judgement string

const (
	satisfied     judgement = "satisfied"
	partly        judgement = "partly"
	violated      judgement = "violated"
	notApplicable judgement = "not-applicable"
	unknown       judgement = "unknown"
)

var judgements = []judgement{satisfied, partly, violated, notApplicable, unknown}

// violation is what a reviewer would raise: one cause.
type violation struct {
	Rule      string         `yaml:"rule"` // "none" where the catalogue has no rule for it
	Or        []string       `yaml:"or"`   // rules that say the same of it
	Component string         `yaml:"component"`
	Path      string         `yaml:"path"`
	Line      int            `yaml:"line"` // 0 for an absence
	Also      []string       `yaml:"also"` // "path:line" of the same cause
	Severity  audit.Severity `yaml:"severity"`
	Sure      bool           `yaml:"sure"` // two seniors would agree
	Note      string         `yaml:"note"`
}

// trap is where a naive program would raise what is none.
type trap struct {
	Rule string `yaml:"rule"`
	Path string `yaml:"path"`
	Line int    `yaml:"line"`
	Note string `yaml:"note"`
}

// verdict is what a person said of a finding after seeing it: for precision
// alone, never for recall.
type verdict struct {
	Repository string `yaml:"repository"`
	Rule       string `yaml:"rule"`
	Path       string `yaml:"path"`
	Line       int    `yaml:"line"`
	Subject    string `yaml:"subject"` // of the finding; "" for any there
	Verdict    string `yaml:"verdict"` // true, false or unclear
	Note       string `yaml:"note"`
}

// readLabels reads all files of a directory, sorted by repository.
func readLabels(dir string) ([]*subject, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err == nil && len(names) == 0 {
		err = fmt.Errorf("%s has no labels (*.yaml)", dir)
	}
	if err != nil {
		return nil, err
	}
	var list []*subject
	var wrong []error
	for _, name := range names {
		s := &subject{Set: training}
		if err := readYAML(name, s); err != nil {
			wrong = append(wrong, err)
			continue
		}
		if err := s.check(); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", name, err))
		}
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b *subject) int { return strings.Compare(a.Repository, b.Repository) })
	return list, errors.Join(wrong...)
}

func readVerdicts(name string) ([]verdict, error) {
	var list []verdict
	if err := readYAML(name, &list); err != nil {
		return nil, err
	}
	for _, v := range list {
		if v.Verdict != "true" && v.Verdict != "false" && v.Verdict != "unclear" {
			return nil, fmt.Errorf("%s: %s of %s has the verdict %q: use true, false or unclear", name, v.Rule, v.Repository, v.Verdict)
		}
	}
	return list, nil
}

func readYAML(name string, into any) error {
	content, err := os.ReadFile(name) // #nosec G304 -- this repository's own file
	if err != nil {
		return err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

var (
	commitID = regexp.MustCompile(`^[0-9a-f]{40}$`)
	ruleID   = regexp.MustCompile(`^(none|[a-z-]+/[a-z-]+)$`)
	place    = regexp.MustCompile(`^(.+):(\d+)$`)
)

func (s *subject) check() error {
	var wrong []error
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if !commitID.MatchString(s.Commit) {
		say("the commit %q is no full id", s.Commit)
	}
	if !slices.Contains(sets, s.Set) {
		say("the set %q is neither training nor held-out", s.Set)
	}
	if !s.Complete && s.Scope == "" {
		say("it is not complete, and no scope says what was read")
	}
	for _, c := range s.Components {
		if !slices.Contains(audit.Classes(), c.Class) {
			say("%s has the unknown class %q", c.Path, c.Class)
		}
		for key, j := range c.Factors {
			if _, err := factor.Of(key); err != nil {
				say("%s: %w", c.Path, err)
			}
			if !slices.Contains(judgements, j) {
				say("%s has the unknown verdict %q on %s", c.Path, j, key)
			}
		}
	}
	for _, v := range s.Violations {
		if !ruleID.MatchString(v.Rule) || v.Path == "" || !slices.Contains(audit.Severities(), v.Severity) {
			say("the violation %s at %s:%d needs a rule, a path and a severity", v.Rule, v.Path, v.Line)
		}
		for _, at := range v.Also {
			if !place.MatchString(at) {
				say("%q of %s is not path:line", at, v.Rule)
			}
		}
	}
	for _, t := range s.Traps {
		if !ruleID.MatchString(t.Rule) || t.Path == "" {
			say("the trap %s at %s:%d needs a rule and a path", t.Rule, t.Path, t.Line)
		}
	}
	return errors.Join(wrong...)
}
