package source

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

func TestFileAtReadsOneFileOfACommit(t *testing.T) {
	t.Parallel()
	dir, repo := newRepository(t, map[string]string{
		"a.py": "x = 1\n", "src/deep/b.py": "y = 2\n", "src/run.sh*": "exec b\n", "link": "-> a.py", "big.txt": strings.Repeat("x", 5000),
		"lfs.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
	})
	head, err := repo.Head()
	if err != nil {
		t.Fatal(err)
	}
	first := head.Hash().String()
	write(t, dir, map[string]string{"a.py": "x = 3\n"})
	second := commit(t, repo, ".").String()
	for _, c := range []struct {
		dir, commit, name, want string
		err                     error
	}{
		{dir, first, "a.py", "x = 1\n", nil},
		{dir, second, "a.py", "x = 3\n", nil},
		{dir, first, "src/deep/b.py", "y = 2\n", nil},
		{dir, first, "src/run.sh", "exec b\n", nil},
		{filepath.Join(dir, "src"), first, "deep/b.py", "y = 2\n", nil},
		{filepath.Join(dir, ".git"), first, "a.py", "x = 1\n", nil},
		{dir, first, "link", "", fs.ErrNotExist},
		{dir, first, "src", "", fs.ErrNotExist},
		{dir, first, "a.py/b", "", fs.ErrNotExist},
		{dir, first, "", "", fs.ErrNotExist},
		{filepath.Join(dir, "src"), first, "../a.py", "", fs.ErrNotExist},
		{dir, first, ".git/config", "", fs.ErrNotExist},
		{dir, first, "none\x00\n", "", fs.ErrNotExist},
		{dir, first, "big.txt", "", ErrTooLarge},
		{dir, first, "lfs.bin", "", ErrPointer},
	} {
		got, err := FileAt(t.Context(), c.dir, c.commit, c.name, 4096)
		if string(got) != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s at %s in %s: %q, %v", c.name, c.commit[:7], c.dir, got, err)
		}
	}
	for _, commit := range []string{"", "HEAD", strings.Repeat("0", 40), "--help"} {
		if got, err := FileAt(t.Context(), dir, commit, "a.py", 4096); err == nil {
			t.Errorf("commit %q gives %q", commit, got)
		}
	}
	if _, err := FileAt(t.Context(), t.TempDir(), first, "a.py", 4096); err == nil {
		t.Error("a directory without git gives a file")
	}
}
