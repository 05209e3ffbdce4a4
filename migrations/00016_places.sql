-- +goose Up

-- How many of a new finding's places, the first ones, a pull request adds to a
-- finding of its base; 0 where all of it is new.
ALTER TABLE changes ADD COLUMN added integer NOT NULL DEFAULT 0 CHECK (added >= 0);

-- What a pull request changes and no rule could read.
ALTER TABLE audits
    ADD COLUMN unread       jsonb NOT NULL DEFAULT '[]',  -- [{path, message}], the first of them
    ADD COLUMN unread_files integer NOT NULL DEFAULT 0 CHECK (unread_files >= 0), -- all of them
    ADD COLUMN unseen       integer NOT NULL DEFAULT 0 CHECK (unseen >= 0); -- findings of the base there, of which nobody knows
