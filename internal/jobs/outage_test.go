package jobs_test

import (
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"twelvefold/internal/jobs"
)

// TestGitHubIsTriedForTwoDays holds how long River's policy spreads attempts to what
// pages and documents say of it.
func TestGitHubIsTriedForTwoDays(t *testing.T) {
	t.Parallel()
	for _, args := range []interface {
		river.JobArgs
		river.JobArgsWithInsertOpts
	}{jobs.PublishArgs{}, jobs.UploadArgs{}} {
		all := time.Duration(0)
		job := &rivertype.JobRow{MaxAttempts: args.InsertOpts().MaxAttempts}
		for job.Attempt = 1; job.Attempt < job.MaxAttempts; job.Attempt++ {
			now := time.Now()
			all += (&river.DefaultClientRetryPolicy{}).NextRetry(job).Sub(now)
			job.Errors = append(job.Errors, rivertype.AttemptError{})
		}
		if all < 44*time.Hour || all > 56*time.Hour {
			t.Errorf("%s is tried for %s", args.Kind(), all)
		}
	}
}
