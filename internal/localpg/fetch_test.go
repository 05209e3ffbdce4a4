package localpg

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// noneInstalled are options that find no Postgres but what repository serves.
func noneInstalled(t *testing.T, repository string) Options {
	t.Helper()
	return Options{
		Dir:        stateFor(t),
		CacheDir:   stateFor(t),
		Repository: repository,
		Getenv:     func(string) string { return "" },
	}.withDefaults()
}

// repository serves archive under whatever path ends in .jar, with its
// checksum, and counts the downloads.
func repository(t *testing.T, archive []byte) (url string, downloads *atomic.Int32) {
	t.Helper()
	downloads = &atomic.Int32{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case archive == nil:
			http.NotFound(w, r)
		case strings.HasSuffix(r.URL.Path, ".jar"):
			downloads.Add(1)
			_, _ = w.Write(archive)
		case strings.HasSuffix(r.URL.Path, ".jar.sha256"):
			sum := sha256.Sum256(archive)
			_, _ = w.Write([]byte(hex.EncodeToString(sum[:])))
		}
	}))
	t.Cleanup(server.Close)
	return server.URL, downloads
}

// postgresArchive is the archive of a Postgres whose programs tell their
// version and can do nothing else.
func postgresArchive(t *testing.T, version string) []byte {
	t.Helper()
	script := "#!/bin/sh\n[ \"$1\" = --version ] || exit 1\necho \"$(basename \"$0\") (PostgreSQL) " + version + "\"\n"
	var programs bytes.Buffer
	files := tar.NewWriter(&programs)
	for _, name := range []string{"bin/initdb", "bin/postgres", "bin/pg_ctl"} {
		header := &tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(script))}
		if err := files.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := files.Write([]byte(script)); err != nil {
			t.Fatal(err)
		}
	}
	if err := files.Close(); err != nil {
		t.Fatal(err)
	}
	var jar bytes.Buffer
	archive := zip.NewWriter(&jar)
	entry, err := archive.Create("postgres-linux-x86_64.txz")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := entry.Write(storedXZ(programs.Bytes())); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return jar.Bytes()
}

// storedXZ wraps up to 64 kB in an .xz file without compressing it: one block
// of one LZMA2 chunk. See the format's specification,
// https://tukaani.org/xz/xz-file-format.txt.
func storedXZ(content []byte) []byte {
	checked := func(b []byte) []byte { return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b)) }
	padded := func(b []byte) []byte { return append(b, make([]byte, (4-len(b)%4)%4)...) }
	flags := []byte{0, 1} // checked by CRC32

	header := checked([]byte{2, 0, 0x21, 1, 16, 0, 0, 0}) // 12 bytes; LZMA2, 1 MB dictionary
	chunk := []byte{1}                                    // uncompressed, new dictionary
	chunk = binary.BigEndian.AppendUint16(chunk, uint16(len(content)-1))
	chunk = append(append(chunk, content...), 0) // end of chunks
	sum := binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(content))

	index := []byte{0, 1}
	index = binary.AppendUvarint(index, uint64(len(header)+len(chunk)+len(sum)))
	index = binary.AppendUvarint(index, uint64(len(content)))
	index = checked(padded(index))
	end := append(binary.LittleEndian.AppendUint32(nil, uint32(len(index)/4-1)), flags...)

	file := append([]byte{0xFD, '7', 'z', 'X', 'Z', 0}, checked(flags)...)
	for _, part := range [][]byte{header, padded(chunk), sum, index, binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(end)), end, []byte("YZ")} {
		file = append(file, part...)
	}
	return file
}

func theAccount(t *testing.T) *account {
	t.Helper()
	as, err := serverAccount()
	if err != nil {
		t.Fatal(err)
	}
	return as
}

func TestProgramsAreDownloadedOnce(t *testing.T) {
	t.Parallel()
	url, downloads := repository(t, postgresArchive(t, "17.5"))
	opts := noneInstalled(t, url)
	for range 2 {
		b, err := fetch(t.Context(), opts, theAccount(t))
		if err != nil {
			t.Fatal(err)
		}
		if b.major != 17 || b.minor != 5 || filepath.Dir(filepath.Dir(b.dir)) != opts.CacheDir {
			t.Errorf("got %+v", b)
		}
	}
	if n := downloads.Load(); n != 1 {
		t.Errorf("downloaded %d times", n)
	}
	left, err := filepath.Glob(filepath.Join(opts.CacheDir, "fetch-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	// A later run finds them in the cache without asking for a download.
	opts.Repository = "http://127.0.0.1:1"
	found, err := find(t.Context(), opts, theAccount(t))
	if err != nil || found[len(found)-1].major != 17 {
		t.Errorf("found %+v, %v", found, err)
	}
}

// TestADownloadLeavesNoLog is not parallel: it has the process's directory for
// temporary files to itself.
func TestADownloadLeavesNoLog(t *testing.T) {
	url, _ := repository(t, postgresArchive(t, "17.5"))
	opts := noneInstalled(t, url)
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	if _, err := fetch(t.Context(), opts, theAccount(t)); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestNoPostgresToBeHad(t *testing.T) {
	t.Parallel()
	absent, _ := repository(t, nil)
	damaged, _ := repository(t, []byte("not an archive"))
	old, _ := repository(t, postgresArchive(t, "13.2"))
	for name, url := range map[string]string{
		"no connection":    "http://127.0.0.1:1",
		"no such version":  absent,
		"a broken archive": damaged,
		"too old a server": old,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts := noneInstalled(t, url)
			_, failed := fetch(t.Context(), opts, theAccount(t))
			if failed == nil {
				t.Fatal("it was fetched")
			}
			err := unavailable(failed)
			text := err.Error()
			if !errors.Is(err, ErrUnavailable) || strings.Contains(text, "\n") || !strings.Contains(text, installCommand()) || !strings.Contains(text, BinVariable) {
				t.Errorf("not one sentence that says what to do: %v", err)
			}
			if made, _ := filepath.Glob(filepath.Join(opts.CacheDir, "postgres-*", "bin")); len(made) > 0 {
				t.Errorf("a useless %s stays", made)
			}
		})
	}
}

func TestADownloadEndsWithItsContext(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(release) })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := fetch(ctx, noneInstalled(t, server.URL), theAccount(t)); err == nil {
		t.Error("fetched from a server that doesn't answer")
	}
}

func TestOverride(t *testing.T) {
	t.Parallel()
	bin := stateFor(t)
	opts := Options{Getenv: func(name string) string {
		if name == BinVariable {
			return bin
		}
		return ""
	}}.withDefaults()
	_, err := find(t.Context(), opts, theAccount(t))
	if err == nil || !strings.Contains(err.Error(), BinVariable) {
		t.Errorf("an empty directory: %v", err)
	}
	for _, name := range []string{"postgres", "initdb"} { // a wrapper script will do
		script := "#!/bin/sh\necho '" + name + " (PostgreSQL) 18beta1 (Distribution)'\n"
		if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	found, err := find(t.Context(), opts, theAccount(t))
	if err != nil || len(found) != 1 || found[0].major != 18 {
		t.Errorf("found %+v, %v", found, err)
	}
}

func TestRootsHomeIsReplaced(t *testing.T) {
	t.Parallel()
	closed := filepath.Join(stateFor(t), "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	stranger := &account{name: "stranger", uid: 64000, gid: 64000}
	if stranger.reaches(filepath.Join(closed, "data")) {
		t.Error("a closed directory counts as reachable")
	}
	if !stranger.reaches(filepath.Join(stateFor(t), "not", "made", "yet")) {
		t.Error("an open directory counts as closed")
	}
	if standIn("/a/x/.dev/postgres") == standIn("/b/x/.dev/postgres") {
		t.Error("two checkouts share a stand-in")
	}
}
