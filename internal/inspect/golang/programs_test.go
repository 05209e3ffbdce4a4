package golang_test

import (
	"testing"

	"twelvefold/internal/inspect/inspecttest"
)

// TestPrograms holds whole programs, as people write them, to every fact that
// they state and to nothing beside.
func TestPrograms(t *testing.T) { inspecttest.Archives(t) }
