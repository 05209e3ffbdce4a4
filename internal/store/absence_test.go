package store_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/store"
)

// TestAbsencesAreTheSameInWhateverOrderAuditsFinish compares them with what the
// commits in their order say.
func TestAbsencesAreTheSameInWhateverOrderAuditsFinish(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			b, random := setup(t), rand.New(rand.NewPCG(seed, 1))
			const heads = 7
			seen, claims := make([]string, heads), make([]store.Claim, heads)
			for i := range heads {
				for _, letter := range "abcd" {
					if random.IntN(2) == 0 {
						seen[i] += string(letter)
					}
				}
				claims[i] = b.start(t, b.queueAt(t, i, time.Date(2026, 1, 1, 0, i, 0, 0, time.UTC)))
			}
			order := random.Perm(heads)
			for _, i := range order {
				b.complete(t, claims[i], seen[i])
			}
			for _, letter := range "abcd" {
				want := absences(seen, letter)
				if got := b.absencesOf(t, claims, letter); !cmp.Equal(want, got) {
					t.Errorf("%c, seen in %q, finished in the order %v: %s, want %s", letter, seen, order, got, want)
				}
			}
		})
	}
}

// absences tells from which to which audit a letter is gone between two that have it.
func absences(seen []string, letter rune) (list []string) {
	last := -1
	for i, letters := range seen {
		if !strings.ContainsRune(letters, letter) {
			continue
		}
		if last >= 0 && last < i-1 {
			list = append(list, fmt.Sprintf("%d to %d", last+1, i))
		}
		last = i
	}
	return list
}

// absencesOf is absences as the store has them.
func (b *bundle) absencesOf(t *testing.T, claims []store.Claim, letter rune) (list []string) {
	t.Helper()
	number := map[int64]int{}
	for i, c := range claims {
		number[c.Audit] = i
	}
	var id int64
	row := b.Pool().QueryRow(t.Context(), `SELECT coalesce(max(id), 0) FROM findings WHERE repository_id = $1 AND subject = $2`, b.repository.ID, string(letter))
	if err := row.Scan(&id); err != nil {
		t.Fatal(err)
	}
	if id == 0 {
		return nil
	}
	life, err := b.Life(t.Context(), store.Local, b.repository.ID, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range life.Absences {
		list = append(list, fmt.Sprintf("%d to %d", number[a.ClosedBy], number[a.ReopenedBy]))
		if a.Closed.Minute() != number[a.ClosedBy] || a.Reopened.Minute() != number[a.ReopenedBy] {
			t.Errorf("%c: %+v is not when its audits were the head", letter, a)
		}
	}
	if life.Absent != len(list) {
		t.Errorf("%c was gone %d times, and %d are told", letter, life.Absent, len(list))
	}
	return list
}

// TestAnAuditTellsWhatItBroughtBack lists it as opened there, and as closed by
// the audit that found it gone.
func TestAnAuditTellsWhatItBroughtBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var claims []store.Claim
	for i, letters := range []string{"ab", "b", "ab"} {
		claims = append(claims, b.start(t, b.queue(t, i+1)))
		b.complete(t, claims[i], letters)
	}
	closed, _, err := b.FindingsClosedBy(t.Context(), store.Local, b.repository.ID, claims[1].Audit, 10, 0)
	if err != nil || len(closed) != 1 || closed[0].Subject != "a" {
		t.Errorf("the second audit closed %v, %v", closed, err)
	}
	opened, _, err := b.FindingsOpenedBy(t.Context(), store.Local, b.repository.ID, claims[2].Audit, 10, 0)
	if err != nil || len(opened) != 1 || opened[0].Subject != "a" {
		t.Errorf("the third audit opened %v, %v", opened, err)
	}
}
