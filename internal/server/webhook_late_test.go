package server_test

import (
	"bufio"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"twelvefold/internal/store"
)

// jobs counts the jobs of a kind that wait.
func (r *receiver) jobs(t *testing.T, kind string) (n int) {
	t.Helper()
	if err := r.store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE kind = $1 AND state IN ('available', 'scheduled')`, kind).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// taken sends a delivery that must be taken, and returns what came of it.
func (r *receiver) taken(t *testing.T, event string, body []byte) string {
	t.Helper()
	status, answer := r.post(t, event, body, nil)
	if status != 202 {
		t.Fatalf("%s: %d %s", event, status, answer)
	}
	return answer
}

// exec changes the database behind the server's back.
func (r *receiver) exec(t *testing.T, sql string) {
	t.Helper()
	if _, err := r.store.Pool().Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

// TestALateDeliveryChangesNoRepository sends an old push after the repository was
// renamed, got another default branch and was archived, and after it was taken
// from the installation: GitHub is asked, and until then all stays as it is.
func TestALateDeliveryChangesNoRepository(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	at := time.Now().Add(-time.Hour)
	r.taken(t, "push", pushed(commit(1), at))
	if n := r.jobs(t, "refresh_installation"); n != 0 {
		t.Errorf("%d refreshes of what is as it is known", n)
	}
	now := store.GitHubRepository{ID: 7, Owner: "acme", Name: "store", DefaultBranch: "trunk", Private: true, Archived: true}
	err := r.store.InTx(t.Context(), func(tx store.Tx) error { _, err := r.store.AdoptRepository(t.Context(), tx, 5, now); return err })
	if err != nil {
		t.Fatal(err)
	}
	audits := r.count(t, "audits")
	if answer := r.taken(t, "push", pushed(commit(2), at.Add(time.Minute))); answer != "repository is reviewed" {
		t.Error(answer)
	}
	known, err := r.store.RepositoryNamed(t.Context(), 5, "acme", "store")
	if err != nil || known.DefaultBranch != "trunk" || !known.Archived {
		t.Errorf("%+v, %v", known, err)
	}
	if r.count(t, "audits") != audits || r.jobs(t, "refresh_installation") != 1 || r.jobs(t, "review_repository") != 1 {
		t.Errorf("%d audits, %d refreshes, %d reviews", r.count(t, "audits"), r.jobs(t, "refresh_installation"), r.jobs(t, "review_repository"))
	}

	err = r.store.InTx(t.Context(), func(tx store.Tx) error { return r.store.LoseRepositories(t.Context(), tx, 5, []int64{7}) })
	if err != nil {
		t.Fatal(err)
	}
	r.exec(t, `DELETE FROM river_job`)
	for event, body := range map[string][]byte{"push": pushed(commit(3), at.Add(2*time.Minute)), "pull_request": pulled("opened", 1, commit(4), "main", "", at)} {
		if answer := r.taken(t, event, body); !strings.Contains(answer, "gone") {
			t.Errorf("%s: %s", event, answer)
		}
	}
	if gone, err := r.store.Repository(t.Context(), 5, known.ID); err != nil || gone.Gone == nil {
		t.Errorf("it is back: %+v, %v", gone, err)
	}
	if r.count(t, "audits") != audits || r.jobs(t, "refresh_installation") == 0 {
		t.Errorf("%d audits, %d refreshes", r.count(t, "audits"), r.jobs(t, "refresh_installation"))
	}
}

// TestAnotherBaseIsAuditedWhoeverTellsIt: the title was edited after the base, and
// is told first.
func TestAnotherBaseIsAuditedWhoeverTellsIt(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	at := time.Now().Add(-time.Hour)
	const over = `UPDATE audits SET state = 'done', finished_at = now() WHERE state = 'queued'`
	for i, body := range [][]byte{
		pulled("opened", 1, commit(1), "main", "", at),
		pulled("edited", 1, commit(1), "next", `, "changes": {"title": {"from": "T"}}`, at.Add(2*time.Minute)),
		pulled("edited", 1, commit(1), "next", `, "changes": {"base": {"ref": {"from": "main"}}}`, at.Add(time.Minute)), // late
		pulled("edited", 1, commit(1), "main", `, "changes": {"base": {"ref": {"from": "next"}}}`, at.Add(3*time.Minute)),
		pulled("labeled", 1, commit(1), "main", "", at.Add(4*time.Minute)),
	} {
		r.taken(t, "pull_request", body)
		if n, want := r.count(t, "audits"), []int{1, 2, 2, 3, 3}[i]; n != want {
			t.Errorf("after delivery %d: %d audits, want %d", i+1, n, want)
		}
		r.exec(t, over)
	}
}

// TestTwoStatesOfOneSecond have no order: GitHub is asked.
func TestTwoStatesOfOneSecond(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	at := time.Now().Add(-time.Hour)
	for i, body := range [][]byte{
		pulled("synchronize", 1, commit(2), "main", "", at),
		pulled("labeled", 1, commit(2), "main", "", at),
		pulled("opened", 1, commit(1), "main", "", at), // older, and told later
	} {
		r.taken(t, "pull_request", body)
		if n, want := r.jobs(t, "review_repository"), []int{0, 0, 1}[i]; n != want {
			t.Errorf("after delivery %d: %d reviews, want %d", i+1, n, want)
		}
	}
}

// TestAReviewThatRunsIsNoReasonToAskForNone: it may have asked GitHub before the
// change.
func TestAReviewThatRunsIsNoReasonToAskForNone(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	r.taken(t, "push", pushed(commit(1), time.Now()))
	deleted := fmt.Appendf(nil, `{"ref": "main", "ref_type": "branch", "installation": {"id": 5},
		"repository": {"id": 7, "name": "shop", "full_name": "acme/shop", "owner": %s, "default_branch": "main", "private": true}}`, account)
	r.taken(t, "delete", deleted)
	r.exec(t, `UPDATE river_job SET state = 'running', attempted_at = now(), scheduled_at = now() - interval '1 minute' WHERE kind = 'review_repository'`)
	r.exec(t, `UPDATE river_job SET unique_key = '\x00'::bytea || unique_key WHERE kind = 'review_repository'`) // of another second
	r.taken(t, "delete", deleted)
	if n := r.jobs(t, "review_repository"); n != 1 {
		t.Errorf("%d reviews wait", n)
	}
}

// begun opens a delivery of so many bytes and sends none of them.
func (r *receiver) begun(t *testing.T, length int, signature string) net.Conn {
	t.Helper()
	u, err := url.Parse(r.url)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nX-Hub-Signature-256: %s\r\n\r\n", u.Path, u.Host, length, signature)
	return conn
}

// TestNothingIsReadOfWhatIsNotSigned: the answer comes before the body.
func TestNothingIsReadOfWhatIsNotSigned(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	for _, signature := range []string{"", "sha256=", "sha256=" + strings.Repeat("0", 63), "sha1=" + strings.Repeat("0", 40), strings.Repeat("0", 64)} {
		conn := r.begun(t, 20<<20, signature)
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		line, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil || !strings.Contains(line, " 401 ") {
			t.Errorf("%q: %q, %v", signature, line, err)
		}
	}
}

// TestLargeDeliveriesKeepNoOtherWaiting, however many of them never end.
func TestLargeDeliveriesKeepNoOtherWaiting(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	for range 20 {
		r.begun(t, 20<<20, "sha256="+strings.Repeat("0", 64))
	}
	began := time.Now()
	r.taken(t, "push", pushed(commit(1), time.Now()))
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("it took %v", took)
	}
}

// TestManyReRunsAtOnceTakeOneConnectionEach: a second one inside of the
// transaction would let as many as there are connections wait for each other.
func TestManyReRunsAtOnceTakeOneConnectionEach(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	r.taken(t, "pull_request", pulled("opened", 1, commit(1), "main", "", time.Now()))
	rerun := fmt.Appendf(nil, `{"action": "rerequested", "installation": {"id": 5}, "check_run": {"head_sha": %q, "app": {"id": 4321}},
		"repository": {"id": 7, "name": "shop", "full_name": "acme/shop", "owner": %s, "default_branch": "main"}}`, commit(1), account)
	var all sync.WaitGroup
	for range 3 * r.store.Pool().Config().MaxConns {
		all.Go(func() {
			if status, answer := r.post(t, "check_run", rerun, nil); status != 202 || answer != "audit queued" {
				t.Errorf("%d %s", status, answer)
			}
		})
	}
	all.Wait()
}

// TestTheFirstDeliveriesOfARepositoryComeTogether: none of them is dropped because
// another one makes the repository known.
func TestTheFirstDeliveriesOfARepositoryComeTogether(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	at := time.Now().Add(-time.Hour)
	const repositories, each = 10, 4
	var all sync.WaitGroup
	for n := range repositories * each {
		all.Go(func() {
			if status, answer := r.post(t, "push", pushedTo(n%repositories, commit(n+1), at.Add(time.Duration(n)*time.Second)), nil); status != 202 || answer != "audit queued" {
				t.Errorf("%d %s", status, answer)
			}
		})
	}
	all.Wait()
}
