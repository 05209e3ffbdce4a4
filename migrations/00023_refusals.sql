-- +goose Up

-- When a server took the mail with the link that confirms an address: until then
-- nothing went there.
ALTER TABLE digests ADD COLUMN linked_at timestamptz;
UPDATE digests SET linked_at = changed_at WHERE state = 'pending';

-- For how many weeks in a row mail was refused, and the address not said to be why.
ALTER TABLE digests ADD COLUMN barred smallint NOT NULL DEFAULT 0;

-- Subscriptions stop of that, and where that mail can't be sent for a day, too.
ALTER TABLE digests DROP CONSTRAINT digests_why_check;
ALTER TABLE digests ADD CONSTRAINT digests_why_check
    CHECK (why IN ('', 'person', 'unsubscribed', 'bounced', 'lost_access', 'signed_out', 'operator', 'barred', 'unsent'));
