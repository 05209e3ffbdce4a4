package inspect_test

import (
	"encoding/json"
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

func TestIsSecretName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"SESSION_SECRET": true, "dbPassword": true, "api-key": true, "smtp_pass": true, "HD_DATABASE_PASS": true,
		"RABBITMQ_DEFAULT_PASS": true, "pass": true, "SMTP_AUTH_PASS": true, "API_KEYS": true, "secretKeys": true,
		"PASSWORDS": true, "SHOP_AES_KEY": true, "jwtKey": true, "access_tokens": true, "SIGNING_KEYS": true, "apiToken": true,

		"PASSWORD_RESET_URL": false, "tokenLength": false, "bypass": false, "COMPASS": false, "pass_count": false, "passes": false,
		"MAX_TOKENS": false, "num_tokens": false, "input_tokens": false, "completionTokens": false, "pad_token": false,
		"eos_token": false, "nextPageToken": false, "next_token": false, "PUBLIC_KEYS": false, "primary_keys": false, "keys": false,
		"cache_key": false, "design_tokens": false,
	} {
		if got := inspect.IsSecretName(name); got != want {
			t.Errorf("IsSecretName(%q) = %v, want %v", name, got, want)
		}
	}
}

func TestIsPlaceholder(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"": true, "changeme": true, "<password>": true, "${TOKEN}": true, "your-api-key": true, "xxxx": true,
		"generate_a_new_key": true, "generate-me": true, "choose-a-strong-password": true, "use a long random string": true,
		"please-change": true, "to_be_replaced": true, "random_string_here": true, "a-long-random-string": true,
		"create your own": true, "fake-key": true, "not-a-real-secret": true, "not-a-secret--read-the-doc!": true,
		"6LeIxAcTAAAAAGG-vFI1TnRWxMZNFuojJ4WifJWe": true, "6Lc8QxAcTA9q-vFI1TnRWxMZNFuojJ4WifJWe": false, "[PROTECTED]": true, "**masked**": true, "<redacted>": true, "__hidden__": true,

		"generated8f3kq0z": false, "hunter2hunter2": false, "usea7Kq9": false, "fakir-9Zk2": false, "notary-8Zq1": false,
		"qUgB7xLr0nZ2sT9v": false, "django-insecure-8f3kq0z": false, "random7Qk2": false, "protected8Q": false, "notasecret9Zq": false, "pleasant-Zq81": false,
	} {
		if got := inspect.IsPlaceholder(text); got != want {
			t.Errorf("IsPlaceholder(%q) = %v, want %v", text, got, want)
		}
	}
}

// TestNoSecretIsKept looks for secrets in all that signals hold, wherever a
// format lets one write them.
func TestNoSecretIsKept(t *testing.T) {
	t.Parallel()
	const secret = "60gp0byfz2dvffa45cxl20p1scy9xbpf"
	for name, content := range map[string]string{
		"start.sh": `export SECRET_KEY="${SECRET_KEY:-` + secret + `}"
update_env "SECRET_KEY" "${SECRET_KEY:-` + secret + `}"
update_env DB_PASSWORD ` + secret + `
set_env DB_PASS=` + secret + `
if [ "$API_TOKEN" = "` + secret + `" ]; then exit 1; fi
curl -H "Authorization: Bearer ` + secret + `" -u admin:` + secret + ` https://example.test/
mysql -uroot -p` + secret + ` app
redis-cli -a ` + secret + ` ping
psql "host=db user=app password=` + secret + `"
cat <<EOT
SECRET_KEY=` + secret + `
EOT
`,
		"Dockerfile": "FROM python:3.12\nARG TOKEN=" + secret + "\nENV SECRET_KEY=" + secret + " OTHER_PASS=" + secret + "\n" +
			"LABEL api_key=" + secret + "\nRUN SECRET_KEY=" + secret + " python manage.py collectstatic\n" +
			"RUN pip install --extra-index-url https://user:" + secret + "@pypi.example.test/simple x\n" +
			"HEALTHCHECK CMD curl -H 'X-Api-Key: " + secret + "' localhost\nCMD [\"app\", \"--token\", \"" + secret + "\", \"--password=" + secret + "\"]\n",
		"docker-compose.yml": "services:\n  app:\n    image: app\n    command: app --secret-key " + secret + "\n    environment:\n" +
			"      DB_PASS: " + secret + "\n      URL: postgres://u:" + secret + "@db/x\n      KEY: ${SECRET_KEY:-" + secret + "}\n" +
			"      - A_TOKEN=" + secret + "\n    healthcheck:\n      test: [\"CMD\", \"redis-cli\", \"-a\", \"" + secret + "\", \"ping\"]\n",
		".github/workflows/a.yml": "on: push\nenv:\n  API_TOKEN: " + secret + "\njobs:\n  a:\n    runs-on: x\n    services:\n      db:\n        image: postgres\n        env:\n          POSTGRES_PASSWORD: " + secret + "\n    steps:\n" +
			"      - run: |\n          export DB_PASS=" + secret + "\n          curl -H 'Authorization: token " + secret + "' https://x.test\n" +
			"      - uses: a/b@v1\n        with:\n          password: " + secret + "\n          script: |\n            const apiKey = \"" + secret + "\"\n",
		"k8s.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  anything: " + secret + "\n  config.yml: |\n    password: " + secret + "\n" +
			"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\ndata:\n  API_KEY: " + secret + "\n  app.properties: |\n    db.password=" + secret + "\n    apiKey: \"" + secret + "\"\n" +
			"---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: c}\nspec:\n  template:\n    spec:\n      containers:\n        - name: c\n          image: c\n          args: [\"--token=" + secret + "\", \"--password\", \"" + secret + "\"]\n          env:\n            - {name: DB_PASS, value: " + secret + "}\n",
		".env":         "SECRET_KEY=" + secret + "\nDB_PASS=" + secret + "\nURL=amqp://u:" + secret + "@mq/\n",
		"Procfile":     "web: SECRET_KEY=" + secret + " app --token " + secret + "\n",
		"fly.toml":     "app = \"a\"\n[env]\n  DB_PASS = \"" + secret + "\"\n[processes]\n  web = \"app --token " + secret + "\"\n",
		"package.json": `{"name": "a", "scripts": {"start": "SECRET_KEY=` + secret + ` node a.js --token ` + secret + `"}, "dependencies": {"b": "git+https://u:` + secret + `@github.example.test/b.git"}}`,
		"pip.txt":      "",
		"requirements.txt": "--extra-index-url https://u:" + secret + "@pypi.example.test/simple\n" +
			"b @ git+https://u:" + secret + "@github.example.test/b.git\n",
		"supervisord.conf": "[program:a]\ncommand=app --password " + secret + "\nenvironment=SECRET_KEY=\"" + secret + "\"\n",
	} {
		format := inspect.FormatOf(name)
		data, err := json.Marshal(files.File(format, []byte(content)))
		if err != nil {
			t.Fatal(err)
		}
		for at := strings.Index(string(data), secret); at >= 0; at = -1 {
			t.Errorf("%s (%s) keeps the secret: …%s…", name, format, data[max(0, at-200):min(len(data), at+60)])
		}
	}
}
