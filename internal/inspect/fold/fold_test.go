package fold_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
)

var (
	none    = fold.Value{}
	lit     = fold.Literal
	read    = fold.Read("X", false, none)
	readOr  = fold.Read("X", false, lit("x"))
	other   = fold.Read("Y", false, lit("y"))
	secret  = fold.Read("TOKEN", true, none)
	long    = lit(strings.Repeat("a", inspect.MaxText))
	samples = map[string]fold.Value{
		"none": none, "a": lit("a"), "b": lit("b"), "empty": lit(""), "long": long, "read": read, "readOr": readOr, "other": other,
		"secret": secret, "secretOr": fold.Read("TOKEN", true, lit("hunter2hunter2")), "someEnv": fold.Env(),
		"unknown": fold.Unknown, "input": fold.Input, "random": fold.Random, "here": fold.Here,
	}
)

func env(text string, names ...string) fold.Value {
	v := fold.Env(names...)
	v.Text, v.Has = text, true
	return v
}

func hidden(v fold.Value) fold.Value { v.Secret = true; return v }

func TestValues(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ got, want fold.Value }{
		"join of texts":                      {fold.Join(lit("a"), lit("b")), lit("ab")},
		"join of nothing":                    {fold.Join(), lit("")},
		"join with a read":                   {fold.Join(lit("a:"), read), fold.Env("X")},
		"join with a fallback":               {fold.Join(lit("a:"), readOr), env("a:x", "X")},
		"join of reads names each once":      {fold.Join(readOr, lit("/"), readOr, other), env("x/xy", "X", "Y")},
		"join with unknown":                  {fold.Join(lit("a"), fold.Unknown), fold.Unknown},
		"join with none":                     {fold.Join(lit("a"), none), fold.Unknown},
		"join with null as text":             {fold.Join(lit("a"), none.OrText()), lit("a")},
		"join with input":                    {fold.Join(lit("a"), fold.Input), fold.Input},
		"join of read and unknown":           {fold.Join(readOr, fold.Unknown), fold.Env("X")},
		"join of read and random":            {fold.Join(read, fold.Random), fold.Env("X")},
		"join with a secret":                 {fold.Join(lit("a"), fold.Read("TOKEN", true, lit("s"))), hidden(env("as", "TOKEN"))},
		"join with a secret that says none":  {fold.Join(lit("http://h/"), fold.Read("TOKEN", true, lit(""))), env("http://h/", "TOKEN")},
		"join that is too long":              {fold.Join(long, lit("b")), fold.Unknown},
		"join with a read that is too long":  {fold.Join(long, readOr), fold.Env("X")},
		"mix":                                {fold.Unknown.Mix(readOr).Mix(lit("a")).Mix(other), fold.Env("X", "Y")},
		"mix of literals":                    {fold.Unknown.Mix(lit("a")), fold.Unknown},
		"mix of input":                       {fold.Unknown.Mix(fold.Input), fold.Input},
		"either of the same":                 {fold.Either(lit("a"), lit("a")), lit("a")},
		"either of others":                   {fold.Either(lit("a"), lit("b")), fold.Unknown},
		"either of three":                    {fold.Either(lit("a"), lit("b"), lit("a")), fold.Unknown},
		"either of nothing":                  {fold.Either(), none},
		"either with none":                   {fold.Either(none, lit("a"), none), lit("a")},
		"either of read and literal":         {fold.Either(read, lit("a")), env("a", "X")},
		"either of literal and read":         {fold.Either(lit("a"), read), env("a", "X")},
		"either keeps the fallback":          {fold.Either(readOr, lit("a")), env("x", "X")},
		"either keeps the fallback behind":   {fold.Either(lit("a"), readOr), env("x", "X")},
		"either of two reads":                {fold.Either(fold.Read("Y", false, none), readOr), env("x", "Y", "X")},
		"either of unknown and read":         {fold.Either(fold.Unknown, readOr), env("x", "X")},
		"either of read and unknown":         {fold.Either(readOr, fold.Unknown), env("x", "X")},
		"either of input and literal":        {fold.Either(fold.Input, lit("a")), fold.Input},
		"either makes a secret's fallback":   {fold.Either(secret, lit("a")), hidden(env("a", "TOKEN"))},
		"else of none":                       {fold.OrElse(none, lit("a")), lit("a")},
		"else of a literal":                  {fold.OrElse(lit("a"), read), lit("a")},
		"else of an empty literal":           {fold.OrElse(lit(""), lit("a")), lit("")},
		"else of a read":                     {fold.OrElse(read, lit("a")), env("a", "X")},
		"else of a read with a fallback":     {fold.OrElse(readOr, lit("a")), env("x", "X")},
		"else of a read with an empty one":   {fold.OrElse(env("", "X"), lit("a")), env("", "X")},
		"else nothing":                       {fold.OrElse(readOr, none), readOr},
		"else unknown":                       {fold.OrElse(read, fold.Unknown), read},
		"else random":                        {fold.OrElse(read, fold.Random), fold.Value{Source: inspect.Random, Env: []string{"X"}}},
		"else random that is never reached":  {fold.OrElse(readOr, fold.Random), readOr},
		"else another read":                  {fold.OrElse(read, other), env("y", "X", "Y")},
		"else of input":                      {fold.OrElse(fold.Input, lit("a")), fold.Input},
		"else of unknown":                    {fold.OrElse(fold.Unknown, lit("a")), fold.Unknown},
		"else of settings and a read":        {fold.OrElse(fold.Input, readOr), env("x", "X")},
		"else of a secret":                   {fold.OrElse(secret, lit("a")), hidden(env("a", "TOKEN"))},
		"empty, else":                        {fold.OrIfEmpty(lit(""), lit("a")), lit("a")},
		"empty fallback, else":               {fold.OrIfEmpty(env("", "X"), lit("a")), env("a", "X")},
		"empty fallback, else nothing":       {fold.OrIfEmpty(env("", "X"), none), env("", "X")},
		"fallback, not empty":                {fold.OrIfEmpty(readOr, lit("a")), readOr},
		"a read of a secret":                 {fold.Read("K", true, readOr), hidden(env("x", "K", "X"))},
		"decided by the environment":         {lit("a").DecidedBy(read), fold.Env("X")},
		"decided by the environment, a read": {readOr.DecidedBy(fold.Env("Z")), readOr},
		"decided by something":               {lit("a").DecidedBy(fold.Unknown), lit("a")},
		"when set":                           {fold.WhenSet(read, lit("a"), lit("b")), env("b", "X")},
		"when set, a read":                   {fold.WhenSet(read, readOr, lit("b")), env("x", "X")},
		"when set, or else something":        {fold.WhenSet(read, lit("a"), fold.Unknown), fold.Env("X")},
		"when something is set":              {fold.WhenSet(fold.Input, lit("a"), lit("b")), fold.Unknown},
		"without its text":                   {lit("a").WithoutText(), fold.Unknown},
		"a read without its text":            {readOr.WithoutText(), read},
		"bounded":                            {long.Bounded(), long},
		"too long":                           {lit(long.Text + "b").Bounded(), fold.Unknown},
		"a read that is too long":            {env(long.Text+"b", "X").Bounded(), read},
		"path":                               {fold.Path(fold.Here, lit("log"), lit("../x.log")), lit("x.log")},
		"path with an absolute part":         {fold.Path(lit("/srv"), lit("/x.log")), lit("/srv/x.log")},
		"path of one part":                   {fold.Path(lit("a//b")), lit("a/b")},
		"path with empty parts":              {fold.Path(lit(""), lit("a"), lit("")), lit("a")},
		"path of nothing":                    {fold.Path(), lit("")},
		"path below a read":                  {fold.Path(readOr, lit("a")), env("x/a", "X")},
		"path with an unknown part":          {fold.Path(fold.Here, fold.Input), fold.Input},
		"path of a URL":                      {fold.Path(lit("http://h"), lit("/a/"), lit("b")), lit("http://h/a/b")},
		"resolved path":                      {fold.Resolve(fold.Here, lit("/var/log"), lit("x.log")), lit("/var/log/x.log")},
		"resolved path without such a part":  {fold.Resolve(fold.Unknown, lit("x.log")), fold.Unknown},
		"sum":                                {fold.Sum(lit("8000"), lit("80")), lit("8080")},
		"sum with a read":                    {fold.Sum(fold.Read("X", false, lit("80")), lit("1")), fold.Env("X")},
		"sum of texts":                       {fold.Sum(lit("a"), lit("1")), fold.Unknown},
		"unknown for none":                   {none.OrUnknown(), fold.Unknown},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s: got %+v, want %+v", name, c.got, c.want)
		}
	}
}

func TestWeakerIsCommutative(t *testing.T) {
	t.Parallel()
	sources := []inspect.Source{inspect.None, inspect.Literal, inspect.Env, inspect.Input, inspect.Random, inspect.Unknown}
	for _, a := range sources {
		for _, b := range sources {
			if fold.Weaker(a, b) != fold.Weaker(b, a) {
				t.Errorf("%q and %q: %q, the other way %q", a, b, fold.Weaker(a, b), fold.Weaker(b, a))
			}
			for _, c := range sources {
				if x, y := fold.Weaker(a, fold.Weaker(b, c)), fold.Weaker(fold.Weaker(a, b), c); x != y {
					t.Errorf("%q, %q and %q: %q or %q", a, b, c, x, y)
				}
			}
		}
	}
}

// TestLaws holds what is true of any two values.
func TestLaws(t *testing.T) {
	t.Parallel()
	for nameA, a := range samples {
		for nameB, b := range samples {
			both := nameA + " and " + nameB
			joined, mixed, either, orElse := fold.Join(a, b), fold.Unknown.Mix(a).Mix(b), fold.Either(a, b), fold.OrElse(a, b)
			for how, v := range map[string]fold.Value{"join": joined, "mix": mixed, "either": either, "else": orElse} {
				if !v.Has && v.Text != "" {
					t.Errorf("%s of %s has a text that it says it has not", how, both)
				}
				if v.Has && v.Source != inspect.Literal && v.Source != inspect.Env || !v.Has && v.Source == inspect.Literal {
					t.Errorf("%s of %s: source %q, has a text: %v", how, both, v.Source, v.Has)
				}
				if kept := v.Kept(false); strings.Contains(kept.Text, "hunter2hunter2") {
					t.Errorf("%s of %s shows a secret: %q", how, both, kept.Text)
				}
				for _, name := range v.Env {
					if !slices.Contains(a.Env, name) && !slices.Contains(b.Env, name) {
						t.Errorf("%s of %s reads %s", how, both, name)
					}
				}
			}
			if joined.IsLiteral() && !(a.IsLiteral() && b.IsLiteral()) || joined.Has && !(a.Has && b.Has) {
				t.Errorf("join of %s is known", both)
			}
			if mixed.Has || mixed.Source == inspect.Literal {
				t.Errorf("mix of %s is known", both)
			}
			turned := fold.Either(b, a)
			if either.Source != turned.Source || either.Has != turned.Has || len(either.Env) != len(turned.Env) || either.Secret != turned.Secret {
				t.Errorf("either of %s: %+v, the other way %+v", both, either, turned)
			}
			if either.Has && either.Text != a.Text && either.Text != b.Text {
				t.Errorf("either of %s is neither: %q", both, either.Text)
			}
			if a.Source == inspect.Env && a.Has && (orElse.Text != a.Text || !orElse.Has) {
				t.Errorf("else of %s loses the fallback %q", both, a.Text)
			}
			for nameC, c := range samples {
				if x, y := fold.Join(joined, c), fold.Join(a, fold.Join(b, c)); x.Source != y.Source || x.Text != y.Text || !reflect.DeepEqual(x.Env, y.Env) {
					t.Errorf("join of %s and %s depends on the order: %+v or %+v", both, nameC, x, y)
				}
			}
		}
		if once := fold.Either(a, a); !reflect.DeepEqual(once, a) {
			t.Errorf("either of %s twice is %+v", nameA, once)
		}
		if a.Source != inspect.None && !reflect.DeepEqual(fold.Either(a, none), a) {
			t.Errorf("either of %s and none is %+v", nameA, fold.Either(a, none))
		}
		if got := fold.OrElse(a, none); !reflect.DeepEqual(got, a) {
			t.Errorf("%s, else nothing, is %+v", nameA, got)
		}
		if got, want := fold.Read("R", false, a), fold.OrElse(fold.Env("R"), a); !reflect.DeepEqual(got, want) {
			t.Errorf("a read with %s is %+v, or else it %+v", nameA, got, want)
		}
	}
}

func TestEnvIsBounded(t *testing.T) {
	t.Parallel()
	v := read
	for range 64 {
		v = fold.Join(v, fold.Read(strings.Repeat("A", len(v.Env)+1), false, none), v)
	}
	if len(v.Env) == 0 || len(v.Env) > 24 || v.Env[0] != "X" {
		t.Errorf("got %d variables", len(v.Env))
	}
}

func TestKept(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		v      fold.Value
		hidden bool
		text   string
		secret bool
	}{
		"plain":                   {lit("redis://db"), false, "redis://db", false},
		"password of a URL":       {lit("redis://u:hunter22@db"), false, "redis://u:…@db", true},
		"place of a secret":       {lit("hunter2hunter2"), true, "hun…", true},
		"secret's fallback":       {fold.Read("TOKEN", true, lit("hunter2hunter2")), false, "hun…", true},
		"fallback beside it":      {fold.Either(secret, lit("hunter2hunter2")), false, "hun…", true},
		"secret in a URL":         {fold.Join(lit("redis://u:"), fold.Read("TOKEN", true, lit("hunter22")), lit("@db")), false, "redis://u:…@db", true},
		"empty text of a secret":  {fold.Read("TOKEN", true, lit("")), true, "", false},
		"secret without fallback": {secret, true, "", false},
	} {
		kept := c.v.Kept(c.hidden)
		if kept.Text != c.text || (kept.Secret != nil) != c.secret || kept.Source != c.v.Source || kept.HasText != c.v.Has {
			t.Errorf("%s: %+v", name, kept)
		}
	}
}

func TestMemo(t *testing.T) {
	t.Parallel()
	var (
		memo  fold.Memo[string]
		depth fold.Depth
		asked int
		find  func(node int32) string
	)
	find = func(node int32) string {
		return memo.Ask(node, &depth, "?", func() string {
			asked++
			switch {
			case node == 0:
				return "end"
			case node == 7:
				return "7" + find(8) // and 8 asks for 7
			case node == 8:
				return "8" + find(7)
			}
			return find(node - 1)
		})
	}
	if got := find(6); got != "end" || asked != 7 {
		t.Errorf("got %q after %d questions", got, asked)
	}
	if got := find(6); got != "end" || asked != 7 {
		t.Errorf("got %q after %d questions, the second time", got, asked)
	}
	if got := find(8); got != "87?" {
		t.Errorf("got %q of a circle", got)
	}
	asked = 0
	if got := memo.Ask(100_000, &depth, "?", func() string { return find(90_000) }); !strings.HasSuffix(got, "?") || asked > 1000 {
		t.Errorf("got %q after %d questions", got, asked)
	}
	if depth != 0 {
		t.Errorf("%d questions are still open", depth)
	}
}

func TestSame(t *testing.T) {
	t.Parallel()
	same := func(names ...string) string { return fold.Same(names, func(s string) string { return s }) }
	if same() != "" || same("", "a", "", "a") != "a" || same("a", "b") != "" || same("a", "b", "a") != "" {
		t.Error("not the one name")
	}
}
