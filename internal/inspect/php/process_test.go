//go:build cgo

package php_test

import (
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

func TestHandler(t *testing.T) {
	testPHP(t, "handler", []phpCase{
		{"routes", "use Illuminate\\Support\\Facades\\Route;\nRoute::get('/', fn () => 1);\nRoute::middleware('x')->post('/a', [A::class, 'b']);\n$cache->get('/x', 1);\n", []string{
			`2 {"via":"Illuminate\\Support\\Facades\\Route::get"}`, `3 {"via":"Illuminate\\Support\\Facades\\Route::middleware->post"}`,
		}},
		{"slim", "use Slim\\Factory\\AppFactory;\n$app = AppFactory::create();\n$app->get('/x', function ($request, $response) { return $response; });\n", []string{`3 {"via":"Slim\\Factory\\AppFactory::create->get"}`}},
		{"controllers", `
namespace App\Controller;
class ShopController extends AbstractController {
  public function __construct() {}
  #[Route('/a')]
  public function list() {}
  private function help() {}
  public static function make() {}
}
abstract class BaseController { public function x() {} }
class Other { public function y() {} #[Route('/z')] public function z() {} }
`, []string{`5 {"via":"ShopController::list"}`, `10 {"via":"Other::z"}`}},
		{"scripts that answer", "$id = $_GET['id'];\necho $_POST['x'];\n", []string{`1 {"via":"script"}`}},
		{"console scripts and functions", "#!/usr/bin/env php\n<?php\n$_GET['c'] = 'x';\necho $_GET['d'];\n", nil},
		{"serverless", "use Bref\\Event\\Handler;\nclass H implements Handler { public function handle($event, $context) {} }\n", []string{`2 {"via":"Bref","lambda":true}`}},
	})
}

func TestSignalHandler(t *testing.T) {
	testPHP(t, "signal-handler", []phpCase{
		{"pcntl", `
pcntl_async_signals(true);
pcntl_signal(SIGTERM, function () use (&$running) { $running = false; });
pcntl_signal(SIGINT, fn () => exit(0));
class W { private $stop; function f() { pcntl_signal(SIGTERM, [$this, 'onTerm']); foreach ([SIGTERM, SIGINT] as $s) { pcntl_signal($s, [$this, 'onTerm']); } } function onTerm() { $this->server->shutdown(); exit; } }
pcntl_signal(SIGTERM, SIG_DFL);
register_shutdown_function(function () { unlink('x'); });
`, []string{
			`2 {"via":"pcntl_signal","signals":["SIGTERM"],"drains":true}`, `3 {"via":"pcntl_signal","signals":["SIGINT"],"exits":true}`,
			`4 {"via":"pcntl_signal","signals":["SIGTERM"],"drains":true,"exits":true}`, `4 {"via":"pcntl_signal","signals":["SIGTERM","SIGINT"],"drains":true,"exits":true}`,
			`6 {"via":"register_shutdown_function","signals":["EXIT"],"drains":true}`,
		}},
		{"loops, commands", `
use React\EventLoop\Loop;
use Illuminate\Console\Command;
Loop::addSignal(SIGTERM, function () { $this->server->close(); });
class A extends Command { function handle() { $this->trap([SIGTERM, SIGQUIT], fn () => $this->shouldKeepRunning = false); } }
class B implements SignalableCommandInterface { public function getSubscribedSignals(): array { return [SIGTERM]; } public function handleSignal(int $s) { $this->stop(); } }
`, []string{
			`3 {"via":"React\\EventLoop\\Loop::addSignal","signals":["SIGTERM"],"drains":true}`, `4 {"via":"Illuminate\\Console\\Command->trap","signals":["SIGTERM","SIGQUIT"],"drains":true}`,
			`5 {"via":"Symfony\\Component\\Console\\Command\\SignalableCommandInterface","signals":["SIGTERM"],"drains":true}`,
		}},
		{"others", "$bus->addSignal(SIGTERM, $f);\n$x = SIGTERM;\npcntl_signal($unknown, $f);\n", nil},
	})
}

func TestExec(t *testing.T) {
	testPHP(t, "exec", []phpCase{
		{"ways", `
use Symfony\Component\Process\Process;
exec('convert a.png b.jpg');
$x = shell_exec("ffmpeg -i $in $out");
system(sprintf('git -C %s pull', $dir));
new Process(['wkhtmltopdf', $a, $b]);
Process::fromShellCommandline('tar xf ' . $f);
$y = ` + "`ls -l $dir`" + `;
passthru('LC_ALL=C sort x');
`, []string{
			`2 {"via":"exec","program":"convert"}`, `3 {"via":"shell_exec","program":"ffmpeg"}`, `4 {"via":"system","program":"git"}`, `5 {"via":"Symfony\\Component\\Process\\Process","program":"wkhtmltopdf"}`,
			`6 {"via":"Symfony\\Component\\Process\\Process::fromShellCommandline","program":"tar"}`, "7 {\"via\":\"``\",\"program\":\"ls\"}", `8 {"via":"passthru","program":"sort"}`,
		}},
		{"asked for first", "if (exec('which pdftotext')) { exec('pdftotext x'); }\n", []string{`1 {"via":"exec","program":"pdftotext","guarded":true}`}},
		{"others of the name", "$pdo->exec('UPDATE x');\n$redis->exec();\ncurl_exec($c);\nexec($cmd);\nexec(\"$bin -v\");\nnamespace A { class Process {} }\n", nil},
	})
}

func TestMigration(t *testing.T) {
	testPHP(t, "migration", []phpCase{
		{"artisan at boot", `
namespace App\Providers;
use Illuminate\Support\Facades\Artisan;
use Illuminate\Support\ServiceProvider;
class P extends ServiceProvider { public function boot() { Artisan::call('migrate', ['--force' => true]); Artisan::call('cache:clear'); } public function other() { Artisan::call('migrate:fresh --seed'); } }
`, []string{
			`4 {"via":"Illuminate\\Support\\Facades\\Artisan::call migrate","boot":true}`, `4 {"via":"Illuminate\\Support\\Facades\\Artisan::call migrate:fresh"}`,
		}},
		{"doctrine", "use Doctrine\\ORM\\Tools\\SchemaTool;\n$t = new SchemaTool($em);\n$t->updateSchema($m);\n", []string{`3 {"via":"Doctrine\\ORM\\Tools\\SchemaTool->updateSchema","boot":true,"sync":true}`}},
		{"statements", "function install(PDO $pdo) { $pdo->exec('CREATE TABLE IF NOT EXISTS a (b int)'); $pdo->exec('DELETE FROM a'); }\n", []string{`1 {"via":"PDO->exec"}`}},
		{"migration classes", "use Illuminate\\Database\\Migrations\\Migration;\nuse Illuminate\\Support\\Facades\\Schema;\nreturn new class extends Migration { public function up() { Schema::create('a', function ($t) {}); } };\n", nil},
	})
}

func TestJobs(t *testing.T) {
	testPHP(t, "consumer", []phpCase{
		{"laravel, symfony", `
namespace App\Jobs;
use Illuminate\Contracts\Queue\ShouldQueue;
use Symfony\Component\Messenger\Attribute\AsMessageHandler;
class A implements ShouldQueue { public function handle() {} }
abstract class B implements ShouldQueue {}
#[AsMessageHandler]
class C { public function __invoke(M $m) {} }
class D { public function handle() {} }
`, []string{`4 {"via":"Illuminate\\Contracts\\Queue\\ShouldQueue","ack":"late"}`, `5 {"via":"Illuminate\\Contracts\\Queue\\ShouldQueue","ack":"late"}`, `6 {"via":"Symfony\\Component\\Messenger\\Attribute\\AsMessageHandler","ack":"late"}`}},
		{"brokers", `
use PhpAmqpLib\Connection\AMQPStreamConnection;
$ch = (new AMQPStreamConnection('h', 1, 'u', 'p'))->channel();
$ch->basic_consume('q', '', false, true, false, false, $cb);
$ch->basic_consume('q', '', false, false, false, false, $cb);
$r = new Redis; while (true) { $job = $r->lPop('jobs'); }
$r->lPop('once');
$r->blPop(['jobs'], 0);
`, []string{
			`3 {"via":"AMQPChannel->basic_consume","ack":"early"}`, `4 {"via":"AMQPChannel->basic_consume","ack":"late"}`, `5 {"via":"Redis->lPop","ack":"early"}`, `7 {"via":"Redis->blPop","ack":"early"}`,
		}},
	})
}

func TestEnqueue(t *testing.T) {
	testPHP(t, "enqueue", []phpCase{
		{"laravel, symfony", `
namespace App\Http;
use App\Jobs\SendMail;
use App\Events\Sent;
use Illuminate\Support\Facades\{Mail, Queue};
use Symfony\Component\Messenger\MessageBusInterface;
SendMail::dispatch($x);
SendMail::dispatchSync($x);
Sent::dispatch($x);
dispatch(new SendMail($x));
Mail::to($u)->queue(new M);
Queue::push(new SendMail);
class A { function __construct(private MessageBusInterface $bus) {} function f() { $this->bus->dispatch(new Message); $this->dispatcher->dispatch(new Event); } }
`, []string{
			`6 {"via":"App\\Jobs\\SendMail::dispatch"}`, `9 {"via":"dispatch"}`, `10 {"via":"Illuminate\\Support\\Facades\\Mail::to->queue"}`, `11 {"via":"Illuminate\\Support\\Facades\\Queue::push"}`,
			`12 {"via":"Symfony\\Component\\Messenger\\MessageBusInterface->dispatch"}`,
		}},
	})
}

func TestScheduler(t *testing.T) {
	testPHP(t, "scheduler", []phpCase{
		{"laravel", "use Illuminate\\Console\\Scheduling\\Schedule;\nclass K { protected function schedule(Schedule $schedule) {\n  $schedule->command('a')->daily();\n  $schedule->job(new J)->hourly()->onOneServer();\n  $other->command('b');\n} }\n", []string{
			`3 {"via":"Illuminate\\Console\\Scheduling\\Schedule->command"}`, `4 {"via":"Illuminate\\Console\\Scheduling\\Schedule->job","locked":true}`,
		}},
		{"a timer of the process's own", "use React\\EventLoop\\Loop;\nLoop::addPeriodicTimer(60, function () use ($m) { $m->forceFlush(); });\nLoop::addPeriodicTimer(60, function () use ($m) { $m->send(); });\n", []string{
			`3 {"via":"React\\EventLoop\\Loop::addPeriodicTimer"}`,
		}},
		{"timers", "use React\\EventLoop\\Loop;\nLoop::addPeriodicTimer(60, $f);\nwp_schedule_event(time(), 'hourly', 'x');\n$loop->addPeriodicTimer(1, $f);\n", []string{
			`2 {"via":"React\\EventLoop\\Loop::addPeriodicTimer"}`, `3 {"via":"wp_schedule_event","locked":true}`,
		}},
	})
}

func TestSlowAndStartWork(t *testing.T) {
	testPHP(t, "slow-work", []phpCase{
		{"in handlers", `
namespace App\Http\Controllers;
use Illuminate\Support\Facades\Mail;
class A extends Controller {
  public function a() { Mail::to($u)->send(new M); sleep(2); usleep(100); $this->mailer->mail('x'); }
  private function b() { sleep(3); }
}
`, []string{`4 {"via":"Illuminate\\Support\\Facades\\Mail::to->send","work":"mail","of":"App\\Http\\Controllers\\M","in":"a"}`, `4 {"via":"sleep","work":"sleep"}`}},
		{"scripts", "$to = $_POST['to'];\nmail($to, 'x', 'y');\nimagecreatefromjpeg($x);\n", []string{`2 {"via":"mail","work":"mail"}`, `3 {"via":"imagecreatefromjpeg","work":"image"}`}},
		{"elsewhere", "mail('a', 'b', 'c');\nfunction f() { sleep(1); }\n", nil},
	})
}

func TestStartWork(t *testing.T) {
	testPHP(t, "start-work", []phpCase{
		{"before the server", "sleep(5);\nwhile (!@fsockopen('db', 5432)) { sleep(1); }\nfor ($i = 0; $i < 10; $i++) { sleep(1); }\n$s = new Swoole\\Http\\Server('0.0.0.0', 80);\nsleep(9);\n", []string{
			`1 {"via":"sleep","work":"sleep","seconds":{"source":"literal","text":"5","hasText":true}}`, `2 {"via":"sleep","work":"wait","seconds":{"source":"literal","text":"1","hasText":true}}`,
			`3 {"via":"sleep","work":"wait","seconds":{"source":"literal","text":"1","hasText":true},"bounded":true}`,
		}},
		{"a script without a server", "sleep(5);\n", nil},
	})
}

// TestHalfWritten must return with what can be read: an editor's broken line
// hides nothing else.
func TestHalfWritten(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		"<?php\nfunction f() { return 1 + 2; }\n$a = getenv('A');\nif ($x {", "<?php class A { function f() { getenv('A'); ", "<p><?= getenv('A') ?></p><?php foreach (", "<?php getenv('A'); $x = [1, 'b' => ;",
	} {
		reads := 0
		for _, s := range files.File(inspect.PHP, []byte(source)) {
			if s.Fact.Kind() == "env-read" {
				reads++
			}
		}
		if reads != 1 {
			t.Errorf("%q states %d reads", source, reads)
		}
	}
}
