-- +goose Up

-- A GitHub App installation. Installation 0 stands for this machine: it owns
-- the local repositories that development audits.
CREATE TABLE installations (
    id         bigint PRIMARY KEY, -- GitHub's own id
    account    text NOT NULL CHECK (account <> ''),
    created_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO installations (id, account) VALUES (0, 'local');

CREATE TABLE repositories (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    installation_id bigint NOT NULL REFERENCES installations ON DELETE CASCADE,
    origin          text NOT NULL CHECK (origin IN ('github', 'local')),
    owner           text NOT NULL CHECK (owner <> ''),
    name            text NOT NULL CHECK (name <> ''),
    default_branch  text NOT NULL, -- '' when unknown: a detached checkout
    path            text,          -- absolute directory of a local repository
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT repositories_path_check CHECK ((origin = 'local') = (path IS NOT NULL))
);

-- GitHub compares names without case.
CREATE UNIQUE INDEX repositories_name ON repositories (installation_id, lower(owner), lower(name));
CREATE UNIQUE INDEX repositories_path ON repositories (installation_id, path) WHERE path IS NOT NULL;
