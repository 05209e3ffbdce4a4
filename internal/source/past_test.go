package source

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// monday is the end of a week.
var monday = time.Date(2024, 3, 4, 0, 0, 0, 0, time.UTC)

// commitAt commits all files so many weeks before monday, and hours later.
func commitAt(t *testing.T, repo *git.Repository, weeks int, hours time.Duration, parents ...plumbing.Hash) string {
	t.Helper()
	tree, err := repo.Worktree()
	if err != nil {
		t.Fatal(err)
	}
	if err := tree.AddWithOptions(&git.AddOptions{All: true}); err != nil {
		t.Fatal(err)
	}
	at := monday.AddDate(0, 0, -7*weeks).Add(hours * time.Hour)
	written := &object.Signature{Name: "A", Email: "a@example.com", When: at.AddDate(0, -1, 0)}
	id, err := tree.Commit("change", &git.CommitOptions{Author: written, Committer: &object.Signature{Name: "A", Email: "a@example.com", When: at}, Parents: parents, AllowEmptyCommits: true})
	if err != nil {
		t.Fatal(err)
	}
	return id.String()
}

// emptyRepository has no commit yet.
func emptyRepository(t *testing.T) (string, *git.Repository) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "shop")
	repo, err := git.PlainInit(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	return dir, repo
}

// pastOf are the ids of what Past lists.
func pastOf(t *testing.T, dir, commit string, weeks int) (ids []string) {
	t.Helper()
	list, err := Past(t.Context(), dir, commit, weeks)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		ids = append(ids, c.SHA)
	}
	return ids
}

func TestPast(t *testing.T) {
	t.Parallel()
	dir, repo := emptyRepository(t)
	write(t, dir, map[string]string{"a": "1"})
	old := commitAt(t, repo, 70, 0)
	six := commitAt(t, repo, 6, -1) // and the state of the weeks 5 and 4
	commitAt(t, repo, 3, -100)
	write(t, dir, map[string]string{"a": "2", "api/b": "1"})
	three := commitAt(t, repo, 3, 0)
	side := commitAt(t, repo, 1, -3)
	two := commitAt(t, repo, 2, -9, plumbing.NewHash(three))
	merge := commitAt(t, repo, 0, -5, plumbing.NewHash(two), plumbing.NewHash(side))
	head := commitAt(t, repo, 0, 1)

	equal(t, pastOf(t, dir, head, 52), []string{old, six, three, two, merge})
	equal(t, pastOf(t, dir, head, 4), []string{three, two, merge})
	equal(t, pastOf(t, dir, head, 0), []string(nil))
	equal(t, pastOf(t, dir, two, 52), []string{old, six, three}) // as a detached head
	equal(t, pastOf(t, filepath.Join(dir, "api"), head, 52), []string{three, two, merge})
	equal(t, pastOf(t, filepath.Join(dir, ".git"), head, 1), []string{merge})
	list, err := Past(t.Context(), dir, head, 2)
	if err != nil || len(list) != 2 || !list[0].At.Equal(monday.AddDate(0, 0, -14).Add(-9*time.Hour)) {
		t.Errorf("%+v, %v", list, err)
	}
	if at, err := CommittedAt(dir, head); err != nil || !at.Equal(monday.Add(time.Hour)) {
		t.Errorf("committed at %v, %v", at, err)
	}

	write(t, dir, map[string]string{".git/shallow": three + "\n"})
	equal(t, pastOf(t, dir, head, 52), []string{three, two, merge})
	lost := blobID([]byte("1"))
	if err := os.Remove(filepath.Join(dir, ".git", "objects", lost[:2], lost[2:])); err != nil {
		t.Fatal(err)
	}
	equal(t, pastOf(t, dir, head, 52), []string{three, two, merge})
	write(t, dir, map[string]string{".git/config": "[core]\nrepositoryformatversion = 1\n[extensions]\npartialClone = origin\n"})
	equal(t, pastOf(t, dir, head, 52), []string(nil)) // half of the files are absent
}

// TestPastOfALongHistory has more commits in a week than weeks.
func TestPastOfALongHistory(t *testing.T) {
	t.Parallel()
	dir, repo := emptyRepository(t)
	var want []string
	for week := 40; week >= 0; week-- {
		for i := range 3 {
			write(t, dir, map[string]string{"a": fmt.Sprint(week, i)})
			last := commitAt(t, repo, week, time.Duration(-60+20*i))
			if i == 2 {
				want = append(want, last)
			}
		}
	}
	head := commitAt(t, repo, 0, 30)
	equal(t, pastOf(t, dir, head, 52), want)
}

func TestPastThatIsNotThere(t *testing.T) {
	t.Parallel()
	dir, repo := emptyRepository(t)
	none := strings.Repeat("a", 40)
	for name, dir := range map[string]string{"empty": dir, "gone": dir + "/nowhere", "no git": filepath.Dir(dir)} {
		if list, err := Past(t.Context(), dir, "", 52); err == nil || len(list) != 0 {
			t.Errorf("%s: %v, %v", name, list, err)
		}
	}
	nothing := commitAt(t, repo, 3, 0)
	write(t, dir, map[string]string{"a": "1"})
	one := commitAt(t, repo, 0, 1)
	equal(t, pastOf(t, dir, one, 52), []string(nil)) // at the first nothing was there
	equal(t, pastOf(t, dir, nothing, 52), []string(nil))
	if _, err := Past(t.Context(), dir, none, 52); err == nil {
		t.Error("of a commit that is not there")
	}
	// The only commit of a week that ended is the head itself.
	write(t, dir, map[string]string{"a": "2"})
	onTime := commitAt(t, repo, -1, 0)
	equal(t, pastOf(t, dir, onTime, 1), []string{onTime})
}
