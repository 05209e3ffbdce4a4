package manifest_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
)

// lockCases are corners of locks and requirement files, each with what it
// states.
var lockCases = []manifestCase{
	{"yarn berry: patches, aliases, ranges, the root", inspect.YarnLock, `__metadata:
  version: 8
  cacheKey: 10

"left@patch:left@npm%3A1.0.0#~/.yarn/patches/left.patch, left@patch:left@1#./x":
  version: 1.0.0
  languageName: node

"ali@npm:real@^2.0.0":
  version: 2.1.0
  dependencies:
    debug: "npm:^4"

"@s/x@npm:^1.0.0 || ^2.0.0, @s/x@npm:^2":
  version: 2.0.0

"shop@workspace:.":
  version: 0.0.0-use.local
  dependencies:
    ali: "npm:real@^2.0.0"
    "@s/x": "npm:^2"
  bin:
    shop: ./x.js
`, `1 lock {'ecosystem':'npm','manager':'yarn','packages':[{'n':'@s/x','v':'2.0.0','d':true},{'n':'ali','v':'2.1.0','d':true},{'n':'left','v':'1.0.0'}],'version':'2','rooted':true}`},
	{"yarn with a conflict", inspect.YarnLock, "# yarn lockfile v1\n\n<<<<<<< HEAD\na@^1:\n  version \"1.0.0\"\n=======\n",
		`1 parse-failed {'reason':'line 3: a merge conflict is left in the lock; resolve it and lock again'}`},
	{"npm with a conflict", inspect.PackageLock, "{\n<<<<<<< HEAD\n", "1 lock {'ecosystem':'npm','manager':'npm'}\n1 parse-failed {'reason':'line 2: unexpected '\\u003c' where a key must stand'}"},
	{"bun: workspaces, aliases, nested", inspect.BunLock, `{
  "lockfileVersion": 1,
  "workspaces": {
    "": {"name": "a", "dependencies": {"react": "^18", "ali": "npm:real@1"},},
    "packages/b": {"name": "b",},
  },
  "packages": {
    "react": ["react@18.2.0", "", {}, "sha512-x"],
    "ali": ["real@1.0.0", "", {}, ""],
    "@s/x": ["@s/x@1.0.0", "", {}, ""],
    "react/loose": ["loose@1.0.0", "", {}, ""],
    "@s/x/y": ["y@2.0.0", "", {}, ""], // nested
  }
}`, `1 lock {'ecosystem':'npm','manager':'bun','packages':[{'n':'@s/x','v':'1.0.0'},{'n':'ali','v':'1.0.0','d':true},{'n':'loose','v':'1.0.0'},{'n':'react','v':'18.2.0','d':true},{'n':'y','v':'2.0.0'}],'rooted':true}`},
	{"pnpm with the lock of its configuration before", inspect.PnpmLock, `---
lockfileVersion: '9.0'
importers:
  .:
    configDependencies: {}
---
lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      ali:
        specifier: npm:real@1
        version: real@1.0.0(react@18.2.0)
      '@a/b':
        specifier: workspace:*
        version: link:../b
packages:
  react@18.2.0:
    resolution: {}
  real@1.0.0:
    resolution: {}
`, `1 lock {'ecosystem':'npm','manager':'pnpm','packages':[{'n':'@a/b','v':'link:../b','d':true},{'n':'ali','v':'1.0.0','d':true},{'n':'react','v':'18.2.0'},{'n':'real','v':'1.0.0'}],'rooted':true}`},
	{"pnpm of version 5: peers, aliases, tarballs", inspect.PnpmLock, `lockfileVersion: 5.4
specifiers:
  dom: ^17
dependencies:
  dom: 17.0.2_react@17.0.2
  ali: /real/1.0.0
  '@s/z': /@t/z/3.0.0_x@1
  b: github.com/a/b/abc
packages:
  /dom/17.0.2_react@17.0.2:
    dev: false
  /@t/z/3.0.0_x@1: {}
  github.com/a/b/abc: {name: b, version: 1.0.0}
`, `1 lock {'ecosystem':'npm','manager':'pnpm','packages':[{'n':'@s/z','v':'3.0.0','d':true},{'n':'@t/z','v':'3.0.0'},{'n':'ali','v':'1.0.0','d':true},{'n':'b','v':'1.0.0'},{'n':'b','v':'github.com/a/b/abc','d':true},{'n':'dom','v':'17.0.2','d':true}],'rooted':true}`},
	{"requirements: places and options", inspect.Requirements, `-e git+https://github.com/a/b.git@v1#egg=other&subdirectory=x
--editable=./sub[dev]
-r=base.txt
--requirement more.txt
-c https://host.example/c.txt?x=1
foo-1.0-py3-none-any.whl
name[a, b] @ https://host.example/x-1.0.zip#sha256=ab ; python_version > '3'
`, `1 dependency {'ecosystem':'pypi','name':'other','group':'runtime','origin':'git','location':'git+https://github.com/a/b.git@v1#egg=other\u0026subdirectory=x'}
1 manifest {'ecosystem':'pypi','manager':'pip'}
2 dependency {'ecosystem':'pypi','name':'','group':'runtime','origin':'path','extras':['dev'],'location':'./sub'}
3 requirements-include {'path':'base.txt'}
4 requirements-include {'path':'more.txt'}
5 requirements-include {'path':'https://host.example/c.txt?x=1','constraint':true}
6 dependency {'ecosystem':'pypi','name':'foo','group':'runtime','origin':'path','location':'foo-1.0-py3-none-any.whl'}
7 dependency {'ecosystem':'pypi','name':'name','group':'runtime','origin':'url','extras':['a','b'],'marker':'python_version \u003e '3'','location':'https://host.example/x-1.0.zip#sha256=ab'}`},
	{"requirements: comments after a tab, hashes over lines", inspect.Requirements, "flask==1.0\t# why\nreq==1 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\ny==1.*\n", `1 dependency {'ecosystem':'pypi','name':'flask','constraint':'==1.0','group':'runtime','exact':true}
1 manifest {'ecosystem':'pypi','manager':'pip'}
2-4 dependency {'ecosystem':'pypi','name':'req','constraint':'==1','group':'runtime','exact':true}
5 dependency {'ecosystem':'pypi','name':'y','constraint':'==1.*','group':'runtime'}`},
	{"requirements as PowerShell writes them", inspect.Requirements, utf16le("flask==1.0\r\n# é\r\nx==2\r\n"), `1 dependency {'ecosystem':'pypi','name':'flask','constraint':'==1.0','group':'runtime','exact':true}
1 manifest {'ecosystem':'pypi','manager':'pip'}
3 dependency {'ecosystem':'pypi','name':'x','constraint':'==2','group':'runtime','exact':true}`},
	{"go.work: toolchain and replacements", inspect.GoWork, "go 1.22\n\ntoolchain go1.22.5\n\nuse ./a\n\nreplace example.com/x => ../../x\n\nreplace example.com/y v1.0.0 => example.com/z v1.1.0\n",
		`1 manifest {'ecosystem':'go','private':true,'workspaces':['./a'],'manager':'go'}
1 runtime-version {'runtime':'go','version':'1.22','via':'go.work'}
3 runtime-version {'runtime':'go','version':'1.22.5','via':'toolchain directive'}
7 dependency {'ecosystem':'go','name':'example.com/x','group':'runtime','origin':'path','indirect':true,'location':'../../x'}`},
	{"go.mod: a place that replaces what is not required", inspect.GoModFile, "module m\n\ngo 1.22\n\nreplace example.com/x => ../x\n", `1 manifest {'ecosystem':'go','name':'m','manager':'go'}
3 runtime-version {'runtime':'go','version':'1.22','via':'go directive'}`},
	{"Gemfile.lock: path, git, platforms, checksums", inspect.GemfileLock, `PATH
  remote: engines/a
  specs:
    a (0.1.0)
      rails (>= 7)

GIT
  remote: https://github.com/x/y
  revision: abc
  specs:
    y (1.0.pre)

GEM
  remote: https://rubygems.org/
  specs:
    nokogiri (1.16.2-x86_64-linux)
      racc (~> 1.4)
    racc (1.7.3)

PLATFORMS
  ruby
  x86_64-linux

DEPENDENCIES
  a!
  nokogiri (~> 1.16)
  y!

CHECKSUMS
  a (0.1.0)
  nokogiri (1.16.2) sha256=aa

RUBY VERSION
   ruby 3.3.1p55

BUNDLED WITH
   2.5.9
`, `1 lock {'ecosystem':'gem','manager':'bundler','packages':[{'n':'a','v':'0.1.0','d':true},{'n':'nokogiri','v':'1.16.2','d':true},{'n':'racc','v':'1.7.3'},{'n':'y','v':'1.0.pre','d':true}],'version':'2.5.9','platforms':['ruby','x86_64-linux'],'rooted':true}
34 runtime-version {'runtime':'ruby','version':'3.3.1','via':'Gemfile.lock'}`},
	{"poetry.lock of Poetry 2", inspect.PoetryLock, `# This file is automatically @generated by Poetry 2.1.1 and should not be changed by hand.

[[package]]
name = "Flask_X"
version = "1.0"
groups = ["main", "dev"]

[[package]]
name = "g"
version = "1"
[package.source]
type = "git"
url = "https://host.example/g"

[metadata]
lock-version = "2.1"
python-versions = "^3.12"
`, `1 lock {'ecosystem':'pypi','manager':'poetry','packages':[{'n':'flask-x','v':'1.0'},{'n':'g','v':'1'}],'version':'2.1.1'}`},
	{"uv.lock of a workspace", inspect.UVLock, `version = 1
[manifest]
members = ["a", "b"]
[[package]]
name = "a"
version = "0"
source = { editable = "packages/a" }
dependencies = [{ name = "b" }, { name = "django" }]
[package.dev-dependencies]
dev = [{ name = "ruff" }]
[[package]]
name = "b"
source = { virtual = "packages/b" }
[[package]]
name = "django"
version = "5"
source = { git = "https://host.example/d?rev=1#a" }
[[package]]
name = "ruff"
version = "1"
source = { registry = "https://pypi.org/simple" }
`, `1 lock {'ecosystem':'pypi','manager':'uv','packages':[{'n':'django','v':'5','d':true},{'n':'ruff','v':'1','d':true}],'rooted':true}`},
	{"composer.lock: what a package stands for", inspect.ComposerLock, `{"packages": [{"name": "Guzzle/HTTP", "version": "v7.1", "provide": {"psr/http-client-implementation": "1.0"}, "replace": {"guzzle/psr7": "self.version"}}], "packages-dev": [], "platform": []}`,
		`1 lock {'ecosystem':'composer','manager':'composer','packages':[{'n':'guzzle/http','v':'7.1'},{'n':'guzzle/psr7','v':''},{'n':'psr/http-client-implementation','v':''}]}`},
	{"Pipfile.lock with categories", inspect.PipfileLock, `{"_meta": {}, "default": {"Flask_X": {"version": "==1.0"}, "g": {"git": "https://host.example/g", "ref": "a"}}, "develop": {}, "docs": {"s": {"version": "==2"}}}`,
		`1 lock {'ecosystem':'pypi','manager':'pipenv','packages':[{'n':'flask-x','v':'1.0'},{'n':'g','v':''},{'n':'s','v':'2'}]}`},
	{"packages.lock.json of several targets", inspect.NuGetLock, `{"version": 2, "dependencies": {"net8.0": {"A": {"type": "Direct", "resolved": "1.0"}, "B": {"type": "CentralTransitive", "resolved": "2.0"}, "proj": {"type": "Project"}}, "net8.0/linux-x64": {}}}`,
		`1 lock {'ecosystem':'nuget','manager':'nuget','packages':[{'n':'A','v':'1.0','d':true},{'n':'B','v':'2.0'}],'rooted':true}`},
}

// utf16le is a text as Windows writes it.
func utf16le(text string) string {
	out := []byte{0xff, 0xfe}
	for _, r := range text {
		out = append(out, byte(r), byte(r>>8))
	}
	return string(out)
}

func TestLocks(t *testing.T) {
	t.Parallel()
	for _, test := range lockCases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(strings.Split(test.want, "\n"), strings.Split(stated(test.format, test.content), "\n")); diff != "" {
				t.Errorf("difference (-want +got):\n%s", diff)
			}
		})
	}
}
