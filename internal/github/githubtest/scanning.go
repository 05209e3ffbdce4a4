package githubtest

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// scanning is what code scanning has of a repository.
type scanning struct {
	off      string // why it takes nothing; "" when it does
	analyses []*Analysis
	pending  int      // so many answers say of a new one that it is processed still
	errors   []string // that end the processing of new ones
}

// Analysis is one that was uploaded.
type Analysis struct {
	ID, Commit, Ref, Tool string
	Category              string // of its only run
	SARIF                 []byte // unpacked

	pending int
	errors  []string
}

// What code scanning says while it takes nothing.
const (
	ScanningDisabled = "Code scanning is not enabled for this repository. Please enable code scanning in the repository settings."
	SecurityDisabled = "Advanced Security must be enabled for this repository to use code scanning."
)

// SetScanning lets a repository's code scanning refuse all, for a reason of
// GitHub's; "" lets it take them.
func (s *Server) SetScanning(repository, off string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.must(repository).scanning.off = off
}

// SetProcessing says how often new analyses are told to be processed still, and
// what is wrong with them then.
func (s *Server) SetProcessing(repository string, pending int, errors ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.must(repository)
	r.scanning.pending, r.scanning.errors = pending, errors
}

// Analyses lists what was uploaded of a repository, oldest first.
func (s *Server) Analyses(repository string) (list []Analysis) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.must(repository).scanning.analyses {
		list = append(list, *a)
	}
	return list
}

// AllowScanning gives the App, and an installation of it, what uploading takes.
func (s *Server) AllowScanning(installation int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	with := map[string]string{"security_events": "write"}
	for name, level := range s.permissions {
		with[name] = level
	}
	s.permissions = with
	if i := s.installations[installation]; i != nil {
		i.permissions = with
	}
}

func (s *Server) scanningRoutes() []route {
	at := "/repos/{owner}/{repo}/code-scanning/"
	return []route{
		{"POST " + at + "sarifs", "installation", "security_events:write", s.uploadAnalysis},
		{"GET " + at + "sarifs/{id}", "installation", "security_events:read", s.getUpload},
	}
}

var scannedRef = regexp.MustCompile(`^refs/(heads/.+|pull/\d+/(head|merge))$`)

func (s *Server) uploadAnalysis(q *query) (int, any, error) {
	r, err := q.repository()
	if err != nil {
		return 0, nil, err
	}
	var body struct {
		Commit  string `json:"commit_sha"`
		Ref     string `json:"ref"`
		SARIF   string `json:"sarif"`
		Tool    string `json:"tool_name"`
		Started string `json:"started_at"`
	}
	if err := q.decode(&body); err != nil {
		return 0, nil, err
	}
	switch {
	case r.archived:
		return 0, nil, problem{http.StatusForbidden, "Repository was archived so is read-only."}
	case r.scanning.off != "":
		return 0, nil, problem{http.StatusForbidden, r.scanning.off}
	case r.commits[body.Commit] == nil:
		return 0, nil, problem{http.StatusNotFound, "commit not found"}
	case !scannedRef.MatchString(body.Ref):
		return 0, nil, problem{http.StatusUnprocessableEntity, "ref " + body.Ref + " is not a branch or a pull request"}
	}
	text, category, wrong := readAnalysis(body.SARIF)
	if wrong != "" {
		s.t.Errorf("githubtest: an analysis of %s: %s", body.Commit, wrong)
		return 0, nil, problem{http.StatusBadRequest, wrong}
	}
	a := &Analysis{ID: fmt.Sprintf("47177e22-5596-11eb-80a1-%012x", s.newID()), Commit: body.Commit, Ref: body.Ref, Tool: body.Tool, Category: category, SARIF: text,
		pending: r.scanning.pending, errors: r.scanning.errors}
	r.scanning.analyses = append(r.scanning.analyses, a)
	return http.StatusAccepted, object{"id": a.ID, "url": s.APIURL + "/repos/" + r.full() + "/code-scanning/sarifs/" + a.ID}, nil
}

// readAnalysis unpacks a log and holds it to the limits of GitHub's that are hard.
func readAnalysis(encoded string) (text []byte, category, wrong string) {
	packed, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, "", "it is no Base64"
	}
	if len(packed) > 10<<20 {
		return nil, "", "it has more than 10 MB"
	}
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, "", "it is no gzip"
	}
	if text, err = io.ReadAll(reader); err != nil {
		return nil, "", "its gzip is cut"
	}
	var log struct {
		Version string `json:"version"`
		Runs    []struct {
			Details struct {
				ID string `json:"id"`
			} `json:"automationDetails"`
			Tool struct {
				Driver struct {
					Name  string            `json:"name"`
					Rules []json.RawMessage `json:"rules"`
				} `json:"driver"`
			} `json:"tool"`
			Results []struct {
				Rule         string            `json:"ruleId"`
				Locations    []json.RawMessage `json:"locations"`
				Fingerprints map[string]string `json:"partialFingerprints"`
			} `json:"results"`
		} `json:"runs"`
	}
	if err := json.Unmarshal(text, &log); err != nil || log.Version != "2.1.0" || len(log.Runs) != 1 {
		return nil, "", "it is not one run of SARIF 2.1.0"
	}
	run := log.Runs[0]
	if len(run.Results) > 25_000 || len(run.Tool.Driver.Rules) > 25_000 || run.Tool.Driver.Name == "" {
		return nil, "", "it has more results or rules than GitHub takes, or no tool"
	}
	alerts := map[string]bool{}
	for _, r := range run.Results {
		alert := r.Rule + " " + r.Fingerprints["primaryLocationLineHash"] // which only the upload action makes up where it is missing
		if len(r.Locations) == 0 || r.Fingerprints["primaryLocationLineHash"] == "" || alerts[alert] {
			return nil, "", "a result has no location, or no fingerprint of its own"
		}
		alerts[alert] = true
	}
	category, _, _ = strings.Cut(run.Details.ID, "/")
	return text, category, ""
}

func (s *Server) getUpload(q *query) (int, any, error) {
	r, err := q.repository()
	if err != nil {
		return 0, nil, err
	}
	at := slices.IndexFunc(r.scanning.analyses, func(a *Analysis) bool { return a.ID == q.PathValue("id") })
	if at < 0 {
		return 0, nil, notFound
	}
	a := r.scanning.analyses[at]
	switch {
	case a.pending > 0:
		a.pending--
		return http.StatusOK, object{"processing_status": "pending", "analyses_url": nil}, nil
	case len(a.errors) > 0:
		return http.StatusOK, object{"processing_status": "failed", "analyses_url": nil, "errors": a.errors}, nil
	}
	return http.StatusOK, object{"processing_status": "complete", "analyses_url": s.APIURL + "/repos/" + r.full() + "/code-scanning/analyses?sarif_id=" + a.ID}, nil
}
