package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
)

// MostWaivers bounds how many waivers of one repository stand at a time.
const MostWaivers = 500

// ErrFull says that a repository has as many waivers as it may.
var ErrFull = errors.New("too many")

// Waiver is a waiver that was made on the dashboard.
type Waiver struct {
	audit.Waiver
	Repository  int64
	FullName    string // of the repository
	Message     string // what the finding said that it was made at
	Created     time.Time
	Withdrawn   *time.Time
	WithdrawnBy string // login; "" while it stands
}

const waiverColumns = `w.id, w.rule, w.path, w.fingerprint, w.reason, w.owner, to_char(w.expires, 'YYYY-MM-DD'),
	w.repository_id, r.owner || '/' || r.name, w.message, w.created_at, w.withdrawn_at, w.withdrawn_by`

func scanWaiver(row pgx.CollectableRow) (w Waiver, err error) {
	err = row.Scan(&w.ID, &w.Rule, &w.Path, &w.Fingerprint, &w.Reason, &w.Owner, &w.Expires,
		&w.Repository, &w.FullName, &w.Message, &w.Created, &w.Withdrawn, &w.WithdrawnBy)
	return w, err
}

// holdAudits keeps audits of a repository from being completed until the
// transaction ends: what is changed here is seen by them, or they are over and
// another one can be asked for.
func holdAudits(ctx context.Context, tx pgx.Tx, installation, repository int64) error {
	tag, err := tx.Exec(ctx, `SELECT FROM repositories WHERE installation_id = $1 AND id = $2 FOR NO KEY UPDATE`, installation, repository)
	if err == nil && tag.RowsAffected() == 0 {
		return fmt.Errorf("repository %d: %w", repository, ErrNotFound)
	}
	return err
}

// AddWaiver records a waiver of w.Repository inside the caller's transaction, in
// place of one that waives the same. person is who made it, 0 for this machine;
// w.Owner is that person's login. ErrFull: there are MostWaivers.
func (s *Store) AddWaiver(ctx context.Context, tx pgx.Tx, installation, person int64, w Waiver) (id int64, err error) {
	if err := holdAudits(ctx, tx, installation, w.Repository); err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `
		UPDATE waivers SET withdrawn_at = now(), withdrawn_by = $5
		WHERE repository_id = $1 AND rule = $2 AND path = $3 AND fingerprint = $4 AND withdrawn_at IS NULL`,
		w.Repository, w.Rule, text(w.Path), w.Fingerprint, text(w.Owner))
	if err != nil {
		return 0, err
	}
	var standing int
	err = tx.QueryRow(ctx, `SELECT count(*) FROM waivers WHERE repository_id = $1 AND withdrawn_at IS NULL`, w.Repository).Scan(&standing)
	if err != nil {
		return 0, err
	}
	if standing >= MostWaivers {
		return 0, fmt.Errorf("waivers of repository %d: %w", w.Repository, ErrFull)
	}
	err = tx.QueryRow(ctx, `
		INSERT INTO waivers (repository_id, rule, path, fingerprint, message, reason, owner, expires, created_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::date, nullif($9::bigint, 0)) RETURNING id`,
		w.Repository, w.Rule, text(w.Path), w.Fingerprint, text(w.Message), text(w.Reason), text(w.Owner), w.Expires, person).Scan(&id)
	return id, err
}

// WithdrawWaiver ends a waiver of a repository inside the caller's transaction,
// and returns it. ErrNotFound: there is none, or it was withdrawn before.
func (s *Store) WithdrawWaiver(ctx context.Context, tx pgx.Tx, installation, repository, id int64, login string) (Waiver, error) {
	if err := holdAudits(ctx, tx, installation, repository); err != nil {
		return Waiver{}, err
	}
	rows, err := tx.Query(ctx, `
		UPDATE waivers w SET withdrawn_at = now(), withdrawn_by = $4
		FROM repositories r
		WHERE r.id = w.repository_id AND r.installation_id = $1 AND w.repository_id = $2 AND w.id = $3 AND w.withdrawn_at IS NULL
		RETURNING `+waiverColumns, installation, repository, id, text(login))
	if err != nil {
		return Waiver{}, err
	}
	w, err := pgx.CollectExactlyOneRow(rows, scanWaiver)
	return w, found(err, "waiver %d", id)
}

// RepositoryWaivers lists the waivers of a repository that were not withdrawn,
// those over included, in the order in which they end.
func (s *Store) RepositoryWaivers(ctx context.Context, installation, repository int64) ([]Waiver, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+waiverColumns+` FROM waivers w JOIN repositories r ON r.id = w.repository_id
		WHERE r.installation_id = $1 AND r.id = $2 AND w.withdrawn_at IS NULL
		ORDER BY w.expires, w.id`, installation, repository)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanWaiver)
}

// AuditWaivers lists what of a repository's waivers an audit on a day is to know:
// those that hold, and those that were over a fortnight before, which it tells of.
func (s *Store) AuditWaivers(ctx context.Context, installation, repository int64, today string) (list []audit.Waiver, err error) {
	all, err := s.RepositoryWaivers(ctx, installation, repository)
	for _, w := range all {
		if left, ok := w.Left(today); ok && left >= -audit.Announced {
			list = append(list, w.Waiver)
		}
	}
	return list, err
}

// SeenWaivers lists the waivers of all repositories of an installation that a
// sight sees and that were not withdrawn, in the order in which they end.
func (s *Store) SeenWaivers(ctx context.Context, sight Sight, installation int64) ([]Waiver, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+waiverColumns+` FROM waivers w JOIN repositories r ON r.id = w.repository_id
		WHERE r.id IN (`+sight.seen()+`) AND r.installation_id = $4 AND r.gone_at IS NULL AND w.withdrawn_at IS NULL
		ORDER BY w.expires, w.id`, append(sight.arguments(), installation)...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanWaiver)
}

// EndedWaivers lists the withdrawn waivers of all repositories of an installation
// that a sight sees, the last first, at most so many.
func (s *Store) EndedWaivers(ctx context.Context, sight Sight, installation int64, most int) ([]Waiver, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+waiverColumns+` FROM waivers w JOIN repositories r ON r.id = w.repository_id
		WHERE r.id IN (`+sight.seen()+`) AND r.installation_id = $4 AND r.gone_at IS NULL AND w.withdrawn_at IS NOT NULL
		ORDER BY w.withdrawn_at DESC, w.id DESC LIMIT $5`, append(sight.arguments(), installation, most)...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanWaiver)
}
