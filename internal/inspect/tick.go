package inspect

import (
	"regexp"
	"slices"
	"strings"
)

// A timer inside of a program is a schedule of the application when what it
// does at a tick is seen outside of the process: a second process would do it
// twice. What it does for its own process (metrics, heartbeats, caches, pings)
// is none. Where the code does not show what a call does, names tell: those of
// jobs, and those of a store that is changed.

var (
	tickJobs = setOf("cron crons schedule schedules scheduled scheduler job jobs task tasks reminder reminders digest digests newsletter newsletters " +
		"invoice invoices billing backup backups email emails mail mails notification notifications notify mailer")
	tickOwners = setOf("db database store storage repo repos repository repositories dao orm prisma knex query queries tx sql mongo model models collection queue queues mailer session objects")
	tickVerbs  = setOf("delete remove update insert save create purge prune clean cleanup expire archive exec execute push enqueue publish upsert destroy write add send commit")
	tickOwn    = setOf("metric metrics stat stats gauge health healthcheck heartbeat heartbeats ping pings pong keepalive alive cache caches cached flush watch watcher refresh reload poll polling " +
		"progress lease telemetry usage monitor monitoring prometheus statsd sentry log logs logger console limiter spinner sd systemd watchdog memory mem gc socket sockets websocket websockets conn conns connection connections stream streams buffer")
	// tickKept are words for what is kept tidy or noted again: two that do it do no harm.
	tickKept  = setOf("expired expires stale lastused lastseen seen used unused outdated orphaned")
	tickReads = setOf("get list count find fetch read load is has can should log debug info warn error print printf new make to format parse len size next wait stop close clear reset lock unlock process handle consume dequeue receive")

	nameWord = regexp.MustCompile(`[A-Z]+[a-z0-9]*|[a-z0-9]+`)
)

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// TickWork reports whether a call inside of what a timer runs is work of the
// application, by its names: owner is what the function is called on
// ("db.links"), "" for none.
func TickWork(owner, name string) bool {
	words, owners := nameWords(name), nameWords(owner)
	in := func(list []string, set map[string]bool) bool {
		return slices.ContainsFunc(list, func(w string) bool { return set[w] })
	}
	switch {
	case len(words) == 0, in(words, tickOwn), in(words, tickKept), in(owners, tickOwn), tickReads[words[0]]:
		return false
	case in(words, tickJobs):
		return true
	}
	return in(owners, tickOwners) && in(words, tickVerbs)
}

// OwnTick reports whether a name is of what a process does for itself:
// "collectMetrics", "pingTicker".
func OwnTick(name string) bool {
	return slices.ContainsFunc(nameWords(name), func(w string) bool { return tickOwn[w] })
}

func nameWords(name string) []string {
	if len(name) > MaxText {
		return nil
	}
	list := nameWord.FindAllString(name, -1)
	for i, w := range list {
		list[i] = strings.ToLower(w)
	}
	return list
}
