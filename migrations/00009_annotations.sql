-- +goose Up

-- GitHub only ever adds annotations to a check run, so it is known whose it has.
ALTER TABLE checks ADD COLUMN annotated_by bigint REFERENCES audits ON DELETE SET NULL;
UPDATE checks SET annotated_by = audit_id WHERE shown = 'completed';

-- Whether a commit was audited is asked for each delivery, and for each head by
-- the ledger.
CREATE INDEX audits_commit ON audits (repository_id, commit, branch);
