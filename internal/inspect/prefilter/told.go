package prefilter

import "iter"

// Told are the keys of a table whose rows say something.
func Told[V comparable](table map[string]V) iter.Seq[string] {
	return func(yield func(string) bool) {
		var nothing V
		for key, v := range table {
			if v != nothing && !yield(key) {
				return
			}
		}
	}
}
