//go:build cgo

package python_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

// pyCase is a piece of Python and the facts of one kind that it states, each
// as "line json"; none for the twin that only looks like it.
type pyCase struct {
	name   string
	source string
	want   []string
}

func testPython(t *testing.T, kind inspect.Kind, cases []pyCase) {
	t.Helper()
	t.Parallel()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			source := strings.TrimPrefix(c.source, "\n")
			var got []string
			for _, s := range files.File(inspect.Python, []byte(source)) {
				if s.Fact.Kind() == "parse-failed" {
					t.Errorf("does not parse: %v", s.Fact)
				}
				if s.Fact.Kind() == kind {
					fact, err := json.Marshal(s.Fact)
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, fmt.Sprintf("%d %s", s.Line, fact))
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s facts (-want +got):\n%s", kind, diff)
			}
		})
	}
}

func TestPythonImport(t *testing.T) {
	testPython(t, "import", []pyCase{
		{"plain and aliased", "import os, a.b as c\nimport x.y\n", []string{
			`1 {"path":"os"}`, `1 {"path":"a.b","alias":"c"}`, `2 {"path":"x.y"}`,
		}},
		{"from and relative", "from a.b import c as d, e\nfrom . import f\nfrom ..g import *\n", []string{
			`1 {"path":"a.b","names":["c","e"]}`, `2 {"path":".","names":["f"]}`, `3 {"path":"..g","names":["*"]}`,
		}},
		{"guarded", `
try:
    import ujson as json
except ImportError:
    import json
try:
    import yaml
except OSError:
    pass
if WINDOWS:
    import winreg
`, []string{
			`2 {"path":"ujson","alias":"json","guarded":true}`, `4 {"path":"json","guarded":true}`, `6 {"path":"yaml"}`, `10 {"path":"winreg","guarded":true}`,
		}},
		{"types only", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pandas\n", []string{
			`1 {"path":"typing","names":["TYPE_CHECKING"]}`, `3 {"path":"pandas","typeOnly":true}`,
		}},
		{"dynamic", `
def f(name):
    import lazy
    importlib.import_module("no.such.importlib")
    import importlib
    importlib.import_module("a.b")
    importlib.import_module(name)
    __import__("z")
`, []string{
			`2 {"path":"lazy","dynamic":true}`, `3 {"path":"no.such.importlib","dynamic":true}`, `4 {"path":"importlib","dynamic":true}`,
			`5 {"path":"a.b","dynamic":true}`, `7 {"path":"z","dynamic":true}`,
		}},
		{"comments and strings are no code", "# import os\nx = '''\nimport sys\n'''\n", nil},
	})
}

func TestPythonEntryPoint(t *testing.T) {
	testPython(t, "entry-point", []pyCase{
		{"guard and shebang", "#!/usr/bin/env python3\nif __name__ == '__main__':\n    main()\n", []string{
			`1 {"via":"#!/usr/bin/env python3"}`, `2 {"via":"__main__"}`,
		}},
		{"another name", "# !/usr/bin/python\nif __name__ == 'app':\n    main()\nif name == '__main__':\n    main()\n", nil},
	})
}

func TestPythonEnvRead(t *testing.T) {
	testPython(t, "env-read", []pyCase{
		{"ways to read", `
import os as o
from os import environ, getenv as g
a = o.environ["A"]
b = environ.get("B", "x")
c = int(g("C", 3))
d = environ.setdefault("D", "y")
`, []string{
			`3 {"name":"A","via":"os.environ[]","required":true}`,
			`4 {"name":"B","via":"os.environ.get","fallback":{"source":"literal","text":"x","hasText":true}}`,
			`5 {"name":"C","via":"os.getenv","fallback":{"source":"literal","text":"3","hasText":true}}`,
			`6 {"name":"D","via":"os.environ.setdefault","fallback":{"source":"literal","text":"y","hasText":true}}`,
		}},
		{"not reads", `
import os
os.environ["A"] = "1"
del os.environ["B"]
settings.environ.get("C")
cache.get("D", "x")
# os.environ["E"]
s = 'os.environ["F"]'
def f(os):
    return os.environ["G"]
`, nil},
		{"fallback by or, in the call, from a constant", `
import os
DEFAULT = "redis://" + "localhost"
a = os.environ.get("A") or "dev"
b = os.environ.get("B", DEFAULT)
c = os.environ.get("C", os.environ.get("C2", f"{DEFAULT}:6379"))
d = os.environ["D"] if "D" in os.environ else "other"
`, []string{
			`3 {"name":"A","via":"os.environ.get","fallback":{"source":"literal","text":"dev","hasText":true}}`,
			`4 {"name":"B","via":"os.environ.get","fallback":{"source":"literal","text":"redis://localhost","hasText":true}}`,
			`5 {"name":"C","via":"os.environ.get","fallback":{"source":"env","text":"redis://localhost:6379","hasText":true,"env":["C2"]}}`,
			`5 {"name":"C2","via":"os.environ.get","fallback":{"source":"literal","text":"redis://localhost:6379","hasText":true}}`,
			`6 {"name":"D","via":"os.environ[]","fallback":{"source":"literal","text":"other","hasText":true}}`,
			`6 {"name":"D","via":"os.environ"}`,
		}},
		{"a secret's fallback is masked", `
import os
key = os.getenv("SECRET_KEY", "s3cr3t-value-of-16")
url = os.getenv("DATABASE_URL", "postgres://u:hunter22@db/x")
rnd = os.getenv("SESSION_SECRET", os.urandom(16))
`, []string{
			`2 {"name":"SECRET_KEY","via":"os.getenv","fallback":{"source":"literal","text":"s3cr…","hasText":true,"secret":{"masked":"s3cr…","length":18,"entropy":3.79}},"secret":true}`,
			`3 {"name":"DATABASE_URL","via":"os.getenv","fallback":{"source":"literal","text":"postgres://u:…@db/x","hasText":true,"secret":{"masked":"hu…","length":8,"entropy":2.75}}}`,
			`4 {"name":"SESSION_SECRET","via":"os.getenv","fallback":{"source":"random"},"secret":true}`,
		}},
		{"rejected", `
import os, sys
A = os.environ.get("A")
if not A:
    sys.exit("A is missing")
B = os.environ.get("B", "dev")
if B == "dev":
    raise RuntimeError("set B")
C = os.environ.get("C")
if not C:
    print("no C")
D = os.environ.get("D") or sys.exit("D")
E = os.environ.get("E")
if E and A is None:
    raise ValueError
`, []string{
			`2 {"name":"A","via":"os.environ.get","required":true,"rejected":true}`,
			`5 {"name":"B","via":"os.environ.get","fallback":{"source":"literal","text":"dev","hasText":true},"rejected":true}`,
			`8 {"name":"C","via":"os.environ.get"}`,
			`11 {"name":"D","via":"os.environ.get","required":true}`,
			`12 {"name":"E","via":"os.environ.get"}`,
		}},
		{"debug branch", `
import os
if DEBUG:
    a = os.getenv("A", "x")
else:
    b = os.getenv("B", "y")
if not DEBUG:
    c = os.getenv("C", "z")
`, []string{
			`3 {"name":"A","via":"os.getenv","fallback":{"source":"literal","text":"x","hasText":true},"debug":true}`,
			`5 {"name":"B","via":"os.getenv","fallback":{"source":"literal","text":"y","hasText":true}}`,
			`7 {"name":"C","via":"os.getenv","fallback":{"source":"literal","text":"z","hasText":true}}`,
		}},
		{"wrappers of the file", `
import os
def env(name, default=None):
    return os.environ.get("APP_" + name, default)
def need(name):
    v = os.getenv(name)
    if v is None:
        raise KeyError(name)
    return v
def flag(name, default_value):
    if name in os.environ:
        return os.environ[name] == "1"
    return default_value
def parsed(name):
    v = os.getenv(name)
    if v is None:
        return False
    if v in ("1", "0"):
        return v == "1"
    raise ValueError(name)
a, b, c, d, e = env("A"), env("B", "x"), need("C"), flag("D", False), parsed("E")
other("F")
`, []string{
			`20 {"name":"APP_A","via":"env"}`,
			`20 {"name":"APP_B","via":"env","fallback":{"source":"literal","text":"x","hasText":true}}`,
			`20 {"name":"C","via":"need","required":true}`,
			`20 {"name":"D","via":"flag","fallback":{"source":"literal","text":"False","hasText":true}}`,
			`20 {"name":"E","via":"parsed"}`,
		}},
		{"libraries", `
import environ
from decouple import config
from starlette.config import Config
env = environ.Env(DEBUG=(bool, False))
s = Config(".env")
env("A"); env.bool("DEBUG"); env.int("C", default=3); env.db()
config("D"); config("E", default="x", cast=int)
s("F", cast=bool)
`, []string{
			`6 {"name":"A","via":"environ.Env","required":true}`,
			`6 {"name":"DEBUG","via":"environ.Env.bool","fallback":{"source":"literal","text":"False","hasText":true}}`,
			`6 {"name":"C","via":"environ.Env.int","fallback":{"source":"literal","text":"3","hasText":true}}`,
			`6 {"name":"DATABASE_URL","via":"environ.Env.db","required":true}`,
			`7 {"name":"D","via":"decouple.config","required":true}`,
			`7 {"name":"E","via":"decouple.config","fallback":{"source":"literal","text":"x","hasText":true}}`,
			`8 {"name":"F","via":"starlette.config.Config","required":true}`,
		}},
		{"pydantic", `
from typing import ClassVar
from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings, SettingsConfigDict
class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="app_")
    host: str
    port: int = 8000
    api_key: str = Field(..., validation_alias="KEY")
    limit: int = Field(5)
    names: ClassVar[str] = "x"
class Model(BaseModel):
    host: str
`, []string{
			`6 {"name":"APP_HOST","via":"pydantic-settings.BaseSettings","required":true}`,
			`7 {"name":"APP_PORT","via":"pydantic-settings.BaseSettings","fallback":{"source":"literal","text":"8000","hasText":true}}`,
			`8 {"name":"KEY","via":"pydantic-settings.BaseSettings","required":true}`,
			`9 {"name":"APP_LIMIT","via":"pydantic-settings.BaseSettings","fallback":{"source":"literal","text":"5","hasText":true}}`,
		}},
		{"handled absence is not required", `
import os
try:
    a = os.environ["A"]
except KeyError:
    a = None
if "B" in os.environ:
    b = os.environ["B"]
`, []string{
			`3 {"name":"A","via":"os.environ[]"}`, `6 {"name":"B","via":"os.environ"}`, `7 {"name":"B","via":"os.environ[]"}`,
		}},
	})
}

func TestPythonBrokenFileKeepsWhatWasRead(t *testing.T) {
	t.Parallel()
	signals := files.File(inspect.Python, []byte("import os\nx = os.environ['A']\ndef broken(:\n    y = = 1\nz = os.environ['B']\n"))
	var names []string
	for _, s := range signals {
		if read, ok := s.Fact.(inspect.EnvRead); ok {
			names = append(names, read.Name)
		}
	}
	if len(names) == 0 || names[0] != "A" {
		t.Errorf("read %v", names)
	}
}

func TestPythonHostileInputs(t *testing.T) {
	t.Parallel()
	double := strings.Builder{}
	double.WriteString("x0 = 'aaaaaaaa'\n")
	for i := range 60 {
		fmt.Fprintf(&double, "x%d = x%d + x%d\n", i+1, i, i)
	}
	chain := strings.Builder{}
	for i := range 3000 {
		fmt.Fprintf(&chain, "a%d = a%d or a%d\n", i, i+1, i+2)
	}
	for name, source := range map[string]string{
		"doubling text":     double.String() + "open(x60, 'w')\n",
		"long chain":        chain.String() + "open(a0, 'w')\n",
		"cycle":             "a = b\nb = a\nclass A(B): pass\nclass B(A): pass\nopen(a, 'w')\nA().run()\n",
		"self-reference":    "f = f()\ndef g():\n    return g()\ng().h()\nopen(g(), 'w')\n",
		"nested calls":      "x = " + strings.Repeat("f(", 3000) + strings.Repeat(")", 3000),
		"odd urls":          "a = 'x://u:p@'\nb = 'postgres://:@@@/'\nc = \"amqp://a:b@?\"\n",
		"empty everything":  "f()\nf(**{})\n''\nx[''] = ''\nclass C(): pass\ndef f(): pass\nimport\nfrom . import\n",
		"bytes and control": "x = b'\\xff\\x00'\ny = '\x01'\n\x0c\n",
		"python 2":          "print 'a'\nexec 'b'\nraise E, 'x'\nimport os\n",
		"star arguments":    "import subprocess, redis\nsubprocess.run(*a, **b)\nredis.Redis(*a)\nopen(*a)\n",
	} {
		for _, s := range files.File(inspect.Python, []byte(source)) {
			if s.Line < 1 || s.EndLine < s.Line {
				t.Errorf("%s: signal at lines %d-%d", name, s.Line, s.EndLine)
			}
		}
	}
}
