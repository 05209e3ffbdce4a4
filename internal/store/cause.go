package store

import (
	"context"
	"time"
)

// Cause is what an audit looked at: findings are opened and closed by it.
type Cause struct {
	Commit      string
	At          time.Time // when it came to be the branch's head
	PullRequest int       // the number of the one that it merged; 0 for none, or none that is known
	Title       string    // of the pull request
	Author      string    // of the pull request
}

// Causes tells of audits of one repository, by their ids, what they looked at.
func (s *Store) Causes(ctx context.Context, installation, repository int64, audits []int64) (map[int64]Cause, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT a.id, a.commit, a.head_at, coalesce(p.number, 0), coalesce(p.title, ''), coalesce(p.author, '')
		FROM audits a
		JOIN repositories r ON r.id = a.repository_id
		LEFT JOIN LATERAL (
			SELECT p.number, p.title, p.author FROM pull_requests p
			WHERE p.repository_id = a.repository_id AND p.merge_commit = a.commit AND p.merge_commit <> ''
			ORDER BY p.number DESC LIMIT 1) p ON true
		WHERE r.installation_id = $1 AND r.id = $2 AND a.id = ANY($3)`, installation, repository, audits)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	causes := make(map[int64]Cause, len(audits))
	for rows.Next() {
		var id int64
		var c Cause
		if err := rows.Scan(&id, &c.Commit, &c.At, &c.PullRequest, &c.Title, &c.Author); err != nil {
			return nil, err
		}
		causes[id] = c
	}
	return causes, rows.Err()
}
