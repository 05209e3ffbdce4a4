//go:build cgo

package php_test

import "testing"

const containerConfigurator = "namespace Symfony\\Component\\DependencyInjection\\Loader\\Configurator;\n"

// Symfony's configuration in PHP: the three forms of Symfony's configuration in PHP state what
// its YAML does.
func TestSymfonySession(t *testing.T) {
	testPHP(t, "session", []phpCase{
		{"an extension of the environment", containerConfigurator + `
return static function (ContainerConfigurator $container): void {
  $container->extension('framework', ['session' => ['handler_id' => null]]);
  if ('prod' === $container->env()) {
    $container->extension('framework', ['session' => ['handler_id' => '%env(REDIS_URL)%']]);
  }
  if ($container->env() === 'test') {
    $container->extension('framework', ['session' => ['handler_id' => 'file:']]);
  }
};
`, []string{`6 {"via":"symfony framework.session","store":"redis"}`}},
		{"an array", containerConfigurator + "return App::config(['framework' => ['session' => [\n'handler_id' => null]],\n'when@prod' => ['framework' => ['session' => ['handler_id' => env('DATABASE_URL')]]]]);\n", []string{
			`4 {"via":"symfony framework.session","store":"database"}`,
		}},
		{"builders", "use Symfony\\Config\\FrameworkConfig;\nreturn static function (FrameworkConfig $framework): void {\n$framework->session()->handlerId('redis://cache')->cookieSecure('auto');\n};\n", []string{
			`3 {"via":"symfony framework.session","store":"redis"}`,
		}},
		{"others of the name", "return static function (FrameworkConfig $framework): void { $framework->session()->handlerId('redis://cache'); };\n$x->extension('framework', ['session' => ['handler_id' => null]]);\nApp::config(['framework' => ['session' => true]]);\n", nil},
	})
}

func TestSymfonyLog(t *testing.T) {
	testPHP(t, "log-sink", []phpCase{
		{"builders", "use Symfony\\Config\\MonologConfig;\nreturn static function (MonologConfig $monolog): void {\n$main = $monolog->handler('main')->type('fingers_crossed')->handler('nested');\n$monolog->handler('nested')\n->type('stream')\n->path('php://stderr');\n$file = $monolog->handler('file');\n$file->type('rotating_file')->path('%kernel.logs_dir%/shop.log');\n};\n", []string{
			`4 {"via":"monolog.handlers","target":"stderr","path":{"source":"literal","text":"php://stderr","hasText":true},"name":"nested"}`,
			`8 {"via":"monolog.handlers","target":"file","path":{"source":"literal","text":"var/log/shop.log","hasText":true},"name":"file","rotates":true}`,
		}},
	})
}

func TestSymfonyClient(t *testing.T) {
	testPHP(t, "client", []phpCase{
		{"builders", "use Symfony\\Config\\DoctrineConfig;\nuse function Symfony\\Component\\DependencyInjection\\Loader\\Configurator\\env;\nreturn static function (DoctrineConfig $doctrine): void {\n$doctrine->dbal()->connection('default')->url(env('DATABASE_URL')->resolve());\n};\n", []string{
			`4 {"service":"database","via":"symfony doctrine.dbal.connections.default.url","handle":{"source":"env","env":["DATABASE_URL"]}}`,
		}},
	})
}

func TestSymfonyStore(t *testing.T) {
	testPHP(t, "store", []phpCase{
		{"an extension", containerConfigurator + "return static function (ContainerConfigurator $c): void {\n$c->extension('framework', ['cache' => ['app' => 'cache.adapter.filesystem'],\n'messenger' => ['transports' => ['async' => 'doctrine://default']]]);\n};\n", []string{
			`3 {"purpose":"cache","via":"symfony framework.cache.app","store":"file","choice":{"source":"literal","text":"cache.adapter.filesystem","hasText":true}}`,
			`4 {"purpose":"queue","via":"symfony framework.messenger.transports.async","store":"database","choice":{"source":"literal","text":"doctrine://default","hasText":true}}`,
		}},
	})
}

func TestSymfonyCredential(t *testing.T) {
	testPHP(t, "credential", []phpCase{
		{"in all three", containerConfigurator + "use Symfony\\Config\\FrameworkConfig;\nfunction a(FrameworkConfig $f) { $f->secret('b81c2e5d907f'); }\nfunction b(ContainerConfigurator $c) { $c->extension('framework', ['secret' => 'b81c2e5d907f']); }\nreturn App::config(['framework' => ['secret' => 'b81c2e5d907f']]);\n", []string{
			`3 {"name":"secret","via":"argument","secret":{"masked":"b81…","length":12,"entropy":3.58}}`, `4 {"name":"secret","via":"field","secret":{"masked":"b81…","length":12,"entropy":3.58}}`, `5 {"name":"secret","via":"field","secret":{"masked":"b81…","length":12,"entropy":3.58}}`,
		}},
	})
}
