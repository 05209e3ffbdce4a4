//go:build cgo

package php_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/inspect/inspecttest"
)

// phpCase is a piece of PHP and the facts of one kind that it states, each as
// "line json"; none for the twin that only looks like it. Where the source has
// no opening tag, one stands before its first line.
type phpCase struct {
	name   string
	source string
	want   []string
}

func factsOf(t *testing.T, kind inspect.Kind, source string) []string {
	t.Helper()
	if source = strings.TrimPrefix(source, "\n"); !strings.Contains(source, "<?") {
		source = "<?php " + source
	}
	if overlooked := inspecttest.Overlooked(inspect.PHP, source); overlooked != "" {
		t.Errorf("the prefilter overlooks %s", overlooked)
	}
	var got []string
	for _, s := range files.File(inspect.PHP, []byte(source)) {
		if s.Fact.Kind() == "parse-failed" {
			t.Errorf("does not parse: %v", s.Fact)
		}
		if s.Fact.Kind() == kind {
			fact, err := json.Marshal(s.Fact)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprintf("%d %s", s.Line, strings.ReplaceAll(string(fact), `\u003e`, ">")))
		}
	}
	return got
}

func testPHP(t *testing.T, kind inspect.Kind, cases []phpCase) {
	t.Helper()
	t.Parallel()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, factsOf(t, kind, c.source)); diff != "" {
				t.Errorf("%s facts (-want +got):\n%s", kind, diff)
			}
		})
	}
}

func TestImport(t *testing.T) {
	testPHP(t, "import", []phpCase{
		{"plain, aliased, grouped, functions", `
use A\B; use C\D as E;
use F\{G, H as I};
use function J\k;
new B(new E, new G, new I, k());
`, []string{
			`1 {"path":"A\\B"}`, `1 {"path":"C\\D","alias":"E"}`, `2 {"path":"F\\G"}`, `2 {"path":"F\\H","alias":"I"}`, `3 {"path":"J","names":["k"]}`,
		}},
		{"only comments speak of it", "use A\\B;\n/** @return B */\nfunction f() {}\n", []string{`1 {"path":"A\\B","typeOnly":true}`}},
		{"asked for first", "use A\\B;\nif (class_exists(B::class)) { new B; }\n", []string{`1 {"path":"A\\B","guarded":true}`}},
		{"named in place, once", "function f() {\n  \\A\\B::c();\n  \\A\\B::c();\n  \\D\\e();\n}\nif (class_exists('F')) { \\F\\G::h(); }\n", []string{
			`2 {"path":"A\\B","dynamic":true}`, `4 {"path":"D","dynamic":true}`, `6 {"path":"F\\G","guarded":true}`,
		}},
		{"included files", "require __DIR__ . '/../vendor/autoload.php';\ninclude 'lib/a.php';\nrequire_once(dirname(__DIR__) . '/b.php');\nif (file_exists('c.php')) { require 'c.php'; }\nrequire $d;\n", []string{
			`1 {"path":"../vendor/autoload.php"}`, `2 {"path":"./lib/a.php"}`, `3 {"path":"../b.php"}`, `4 {"path":"./c.php","guarded":true}`,
		}},
		{"traits, comments and strings are none", "class A { use B; }\n// use C\\D;\n$x = 'use E\\F;';\n", nil},
	})
}

func TestEntryPoint(t *testing.T) {
	testPHP(t, "entry-point", []phpCase{
		{"shebang", "#!/usr/bin/env php\n<?php\nrun();\n", []string{`1 {"via":"#!/usr/bin/env php"}`}},
		{"front controllers", "$app = require __DIR__.'/../bootstrap/app.php';\n$app->handleRequest(Request::capture());\n", []string{`2 {"via":"$app->handleRequest"}`}},
		{"symfony", "require_once dirname(__DIR__).'/vendor/autoload_runtime.php';\nreturn fn () => 1;\n", []string{`1 {"via":"autoload_runtime.php"}`}},
		{"methods of classes are none", "class A { function run() { $this->app->run(); } }\n", nil},
	})
}

func TestPackage(t *testing.T) {
	testPHP(t, "package", []phpCase{
		{"namespace", "namespace App\\Http;\nclass A {}\n", []string{`1 {"name":"App\\Http"}`}},
		{"relative name", "$x = namespace\\f();\n", nil},
	})
}

func TestEnvRead(t *testing.T) {
	testPHP(t, "env-read", []phpCase{
		{"ways to read", `
$a = getenv('A');
$b = getenv('B') ?: 'x';
$c = $_ENV['C'] ?? 3;
$d = $_SERVER['D'] ?? null;
$e = \getenv("E") !== false ? getenv("E") : 'y';
$f = (int) (getenv('F') ?: '9');
`, []string{
			`1 {"name":"A","via":"getenv"}`, `2 {"name":"B","via":"getenv","fallback":{"source":"literal","text":"x","hasText":true}}`,
			`3 {"name":"C","via":"$_ENV","fallback":{"source":"literal","text":"3","hasText":true}}`, `4 {"name":"D","via":"$_SERVER"}`,
			`5 {"name":"E","via":"getenv"}`, `5 {"name":"E","via":"getenv","fallback":{"source":"literal","text":"y","hasText":true}}`,
			`6 {"name":"F","via":"getenv","fallback":{"source":"literal","text":"9","hasText":true}}`,
		}},
		{"frameworks", `
use Illuminate\Support\Env;
use function Symfony\Component\DependencyInjection\Loader\Configurator\env as sfenv;
$a = env('A', 'x');
$b = Env::get('B', true);
$c = Env::getOrFail('C');
$d = sfenv('D');
$e = '%env(int:E)% and %env(default::F)%';
class G { function __construct(#[Autowire('%env(H)%')] $h, #[Autowire(env: 'I')] $i) {} }
`, []string{
			`3 {"name":"A","via":"env","fallback":{"source":"literal","text":"x","hasText":true}}`, `4 {"name":"B","via":"Illuminate\\Support\\Env::get","fallback":{"source":"literal","text":"true","hasText":true}}`,
			`5 {"name":"C","via":"Illuminate\\Support\\Env::getOrFail","required":true}`, `6 {"name":"D","via":"symfony\\component\\dependencyinjection\\loader\\configurator\\env","required":true}`,
			`7 {"name":"E","via":"%env()%","required":true}`, `7 {"name":"F","via":"%env()%","fallback":{"source":"unknown"}}`, `8 {"name":"H","via":"%env()%","required":true}`,
		}},
		{"symfony's attribute", "use Symfony\\Component\\DependencyInjection\\Attribute\\Autowire;\nclass G { function __construct(#[Autowire(env: 'DB_PASSWORD')] $i) {} }\n", []string{`2 {"name":"DB_PASSWORD","via":"Autowire(env)","required":true,"secret":true}`}},
		{"demanded by dotenv", "$dotenv = Dotenv\\Dotenv::createImmutable(__DIR__);\n$dotenv->load();\n$dotenv->required(['A', 'B'])->notEmpty();\n", []string{
			`3 {"name":"A","via":"Dotenv->required","required":true}`, `3 {"name":"B","via":"Dotenv->required","required":true}`,
		}},
		{"required and rejected", `
$a = getenv('A') ?: throw new Exception('A');
$b = getenv('B');
if (!$b) { throw new Exception('B'); }
$c = getenv('C') or die('C');
$d = env('D_SECRET', 'dev');
if ($d === 'dev') { exit(1); }
$e = getenv('E');
if ($e && !$f) { throw new Exception('E'); }
if (!getenv('G')) { exit(1); }
if (empty($h = getenv('H'))) { exit(1); }
`, []string{
			`1 {"name":"A","via":"getenv","required":true}`, `2 {"name":"B","via":"getenv","required":true,"rejected":true}`, `4 {"name":"C","via":"getenv","required":true,"rejected":true}`,
			`5 {"name":"D_SECRET","via":"env","fallback":{"source":"literal","text":"…","hasText":true,"secret":{"masked":"…","length":3,"entropy":1.58}},"secret":true,"rejected":true}`,
			`7 {"name":"E","via":"getenv"}`, `9 {"name":"G","via":"getenv","required":true,"rejected":true}`, `10 {"name":"H","via":"getenv"}`,
		}},
		{"debug only", "$k = env('APP_KEY', app()->environment('local') ? 'base64:abcdef' : null);\nif (app()->isLocal()) { $x = env('X'); } else { $y = env('Y'); }\n", []string{
			`1 {"name":"APP_KEY","via":"env","fallback":{"source":"literal","text":"bas…","hasText":true,"secret":{"masked":"bas…","length":13,"entropy":3.24}},"secret":true,"debug":true}`,
			`2 {"name":"X","via":"env","debug":true}`, `2 {"name":"Y","via":"env"}`,
		}},
		{"wrappers", `
function config_value(string $name, $default = 'x') { return getenv('APP_' . strtoupper($name)) ?: $default; }
class C {
  private function need($key) { $v = $_ENV[$key] ?? null; if ($v === null) { throw new E; } return $v; }
  function f() { return $this->need('TOKEN'); }
}
$a = config_value('host');
$b = config_value('port', '80');
$c = config_value($d);
`, []string{
			`4 {"name":"TOKEN","via":"need","required":true,"secret":true}`,
			`6 {"name":"APP_HOST","via":"config_value","fallback":{"source":"literal","text":"x","hasText":true}}`, `7 {"name":"APP_PORT","via":"config_value","fallback":{"source":"literal","text":"80","hasText":true}}`,
		}},
		{"not reads", `
$_ENV['A'] = 'x';
putenv('B=x');
$c = $_SERVER['REQUEST_METHOD'];
$d = $_SERVER['HTTP_HOST'] ?? '';
$e = $config->getenv('E');
$f = 'getenv("F")'; // getenv('G')
$h = getenv($name);
$i = $_POST['I'];
`, nil},
		{"a function of that name of the file's own", "function env($x) { return $x; }\n$a = env('A');\n", nil},
	})
}

func TestEnvBranch(t *testing.T) {
	testPHP(t, "env-branch", []phpCase{
		{"laravel", `
namespace App;
use Illuminate\Support\Facades\App;
if (App::environment(['local', 'staging'])) { $this->app->register(TelescopeServiceProvider::class); error_reporting(0); }
if (! app()->isProduction()) { $url = 'http://dev.example.org/x'; }
$x = app()->environment() === 'production' ? new \Redis : new FakeStore;
`, []string{
			`3 {"name":"App::environment","values":["local","staging"],"chooses":["debug"]}`,
			`4 {"name":"App::isProduction","values":["production"],"chooses":["url"]}`, `5 {"name":"App::environment","values":["production"],"chooses":["mock"]}`,
		}},
		{"variables and constants", `
if (getenv('APP_ENV') === 'prod') { ini_set('error_log', '/x'); }
if ($_SERVER['APP_ENV'] != 'test') { session_start(); }
if (ENVIRONMENT == 'development') { $r = new Redis; $r->connect('cache'); }
if (WP_DEBUG) { ini_set('display_errors', 1); }
switch (getenv('APP_ENV')) { case 'dev': $p = new PDO('sqlite:x'); break; case 'prod': break; }
$y = match (env('APP_ENV')) { 'local' => 1, default => 2 };
if (in_array(env('APP_ENV'), ['a', 'b'])) {}
`, []string{
			`1 {"name":"APP_ENV","values":["prod"],"chooses":["log"]}`, `2 {"name":"APP_ENV","values":["test"],"chooses":["store"]}`, `3 {"name":"ENVIRONMENT","values":["development"],"chooses":["client"]}`,
			`4 {"name":"WP_DEBUG","chooses":["debug"]}`, `5 {"name":"APP_ENV","values":["dev","prod"],"chooses":["client"]}`, `6 {"name":"APP_ENV","values":["local"]}`, `7 {"name":"APP_ENV","values":["a","b"]}`,
		}},
		{"not the environment's name", "if (getenv('STORAGE') === 's3') {}\nif ($planet->environment('desert')) {}\nif ($app->mode === 'production') {}\nif (getenv('APP_ENV') === '') {}\n", nil},
	})
}

func TestListen(t *testing.T) {
	testPHP(t, "listen", []phpCase{
		{"swoole", "use Swoole\\Http\\Server;\n$s = new Server('0.0.0.0', (int) (getenv('PORT') ?: 9501));\n$s->start();\n", []string{
			`2 {"via":"Swoole\\Http\\Server","host":{"source":"literal","text":"0.0.0.0","hasText":true},"port":{"source":"env","text":"9501","hasText":true,"env":["PORT"]}}`,
		}},
		{"react, workerman, amp, ratchet, plain", `
use React\Socket\SocketServer;
use Workerman\Worker;
use Ratchet\Server\IoServer;
$a = new SocketServer('127.0.0.1:8080');
$b = new Worker('http://0.0.0.0:2345');
$c = IoServer::factory($x, 8081);
$d = stream_socket_server("tcp://0.0.0.0:" . getenv('PORT'));
$e = new Worker();
$f = new SocketServer("0.0.0.0:$port");
`, []string{
			`4 {"via":"React\\Socket\\SocketServer","host":{"source":"literal","text":"127.0.0.1","hasText":true},"port":{"source":"literal","text":"8080","hasText":true}}`,
			`5 {"via":"Workerman\\Worker","host":{"source":"literal","text":"0.0.0.0","hasText":true},"port":{"source":"literal","text":"2345","hasText":true}}`,
			`6 {"via":"Ratchet\\Server\\IoServer::factory","port":{"source":"literal","text":"8081","hasText":true}}`,
			`7 {"via":"stream_socket_server","host":{"source":"literal","text":"0.0.0.0","hasText":true},"port":{"source":"env","env":["PORT"]}}`,
			`9 {"via":"React\\Socket\\SocketServer","host":{"source":"literal","text":"0.0.0.0","hasText":true},"port":{"source":"unknown"}}`,
		}},
		{"hyperf's servers", "return ['servers' => [['name' => 'http', 'host' => '0.0.0.0', 'port' => 9501]]];\n", []string{
			`1 {"via":"hyperf servers","host":{"source":"literal","text":"0.0.0.0","hasText":true},"port":{"source":"literal","text":"9501","hasText":true}}`,
		}},
		{"others of the name", "namespace A;\n$a = new Server('0.0.0.0', 80);\n$b->listen(80);\nsocket_bind($s, 'x', 1);\n", nil},
	})
}
