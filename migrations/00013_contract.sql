-- +goose Up

-- The environment contract of one component: what its program reads, and what
-- gives it that. Of the latest done audit of each branch, as passes are. Values
-- are masked before they come here.
CREATE TABLE contracts (
    audit_id       bigint NOT NULL,
    component      text NOT NULL,
    variables      jsonb NOT NULL, -- see the store's variable type
    own            integer NOT NULL CHECK (own >= 0), -- variables that no platform sets
    never_provided integer NOT NULL CHECK (never_provided >= 0), -- of them, required and given nowhere
    never_read     integer NOT NULL CHECK (never_read >= 0), -- of them, given and read nowhere
    PRIMARY KEY (audit_id, component),
    FOREIGN KEY (audit_id, component) REFERENCES components ON DELETE CASCADE
);

-- What a finding is found by: the words of its rule, its path and its message,
-- as the store's Words cuts them. Those that are there already are cut roughly
-- until the next audit sees them.
ALTER TABLE findings ADD COLUMN words tsvector NOT NULL DEFAULT '';
UPDATE findings
SET words = strip(to_tsvector('simple', translate(rule || ' ' || path || ' ' || message, './-_:=@`"''()[]{}<>,;', repeat(' ', 21))))
WHERE closed_by_audit IS NULL;
CREATE INDEX findings_words ON findings USING gin (words) WHERE closed_by_audit IS NULL;

-- Open findings in the order in which a search tells of them. A word that most
-- have is found soonest by going through them in order.
CREATE INDEX findings_worst ON findings (array_position('{critical,high,medium,low,info}'::text[], severity), id DESC) WHERE closed_by_audit IS NULL;
