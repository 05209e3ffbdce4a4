package manifest_test

import (
	"testing"

	"twelvefold/internal/inspect/inspecttest"
)

func TestArchives(t *testing.T) { inspecttest.Archives(t) }
