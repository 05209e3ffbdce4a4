package inspecttest

import (
	"strings"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

// Overlooked is the difference between what is stated of a text that is read
// as far as the prefilter says, and of the text read whole; "" for none. The
// text is made so long that the prefilter looks at it.
func Overlooked(format inspect.Format, text string) string {
	long := []byte(text + strings.Repeat("\n", 400))
	return cmp.Diff(files.Whole(format, long), files.File(format, long))
}
