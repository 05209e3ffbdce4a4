package config_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"twelvefold/internal/config"
)

// posting is the environment of a worker that sends mail.
func posting(changed ...string) map[string]string {
	variables := map[string]string{"DATABASE_URL": database, "BASE_URL": "https://audits.example.com",
		"SMTP_URL": "smtps://post%40shop:hunter2%21@smtp.example.com", "MAIL_FROM": "Twelvefold <digest@example.com>"}
	for i := 0; i < len(changed); i += 2 {
		variables[changed[i]] = changed[i+1]
	}
	return variables
}

func TestWhereMailGoes(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"smtps://post%40shop:hunter2%21@smtp.example.com": "smtps://post%40shop:…@smtp.example.com:465",
		"smtp://u:hunter2@smtp.example.com":               "smtp://u:…@smtp.example.com:587",
		"smtp://smtp.example.com:25?starttls=off":         "smtp://smtp.example.com:25?starttls=off",
		"smtp://u:hunter2@127.0.0.1:2525?starttls=off":    "smtp://u:…@127.0.0.1:2525?starttls=off",
		"smtps://[::1]/": "smtps://[::1]:465",
	} {
		worker, err := config.LoadWorker(from(posting("SMTP_URL", url)))
		if err != nil || worker.SMTP.String() != want || !worker.Mail.On() {
			t.Errorf("%s: %v, %v", url, worker.SMTP, err)
		}
		encoded, err := json.Marshal(worker)
		if err != nil {
			t.Fatal(err)
		}
		for _, shown := range []string{fmt.Sprint(worker), fmt.Sprintf("%+v", worker), fmt.Sprintf("%#v", worker), fmt.Sprintf("%s %q %x %d", worker.SMTP, worker.SMTP, worker.SMTP, worker.SMTP), string(encoded), worker.SMTP.LogValue().String()} {
			if strings.Contains(shown, "hunter2") || strings.Contains(shown, fmt.Sprintf("%x", "hunter2")) {
				t.Errorf("the password is in %s", shown)
			}
		}
	}
	worker, err := config.LoadWorker(from(posting()))
	if err != nil || worker.SMTP.User != "post@shop" || worker.SMTP.Password() != "hunter2!" || !worker.SMTP.Implicit || worker.From.Name != "Twelvefold" || worker.From.Domain() != "example.com" {
		t.Errorf("%+v, %v", worker, err)
	}
}

func TestMailThatCantBeSent(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"http://u:hunter2@h", "smtp://", "smtp.example.com:25", "smtps://u:hunter2@h?starttls=off", "smtp://h?starttls=on", "smtp://h?tls=off", "smtp://h/inbox",
		"smtp://h:0", "smtp://h:99999", "smtp://u@h", "smtp://:hunter2@h", "smtp://u:hunter2@h:25?starttls=off", "smtp://u:x@hunter2@h", "smtp://u:hunter2%0d%0a@h", "smtps://u:hunter2%zz@h",
	} {
		if _, err := config.LoadWorker(from(posting("SMTP_URL", url))); err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "SMTP_URL ") {
			t.Errorf("%s gives %v", url, err)
		}
	}
	for _, address := range []string{"nobody", "a@b, c@d", "x <digest@example.com>\r\nBcc: y@example.com", `"a b"@example.com`, "digest@exämple.com"} {
		if _, err := config.LoadWorker(from(posting("MAIL_FROM", address))); err == nil || !strings.Contains(err.Error(), "MAIL_FROM is not an address") {
			t.Errorf("%s gives %v", address, err)
		}
	}
	for missing, want := range map[string]string{
		"SMTP_URL":  "SMTP_URL and MAIL_FROM need each other",
		"MAIL_FROM": "SMTP_URL and MAIL_FROM need each other",
		"BASE_URL":  "BASE_URL is not set, which the links of mail need",
	} {
		if _, err := config.LoadWorker(from(posting(missing, ""))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("without %s: %v", missing, err)
		}
	}
	if worker, err := config.LoadWorker(from(posting("SMTP_URL", "", "MAIL_FROM", ""))); err != nil || worker.Mail.On() {
		t.Errorf("without mail: %v", err)
	}
}
