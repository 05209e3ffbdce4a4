//go:build cgo

package inspect_test

import (
	"reflect"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

func TestServiceHandles(t *testing.T) {
	t.Parallel()
	handle := func(service inspect.Service, name, url string) inspect.ServiceHandle {
		return inspect.ServiceHandle{Service: service, Name: name, Handle: inspect.LitOf(url)}
	}
	for _, test := range []struct {
		name   string
		format inspect.Format
		source string
		want   []inspect.ServiceHandle
	}{
		{"constant", inspect.JavaScript, `const DB_URL = "postgres://prod-db.acme.net/shop";`, []inspect.ServiceHandle{handle(inspect.Postgres, "DB_URL", "postgres://prod-db.acme.net/shop")}},
		{"config object", inspect.TypeScript, `export const config = { database: "postgres://shop:k9f8s7d6@prod-db.acme.net:5432/shop", redis: { url: 'redis://10.0.0.7' } };`, []inspect.ServiceHandle{
			handle(inspect.Postgres, "database", "postgres://shop:k9f8s7d6@prod-db.acme.net:5432/shop"), handle(inspect.Redis, "url", "redis://10.0.0.7")}},
		{"defaults, development, words", inspect.JavaScript, "const url = process.env.DATABASE_URL || 'postgres://db/x';\nconst DEFAULT_DB_URL = 'postgres://localhost/x';\nmodule.exports = { development: { url: 'postgres://localhost/x' } };\nconst help = { placeholder: 'redis://host:6379', url: 'https://db.example.net' };\nconst redisUrl = `redis://${host}:6379`;", nil},
		{"replaced", inspect.JavaScript, "let url = 'redis://localhost';\nif (process.env.REDIS_URL) url = process.env.REDIS_URL;", nil},
		{"python replaced", inspect.Python, "import os\nurl = 'redis://localhost'\nif os.environ.get('REDIS_URL'):\n    url = os.environ['REDIS_URL']\n", nil},
		{"go replaced", inspect.Go, "package x\nimport \"os\"\nfunc f() string { url := \"redis://localhost\"; if v := os.Getenv(\"REDIS_URL\"); v != \"\" { url = v }; return url }", nil},
		{"python", inspect.Python, "BROKER = 'amqp://mq.acme.net//'\nclass Config:\n    MONGO_URL = 'mongodb://10.1.2.3/x'\nsettings = {'redis_url': 'redis://cache'}\n", []inspect.ServiceHandle{
			handle(inspect.AMQP, "BROKER", "amqp://mq.acme.net//"), handle(inspect.MongoDB, "MONGO_URL", "mongodb://10.1.2.3/x"), handle(inspect.Redis, "redis_url", "redis://cache")}},
		{"python defaults and development", inspect.Python, "import os\nfrom pydantic_settings import BaseSettings\nURL = os.getenv('REDIS_URL', 'redis://localhost')\nclass Settings(BaseSettings):\n    database_url: str = 'postgresql://localhost/x'\nclass DevelopmentConfig:\n    DB_URL = 'postgresql://localhost/x'\ndef connect(url='redis://localhost'): pass\n", nil},
		{"go", inspect.Go, "package x\nconst brokerURL = \"amqp://mq.acme.net/\"\nvar c = Config{RedisURL: \"redis://cache:6379\"}\nfunc f() { dsn := \"postgres://db/x\"; _ = dsn }", []inspect.ServiceHandle{
			handle(inspect.AMQP, "brokerURL", "amqp://mq.acme.net/"), handle(inspect.Redis, "RedisURL", "redis://cache:6379"), handle(inspect.Postgres, "dsn", "postgres://db/x")}},
		{"go defaults", inspect.Go, "package x\nimport \"os\"\nconst defaultURL = \"redis://localhost\"\nfunc f() string { url := os.Getenv(\"REDIS_URL\"); if url == \"\" { url = \"redis://localhost:6379\" }; return url }", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []inspect.ServiceHandle
			for _, s := range files.File(test.format, []byte(test.source)) {
				if h, ok := s.Fact.(inspect.ServiceHandle); ok {
					got = append(got, h)
				}
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v\nwant %+v", got, test.want)
			}
		})
	}
}
