-- +goose Up

-- The secrets of a hook before its present one: each signs, too, until its time.
CREATE TABLE hook_secrets (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    installation_id bigint NOT NULL REFERENCES hooks ON DELETE CASCADE,
    secret          bytea NOT NULL, -- sealed
    until           timestamptz NOT NULL
);
CREATE INDEX hook_secrets_until ON hook_secrets (installation_id, until);
INSERT INTO hook_secrets (installation_id, secret, until) SELECT installation_id, former, former_until FROM hooks WHERE former IS NOT NULL;

-- failing_since is from here on when the first notice was given up since anything was
-- delivered, and given_up is how many were.
UPDATE hooks SET failing_since = NULL;
ALTER TABLE hooks
    DROP COLUMN former,
    DROP COLUMN former_until,
    ADD COLUMN given_up integer NOT NULL DEFAULT 0,
    ADD CONSTRAINT hooks_failing_check CHECK ((failing_since IS NULL) = (given_up = 0));

-- What people had sent to a receiver by hand. It outlives the hook, so that nobody
-- sends more by setting it up anew.
CREATE TABLE hook_sends (
    installation_id bigint NOT NULL REFERENCES installations ON DELETE CASCADE,
    what            text NOT NULL CHECK (what IN ('test', 'again')),
    sent_at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX hook_sends_recent ON hook_sends (installation_id, what, sent_at);
CREATE INDEX hook_sends_sent ON hook_sends (sent_at);
