package github

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	library "github.com/google/go-github/v60/github"
)

// Why code scanning takes nothing. Both are ErrForbidden, too.
var (
	ErrScanningOff   = fmt.Errorf("code scanning is not on for the repository: %w", ErrForbidden)
	ErrMayNotScan    = fmt.Errorf("the App may not write to code scanning: %w", ErrForbidden)
	ErrArchivedThere = fmt.Errorf("the repository is archived: %w", ErrForbidden)
)

// Analysis is what is uploaded to code scanning.
type Analysis struct {
	Commit string
	Ref    string    // "refs/heads/main", "refs/pull/7/head"
	Tool   string    // whose
	Began  time.Time // zero: not said
	SARIF  []byte    // gzip, at most 10 MB
}

// Processing is how far GitHub is with an upload.
type Processing struct {
	Done   bool
	Errors []string // of one that it could not process, or not all of
	Failed bool
}

const uploadTime = 2 * time.Minute

var (
	refForm      = regexp.MustCompile(`^refs/(heads/.+|pull/[0-9]+/(head|merge))$`)
	analysisForm = regexp.MustCompile(`^[A-Za-z0-9-]{1,100}$`)
)

// UploadAnalysis gives an analysis to code scanning and returns GitHub's id of it.
// It replaces the last one of the same tool, category and ref.
func (c *Client) UploadAnalysis(ctx context.Context, at Slug, a Analysis) (id string, err error) {
	if err := at.checkCommit(a.Commit); err != nil {
		return "", err
	}
	if !refForm.MatchString(a.Ref) {
		return "", fmt.Errorf("%w: %q is no ref of code scanning", ErrInvalid, a.Ref)
	}
	encoded := base64.StdEncoding.EncodeToString(a.SARIF)
	got, _, err := c.api.CodeScanning.UploadSarif(with(ctx, call{time: uploadTime}), at.Owner, at.Name, &library.SarifAnalysis{
		CommitSHA: &a.Commit, Ref: &a.Ref, Sarif: &encoded, ToolName: optional(a.Tool), StartedAt: moment(a.Began),
	})
	if err != nil {
		return "", scanningRefusal(err)
	}
	if id = got.GetID(); !analysisForm.MatchString(id) {
		return "", Unavailable{errors.New("it took an analysis and gave no id of it")}
	}
	return id, nil
}

// AnalysisProcessed asks how far GitHub is with an upload. ErrNotFound: it knows
// none of that id.
func (c *Client) AnalysisProcessed(ctx context.Context, at Slug, id string) (Processing, error) {
	if err := at.check(); err != nil {
		return Processing{}, err
	}
	type status struct {
		Processing string   `json:"processing_status"`
		Errors     []string `json:"errors"`
	}
	got, _, err := get[status](ctx, c.api, fmt.Sprintf("repos/%s/%s/code-scanning/sarifs/%s", at.Owner, at.Name, url.PathEscape(id)))
	if err != nil {
		return Processing{}, scanningRefusal(err)
	}
	p := Processing{Done: got.Processing == "complete" || got.Processing == "failed", Failed: got.Processing == "failed"} // what else it may say is not the end
	for _, e := range got.Errors {
		p.Errors = append(p.Errors, cutRunes(strings.Join(strings.Fields(e), " "), 500))
	}
	return p, nil
}

// scanningRefusal tells why code scanning is forbidden, by GitHub's words.
func scanningRefusal(err error) error {
	err = tidy(err)
	var refused refusal
	if !errors.As(err, &refused) || refused.status != http.StatusForbidden {
		return err
	}
	switch said := strings.ToLower(refused.message); {
	case strings.Contains(said, "archived"):
		refused.kind = ErrArchivedThere
	case strings.Contains(said, "advanced security"), strings.Contains(said, "code security"), strings.Contains(said, "code scanning is not enabled"), strings.Contains(said, "must be enabled"):
		refused.kind = ErrScanningOff
	case strings.Contains(said, "not accessible by integration"):
		refused.kind = ErrMayNotScan
	default:
		return err
	}
	return refused
}
