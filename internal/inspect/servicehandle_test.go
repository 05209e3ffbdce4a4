//go:build cgo

package inspect

import (
	"reflect"
	"testing"
)

func TestServiceHandles(t *testing.T) {
	t.Parallel()
	handle := func(service Service, name, url string) ServiceHandle {
		return ServiceHandle{Service: service, Name: name, Handle: LitOf(url)}
	}
	for _, test := range []struct {
		name   string
		format Format
		source string
		want   []ServiceHandle
	}{
		{"constant", JavaScript, `const DB_URL = "postgres://prod-db.acme.net/shop";`, []ServiceHandle{handle(Postgres, "DB_URL", "postgres://prod-db.acme.net/shop")}},
		{"config object", TypeScript, `export const config = { database: "postgres://shop:k9f8s7d6@prod-db.acme.net:5432/shop", redis: { url: 'redis://10.0.0.7' } };`, []ServiceHandle{
			handle(Postgres, "database", "postgres://shop:k9f8s7d6@prod-db.acme.net:5432/shop"), handle(Redis, "url", "redis://10.0.0.7")}},
		{"defaults, development, words", JavaScript, "const url = process.env.DATABASE_URL || 'postgres://db/x';\nconst DEFAULT_DB_URL = 'postgres://localhost/x';\nmodule.exports = { development: { url: 'postgres://localhost/x' } };\nconst help = { placeholder: 'redis://host:6379', url: 'https://db.example.net' };\nconst redisUrl = `redis://${host}:6379`;", nil},
		{"replaced", JavaScript, "let url = 'redis://localhost';\nif (process.env.REDIS_URL) url = process.env.REDIS_URL;", nil},
		{"python replaced", Python, "import os\nurl = 'redis://localhost'\nif os.environ.get('REDIS_URL'):\n    url = os.environ['REDIS_URL']\n", nil},
		{"go replaced", Go, "package x\nimport \"os\"\nfunc f() string { url := \"redis://localhost\"; if v := os.Getenv(\"REDIS_URL\"); v != \"\" { url = v }; return url }", nil},
		{"python", Python, "BROKER = 'amqp://mq.acme.net//'\nclass Config:\n    MONGO_URL = 'mongodb://10.1.2.3/x'\nsettings = {'redis_url': 'redis://cache'}\n", []ServiceHandle{
			handle(AMQP, "BROKER", "amqp://mq.acme.net//"), handle(MongoDB, "MONGO_URL", "mongodb://10.1.2.3/x"), handle(Redis, "redis_url", "redis://cache")}},
		{"python defaults and development", Python, "import os\nfrom pydantic_settings import BaseSettings\nURL = os.getenv('REDIS_URL', 'redis://localhost')\nclass Settings(BaseSettings):\n    database_url: str = 'postgresql://localhost/x'\nclass DevelopmentConfig:\n    DB_URL = 'postgresql://localhost/x'\ndef connect(url='redis://localhost'): pass\n", nil},
		{"go", Go, "package x\nconst brokerURL = \"amqp://mq.acme.net/\"\nvar c = Config{RedisURL: \"redis://cache:6379\"}\nfunc f() { dsn := \"postgres://db/x\"; _ = dsn }", []ServiceHandle{
			handle(AMQP, "brokerURL", "amqp://mq.acme.net/"), handle(Redis, "RedisURL", "redis://cache:6379"), handle(Postgres, "dsn", "postgres://db/x")}},
		{"go defaults", Go, "package x\nimport \"os\"\nconst defaultURL = \"redis://localhost\"\nfunc f() string { url := os.Getenv(\"REDIS_URL\"); if url == \"\" { url = \"redis://localhost:6379\" }; return url }", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []ServiceHandle
			for _, s := range File(test.format, []byte(test.source)) {
				if h, ok := s.Fact.(ServiceHandle); ok {
					got = append(got, h)
				}
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v\nwant %+v", got, test.want)
			}
		})
	}
}
