package portbinding

import (
	"fmt"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// ingressTargets reports an Ingress that sends requests to a port which the
// Service in the same directory does not have.
func ingressTargets(c *audit.Component, report *audit.Report) {
	for i := range audit.Facts[inspect.KubeObject](c) {
		for _, b := range i.Fact.Backends {
			service, ok := ownService(c, i.File, b.Service)
			if !ok || hasPort(service, b) || strings.ContainsAny(b.PortName, "{$") {
				continue
			}
			named := fmt.Sprint(b.Port)
			if b.PortName != "" {
				named = b.PortName
			}
			var ports []int
			for _, p := range service.Ports {
				ports = append(ports, p.Port)
			}
			report.Violation(audit.Place{Path: i.File.Path, Line: b.Line, EndLine: b.Line}, "Ingress "+i.Fact.Name+" "+b.Service,
				fmt.Sprintf("the Ingress %s sends requests to port %s of the Service %s, which has %s", i.Fact.Name, named, b.Service, numbers(ports)), audit.WithFix("Ingress"), audit.Naming("name", b.Service), audit.Naming("port", named))
		}
	}
}

// ownService is the Service of a name in the directory of an Ingress, when it
// stands in front of one of the component's own pods and is the only one.
func ownService(c *audit.Component, beside *audit.File, name string) (inspect.KubeObject, bool) {
	var found inspect.KubeObject
	count := 0
	for s := range audit.Facts[inspect.KubeObject](c) {
		if s.Fact.Type != "Service" || s.Fact.Name != name || s.File.Dir() != beside.Dir() {
			continue
		}
		found = s.Fact
		count++
	}
	if count != 1 || len(found.Ports) == 0 || len(found.Selector) == 0 {
		return inspect.KubeObject{}, false
	}
	for _, k := range c.OwnContainers() {
		if k.Workload.File.Dir() == beside.Dir() && selects(found.Selector, k.Workload.Fact.Labels) {
			return found, true
		}
	}
	return inspect.KubeObject{}, false
}

func hasPort(s inspect.KubeObject, b inspect.Backend) bool {
	for _, p := range s.Ports {
		if p.Port == 0 || b.Port > 0 && p.Port == b.Port || b.Port == 0 && p.Name == b.PortName {
			return true // 0: a template's
		}
	}
	return false
}
