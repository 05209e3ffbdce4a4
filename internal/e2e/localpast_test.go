package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// commitWeeks commits a change in each of so many weeks before now, oldest first:
// at first with a secret, and without it from half of the time on.
func commitWeeks(t *testing.T, dir string, weeks int) {
	t.Helper()
	repo, err := git.PlainOpen(dir)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := repo.Worktree()
	if err != nil {
		t.Fatal(err)
	}
	for week := weeks; week > 0; week-- {
		token := `"q8Zt6vLw0aPdR3yK"`
		if week <= weeks/2 {
			token = `os.environ["PAYMENT_TOKEN"]`
		}
		content := fmt.Sprintf("import os\n\nPAYMENT_TOKEN = %s\nWEEK = %d\n", token, week)
		if err := os.WriteFile(filepath.Join(dir, "payment.py"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := tree.Add("payment.py"); err != nil {
			t.Fatal(err)
		}
		who := &object.Signature{Name: "Ada", Email: "ada@example.com", When: time.Now().AddDate(0, 0, -7*week)}
		if _, err := tree.Commit(fmt.Sprintf("week %d", week), &git.CommitOptions{Author: who}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDevDrawsTheYear audits the past of a local repository after its head, and
// audits the head again when the page's button is pressed.
func TestDevDrawsTheYear(t *testing.T) {
	t.Parallel()
	dir, repo := checkout(t)
	commitWeeks(t, repo, 30)
	run := start(t, dir, variables(t), "dev", "--no-open", repo)
	home := address(t, run)
	var body string
	eventually(t, "the trend has its weeks and follows nothing any more", func() bool {
		body = page(t, home)
		return strings.Count(body, "<circle") > 28 && !strings.Contains(body, `hx-trigger="every 3s"`)
	})
	plot, _, _ := strings.Cut(strings.SplitN(body, `<div class="plot">`, 2)[1], "</div>")
	points := strings.Split(plot, "<title>")[1:]
	if len(points) < 30 || len(points) > 31 {
		t.Errorf("%d points of 30 weeks", len(points))
	}
	var before, after int
	if _, err := fmt.Sscanf(points[1], "%d of 100", &before); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscanf(points[len(points)-1], "%d of 100", &after); err != nil || after <= before {
		t.Errorf("with the secret %d points, without it %d, %v", before, after, err)
	}
	if strings.Contains(body, "by changed rules") {
		t.Error("the rules are said to have changed")
	}

	commitWeeks(t, repo, 1)
	if !strings.Contains(page(t, home), "Audits what is checked out now.") {
		t.Error("nobody is offered to audit the checkout")
	}
	answer, err := http.PostForm(home+"/audits", url.Values{})
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("asking for an audit: %s", answer.Status)
	}
	opened, err := git.PlainOpen(repo)
	if err != nil {
		t.Fatal(err)
	}
	head, err := opened.Head()
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "what is checked out now is audited", func() bool {
		return strings.Contains(page(t, home), `<code title="`+head.Hash().String()+`">`)
	})
}
