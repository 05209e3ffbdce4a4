// Package store keeps repositories, audits and what they found in Postgres: one
// file per noun, each method beside its one SQL statement. Methods that read or
// write a tenant's rows take the installation's id; a row of another
// installation is as absent as one that doesn't exist. Every method is safe for
// concurrent use.
package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Local is the installation that stands for this machine.
const Local int64 = 0

// Kinds of error that callers tell apart with errors.Is. Any other error means
// that the database could not be asked: trying later may help.
var (
	ErrNotFound = errors.New("not found")
	ErrInvalid  = errors.New("invalid")
	// ErrConflict says that the row is no longer in the state that the change
	// started from: another worker has the audit, or it is finished.
	ErrConflict = errors.New("conflict")
)

// Store is the database.
type Store struct {
	pool *pgxpool.Pool
	tx   pgx.Tx // that In asks inside of; nil: the pool
}

// In is the store as a transaction sees it, for those of its methods that read
// what handlers need inside of one: a second connection could be one too many.
func (s *Store) In(tx Tx) *Store { return &Store{pool: s.pool, tx: tx} }

// reader is what answers questions.
type reader interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func (s *Store) reader() reader {
	if s.tx != nil {
		return s.tx
	}
	return s.pool
}

// Pool is the connections, for what shares them: the job queue.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// Close waits for queries that run and closes all connections.
func (s *Store) Close() { s.pool.Close() }

// Open opens at most conns connections to the database of a Postgres URL and
// makes sure that it answers. Errors are one sentence that names the server,
// never the password. It does not ask whether the schema fits: see CheckSchema.
func Open(ctx context.Context, url string, conns int) (*Store, error) {
	return OpenTraced(ctx, url, conns, nil)
}

// OpenTraced is Open with a tracer that sees every query, or nil.
func OpenTraced(ctx context.Context, url string, conns int, tracer pgx.QueryTracer) (*Store, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		// The parser's own message quotes the URL.
		return nil, errors.New("DATABASE_URL is not a Postgres URL: write postgres://user:password@host:5432/database")
	}
	config.MaxConns, config.ConnConfig.Tracer = int32(conns), tracer
	config.ConnConfig.RuntimeParams["application_name"] = "twelvefold"
	// Compiling a query takes longer than any of ours runs. Said after connecting:
	// poolers refuse what they don't know among the parameters of a start.
	config.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, `SET jit = off`)
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, refusal(config.ConnConfig, err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, refusal(config.ConnConfig, err)
	}
	return &Store{pool: pool}, nil
}

// refusal says in one sentence why a server could not be used.
func refusal(config *pgx.ConnConfig, err error) error {
	where := net.JoinHostPort(config.Host, fmt.Sprint(config.Port))
	var server *pgconn.PgError
	var lookup *net.DNSError
	switch {
	case errors.As(err, &server) && (server.Code == "28P01" || server.Code == "28000"):
		return fmt.Errorf("the Postgres at %s refuses user %q: check the user and password in DATABASE_URL", where, config.User)
	case errors.As(err, &server) && server.Code == "3D000":
		return fmt.Errorf("the Postgres at %s has no database %q: create it or correct DATABASE_URL", where, config.Database)
	case errors.As(err, &server) && server.Code == "57P03":
		return fmt.Errorf("the Postgres at %s is still starting: try again in a moment", where)
	case errors.As(err, &server) && server.Code == "53300":
		return fmt.Errorf("the Postgres at %s has no free connection: raise its max_connections or run fewer processes", where)
	case errors.As(err, &server) && (server.Code == "42704" || server.Code == "22023"):
		return fmt.Errorf("the Postgres at %s does not know a setting of DATABASE_URL: correct what stands after its question mark", where)
	case errors.As(err, &server):
		return fmt.Errorf("the Postgres at %s refuses the connection (SQLSTATE %s): its log says why", where, server.Code)
	case errors.As(err, &lookup):
		return fmt.Errorf("the host %q of DATABASE_URL can't be found: correct it or check the network", config.Host)
	case strings.Contains(err.Error(), "server refused TLS connection"): // pgconn has no type for it
		return fmt.Errorf("the Postgres at %s offers no TLS, which DATABASE_URL asks for: switch it on there, or write sslmode=disable on a network that you trust", where)
	case errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ENOENT):
		return fmt.Errorf("no Postgres answers at %s: start it or correct DATABASE_URL", where)
	case errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("the Postgres at %s did not answer in time: check DATABASE_URL and the network", where)
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("connecting to the Postgres at %s was interrupted: %w", where, context.Canceled)
	default:
		return fmt.Errorf("the Postgres at %s can't be reached: check DATABASE_URL and the network", where)
	}
}

// Unavailable tells whether an error says that the database can't be asked just
// now: it is down, restarts, or the connection broke. Trying later may help.
func Unavailable(err error) bool {
	var connect *pgconn.ConnectError
	var server *pgconn.PgError
	var network net.Error
	switch {
	case errors.As(err, &connect):
		return true
	case errors.As(err, &server): // connection exceptions, shutdowns, too many connections
		return strings.HasPrefix(server.Code, "08") || strings.HasPrefix(server.Code, "57P0") || server.Code == "53300"
	}
	return errors.As(err, &network) || errors.Is(err, io.ErrUnexpectedEOF) || pgconn.SafeToRetry(err)
}

// Tx is a transaction, for what several methods do together.
type Tx = pgx.Tx

// InTx runs f in one transaction and commits it unless f fails.
func (s *Store) InTx(ctx context.Context, f func(tx Tx) error) error { return s.inTx(ctx, f) }

// inTx runs f in one transaction and commits it unless f fails.
func (s *Store) inTx(ctx context.Context, f func(tx pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, s.pool, f)
}

// found turns a missing row into ErrNotFound.
func found(err error, what string, args ...any) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("%s: %w", fmt.Sprintf(what, args...), ErrNotFound)
	}
	return err
}

func isNotFound(err error) bool { return errors.Is(err, ErrNotFound) }

// text is what Postgres can keep of a string from a foreign repository: valid
// UTF-8 without NUL. Paths and names there may be any bytes.
func text(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
