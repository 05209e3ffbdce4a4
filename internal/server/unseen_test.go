package server_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"twelvefold/internal/audit"
	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/store"
)

// TestWhatIsNotSeenChangesNothing: whatever happens to repositories of the account that
// a person does not see, each page and file that leads from the person's home says the
// same, byte for byte: no sum, count, turn or head tells of them.
func TestWhatIsNotSeenChangesNothing(t *testing.T) {
	t.Parallel()
	s := manned(t)
	s.AddPerson("zoe", "acme/vault")
	ada := s.as(t, "ada")
	account := fmt.Sprintf("/installations/%d/", s.acme)
	paths := []string{"/", fmt.Sprintf("/?account=%d&archived=1&sort=-findings&days=90", s.acme), "/?q=a", "/repositories.csv?archived=1", "/weeks.json", "/search?q=acme", "/search?q=production", "/search?q=SESSION_SECRET",
		account + "settings", account + "ledger", account + "ledger.csv", account + "waivers.json", account + "digest", account + "digest/preview", account + "digest/mail", account + "digest/mails.csv",
		"/account/tokens.csv", s.page("acme/shop"), s.page("acme/shop") + "/findings.csv", s.page("acme/shop") + "/trend.csv", s.page("acme/shop") + "/uploads.csv", s.page("acme/shop") + "/audits.csv"}
	changing := regexp.MustCompile(`(<p class="request">.*?</p>|request id[^<]*|[0-9.]+ ms)`)
	read := func() map[string]string {
		all := map[string]string{}
		for _, path := range paths {
			got := ada.get(t, path)
			if got.status != 200 {
				t.Errorf("%s: %d", path, got.status)
			}
			all[path] = changing.ReplaceAllString(got.body, "")
		}
		return all
	}
	read() // rights are asked for
	before := read()

	ctx := t.Context()
	id := s.AddRepository(s.acme, "acme/hidden", githubtest.RepositoryOptions{Private: true})
	s.audited(t, s.acme, store.GitHubRepository{ID: id, Owner: "acme", Name: "hidden", DefaultBranch: "main", Private: true, Topics: []string{"unseen"}})
	for _, name := range []string{"acme/vault", "acme/hidden"} {
		r := s.repositories[name]
		s.exec(t, `UPDATE repositories SET score = 3, score_7 = 99, score_30 = 98, score_90 = 97, weeks = array_fill(99::real, ARRAY[13]), cells = array_fill(1, ARRAY[12]), open_findings = '{900,90,9,9,9}', win_gain = 77,
			languages = '{COBOL}', audited_at = now() + interval '1 hour', turned_by = latest_audit WHERE id = $1`, r.ID)
		s.exec(t, `INSERT INTO pull_requests (repository_id, number, title, author, state, draft, head, head_branch, head_repository, base_branch, merge_commit, changed_at)
			VALUES ($1, 7, 'unseen', 'wes', 'open', false, $2, 'x', 'acme/vault', 'main', '', now())`, r.ID, commit(4))
		err := s.store.InTx(ctx, func(tx store.Tx) error {
			if _, err := s.store.NoteHead(ctx, tx, s.acme, r.ID, commit(int(r.ID)+70), s.Now()); err != nil {
				return err
			}
			_, err := s.store.AddWaiver(ctx, tx, s.acme, 0, store.Waiver{Repository: r.ID, Message: "unseen", Waiver: audit.Waiver{Rule: "config/debug-literal", Path: "**", Reason: "unseen", Owner: "wes", Expires: s.day(9)}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	s.exec(t, `UPDATE repositories SET archived = true WHERE id = $1`, s.repositories["acme/hidden"].ID)
	if got := s.as(t, "zoe").get(t, "/"); !strings.Contains(got.body, "99 → 3") {
		t.Errorf("who sees it is told nothing: %s", got.body)
	}
	after := read()
	for path, then := range before {
		if now := after[path]; now != then {
			a, b := strings.Split(then, "<"), strings.Split(now, "<")
			for i := range min(len(a), len(b)) {
				if a[i] != b[i] {
					t.Errorf("%s says %q, and said %q before what is not seen changed", path, b[i], a[i])
					break
				}
			}
		}
	}
}
