package logged

import (
	"strings"
	"testing"

	"twelvefold/internal/inspect/prefilter"
)

var secrets = []struct {
	language          Language
	callee, arguments string
	want              string // what is found, as "content name", joined by commas
}{
	{JavaScript, "console.log", `"at", process.env.DATABASE_URL`, "handle process.env.DATABASE_URL"},
	{JavaScript, "console.log", "`key ${config.apiKey} of ${name}`", "secret config.apiKey"},
	{JavaScript, "this.logger.debug", "JSON.stringify(config)", "settings config"},
	{JavaScript, "console.log", "process.env", "environment process.env"},
	{JavaScript, "console.log", "{ password, name }", "secret password"},
	{JavaScript, "console.log", `{ password: "x" }`, ""},
	{JavaScript, "console.log", "process.env['DB_PASSWORD']", "secret process.env['DB_PASSWORD']"},
	{JavaScript, "console.log", "secret ? 'set' : 'unset'", ""},
	{JavaScript, "console.log", "!!password, password.length, mask(password), typeof secret", ""},
	{JavaScript, "console.log", "password === other", ""},
	{JavaScript, "console.log", "'the password is wrong', secret", ""},
	{JavaScript, "res.json", "{ token }", ""},
	{JavaScript, "console.log", "// secret\nname", ""},
	{Python, "print", `f"{settings.SECRET_KEY!r} {token:>10}"`, "secret settings.SECRET_KEY, token token"},
	{Python, "print", `"{password}"`, ""},
	{Python, "logger.info", `"%s", os.getenv("DB_PASSWORD")`, `secret os.getenv("DB_PASSWORD")`},
	{Python, "logging.info", "os.environ", "environment os.environ"},
	{Python, "logging.info", `"token", token[:4], len(token)`, ""},
	{Python, "print", `f"{'yes' if DATABASE_URL else 'no'}"`, ""},
	{Python, "queue.put", "password", ""},
	{Go, "log.Printf", `"%+v", cfg`, "settings cfg"},
	{Go, "slog.Info", `"connect", slog.String("dsn", cfg.DSN)`, "handle cfg.DSN"},
	{Go, "log.Warningf", `"%s is set", ProxyPassword`, ""},
	{Go, "fmt.Sprintf", `"%s", password`, ""},
	{Ruby, "puts", `"sign in #{params[:password]}"`, "secret params[:password]"},
	{Ruby, "Rails.logger.info", "params.inspect", "form params.inspect"},
	{Ruby, "p", "ENV.to_h", "environment ENV.to_h"},
	{JavaScript, "p", "password", ""},
	{PHP, "error_log", `"login with $password"`, "secret $password"},
	{PHP, "Log::info", "$request->all()", "form $request->all()"},
	{JVM, "log.info", `"user {}", user.getPassword()`, "secret user.getPassword()"},
	{JVM, "println", `"at $dbUrl"`, "handle $dbUrl"},
	{CSharp, "_logger.LogInformation", `$"with {connectionString}"`, "handle connectionString"},
	{CSharp, "Console.WriteLine", `"{0}", device.AccessToken`, "token device.AccessToken"},
	{Python, "print", `"unclosed {password`, ""},
	{JavaScript, "console.log", "`${`${`${`${`${secret}`}`}`}`}`", ""},
	{Python, "logger.info", "answer.total_tokens, credential_id, password_reset_url", ""},
}

func TestSecrets(t *testing.T) {
	for _, test := range secrets {
		var got []string
		for _, s := range Secrets(test.language, test.callee, test.arguments, "") {
			got = append(got, s.Content+" "+s.What)
		}
		if list := strings.Join(got, ", "); list != test.want {
			t.Errorf("%s(%s): got %q, want %q", test.callee, test.arguments, list, test.want)
		}
	}
}

// TestMarked: a file is parsed for what is found in it, whatever else it holds.
func TestMarked(t *testing.T) {
	marks := prefilter.New(prefilter.Logged())
	for _, test := range secrets {
		if content := []byte(test.callee + "(" + test.arguments + ")\n"); test.want != "" && !marks.In(content) {
			t.Errorf("%s has no mark", content)
		}
	}
}

func TestDetail(t *testing.T) {
	for callee, want := range map[string]bool{"logger.debug": true, "log.Trace": true, "_logger.LogDebug": true, "console.log": false, "logger.Info": false} {
		if list := Secrets(JavaScript, callee, "password", ""); len(list) != 1 || list[0].Detail != want {
			t.Errorf("%s: got %v, want detail %v", callee, list, want)
		}
	}
}

func FuzzSecrets(f *testing.F) {
	f.Add("console.log", "`${a[\"b\"]}` + f(x.password)")
	f.Add("print", `f"{a:{b}}" '''x''' # c`)
	f.Fuzz(func(t *testing.T, callee, arguments string) {
		for language := range printers {
			for _, s := range Secrets(language, callee, arguments, arguments) {
				if s.What == "" || s.Content == "" {
					t.Errorf("nothing is found: %+v", s)
				}
			}
		}
	})
}
