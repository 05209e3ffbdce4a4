-- +goose Up

-- When the audits of a repository's past year were asked for; null until then.
ALTER TABLE repositories ADD COLUMN backfilled_at timestamptz;
