-- +goose Up

-- One run over a repository at one commit. Audits of one branch are ordered by
-- id, the order in which they were asked for, not the one they finish in.
CREATE TABLE audits (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    repository_id bigint NOT NULL REFERENCES repositories ON DELETE CASCADE,
    commit        text NOT NULL CHECK (commit ~ '^[0-9a-f]{40}([0-9a-f]{24})?$'),
    branch        text NOT NULL, -- '' for a detached checkout
    trigger       text NOT NULL CHECK (trigger IN ('push', 'pull_request', 'schedule', 'backfill', 'manual')),
    state         text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),

    -- Who works on it. A job may touch the audit only while both lease and
    -- attempt are the ones that it started with: a hand-over raises the lease,
    -- a retry of the same job the attempt.
    lease         integer NOT NULL DEFAULT 1,
    attempt       integer NOT NULL DEFAULT 0, -- 0: no job has started it under this lease
    job_id        bigint,                     -- River's; not a reference, River deletes old jobs
    worker        text NOT NULL DEFAULT '',
    heartbeat_at  timestamptz NOT NULL DEFAULT now(),

    progress_done  integer NOT NULL DEFAULT 0, -- files
    progress_total integer NOT NULL DEFAULT 0, -- 0 until known

    ruleset       text NOT NULL DEFAULT '',
    score         double precision CHECK (score BETWEEN 0 AND 100), -- null: nothing can be scored
    grade         text NOT NULL DEFAULT '',                         -- '' when withheld
    coverage      double precision NOT NULL DEFAULT 0 CHECK (coverage BETWEEN 0 AND 1),
    worst         text NOT NULL DEFAULT '', -- path of the component with the lowest score

    files         integer NOT NULL DEFAULT 0, -- entries of the snapshot
    candidates    integer NOT NULL DEFAULT 0, -- files that a format reads and that matter
    skipped       integer NOT NULL DEFAULT 0, -- files that a format reads and that can't matter
    cached        integer NOT NULL DEFAULT 0, -- distinct contents whose signals the cache had
    inspected     integer NOT NULL DEFAULT 0, -- distinct contents that were parsed
    failed        integer NOT NULL DEFAULT 0, -- candidates that could not be read as their format
    bytes         bigint  NOT NULL DEFAULT 0, -- read for that
    warnings      jsonb   NOT NULL DEFAULT '[]',

    error         text NOT NULL DEFAULT '', -- one sentence for people, of a failed or cancelled audit
    created_at    timestamptz NOT NULL DEFAULT now(),
    started_at    timestamptz,
    finished_at   timestamptz,
    CONSTRAINT audits_finished_check CHECK ((state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL))
);

-- The same question is asked once at a time.
CREATE UNIQUE INDEX audits_waiting ON audits (repository_id, branch, commit, trigger) WHERE state IN ('queued', 'running');
-- A branch's line of done audits: latest, previous, next.
CREATE INDEX audits_done ON audits (repository_id, branch, id) WHERE state = 'done';
-- A repository's audits, newest first, whatever their state.
CREATE INDEX audits_repository ON audits (repository_id, id);
-- What the sweep looks at: few rows.
CREATE INDEX audits_active ON audits (id) WHERE state IN ('queued', 'running');

-- The scorecard of one component in one audit.
CREATE TABLE components (
    audit_id  bigint NOT NULL REFERENCES audits ON DELETE CASCADE,
    path      text NOT NULL, -- directory, "." for the root
    name      text NOT NULL,
    class     text NOT NULL CHECK (class IN ('web-service', 'worker', 'function', 'cli', 'library', 'static-frontend', 'infra')),
    why       text NOT NULL,
    languages text[] NOT NULL,
    starts    text[] NOT NULL, -- the commands that start it
    score     double precision CHECK (score BETWEEN 0 AND 100),
    grade     text NOT NULL,
    coverage  double precision NOT NULL CHECK (coverage BETWEEN 0 AND 1),
    position  integer NOT NULL, -- order in the audit
    PRIMARY KEY (audit_id, path)
);

-- One factor of one component: always twelve rows for a component.
CREATE TABLE scores (
    audit_id  bigint NOT NULL,
    component text NOT NULL,
    factor    text NOT NULL CHECK (factor IN ('codebase', 'dependencies', 'config', 'backing-services', 'build-release-run', 'processes', 'port-binding', 'concurrency', 'disposability', 'dev-prod-parity', 'logs', 'admin-processes')),
    status    text NOT NULL CHECK (status IN ('assessed', 'not-applicable', 'unknown')),
    score     double precision CHECK (score BETWEEN 0 AND 100),
    coverage  double precision NOT NULL CHECK (coverage BETWEEN 0 AND 1),
    capped    boolean NOT NULL,
    aspects   jsonb NOT NULL, -- the arithmetic: see the store's aspect type
    PRIMARY KEY (audit_id, component, factor),
    FOREIGN KEY (audit_id, component) REFERENCES components ON DELETE CASCADE
);
