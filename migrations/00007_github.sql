-- +goose Up

-- What GitHub says of an installation. Deleted ones stay for a while: the same
-- account may come back, and its repositories are then found by GitHub's id.
ALTER TABLE installations
    ADD COLUMN account_id   bigint, -- GitHub's; null for this machine
    ADD COLUMN account_type text NOT NULL DEFAULT 'User' CHECK (account_type IN ('User', 'Organization')),
    ADD COLUMN suspended    boolean NOT NULL DEFAULT false,
    ADD COLUMN deleted_at   timestamptz,
    ADD COLUMN permissions  jsonb NOT NULL DEFAULT '{}', -- name → read or write
    ADD COLUMN refreshed_at timestamptz, -- when GitHub was last asked for all of this
    ADD CONSTRAINT installations_local_check CHECK ((id = 0) = (account_id IS NULL));

ALTER TABLE repositories
    ADD COLUMN github_id   bigint UNIQUE, -- survives renames, transfers and new installations
    ADD COLUMN private     boolean NOT NULL DEFAULT true,
    ADD COLUMN archived    boolean NOT NULL DEFAULT false,
    ADD COLUMN fork        boolean NOT NULL DEFAULT false,
    ADD COLUMN gone_at     timestamptz, -- deleted, or no longer the installation's to see
    ADD COLUMN head        text NOT NULL DEFAULT '', -- of the default branch, as GitHub last said; '' while unknown or empty
    ADD COLUMN head_at     timestamptz, -- when it was pushed
    ADD COLUMN reviewed_at timestamptz, -- when the ledger last compared it with GitHub
    ADD CONSTRAINT repositories_github_check CHECK ((origin = 'github') = (github_id IS NOT NULL));

-- Two renames may be told in either order, so that for a moment two have one name.
DROP INDEX repositories_name;
CREATE UNIQUE INDEX repositories_local_name ON repositories (installation_id, lower(owner), lower(name)) WHERE origin = 'local';
CREATE INDEX repositories_name ON repositories (installation_id, lower(owner), lower(name));

-- One webhook that was taken in, by GitHub's id of it: a second one with the
-- same id changes nothing. What it said stands in the nouns.
CREATE TABLE deliveries (
    id              text PRIMARY KEY CHECK (id ~ '^[A-Za-z0-9-]{8,64}$'),
    event           text NOT NULL,
    action          text NOT NULL,
    installation_id bigint, -- GitHub's; not a reference: it may be unknown or gone
    outcome         text NOT NULL, -- what came of it, in a few words
    received_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX deliveries_received ON deliveries (received_at);

CREATE TABLE pull_requests (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    repository_id   bigint NOT NULL REFERENCES repositories ON DELETE CASCADE,
    number          integer NOT NULL CHECK (number > 0),
    title           text NOT NULL,
    author          text NOT NULL,
    state           text NOT NULL CHECK (state IN ('open', 'closed', 'merged')),
    draft           boolean NOT NULL,
    head            text NOT NULL CHECK (head ~ '^[0-9a-f]{40}([0-9a-f]{24})?$'),
    head_branch     text NOT NULL,
    head_repository text NOT NULL, -- "owner/name", '' when it is gone
    base_branch     text NOT NULL,
    merge_commit    text NOT NULL, -- of a merged one, else ''
    changed_at      timestamptz NOT NULL, -- GitHub's updated_at of what stands here
    UNIQUE (repository_id, number)
);
CREATE INDEX pull_requests_open ON pull_requests (repository_id) WHERE state = 'open';
CREATE INDEX pull_requests_merged ON pull_requests (repository_id, merge_commit) WHERE merge_commit <> '';

-- The twelve factors of the whole repository, and of a pull request's audit
-- what it is compared with.
ALTER TABLE audits
    ADD COLUMN cells        jsonb NOT NULL DEFAULT '[]', -- twelve of {factor, status, score, worst} of a done audit
    ADD COLUMN pull_request bigint REFERENCES pull_requests ON DELETE CASCADE,
    ADD COLUMN base_commit  text NOT NULL DEFAULT '', -- where the pull request left its base; '' until known
    ADD COLUMN base_score   double precision CHECK (base_score BETWEEN 0 AND 100),
    ADD COLUMN base_cells   jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN unchanged    integer NOT NULL DEFAULT 0, -- findings that the base has, too
    ADD COLUMN gate         text NOT NULL DEFAULT '',   -- the severity from which on new findings fail; 'none'
    ADD CONSTRAINT audits_pull_request_check CHECK ((trigger = 'pull_request') >= (pull_request IS NOT NULL));

-- Whole repositories' cells of older audits, as the score is the mean of them.
UPDATE audits a SET cells = made.cells
FROM (
    SELECT f.audit_id, jsonb_agg(f.cell ORDER BY f.position) AS cells
    FROM (
        SELECT s.audit_id,
               array_position(ARRAY['codebase', 'dependencies', 'config', 'backing-services', 'build-release-run', 'processes', 'port-binding', 'concurrency', 'disposability', 'dev-prod-parity', 'logs', 'admin-processes'], s.factor) AS position,
               jsonb_build_object('factor', s.factor,
                   'status', CASE WHEN bool_or(s.status = 'assessed') THEN 'assessed' WHEN bool_or(s.status = 'unknown') THEN 'unknown' ELSE 'not-applicable' END,
                   'score', round(avg(s.score)::numeric, 1), 'worst', min(s.score)) AS cell
        FROM scores s JOIN components c ON c.audit_id = s.audit_id AND c.path = s.component
        WHERE c.class NOT IN ('library', 'infra')
           OR NOT EXISTS (SELECT FROM components o WHERE o.audit_id = s.audit_id AND o.class NOT IN ('library', 'infra'))
        GROUP BY s.audit_id, s.factor) f
    GROUP BY f.audit_id) made
WHERE made.audit_id = a.id AND a.state = 'done';

-- What a pull request changes, in the order of its audit.
CREATE TABLE changes (
    audit_id    bigint NOT NULL REFERENCES audits ON DELETE CASCADE,
    position    integer NOT NULL,
    change      text NOT NULL CHECK (change IN ('new', 'fixed')),
    fingerprint text NOT NULL CHECK (fingerprint ~ '^[0-9a-f]{32}$'),
    rule        text NOT NULL,
    factor      text NOT NULL CHECK (factor IN ('codebase', 'dependencies', 'config', 'backing-services', 'build-release-run', 'processes', 'port-binding', 'concurrency', 'disposability', 'dev-prod-parity', 'logs', 'admin-processes')),
    aspect      text NOT NULL,
    severity    text NOT NULL CHECK (severity IN ('critical', 'high', 'medium', 'low', 'info')),
    confidence  text NOT NULL CHECK (confidence IN ('high', 'medium', 'low')),
    component   text NOT NULL,
    subject     text NOT NULL,
    path        text NOT NULL,
    line        integer NOT NULL CHECK (line >= 0),
    end_line    integer NOT NULL,
    related     jsonb NOT NULL,
    message     text NOT NULL,
    fix         text NOT NULL,
    gain        double precision NOT NULL,
    waiver      jsonb, -- {rule, path, fingerprint, reason, owner, expires, line} of an accepted one
    fails       boolean NOT NULL, -- by the gate
    PRIMARY KEY (audit_id, position)
);

-- Of a finding that somebody accepted, as in changes.
ALTER TABLE findings ADD COLUMN waiver jsonb;

-- The check run of one commit: at most one.
CREATE TABLE checks (
    repository_id bigint NOT NULL REFERENCES repositories ON DELETE CASCADE,
    commit        text NOT NULL,
    check_run     bigint, -- GitHub's id; null until it was created
    audit_id      bigint REFERENCES audits ON DELETE SET NULL, -- that it shows
    shown         text NOT NULL DEFAULT '' CHECK (shown IN ('', 'in_progress', 'completed')),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (repository_id, commit)
);

-- What every process must know of GitHub's limits: until when an installation
-- (0: the App itself) may not ask.
CREATE TABLE rate_limits (
    installation_id bigint PRIMARY KEY,
    until           timestamptz NOT NULL
);

-- Answers that are asked for again under their ETag, which costs nothing.
CREATE TABLE responses (
    installation_id bigint NOT NULL,
    url             text NOT NULL,
    etag            text NOT NULL,
    body            bytea NOT NULL,
    used_at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (installation_id, url)
);
CREATE INDEX responses_used ON responses (used_at);

-- When GitHub was asked for deliveries that failed, and what came of it.
CREATE TABLE ledger_runs (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    asked_since timestamptz NOT NULL, -- deliveries from then on were looked at
    asked_at    timestamptz NOT NULL DEFAULT now(),
    failed      integer NOT NULL, -- that GitHub could not deliver and that were never taken
    redelivered integer NOT NULL  -- of those, sent again
);
