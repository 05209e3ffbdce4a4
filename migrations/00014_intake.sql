-- +goose Up

ALTER TABLE audits
    ADD COLUMN base_branch text NOT NULL DEFAULT '',     -- that a pull request's audit compares with, else ''
    ADD COLUMN passing     boolean NOT NULL DEFAULT false; -- of a failed one: why it failed may pass, so that it is asked for again
UPDATE audits a SET base_branch = p.base_branch FROM pull_requests p WHERE p.id = a.pull_request;
UPDATE audits SET passing = true
WHERE state = 'failed' AND (error LIKE 'The audit failed % times%' OR error LIKE 'The audit was given up%' OR error LIKE 'The audit was stopped after%'
    OR error LIKE 'GitHub refuses access%' OR error LIKE 'The repository is gone%');

-- A check run says the worst of the audits that it speaks of: the newest of each
-- open pull request with that head.
ALTER TABLE checks ADD COLUMN audits bigint[] NOT NULL DEFAULT '{}'; -- all of them, ascending; audit_id is the worst
UPDATE checks SET audits = ARRAY[audit_id] WHERE audit_id IS NOT NULL;

-- The worker processes that live, by the name that they have in the queue.
CREATE TABLE workers (
    client  text PRIMARY KEY,
    seen_at timestamptz NOT NULL DEFAULT now()
);
