-- +goose Up

-- Who gets a mail about an installation once a week: when, where to, about what.
CREATE TABLE digests (
    person_id       bigint NOT NULL REFERENCES people ON DELETE CASCADE,
    installation_id bigint NOT NULL REFERENCES installations ON DELETE CASCADE,
    address         text NOT NULL CHECK (octet_length(address) BETWEEN 3 AND 254),
    weekday         smallint NOT NULL CHECK (weekday BETWEEN 1 AND 7), -- 1: Monday
    hour            smallint NOT NULL CHECK (hour BETWEEN 0 AND 23),
    zone            text NOT NULL CHECK (zone <> ''), -- IANA
    repositories    bigint[] CHECK (cardinality(repositories) BETWEEN 1 AND 500), -- ids; null: all that the person sees
    only_if_changed boolean NOT NULL,
    state           text NOT NULL CHECK (state IN ('pending', 'active', 'stopped')),
    why             text NOT NULL DEFAULT '' CHECK (why IN ('', 'person', 'unsubscribed', 'bounced', 'lost_access', 'signed_out', 'operator')), -- it stopped
    said            text NOT NULL DEFAULT '', -- by the server that refused the address last
    refusals        smallint NOT NULL DEFAULT 0, -- weeks in a row in which the address was refused
    token           bytea NOT NULL UNIQUE CHECK (length(token) = 32), -- of the links that end it; never changes
    confirm         bytea UNIQUE CHECK (length(confirm) = 32), -- of the link that confirms the address; null: confirmed
    next_at         timestamptz,
    created_at      timestamptz NOT NULL,
    changed_at      timestamptz NOT NULL,
    confirmed_at    timestamptz,
    stopped_at      timestamptz,
    PRIMARY KEY (person_id, installation_id),
    CONSTRAINT digests_next_check CHECK ((state = 'active') = (next_at IS NOT NULL)),
    CONSTRAINT digests_pending_check CHECK (state <> 'pending' OR confirm IS NOT NULL),
    CONSTRAINT digests_active_check CHECK (state <> 'active' OR confirm IS NULL),
    CONSTRAINT digests_stopped_check CHECK ((state = 'stopped') = (why <> '') AND (state = 'stopped') = (stopped_at IS NOT NULL))
);
-- Those that are due.
CREATE INDEX digests_next ON digests (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX digests_installation ON digests (installation_id);
CREATE INDEX digests_address ON digests (lower(address));

-- The one mail of a subscriber's week. It outlives its subscription, so that who
-- subscribes again gets no second one.
CREATE TABLE digest_mails (
    person_id       bigint NOT NULL REFERENCES people ON DELETE CASCADE,
    installation_id bigint NOT NULL REFERENCES installations ON DELETE CASCADE,
    week            text NOT NULL CHECK (week ~ '^[0-9]{4}-W[0-9]{2}$'), -- ISO, of the day that it was due in the subscriber's zone
    address         text NOT NULL,
    -- waiting: to be sent, perhaps again. claimed: a worker sends it, or died there.
    -- unknown: it may have been sent, and is not sent again. skipped: said says why.
    state           text NOT NULL CHECK (state IN ('waiting', 'claimed', 'sent', 'failed', 'unknown', 'skipped')),
    said            text NOT NULL DEFAULT '', -- by the server, or why there was no mail
    attempts        integer NOT NULL DEFAULT 0, -- claims so far
    due_at          timestamptz NOT NULL,
    created_at      timestamptz NOT NULL,
    claimed_at      timestamptz, -- the last time
    finished_at     timestamptz,
    PRIMARY KEY (person_id, installation_id, week),
    CONSTRAINT digest_mails_finished_check CHECK ((state IN ('waiting', 'claimed')) = (finished_at IS NULL))
);
CREATE INDEX digest_mails_installation ON digest_mails (installation_id);

-- Mails that asked an address to confirm, for the limits on them.
CREATE TABLE digest_confirmations (
    person_id bigint NOT NULL REFERENCES people ON DELETE CASCADE,
    address   text NOT NULL, -- in lower case
    asked_at  timestamptz NOT NULL
);
CREATE INDEX digest_confirmations_person ON digest_confirmations (person_id, asked_at);
CREATE INDEX digest_confirmations_address ON digest_confirmations (address, asked_at);

-- When a person answered whether to get the digest at all: it is offered once.
ALTER TABLE people ADD COLUMN digest_answered_at timestamptz;
