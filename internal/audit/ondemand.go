package audit

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// seeds are names of services that fill something once: with sample data, with
// what a first start needs.
var seeds = regexp.MustCompile(`(?i)(^|[-_])(seed(er|s|-?data)?|init|setup|bootstrap|fixtures?|load-?data|import-?data|create-?(db|bucket|topic|admin|superuser)s?|wait-?for\S*)([-_]|$)`)

// demanded reports whether a service is run by hand or once, and belongs to no
// process type: a job of a profile, one without replicas, or one that is not
// started again when it ends and is named for what it fills.
func demanded(s inspect.ComposeService) bool {
	ends := s.Restart == "no" || s.Restart == "none" || strings.HasPrefix(s.Restart, "on-failure")
	return s.Idle || seeds.MatchString(s.Name) && (ends || s.Restart == "" || len(s.Profiles) > 0) || (s.Restart == "no" || s.Restart == "none") && len(s.Profiles) > 0
}

// onDemand reports whether Compose services are all that starts a component,
// each run by hand or once, and where the first one stands.
func onDemand(c *Component) (at Place, ok bool) {
	if slices.ContainsFunc(c.Processes, func(p Process) bool { return !p.Image && !p.Dev }) {
		return at, false
	}
	for s := range Facts[inspect.ComposeService](c) {
		if !s.Fact.Build && !ownImage(c, imageName(s.Fact)) {
			continue
		}
		if !demanded(s.Fact) {
			return at, false
		}
		if !ok {
			at, ok = s.At(), true
		}
	}
	return at, ok && !Has(c, func(inspect.Workload) bool { return true }) && !Has(c, func(inspect.FlyApp) bool { return true })
}
