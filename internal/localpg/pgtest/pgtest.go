// Package pgtest gives every test a database of its own on a real Postgres:
// the one that TEST_DATABASE_URL names (its user must be allowed to create
// databases), or a private one per test binary, which ends with it.
package pgtest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sys/unix"

	"twelvefold/internal/localpg"
)

// Database is the URL of a new database, migrated by migrate (nil: left empty),
// dropped when the test ends. A migrate function runs once per test binary,
// into a template that is copied for each test. Without a Postgres the test is
// skipped with one line, and fails where CI=true.
func Database(t testing.TB, migrate func(url string) error) string {
	t.Helper()
	s, err := theServer()
	if errors.Is(err, localpg.ErrUnavailable) && os.Getenv("CI") != "true" {
		t.Skipf("skipped: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	name, err := s.database(migrate)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.exec(`DROP DATABASE IF EXISTS ` + name + ` WITH (FORCE)`); err != nil {
			t.Errorf("dropping the test's database: %v", err)
		}
	})
	return s.url(name)
}

// theServer is shared by all tests of a binary: starting one costs a second.
var theServer = sync.OnceValues(start)

// server is the Postgres of this test binary.
type server struct {
	address string // URL of its maintenance database
	// private is held so that it stays reachable: collecting it would close the
	// file that locks its slot, and the next test binary would take over the
	// slot and stop this one's Postgres in the middle of its tests.
	private *localpg.Server
	prefix  string // of the names of this binary's databases
	copying string // how a template is copied, as SQL

	mu        sync.Mutex
	conn      *pgx.Conn // holds the prefix's lock as long as this binary lives
	count     int
	templates map[uintptr]string // migrate function → database
}

// fastest is the directory that databases are made and dropped in with the least
// waiting: memory, which takes a third of the time that a disk does, where there is
// room for it. Benchmarks stay on the disk, where servers have their data.
func fastest() string {
	const memory, room = "/dev/shm", 8 << 30 // bytes; containers often have 64 MB
	var there unix.Statfs_t
	if flag.Lookup("test.bench").Value.String() != "" || unix.Statfs(memory, &there) != nil || there.Bavail*uint64(there.Bsize) < room { // #nosec G115 -- a size
		return os.TempDir()
	}
	return memory
}

// limit bounds each statement and the start.
const limit = 2 * time.Minute

func start() (*server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 6*limit)
	defer cancel()
	address := os.Getenv("TEST_DATABASE_URL")
	var private *localpg.Server
	if address == "" {
		// One directory for all runs: its slots are reused, so that nothing
		// piles up and most runs need no initdb.
		dir := filepath.Join(fastest(), fmt.Sprintf("twelvefold-test-%d", os.Geteuid()))
		var err error
		private, err = localpg.Start(ctx, localpg.Options{Dir: dir})
		if err != nil {
			return nil, err
		}
		address = private.URL("postgres")
	}
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("can't connect to the tests' Postgres: %w", err)
	}
	s := &server{
		address:   address,
		private:   private,
		prefix:    fmt.Sprintf("%s%d_%x", namePrefix, os.Getpid(), time.Now().UnixNano()),
		conn:      conn,
		templates: map[uintptr]string{},
	}
	if err := s.exec(fmt.Sprintf(`SELECT pg_advisory_lock(%d)`, lockKey(s.prefix))); err != nil {
		return nil, err
	}
	var version int
	if err := conn.QueryRow(ctx, `SELECT current_setting('server_version_num')::int`).Scan(&version); err != nil {
		return nil, err
	}
	if version >= 15_00_00 { // before, it was the only way
		s.copying = ` STRATEGY file_copy` // half the work of logging all of a small database
	}
	return s, s.sweep(ctx)
}

const namePrefix = "twelvefold_test_"

// lockKey is the advisory lock that says that a prefix's binary lives.
func lockKey(prefix string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(prefix))
	return int64(h.Sum64())
}

// sweep drops the databases of binaries that ended without dropping them.
func (s *server) sweep(ctx context.Context) error {
	rows, err := s.conn.Query(ctx, `SELECT datname FROM pg_database WHERE datname LIKE $1`, strings.ReplaceAll(namePrefix, "_", `\_`)+"%")
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		prefix, _, ok := strings.Cut(name, "__")
		if !ok || prefix == s.prefix {
			continue
		}
		var gone bool
		if err := s.conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, lockKey(prefix)).Scan(&gone); err != nil {
			return err
		}
		if !gone {
			continue
		}
		if err := s.exec(`DROP DATABASE IF EXISTS ` + name + ` WITH (FORCE)`); err != nil {
			return err
		}
		if err := s.exec(fmt.Sprintf(`SELECT pg_advisory_unlock(%d)`, lockKey(prefix))); err != nil {
			return err
		}
	}
	return nil
}

// database copies the template of migrate into a new database.
func (s *server) database(migrate func(url string) error) (string, error) {
	template, err := s.template(migrate)
	if err != nil {
		return "", err
	}
	name := s.name()
	return name, s.exec(`CREATE DATABASE ` + name + ` TEMPLATE ` + template + s.copying)
}

func (s *server) template(migrate func(url string) error) (string, error) {
	if migrate == nil {
		return "template1", nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := reflect.ValueOf(migrate).Pointer()
	if name, ok := s.templates[key]; ok {
		return name, nil
	}
	s.count++
	name := fmt.Sprintf("%s__%d", s.prefix, s.count)
	if err := s.execLocked(`CREATE DATABASE ` + name); err != nil {
		return "", err
	}
	if err := migrate(s.url(name)); err != nil {
		return "", fmt.Errorf("migrating the tests' database: %w", err)
	}
	s.templates[key] = name
	return name, nil
}

func (s *server) name() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	return fmt.Sprintf("%s__%d", s.prefix, s.count)
}

func (s *server) exec(sql string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.execLocked(sql)
}

func (s *server) execLocked(sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	_, err := s.conn.Exec(ctx, sql)
	return err
}

func (s *server) url(database string) string {
	u, err := url.Parse(s.address)
	if err != nil { // pgx has parsed it
		panic(err)
	}
	u.Path = "/" + database
	return u.String()
}
