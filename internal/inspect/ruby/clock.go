package ruby

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// schedulers are clocks inside the process by resolved name; true where only
// one of several processes runs a task, because the library keeps that in a
// store that they share.
var schedulers = map[string]bool{
	"Rufus::Scheduler.new": false, "Rufus::Scheduler.singleton": false, "Rufus::Scheduler.start_new": false, "Concurrent::TimerTask.new": false, "Concurrent::TimerTask.execute": false, "EventMachine.add_periodic_timer": false, "EM.add_periodic_timer": false, "EventMachine::PeriodicTimer.new": false, "EM::PeriodicTimer.new": false, "Clockwork.run": false,
	"Sidekiq::Cron::Job.create": true, "Sidekiq::Cron::Job.load_from_hash": true, "Sidekiq::Cron::Job.load_from_hash!": true, "Sidekiq::Cron::Job.load_from_array": true, "Sidekiq::Cron::Job.load_from_array!": true, "Sidekiq::Cron::Job.new": true, "Sidekiq.set_schedule": true, "SidekiqScheduler::Scheduler.instance.reload_schedule!": true, "Sidekiq::Scheduler.reload_schedule!": true, "SidekiqScheduler::Scheduler.reload_schedule!": true,
	"Resque.set_schedule": true, "Resque::Scheduler.run": true, "Sidekiq.configure_server{}.periodic": true, "Que::Scheduler.schedule": true, "SolidQueue::RecurringTask.create": true, "Crono.perform": false, "Karafka.scheduled_messages": true, "Sidekiq.configure_server{}.schedule": true,
}

// schedulerCall states a clock inside the process. A lock file of rufus keeps
// one machine's processes apart, not those of several.
func (f *rubyFile) schedulerCall(c call) {
	if locked, known := schedulers[c.name]; known {
		f.say(c.Node, inspect.Scheduler{Via: c.name, Locked: locked || f.rufusLock(c)})
		return
	}
	if c.method == "every" && (c.name == "every" || c.name == "Clockwork.every") && !f.debugOnly(c.Node) && (f.namespace(c.Node) == "Clockwork" || strings.HasPrefix(c.name, "Clockwork")) && f.once("clockwork") {
		f.say(c.Node, inspect.Scheduler{Via: "Clockwork.every"})
	}
	if f.isScheduled(c) {
		f.say(c.Node, inspect.Scheduler{Via: "whenever.every"})
	}
	if c.name == "Thread.new" && f.sleepsForever(c.block) && !method(c.Node).OK() {
		f.say(c.Node, inspect.Scheduler{Via: "Thread.new"})
	}
}

func (f *rubyFile) rufusLock(c call) bool {
	return strings.HasPrefix(c.name, "Rufus::Scheduler.") && c.args.arg(-1, "scheduler_lock", "trigger_lock").OK()
}

// sleepsForever tells a thread that does something, sleeps, and does it again.
func (f *rubyFile) sleepsForever(block syntax.Node) bool {
	if !block.OK() || f.server != "" {
		return false
	}
	works := false
	for _, c := range f.callsWithin(block) {
		if root := rootOf(c.Node); root.Is("constant", "scope_resolution") && !plumbing[constantPath(root)] {
			works = true
		}
	}
	for _, c := range f.callsWithin(block) {
		if c.name != "sleep" || !works {
			continue
		}
		if inBlockOf(c.Node, "loop").Inside(block) {
			return true
		}
		if w := c.Up("while", "until"); w.Inside(block) && (w.Field("condition").Is("true") || w.Field("condition").Is("false")) {
			return true
		}
	}
	return false
}

// plumbing are classes that a thread uses to watch or to speak, not to work.
var plumbing = map[string]bool{"Process": true, "Rails": true, "Time": true, "Thread": true, "Kernel": true, "File": true, "Logger": true, "Signal": true, "ENV": true, "GC": true, "ObjectSpace": true, "ActiveRecord::Base": true}

// rootOf is what a chain of calls starts from.
func rootOf(n syntax.Node) syntax.Node {
	for n.Is("call") && n.Field("receiver").OK() {
		n = n.Field("receiver")
	}
	return n
}

// clockSetting states the clocks that Rails' settings turn on.
func (f *rubyFile) clockSetting(n syntax.Node, key string, right syntax.Node) {
	switch key {
	case "good_job":
		if on := f.entry(right, "enable_cron"); on.OK() {
			f.clockSetting(n, "good_job.enable_cron", on)
		}
	case "good_job.cron":
		if hash := f.follow(right); hash.Is("hash") && hash.Child(0).OK() || hash.Is("call") {
			f.say(n, inspect.Scheduler{Via: "GoodJob.cron", Locked: true})
		}
	case "good_job.enable_cron":
		if right.Is("true") || f.evaluate(right).Source == inspect.Env {
			f.say(n, inspect.Scheduler{Via: "GoodJob.enable_cron", Locked: true})
		}
	case "solid_queue.recurring_tasks":
		f.say(n, inspect.Scheduler{Via: "SolidQueue.recurring_tasks", Locked: true})
	}
}

// endless states a loop that only the end of the process ends.
func (f *rubyFile) endless(n syntax.Node) {
	if loop, ok := syntax.EndlessLoop(n); ok {
		f.say(n, loop)
	}
}
