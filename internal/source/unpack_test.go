package source

import (
	"bytes"
	"crypto/sha1"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/iotest"
)

// packs are packs that git itself makes of the same contents, and the contents by id.
func packs(t testing.TB) (made map[string][]byte, contents map[string]string) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("skipped: git is not installed")
	}
	dir := t.TempDir()
	run := func(in string, args ...string) []byte {
		c := exec.Command("git", append([]string{"-C", dir}, args...)...)
		c.Env, c.Stdin = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1"), strings.NewReader(in)
		out, err := c.Output()
		if err != nil {
			t.Fatalf("git %v: %v", args, err)
		}
		return out
	}
	run("", "init", "-q", "--bare")
	contents = map[string]string{}
	for i := range 40 {
		for _, content := range []string{strings.Repeat(fmt.Sprintf("%x\n", sha1.Sum([]byte{byte(i / 20)})), 200) + fmt.Sprint(i), fmt.Sprint(i), strings.Repeat("\x00", i*100)} {
			contents[strings.TrimSpace(string(run(content, "hash-object", "-w", "--stdin")))] = content
		}
	}
	var ids strings.Builder
	for id := range contents {
		fmt.Fprintln(&ids, id)
	}
	return map[string][]byte{
		"deltas by offset": run(ids.String(), "pack-objects", "-q", "--stdout", "--delta-base-offset"),
		"deltas by id":     run(ids.String(), "pack-objects", "-q", "--stdout"),
		"no deltas":        run(ids.String(), "pack-objects", "-q", "--stdout", "--window=0"),
		"unpressed":        run(ids.String(), "pack-objects", "-q", "--stdout", "--compression=0"),
	}, contents
}

func TestUnpack(t *testing.T) {
	t.Parallel()
	made, contents := packs(t)
	total := int64(1000)
	for _, content := range contents {
		total += 2 * int64(len(content))
	}
	for name, pack := range made {
		got := map[string]string{}
		give := func(kind, id string, content []byte) { got[id] = string(content) }
		if err := Unpack(iotest.OneByteReader(bytes.NewReader(pack)), len(contents), total, give); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		equal(t, got, contents)
		if err := Unpack(bytes.NewReader(pack), len(contents)-1, total, give); !errors.Is(err, ErrPackTooLarge) {
			t.Errorf("%s, one object more: %v", name, err)
		}
		if err := Unpack(bytes.NewReader(pack), len(contents), total/3, give); !errors.Is(err, ErrPackTooLarge) {
			t.Errorf("%s, more bytes: %v", name, err)
		}
		for _, at := range []int{0, 11, 12, 13, len(pack) / 2, len(pack) - 21} {
			if err := Unpack(bytes.NewReader(pack[:at]), len(contents), total, give); !errors.Is(err, errDamaged) {
				t.Errorf("%s, cut at %d: %v", name, at, err)
			}
		}
		if err := Unpack(bytes.NewReader(append([]byte("PACX"), pack[4:]...)), len(contents), total, give); !errors.Is(err, errDamaged) {
			t.Errorf("%s, no pack: %v", name, err)
		}
	}
	if len(made["deltas by id"]) <= len(made["deltas by offset"]) || len(made["deltas by offset"])*2 > len(made["no deltas"]) {
		t.Error("git made no deltas: the test shows nothing")
	}
}

// FuzzUnpack holds that nothing damaged is given as what it is not, and nothing large made.
func FuzzUnpack(f *testing.F) {
	made, _ := packs(f)
	for _, pack := range made {
		f.Add(pack)
	}
	f.Fuzz(func(t *testing.T, pack []byte) {
		total := 0
		_ = Unpack(bytes.NewReader(pack), 1000, 1<<20, func(kind, id string, content []byte) {
			total += len(content)
			if want := fmt.Sprintf("%x", sha1.Sum(fmt.Appendf(nil, "%s %d\x00%s", kind, len(content), content))); id != want {
				t.Errorf("%s is %s", id, want)
			}
		})
		if total > 1<<20 {
			t.Errorf("%d bytes", total)
		}
	})
}
