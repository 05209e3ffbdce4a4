-- +goose Up

-- When a repository was last taken to be compared with GitHub: one of which no
-- comparison comes to its end goes behind the others.
ALTER TABLE repositories ADD COLUMN review_asked_at timestamptz;

-- Since when GitHub has not answered an audit; null while it does.
ALTER TABLE audits ADD COLUMN away_since timestamptz;

-- Until when less than half of the hour's requests are left, and how many secondary
-- limits came in a row: each process knew its own.
ALTER TABLE rate_limits
    ADD COLUMN scarce_until timestamptz NOT NULL DEFAULT '0001-01-01 00:00:00Z',
    ADD COLUMN strikes      integer NOT NULL DEFAULT 0;

-- Deliveries that nothing took, to be asked for again later and later.
CREATE TABLE redeliveries (
    guid     text PRIMARY KEY,
    delivery bigint NOT NULL,             -- GitHub's id of the newest attempt
    event    text NOT NULL,
    times    integer NOT NULL DEFAULT 0,  -- that they were asked for
    due_at   timestamptz NOT NULL DEFAULT now(),
    found_at timestamptz NOT NULL DEFAULT now()
);
