package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
)

// Responses keeps GitHub's answers for asking again under their ETag. They
// belong to the installation that was given them.
type Responses struct{ s *Store }

// Responses is the store's cache of answers.
func (s *Store) Responses() Responses { return Responses{s} }

// Get returns an answer with its ETag, "" when none is kept.
func (r Responses) Get(ctx context.Context, installation int64, url string) (etag string, body []byte, err error) {
	err = r.s.pool.QueryRow(ctx, `
		UPDATE responses SET used_at = now() WHERE installation_id = $1 AND url = $2 RETURNING etag, body`, installation, url).Scan(&etag, &body)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil, nil
	}
	return etag, body, err
}

// Put keeps an answer.
func (r Responses) Put(ctx context.Context, installation int64, url, etag string, body []byte) error {
	_, err := r.s.pool.Exec(ctx, `
		INSERT INTO responses (installation_id, url, etag, body) VALUES ($1, $2, $3, $4)
		ON CONFLICT (installation_id, url) DO UPDATE SET etag = excluded.etag, body = excluded.body, used_at = now()`,
		installation, url, etag, body)
	return err
}

// Forget drops answers that nobody asked for in so many days, and returns how many.
func (r Responses) Forget(ctx context.Context, days int) (int64, error) {
	tag, err := r.s.pool.Exec(ctx, `DELETE FROM responses WHERE used_at < now() - make_interval(days => $1)`, days)
	return tag.RowsAffected(), err
}
