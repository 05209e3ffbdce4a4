package config_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"

	"twelvefold/internal/config"
)

func TestGitHubIsConfiguredWhollyOrNotAtAll(t *testing.T) {
	t.Parallel()
	const secret = "0f5e0d6c4a3b29187f6e5d4c3b2a1908"
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	file := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
	with := func(more map[string]string) func(string) string {
		more["DATABASE_URL"] = database
		return from(more)
	}
	web, err := config.LoadWeb(with(map[string]string{"GITHUB_APP_ID": "12", "GITHUB_WEBHOOK_SECRET": secret, "BASE_URL": "https://t.example/"}))
	if err != nil || web.AppID != 12 || web.WebhookSecret.Reveal() != secret || web.BaseURL != "https://t.example" || web.APIURL != "https://api.github.com" {
		t.Errorf("%+v, %v", web, err)
	}
	for _, given := range []string{file, strings.ReplaceAll(file, "\n", `\n`), base64.StdEncoding.EncodeToString([]byte(file))} {
		worker, err := config.LoadWorker(with(map[string]string{"GITHUB_APP_ID": "12", "GITHUB_APP_PRIVATE_KEY": given}))
		if err != nil || string(worker.PrivateKey.PEM()) != file {
			t.Errorf("%.40q: %v", given, err)
		}
		encoded, err := json.Marshal(worker)
		if err != nil {
			t.Fatal(err)
		}
		for _, shown := range []string{fmt.Sprint(worker), fmt.Sprintf("%+v %#v", worker, worker), string(encoded), fmt.Sprintf("%+v", web)} {
			if strings.Contains(shown, "BEGIN") || strings.Contains(shown, file[40:60]) || strings.Contains(shown, secret) {
				t.Errorf("a secret is shown: %s", shown)
			}
		}
	}
	for _, c := range []struct {
		load func(func(string) string) error
		env  map[string]string
		want string
	}{
		{loadWeb, map[string]string{"GITHUB_APP_ID": "12"}, "GITHUB_APP_ID and GITHUB_WEBHOOK_SECRET need each other: set both or neither"},
		{loadWeb, map[string]string{"GITHUB_WEBHOOK_SECRET": secret}, "GITHUB_APP_ID and GITHUB_WEBHOOK_SECRET need each other: set both or neither"},
		{loadWorker, map[string]string{"GITHUB_APP_ID": "12"}, "GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY need each other: set both or neither"},
		{loadWeb, map[string]string{"GITHUB_APP_ID": "twelve"}, `GITHUB_APP_ID is "twelve", not the number that GitHub shows as App ID`},
		{loadWeb, map[string]string{"GITHUB_WEBHOOK_SECRET": "hunter2"}, "GITHUB_WEBHOOK_SECRET is shorter than 16 characters: make one with openssl rand -hex 32"},
		{loadWeb, map[string]string{"BASE_URL": "t.example"}, "BASE_URL is not a URL such as https://host or https://host/path"},
		{loadWorker, map[string]string{"GITHUB_API_URL": "ftp://x"}, "GITHUB_API_URL is not a URL such as https://host or https://host/path"},
		{loadWorker, map[string]string{"GITHUB_APP_PRIVATE_KEY": "hunter2!"}, "GITHUB_APP_PRIVATE_KEY is neither a PEM file nor one in base64: give the private key that GitHub made for the App"},
		{loadWorker, map[string]string{"GITHUB_APP_PRIVATE_KEY": "aHVudGVyMg=="}, "GITHUB_APP_PRIVATE_KEY is not a private key in PEM: give the file that GitHub made for the App"},
	} {
		err := c.load(with(c.env))
		if err == nil || err.Error() != "the environment needs correction: "+c.want || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v gives %v", c.env, err)
		}
	}
}

func loadWeb(getenv func(string) string) error    { _, err := config.LoadWeb(getenv); return err }
func loadWorker(getenv func(string) string) error { _, err := config.LoadWorker(getenv); return err }
