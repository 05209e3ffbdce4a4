-- +goose Up

-- What repositories are looked for in: owner/name and topics in small letters. Worked
-- out once, instead of for every repository of every search.
-- +goose StatementBegin
CREATE FUNCTION sought_text(owner text, name text, topics text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT lower(owner || '/' || name || E'\n' || array_to_string(topics, ' ')) $$;
-- +goose StatementEnd
ALTER TABLE repositories ADD COLUMN sought text NOT NULL GENERATED ALWAYS AS (sought_text(owner, name, topics)) STORED;
