// Package rules is the catalogue: the rules of all twelve factors.
package rules

import (
	"slices"

	"twelvefold/internal/audit"
	"twelvefold/internal/rules/adminprocesses"
	"twelvefold/internal/rules/backingservices"
	"twelvefold/internal/rules/buildreleaserun"
	"twelvefold/internal/rules/codebase"
	"twelvefold/internal/rules/concurrency"
	"twelvefold/internal/rules/config"
	"twelvefold/internal/rules/dependencies"
	"twelvefold/internal/rules/devprodparity"
	"twelvefold/internal/rules/disposability"
	"twelvefold/internal/rules/logs"
	"twelvefold/internal/rules/portbinding"
	"twelvefold/internal/rules/processes"
)

// All returns every rule, by factor in canonical order and then by ID.
func All() []audit.Rule {
	return slices.Concat(
		codebase.Rules(),
		dependencies.Rules(),
		config.Rules(),
		backingservices.Rules(),
		buildreleaserun.Rules(),
		processes.Rules(),
		portbinding.Rules(),
		concurrency.Rules(),
		disposability.Rules(),
		devprodparity.Rules(),
		logs.Rules(),
		adminprocesses.Rules(),
	)
}
