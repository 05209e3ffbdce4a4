package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// Scanning says whether a repository's audits are uploaded to code scanning.
type Scanning struct {
	Wanted bool
	By     string    // login of who said so last; "": nobody did
	At     time.Time // when
}

// UploadState is how far an upload is.
type UploadState string

// The states of uploads. The last three are final.
const (
	UploadWaiting    UploadState = "waiting"
	UploadProcessing UploadState = "processing" // GitHub has it
	UploadComplete   UploadState = "complete"
	UploadFailed     UploadState = "failed"
	UploadSuperseded UploadState = "superseded" // something newer is uploaded, or nobody wants it any more
)

// UploadStates lists them.
func UploadStates() []UploadState {
	return []UploadState{UploadWaiting, UploadProcessing, UploadComplete, UploadFailed, UploadSuperseded}
}

// Upload brings what one audit found to GitHub's code scanning.
type Upload struct {
	ID, Repository, Audit int64
	Ref                   string // "refs/heads/main", "refs/pull/7/head"
	Commit                string
	Findings, LeftOut     int // in it, and left out by GitHub's limits
	State                 UploadState
	Remote                string // GitHub's id of it; "" until it was sent
	Why                   string // a sentence, of a failed one
	Asked                 int    // how often GitHub was asked what became of it
	Created               time.Time
	Ended                 *time.Time
}

// NewUpload is what is to be uploaded of an audit.
type NewUpload struct {
	Audit             int64
	Ref, Commit       string
	SARIF             []byte // gzip
	Digest            []byte // SHA-256 of it
	Findings, LeftOut int
}

const uploadColumns = `u.id, u.repository_id, u.audit_id, u.ref, u.commit, u.findings, u.left_out, u.state, u.remote, u.why, u.asked, u.created_at, u.ended_at`

func scanUpload(row pgx.CollectableRow) (u Upload, err error) {
	err = row.Scan(&u.ID, &u.Repository, &u.Audit, &u.Ref, &u.Commit, &u.Findings, &u.LeftOut, &u.State, &u.Remote, &u.Why, &u.Asked, &u.Created, &u.Ended)
	return u, err
}

// Scanning returns whether a repository's audits are uploaded.
func (s *Store) Scanning(ctx context.Context, installation, repository int64) (c Scanning, err error) {
	err = s.reader().QueryRow(ctx, `
		SELECT c.wanted, c.set_by, c.set_at FROM scanning c JOIN repositories r ON r.id = c.repository_id
		WHERE r.installation_id = $1 AND r.id = $2`, installation, repository).Scan(&c.Wanted, &c.By, &c.At)
	if errors.Is(err, pgx.ErrNoRows) {
		return Scanning{}, nil
	}
	return c, err
}

// SetScanning says, inside the caller's transaction, whether a repository's audits
// are uploaded from now on. What waits is not, when they aren't.
func (s *Store) SetScanning(ctx context.Context, tx pgx.Tx, installation, repository int64, wanted bool, login string) error {
	if err := holdAudits(ctx, tx, installation, repository); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO scanning (repository_id, wanted, set_by) VALUES ($1, $2, $3)
		ON CONFLICT (repository_id) DO UPDATE SET wanted = excluded.wanted, set_by = excluded.set_by, set_at = now()`,
		repository, wanted, text(login))
	if err != nil || wanted {
		return err
	}
	return endUploads(ctx, tx, repository)
}

// moveScanning ends, inside the transaction that moves a repository of GitHub's to
// another installation, what waits to be uploaded by the one before, and forgets that
// it was wanted where the account is another one, too: its own people say so.
func moveScanning(ctx context.Context, tx pgx.Tx, installation, githubID int64) error {
	var repository int64
	var stranger bool
	err := tx.QueryRow(ctx, `
		SELECT r.id, o.account_id IS DISTINCT FROM n.account_id
		FROM repositories r JOIN installations o ON o.id = r.installation_id JOIN installations n ON n.id = $1
		WHERE r.github_id = $2 AND r.installation_id <> $1 FOR UPDATE OF r`, installation, githubID).Scan(&repository, &stranger)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err == nil {
		err = endUploads(ctx, tx, repository)
	}
	if err == nil && stranger {
		_, err = tx.Exec(ctx, `DELETE FROM scanning WHERE repository_id = $1`, repository)
	}
	return err
}

// endUploads ends those of a repository that are on their way.
func endUploads(ctx context.Context, tx pgx.Tx, repository int64) error {
	_, err := tx.Exec(ctx, `
		UPDATE uploads SET state = 'superseded', ended_at = now(), sarif = NULL WHERE repository_id = $1 AND ended_at IS NULL`, repository)
	return err
}

// AddUpload keeps what is to be uploaded of an audit, inside the transaction that
// completes it, in place of what an earlier audit found at the same commit. id is 0
// when GitHub shows just that, or will: nothing is to be done. What another commit of
// the ref had uploaded since it shows instead, so that it is uploaded again.
func (s *Store) AddUpload(ctx context.Context, tx pgx.Tx, installation, repository int64, n NewUpload) (id int64, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO uploads AS u (repository_id, ref, commit, audit_id, sarif, digest, findings, left_out, created_at)
		SELECT $1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp() FROM scanning c JOIN repositories r ON r.id = c.repository_id
		WHERE r.installation_id = $9 AND c.repository_id = $1 AND c.wanted
		ON CONFLICT (repository_id, ref, commit) DO UPDATE SET audit_id = excluded.audit_id, sarif = excluded.sarif, digest = excluded.digest,
			findings = excluded.findings, left_out = excluded.left_out, state = 'waiting', remote = '', why = '', asked = 0, created_at = excluded.created_at, ended_at = NULL
		WHERE u.audit_id < excluded.audit_id AND (u.digest <> excluded.digest OR u.state IN ('failed', 'superseded') OR EXISTS (
			SELECT FROM uploads o
			WHERE o.repository_id = u.repository_id AND o.ref = u.ref AND o.created_at > u.created_at AND (o.state <> 'superseded' OR o.remote <> '')))
		RETURNING u.id`,
		repository, text(n.Ref), n.Commit, n.Audit, n.SARIF, n.Digest, n.Findings, n.LeftOut, installation).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

// Overtaken reports, inside the caller's transaction, whether code scanning shows of a
// ref what another commit had uploaded, though the audits of this one, on a line, are
// done and wanted there: the ref is back at it.
func (s *Store) Overtaken(ctx context.Context, tx pgx.Tx, installation, repository int64, ref, line, commit string) (overtaken bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (
			SELECT FROM scanning c JOIN repositories r ON r.id = c.repository_id
			WHERE r.installation_id = $1 AND c.repository_id = $2 AND c.wanted)
		  AND coalesce((SELECT state FROM audits WHERE repository_id = $2 AND branch = $4 AND commit = $5 ORDER BY id DESC LIMIT 1) = 'done', false)
		  AND coalesce((
			SELECT u.commit FROM uploads u
			WHERE u.repository_id = $2 AND u.ref = $3 AND (u.state <> 'superseded' OR u.remote <> '')
			ORDER BY u.created_at DESC, u.id DESC LIMIT 1) <> $5, false)`, installation, repository, text(ref), text(line), commit).Scan(&overtaken)
	return overtaken, err
}

// LockRef holds the sending of a ref's uploads until the transaction ends; ok is
// false when another one holds it.
func (s *Store) LockRef(ctx context.Context, tx pgx.Tx, repository int64, ref string) (ok bool, err error) {
	err = tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock(hashtextextended('upload ' || $1::bigint || ' ' || $2::text, 0))`, repository, ref).Scan(&ok)
	return ok, err
}

// Upload returns one upload of an installation.
func (s *Store) Upload(ctx context.Context, installation, id int64) (Upload, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+uploadColumns+` FROM uploads u JOIN repositories r ON r.id = u.repository_id
		WHERE r.installation_id = $1 AND u.id = $2`, installation, id)
	if err != nil {
		return Upload{}, err
	}
	u, err := pgx.CollectExactlyOneRow(rows, scanUpload)
	return u, found(err, "upload %d", id)
}

// Uploads lists a repository's uploads, the last first, at most so many.
func (s *Store) Uploads(ctx context.Context, installation, repository int64, most int) ([]Upload, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+uploadColumns+` FROM uploads u JOIN repositories r ON r.id = u.repository_id
		WHERE r.installation_id = $1 AND u.repository_id = $2
		ORDER BY u.created_at DESC, u.id DESC LIMIT $3`, installation, repository, most)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanUpload)
}

// UploadContent returns what an upload of an audit sends, as gzip.
func (s *Store) UploadContent(ctx context.Context, installation int64, u Upload) (sarif []byte, err error) {
	err = s.pool.QueryRow(ctx, `
		SELECT u.sarif FROM uploads u JOIN repositories r ON r.id = u.repository_id
		WHERE r.installation_id = $1 AND u.id = $2 AND u.audit_id = $3 AND u.sarif IS NOT NULL`, installation, u.ID, u.Audit).Scan(&sarif)
	return sarif, found(err, "what upload %d sends", u.ID)
}

// SaveUpload records how far an upload is: its state, why, GitHub's id of it and
// how often GitHub was asked. One that another audit took over stays that one's.
func (s *Store) SaveUpload(ctx context.Context, installation int64, u Upload) error {
	_, err := s.pool.Exec(ctx, `
		UPDATE uploads u SET state = $4, why = $5, remote = $6, asked = $7,
			ended_at = CASE WHEN $4 IN ('complete', 'failed', 'superseded') THEN now() END, sarif = CASE WHEN $4 = 'waiting' THEN u.sarif END
		FROM repositories r
		WHERE r.id = u.repository_id AND r.installation_id = $1 AND u.id = $2 AND u.audit_id = $3 AND u.ended_at IS NULL`,
		installation, u.ID, u.Audit, u.State, text(u.Why), text(u.Remote), u.Asked)
	return err
}

// ForgetUploads drops uploads that ended so many days ago, and returns how many. One
// that did not end within a week has no job any more, whatever became of that: it has
// failed, so that the next audit uploads again.
func (s *Store) ForgetUploads(ctx context.Context, days int) (int64, error) {
	if _, err := s.pool.Exec(ctx, `
		UPDATE uploads SET state = 'failed', ended_at = now(), sarif = NULL, why = 'Nothing became of it within a week.'
		WHERE ended_at IS NULL AND created_at < now() - interval '7 days'`); err != nil {
		return 0, err
	}
	tag, err := s.pool.Exec(ctx, `DELETE FROM uploads WHERE ended_at < now() - make_interval(days => $1)`, days)
	return tag.RowsAffected(), err
}
