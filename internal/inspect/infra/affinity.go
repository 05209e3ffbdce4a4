package infra

import (
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"twelvefold/internal/inspect"
)

// affinity states that a load balancer binds clients to one instance.
func (f *file) affinity(b *hclsyntax.Block, in inspect.InfraBlock) {
	t := treeOf(in.Attributes)
	via, at := "", []string(nil)
	switch strings.TrimPrefix(in.Labels[0], "aws_") {
	case "lb_target_group", "alb_target_group":
		// the provider's default of enabled is true
		if t.get("stickiness") != nil && t.literal("stickiness", "enabled") != "false" && !isOpen(t.value("stickiness", "enabled")) {
			via, at = "stickiness "+t.text("stickiness", "type"), []string{"stickiness"}
		}
	case "lb_cookie_stickiness_policy", "app_cookie_stickiness_policy":
		via = in.Labels[0]
	case "elastic_beanstalk_environment":
		for _, setting := range t.list("setting") {
			if setting.literal("name") == "StickinessEnabled" && setting.isTrue("value") {
				via, at = "StickinessEnabled", []string{"setting"}
			}
		}
	case "google_compute_backend_service", "google_compute_region_backend_service", "google_compute_target_pool":
		if text := t.literal("session_affinity"); text != "" && text != "NONE" {
			via, at = "session_affinity "+text, []string{"session_affinity"}
		}
	case "azurerm_lb_rule":
		if text := t.literal("load_distribution"); strings.HasPrefix(text, "SourceIP") {
			via, at = "load_distribution "+text, []string{"load_distribution"}
		}
	case "azurerm_application_gateway":
		for _, settings := range t.list("backend_http_settings") {
			if settings.literal("cookie_based_affinity") == "Enabled" {
				via, at = "cookie_based_affinity", []string{"backend_http_settings", "cookie_based_affinity"}
			}
		}
	case "azurerm_linux_web_app", "azurerm_windows_web_app", "azurerm_app_service":
		if t.isTrue("client_affinity_enabled") {
			via, at = "client_affinity_enabled", []string{"client_affinity_enabled"}
		}
	case "digitalocean_loadbalancer":
		if t.literal("sticky_sessions", "type") == "cookies" {
			via, at = "sticky_sessions", []string{"sticky_sessions"}
		}
	case "hcloud_load_balancer_service":
		if t.isTrue("http", "sticky_sessions") {
			via, at = "sticky_sessions", []string{"http", "sticky_sessions"}
		}
	case "kubernetes_service", "kubernetes_service_v1":
		return // a KubeObject says it
	}
	if via == "" {
		return
	}
	line := t.line(at...)
	if line == 0 || at == nil {
		line = b.TypeRange.Start.Line
	}
	f.Emit(line, line, inspect.Affinity{Via: strings.TrimSpace(via), Of: in.Labels[1]})
}

// isOpen reports whether something outside of the file decides a value.
func isOpen(v inspect.Value) bool { return v.Source == inspect.Input || v.Source == inspect.Unknown }
