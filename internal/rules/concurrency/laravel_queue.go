package concurrency

import (
	"regexp"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// laravelRunsAtOnce reports whether the web of a Laravel application runs each
// job itself, or may: the connection of its queue is sync, by default or by the
// deploy's word, or is not known. So it is where no descriptor says what a
// deploy consists of: panels that host Laravel start workers by themselves.
func laravelRunsAtOnce(c *audit.Component) bool {
	described := audit.Has(c, func(s inspect.PlatformService) bool { return s.Type == "web" }) ||
		audit.Has(c, func(inspect.FlyApp) bool { return true }) || audit.Has(c, func(inspect.Workload) bool { return true })
	if !described {
		return true
	}
	for s := range audit.Facts[inspect.Store](c, source.Prod) {
		if s.Fact.Purpose != inspect.ForQueue || s.Fact.Via != "laravel queue.default" {
			continue
		}
		name := s.Fact.Choice.Text
		if variables := s.Fact.Choice.Env; len(variables) > 0 {
			for _, p := range c.Provided() {
				if p.Name == variables[0] && p.Environment == audit.Production {
					held, ok := c.ProvidedIn(audit.Production, p.Name)
					if !ok || !held.Value.IsLiteral() {
						return true
					}
					name = held.Value.Text
				}
			}
		}
		return !queued.MatchString(name)
	}
	return true
}

// queued are Laravel's connections whose jobs wait for a worker.
var queued = regexp.MustCompile(`^(database|redis|sqs|beanstalkd|rabbitmq)$`)
