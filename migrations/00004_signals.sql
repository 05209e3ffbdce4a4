-- +goose Up

-- What inspection said of a file's content. It belongs to no tenant: whoever
-- has the same bytes gets the same signals, and nothing else leads here.
CREATE TABLE signals (
    blob      bytea NOT NULL CHECK (octet_length(blob) = 20), -- git's blob id
    format    text NOT NULL,
    version   integer NOT NULL, -- of the extractors
    data      bytea NOT NULL,   -- the signals as JSON, zstd; empty for none
    last_used date NOT NULL DEFAULT current_date,
    PRIMARY KEY (blob, format, version)
);
-- It is compressed already.
ALTER TABLE signals ALTER COLUMN data SET STORAGE EXTERNAL;

-- For forgetting what no audit asked for in a long time.
CREATE INDEX signals_last_used ON signals (last_used);
