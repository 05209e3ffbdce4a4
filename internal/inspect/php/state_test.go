//go:build cgo

package php_test

import "testing"

func TestSession(t *testing.T) {
	testPHP(t, "session", []phpCase{
		{"bare, once", "session_start();\nsession_start();\n", []string{`1 {"via":"session_start","store":"file"}`}},
		{"handlers", "ini_set('session.save_handler', 'redis');\nsession_start();\n", []string{`2 {"via":"session_start","store":"redis"}`}},
		{"handler object", "session_set_save_handler(new PdoSessionHandler($pdo), true);\nsession_start();\n", []string{`2 {"via":"session_start","store":"database"}`}},
		{"handler of its own", "session_set_save_handler($open, $close);\nsession_start();\n", []string{`2 {"via":"session_start","store":"other"}`}},
		{"laravel", "return ['driver' => env('SESSION_DRIVER', 'file'), 'lifetime' => 1, 'cookie' => 'x'];\n", []string{`1 {"via":"laravel session.driver","store":"file","choice":{"source":"env","text":"file","hasText":true,"env":["SESSION_DRIVER"]}}`}},
		{"laravel without a default", "return ['driver' => env('SESSION_DRIVER'), 'lifetime' => 1, 'cookie' => 'x'];\n", []string{`1 {"via":"laravel session.driver","store":"other","choice":{"source":"env","env":["SESSION_DRIVER"]}}`}},
		{"yii, cake, codeigniter", "return ['components' => ['session' => ['class' => 'yii\\web\\DbSession']], 'Session' => ['defaults' => 'php'], 'Datasources' => []];\n", []string{
			`1 {"via":"cake Session.defaults","store":"file"}`, `1 {"via":"yii components.session","store":"database"}`,
		}},
		{"codeigniter", "namespace Config;\nuse CodeIgniter\\Session\\Handlers\\FileHandler;\nclass Session extends \\CodeIgniter\\Config\\BaseConfig { public string $driver = FileHandler::class; }\n", []string{`3 {"via":"codeigniter Session.driver","store":"file"}`}},
		{"others", "$x->session_start();\nfunction session_start() {}\nsession_start();\n// session_start();\n", nil},
	})
}

func TestStore(t *testing.T) {
	testPHP(t, "store", []phpCase{
		{"laravel's cache, queue, disks, broadcasting", `
return ['default' => env('CACHE_STORE', 'file'), 'stores' => ['file' => ['driver' => 'file']]];
`, []string{`1 {"purpose":"cache","via":"laravel cache.default","store":"file","choice":{"source":"env","text":"file","hasText":true,"env":["CACHE_STORE"]}}`}},
		{"queue", "return ['default' => 'sync', 'connections' => ['sync' => ['driver' => 'sync'], 'redis' => ['driver' => 'redis']]];\n", []string{
			`1 {"purpose":"queue","via":"laravel queue.default","store":"memory","choice":{"source":"literal","text":"sync","hasText":true}}`,
		}},
		{"disks", "return ['default' => env('FILESYSTEM_DISK', 'uploads'), 'disks' => ['uploads' => ['driver' => 's3'], 'local' => ['driver' => 'local']]];\n", []string{
			`1 {"purpose":"uploads","via":"laravel filesystems.default","store":"other","choice":{"source":"env","text":"uploads","hasText":true,"env":["FILESYSTEM_DISK"]}}`,
		}},
		{"broadcasting", "return ['default' => 'redis', 'connections' => ['pusher' => ['driver' => 'pusher'], 'redis' => ['driver' => 'redis']]];\n", []string{
			`1 {"purpose":"pub-sub","via":"laravel broadcasting.default","store":"redis","choice":{"source":"literal","text":"redis","hasText":true}}`,
		}},
		{"adapters", `
use Symfony\Component\Cache\Adapter\FilesystemAdapter;
use Symfony\Component\RateLimiter\Storage\InMemoryStorage;
use League\Flysystem\Local\LocalFilesystemAdapter;
use Illuminate\Support\Facades\Cache;
$a = new FilesystemAdapter();
$b = new InMemoryStorage();
$c = new LocalFilesystemAdapter('/srv');
Cache::store('file')->put('x', 1);
Cache::store('array')->get('x');
apcu_store('k', 1); apcu_store('l', 2);
`, []string{
			`5 {"purpose":"cache","via":"Symfony\\Component\\Cache\\Adapter\\FilesystemAdapter","store":"file"}`, `6 {"purpose":"rate-limit","via":"Symfony\\Component\\RateLimiter\\Storage\\InMemoryStorage","store":"memory"}`,
			`7 {"purpose":"uploads","via":"League\\Flysystem\\Local\\LocalFilesystemAdapter","store":"file"}`, `8 {"purpose":"cache","via":"Illuminate\\Support\\Facades\\Cache::store","store":"file","choice":{"source":"literal","text":"file","hasText":true}}`,
			`10 {"purpose":"cache","via":"apcu_store","store":"memory"}`,
		}},
		{"others of the name", "$a = new FilesystemAdapter();\n$cache->store('file');\nCachet::store('file');\n", nil},
	})
}

func TestLogSink(t *testing.T) {
	testPHP(t, "log-sink", []phpCase{
		{"monolog", `
use Monolog\Handler\{StreamHandler, RotatingFileHandler, SyslogUdpHandler, ErrorLogHandler};
$a = new StreamHandler('php://stderr');
$b = new StreamHandler(__DIR__ . '/../var/log/app.log', Level::Debug);
$c = new RotatingFileHandler('/var/log/app.log');
$d = new SyslogUdpHandler('logs.example.org');
$e = new StreamHandler(STDOUT);
$f = new StreamHandler(getenv('LOG_FILE') ?: 'php://stdout');
`, []string{
			`2 {"via":"Monolog\\Handler\\StreamHandler","target":"stderr","path":{"source":"literal","text":"php://stderr","hasText":true}}`,
			`3 {"via":"Monolog\\Handler\\StreamHandler","target":"file","path":{"source":"literal","text":"../var/log/app.log","hasText":true}}`,
			`4 {"via":"Monolog\\Handler\\RotatingFileHandler","target":"file","path":{"source":"literal","text":"/var/log/app.log","hasText":true},"rotates":true}`,
			`5 {"via":"Monolog\\Handler\\SyslogUdpHandler","target":"syslog"}`, `6 {"via":"Monolog\\Handler\\StreamHandler","target":"stdout"}`,
			`7 {"via":"Monolog\\Handler\\StreamHandler","target":"stdout","path":{"source":"env","text":"php://stdout","hasText":true,"env":["LOG_FILE"]}}`,
		}},
		{"json", "use Monolog\\Handler\\StreamHandler;\nuse Monolog\\Formatter\\JsonFormatter;\n$h = new StreamHandler('php://stdout'); $h->setFormatter(new JsonFormatter());\n", []string{
			`3 {"via":"Monolog\\Handler\\StreamHandler","target":"stdout","path":{"source":"literal","text":"php://stdout","hasText":true},"structured":true}`,
		}},
		{"PHP's own", "error_log('x');\nerror_log('y');\nini_set('error_log', '/var/log/php.log');\nsyslog(LOG_INFO, 'x');\n$e = fopen('php://stderr', 'w');\nif (WP_DEBUG) { ini_set('error_log', 'debug.log'); }\n", []string{
			`1 {"via":"error_log","target":"stderr"}`, `3 {"via":"ini_set(error_log)","target":"file","path":{"source":"literal","text":"/var/log/php.log","hasText":true}}`, `4 {"via":"syslog","target":"syslog"}`,
			`5 {"via":"fopen","target":"stderr"}`, `6 {"via":"ini_set(error_log)","target":"file","path":{"source":"literal","text":"debug.log","hasText":true},"debug":true}`,
		}},
		{"laravel's channels", `
use Monolog\Handler\StreamHandler;
return ['default' => env('LOG_CHANNEL', 'stack'), 'channels' => [
  'stack' => ['driver' => 'stack', 'channels' => ['daily', 'err']],
  'daily' => ['driver' => 'daily', 'path' => storage_path('logs/laravel.log')],
  'err' => ['driver' => 'monolog', 'handler' => StreamHandler::class, 'formatter' => Monolog\Formatter\JsonFormatter::class, 'with' => ['stream' => 'php://stderr']],
  'own' => ['driver' => 'custom', 'via' => X::class],
]];
`, []string{
			`4 {"via":"laravel logging.daily","target":"file","path":{"source":"literal","text":"storage/logs/laravel.log","hasText":true},"name":"daily","rotates":true}`,
			`5 {"via":"Monolog\\Handler\\StreamHandler","target":"stderr","path":{"source":"literal","text":"php://stderr","hasText":true},"structured":true,"name":"err"}`,
		}},
		{"symfony's, cake's, yii's", "use Symfony\\Component\\DependencyInjection\\ContainerBuilder;\nfunction f(ContainerBuilder $c) { $c->loadFromExtension('monolog', ['handlers' => ['main' => ['type' => 'stream', 'path' => '%kernel.logs_dir%/x.log']]]); }\n", []string{
			`2 {"via":"monolog.handlers","target":"file","path":{"source":"literal","text":"var/log/x.log","hasText":true},"name":"main"}`,
		}},
		{"others of the name", "namespace A;\n$a = new StreamHandler('x.log');\n$log->error_log('x');\nini_set('memory_limit', '1G');\n", nil},
	})
}

func TestLogRoute(t *testing.T) {
	testPHP(t, "log-route", []phpCase{
		{"laravel's default through its stack", "return ['default' => env('LOG_CHANNEL', 'stack'), 'channels' => [\n'stack' => ['driver' => 'stack', 'channels' => explode(',', env('LOG_STACK', 'single,err'))], 'single' => ['driver' => 'single', 'path' => 'x']]];\n", []string{
			`1 {"via":"laravel logging.default","sinks":["single","err"],"choice":{"source":"env","text":"stack","hasText":true,"env":["LOG_CHANNEL","LOG_STACK"]}}`,
		}},
		{"a loop of stacks", "return ['default' => 'a', 'channels' => ['a' => ['driver' => 'stack', 'channels' => ['b']], 'b' => ['driver' => 'stack', 'channels' => ['a', 'c']]]];\n", []string{
			`1 {"via":"laravel logging.default","sinks":["c"],"choice":{"source":"literal","text":"a","hasText":true}}`,
		}},
		{"a channel in code", "use Illuminate\\Support\\Facades\\Log;\nLog::channel('slack')->info('x');\nLog::channel('slack')->info('y');\n$radio->channel('slack');\n", []string{`2 {"via":"Illuminate\\Support\\Facades\\Log::channel","sinks":["slack"]}`}},
	})
}

func TestFileWrite(t *testing.T) {
	testPHP(t, "file-write", []phpCase{
		{"modes", `
file_put_contents('var/x.txt', $d);
file_put_contents(__DIR__ . '/app.log', $d, FILE_APPEND | LOCK_EX);
$h = fopen('data/y', 'a+b');
error_log($m, 3, '/var/log/my.log');
copy($a, 'z');
`, []string{
			`1 {"via":"file_put_contents","path":{"source":"literal","text":"var/x.txt","hasText":true}}`, `2 {"via":"file_put_contents","path":{"source":"literal","text":"app.log","hasText":true},"append":true}`,
			`3 {"via":"fopen","path":{"source":"literal","text":"data/y","hasText":true},"append":true}`, `4 {"via":"error_log","path":{"source":"literal","text":"/var/log/my.log","hasText":true},"append":true}`,
			`5 {"via":"copy","path":{"source":"literal","text":"z","hasText":true}}`,
		}},
		{"uploads", "if ($_SERVER['REQUEST_METHOD'] === 'POST') {\n  move_uploaded_file($_FILES['f']['tmp_name'], 'uploads/' . basename($_FILES['f']['name']));\n  file_put_contents('x', $_POST['y']);\n}\n", []string{
			`2 {"via":"move_uploaded_file","path":{"source":"input"},"handler":true,"upload":true}`, `3 {"via":"file_put_contents","path":{"source":"literal","text":"x","hasText":true},"handler":true,"upload":true}`,
		}},
		{"laravel", `
namespace App\Http\Controllers;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Storage;
class A extends Controller {
  public function store(Request $request) {
    $request->file('avatar')->store('avatars', 'public');
    $request->file('avatar')->store('avatars', 's3');
    $request->file('avatar')->store('avatars');
    Storage::disk('local')->put('a.txt', $request->getContent());
    Storage::put('b.txt', 'x');
  }
}
`, []string{
			`6 {"via":"UploadedFile->store","path":{"source":"literal","text":"avatars","hasText":true},"handler":true,"upload":true,"disk":"public"}`,
			`8 {"via":"UploadedFile->store","path":{"source":"literal","text":"avatars","hasText":true},"handler":true,"upload":true,"disk":"(default)"}`,
			`9 {"via":"Illuminate\\Support\\Facades\\Storage::disk->put","path":{"source":"literal","text":"a.txt","hasText":true},"handler":true,"upload":true,"disk":"local"}`,
		}},
		{"code that is run afterwards", "<?php file_put_contents(UPDATE_FILE, $code);\nrequire(UPDATE_FILE);\nfile_put_contents($cache, '<?php return ' . var_export($x, true) . ';');\ninclude $cache;\n", []string{
			`1 {"via":"file_put_contents","path":{"source":"unknown","env":["@UPDATE_FILE"]},"code":true}`, `3 {"via":"file_put_contents","path":{"source":"unknown","env":["@$cache"]},"temporary":true}`,
		}},
		{"temporary, streams, reading", `
$t = tempnam(sys_get_temp_dir(), 'x');
file_put_contents($t, 'x');
file_put_contents(sys_get_temp_dir() . '/y', 'x');
fopen('php://memory', 'w+');
fopen('x', 'r');
file_put_contents('php://stderr', 'x');
$this->file_put_contents('x', 'y');
fopen("$url", 'rb');
`, nil},
	})
}

func TestSharedState(t *testing.T) {
	testPHP(t, "shared-state", []phpCase{
		{"by reference, static, object of a server", `
use React\Http\HttpServer;
use Ratchet\MessageComponentInterface;
$sessions = [];
$count = 0;
$s = new HttpServer(function ($request) use (&$sessions, &$count) {
  $sessions[$request->getHeaderLine('sid')] = 1;
  $count++;
});
class Chat implements MessageComponentInterface {
  private static $users = [];
  protected $clients;
  function __construct() { $this->clients = new \SplObjectStorage; }
  function onOpen($conn) { $this->clients->attach($conn); self::$users[$conn->id] = 1; }
}
`, []string{
			`3 {"name":"sessions","type":"map","mutations":[6],"byRequest":true}`, `4 {"name":"count","type":"counter","mutations":[7]}`,
			`10 {"name":"users","type":"map","mutations":[13],"byRequest":true}`, `11 {"name":"clients","type":"set","mutations":[13],"byRequest":true}`,
		}},
		{"a process for each request", "class A { private static $cache = []; function f($k) { self::$cache[$k] = 1; } }\n", nil},
	})
}

func TestSetting(t *testing.T) {
	testPHP(t, "setting", []phpCase{
		{"returned", "return ['debug' => env('APP_DEBUG', false), 'db' => ['host' => 'h', 'password' => 's3cr3t-1'], 'hosts' => ['a', 'b'], 'f' => function () {}];\n", []string{
			`1 {"key":"debug","value":{"source":"env","text":"false","hasText":true,"env":["APP_DEBUG"]}}`, `1 {"key":"db.host","value":{"source":"literal","text":"h","hasText":true}}`,
			`1 {"key":"db.password","value":{"source":"literal","text":"s3…","hasText":true,"secret":{"masked":"s3…","length":8,"entropy":2.75}}}`,
			`1 {"key":"hosts.0","value":{"source":"literal","text":"a","hasText":true}}`, `1 {"key":"hosts.1","value":{"source":"literal","text":"b","hasText":true}}`,
		}},
		{"assigned", "$settings['hash_salt'] = 'abcdefgh1234';\n$config['system.logging']['error_level'] = 'verbose';\n", []string{
			`1 {"key":"settings.hash_salt","value":{"source":"literal","text":"abc…","hasText":true,"secret":{"masked":"abc…","length":12,"entropy":3.58}}}`, `2 {"key":"config.system.logging.error_level","value":{"source":"literal","text":"verbose","hasText":true}}`,
		}},
		{"wordpress", "define('DB_NAME', 'x');\ndefine('DB_HOST', getenv('DB_HOST') ?: 'db');\ndefine('WP_DEBUG', true);\n", []string{
			`1 {"key":"DB_NAME","value":{"source":"literal","text":"x","hasText":true}}`, `2 {"key":"DB_HOST","value":{"source":"env","text":"db","hasText":true,"env":["DB_HOST"]}}`, `3 {"key":"WP_DEBUG","value":{"source":"literal","text":"true","hasText":true}}`,
		}},
		{"translations and data", "return ['password' => 'Das Passwort ist falsch.', 'url' => 'The :attribute must be a URL.', 'database' => 'Datenbank'];\n", nil},
		{"a function's variable", "function f() { $config['a'] = 1; }\n$x['a'] = 1;\n", nil},
	})
}
