package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
)

// Installation is a GitHub App installation, or this machine (Local).
type Installation struct {
	ID          int64 // GitHub's
	Account     string
	AccountID   int64  // GitHub's; 0 for this machine
	AccountType string // "User" or "Organization"
	Suspended   bool
	Permissions map[string]string // name → "read" or "write"
	Deleted     *time.Time
	Refreshed   *time.Time // when GitHub was last asked for all of this

	Gate   audit.Gate // which new findings fail checks where a repository's file does not say
	GateBy string     // login of who set it last; "" if nobody did
	GateAt *time.Time
}

// Active reports whether GitHub can be asked on its behalf.
func (i Installation) Active() bool { return i.Deleted == nil && !i.Suspended && i.ID != Local }

const installationColumns = `i.id, i.account, coalesce(i.account_id, 0), i.account_type, i.suspended, i.permissions, i.deleted_at, i.refreshed_at,
	i.gate, i.gate_by, i.gate_at`

// scanInstallation reads installationColumns and what stands behind them.
func scanInstallation(row pgx.Row, more ...any) (i Installation, err error) {
	var gate string
	err = row.Scan(append([]any{&i.ID, &i.Account, &i.AccountID, &i.AccountType, &i.Suspended, &i.Permissions, &i.Deleted, &i.Refreshed,
		&gate, &i.GateBy, &i.GateAt}, more...)...)
	i.Gate, _ = audit.GateNamed(gate) // the schema allows no other
	return i, err
}

// SetGate records which new findings fail checks of an installation's
// repositories where their files do not say; the zero gate leaves it to
// Twelvefold's default.
func (s *Store) SetGate(ctx context.Context, installation int64, gate audit.Gate, login string) error {
	name := ""
	if gate != (audit.Gate{}) {
		name = gate.Name()
	}
	tag, err := s.pool.Exec(ctx, `UPDATE installations SET gate = $2, gate_by = $3, gate_at = now() WHERE id = $1 AND deleted_at IS NULL`,
		installation, name, text(login))
	if err == nil && tag.RowsAffected() == 0 {
		return fmt.Errorf("installation %d: %w", installation, ErrNotFound)
	}
	return err
}

// NoteInstallation makes sure that an installation which GitHub named is known,
// inside the caller's transaction. Of a known one only the account's name is
// brought up to date: deliveries come in any order, so the rest is asked for.
func (s *Store) NoteInstallation(ctx context.Context, tx pgx.Tx, i Installation) error {
	if i.ID <= 0 || i.AccountID <= 0 || i.Account == "" {
		return fmt.Errorf("an installation needs its id and its account: %w", ErrInvalid)
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO installations (id, account, account_id, account_type)
		SELECT $1::bigint, $2::text, $3::bigint, $4::text
		WHERE NOT EXISTS (SELECT FROM installations WHERE id = $1 AND account = $2)
		ON CONFLICT (id) DO UPDATE SET account = excluded.account`,
		i.ID, text(i.Account), i.AccountID, accountType(i.AccountType))
	return err
}

// RefreshInstallation records what GitHub answers when it is asked. Nothing is
// told of a suspended one: its repositories are to be compared again afterwards.
func (s *Store) RefreshInstallation(ctx context.Context, tx pgx.Tx, i Installation) error {
	permissions, err := json.Marshal(i.Permissions)
	if err != nil {
		return fmt.Errorf("encoding permissions: %w", err)
	}
	if err := s.NoteInstallation(ctx, tx, i); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		UPDATE installations SET account_type = $2, suspended = $3, permissions = $4, refreshed_at = now(), deleted_at = NULL WHERE id = $1`,
		i.ID, accountType(i.AccountType), i.Suspended, permissions)
	if err != nil || !i.Suspended {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE repositories SET reviewed_at = NULL WHERE installation_id = $1`, i.ID)
	return err
}

// accountType is what the table knows of GitHub's types of accounts.
func accountType(name string) string {
	if name == "Organization" {
		return name
	}
	return "User"
}

// DeleteInstallation marks an installation as deleted, and its repositories as
// gone. GitHub never uses its id again.
func (s *Store) DeleteInstallation(ctx context.Context, tx pgx.Tx, id int64) error {
	if id == Local {
		return fmt.Errorf("this machine is no installation: %w", ErrInvalid)
	}
	_, err := tx.Exec(ctx, `UPDATE installations SET deleted_at = coalesce(deleted_at, now()) WHERE id = $1`, id)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE repositories SET gone_at = coalesce(gone_at, now()), reviewed_at = NULL WHERE installation_id = $1`, id)
	return err
}

// Installation returns one installation.
func (s *Store) Installation(ctx context.Context, id int64) (Installation, error) {
	i, err := scanInstallation(s.pool.QueryRow(ctx, `SELECT `+installationColumns+` FROM installations i WHERE i.id = $1`, id))
	return i, found(err, "installation %d", id)
}

// Installations lists GitHub's installations that are not deleted.
func (s *Store) Installations(ctx context.Context) ([]Installation, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+installationColumns+` FROM installations i WHERE i.deleted_at IS NULL AND i.id <> $1 ORDER BY i.id`, Local)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Installation, error) { return scanInstallation(row) })
}
