package prefilter_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/prefilter"
)

func TestASetFindsWhatASearchFinds(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	word := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "abAB_ \xff"[random.IntN(7)]
		}
		return string(b)
	}
	for range 40_000 {
		var marks []prefilter.Mark
		for range random.IntN(5) {
			marks = append(marks, prefilter.Mark{Text: word(random.IntN(4)), Fold: random.IntN(3) == 0, Word: random.IntN(3) == 0})
		}
		content := word(random.IntN(20))
		want := false
		for _, m := range marks {
			want = want || found(content, m)
		}
		if got := prefilter.New(marks).In([]byte(content)); got != want {
			t.Fatalf("%+v in %q: %v, want %v", marks, content, got, want)
		}
	}
}

// found is a mark's meaning, written plainly.
func found(content string, m prefilter.Mark) bool {
	if m.Text == "" {
		return false
	}
	for at := range len(content) - len(m.Text) + 1 {
		place := content[at : at+len(m.Text)]
		if same := place == m.Text || m.Fold && strings.EqualFold(place, m.Text) && len(place) == len(m.Text); !same {
			continue
		}
		before, after := content[:at], content[at+len(m.Text):]
		if !m.Word || !strings.ContainsAny(before[max(0, len(before)-1):], "abAB_") && !strings.ContainsAny(after[:min(1, len(after))], "abAB_") {
			return true
		}
	}
	return false
}

func TestAConditionMayDenyAMark(t *testing.T) {
	t.Parallel()
	quoted := prefilter.If(func(content []byte, from, to int) bool {
		return from > 0 && content[from-1] == '"' && to < len(content) && content[to] == '"'
	}, prefilter.Texts("a"))
	set := prefilter.New(quoted)
	for text, want := range map[string]bool{`a`: false, `"a`: false, `a "a" a`: true, ``: false, strings.Repeat("a", 1000): true} {
		if got := set.In([]byte(text)); got != want {
			t.Errorf("%.20s: %v, want %v", text, got, want)
		}
	}
}

func TestNamesAreTheLongestIdentifiers(t *testing.T) {
	t.Parallel()
	marks := prefilter.Names(maps.All(map[string]bool{"redis.Redis().from_url": true, "os.system": true, "io.open": true, "a.b[].open": true}))
	var got []string
	for _, m := range marks {
		got = append(got, m.Text)
	}
	slices.Sort(got)
	got = slices.Compact(got)
	if want := []string{"from_url", "open", "system"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestNamesStandWithAllTheirIdentifiers(t *testing.T) {
	t.Parallel()
	set := prefilter.New(prefilter.Names(maps.All(map[string]bool{"redis.Redis().from_url": true, "os.system": true})))
	for text, want := range map[string]bool{"from_url": false, "import redis\nredis.Redis.from_url(x)": true, "systems os": false, "os.system()": true} {
		if got := set.In([]byte(text)); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestSecretsAreNamesThatAreGivenAText(t *testing.T) {
	t.Parallel()
	set := prefilter.New(prefilter.Secrets(`["']?\s*[=:]\s*\(*\s*["']`))
	for text, want := range map[string]bool{
		`password = "x"`: true, `{"password": "x"}`: true, "DB_PASSWORD = (\n  'x')": true, `"api-key": 'x'`: true,
		"password = given\n": false, `{"password": given}`: false, `token_url = "x"`: false, `spring.datasource.password="x"`: true, `csrf_of.password = "x"`: true,
	} {
		if got := set.In([]byte(text)); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestModulesAreImportedByTheirTexts(t *testing.T) {
	t.Parallel()
	set := prefilter.New(prefilter.ModulesOf(maps.All(map[string]bool{"pg.Pool()": true, "@grpc/grpc-js.Server().bindAsync": true, "socket.io.Server": true, "fs/promises.open": true})))
	for text, want := range map[string]bool{
		`require("pg").Pool`: true, `require("pg")`: false, `pg.Pool`: false, `import { Pool } from 'npm:pg@8'`: true, `"page"`: false, `import { Server } from "@grpc/grpc-js"; bindAsync`: true, `io.Server "socket.io"`: true, `"node:fs/promises" open`: true, `"fs/other"`: false,
	} {
		if got := set.In([]byte(text)); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestURLsStandInTexts(t *testing.T) {
	t.Parallel()
	set := prefilter.New(prefilter.URLs())
	for text, want := range map[string]bool{
		`x = "http://a"`: true, "// see http://a": false, `f"{scheme}://{host}"`: true, `"jdbc:postgresql://a"`: true, `'redis+tls://a'`: true, "(http://a)": false, "see http://a:b@c": true, `<a href="http://a">`: false, `{ href: "http://a" }`: false, `<a href="http://a:b@c">`: true, "http" + `" + "://"`: true,
	} {
		if got := set.In([]byte(text)); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestABrokenFileIsReadWhole(t *testing.T) {
	t.Parallel()
	reader := prefilter.Reader{Marks: prefilter.New(prefilter.Texts("mark")), Imports: []string{"import"}}
	filler := strings.Repeat("x = 1\n", 100)
	for name, c := range map[string]struct {
		content string
		want    int
	}{
		"marked":     {"import a\n" + filler + "mark\n", 614},
		"unmarked":   {"import a\n" + filler, 9},
		"no import":  {filler, 0},
		"short":      {"x = 1\n", 6},
		"unbalanced": {"import a\n" + filler + "(", 610},
		"a script":   {"#!/usr/bin/x\nimport a\n" + filler, 622},
	} {
		read := -1
		err := reader.Read(&inspect.Emitter{}, []byte(c.content), func(_ *inspect.Emitter, part []byte) error { read = len(part); return nil })
		if read != c.want || err != nil {
			t.Errorf("%s: %d bytes read, want %d; %v", name, read, c.want, err)
		}
	}
}

func TestABeginningThatDoesNotParseIsFollowedByTheRest(t *testing.T) {
	t.Parallel()
	reader := prefilter.Reader{Marks: prefilter.New(), Imports: []string{"import"}}
	content := "import a\n" + strings.Repeat("x = 1\n", 100)
	e := &inspect.Emitter{}
	err := reader.Read(e, []byte(content), func(e *inspect.Emitter, part []byte) error {
		e.Emit(1, 1, inspect.Import{Path: strconv.Itoa(len(part))})
		if len(part) < len(content) {
			return errors.New("ends inside of a string")
		}
		return nil
	})
	want := []inspect.Signal{{Line: 1, EndLine: 1, Fact: inspect.Import{Path: "609"}}}
	if diff := cmp.Diff(want, e.Signals); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestHead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ content, want string }{
		"nothing":      {"x = 1\n", ""},
		"first lines":  {"import a\nimport b\n\nx = 1\n", "import a\nimport b\n\n"},
		"brackets":     {"from a import (\n  b,\n)\nx = 1\n", "from a import (\n  b,\n)\n"},
		"in a block":   {"if x:\n    import a\n    b\ny\nz\n", "if x:\n    import a\n    b\n"},
		"continued":    {"import a, \\\nb\nx\n", "import a, \\\nb\n"},
		"at the end":   {"x\nimport a\n", "x\nimport a\n"},
		"without \\n":  {"import a", "import a"},
		"goes on":      {"try:\n    import a\nexcept ImportError:\n    b\ny\nz\n", "try:\n    import a\nexcept ImportError:\n    b\n"},
		"in a comment": {"x\n# import\ny\nz\n", "x\n# import\n"},
	} {
		if got := string(prefilter.Head([]byte(c.content), []string{"import"}, []string{"except"})); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// BenchmarkSet looks for 300 literals in a megabyte that has none.
func BenchmarkSet(b *testing.B) {
	var marks []prefilter.Mark
	for i := range 300 {
		marks = append(marks, prefilter.Texts(string([]byte{'q', byte('a' + i%26), byte('a' + i/26), 'z', 'x', 'y'}))...)
	}
	set := prefilter.New(marks)
	content := bytes.Repeat([]byte("def total(order):\n    return sum(line.price for line in order.lines)\n"), 15_000)
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		if set.In(content) {
			b.Fatal("found")
		}
	}
}

func TestEachYieldsEveryPlaceOfEveryMark(t *testing.T) {
	t.Parallel()
	set := prefilter.New([]prefilter.Mark{{Text: "key", Fold: true, ID: 1}, {Text: "KEY_", ID: 2}, {Text: "no", Word: true, ID: 3}, {Text: "skip", ID: 4, If: func([]byte, int, int) bool { return false }}})
	var got []string
	set.Each([]byte("Key KEY_ no know skip key"), func(m prefilter.Mark, from, to int) bool {
		got = append(got, fmt.Sprint(m.ID, " ", from, "-", to))
		return len(got) < 5
	})
	if want := "1 0-3, 1 4-7, 2 4-8, 3 9-11, 1 22-25"; strings.Join(got, ", ") != want {
		t.Errorf("%s, want %s", strings.Join(got, ", "), want)
	}
}
