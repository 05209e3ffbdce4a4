// Package localpg runs a private Postgres for development and tests: it finds
// the server's programs on this machine (or downloads them), keeps a data
// directory of its own, and starts and stops one server over it. It needs no
// container engine, no running server and no privilege, and works as root too,
// where Postgres itself refuses to run.
//
// State lives in numbered slots under one directory. A slot belongs to the one
// process that holds its lock, so two runs at once never share a server, and
// the next run finds the data of the last.
package localpg

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// MinMajor is the oldest Postgres that the schema is written for.
const MinMajor = 14

// BinVariable names the environment variable that points at the directory of
// the programs `initdb` and `postgres`, over everything that would be found.
const BinVariable = "TWELVEFOLD_POSTGRES_BIN"

// ErrUnavailable says that this machine has no usable Postgres and that none
// could be downloaded. The error that wraps it is one sentence that says how to
// install one.
var ErrUnavailable = errors.New("no Postgres to be had")

// Options say where a server keeps its state and how careful it is with it.
type Options struct {
	// Dir holds the slots; it is made when missing. Where the account that
	// Postgres runs under can't reach it (root's home), a directory of the same
	// purpose under /var/lib/twelvefold takes its place.
	Dir string
	// Durable keeps the data through a crash of the machine. Tests leave it
	// false: nothing is synced, and a slot that doesn't start is made anew.
	Durable bool
	// Getenv reads the environment: BinVariable, PATH. Nil means os.Getenv.
	Getenv func(string) string
	// Repository is the Maven repository that the programs are downloaded
	// from; empty means the public one.
	Repository string
	// CacheDir holds downloaded programs; empty means the user's cache.
	CacheDir string
	// Notice is told, in one sentence, about what takes long (a download).
	// May be nil.
	Notice func(string)
}

func (o Options) withDefaults() Options {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.Notice == nil {
		o.Notice = func(string) {}
	}
	return o
}

// environment is what Postgres's programs see: everything but the variables
// that would redirect them to another server, in one language.
func environment() []string {
	env := []string{}
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "PG") || strings.HasPrefix(name, "LC_") || name == "LANG" || name == "LANGUAGE" {
			continue
		}
		env = append(env, entry)
	}
	return append(env, "LC_ALL=C")
}

// unavailable is ErrUnavailable as a sentence for this system.
func unavailable(cause error) error {
	return fmt.Errorf("%w: found no initdb and postgres of version %d or newer, and the download failed (%s); install one (%s), set %s to its bin directory, or set DATABASE_URL to a running server",
		ErrUnavailable, MinMajor, strings.Join(strings.Fields(cause.Error()), " "), installCommand(), BinVariable)
}
