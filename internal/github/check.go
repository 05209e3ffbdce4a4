package github

import (
	"context"
	"slices"
	"strings"
	"time"

	library "github.com/google/go-github/v60/github"
)

// Check is a check run: what stands beside a commit. What is longer than GitHub
// takes is cut.
type Check struct {
	HeadSHA     string
	Name        string
	ExternalID  string
	DetailsURL  string
	Status      string // "queued", "in_progress" or "completed"
	Conclusion  string // of a completed one: "success", "failure", "neutral" …
	Title       string
	Summary     string // Markdown
	Text        string // Markdown; may be ""
	StartedAt   time.Time
	CompletedAt time.Time // zero with a conclusion: now
	Annotations []Annotation
	Actions     []Action // at most three buttons
}

// Annotation stands on lines of a file.
type Annotation struct {
	Path      string
	StartLine int    // from 1
	EndLine   int    // the last one
	Level     string // "notice", "warning" or "failure"
	Title     string
	Message   string // plain text
}

// Action is a button.
type Action struct{ Label, Description, Identifier string }

// annotationsAtATime is how many annotations one request may bring.
const annotationsAtATime = 50

// FoundCheck is a check run that is there.
type FoundCheck struct {
	ID          int64
	ExternalID  string
	Annotations int // how many it has
}

// FindCheck looks for this App's newest check run of that name on a commit.
func (c *Client) FindCheck(ctx context.Context, at Slug, sha, name string) (newest FoundCheck, found bool, err error) {
	if err := at.checkCommit(sha); err != nil {
		return newest, false, err
	}
	list, err := pages(ctx, func(ctx context.Context, page library.ListOptions) ([]*library.CheckRun, *library.Response, error) {
		all := "all" // a suite that was run again has several
		got, response, err := c.api.Checks.ListCheckRunsForRef(ctx, at.Owner, at.Name, sha, &library.ListCheckRunsOptions{
			CheckName: &name, AppID: &c.app.id, Filter: &all, ListOptions: page,
		})
		if err != nil {
			return nil, response, err
		}
		return got.CheckRuns, response, nil
	})
	for _, run := range list {
		if run.GetApp().GetID() == c.app.id && run.GetName() == name && run.GetID() > newest.ID {
			newest, found = FoundCheck{run.GetID(), run.GetExternalID(), run.GetOutput().GetAnnotationsCount()}, true
		}
	}
	return newest, found, err
}

// CreateCheck makes a check run. With an id above 0 the error is of annotations
// that it lacks yet: UpdateCheck brings them. It is not tried twice: whether
// a lost answer made one is FindCheck's to tell.
func (c *Client) CreateCheck(ctx context.Context, at Slug, check Check) (int64, error) {
	if err := at.checkCommit(check.HeadSHA); err != nil {
		return 0, err
	}
	check = check.cut(c.app.now())
	rest := check.Annotations[min(len(check.Annotations), annotationsAtATime):]
	first := check.Annotations[:len(check.Annotations)-len(rest)]
	options := library.CreateCheckRunOptions{
		Name: check.Name, HeadSHA: check.HeadSHA, DetailsURL: optional(check.DetailsURL), ExternalID: optional(check.ExternalID), Status: optional(check.Status),
		Conclusion: optional(check.Conclusion), StartedAt: moment(check.StartedAt), CompletedAt: moment(check.CompletedAt), Output: check.output(first), Actions: check.actions(),
	}
	if len(rest) > 0 && check.Status == "completed" { // not before all of it is there
		options.Status, options.Conclusion, options.CompletedAt = optional("in_progress"), nil, nil
	}
	run, _, err := c.api.Checks.CreateCheckRun(ctx, at.Owner, at.Name, options)
	if err != nil {
		return 0, tidy(err)
	}
	if len(rest) == 0 {
		return run.GetID(), nil
	}
	return run.GetID(), c.update(ctx, at, run.GetID(), check, rest)
}

// UpdateCheck brings a check run to what is given. GitHub adds annotations to
// those that are there and takes none away: those that it has already are not
// sent again. They come first, the status with the last of them.
func (c *Client) UpdateCheck(ctx context.Context, at Slug, id int64, check Check) error {
	if err := at.check(); err != nil {
		return err
	}
	check = check.cut(c.app.now())
	missing := check.Annotations
	if len(missing) > 0 {
		there, err := c.annotations(ctx, at, id)
		if err != nil {
			return err
		}
		missing = lacking(missing, there)
	}
	return c.update(ctx, at, id, check, missing)
}

// update sends annotations batch by batch, then all else with the last batch.
func (c *Client) update(ctx context.Context, at Slug, id int64, check Check, missing []Annotation) error {
	for len(missing) > annotationsAtATime {
		part := library.UpdateCheckRunOptions{Name: check.Name, Output: check.output(missing[:annotationsAtATime])}
		if _, _, err := c.api.Checks.UpdateCheckRun(ctx, at.Owner, at.Name, id, part); err != nil {
			return tidy(err)
		}
		missing = missing[annotationsAtATime:]
	}
	_, _, err := c.api.Checks.UpdateCheckRun(ctx, at.Owner, at.Name, id, library.UpdateCheckRunOptions{
		Name: check.Name, DetailsURL: optional(check.DetailsURL), ExternalID: optional(check.ExternalID), Status: optional(check.Status),
		Conclusion: optional(check.Conclusion), CompletedAt: moment(check.CompletedAt), Output: check.output(missing), Actions: check.actions(),
	})
	return tidy(err)
}

// annotations asks which annotations a check run has: how many first, since
// most have none.
func (c *Client) annotations(ctx context.Context, at Slug, id int64) ([]Annotation, error) {
	run, _, err := c.api.Checks.GetCheckRun(ctx, at.Owner, at.Name, id)
	if err != nil || run.GetOutput().GetAnnotationsCount() == 0 {
		return nil, tidy(err)
	}
	list, err := pages(ctx, func(ctx context.Context, page library.ListOptions) ([]*library.CheckRunAnnotation, *library.Response, error) {
		return c.api.Checks.ListCheckRunAnnotations(ctx, at.Owner, at.Name, id, &page)
	})
	return convert(list, func(a *library.CheckRunAnnotation) Annotation {
		return Annotation{a.GetPath(), a.GetStartLine(), a.GetEndLine(), a.GetAnnotationLevel(), a.GetTitle(), a.GetMessage()}
	}), err
}

// lacking are the wanted annotations that are not there yet, each as often as
// it is wanted.
func lacking(wanted, there []Annotation) []Annotation {
	counts := map[Annotation]int{}
	for _, a := range there {
		counts[a.key()]++
	}
	return slices.DeleteFunc(slices.Clone(wanted), func(a Annotation) bool {
		counts[a.key()]--
		return counts[a.key()] >= 0
	})
}

// key is what an annotation is known by again: white space around texts is
// not always kept.
func (a Annotation) key() Annotation {
	a.Title, a.Message = strings.TrimSpace(a.Title), strings.TrimSpace(a.Message)
	return a
}

func (c Check) output(list []Annotation) *library.CheckRunOutput {
	if c.Title == "" && c.Summary == "" && c.Text == "" && len(list) == 0 {
		return nil
	}
	return &library.CheckRunOutput{Title: &c.Title, Summary: &c.Summary, Text: optional(c.Text), Annotations: convert(list, func(a Annotation) *library.CheckRunAnnotation {
		return &library.CheckRunAnnotation{Path: &a.Path, StartLine: &a.StartLine, EndLine: &a.EndLine, AnnotationLevel: &a.Level, Title: optional(a.Title), Message: &a.Message}
	})}
}

func (c Check) actions() []*library.CheckRunAction {
	return convert(c.Actions, func(a Action) *library.CheckRunAction {
		return &library.CheckRunAction{Label: a.Label, Description: a.Description, Identifier: a.Identifier}
	})
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func moment(at time.Time) *library.Timestamp {
	if at.IsZero() {
		return nil
	}
	return &library.Timestamp{Time: at.UTC().Truncate(time.Second)}
}
