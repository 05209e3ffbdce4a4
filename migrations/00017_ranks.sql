-- +goose Up

-- What the organisation's page shows of thousands of repositories is a few from one
-- end of an order: by how the score changed, by what a fix gains.
CREATE INDEX repositories_by_change ON repositories (installation_id, (score - score_7), id) WHERE gone_at IS NULL AND NOT archived;
CREATE INDEX repositories_by_gain ON repositories (installation_id, win_gain DESC, id) WHERE gone_at IS NULL AND NOT archived AND win IS NOT NULL;

-- The newest audit of a commit of a branch is the last of the index.
DROP INDEX audits_commit;
CREATE INDEX audits_commit ON audits (repository_id, commit, branch, id);
