package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// What a hook is told.
const (
	ScoreDropped = "score.dropped"
	HookTest     = "test"
)

// NoticeState is what became of a notice.
type NoticeState string

// The states of notices.
const (
	NoticeWaiting   NoticeState = "waiting"
	NoticeDelivered NoticeState = "delivered"
	NoticeFailed    NoticeState = "failed"
)

// NoticeStates lists them.
func NoticeStates() []NoticeState { return []NoticeState{NoticeWaiting, NoticeDelivered, NoticeFailed} }

// mostNotices bounds what is kept of one installation.
const mostNotices = 1_000

// Notice is an event that a hook is told.
type Notice struct {
	ID           string // a UUID, the same however often it is tried
	Installation int64
	Event        string
	Repository   int64 // 0 of a test, and of one that another installation has now
	FullName     string
	Gone         bool  // the repository is
	Audit        int64 // that found the drop
	Before       int64 // that it is compared with
	Payload      []byte
	State        NoticeState
	Attempts     int
	Status       int    // of the last answer; 0: none came
	Answer       string // how it begins
	Why          string // the last attempt failed: a sentence
	Took         time.Duration
	Created      time.Time
	Tried, Next  *time.Time // the last attempt, and the next
}

// noticeColumns are those of a notice, with its payload or what stands for it.
func noticeColumns(payload string) string {
	return `n.id::text, n.installation_id, n.event, coalesce(r.id, 0), coalesce(r.owner || '/' || r.name, ''), coalesce(n.audit_id, 0), coalesce(n.before_id, 0),
	` + payload + `, n.state, n.attempts, n.status, n.answer, n.why, n.took_ms, n.created_at, n.tried_at, n.next_at, r.gone_at IS NOT NULL`
}

func scanNotice(row pgx.CollectableRow) (n Notice, err error) {
	var took int64
	err = row.Scan(&n.ID, &n.Installation, &n.Event, &n.Repository, &n.FullName, &n.Audit, &n.Before,
		&n.Payload, &n.State, &n.Attempts, &n.Status, &n.Answer, &n.Why, &took, &n.Created, &n.Tried, &n.Next, &n.Gone)
	n.Took = time.Duration(took) * time.Millisecond
	return n, err
}

// AddNotice keeps what there is to tell of a done audit, inside the transaction that
// completes it: nothing ("") unless it is the newest of its default branch, the
// score dropped or the grade fell as far as the hook asks since the one before, and
// both are by the same rules.
func (s *Store) AddNotice(ctx context.Context, tx pgx.Tx, installation, audit int64) (id string, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO notices (id, installation_id, event, repository_id, audit_id, before_id)
		SELECT gen_random_uuid(), h.installation_id, 'score.dropped', a.repository_id, a.id, b.id
		FROM audits a JOIN repositories r ON r.id = a.repository_id JOIN hooks h ON h.installation_id = r.installation_id AND h.stopped_at IS NULL
		JOIN LATERAL (
			SELECT b.id, b.score, b.grade, b.ruleset FROM audits b
			WHERE b.repository_id = a.repository_id AND b.branch = a.branch AND b.state = 'done' AND (b.head_at, b.id) < (a.head_at, a.id)
			ORDER BY b.head_at DESC, b.id DESC LIMIT 1) b ON true
		WHERE r.installation_id = $1 AND a.id = $2 AND a.state = 'done' AND a.branch = r.default_branch AND a.trigger <> 'backfill' AND a.ruleset = b.ruleset
		  AND (b.score - a.score >= h.points - 0.001 OR h.grades AND b.grade <> '' AND a.grade <> '' AND a.grade > b.grade COLLATE "C")
		  AND NOT EXISTS (
			SELECT FROM audits later
			WHERE later.repository_id = a.repository_id AND later.branch = a.branch AND later.state = 'done' AND (later.head_at, later.id) > (a.head_at, a.id))
		ON CONFLICT (audit_id) DO NOTHING RETURNING id::text`, installation, audit).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return id, err
}

// AddTest keeps a test of a hook, inside the caller's transaction. ErrFull: there
// were MostTests in the last hour. ErrNotFound: there is no hook, or it is switched
// off.
func (s *Store) AddTest(ctx context.Context, tx pgx.Tx, installation int64) (id string, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO notices (id, installation_id, event)
		SELECT gen_random_uuid(), installation_id, 'test' FROM hooks WHERE installation_id = $1 AND stopped_at IS NULL
		RETURNING id::text`, installation).Scan(&id)
	if err != nil {
		return "", found(err, "the hook of installation %d", installation)
	}
	return id, countSend(ctx, tx, installation, sendTest, MostTests)
}

// Resend has a notice that is over told again under its id, inside the caller's
// transaction. ErrNotFound: there is no such, it waits, or the hook is switched off.
// ErrFull: there were MostResends in the last hour.
func (s *Store) Resend(ctx context.Context, tx pgx.Tx, installation int64, id string) error {
	tag, err := tx.Exec(ctx, `
		UPDATE notices n SET state = 'waiting', attempts = 0, why = '', next_at = NULL FROM hooks h
		WHERE h.installation_id = n.installation_id AND h.stopped_at IS NULL AND n.installation_id = $1 AND n.id::text = $2 AND n.state <> 'waiting'`, installation, id)
	if err == nil && tag.RowsAffected() == 0 {
		return fmt.Errorf("notice %s: %w", id, ErrNotFound)
	}
	if err != nil {
		return err
	}
	return countSend(ctx, tx, installation, sendAgain, MostResends)
}

// Notice returns one notice of an installation.
func (s *Store) Notice(ctx context.Context, installation int64, id string) (Notice, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+noticeColumns(`n.payload`)+` FROM notices n LEFT JOIN repositories r ON r.id = n.repository_id AND r.installation_id = n.installation_id
		WHERE n.installation_id = $1 AND n.id = $2::text::uuid`, installation, id)
	if err != nil {
		return Notice{}, err
	}
	n, err := pgx.CollectExactlyOneRow(rows, scanNotice)
	return n, found(err, "notice %s", id)
}

// Notices lists what a hook was told, the last first, at most so many, without
// their payloads.
func (s *Store) Notices(ctx context.Context, installation int64, most int) ([]Notice, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+noticeColumns(`NULL::bytea`)+` FROM notices n LEFT JOIN repositories r ON r.id = n.repository_id AND r.installation_id = n.installation_id
		WHERE n.installation_id = $1 ORDER BY n.created_at DESC, n.id DESC LIMIT $2`, installation, most)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanNotice)
}

// KeepPayload keeps what a notice says, unless that is kept already, and returns it.
func (s *Store) KeepPayload(ctx context.Context, installation int64, id string, payload []byte) (kept []byte, err error) {
	err = s.pool.QueryRow(ctx, `
		UPDATE notices SET payload = coalesce(payload, $3) WHERE installation_id = $1 AND id = $2::text::uuid RETURNING payload`, installation, id, payload).Scan(&kept)
	return kept, found(err, "notice %s", id)
}

// Tried keeps what an attempt to tell a notice came to, with the life of its hook.
// ErrConflict: it was over before, or another worker's attempt was kept; only a
// delivery counts then, unless one is kept already.
//
// A notice that failed was given up. Where the receiver is at fault, it stops the hook
// as the GiveUp says.
func (s *Store) Tried(ctx context.Context, n Notice, g GiveUp) error {
	return s.inTx(ctx, func(tx pgx.Tx) error {
		// The hook before its notices, as all do that change both: whoever stops it ends
		// the others'.
		if _, err := tx.Exec(ctx, `SELECT FROM hooks WHERE installation_id = $1 FOR NO KEY UPDATE`, n.Installation); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			UPDATE notices SET state = $3, attempts = $4, status = $5, answer = $6, why = $7, took_ms = $8, tried_at = $9, next_at = $10
			WHERE installation_id = $1 AND id = $2::text::uuid
			  AND (state = 'waiting' AND attempts = $4 - 1 OR state <> 'delivered' AND $3 = 'delivered')`,
			n.Installation, n.ID, n.State, n.Attempts, n.Status, text(n.Answer), text(n.Why), n.Took.Milliseconds(), n.Tried, n.Next)
		if err == nil && tag.RowsAffected() == 0 {
			err = fmt.Errorf("notice %s: %w", n.ID, ErrConflict)
		}
		switch {
		case err != nil:
			return err
		case n.State == NoticeDelivered:
			_, err = tx.Exec(ctx, `UPDATE hooks SET failing_since = NULL, given_up = 0 WHERE installation_id = $1`, n.Installation)
			return err
		case n.State != NoticeFailed || n.Event == HookTest || !g.Counts:
			return nil
		}
		return gaveUp(ctx, tx, n, g)
	})
}

// GiveUp says what a notice that was given up means for its hook.
type GiveUp struct {
	Counts bool      // the receiver is at fault
	Before time.Time // the hook is stopped where the first that was given up was so before,
	Most   int       // and so many were since
	Stop   string    // or at once, for this reason: a sentence
}

func gaveUp(ctx context.Context, tx pgx.Tx, n Notice, g GiveUp) error {
	var since time.Time
	var many int
	err := tx.QueryRow(ctx, `
		UPDATE hooks SET failing_since = coalesce(failing_since, $2), given_up = given_up + 1 WHERE installation_id = $1
		RETURNING failing_since, given_up`, n.Installation, n.Tried).Scan(&since, &many)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err == nil && g.Stop == "" && many >= g.Most && !since.After(g.Before) {
		g.Stop = fmt.Sprintf("%d events in a row were given up, over days.", many)
	}
	if err != nil || g.Stop == "" {
		return err
	}
	return stopHook(ctx, tx, n.Installation, g.Stop)
}

// ForgetNotices drops what was told so many days ago, and of each installation all
// but the last thousand; it returns how many. What was sent by hand is forgotten, too.
func (s *Store) ForgetNotices(ctx context.Context, days int) (int64, error) {
	if _, err := s.pool.Exec(ctx, `DELETE FROM hook_sends WHERE sent_at < now() - interval '1 day'`); err != nil {
		return 0, err
	}
	tag, err := s.pool.Exec(ctx, `
		DELETE FROM notices n USING (
			SELECT id, row_number() OVER (PARTITION BY installation_id ORDER BY created_at DESC, id DESC) AS back FROM notices) o
		WHERE o.id = n.id AND (n.created_at < now() - make_interval(days => $1) OR o.back > $2)`, days, mostNotices)
	return tag.RowsAffected(), err
}

// WorstOpened returns the worst of the findings that an audit was the first to see,
// or to see again, and that nobody accepted, at most so many, and how many there are.
func (s *Store) WorstOpened(ctx context.Context, installation, repository, audit int64, most int) ([]Finding, int, error) {
	return counted(s.pool.Query(ctx, `
		SELECT `+findingColumns+`, count(*) OVER () FROM findings f JOIN repositories r ON r.id = f.repository_id
		WHERE r.installation_id = $1 AND f.repository_id = $2 AND f.waiver IS NULL AND f.id IN (
			SELECT id FROM findings WHERE first_seen_audit = $3 UNION ALL SELECT finding_id FROM absences WHERE reopened_by = $3)
		ORDER BY array_position($4::text[], f.severity), f.gain DESC, f.path, f.line, f.rule, f.fingerprint LIMIT $5`,
		installation, repository, audit, severities(), most))
}
