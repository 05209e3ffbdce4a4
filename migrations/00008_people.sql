-- +goose Up

-- Who signed in. The tokens are sealed (internal/seal) with the id as what they
-- are bound to; null once they are dropped.
CREATE TABLE people (
    id              bigint PRIMARY KEY, -- GitHub's
    login           text NOT NULL,
    name            text NOT NULL, -- may be ''
    email           text NOT NULL, -- '' unless public
    tokens          bytea,
    access_expires  timestamptz, -- null: never
    signed_in_at    timestamptz NOT NULL
);

-- A browser. The id is the hash of what its cookie holds, so that reading this
-- table lets nobody in.
CREATE TABLE sessions (
    id         bytea PRIMARY KEY CHECK (length(id) = 32),
    person_id  bigint REFERENCES people ON DELETE CASCADE, -- null until sign-in
    begun_as   bytea, -- of a person's session the one that sign-in began in: other tabs may still come back to it
    created_at timestamptz NOT NULL, -- or when the person signed in
    used_at    timestamptz NOT NULL
);
CREATE INDEX sessions_person ON sessions (person_id);
CREATE INDEX sessions_used ON sessions (used_at);

-- Sign-ins that a browser began and GitHub has not sent back yet. Each works once.
CREATE TABLE sign_ins (
    state      bytea PRIMARY KEY CHECK (length(state) = 32), -- hash of the state
    session_id bytea NOT NULL REFERENCES sessions ON DELETE CASCADE,
    verifier   text NOT NULL, -- of PKCE
    next       text NOT NULL, -- path of this site
    created_at timestamptz NOT NULL
);
CREATE INDEX sign_ins_session ON sign_ins (session_id);

-- What a person may read, as GitHub answered: a row for each installation, and
-- installation 0 for the list of them. Rows that are missing are to be asked for.
CREATE TABLE rights (
    person_id       bigint NOT NULL REFERENCES people ON DELETE CASCADE,
    installation_id bigint NOT NULL, -- GitHub's; not a reference: it may be unknown yet
    repositories    bigint[] NOT NULL, -- GitHub's ids
    asked_at        timestamptz NOT NULL,
    PRIMARY KEY (person_id, installation_id)
);
CREATE INDEX rights_installation ON rights (installation_id);

-- When an event last said that somebody's rights to an installation changed: an
-- answer that GitHub was asked for before is not kept.
CREATE TABLE rights_drops (
    installation_id bigint PRIMARY KEY,
    dropped_at      timestamptz NOT NULL
);
