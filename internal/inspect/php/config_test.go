//go:build cgo

package php_test

import "testing"

// Settings of frameworks without a container: WordPress, CodeIgniter, Laminas and
// CakePHP.

const wpConfig = "define('DB_NAME', 'shop');\ndefine('DB_HOST', getenv_docker('WORDPRESS_DB_HOST', 'mysql'));\n"

func TestConfigClients(t *testing.T) {
	testPHP(t, "client", []phpCase{
		{"wordpress", wpConfig + "define('WP_REDIS_HOST', 'redis.corp.net');\ndefine('SMTP_HOST', '');\n", []string{
			`2 {"service":"mysql","via":"wordpress DB_HOST","handle":{"source":"env","text":"mysql","hasText":true,"env":["WORDPRESS_DB_HOST"]}}`,
			`3 {"service":"redis","via":"wordpress WP_REDIS_HOST","handle":{"source":"literal","text":"redis.corp.net","hasText":true}}`,
		}},
		{"laminas", "return ['db' => [\n'driver' => 'Pdo', 'dsn' => 'mysql:dbname=x;host=db.corp.net', 'password' => getenv('P')]];\n", []string{
			`1 {"service":"mysql","via":"settings.db","handle":{"source":"literal","text":"mysql:dbname=x;host=db.corp.net","hasText":true}}`,
		}},
		{"others", "define('WP_REDIS_HOST', 'redis.corp.net');\nreturn ['db' => ['path' => 'x']];\n", nil},
	})
}

func TestConfigLogs(t *testing.T) {
	testPHP(t, "log-sink", []phpCase{
		{"wordpress' path", wpConfig + "define('WP_DEBUG', true);\ndefine('WP_DEBUG_LOG', '/var/log/wp.log');\n", []string{
			`4 {"via":"wordpress WP_DEBUG_LOG","target":"file","path":{"source":"literal","text":"/var/log/wp.log","hasText":true}}`,
		}},
		{"wordpress' own", wpConfig + "define('WP_DEBUG', getenv('WP_DEBUG'));\ndefine('WP_DEBUG_LOG', true);\n", []string{
			`4 {"via":"wordpress WP_DEBUG_LOG","target":"file","path":{"source":"literal","text":"wp-content/debug.log","hasText":true}}`,
		}},
		{"wordpress' stderr", wpConfig + "define('WP_DEBUG', true);\ndefine('WP_DEBUG_LOG', 'php://stderr');\n", []string{
			`4 {"via":"wordpress WP_DEBUG_LOG","target":"stderr","path":{"source":"literal","text":"php://stderr","hasText":true}}`,
		}},
		{"wordpress without", wpConfig + "define('WP_DEBUG', false);\ndefine('WP_DEBUG_LOG', true);\n", nil},
		{"codeigniter", "$config['log_threshold'] = 1;\n$config['log_path'] = '/var/log/ci/';\n", []string{`2 {"via":"codeigniter log_path","target":"file","path":{"source":"literal","text":"/var/log/ci/","hasText":true}}`}},
		{"codeigniter without", "$config['log_threshold'] = 0;\n$config['log_path'] = '/var/log/ci/';\n", nil},
		{"laminas", "return ['db' => ['dsn' => 'x', 'driver' => 'Pdo'], 'log' => ['app' => ['writers' => [\n['name' => 'stream', 'options' => ['stream' => 'data/log/app.log']]]]]];\n", []string{
			`2 {"via":"laminas log.app","target":"file","path":{"source":"literal","text":"data/log/app.log","hasText":true},"name":"app"}`,
		}},
	})
}

func TestConfigCredentials(t *testing.T) {
	testPHP(t, "credential", []phpCase{
		{"cake's mail", "return ['EmailTransport' => ['default' => ['className' => 'Smtp', 'password' => 'k9f8s7d6f5']]];\n", []string{
			`1 {"name":"password","via":"field","secret":{"masked":"k9…","length":10,"entropy":3.12}}`,
		}},
	})
}
