-- +goose Up

-- Audits of one branch are ordered by when their commit came to be the branch's
-- head, not by when they were asked for: deliveries come late and out of order,
-- and a year of history is audited after the newest commit. Equal times are
-- told apart by the id.
ALTER TABLE audits ADD COLUMN head_at timestamptz;
UPDATE audits SET head_at = created_at;
ALTER TABLE audits ALTER COLUMN head_at SET NOT NULL, ALTER COLUMN head_at SET DEFAULT now();

DROP INDEX audits_done;
CREATE INDEX audits_done ON audits (repository_id, branch, head_at, id) WHERE state = 'done';

-- A finding's life in that order: first_seen_at and closed_at are already the
-- times of their audits.
ALTER TABLE findings ADD COLUMN last_seen_at timestamptz;
UPDATE findings f SET last_seen_at = a.created_at FROM audits a WHERE a.id = f.last_seen_audit;
ALTER TABLE findings ALTER COLUMN last_seen_at SET NOT NULL;
ALTER TABLE findings
    DROP CONSTRAINT findings_order_check,
    ADD CONSTRAINT findings_order_check CHECK (
        (first_seen_at, first_seen_audit) <= (last_seen_at, last_seen_audit)
        AND (closed_at IS NULL OR (last_seen_at, last_seen_audit) < (closed_at, closed_by_audit)));
