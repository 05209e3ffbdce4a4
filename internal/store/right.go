package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// Sight is whose eyes a list of repositories is for. Its zero value sees
// nothing.
type Sight struct {
	within *int64    // all of one installation
	person int64     // what GitHub lets a person read
	since  time.Time // by answers from then on
}

// Within sees all repositories of one installation.
func Within(installation int64) Sight { return Sight{within: &installation} }

// As sees what GitHub lets a person read, by answers that are not older than
// since.
func As(person int64, since time.Time) Sight { return Sight{person: person, since: since} }

// Key is the same of two sights that see the same by the same answers.
func (v Sight) Key() string {
	if v.within != nil {
		return fmt.Sprintf("within %d", *v.within)
	}
	return fmt.Sprintf("as %d since %d", v.person, v.since.UnixNano())
}

// seen are the ids of repositories that a sight may see: $1, $2 and $3 are
// arguments. One statement for each kind of sight: the planner knows that neither
// has an id twice, as it would not of both together.
func (v Sight) seen() string {
	if v.within != nil {
		return `SELECT x.id FROM repositories x WHERE x.installation_id = $1 AND $2::bigint IS NULL AND $3::timestamptz IS NOT NULL`
	}
	return `SELECT x.id FROM repositories x WHERE $1::bigint IS NULL AND (x.github_id, x.installation_id) IN (
		SELECT unnest(g.repositories), g.installation_id FROM rights g WHERE g.person_id = $2 AND g.asked_at >= $3 AND g.installation_id <> 0)`
}

// arguments are those of seen.
func (v Sight) arguments() []any {
	var person *int64
	if v.person != 0 {
		person = &v.person
	}
	return []any{v.within, person, v.since}
}

// seenAccounts are the installations that a sight sees, and whether it may settle
// things for their accounts: $1, $2 and $3 are arguments.
const seenAccounts = `
	SELECT $1::bigint AS installation_id, true AS administers WHERE $1::bigint IS NOT NULL
	UNION ALL
	SELECT g.installation_id, g.administers FROM rights g
	WHERE g.person_id = $2 AND g.asked_at >= $3 AND g.installation_id <> 0`

// Account is an installation as somebody sees it.
type Account struct {
	Installation
	Administers bool // may settle things for all of it
}

// Accounts lists the installations that a sight sees.
func (s *Store) Accounts(ctx context.Context, sight Sight) ([]Account, error) {
	return s.accounts(ctx, sight, nil)
}

// Account returns one installation that a sight sees.
func (s *Store) Account(ctx context.Context, sight Sight, id int64) (Account, error) {
	list, err := s.accounts(ctx, sight, &id)
	if err != nil {
		return Account{}, err
	}
	if len(list) == 0 {
		return Account{}, fmt.Errorf("installation %d: %w", id, ErrNotFound)
	}
	return list[0], nil
}

func (s *Store) accounts(ctx context.Context, sight Sight, id *int64) ([]Account, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+installationColumns+`, g.administers FROM installations i JOIN (`+seenAccounts+`) g ON g.installation_id = i.id
		WHERE i.deleted_at IS NULL AND ($4::bigint IS NULL OR i.id = $4)
		ORDER BY lower(i.account), i.id`, append(sight.arguments(), id)...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a Account, err error) {
		a.Installation, err = scanInstallation(row, &a.Administers)
		return a, err
	})
}

// Writable are those of repositories that a sight may change what they are judged
// by.
func (s *Store) Writable(ctx context.Context, sight Sight, repositories []int64) (map[int64]bool, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT x.id FROM repositories x
		WHERE x.id = ANY($4) AND (x.installation_id = $1 OR EXISTS (
			SELECT FROM rights g
			WHERE g.person_id = $2 AND g.asked_at >= $3 AND g.installation_id = x.installation_id AND g.installation_id <> 0
			  AND x.github_id = ANY(g.writes)))`, append(sight.arguments(), repositories)...)
	if err != nil {
		return nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	may := map[int64]bool{}
	for _, id := range ids {
		may[id] = true
	}
	return may, err
}

// SeesAny reports whether a sight sees some repository of an installation: of those
// that are named, or of all where none is.
func (s *Store) SeesAny(ctx context.Context, sight Sight, installation int64, repositories []int64) (sees bool, err error) {
	err = s.pool.QueryRow(ctx, `SELECT EXISTS (
		SELECT FROM repositories r WHERE r.id IN (`+sight.seen()+`) AND r.installation_id = $4 AND r.gone_at IS NULL AND ($5::bigint[] IS NULL OR r.id = ANY($5)))`,
		append(sight.arguments(), installation, repositories)...).Scan(&sees)
	return sees, err
}

// Rights are what GitHub answered of a person, by installation.
type Rights map[int64]Right

// Right is what a person may do in one installation.
type Right struct {
	Repositories []int64 // GitHub's ids, of those that the person may read
	Writes       []int64 // of them, those that the person may write to
	Administers  bool    // the account is the person's own, or an organization that the person is an owner of
}

// rightsLock is the advisory lock that answers are kept under, and rights
// dropped.
const rightsLock = 0x7269676874 // "right"

// Clock is the database's time: when a question to GitHub begins, as events are
// dated that make its answer old.
func (s *Store) Clock(ctx context.Context) (now time.Time, err error) {
	err = s.pool.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&now)
	return now, err
}

// RightsAsked returns when GitHub was last asked for all rights of a person,
// the zero time if they are to be asked for whatever their age, and the age of
// the oldest answer from since on that is still there.
func (s *Store) RightsAsked(ctx context.Context, person int64, since time.Time) (asked, oldest time.Time, err error) {
	var all, old *time.Time
	err = s.pool.QueryRow(ctx, `
		SELECT max(asked_at) FILTER (WHERE installation_id = 0), min(asked_at) FILTER (WHERE installation_id <> 0 AND asked_at >= $2)
		FROM rights WHERE person_id = $1`, person, since).Scan(&all, &old)
	if all != nil {
		asked = *all
	}
	if old != nil {
		oldest = *old
	}
	return asked, oldest, err
}

// KeepRights replaces a person's rights by what GitHub answered to a question
// that began at a time of Clock. What an event made old meanwhile is left out;
// then whole is false, and GitHub is to be asked again.
func (s *Store) KeepRights(ctx context.Context, person int64, r Rights, began, asked time.Time) (whole bool, err error) {
	whole = true
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock_shared($1)`, int64(rightsLock)); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT installation_id FROM rights_drops WHERE dropped_at >= $1`, began)
		if err != nil {
			return err
		}
		dropped, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return err
		}
		// Two answers may come at once: one after the other, by the person.
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1, hashint8($2))`, int32(rightsLock&0x7fffffff), person); err != nil {
			return err
		}
		var newer bool // a question that began later was answered first: a page may be shown by it already
		err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM rights WHERE person_id = $1 AND installation_id = 0 AND asked_at > $2)`, person, asked).Scan(&newer)
		if err != nil || newer {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM rights WHERE person_id = $1`, person); err != nil {
			return err
		}
		for installation, right := range r {
			if slices.Contains(dropped, installation) {
				whole = false
				continue
			}
			if err := keepRight(ctx, tx, person, installation, right, asked); err != nil {
				return err
			}
		}
		if whole {
			return keepRight(ctx, tx, person, 0, Right{}, asked)
		}
		return nil
	})
	return whole, err
}

func keepRight(ctx context.Context, tx pgx.Tx, person, installation int64, r Right, asked time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO rights (person_id, installation_id, repositories, writes, administers, asked_at)
		SELECT p.id, $2, coalesce($3::bigint[], '{}'), coalesce($4::bigint[], '{}'), $5::boolean, $6::timestamptz FROM people p WHERE p.id = $1 AND p.tokens IS NOT NULL`,
		person, installation, r.Repositories, r.Writes, r.Administers, asked)
	return err
}

// DropRights forgets who may see what of an installation, and has GitHub asked
// anew for those people and for whoever is named. It is the last thing that a
// transaction does: it waits for answers that are being kept.
func (s *Store) DropRights(ctx context.Context, tx pgx.Tx, installation int64, named ...int64) error {
	if installation <= 0 {
		return errors.New("rights are dropped of an installation")
	}
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(rightsLock)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO rights_drops (installation_id, dropped_at) VALUES ($1, clock_timestamp())
		ON CONFLICT (installation_id) DO UPDATE SET dropped_at = excluded.dropped_at`, installation)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		DELETE FROM rights r
		WHERE r.installation_id = $1
		   OR r.installation_id = 0 AND (r.person_id = ANY($2) OR EXISTS (SELECT FROM rights o WHERE o.person_id = r.person_id AND o.installation_id = $1))`,
		installation, named)
	return err
}

// PeopleToAsk lists people with tokens who used a session since then and whose
// rights were asked for before a time, or are to be asked for, the longest ago
// first.
func (s *Store) PeopleToAsk(ctx context.Context, used, asked time.Time, most int) ([]int64, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT p.id FROM people p LEFT JOIN rights g ON g.person_id = p.id AND g.installation_id = 0
		WHERE p.tokens IS NOT NULL AND coalesce(g.asked_at < $2, true)
		  AND EXISTS (SELECT FROM sessions s WHERE s.person_id = p.id AND s.used_at >= $1)
		ORDER BY g.asked_at NULLS FIRST, p.id LIMIT $3`, used, asked, most)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
