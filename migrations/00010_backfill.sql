-- +goose Up

-- When the audits of a repository's past year were asked for; null until then.
ALTER TABLE repositories ADD COLUMN backfilled_at timestamptz;

-- A repository's audits, those of the newest heads first.
CREATE INDEX audits_heads ON audits (repository_id, head_at, id);
