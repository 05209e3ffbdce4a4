-- +goose Up

-- How many of a new finding's places, the first ones, a pull request adds to a
-- finding of its base; 0 where all of it is new.
ALTER TABLE changes ADD COLUMN added integer NOT NULL DEFAULT 0 CHECK (added >= 0);
