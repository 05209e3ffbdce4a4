package localpg

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// binaries is one installation of Postgres's server programs.
type binaries struct {
	dir          string // absolute; holds initdb and postgres
	major, minor int
}

func (b binaries) program(name string) string { return filepath.Join(b.dir, name) }

// installedUnder are the places where systems put server programs outside
// PATH, as patterns of filepath.Glob.
var installedUnder = []string{
	"/usr/lib/postgresql/*/bin", // Debian, Ubuntu
	"/usr/pgsql-*/bin",          // PostgreSQL's own packages for Red Hat
	"/opt/homebrew/opt/postgresql*/bin",
	"/usr/local/opt/postgresql*/bin",
	"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
}

// find lists the usable installations, the preferred one first: what
// BinVariable names and nothing else if it is set, then PATH, then the known
// places from the newest version to the oldest, then earlier downloads.
func find(ctx context.Context, opts Options, as *account) ([]binaries, error) {
	if dir := opts.Getenv(BinVariable); dir != "" {
		found, err := probe(ctx, dir, as)
		if err != nil {
			return nil, fmt.Errorf("%s=%s can't be used: %w", BinVariable, dir, err)
		}
		return []binaries{found}, nil
	}
	found := probeAll(ctx, filepath.SplitList(opts.Getenv("PATH")), as)
	for _, patterns := range [][]string{installedUnder, {filepath.Join(cacheDir(opts), "postgres-*", "bin")}} {
		var dirs []string
		for _, pattern := range patterns {
			matches, _ := filepath.Glob(pattern) // fails on a malformed pattern only
			dirs = append(dirs, matches...)
		}
		newestFirst := probeAll(ctx, dirs, as)
		slices.SortStableFunc(newestFirst, func(a, b binaries) int {
			return cmp.Or(cmp.Compare(b.major, a.major), cmp.Compare(b.minor, a.minor))
		})
		found = append(found, newestFirst...)
	}
	return found, nil
}

func probeAll(ctx context.Context, dirs []string, as *account) []binaries {
	var found []binaries
	for _, dir := range dirs {
		if b, err := probe(ctx, dir, as); err == nil {
			found = append(found, b)
		}
	}
	return found
}

var versionLine = regexp.MustCompile(`\(PostgreSQL\) (\d+)(?:\.(\d+))?`)

// probe tells whether dir holds an initdb and a postgres that the account can
// run, by running them: what stands in PATH may be a link, a wrapper script or
// a directory that the account can't enter.
func probe(ctx context.Context, dir string, as *account) (binaries, error) {
	postgres := filepath.Join(dir, "postgres")
	if _, err := os.Stat(postgres); err != nil {
		return binaries{}, fmt.Errorf("no program postgres in it")
	}
	// Postgres looks for its libraries and initdb beside the real file.
	real, err := filepath.EvalSymlinks(postgres)
	if err != nil {
		return binaries{}, err
	}
	b := binaries{dir: filepath.Dir(real)}
	if b.dir, err = filepath.Abs(b.dir); err != nil {
		return binaries{}, err
	}
	for _, name := range []string{"postgres", "initdb"} {
		if b.major, b.minor, err = version(ctx, b.program(name), as); err != nil {
			return binaries{}, err
		}
		if b.major < MinMajor {
			return binaries{}, fmt.Errorf("version %d is older than %d", b.major, MinMajor)
		}
	}
	return b, nil
}

func version(ctx context.Context, program string, as *account) (major, minor int, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "--version")
	cmd.Env = environment()
	cmd.Dir = "/"
	cmd.SysProcAttr = as.attributes()
	out, err := cmd.Output()
	if err != nil {
		return 0, 0, fmt.Errorf("%s --version failed: %w", program, err)
	}
	m := versionLine.FindSubmatch(out)
	if m == nil {
		return 0, 0, fmt.Errorf("%s --version doesn't answer as PostgreSQL's", program)
	}
	major, err = strconv.Atoi(string(m[1]))
	if err != nil {
		return 0, 0, fmt.Errorf("%s --version: %w", program, err)
	}
	minor, _ = strconv.Atoi(string(m[2])) // a beta has none: 0
	return major, minor, nil
}

// installCommand is what a person types on this system to install Postgres.
func installCommand() string {
	for _, manager := range []struct{ program, command string }{
		{"apt-get", "apt-get install postgresql"},
		{"dnf", "dnf install postgresql-server"},
		{"apk", "apk add postgresql"},
		{"pacman", "pacman -S postgresql"},
		{"zypper", "zypper install postgresql-server"},
		{"brew", "brew install postgresql@17"},
	} {
		if _, err := exec.LookPath(manager.program); err == nil {
			return manager.command
		}
	}
	return "see https://www.postgresql.org/download/"
}
