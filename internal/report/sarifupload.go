package report

import (
	"bytes"
	"compress/gzip"
	"fmt"

	"twelvefold/internal/audit"
)

// What GitHub's code scanning takes, and what it keeps of that.
// See https://docs.github.com/code-security/code-scanning/troubleshooting-sarif.
const (
	uploadBytes = 10_000_000 // of gzip
	// UploadShown is how many results GitHub keeps of one upload, the most severe.
	UploadShown = 5_000
)

// uploadCategory tells our uploads from those of other tools and of workflows: each
// replaces the last one of the same ref.
const uploadCategory = "twelvefold"

// Upload is an audit as code scanning takes it.
type Upload struct {
	Gzip     []byte // of SARIF
	Findings int    // in it
	LeftOut  int    // the least severe, by GitHub's limits
}

// UploadOf is what an audit uploads to GitHub's code scanning. The same audit gives
// the same bytes.
func UploadOf(a *audit.Audit, rules []audit.Rule, version string) (Upload, error) {
	return uploadWithin(a, rules, version, uploadBytes)
}

func uploadWithin(a *audit.Audit, rules []audit.Rule, version string, most int) (Upload, error) {
	within := sarifWithin{results: sarifResults, why: fmt.Sprintf("GitHub takes %d results", sarifResults), category: uploadCategory}
	for {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		if err := writeSARIF(w, a, rules, version, within); err != nil {
			return Upload{}, err
		}
		if err := w.Close(); err != nil {
			return Upload{}, err
		}
		kept := min(len(a.Findings), within.results)
		if packed.Len() <= most {
			return Upload{packed.Bytes(), kept, len(a.Findings) - kept}, nil
		}
		if kept == 0 {
			return Upload{}, fmt.Errorf("SARIF without a result has %d bytes, and GitHub takes %d", packed.Len(), most)
		}
		within.results = min(kept-1, int(float64(kept)*0.9*float64(most)/float64(packed.Len())))
		within.why = fmt.Sprintf("GitHub takes %d MB", uploadBytes/1_000_000)
	}
}
