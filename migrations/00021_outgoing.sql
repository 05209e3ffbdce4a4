-- +goose Up

-- Whether what audits of a repository find is uploaded to GitHub's code scanning.
CREATE TABLE scanning (
    repository_id bigint PRIMARY KEY REFERENCES repositories ON DELETE CASCADE,
    wanted        boolean NOT NULL,
    set_by        text NOT NULL, -- login of who said so last
    set_at        timestamptz NOT NULL DEFAULT now()
);

-- An upload to code scanning: one for each commit of a ref. Another audit of the
-- same takes its place.
CREATE TABLE uploads (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    repository_id bigint NOT NULL REFERENCES repositories ON DELETE CASCADE,
    ref           text NOT NULL CHECK (ref LIKE 'refs/%'),
    commit        text NOT NULL CHECK (commit ~ '^[0-9a-f]{40}$'),
    audit_id      bigint NOT NULL REFERENCES audits ON DELETE CASCADE,
    sarif         bytea, -- gzip; null once nobody needs it
    digest        bytea NOT NULL, -- SHA-256 of it
    findings      integer NOT NULL, -- in it
    left_out      integer NOT NULL, -- by GitHub's limits
    state         text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'processing', 'complete', 'failed', 'superseded')),
    remote        text NOT NULL DEFAULT '', -- GitHub's id of it, once it was sent
    why           text NOT NULL DEFAULT '', -- it failed: a sentence for people
    asked         integer NOT NULL DEFAULT 0, -- how often GitHub was asked what became of it
    created_at    timestamptz NOT NULL DEFAULT now(),
    ended_at      timestamptz,
    UNIQUE (repository_id, ref, commit),
    CONSTRAINT uploads_ended_check CHECK ((ended_at IS NOT NULL) = (state IN ('complete', 'failed', 'superseded'))),
    CONSTRAINT uploads_sarif_check CHECK (state <> 'waiting' OR sarif IS NOT NULL)
);
CREATE INDEX uploads_recent ON uploads (repository_id, created_at, id);
CREATE INDEX uploads_audit ON uploads (audit_id);
CREATE INDEX uploads_ended ON uploads (ended_at) WHERE ended_at IS NOT NULL;

-- Where an installation is told of scores that drop: at most one place.
CREATE TABLE hooks (
    installation_id bigint PRIMARY KEY REFERENCES installations ON DELETE CASCADE,
    url             text NOT NULL CHECK (url LIKE 'https://%' AND octet_length(url) <= 2000),
    secret          bytea NOT NULL, -- sealed
    former          bytea, -- sealed: signs, too, until former_until
    former_until    timestamptz,
    points          integer NOT NULL CHECK (points BETWEEN 1 AND 100), -- from a drop of so many on
    grades          boolean NOT NULL, -- and whenever a grade falls
    set_by          text NOT NULL, -- login
    set_at          timestamptz NOT NULL DEFAULT now(),
    failing_since   timestamptz, -- since when no attempt got through
    stopped_at      timestamptz,
    stopped_why     text NOT NULL DEFAULT '', -- a sentence
    CONSTRAINT hooks_former_check CHECK ((former IS NULL) = (former_until IS NULL)),
    CONSTRAINT hooks_stopped_check CHECK ((stopped_at IS NULL) = (stopped_why = ''))
);

-- What a hook is told: one event, however often it is tried.
CREATE TABLE notices (
    id              uuid PRIMARY KEY,
    installation_id bigint NOT NULL REFERENCES installations ON DELETE CASCADE,
    event           text NOT NULL CHECK (event IN ('score.dropped', 'test')),
    repository_id   bigint REFERENCES repositories ON DELETE CASCADE, -- null of a test
    audit_id        bigint REFERENCES audits ON DELETE CASCADE, -- that found the drop
    before_id       bigint REFERENCES audits ON DELETE CASCADE, -- that it is compared with
    payload         bytea, -- null until it is tried first; the same ever after
    state           text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed')),
    attempts        integer NOT NULL DEFAULT 0,
    status          integer NOT NULL DEFAULT 0, -- of the last answer; 0: none came
    answer          text NOT NULL DEFAULT '', -- how it begins
    why             text NOT NULL DEFAULT '', -- the last attempt failed: a sentence
    took_ms         integer NOT NULL DEFAULT 0, -- the last attempt
    created_at      timestamptz NOT NULL DEFAULT now(),
    tried_at        timestamptz,
    next_at         timestamptz, -- when it is tried again
    CONSTRAINT notices_audit_check CHECK ((event = 'test') = (audit_id IS NULL) AND (audit_id IS NULL) = (before_id IS NULL) AND (audit_id IS NULL) = (repository_id IS NULL))
);
-- An audit is told of once.
CREATE UNIQUE INDEX notices_audit ON notices (audit_id);
CREATE INDEX notices_before ON notices (before_id);
CREATE INDEX notices_repository ON notices (repository_id);
CREATE INDEX notices_recent ON notices (installation_id, created_at, id);
CREATE INDEX notices_created ON notices (created_at);
