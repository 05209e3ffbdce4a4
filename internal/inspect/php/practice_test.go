//go:build cgo

package php_test

import "testing"

// Forms that applications outside of this repository have, each with what must
// not be mistaken for it.

func TestEnvPractice(t *testing.T) {
	testPHP(t, "env-read", []phpCase{
		{"names of a list", "foreach (['L1', 'L2'] as $key) { $z[$key] = getenv($key); }\nforeach ($names as $name) { getenv($name); }\n", []string{
			`1 {"name":"L1","via":"getenv"}`, `1 {"name":"L2","via":"getenv"}`,
		}},
		{"all variables", "$a = getenv()['ARR'] ?? 'z';\n$b = other()['NO'];\n$c = getenv('X')['NO'];\n", []string{
			`1 {"name":"ARR","via":"getenv","fallback":{"source":"literal","text":"z","hasText":true}}`, `3 {"name":"X","via":"getenv"}`,
		}},
		{"refused in the condition", "if (!$w = getenv('W')) { exit(1); }\nif (!($v = getenv('V'))) { throw new \\Exception('V'); }\nif (!$u = getenv('U')) { $u = 'x'; }\n", []string{
			`1 {"name":"W","via":"getenv","required":true,"rejected":true}`, `2 {"name":"V","via":"getenv","required":true,"rejected":true}`, `3 {"name":"U","via":"getenv"}`,
		}},
	})
}

func TestFilePractice(t *testing.T) {
	testPHP(t, "file-write", []phpCase{
		{"Laravel's uploads", `
namespace App\Http\Controllers;
use Illuminate\Http\Request;
class UploadController extends Controller {
  public function store(Request $request) {
    $request->file('photo')->move(public_path('uploads'), 'x.jpg');
    $request->photo->storeAs('images', 'x.jpg', 'public');
    $file = $request->file('doc');
    $file->move('docs', $file->getClientOriginalName());
    \File::put(public_path('x.txt'), $request->getContent());
    $piece->move('a', 'b');
  }
}
`, []string{
			`5 {"via":"UploadedFile->move","path":{"source":"literal","text":"public/uploads","hasText":true},"handler":true,"upload":true}`,
			`6 {"via":"UploadedFile->storeAs","path":{"source":"literal","text":"images","hasText":true},"handler":true,"upload":true,"disk":"public"}`,
			`8 {"via":"UploadedFile->move","path":{"source":"literal","text":"docs","hasText":true},"handler":true,"upload":true}`,
			`9 {"via":"Illuminate\\Support\\Facades\\File::put","path":{"source":"literal","text":"public/x.txt","hasText":true},"handler":true,"upload":true}`,
		}},
		{"Symfony's and PSR-7's", `
use Symfony\Component\HttpFoundation\Request;
use Psr\Http\Message\ServerRequestInterface;
function a(Request $request, $form) {
  $request->files->get('f')->move('/var/uploads', 'n');
  $photo = $form->get('photo')->getData();
  $photo->move($this->getParameter('dir'), 'n');
}
function b(ServerRequestInterface $request) {
  $files = $request->getUploadedFiles();
  $files['f']->moveTo('/var/www/uploads/x');
}
`, []string{
			`4 {"via":"UploadedFile->move","path":{"source":"literal","text":"/var/uploads","hasText":true},"handler":true,"upload":true}`,
			`6 {"via":"UploadedFile->move","path":{"source":"input","env":["@parameter:dir"]},"handler":true,"upload":true}`,
			`10 {"via":"UploadedFile->moveTo","path":{"source":"literal","text":"/var/www/uploads/x","hasText":true},"handler":true,"upload":true}`,
		}},
	})
}

func TestMigrationPractice(t *testing.T) {
	testPHP(t, "migration", []phpCase{
		{"by a command", `
exec('php artisan migrate --force');
shell_exec("bin/console doctrine:migrations:migrate --no-interaction");
passthru('vendor/bin/phinx migrate -e production');
system('php yii migrate --interactive=0');
$p = new Symfony\Component\Process\Process(['php', 'artisan', 'migrate']);
exec('php artisan migrate:status');
exec('php artisan cache:clear');
exec('echo migrate');
`, []string{
			`1 {"via":"exec","boot":true}`, `2 {"via":"shell_exec","boot":true}`, `3 {"via":"passthru","boot":true}`, `4 {"via":"system","boot":true}`, `5 {"via":"Symfony\\Component\\Process\\Process","boot":true}`,
		}},
	})
}

func TestSchedulePractice(t *testing.T) {
	testPHP(t, "scheduler", []phpCase{
		{"Symfony's with a lock", `
use Symfony\Component\Scheduler\Attribute\AsSchedule;
use Symfony\Component\Scheduler\Schedule;
use Symfony\Component\Scheduler\RecurringMessage;
#[AsSchedule('default')]
class P { public function getSchedule(): Schedule { return (new Schedule())->add(RecurringMessage::every('1 day', new X()))->lock($this->l); } }
`, []string{`4 {"via":"Symfony\\Component\\Scheduler\\Attribute\\AsSchedule","locked":true}`, `5 {"via":"Symfony\\Component\\Scheduler\\RecurringMessage::every","locked":true}`}},
	})
}

func TestClientPractice(t *testing.T) {
	testPHP(t, "client", []phpCase{
		{"small libraries", `
ORM::configure('mysql:host=db;dbname=x');
$f3 = new DB\SQL('pgsql:host=db', 'u', getenv('PW'));
$meili = new Meilisearch\Client('http://meili:7700', getenv('KEY'));
ORM::configure('logging', true);
`, []string{
			`1 {"service":"mysql","via":"ORM::configure","handle":{"source":"literal","text":"mysql:host=db;dbname=x","hasText":true}}`,
			`2 {"service":"postgres","via":"DB\\SQL","handle":{"source":"literal","text":"pgsql:host=db","hasText":true}}`,
			`3 {"service":"elasticsearch","via":"Meilisearch\\Client","handle":{"source":"literal","text":"http://meili:7700","hasText":true}}`,
		}},
	})
}

func TestCredentialPractice(t *testing.T) {
	testPHP(t, "credential", []phpCase{
		{"setters and keys", `
use Aws\S3\S3Client;
$t = (new Swift_SmtpTransport('smtp.acme.io', 25))->setUsername('u')->setPassword('swiftpw99');
$s3 = new S3Client(['credentials' => ['key' => 'AKIAIOSFODNN7ABCDEFG', 'secret' => getenv('S')]]);
$ch = curl_init('https://api.acme.io');
curl_setopt($ch, CURLOPT_HTTPHEADER, ['Authorization: Bearer 0a1b2c3d4e5f60718293a4b5', 'Accept: application/json']);
$client->request('GET', 'x', ['headers' => ['Authorization' => 'Bearer 0a1b2c3d4e5f60718293a4b5', 'X-Api-Key' => '9f8e7d6c5b4a39281706f5e4d3c2b1a0']]);
$user->setPassword('secret');
$h = ['Authorization' => 'Bearer ' . $token, 'X-Api-Key' => getenv('K'), 'Accept' => 'x'];
$n = ['key' => 'value', 'Authorization' => 'Bearer {token}'];
curl_setopt($ch, CURLOPT_USERPWD, 'user:pa55word-x1');
`, []string{
			`2 {"name":"password","via":"argument","secret":{"masked":"sw…","length":9,"entropy":2.73}}`,
			`3 {"name":"key","via":"field","secret":{"masked":"AKIA…","length":20,"entropy":3.58,"format":"aws-access-key"}}`,
			`5 {"name":"Authorization","via":"field","secret":{"masked":"0a1b…","length":24,"entropy":3.92}}`,
			`6 {"name":"Authorization","via":"field","secret":{"masked":"0a1b…","length":24,"entropy":3.92}}`,
			`6 {"name":"X-Api-Key","via":"field","secret":{"masked":"9f8e…","length":32,"entropy":4}}`,
			`10 {"name":"CURLOPT_USERPWD","via":"argument","secret":{"masked":"pa…","length":11,"entropy":3.28}}`,
		}},
	})
}

func TestSharedStatePractice(t *testing.T) {
	testPHP(t, "shared-state", []phpCase{
		{"a server of Swoole", `
$server = new Swoole\Http\Server('0.0.0.0', 9501);
$visits = 0;
$rooms = [];
$server->on('request', function ($request, $response) use (&$visits, &$rooms) {
  $visits++;
  $rooms[$request->fd][] = 1;
  $local = [];
  $local['x'] = 1;
});
$server->start();
`, []string{
			`2 {"name":"visits","type":"counter","mutations":[5]}`,
			`3 {"name":"rooms","type":"map","mutations":[6],"byRequest":true}`,
		}},
		{"requests that end", "$visits = 0;\nfunction a() { static $n = 0; $n++; global $visits; $visits++; }\n", nil},
	})
}

func TestFrameworkPractice(t *testing.T) {
	testPHP(t, "client", []phpCase{
		{"CodeIgniter 3", "$db['default'] = array('dsn' => '', 'hostname' => 'db.acme.local', 'username' => 'root', 'dbdriver' => 'mysqli');\n", []string{
			`1 {"service":"mysql","via":"settings.db","handle":{"source":"literal","text":"db.acme.local","hasText":true}}`,
		}},
	})
	t.Run("session", func(t *testing.T) {
		testPHP(t, "session", []phpCase{
			{"CodeIgniter 3", "$config['sess_driver'] = 'files';\n$config['sess_save_path'] = NULL;\n", []string{`1 {"via":"codeigniter sess_driver","store":"file"}`}},
			{"CodeIgniter 3 with a database", "$config['sess_driver'] = 'database';\n$other['sess_driver'] = 'files';\n", []string{`1 {"via":"codeigniter sess_driver","store":"database"}`}},
		})
	})
	t.Run("endpoint", func(t *testing.T) {
		testPHP(t, "endpoint", []phpCase{{"the application's own address", "$config['base_url'] = 'http://localhost/shop';\n", nil}})
	})
	t.Run("log", func(t *testing.T) {
		testPHP(t, "log-sink", []phpCase{
			{"servers", `
$http = new Swoole\Http\Server('0.0.0.0', 80);
$http->set(['worker_num' => 4, 'log_file' => '/var/log/swoole.log']);
Workerman\Worker::$logFile = '/var/log/workerman.log';
Workerman\Worker::$stdoutFile = '/dev/stdout';
$box->set(['log_file' => '/x.log']);
Acme\Worker::$logFile = '/x.log';
`, []string{
				`2 {"via":"Swoole\\Http\\Server->set","target":"file","path":{"source":"literal","text":"/var/log/swoole.log","hasText":true}}`,
				`3 {"via":"Workerman\\Worker::$logFile","target":"file","path":{"source":"literal","text":"/var/log/workerman.log","hasText":true}}`,
				`4 {"via":"Workerman\\Worker::$stdoutFile","target":"stdout","path":{"source":"literal","text":"/dev/stdout","hasText":true}}`,
			}},
			{"a file unless a variable says otherwise", "$l = new Monolog\\Handler\\StreamHandler(isset($_ENV['docker']) ? 'php://stdout' : __DIR__ . '/logs/app.log');\n", []string{
				`1 {"via":"Monolog\\Handler\\StreamHandler","target":"file","path":{"source":"env","text":"logs/app.log","hasText":true,"env":["docker"]}}`,
			}},
			{"constants of frameworks", "$l = new Monolog\\Handler\\StreamHandler(WRITEPATH . 'logs/app.log');\n$m = new Monolog\\Handler\\StreamHandler(LOGS . 'app.log');\n", []string{
				`1 {"via":"Monolog\\Handler\\StreamHandler","target":"file","path":{"source":"literal","text":"writable/logs/app.log","hasText":true}}`,
				`2 {"via":"Monolog\\Handler\\StreamHandler","target":"file","path":{"source":"literal","text":"logs/app.log","hasText":true}}`,
			}},
		})
	})
	t.Run("credential", func(t *testing.T) {
		testPHP(t, "credential", []phpCase{
			{"settings given to a container", "return function ($c) {\n$c->addDefinitions(['settings' => ['db' => ['host' => 'localhost', 'username' => 'u',\n'password' => 'slimpass99']]]);\n};\n", []string{
				`3 {"name":"password","via":"field","secret":{"masked":"sl…","length":10,"entropy":2.65}}`,
			}},
			{"words of a form", "$f->addLabels(['db' => ['title' => 'Base', 'password' => 'kennwort1']]);\n", nil},
		})
	})
}
