-- +goose Up

-- When the audits of a repository's past year were asked for; null until then.
ALTER TABLE repositories ADD COLUMN backfilled_at timestamptz;

-- A repository's audits, those of the newest heads first.
CREATE INDEX audits_heads ON audits (repository_id, head_at, id);

-- Where a sign-in came from, to bound how many one client begins.
ALTER TABLE sign_ins ADD COLUMN client text NOT NULL DEFAULT '';
CREATE INDEX sign_ins_client ON sign_ins (client, created_at);
