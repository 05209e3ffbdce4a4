-- +goose Up

-- A person's own token for the JSON API: it may what its person may at that
-- moment, within its scopes. Only the hash is kept, so that reading this table
-- lets nobody in.
CREATE TABLE tokens (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id    bigint NOT NULL REFERENCES people ON DELETE CASCADE,
    hash         bytea NOT NULL UNIQUE CHECK (length(hash) = 32), -- SHA-256 of the token
    name         text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 100),
    scopes       text[] NOT NULL CHECK (scopes <@ '{read,audit}' AND cardinality(scopes) > 0),
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    last_used_at timestamptz, -- to the minute; null: never
    revoked_at   timestamptz,
    CONSTRAINT tokens_expires_check CHECK (expires_at <= created_at + interval '366 days')
);
CREATE INDEX tokens_person ON tokens (person_id, created_at);

-- How often a token, or somebody with a wrong one, asked within a minute. It is
-- written by every request, so it is no part of the log that a crash is mended
-- from: what is lost there is a minute's count.
CREATE UNLOGGED TABLE uses (
    who   text PRIMARY KEY, -- "token 12", or "client 192.0.2.1"
    began timestamptz NOT NULL,
    used  integer NOT NULL CHECK (used > 0)
);
CREATE INDEX uses_began ON uses (began);

-- Lists of findings by key, repository by repository: all of them, those of a
-- factor or a rule, those that are closed, and those that a file waives. Each
-- finds in a repository without any that there is none.
CREATE INDEX findings_listed ON findings (repository_id, branch, id);
CREATE INDEX findings_of_rule ON findings (repository_id, factor, rule, id);
CREATE INDEX findings_closed ON findings (repository_id, id) WHERE closed_by_audit IS NOT NULL;
CREATE INDEX findings_waived ON findings (repository_id, id) WHERE closed_by_audit IS NULL AND waiver IS NOT NULL;
