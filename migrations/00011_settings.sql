-- +goose Up

-- A waiver that was made on the dashboard. It is the repository's, wherever that
-- moves, and stays as history when it is withdrawn, replaced or over.
CREATE TABLE waivers (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    repository_id  bigint NOT NULL REFERENCES repositories ON DELETE CASCADE,
    rule           text NOT NULL CHECK (rule <> ''),
    path           text NOT NULL CHECK (octet_length(path) <= 1024), -- glob; '' with a fingerprint
    fingerprint    text NOT NULL CHECK (fingerprint ~ '^([0-9a-f]{32})?$'), -- of one finding; '' for all of the rule in path
    message        text NOT NULL, -- what the finding said that it was made at
    reason         text NOT NULL CHECK (octet_length(reason) BETWEEN 1 AND 500),
    owner          text NOT NULL CHECK (owner <> ''), -- login of who answers for it
    expires        date NOT NULL, -- the last day that it holds, UTC
    created_by     bigint REFERENCES people ON DELETE SET NULL, -- null: this machine
    created_at     timestamptz NOT NULL DEFAULT now(),
    withdrawn_by   text NOT NULL DEFAULT '', -- login
    withdrawn_at   timestamptz,
    CONSTRAINT waivers_target_check CHECK ((path = '') = (fingerprint <> '')),
    CONSTRAINT waivers_withdrawn_check CHECK ((withdrawn_at IS NULL) = (withdrawn_by = ''))
);
-- The same is waived once at a time.
CREATE UNIQUE INDEX waivers_standing ON waivers (repository_id, rule, path, fingerprint) WHERE withdrawn_at IS NULL;
CREATE INDEX waivers_repository ON waivers (repository_id, id);

-- Which new findings fail checks where a repository's file does not say.
ALTER TABLE installations
    ADD COLUMN gate    text NOT NULL DEFAULT '' CHECK (gate IN ('', 'critical', 'high', 'medium', 'low', 'info', 'none')),
    ADD COLUMN gate_by text NOT NULL DEFAULT '', -- login of who set it last
    ADD COLUMN gate_at timestamptz;

-- What of it a person may change: repositories to write to, by GitHub's ids, and
-- whether the account is the person's to settle things for.
ALTER TABLE rights
    ADD COLUMN writes      bigint[] NOT NULL DEFAULT '{}',
    ADD COLUMN administers boolean NOT NULL DEFAULT false;
