-- +goose Up

-- What a page needs to explain a factor's figure: the score before its worst
-- finding caps it, and why the factor, or part of it, does not apply.
ALTER TABLE scores
    ADD COLUMN uncapped double precision NOT NULL DEFAULT 0 CHECK (uncapped BETWEEN 0 AND 100),
    ADD COLUMN why text NOT NULL DEFAULT '';
-- Audits from before know the score only as it was shown.
UPDATE scores SET uncapped = coalesce(score, 0);
ALTER TABLE scores ALTER COLUMN uncapped DROP DEFAULT, ALTER COLUMN why DROP DEFAULT;

-- What a component is made of: its process types, image, datastore, files. Text
-- and not jsonb, which refuses NUL in names of files.
ALTER TABLE components ADD COLUMN explained json NOT NULL DEFAULT '{}';
ALTER TABLE components ALTER COLUMN explained DROP DEFAULT;
