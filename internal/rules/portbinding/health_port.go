package portbinding

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// healthChecks reports Compose services whose health check asks their own
// container on a port that nothing in it listens on: the container is then
// always unhealthy.
func healthChecks(c *audit.Component, report *audit.Report) {
	for s := range audit.Facts[inspect.ComposeService](c) {
		asked := askedPort(s.Fact)
		if asked == 0 || !c.RunsService(s) || behindAnother(c) {
			continue
		}
		listens, known := listenPorts(c, s.Fact.Environment)
		if !known || slices.Contains(listens, asked) || slices.Contains(insidePorts(s.Fact.Ports), asked) {
			continue
		}
		report.Violation(audit.Place{Path: s.File.Path, Line: s.Fact.CheckLine, EndLine: s.Fact.CheckLine}, "health check of "+s.Fact.Name,
			fmt.Sprintf("the health check of %s asks port %d, and the program listens on %s", s.Fact.Name, asked, numbers(listens)), audit.WithSeverity(audit.Low), audit.WithFix("health check"), audit.Naming("name", s.Fact.Name), audit.Naming("listens", numbers(listens)))
	}
}

// askedPort is the port of its own container that a service's health check
// asks, 0 for none.
func askedPort(s inspect.ComposeService) int {
	u, err := url.Parse(s.CheckURL)
	if err != nil || !slices.Contains([]string{"localhost", "127.0.0.1", "0.0.0.0", "::1", s.Name}, u.Hostname()) {
		return 0
	}
	switch port, err := strconv.Atoi(u.Port()); {
	case err == nil:
		return port
	case u.Port() != "":
		return 0
	case u.Scheme == "https":
		return 443
	}
	return 80
}
