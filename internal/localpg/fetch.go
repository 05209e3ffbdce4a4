package localpg

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"time"

	embeddedpostgres "github.com/fergusstrange/embedded-postgres"
)

// fetchVersion is the Postgres that is downloaded where none is installed.
const fetchVersion = embeddedpostgres.V17

// fetchLimit bounds a download of some 20 MB.
const fetchLimit = 5 * time.Minute

// cacheDir is where downloaded programs stay. Root's own cache is closed to
// the account that runs them.
func cacheDir(opts Options) string {
	if opts.CacheDir != "" {
		return opts.CacheDir
	}
	if os.Geteuid() == 0 {
		return "/var/cache/twelvefold"
	}
	if dir, err := os.UserCacheDir(); err == nil {
		return filepath.Join(dir, "twelvefold")
	}
	return filepath.Join(os.TempDir(), fmt.Sprintf("twelvefold-cache-%d", os.Getuid()))
}

// fetch downloads Postgres's programs into the cache and returns them. The
// versioned directory appears only when it is whole.
func fetch(ctx context.Context, opts Options, as *account) (binaries, error) {
	target := filepath.Join(cacheDir(opts), "postgres-"+string(fetchVersion))
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return binaries{}, err
	}
	lock, err := lockFile(ctx, target+".lock")
	if err != nil {
		return binaries{}, err
	}
	defer lock.Close()
	if b, err := probe(ctx, filepath.Join(target, "bin"), as); err == nil {
		return b, nil // another process fetched it meanwhile
	}
	opts.Notice(fmt.Sprintf("Downloading Postgres %s, once.", fetchVersion))

	scratch, err := os.MkdirTemp(filepath.Dir(target), "fetch-")
	if err != nil {
		return binaries{}, err
	}
	defer os.RemoveAll(scratch)
	if err := os.Chmod(scratch, 0o755); err != nil {
		return binaries{}, err
	}
	failed := download(ctx, opts.Repository, scratch)
	programs := filepath.Join(scratch, "programs")
	if _, err := probe(ctx, filepath.Join(programs, "bin"), as); err != nil {
		if _, missing := os.Stat(programs); missing != nil && failed != nil {
			err = failed // the reason why there is nothing to look at
		}
		return binaries{}, err
	}
	if err := os.RemoveAll(target); err != nil {
		return binaries{}, err
	}
	if err := os.Rename(programs, target); err != nil {
		return binaries{}, err
	}
	return probe(ctx, filepath.Join(target, "bin"), as)
}

// download lets the library fetch, check and unpack its archive into
// scratch/programs. Start is the library's only door to that, and goes on to
// run a server, which is stopped at once; as root it fails after unpacking,
// because initdb refuses root. So the error alone proves nothing: the caller
// looks at the programs.
func download(ctx context.Context, repository, scratch string) error {
	ctx, cancel := context.WithTimeout(ctx, fetchLimit)
	defer cancel()
	port, err := freePort()
	if err != nil {
		return err
	}
	config := embeddedpostgres.DefaultConfig().
		Version(fetchVersion).
		CachePath(filepath.Join(scratch, "archive")).
		RuntimePath(filepath.Join(scratch, "runtime")).
		DataPath(filepath.Join(scratch, "data")).
		BinariesPath(filepath.Join(scratch, "programs")).
		Port(uint32(port)).
		StartTimeout(20 * time.Second).
		Logger(nil) // it then opens its log by name no more, and nobody misses the file
	if repository != "" {
		config = config.BinaryRepositoryURL(repository)
	}
	done := make(chan error, 1)
	go func() { // the library takes no context
		server := embeddedpostgres.NewDatabase(config)
		err := server.Start()
		if err == nil {
			err = server.Stop()
		}
		removeLogs()
		runtime.KeepAlive(server) // or its log may be closed already, and not be known as ours
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		removeLogs()
		return ctx.Err()
	}
}

// removeLogs removes the files in the directory for temporary ones that the
// library logs to and leaves behind: those that this process has open.
func removeLogs() {
	logs, _ := filepath.Glob(filepath.Join(os.TempDir(), "embedded_postgres_log*"))
	open, _ := filepath.Glob("/dev/fd/*")
	for _, log := range logs {
		there, err := os.Stat(log)
		if err != nil {
			continue
		}
		for _, descriptor := range open {
			if ours, err := os.Stat(descriptor); err == nil && os.SameFile(there, ours) {
				_ = os.Remove(log)
				break
			}
		}
	}
}

// freePort is a TCP port of the loopback that was free a moment ago.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
