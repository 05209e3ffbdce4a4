-- +goose Up

-- When a finding was gone between two audits of its branch that saw it: from
-- the first done audit that did not see it to the first that saw it again. How
-- it went for good, if it did, stands on the finding.
CREATE TABLE absences (
    finding_id  bigint NOT NULL REFERENCES findings ON DELETE CASCADE,
    closed_by   bigint NOT NULL REFERENCES audits,
    closed_at   timestamptz NOT NULL,
    reopened_by bigint NOT NULL REFERENCES audits,
    reopened_at timestamptz NOT NULL,
    PRIMARY KEY (finding_id, closed_at, closed_by),
    CONSTRAINT absences_order_check CHECK ((closed_at, closed_by) < (reopened_at, reopened_by))
);

-- What an audit closed and opened; and for the references.
CREATE INDEX absences_closed_by ON absences (closed_by);
CREATE INDEX absences_reopened_by ON absences (reopened_by);
