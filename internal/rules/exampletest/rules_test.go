package exampletest

import (
	"testing"

	"twelvefold/internal/rules/rulestest"
)

func TestRules(t *testing.T) { rulestest.Run(t, Rules()) }
