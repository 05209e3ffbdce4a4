package templates

import "strings"

// RowsOfExport is how many rows a file has at the most.
const RowsOfExport = 50_000

// rowsOfExport is the same in words.
func rowsOfExport() string { return "At most " + Thousands(RowsOfExport) + " rows" }

// addExtension names a file of a table by the address of its page, with what that
// asks for.
func addExtension(base, extension string) string {
	path, query, asks := strings.Cut(base, "?")
	if !asks {
		return path + extension
	}
	return path + extension + "?" + query
}
