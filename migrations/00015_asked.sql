-- +goose Up

-- When a repository was last taken to be compared with GitHub: one of which no
-- comparison comes to its end goes behind the others.
ALTER TABLE repositories ADD COLUMN review_asked_at timestamptz;

-- Since when GitHub has not answered an audit; null while it does.
ALTER TABLE audits ADD COLUMN away_since timestamptz;
