package github

import (
	"fmt"
	"slices"
)

// Permissions are what the App needs, and nothing beyond.
func Permissions() map[string]string {
	return map[string]string{"checks": "write", "contents": "read", "members": "read", "metadata": "read", "pull_requests": "read"}
}

// Optional are permissions that nothing but one choice of people needs: the App
// works without.
func Optional() map[string]string { return map[string]string{"security_events": "write"} }

// MayScan reports whether permissions let the App upload to code scanning.
func MayScan(permissions map[string]string) bool {
	return allows(permissions["security_events"], Optional()["security_events"])
}

// UsedFor says what a permission is used for, "" for one that the App does not use.
func UsedFor(permission string) string {
	return map[string]string{
		"checks":          "shows a check with annotations on pull requests",
		"contents":        "reads the files of the commits that it audits",
		"members":         "knows when somebody joins or leaves, to show nobody what they may not see",
		"metadata":        "knows repositories by name and branch",
		"pull_requests":   "knows which pull requests are open and what they change",
		"security_events": "uploads findings to code scanning, of repositories that somebody chose it for",
	}[permission]
}

// Events are what the App must be told of. What concerns the App itself
// (installations, requested check runs) GitHub always tells.
func Events() []string {
	return []string{"check_run", "check_suite", "create", "delete", "member", "membership", "organization", "public", "pull_request", "push", "repository"}
}

// NotAccepted lists the permissions that the App has and one of its installations
// did not give it yet, a sentence each. What the App itself lacks is not the
// installation's fault.
func NotAccepted(app, given map[string]string) (list []string) {
	for _, name := range []string{"checks", "contents", "members", "metadata", "pull_requests"} {
		if needed := Permissions()[name]; allows(app[name], needed) && !allows(given[name], needed) {
			list = append(list, fmt.Sprintf("permission %s: %s", name, needed))
		}
	}
	if MayScan(app) && !MayScan(given) {
		list = append(list, "permission security_events: write")
	}
	return list
}

// allows reports whether a level of a permission is as much as needed.
func allows(has, needed string) bool { return has == needed || has == "write" || has == "admin" }

// Lacks lists what of the permissions and events is missing, a sentence each.
func Lacks(permissions map[string]string, events []string) (list []string) {
	for _, name := range []string{"checks", "contents", "members", "metadata", "pull_requests"} {
		needed, has := Permissions()[name], permissions[name]
		if !allows(has, needed) {
			if has == "" {
				has = "none"
			}
			list = append(list, fmt.Sprintf("permission %s is %s: set it to %s", name, has, needed))
		}
	}
	for _, event := range Events() {
		if !slices.Contains(events, event) {
			list = append(list, fmt.Sprintf("event %s is not subscribed: tick it", event))
		}
	}
	return list
}
