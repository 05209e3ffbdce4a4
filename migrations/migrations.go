// Package migrations holds the database's schema as numbered SQL files, applied
// in order and forward only. A file that was released never changes again.
package migrations

import (
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

//go:embed *.sql
var files embed.FS

// Files are the SQL files, named "<version>_<what>.sql", in goose's format.
func Files() fs.FS { return files }

// Version is the schema that this program needs: the highest file's number.
func Version() (int64, error) {
	entries, err := files.ReadDir(".")
	if err != nil {
		return 0, err
	}
	var highest int64
	for _, entry := range entries {
		number, _, _ := strings.Cut(entry.Name(), "_")
		version, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("migration %s: its name does not start with a number", entry.Name())
		}
		highest = max(highest, version)
	}
	return highest, nil
}
