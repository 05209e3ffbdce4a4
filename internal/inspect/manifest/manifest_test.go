package manifest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

// stated writes a file's signals, one a line: "4 dependency {…}", "4-6 …".
func stated(format inspect.Format, content string) string {
	var b strings.Builder
	for _, s := range files.File(format, []byte(content)) {
		fact, err := json.Marshal(s.Fact)
		if err != nil {
			panic(err)
		}
		lines := fmt.Sprint(s.Line)
		if s.EndLine != s.Line {
			lines = fmt.Sprintf("%d-%d", s.Line, s.EndLine)
		}
		fmt.Fprintf(&b, "%s %s %s\n", lines, s.Fact.Kind(), strings.ReplaceAll(string(fact), `"`, `'`))
	}
	return strings.TrimSpace(b.String())
}

// manifestCase is one file with what it must state.
type manifestCase struct {
	name    string
	format  inspect.Format
	content string
	want    string
}

var manifestCases = []manifestCase{
	{"composer.json", inspect.ComposerJSON, `{
  "name": "Acme/Shop",
  "type": "project",
  "minimum-stability": "dev",
  "bin": ["bin/shop"],
  "require": {
    "php": "^8.2",
    "ext-gd": "*",
    "Monolog/Monolog": "^3.0",
    "acme/exact": "1.2.3",
    "acme/fork": "dev-main",
    "acme/plain": "*"
  },
  "require-dev": {"phpunit/phpunit": "^11"},
  "autoload": {"psr-4": {"App\\": "src/"}, "files": ["src/helpers.php"]},
  "repositories": [{"type": "vcs", "url": "https://user:s3cr3t@git.example.org/acme/fork.git"}, {"type": "path", "url": "packages/*"}, {"packagist.org": false}],
  "scripts": {
    "post-install-cmd": ["App\\Installer::run", "@php artisan migrate"]
  }
}`, `2 manifest {'ecosystem':'composer','name':'acme/shop','private':true,'entry':['src/helpers.php'],'bin':['shop'],'workspaces':['packages/*'],'manager':'composer','packaging':'project','unstable':true,'aliases':['App\\']}
7 runtime-version {'runtime':'php','version':'^8.2','via':'require'}
8 dependency {'ecosystem':'system','name':'php-gd','constraint':'*','group':'runtime'}
9 dependency {'ecosystem':'composer','name':'monolog/monolog','constraint':'^3.0','group':'runtime'}
10 dependency {'ecosystem':'composer','name':'acme/exact','constraint':'1.2.3','group':'runtime','exact':true}
11 dependency {'ecosystem':'composer','name':'acme/fork','constraint':'dev-main','group':'runtime','origin':'git','location':'https://user:…@git.example.org/acme/fork.git'}
12 dependency {'ecosystem':'composer','name':'acme/plain','constraint':'*','group':'runtime'}
14 dependency {'ecosystem':'composer','name':'phpunit/phpunit','constraint':'^11','group':'dev'}
16 credential {'name':'https://git.example.org','via':'url','secret':{'masked':'s…','length':6,'entropy':2.25},'host':'git.example.org'}
18 script {'name':'post-install-cmd','text':'@php artisan migrate','command':[{'argv':['php','artisan','migrate'],'line':18,'last':true}]}`},
	{"a library's composer.json", inspect.ComposerJSON, `{"name": "acme/lib", "autoload": {"psr-4": {"Acme\\": ["src/"]}}, "config": {"platform": {"php": "8.1"}}}`, `1 manifest {'ecosystem':'composer','name':'acme/lib','publishable':true,'manager':'composer','aliases':['Acme\\']}
1 runtime-version {'runtime':'php','version':'8.1','via':'config.platform'}`},
	{"a composer.json with secrets and a commit", inspect.ComposerJSON, `{
  "require": {"acme/pinned": "dev-main#0123abc"},
  "repositories": [{"type": "composer", "url": "https://deploy:pa55word12@repo.acme.io/x"}, {"type": "vcs", "url": "https://github.com/acme/y"}],
  "config": {
    "http-basic": {"repo.acme.io": {"username": "u",
      "password": "pa55word13"}},
    "github-oauth": {"github.com": "ghp_0123456789abcdefghijABCDEFGHIJ012345"}
  }
}`, `1 manifest {'ecosystem':'composer','manager':'composer'}
2 dependency {'ecosystem':'composer','name':'acme/pinned','constraint':'dev-main#0123abc','group':'runtime','exact':true,'origin':'git'}
3 credential {'name':'https://repo.acme.io','via':'url','secret':{'masked':'pa…','length':10,'entropy':3.12},'host':'repo.acme.io'}
6 credential {'name':'http-basic.repo.acme.io','via':'field','secret':{'masked':'pa…','length':10,'entropy':3.12},'host':'repo.acme.io'}
7 credential {'name':'github-oauth.github.com','via':'field','secret':{'masked':'ghp_…','length':40,'entropy':4.92,'format':'github-token'},'host':'github.com'}
7 provider-token {'name':'github.com','secret':{'masked':'ghp_…','length':40,'entropy':4.92,'placeholder':true,'format':'github-pat'},'digest':'d8fe76b4','forged':true}`},
	{"composer.lock", inspect.ComposerLock, `{
  "packages": [{"name": "Monolog/Monolog", "version": "v3.1.0"}],
  "packages-dev": [{"name": "phpunit/phpunit", "version": "11.0.1", "replace": {"acme/Old": "*"}}],
  "platform": {"php": "^8.2"}
}`, `1 lock {'ecosystem':'composer','manager':'composer','packages':[{'n':'acme/old','v':''},{'n':'monolog/monolog','v':'3.1.0'},{'n':'phpunit/phpunit','v':'11.0.1'}]}
4 runtime-version {'runtime':'php','version':'^8.2','via':'composer.lock'}`},
	{"package.json", inspect.PackageJSON, `{
  "name": "@acme/shop",
  "version": "1.0.0",
  "private": true,
  "main": "./index.js",
  "bin": "./cli.js",
  "packageManager": "pnpm@9.1.0+sha512.abc",
  "engines": {"npm": ">=9",
    "node": ">=20"
  },
  "volta": { "node": "20.1.0" },
  "imports": { "#db/*": "./src/db/*" },
  "workspaces": ["packages/*"],
  "scripts": {
    "start": "node server.js"
  },
  "dependencies": {
    "express": "^4.18.0",
    "exact": "1.2.3",
    "ui": "workspace:*",
    "old": "npm:real@1.0.0",
    "loc": "file:../loc",
    "hub": "acme/hub#main",
    "tar": "https://user:hunter2hunter2@host/x.tgz"
  },
  "devDependencies": { "jest": "*" },
  "optionalDependencies": { "fsevents": "2" },
  "peerDependencies": { "react": ">=18" }
}`, `2 manifest {'ecosystem':'npm','name':'@acme/shop','version':'1.0.0','private':true,'entry':['./index.js'],'bin':['shop'],'workspaces':['packages/*'],'manager':'pnpm','aliases':['#db/']}
9 runtime-version {'runtime':'node','version':'\u003e=20','via':'engines'}
11 runtime-version {'runtime':'node','version':'20.1.0','via':'volta'}
15 script {'name':'start','text':'node server.js','command':[{'argv':['node','server.js'],'line':15,'last':true}]}
18 dependency {'ecosystem':'npm','name':'express','constraint':'^4.18.0','group':'runtime'}
19 dependency {'ecosystem':'npm','name':'exact','constraint':'1.2.3','group':'runtime','exact':true}
20 dependency {'ecosystem':'npm','name':'ui','constraint':'workspace:*','group':'runtime','origin':'workspace'}
21 dependency {'ecosystem':'npm','name':'old','constraint':'1.0.0','group':'runtime','exact':true,'location':'real'}
22 dependency {'ecosystem':'npm','name':'loc','group':'runtime','origin':'path','location':'file:../loc'}
23 dependency {'ecosystem':'npm','name':'hub','group':'runtime','origin':'git','location':'acme/hub#main'}
24 dependency {'ecosystem':'npm','name':'tar','group':'runtime','origin':'url','location':'https://user:…@host/x.tgz'}
26 dependency {'ecosystem':'npm','name':'jest','constraint':'*','group':'dev'}
27 dependency {'ecosystem':'npm','name':'fsevents','constraint':'2','group':'optional'}
28 dependency {'ecosystem':'npm','name':'react','constraint':'\u003e=18','group':'peer'}`},

	{"package.json of a library", inspect.PackageJSON, `{"name": "lib", "version": "2.0.0", "exports": {".": {"import": "./a.mjs", "require": "./a.cjs"}}, "bin": {"x": "x.js", "y": "y.js"}}`,
		`1 manifest {'ecosystem':'npm','name':'lib','version':'2.0.0','publishable':true,'entry':['./a.mjs','./a.cjs'],'bin':['x','y']}`},

	{"broken package.json keeps what stands before", inspect.PackageJSON, "{\n\"name\": \"a\",\n\"dependencies\": {\n\"b\": \"1\",\n\"c\": }\n}",
		`1 parse-failed {'reason':'line 5: unexpected '}' where a value must stand'}
2 manifest {'ecosystem':'npm','name':'a'}
4 dependency {'ecosystem':'npm','name':'b','constraint':'1','group':'runtime'}
5 dependency {'ecosystem':'npm','name':'c','group':'runtime'}`},

	{"package.json that is a list", inspect.PackageJSON, `[]`, `1 parse-failed {'reason':'line 1: the document is not an object'}`},
	{"empty package.json", inspect.PackageJSON, ``, `1 parse-failed {'reason':'line 1: unexpected end of file where a value must stand'}`},

	{"package-lock.json v3", inspect.PackageLock, `{"lockfileVersion": 3, "packages": {
	"": {"dependencies": {"a": "^1"}, "devDependencies": {"d": "1"}}, "packages/w": {"name": "w", "dependencies": {"c": "1"}},
	"node_modules/a": {"version": "1.0.1"}, "node_modules/a/node_modules/@s/b": {"version": "3.0.0"}, "node_modules/c": {"version": "1.0.0"},
	"node_modules/d": {"version": "1.0.0", "dev": true}, "node_modules/w": {"resolved": "packages/w", "link": true}}}`,
		`1 lock {'ecosystem':'npm','manager':'npm','packages':[{'n':'@s/b','v':'3.0.0'},{'n':'a','v':'1.0.1','d':true},{'n':'c','v':'1.0.0','d':true},{'n':'d','v':'1.0.0','d':true},{'n':'w','v':''}],'rooted':true}`},
	{"package-lock.json v1", inspect.PackageLock, `{"lockfileVersion": 1, "dependencies": {"a": {"version": "1.0.0", "dependencies": {"b": {"version": "2.0.0"}}}}}`,
		`1 lock {'ecosystem':'npm','manager':'npm','packages':[{'n':'a','v':'1.0.0'},{'n':'b','v':'2.0.0'}]}`},

	{"pnpm-lock.yaml v9", inspect.PnpmLock, `lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      express:
        specifier: ^4
        version: 4.18.2
      ui:
        specifier: workspace:*
        version: link:packages/ui
  packages/ui:
    devDependencies:
      react-dom: {specifier: ^18, version: 18.2.0(react@18.2.0)}
packages:
  '@babel/core@7.0.0': {resolution: {integrity: x}}
  express@4.18.2: {}
  react-dom@18.2.0: {}
`, `1 lock {'ecosystem':'npm','manager':'pnpm','packages':[{'n':'@babel/core','v':'7.0.0'},{'n':'express','v':'4.18.2','d':true},{'n':'react-dom','v':'18.2.0','d':true},{'n':'ui','v':'link:packages/ui','d':true}],'rooted':true}`},
	{"pnpm-lock.yaml v6", inspect.PnpmLock, `lockfileVersion: '6.0'
dependencies:
  a: {specifier: 1, version: 1.0.0(b@2.0.0)}
packages:
  /a@1.0.0(b@2.0.0): {}
  /@s/b@2.0.0: {}
`, `1 lock {'ecosystem':'npm','manager':'pnpm','packages':[{'n':'@s/b','v':'2.0.0'},{'n':'a','v':'1.0.0','d':true}],'rooted':true}`},
	{"pnpm-lock.yaml v5", inspect.PnpmLock, `lockfileVersion: 5.4
specifiers: {a: ^1}
dependencies:
  a: 1.0.0_b@2.0.0
packages:
  /a/1.0.0_b@2.0.0: {}
  /@s/b/2.0.0: {}
`, `1 lock {'ecosystem':'npm','manager':'pnpm','packages':[{'n':'@s/b','v':'2.0.0'},{'n':'a','v':'1.0.0','d':true}],'rooted':true}`},
	{"pnpm-workspace.yaml", inspect.PnpmSpace, "# all\npackages:\n  - apps/*\n  - '!apps/old'\n", `2 manifest {'ecosystem':'npm','workspaces':['apps/*','!apps/old'],'manager':'pnpm'}`},

	{"yarn.lock classic", inspect.YarnLock, `# THIS IS AN AUTOGENERATED FILE. DO NOT EDIT THIS FILE DIRECTLY.
# yarn lockfile v1


"@babel/core@^7.0.0", "@babel/core@^7.1.0":
  version "7.2.0"
  resolved "https://example.com/x"
  dependencies:
    lodash "^4"

lodash@^4, old@npm:lodash@^4:
  version "4.17.21"
`, `1 lock {'ecosystem':'npm','manager':'yarn','packages':[{'n':'@babel/core','v':'7.2.0'},{'n':'lodash','v':'4.17.21'},{'n':'old','v':'4.17.21'}],'version':'1'}`},
	{"yarn.lock berry", inspect.YarnLock, `__metadata:
  version: 8

"lodash@npm:^4, lodash@npm:^4.1":
  version: 4.17.21
  resolution: "lodash@npm:4.17.21"

"shop@workspace:.":
  version: 0.0.0-use.local
  resolution: "shop@workspace:."
  dependencies:
    "@s/b": "npm:^1"
    lodash: "npm:^4"

"@s/b@npm:^1":
  version: 1.0.0
`, `1 lock {'ecosystem':'npm','manager':'yarn','packages':[{'n':'@s/b','v':'1.0.0','d':true},{'n':'lodash','v':'4.17.21','d':true}],'version':'2','rooted':true}`},
	{"bun.lock", inspect.BunLock, `{
  "lockfileVersion": 1,
  "workspaces": {
    "": { "name": "x", "dependencies": { "a": "^1", }, },
  },
  "packages": {
    "a": ["a@1.0.0", "", {}, "sha512-x"],
    "a/b": ["b@2.0.0", "", {}],
    "@s/c": ["@s/c@3.0.0"],
  }
}`, `1 lock {'ecosystem':'npm','manager':'bun','packages':[{'n':'@s/c','v':'3.0.0'},{'n':'a','v':'1.0.0','d':true},{'n':'b','v':'2.0.0'}],'rooted':true}`},

	{"tsconfig.json", inspect.TSConfig, `// comment
{
  "extends": "./base.json", /* more
  lines */
  "compilerOptions": {
    "baseUrl": ".", // here
    "paths": {
      "@/*": ["src/*"],
      "~": ["src"],
    },
  },
}`, `7 import-aliases {'prefixes':['@/','~'],'base':'.','extends':['./base.json']}`},
	{"tsconfig.json without paths", inspect.TSConfig, `{"compilerOptions": {"strict": true}}`, ``},

	{"pyproject.toml", inspect.PyProject, `[project]
name = "My_Shop"
version = "1.0"
requires-python = ">=3.11"
dependencies = [
    "Flask[async]>=2,<3",  # web
    "psycopg2==2.9.9 ; sys_platform != 'win32'",
    "lib @ git+https://host/lib.git@v1",
    'ui',
]

[project.optional-dependencies]
s3 = ["boto3"]
test = ["pytest"]

[project.scripts]
shop = "shop:main"

[dependency-groups]
dev = ["ruff", {include-group = "x"}]
all_ds = ["pymongo"]

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[tool.uv]
dev-dependencies = ["mypy"]
[tool.uv.workspace]
members = ["packages/*"]
[tool.uv.sources]
ui = { workspace = true }
`, `2 manifest {'ecosystem':'pypi','name':'my-shop','version':'1.0','publishable':true,'bin':['shop'],'workspaces':['packages/*'],'manager':'uv'}
4 runtime-version {'runtime':'python','version':'\u003e=3.11','via':'requires-python'}
6 dependency {'ecosystem':'pypi','name':'flask','constraint':'\u003e=2,\u003c3','group':'runtime','extras':['async']}
7 dependency {'ecosystem':'pypi','name':'psycopg2','constraint':'==2.9.9','group':'runtime','exact':true,'marker':'sys_platform != 'win32''}
8 dependency {'ecosystem':'pypi','name':'lib','group':'runtime','origin':'git','location':'git+https://host/lib.git@v1'}
9 dependency {'ecosystem':'pypi','name':'ui','group':'runtime','origin':'workspace'}
13 dependency {'ecosystem':'pypi','name':'boto3','group':'optional','in':'s3'}
14 dependency {'ecosystem':'pypi','name':'pytest','group':'dev','in':'test'}
20 dependency {'ecosystem':'pypi','name':'ruff','group':'dev','in':'dev'}
21 dependency {'ecosystem':'pypi','name':'pymongo','group':'optional','in':'all_ds'}
24 dependency {'ecosystem':'pypi','name':'hatchling','group':'build'}
28 dependency {'ecosystem':'pypi','name':'mypy','group':'dev','in':'dev'}`},
	{"tasks of pyproject.toml", inspect.PyProject, `[tool.poe.tasks]
start.help = "Serve"
start.cmd = "uvicorn app:app"
queue = "celery -A app worker"
_part = "echo"
both = ["start", "queue"]
call = { script = "app:main" }
[tool.taskipy.tasks]
lint = { cmd = "ruff check", help = "Lint" }
[tool.pdm.scripts]
serve = {cmd = ["flask", "run"]}
[tool.rye.scripts]
shell = { shell = "echo a" }
[tool.hatch.envs.dev.scripts]
docs = "mkdocs serve"
many = ["a", "b"]
`, `1 manifest {'ecosystem':'pypi','manager':'pdm'}
3 script {'name':'start','text':'uvicorn app:app','command':[{'argv':['uvicorn','app:app'],'line':3,'last':true}]}
4 script {'name':'queue','text':'celery -A app worker','command':[{'argv':['celery','-A','app','worker'],'line':4,'last':true}]}
9 script {'name':'lint','text':'ruff check','command':[{'argv':['ruff','check'],'line':9,'last':true}]}
11 script {'name':'serve','text':'flask run','command':[{'argv':['flask','run'],'line':11,'last':true}]}
13 script {'name':'shell','text':'echo a','command':[{'argv':['echo','a'],'line':13,'last':true}]}
15 script {'name':'docs','text':'mkdocs serve','command':[{'argv':['mkdocs','serve'],'line':15,'last':true}]}`},
	{"pyproject.toml of Poetry", inspect.PyProject, `[tool.poetry]
name = "shop"
package-mode = false
[tool.poetry.dependencies]
python = "^3.11"
django = "4.2.1"
"zope.interface" = {version = "^5", extras = ["x"], optional = true}
here = { path = "../here", develop = true }
many = [{version = "1", python = "<3"}, {version = "^2"}]
[tool.poetry.group.dev.dependencies]
black = "*"
[tool.poetry.dev-dependencies]
old = "^1"
[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
`, `2 manifest {'ecosystem':'pypi','name':'shop','manager':'poetry'}
5 runtime-version {'runtime':'python','version':'^3.11','via':'tool.poetry.dependencies'}
6 dependency {'ecosystem':'pypi','name':'django','constraint':'4.2.1','group':'runtime','exact':true}
7 dependency {'ecosystem':'pypi','name':'zope-interface','constraint':'^5','group':'optional','extras':['x']}
8 dependency {'ecosystem':'pypi','name':'here','group':'runtime','origin':'path','location':'../here'}
9 dependency {'ecosystem':'pypi','name':'many','constraint':'1','group':'runtime','exact':true}
9 dependency {'ecosystem':'pypi','name':'many','constraint':'^2','group':'runtime'}
11 dependency {'ecosystem':'pypi','name':'black','constraint':'*','group':'dev','in':'dev'}
13 dependency {'ecosystem':'pypi','name':'old','constraint':'^1','group':'dev','in':'dev'}
15 dependency {'ecosystem':'pypi','name':'poetry-core','group':'build'}`},
	{"pyproject.toml that only configures tools", inspect.PyProject, "[tool.black]\nline-length = 100\n", `1 manifest {'ecosystem':'pypi'}`},
	{"broken pyproject.toml", inspect.PyProject, "[project]\nname = \"a\"\ndependencies = [\n", `1 parse-failed {'reason':'line 3: array is incomplete'}
2 manifest {'ecosystem':'pypi','name':'a'}`},

	{"requirements.txt", inspect.Requirements, `# app
-r base.txt
-cconstraints.txt
--index-url https://user:pw@host/simple
Django==4.2.1 \
    --hash=sha256:aaa \
    --hash=sha256:bbb
Flask_SQLAlchemy>=2,<3 # orm
gunicorn
uvicorn[standard,x] ~= 0.2 ; python_version > "3.8"
-e ./libs/mine
git+https://tok:hunter2hunter2@host/acme/thing.git@v1
git+ssh://git@host/acme/other#egg=Other_Name
https://host/pkg_name-1.2.3-py3-none-any.whl
mine @ file:///srv/mine
pinned===1.0
star==1.*
`, `1 manifest {'ecosystem':'pypi','manager':'pip'}
2 requirements-include {'path':'base.txt'}
3 requirements-include {'path':'constraints.txt','constraint':true}
5-7 dependency {'ecosystem':'pypi','name':'django','constraint':'==4.2.1','group':'runtime','exact':true}
8 dependency {'ecosystem':'pypi','name':'flask-sqlalchemy','constraint':'\u003e=2,\u003c3','group':'runtime'}
9 dependency {'ecosystem':'pypi','name':'gunicorn','group':'runtime'}
10 dependency {'ecosystem':'pypi','name':'uvicorn','constraint':'~= 0.2','group':'runtime','extras':['standard','x'],'marker':'python_version \u003e \'3.8\''}
11 dependency {'ecosystem':'pypi','name':'','group':'runtime','origin':'path','location':'./libs/mine'}
12 dependency {'ecosystem':'pypi','name':'thing','group':'runtime','origin':'git','location':'git+https://tok:…@host/acme/thing.git@v1'}
13 dependency {'ecosystem':'pypi','name':'other-name','group':'runtime','origin':'git','location':'git+ssh://git@host/acme/other#egg=Other_Name'}
14 dependency {'ecosystem':'pypi','name':'pkg-name','group':'runtime','origin':'url','location':'https://host/pkg_name-1.2.3-py3-none-any.whl'}
15 dependency {'ecosystem':'pypi','name':'mine','group':'runtime','origin':'path','location':'file:///srv/mine'}
16 dependency {'ecosystem':'pypi','name':'pinned','constraint':'===1.0','group':'runtime','exact':true}
17 dependency {'ecosystem':'pypi','name':'star','constraint':'==1.*','group':'runtime'}`},
	{"requirements.txt by pip-compile", inspect.Requirements, `#
# This file is autogenerated by pip-compile with Python 3.11
#
django==4.2
    # via -r requirements.in
asgiref==3.7
    # via
    #   django
    #   channels
`, `1 lock {'ecosystem':'pypi','manager':'pip-compile','packages':[{'n':'asgiref','v':'3.7'},{'n':'django','v':'4.2','d':true}],'rooted':true}
1 manifest {'ecosystem':'pypi','manager':'pip'}
4 dependency {'ecosystem':'pypi','name':'django','constraint':'==4.2','group':'runtime','exact':true}
6 dependency {'ecosystem':'pypi','name':'asgiref','constraint':'==3.7','group':'runtime','exact':true,'indirect':true}`},
	{"requirements.txt that is prose", inspect.Requirements, "django\nThe system shall be fast.\n", `1 dependency {'ecosystem':'pypi','name':'django','group':'runtime'}
1 manifest {'ecosystem':'pypi','manager':'pip'}
1 parse-failed {'reason':'line 2: this is no requirement'}`},

	{"Pipfile", inspect.Pipfile, `[[source]]
url = "https://pypi.org/simple"
[packages]
django = "==4.2"
x = {git = "https://host/x.git", ref = "main"}
[dev-packages]
pytest = "*"
[requires]
python_version = "3.11"
[scripts]
server = "python manage.py runserver"
`, `1 manifest {'ecosystem':'pypi','private':true,'manager':'pipenv'}
4 dependency {'ecosystem':'pypi','name':'django','constraint':'==4.2','group':'runtime','exact':true}
5 dependency {'ecosystem':'pypi','name':'x','group':'runtime','origin':'git','location':'https://host/x.git'}
7 dependency {'ecosystem':'pypi','name':'pytest','constraint':'*','group':'dev','in':'dev'}
9 runtime-version {'runtime':'python','version':'3.11','via':'Pipfile'}
11 script {'name':'server','text':'python manage.py runserver','command':[{'argv':['python','manage.py','runserver'],'line':11,'last':true}]}`},
	{"Pipfile.lock", inspect.PipfileLock, `{"_meta": {"hash": {}}, "default": {"Django": {"version": "==4.2"}}, "develop": {"pytest": {"version": "==8.0"}}}`,
		`1 lock {'ecosystem':'pypi','manager':'pipenv','packages':[{'n':'django','v':'4.2'},{'n':'pytest','v':'8.0'}]}`},
	{"poetry.lock", inspect.PoetryLock, "[[package]]\nname = \"Django\"\nversion = \"4.2\"\n[package.dependencies]\nasgiref = \">=3\"\n[[package]]\nname = \"asgiref\"\nversion = \"3.7\"\n[metadata]\nlock-version = \"2.0\"\n",
		`1 lock {'ecosystem':'pypi','manager':'poetry','packages':[{'n':'asgiref','v':'3.7'},{'n':'django','v':'4.2'}]}`},
	{"uv.lock", inspect.UVLock, `version = 1
[manifest.dependency-groups]
dev = [{ name = "asgiref", specifier = ">=3" }]
[[package]]
name = "django"
version = "4.2"
source = { registry = "https://pypi.org/simple" }
dependencies = [{ name = "asgiref" }]
[[package]]
name = "asgiref"
version = "3.7"
source = { registry = "https://pypi.org/simple" }
[[package]]
name = "shop"
version = "0.1"
source = { virtual = "." }
dependencies = [{ name = "django" }]
[package.dev-dependencies]
dev = [{ name = "ruff" }]
[[package]]
name = "ruff"
version = "0.5"
source = { registry = "https://pypi.org/simple" }
`, `1 lock {'ecosystem':'pypi','manager':'uv','packages':[{'n':'asgiref','v':'3.7','d':true},{'n':'django','v':'4.2','d':true},{'n':'ruff','v':'0.5','d':true}],'rooted':true}`},

	{"setup.py", inspect.SetupPy, `from setuptools import setup
REQUIRES = [
    "requests>=2,<3",
    'attrs; python_version < "3.8"',
]
extra = ["boto3"] + REQUIRES
setup(
    name="My_Lib",
    version=get_version(),
    python_requires=">=3.8",
    install_requires=REQUIRES,
    extras_require={"s3": extra, "test": ["pytest" "-cov"]},
    entry_points={"console_scripts": ["mylib = mylib:main"]},
)
`, `3 dependency {'ecosystem':'pypi','name':'requests','constraint':'\u003e=2,\u003c3','group':'runtime'}
3 dependency {'ecosystem':'pypi','name':'requests','constraint':'\u003e=2,\u003c3','group':'optional','in':'s3'}
4 dependency {'ecosystem':'pypi','name':'attrs','group':'runtime','marker':'python_version \u003c \'3.8\''}
4 dependency {'ecosystem':'pypi','name':'attrs','group':'optional','marker':'python_version \u003c \'3.8\'','in':'s3'}
6 dependency {'ecosystem':'pypi','name':'boto3','group':'optional','in':'s3'}
8 manifest {'ecosystem':'pypi','name':'my-lib','publishable':true,'bin':['mylib']}
10 runtime-version {'runtime':'python','version':'\u003e=3.8','via':'python_requires'}
12 dependency {'ecosystem':'pypi','name':'pytest-cov','group':'dev','in':'test'}`},

	{"setup.py that is a module", inspect.SetupPy, "import flask\n", `1 import {'path':'flask'}`},
	{"package.json of an application", inspect.PackageJSON, `{"name": "app", "version": "1.0.0", "main": "index.js", "scripts": {"start": "node ."}}`,
		`1 manifest {'ecosystem':'npm','name':'app','version':'1.0.0','entry':['index.js']}
1 script {'name':'start','text':'node .','command':[{'argv':['node','.'],'line':1,'last':true}]}`},

	{"setup.cfg", inspect.SetupCfg, `[metadata]
name = My_Lib
version = 1.0
[options]
python_requires = >=3.8
install_requires =
    requests>=2
    # comment
    attrs ; python_version < "3.8"
[options.extras_require]
test = pytest
[options.entry_points]
console_scripts =
    mylib = mylib:main
[flake8]
ignore = E501
`, `2 manifest {'ecosystem':'pypi','name':'my-lib','version':'1.0','publishable':true,'bin':['mylib']}
5 runtime-version {'runtime':'python','version':'\u003e=3.8','via':'python_requires'}
7 dependency {'ecosystem':'pypi','name':'requests','constraint':'\u003e=2','group':'runtime'}
9 dependency {'ecosystem':'pypi','name':'attrs','group':'runtime','marker':'python_version \u003c \'3.8\''}
11 dependency {'ecosystem':'pypi','name':'pytest','group':'dev','in':'test'}`},
	{"setup.cfg that only configures tools", inspect.SetupCfg, "[flake8]\nignore = E501\n", ``},

	{"go.mod", inspect.GoModFile, `module example.com/shop

go 1.22

toolchain go1.22.3

require (
	github.com/a/b v1.2.3
	github.com/c/d v0.0.0 // indirect
)

require github.com/e/f v1.0.0

replace github.com/e/f => ../f
replace github.com/a/b => github.com/x/b v1.0.0
`, `1 manifest {'ecosystem':'go','name':'example.com/shop','manager':'go'}
3 runtime-version {'runtime':'go','version':'1.22','via':'go directive'}
5 runtime-version {'runtime':'go','version':'1.22.3','via':'toolchain directive'}
8 dependency {'ecosystem':'go','name':'github.com/a/b','constraint':'v1.2.3','group':'runtime','exact':true,'location':'github.com/x/b'}
9 dependency {'ecosystem':'go','name':'github.com/c/d','constraint':'v0.0.0','group':'runtime','exact':true,'indirect':true}
12 dependency {'ecosystem':'go','name':'github.com/e/f','constraint':'v1.0.0','group':'runtime','exact':true,'origin':'path','location':'../f'}`},
	{"broken go.mod", inspect.GoModFile, "module a\n\nrequire x\n", `1 parse-failed {'reason':'line 3: usage: require module/path v1.2.3'}`},
	{"go.sum", inspect.GoSum, "a.com/b v1.0.0 h1:x=\na.com/b v1.0.0/go.mod h1:y=\na.com/c v1.0.0/go.mod h1:z=\n", `1 lock {'ecosystem':'go','manager':'go','packages':[{'n':'a.com/b','v':'v1.0.0'}]}`},
	{"go.work", inspect.GoWork, "go 1.22\n\nuse (\n\t./a\n\t./b\n)\n", `1 manifest {'ecosystem':'go','private':true,'workspaces':['./a','./b'],'manager':'go'}
1 runtime-version {'runtime':'go','version':'1.22','via':'go.work'}`},

	{".nvmrc", inspect.NodeFile, "# lts\nv20.1.0\n", `2 runtime-version {'runtime':'node','version':'v20.1.0','via':'.nvmrc'}`},
	{".python-version", inspect.PythonFile, "3.12\n3.11\n", `1 runtime-version {'runtime':'python','version':'3.12','via':'.python-version'}`},
	{".tool-versions", inspect.VersionFile, "nodejs 20.1.0 # x\nterraform 1.5\npython 3.12.1 2.7\n", `1 runtime-version {'runtime':'node','version':'20.1.0','via':'.tool-versions'}
3 runtime-version {'runtime':'python','version':'3.12.1','via':'.tool-versions'}`},
	{"runtime.txt", inspect.VersionFile, "python-3.12.1\n", `1 runtime-version {'runtime':'python','version':'3.12.1','via':'runtime.txt'}`},
}

func TestManifests(t *testing.T) {
	t.Parallel()
	for _, test := range manifestCases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(strings.Split(test.want, "\n"), strings.Split(stated(test.format, test.content), "\n")); diff != "" {
				t.Errorf("difference (-want +got):\n%s", diff)
			}
		})
	}
}

func TestManifestSignalsSurviveTheCache(t *testing.T) {
	t.Parallel()
	for _, test := range manifestCases {
		for _, s := range files.File(test.format, []byte(test.content)) {
			stored, err := json.Marshal(s)
			if err != nil {
				t.Fatal(err)
			}
			var again inspect.Signal
			if err := json.Unmarshal(stored, &again); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(s, again); diff != "" {
				t.Errorf("%s: %s", test.name, diff)
			}
		}
	}
}
