-- +goose Up

-- A violation over time. It lives on one branch of a repository: every done
-- audit of the branch opens, sees or closes it. Its place and text are those
-- of the last audit that saw it.
CREATE TABLE findings (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    repository_id     bigint NOT NULL REFERENCES repositories ON DELETE CASCADE,
    branch            text NOT NULL,
    fingerprint       text NOT NULL CHECK (fingerprint ~ '^[0-9a-f]{32}$'),
    rule              text NOT NULL,
    factor            text NOT NULL CHECK (factor IN ('codebase', 'dependencies', 'config', 'backing-services', 'build-release-run', 'processes', 'port-binding', 'concurrency', 'disposability', 'dev-prod-parity', 'logs', 'admin-processes')),
    aspect            text NOT NULL,
    severity          text NOT NULL CHECK (severity IN ('critical', 'high', 'medium', 'low', 'info')),
    confidence        text NOT NULL CHECK (confidence IN ('high', 'medium', 'low')),
    component         text NOT NULL,
    subject           text NOT NULL,
    path              text NOT NULL,
    line              integer NOT NULL CHECK (line >= 0), -- 0: something is absent
    end_line          integer NOT NULL,
    related           jsonb NOT NULL DEFAULT '[]', -- [{path, line, endLine}]
    message           text NOT NULL,
    fix               text NOT NULL,
    gain              double precision NOT NULL,
    first_seen_audit  bigint NOT NULL REFERENCES audits,
    last_seen_audit   bigint NOT NULL REFERENCES audits,
    closed_by_audit   bigint REFERENCES audits, -- the first done audit after the last that saw it
    first_seen_at     timestamptz NOT NULL,
    closed_at         timestamptz,
    UNIQUE (repository_id, branch, fingerprint),
    CONSTRAINT findings_closed_check CHECK ((closed_by_audit IS NULL) = (closed_at IS NULL)),
    CONSTRAINT findings_order_check CHECK (first_seen_audit <= last_seen_audit AND last_seen_audit < closed_by_audit)
);

CREATE INDEX findings_open ON findings (repository_id, branch) WHERE closed_by_audit IS NULL;
-- For the references, when an audit is deleted.
CREATE INDEX findings_first_seen ON findings (first_seen_audit);
CREATE INDEX findings_last_seen ON findings (last_seen_audit);
CREATE INDEX findings_closed_by ON findings (closed_by_audit) WHERE closed_by_audit IS NOT NULL;

-- Positive evidence of the latest done audit of each branch.
CREATE TABLE passes (
    audit_id  bigint NOT NULL REFERENCES audits ON DELETE CASCADE,
    position  integer NOT NULL, -- order in the audit
    rule      text NOT NULL,
    factor    text NOT NULL CHECK (factor IN ('codebase', 'dependencies', 'config', 'backing-services', 'build-release-run', 'processes', 'port-binding', 'concurrency', 'disposability', 'dev-prod-parity', 'logs', 'admin-processes')),
    aspect    text NOT NULL,
    component text NOT NULL,
    path      text NOT NULL,
    line      integer NOT NULL CHECK (line >= 0),
    end_line  integer NOT NULL,
    message   text NOT NULL,
    strength  double precision NOT NULL CHECK (strength BETWEEN 0 AND 1),
    PRIMARY KEY (audit_id, position)
);
