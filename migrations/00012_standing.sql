-- +goose Up

-- What pages of many repositories order, filter and add up: the standing of each,
-- told by its newest done audit of the default branch and by those of the past. It
-- is worked out anew by each of these audits, and once a day as the past moves on;
-- every column of it follows from other tables.
ALTER TABLE repositories
    ADD COLUMN topics        text[] NOT NULL DEFAULT '{}', -- as GitHub has them

    ADD COLUMN stood_at      timestamptz,                  -- when the standing was worked out; null while it is to be
    ADD COLUMN latest_audit  bigint,                       -- null: none is done. No reference: audits go with their repository
    ADD COLUMN latest_commit text NOT NULL DEFAULT '',
    ADD COLUMN audited_at    timestamptz,
    ADD COLUMN score         double precision,             -- null: nothing can be scored
    ADD COLUMN grade         text NOT NULL DEFAULT '',     -- '' when withheld
    ADD COLUMN coverage      double precision NOT NULL DEFAULT 0,
    ADD COLUMN cells         smallint[] NOT NULL DEFAULT '{}', -- the twelve factors: points, -1 for unknown, -2 where it does not apply
    ADD COLUMN classes       text[] NOT NULL DEFAULT '{}',
    ADD COLUMN languages     text[] NOT NULL DEFAULT '{}',
    ADD COLUMN score_7       double precision,             -- the score so many days ago; null: there was none
    ADD COLUMN score_30      double precision,
    ADD COLUMN score_90      double precision,
    ADD COLUMN weeks         real[] NOT NULL DEFAULT '{}', -- the score 1 to 13 weeks ago
    ADD COLUMN turned_by     bigint,                       -- the audit of the past 7 days that moved the score the most the way it went
    ADD COLUMN open_findings integer[] NOT NULL DEFAULT '{0,0,0,0,0}', -- open findings by severity, worst first
    ADD COLUMN win           bigint,                       -- the open finding whose mending gains the most; null: none gains
    ADD COLUMN win_gain      double precision NOT NULL DEFAULT 0;

CREATE INDEX repositories_stood ON repositories (stood_at NULLS FIRST);

-- A badge is asked for by name alone.
CREATE INDEX repositories_full_name ON repositories (lower(owner), lower(name));
