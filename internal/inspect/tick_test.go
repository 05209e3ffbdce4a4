package inspect_test

import (
	"testing"

	"twelvefold/internal/inspect"
)

func TestTickWork(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		owner, name string
		want        bool
	}{
		{"query.link", "batchRemove", true}, {"db", "UpdateClientTokensLastUsedAndExpiresAt", false}, {"s.store", "delete_expired", false}, {"db", "CleanupExpiredClients", false}, {"streamHandler", "NotifyDeletedClient", false}, {"s.store", "delete_orders", true},
		{"", "runCleanupTasks", true}, {"", "sendReminders", true}, {"mailer", "SendDigest", true}, {"", "feedScheduler", true},
		{"", "f", false}, {"", "cleanup", false}, {"sessions", "delete", false}, {"db", "Ping", false}, {"db", "getJobs", false}, {"store", "FindExpired", false},
		{"store.cache", "purge", false}, {"", "flushMetrics", false}, {"systemd", "SdNotify", false}, {"queue", "getJobCounts", false}, {"Logger", "mail", false}, {"", "", false},
	} {
		if got := inspect.TickWork(test.owner, test.name); got != test.want {
			t.Errorf("TickWork(%q, %q) = %v", test.owner, test.name, got)
		}
	}
}
