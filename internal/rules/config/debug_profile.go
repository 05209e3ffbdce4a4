package config

import (
	"fmt"
	"path"
	"strings"

	"twelvefold/internal/audit"
)

// judgeProfile reports a deploy that switches a profile for developers on: all
// that its file turns on is one finding, for one line is to be mended. It returns
// that profile.
func judgeProfile(c *audit.Component, report *audit.Report) audit.DevelopersProfile {
	profile, ok := c.DevelopersProfile()
	if !ok {
		return profile
	}
	var keys []string
	severity, file := audit.Low, ""
	for _, s := range audit.OfComponent(c, (*audit.Component).EffectiveSettings) {
		found, fixed := fixedSwitch(s)
		if !fixed || !profile.OfProfile(s.File) || printsSQL.MatchString(s.Key) && !c.MapsTables() {
			continue
		}
		keys, file = append(keys, s.Key), path.Base(s.File.Path)
		if found.severity.Rank() < severity.Rank() {
			severity = found.severity
		}
	}
	if len(keys) > 0 {
		message := fmt.Sprintf("%s switches on the profile %s for what is deployed, and with it what developers see in %s: %s", profile.By, profile.Name, file, strings.Join(keys, ", "))
		report.Violation(profile.At, "profile "+profile.Name, message, audit.WithSeverity(severity), audit.WithFix("a profile"), audit.SameCause("profile "+profile.Name+" "+string(severity)),
			audit.Naming("variable", profile.By), audit.Naming("profile", profile.Name))
	}
	return profile
}
