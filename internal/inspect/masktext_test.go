package inspect

import (
	"strings"
	"testing"
)

// TestSecretsOfCommandsAreMasked holds what tools are given, in a text and as words.
func TestSecretsOfCommandsAreMasked(t *testing.T) {
	t.Parallel()
	const secret = "wB55-qkTz8"
	for _, command := range []string{
		"kubectl create secret generic api --from-literal=JWT_SECRET=" + secret + " --from-literal=MODE=prod",
		`printf REDIS_PASSWORD=%s\n ` + secret,
		"aws ssm put-parameter --type SecureString --name /api/DB_PASSWORD --value " + secret,
		"gh secret set DB --body " + secret,
		"helm upgrade shop --set=db.password=" + secret,
		"mysql -u root -p" + secret + " shop",
		"docker login -u shop -p " + secret,
		"tool --password=" + secret,
		"gcloud run deploy api --set-env-vars=MODE=prod,DB_PASSWORD=" + secret + ",LEVEL=info",
		"aws lambda update-function-configuration --environment Variables={MODE=prod,DB_PASSWORD=" + secret + "}",
		"kubectl create secret docker-registry api --docker-password=" + secret,
	} {
		if got := MaskText(command); strings.Contains(got, secret) {
			t.Errorf("the text shows it: %s", got)
		}
		if got := strings.Join(MaskWords(strings.Fields(command)), " "); strings.Contains(got, secret) {
			t.Errorf("the words show it: %s", got)
		}
	}
	for _, text := range []string{
		"psql -c \"CREATE USER shop WITH PASSWORD '" + secret + "'\"",
		"mysql -e \"ALTER USER shop IDENTIFIED WITH caching_sha2_password BY '" + secret + "'\"",
		"printf 'REDIS_PASSWORD=%s\\n' \"" + secret + "\" >> .env",
	} {
		if got := MaskText(text); strings.Contains(got, secret) {
			t.Errorf("the text shows it: %s", got)
		}
	}
	if got := MaskLines("db:\n  password: " + secret + "\n  host: db\n"); strings.Contains(got, secret) || !strings.Contains(got, "host: db") {
		t.Errorf("the lines show it: %s", got)
	}
	for _, same := range []string{"kubectl create configmap api --from-literal=MODE=prod", `printf "%s\n" done`, "docker run --env=PORT=80 shop"} {
		if got := MaskText(same); got != same {
			t.Errorf("%s became %s", same, got)
		}
	}
	if long := strings.Repeat("--a=", 200_000); MaskText(long) != long {
		t.Error("a long text is another")
	}
}
