//go:build cgo

package php_test

import "testing"

func TestClient(t *testing.T) {
	testPHP(t, "client", []phpCase{
		{"PDO", `
namespace App;
use PDO;
$a = new PDO('mysql:host=db;dbname=shop', 'root', 'x');
$b = new \PDO("pgsql:host=$host;dbname=x");
$c = new PDO(getenv('DSN') ?: 'sqlite:/tmp/x.db');
$d = new PDO(sprintf('mysql:host=%s;dbname=%s', getenv('DB_HOST'), 'x'));
`, []string{
			`3 {"service":"mysql","via":"PDO","handle":{"source":"literal","text":"mysql:host=db;dbname=shop","hasText":true},"user":"root"}`,
			`4 {"service":"postgres","via":"PDO","handle":{"source":"unknown"}}`,
			`5 {"service":"sqlite","via":"PDO","handle":{"source":"env","text":"sqlite:/tmp/x.db","hasText":true,"env":["DSN"]}}`,
			`6 {"service":"mysql","via":"PDO","handle":{"source":"env","env":["DB_HOST"]}}`,
		}},
		{"another PDO", "namespace App;\n$a = new PDO('mysql:host=db');\n$r = new Redis; $r->connect('x');\n", nil},
		{"functions and extensions", `
$a = mysqli_connect('10.0.0.5', 'u', 'p');
$b = new mysqli($_ENV['DB_HOST'], 'u', 'p');
$c = pg_connect("host=pg dbname=x user=u");
$d = new Redis();
$d->connect(getenv('REDIS_HOST'), 6379);
$e = new Memcached; $e->addServer('memcached', 11211);
$f = new SQLite3('data.sqlite');
`, []string{
			`1 {"service":"mysql","via":"mysqli_connect","handle":{"source":"literal","text":"10.0.0.5","hasText":true},"user":"u"}`, `2 {"service":"mysql","via":"mysqli","handle":{"source":"env","env":["DB_HOST"]},"user":"u"}`,
			`3 {"service":"postgres","via":"pg_connect","handle":{"source":"literal","text":"host=pg dbname=x user=u","hasText":true}}`,
			`5 {"service":"redis","via":"Redis->connect","handle":{"source":"env","env":["REDIS_HOST"]}}`, `6 {"service":"memcached","via":"Memcached->addServer","handle":{"source":"literal","text":"memcached","hasText":true}}`,
			`7 {"service":"sqlite","via":"SQLite3","handle":{"source":"literal","text":"data.sqlite","hasText":true}}`,
		}},
		{"libraries", `
use Predis\Client;
use PhpAmqpLib\Connection\AMQPStreamConnection;
use Elastic\Elasticsearch\ClientBuilder;
use Aws\S3\S3Client;
use MongoDB\Client as Mongo;
use Symfony\Component\Mailer\Transport;
class A {
  const HOST = 'rabbit';
  private Client $redis;
  function __construct(private string $url) {
    $this->redis = new Client(['host' => $url, 'port' => 6379]);
    $amqp = new AMQPStreamConnection(self::HOST, 5672, 'guest', 'guest');
    $es = ClientBuilder::create()->setHosts(['es:9200'])->build();
    $s3 = new S3Client(['region' => 'eu-west-1', 'endpoint' => getenv('S3')]);
    $m = new Mongo('mongodb://u:s3cr3t@mongo/x');
    $t = Transport::fromDsn($_SERVER['MAILER_DSN']);
  }
}
`, []string{
			`11 {"service":"redis","via":"Predis\\Client","handle":{"source":"input"}}`, `12 {"service":"amqp","via":"PhpAmqpLib\\Connection\\AMQPStreamConnection","handle":{"source":"literal","text":"rabbit","hasText":true},"user":"guest"}`,
			`13 {"service":"elasticsearch","via":"Elastic\\Elasticsearch\\ClientBuilder::create->setHosts","handle":{"source":"literal","text":"es:9200","hasText":true}}`,
			`14 {"service":"object-store","via":"Aws\\S3\\S3Client","handle":{"source":"env","env":["S3"]}}`,
			`15 {"service":"mongodb","via":"MongoDB\\Client","handle":{"source":"literal","text":"mongodb://u:…@mongo/x","hasText":true,"secret":{"masked":"s…","length":6,"entropy":2.25}}}`,
			`16 {"service":"smtp","via":"Symfony\\Component\\Mailer\\Transport::fromDsn","handle":{"source":"env","env":["MAILER_DSN"]}}`,
		}},
		{"mail", `
use PHPMailer\PHPMailer\PHPMailer;
mail('a@b.c', 'x', 'y');
$m = new PHPMailer(true);
$m->Host = 'smtp.corp.example';
$m->isMail();
$n->Host = 'x';
`, []string{
			`2 {"service":"smtp","via":"mail","handle":{"source":"literal","text":"sendmail","hasText":true}}`,
			`4 {"service":"smtp","via":"PHPMailer\\PHPMailer\\PHPMailer->Host","handle":{"source":"literal","text":"smtp.corp.example","hasText":true}}`,
			`5 {"service":"smtp","via":"PHPMailer\\PHPMailer\\PHPMailer->isMail","handle":{"source":"literal","text":"sendmail","hasText":true}}`,
		}},
		{"a class of the file that extends one", "class Db extends PDO {}\n$d = new Db('mysql:host=db1;dbname=x');\n", []string{
			`2 {"service":"mysql","via":"PDO","handle":{"source":"literal","text":"mysql:host=db1;dbname=x","hasText":true}}`,
		}},
		{"debug only", "if (app()->environment('local')) { $r = new Redis; $r->connect('localhost'); }\n", []string{
			`1 {"service":"redis","via":"Redis->connect","handle":{"source":"literal","text":"localhost","hasText":true},"debug":true}`,
		}},
		{"wordpress", "define('DB_NAME', 'wp');\ndefine( 'DB_HOST', 'mysql.internal' );\n", []string{
			`2 {"service":"mysql","via":"wordpress DB_HOST","handle":{"source":"literal","text":"mysql.internal","hasText":true}}`,
		}},
		{"drupal and codeigniter", "$databases['default']['default'] = ['driver' => 'pgsql', 'host' => 'pg', 'password' => 'x'];\n", []string{
			`1 {"service":"postgres","via":"settings.databases","handle":{"source":"literal","text":"pg","hasText":true}}`,
		}},
		{"codeigniter's class", "namespace Config;\nclass Database extends \\CodeIgniter\\Database\\Config {\n  public array $default = ['hostname' => 'db', 'DBDriver' => 'MySQLi'];\n}\n", []string{
			`3 {"service":"mysql","via":"codeigniter Database.default","handle":{"source":"literal","text":"db","hasText":true}}`,
		}},
		{"yii and cake", "return ['components' => ['db' => ['class' => 'yii\\db\\Connection', 'dsn' => 'mysql:host=localhost;dbname=x']], 'Datasources' => ['default' => ['className' => 'Cake\\Database\\Driver\\Postgres', 'host' => 'h']]];\n", []string{
			`1 {"service":"postgres","via":"cake Datasources.default","handle":{"source":"literal","text":"h","hasText":true}}`,
			`1 {"service":"mysql","via":"yii components.db","handle":{"source":"literal","text":"mysql:host=localhost;dbname=x","hasText":true}}`,
		}},
	})
}

func TestCredential(t *testing.T) {
	testPHP(t, "credential", []phpCase{
		{"assigned", `
$db_password = 'hunter2pass';
$this->apiKey = 'k3y-9f8a7b6c';
$config['secret'] = 'qW3rTy77';
define('AUTH_KEY', 'put your unique phrase here');
define('DB_PASSWORD', 'S3cure!pw');
const API_SECRET = 'zx81-spectrum';
class A { private $password = 'abc123def'; const TOKEN = 'tok_77123'; function f($secret = 'dev-4411') {} }
`, []string{
			`1 {"name":"db_password","via":"assignment","secret":{"masked":"hu…","length":11,"entropy":3.28}}`, `2 {"name":"apiKey","via":"field","secret":{"masked":"k3y…","length":12,"entropy":3.58}}`,
			`3 {"name":"secret","via":"field","secret":{"masked":"qW…","length":8,"entropy":2.75}}`, `5 {"name":"DB_PASSWORD","via":"assignment","secret":{"masked":"S3…","length":9,"entropy":3.17}}`,
			`6 {"name":"API_SECRET","via":"assignment","secret":{"masked":"zx8…","length":13,"entropy":3.7}}`, `7 {"name":"password","via":"field","secret":{"masked":"ab…","length":9,"entropy":3.17}}`,
			`7 {"name":"TOKEN","via":"assignment","secret":{"masked":"to…","length":9,"entropy":2.95}}`, `7 {"name":"secret","via":"assignment","secret":{"masked":"de…","length":8,"entropy":2.5}}`,
		}},
		{"arguments", `
use Firebase\JWT\JWT;
new PDO('mysql:host=db', 'root', 'r00t-pw');
JWT::encode($p, 'sign-me-123', 'HS256');
hash_hmac('sha256', $x, 'k-9911');
$r = new Redis; $r->auth('redis-pw-1');
login(password: 'named-pw-1');
$s = 'postgres://app:s3cr3t@db.internal/x';
`, []string{
			`2 {"name":"password","via":"argument","secret":{"masked":"r…","length":7,"entropy":2.52}}`, `3 {"name":"signing key","via":"argument","secret":{"masked":"si…","length":11,"entropy":3.28}}`,
			`4 {"name":"signing key","via":"argument","secret":{"masked":"k…","length":6,"entropy":1.92}}`, `5 {"name":"credentials","via":"argument","secret":{"masked":"re…","length":10,"entropy":3.12}}`,
			`6 {"name":"password","via":"argument","secret":{"masked":"na…","length":10,"entropy":3.12}}`, `7 {"name":"postgres://db.internal","via":"url","secret":{"masked":"s…","length":6,"entropy":2.25},"host":"db.internal"}`,
		}},
		{"symfony's container", `
use Symfony\Component\DependencyInjection\ContainerBuilder;
function f(ContainerBuilder $c) {
  $c->setParameter('db_password', 'il0veit');
  $c->loadFromExtension('framework', ['secret' => 'S0ME_SECRET']);
}
`, []string{
			`3 {"name":"db_password","via":"argument","secret":{"masked":"i…","length":7,"entropy":2.52}}`, `4 {"name":"secret","via":"field","secret":{"masked":"S0…","length":11,"entropy":2.85}}`,
		}},
		{"settings file", "return ['connections' => ['mysql' => ['driver' => 'mysql', 'password' => 'pr0duction']]];\n", []string{
			`1 {"name":"password","via":"field","secret":{"masked":"pr…","length":10,"entropy":3.32}}`,
		}},
		{"labels, rules, casts, hashes, translations, fallbacks", `
$rules = ['password' => 'required|string|min:8', 'token' => 'string'];
protected_function(['password' => 'hashed']);
class User { protected $casts = ['password' => 'hashed']; protected $hidden = ['password', 'remember_token']; }
class F { public function definition() { return ['password' => '$2y$10$92IXUNpkjO0rOQ5byMi.Ye4oKoEa3Ro9llC/.og/at2.uheWG/igi']; } }
$labels['password'] = 'Passwort';
enum Kind: string { case Password = 'password1'; const TOKEN = 'tok1'; }
$password = getenv('P') ?: 'local1';
$url = 'postgres://app:' . $pw . '@db/x';
$token = 'https://host/oauth/token';
$user->update(['password' => 'newpass1']);
$csrf_token = $x;
$this->validate(['api_key' => 'present9']);
const CACHE_KEY = 'spotify.tokens';
`, nil},
		{"translations", "return ['password' => 'Das Passwort ist falsch.', 'token' => 'Ungültig', 'user' => 'Kein Benutzer'];\n", nil},
	})
}

func TestServiceHandleAndEndpoint(t *testing.T) {
	testPHP(t, "service-handle", []phpCase{
		{"given to names", "$redisUrl = 'redis://cache:6379';\nreturn ['components' => [], 'broker' => 'amqp://rabbit/x'];\nclass A { private $db_dsn = 'postgres://pg/x'; }\n", []string{
			`1 {"service":"redis","name":"redisUrl","handle":{"source":"literal","text":"redis://cache:6379","hasText":true}}`, `2 {"service":"amqp","name":"broker","handle":{"source":"literal","text":"amqp://rabbit/x","hasText":true}}`,
			`3 {"service":"postgres","name":"db_dsn","handle":{"source":"literal","text":"postgres://pg/x","hasText":true}}`,
		}},
		{"defaults and others", "$url = getenv('REDIS_URL') ?: 'redis://cache:6379';\n$example_url = 'redis://x';\n$x = 'redis://cache';\n", nil},
	})
}

func TestEndpoint(t *testing.T) {
	testPHP(t, "endpoint", []phpCase{
		{"clients", `
use GuzzleHttp\Client;
use Illuminate\Support\Facades\Http;
$c = new Client(['base_uri' => 'http://catalogue:8080']);
$c->get('https://api.example.org/v1/' . $id);
$c->request('POST', 'http://cart/add');
Http::post('https://hooks.example.org/x');
$h = curl_init('http://user:9000/x');
file_get_contents("http://search/q?x=$y");
$cataloguUrl = 'http://catalogue';
$url = 'http://payment:8080/pay';
`, []string{
			`3 {"via":"GuzzleHttp\\Client","name":"base_uri","url":{"source":"literal","text":"http://catalogue:8080","hasText":true}}`, `4 {"via":"GuzzleHttp\\Client->get","url":{"source":"literal","text":"https://api.example.org/v1/","hasText":true}}`,
			`5 {"via":"GuzzleHttp\\Client->request","url":{"source":"literal","text":"http://cart/add","hasText":true}}`, `6 {"via":"Illuminate\\Support\\Facades\\Http::post","url":{"source":"literal","text":"https://hooks.example.org/x","hasText":true}}`,
			`7 {"via":"curl_init","url":{"source":"literal","text":"http://user:9000/x","hasText":true}}`, `8 {"via":"file_get_contents","url":{"source":"literal","text":"http://search/q?x=","hasText":true}}`,
			`9 {"via":"assignment","name":"cataloguUrl","url":{"source":"literal","text":"http://catalogue","hasText":true}}`, `10 {"via":"assignment","name":"url","url":{"source":"literal","text":"http://payment:8080/pay","hasText":true}}`,
		}},
		{"links, files, unknown hosts", "$url = 'https://facebook.com/share';\nfile_get_contents('data.json');\ncurl_init(\"http://$host/x\");\n$text = 'http://a.b';\ncurl_init('http://' . $h);\n", nil},
	})
}

func TestResource(t *testing.T) {
	testPHP(t, "resource", []phpCase{
		{"names inside services", `
use Aws\S3\S3Client;
use PhpAmqpLib\Connection\AMQPStreamConnection;
$s3 = new S3Client(['region' => 'eu-west-1', 'version' => 'latest']);
$s3->putObject(['Bucket' => 'shop-uploads', 'Key' => $k]);
$q = new Aws\Sqs\SqsClient(['region' => getenv('AWS_REGION')]);
$q->sendMessage(['QueueUrl' => 'https://sqs.eu-west-1.amazonaws.com/1/jobs']);
$ch = (new AMQPStreamConnection($h, 1, 'u', $p))->channel();
$ch->queue_declare('orders', false);
`, []string{
			`3 {"via":"Aws\\S3\\S3Client","what":"region","name":{"source":"literal","text":"eu-west-1","hasText":true}}`, `4 {"via":"Aws\\S3\\S3Client->putObject","what":"bucket","name":{"source":"literal","text":"shop-uploads","hasText":true}}`,
			`6 {"via":"Aws\\Sqs\\SqsClient->sendMessage","what":"queue","name":{"source":"literal","text":"https://sqs.eu-west-1.amazonaws.com/1/jobs","hasText":true}}`,
			`8 {"via":"AMQPChannel->queue_declare","what":"queue","name":{"source":"literal","text":"orders","hasText":true}}`,
		}},
		{"others", "$x->putObject(['Bucket' => 'a']);\n$s3 = new Aws\\S3\\S3Client([]);\n$s3->putObject(['Bucket' => getenv('B')]);\n", nil},
	})
}
