package devprodparity

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "dev-prod-parity/mocked-service",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "The program replaces a service by a fake in development",
	Why: "A fake answers at once, always, and in the shape that its author remembered. What the service really says, refuses " +
		"or takes its time for is met in production first." +
		" Too few of these were seen in real repositories to be measured, so that the finding is advisory: shown, not scored.",
	Fixes: []audit.Fix{
		{Text: "Construct the same client whatever ‹name› says, and point it at the service's sandbox, or at a local instance, through its URL and key in the environment. Keep fakes in the tests."},
		{Text: "Construct the same client everywhere, and point it at the service's sandbox, or at a local instance, through its URL and key in the environment. Keep fakes in the tests."},
	},
	Severity:   audit.Medium,
	Confidence: audit.LowConfidence,
	Counting:   audit.Each,
	Sources:    []string{"002"},
	Bad: `
-- requirements.txt --
flask==3.0.0
-- app.py --
import os
from flask import Flask
from payments import StripeGateway, FakeGateway
app = Flask(__name__)

def gateway():
    if os.environ.get("APP_ENV") == "development":
        return FakeGateway()
    return StripeGateway(os.environ["STRIPE_KEY"])

app.run(host="0.0.0.0", port=int(os.environ["PORT"]))
`,
	Good: `
-- requirements.txt --
flask==3.0.0
-- app.py --
import os
from flask import Flask
from payments import StripeGateway
app = Flask(__name__)

def gateway():
    return StripeGateway(os.environ["STRIPE_KEY"])

app.run(host="0.0.0.0", port=int(os.environ["PORT"]))
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for b := range audit.Facts[inspect.EnvBranch](c, source.Prod) {
			if slices.Contains(b.Fact.Chooses, inspect.ChoosesMock) && tellsDevelopment(b.Fact.Values) && !besideProgram.MatchString(b.File.Path) {
				report.Violation(b.At(), b.File.Path, fmt.Sprintf("%s decides whether a fake stands in for a service", b.Fact.Name), audit.Naming("name", b.Fact.Name))
			}
		}
	},
})

// besideProgram are files of a program that tests and tools load.
var besideProgram = regexp.MustCompile(`(?i)(^|/)(mocks?|fakes?|stubs?|fixtures?|testing|testutils?|test[-_]?helpers?|stories|storybook|\.storybook|msw|seeds?|mirage|playwright|cypress)(/|\.|$)|\.(stories|config)\.[jt]sx?$|(^|/)(vite|webpack|next|jest|vitest|rollup)\.`)

// tellsDevelopment reports whether a decision lets development and production
// part: one that only tells tests apart is no matter here.
func tellsDevelopment(values []string) bool {
	return slices.ContainsFunc(values, func(value string) bool {
		value = strings.ToLower(value)
		return strings.HasPrefix(value, "dev") || strings.HasPrefix(value, "local") || strings.HasPrefix(value, "prod") || value == "live" || value == "debug"
	})
}
