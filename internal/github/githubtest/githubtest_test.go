package githubtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// recorded is a test that a fake fails.
type recorded struct {
	testing.TB
	mu     sync.Mutex
	errors []string
}

func (r *recorded) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func (r *recorded) take() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := strings.Join(r.errors, "\n")
	r.errors = nil
	return all
}

// asInstallation makes requests with a token.
func asInstallation(t *testing.T, s *Server, installation int64) func(method, path, body string, header ...string) *http.Response {
	t.Helper()
	s.mu.Lock()
	s.tokens["ghs_test"] = &bearer{installation: installation, expires: s.Now().Add(time.Hour)}
	s.mu.Unlock()
	return func(method, path, body string, header ...string) *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), method, s.APIURL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer ghs_test")
		r.Header.Set("User-Agent", "test")
		if body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { response.Body.Close() })
		return response
	}
}

// missing ends a test that needs what make test installs.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what + ": run make test")
	}
	t.Skip("skipped: " + what)
}

// What a client does wrong fails its test, by the operation's name.
func TestWrongRequestsFailTheTest(t *testing.T) {
	t.Parallel()
	r := &recorded{TB: t}
	s := New(r)
	if s.rules == nil {
		missing(t, "GitHub's description is not installed")
	}
	installation := s.AddInstallation("acme")
	s.AddRepository(installation, "acme/shop")
	commit := s.Commit("acme/shop", "main", Files{"a": "1"})
	ask := asInstallation(t, s, installation)
	annotation := `{"path":"a","start_line":1,"end_line":1,"annotation_level":"notice","message":"m"}`
	for body, want := range map[string]string{
		`{"name":"x","head_sha":"` + commit + `"}`: "",
		`{"name":"x"}`: "head_sha",
		`{"name":"x","head_sha":"` + commit + `","status":"done"}`:                                                                                                                         "checks/create",
		`{"name":"x","head_sha":"` + commit + `","status":"completed"}`:                                                                                                                    "without a conclusion",
		`{"name":"x","head_sha":"` + commit + `","conclusion":"bad"}`:                                                                                                                      "checks/create",
		`{"name":"x","head_sha":"` + commit + `","colour":"red"}`:                                                                                                                          "unknown field",
		`{"name":"x","head_sha":"` + commit + `","output":{"title":"t"}}`:                                                                                                                  "summary",
		`{"name":"x","head_sha":"` + commit + `","output":{"title":"t","summary":"` + strings.Repeat("s", 65_536) + `"}}`:                                                                  "checks/create",
		`{"name":"x","head_sha":"` + commit + `","output":{"title":"` + strings.Repeat("t", 256) + `","summary":"s"}}`:                                                                     "255 characters",
		`{"name":"x","head_sha":"` + commit + `","output":{"title":"t","summary":"s","annotations":[` + strings.Repeat(annotation+",", 50) + annotation + `]}}`:                            "checks/create",
		`{"name":"x","head_sha":"` + commit + `","output":{"title":"t","summary":"s","annotations":[{"path":"a","start_line":0,"end_line":0,"annotation_level":"notice","message":"m"}]}}`: "no lines",
		`{"name":"x","head_sha":"` + commit + `","actions":[{"label":"a label of more than twenty","description":"d","identifier":"i"}]}`:                                                  "checks/create",
	} {
		ask("POST", "/repos/acme/shop/check-runs", body)
		if got := r.take(); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%.200s: %q", body, got)
		}
	}
	for path, want := range map[string]string{
		"/repos/acme/shop/pulls?state=open": "", "/repos/acme/shop/pulls?state=wrong": "pulls/list", "/repos/acme/shop/pulls?per_page=500": "GitHub gives 100",
		"/repos/acme/shop/pulls?colour=red": "no parameter colour", "/nowhere": "describes no", "/repos/acme/shop/branches": "no route",
		"/repos/acme/shop/git/ref/heads/a/b": "", "/repos/acme/shop/commits/" + commit + "/pulls": "", "/repos/acme/shop/compare/" + commit + "..." + commit: "",
	} {
		ask("GET", path, "")
		if got := r.take(); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: %q", path, got)
		}
	}
}

// What the fake answers wrongly fails the test, too.
func TestWrongAnswersFailTheTest(t *testing.T) {
	t.Parallel()
	r := &recorded{TB: t}
	s := New(r)
	if s.rules == nil {
		missing(t, "GitHub's description is not installed")
	}
	request := httptest.NewRequest("GET", "/repos/acme/shop/git/ref/heads/main", nil)
	answer := func(status int, body string) string {
		recorder := httptest.NewRecorder()
		recorder.Header().Set("Content-Type", "application/json")
		recorder.WriteHeader(status)
		_, _ = recorder.WriteString(body)
		s.rules.response(r, request, recorder)
		return r.take()
	}
	good := `{"ref":"refs/heads/main","node_id":"x","url":"https://api.github.com/x","object":{"type":"commit","sha":"` + strings.Repeat("a", 40) + `","url":"https://api.github.com/x"}}`
	for body, want := range map[string]string{good: "", `{"ref":"x"}`: "git/get-ref", strings.Replace(good, `"x"`, "7", 1): "git/get-ref", `[]`: "git/get-ref"} {
		if got := answer(200, body); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: %q", body, got)
		}
	}
	if got := answer(201, good); !strings.Contains(got, "status is not supported") {
		t.Errorf("201: %q", got)
	}
	s.rules.webhook(r, "push", "", []byte(`{"ref":"x"}`))
	s.rules.webhook(r, "unheard", "of", []byte(`{}`))
	if got := r.take(); !strings.Contains(got, "webhook-push") || !strings.Contains(got, "webhook-unheard-of") {
		t.Errorf("webhooks: %q", got)
	}
}

// Every webhook that can be sent is as GitHub describes it, and signed.
func TestWebhooks(t *testing.T) {
	t.Parallel()
	s := New(t)
	var mu sync.Mutex
	var got []string
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Header.Get("X-Hub-Signature-256") != s.Sign(body) || !json.Valid(body) {
			t.Errorf("got %v", r.Header)
		}
		var payload struct{ Action string }
		_ = json.Unmarshal(body, &payload)
		mu.Lock()
		defer mu.Unlock()
		got = append(got, strings.TrimSuffix(r.Header.Get("X-GitHub-Event")+"."+payload.Action, "."))
		w.WriteHeader(http.StatusAccepted)
	}))
	defer receiver.Close()
	installation := s.AddInstallation("acme")
	s.AddRepository(installation, "acme/shop")
	s.SendTo(receiver.URL)
	s.Install(installation)
	s.AddRepository(installation, "acme/second")
	s.Push("acme/shop", "main", Files{"a": "1"})
	fork := s.Fork("acme/shop", "octo")
	s.Push(fork, "fix", Files{"a": "2"}) // nobody installed the App there
	s.OpenPullRequest("acme/shop", PullRequest{Head: fork, Branch: "fix", Draft: true})
	s.Push(fork, "fix", Files{"a": "3"})
	for _, action := range []string{"ready_for_review", "converted_to_draft", "closed", "reopened"} {
		s.SetPullRequest("acme/shop", 1, action)
	}
	s.Push("acme/shop", "next", Files{"b": "1"})
	s.Rebase("acme/shop", 1, "next")
	s.Merge("acme/shop", 1)
	s.mu.Lock()
	r := s.find("acme/shop")
	r.checks = append(r.checks, &check{id: 9, suite: 10, app: s.AppID, headSHA: r.branches["main"], name: "twelvefold", status: "completed", conclusion: "success", started: s.Now(), completed: s.Now()})
	s.mu.Unlock()
	s.RerunCheck("acme/shop", 9)
	s.PressButton("acme/shop", 9, "explain")
	s.RerunSuite("acme/shop", s.HeadOf("acme/shop", "main"))
	s.ForcePush("acme/shop", "next", s.HeadOf("acme/shop", "main"))
	s.DeleteBranch("acme/shop", "next")
	for _, action := range []string{"archived", "unarchived", "privatized", "publicized"} {
		s.SetRepository("acme/shop", action)
	}
	s.Member("acme/shop", "jo", "added")
	s.Member("acme/shop", "jo", "removed")
	s.OrganizationMember(installation, "jo", "member_added")
	s.OrganizationMember(installation, "jo", "member_removed")
	s.Rename("acme/shop", "store")
	s.Transfer("acme/store", "other")
	s.Transfer("other/store", "acme")
	s.Remove(installation, "acme/second")
	s.SetRepository("acme/store", "deleted")
	s.Suspend(installation)
	s.Unsuspend(installation)
	s.Uninstall(installation)
	s.Settle()
	want := strings.Fields(`installation.created installation_repositories.added create push pull_request.opened pull_request.synchronize pull_request.ready_for_review
		pull_request.converted_to_draft pull_request.closed pull_request.reopened create push pull_request.edited pull_request.closed push check_run.rerequested
		check_run.requested_action check_suite.rerequested push delete push repository.archived repository.unarchived repository.privatized repository.publicized
		member.added member.removed organization.member_added organization.member_removed repository.renamed repository.transferred repository.transferred
		installation_repositories.removed repository.deleted installation.suspend installation.unsuspend installation.deleted`)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%v\nnot\n%v", got, want)
	}
}

func TestDisorder(t *testing.T) {
	t.Parallel()
	s := New(t)
	var mu sync.Mutex
	var order []string
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		order = append(order, r.Header.Get("X-GitHub-Delivery"))
	}))
	defer receiver.Close()
	installation := s.AddInstallation("acme")
	s.AddRepository(installation, "acme/shop")
	s.SendTo(receiver.URL)
	s.Hold()
	for i := range 200 {
		s.Push("acme/shop", "main", Files{"a": fmt.Sprint(i)})
	}
	sent := s.Waiting()
	requests := s.Release(Disorder{Seed: 1, Duplicates: 0.2, Reordered: 0.1, Lost: 0.05, AtATime: 4})
	twice := map[string]int{}
	for _, guid := range order {
		twice[guid]++
	}
	all := s.Sent()
	lost := 0
	for _, one := range all {
		if !slices.Contains(one.Statuses, 200) {
			lost++
		}
	}
	if sent != 201 || len(all) != sent || requests < sent+20 || requests > sent+70 || len(twice)+lost != sent || lost < 2 || lost > 25 {
		t.Errorf("%d sent by %d requests, %d arrived, %d lost", sent, requests, len(twice), lost)
	}
	inOrder := slices.IsSortedFunc(slices.Compact(slices.Clone(order)), func(a, b string) int {
		at := func(guid string) int { return slices.IndexFunc(all, func(one Sent) bool { return one.GUID == guid }) }
		return at(a) - at(b)
	})
	if inOrder {
		t.Error("nothing was reordered")
	}
}

// Git itself takes the objects for its own.
func TestCloneIsARepositoryOfGit(t *testing.T) {
	t.Parallel()
	git, err := exec.LookPath("git")
	if err != nil {
		missing(t, "git is not installed")
	}
	s := NewUnchecked(t)
	s.AddRepository(s.AddInstallation("acme"), "acme/shop")
	s.Commit("acme/shop", "main", Files{"a.b": "1", "a/b": "2", "a0": "3", "run": Executable("x"), "link": Link("a.b"), "a/c/d": ""})
	commit := s.Commit("acme/shop", "main", Files{"a": Deleted, "a-b": "4"})
	dir := t.TempDir()
	s.Clone("acme/shop", dir)
	for args, want := range map[string]string{
		"fsck --full --strict": "", "rev-parse HEAD": commit, "ls-tree -r --name-only HEAD": "a-b\na.b\na0\nlink\nrun", "rev-list --count HEAD": "2",
	} {
		out, err := exec.Command(git, append([]string{"--git-dir", dir}, strings.Fields(args)...)...).Output()
		if err != nil || want != "" && string(bytes.TrimSpace(out)) != want {
			t.Errorf("git %s: %s, %v", args, out, err)
		}
	}
}
