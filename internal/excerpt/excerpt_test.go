package excerpt

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// joined is an excerpt as text.
func joined(list []Line) string {
	var b strings.Builder
	for _, l := range list {
		b.WriteString(l.Text + "\n")
	}
	return b.String()
}

func TestLinesAroundThePlace(t *testing.T) {
	t.Parallel()
	var file strings.Builder
	for n := range 100 {
		fmt.Fprintf(&file, "line %d\r\n", n+1)
	}
	for _, c := range []struct {
		place         Lines
		first, last   int
		marked, marks int // the first marked line, and how many
	}{
		{Lines{50, 52}, 44, 58, 50, 3},
		{Lines{1, 1}, 1, 7, 1, 1},
		{Lines{100, 100}, 94, 100, 100, 1},
		{Lines{98, 300}, 92, 100, 98, 3},
		{Lines{10, 99}, 4, 45, 10, 30},
		{Lines{0, 0}, 1, 6, 0, 0},
		{Lines{50, 0}, 44, 56, 50, 1},
	} {
		got, err := Of([]byte(file.String()), c.place, nil, true)
		if err != nil {
			t.Fatalf("%v: %v", c.place, err)
		}
		first, marks := 0, 0
		for i, l := range got {
			if want := fmt.Sprintf("line %d", c.first+i); l.Text != want || l.Number != c.first+i {
				t.Errorf("%v: line %d is %q", c.place, l.Number, l.Text)
			}
			if l.Marked {
				if marks++; first == 0 {
					first = l.Number
				}
			}
		}
		if got[0].Number != c.first || got[len(got)-1].Number != c.last || first != c.marked || marks != c.marks {
			t.Errorf("%v: lines %d to %d, %d marked from %d", c.place, got[0].Number, got[len(got)-1].Number, marks, first)
		}
	}
	if _, err := Of([]byte("one\n"), Lines{2, 2}, nil, true); !errors.Is(err, ErrShort) {
		t.Errorf("a line that is not there: %v", err)
	}
	if _, err := Of([]byte("one\x00\n"), Lines{1, 1}, nil, true); !errors.Is(err, ErrBinary) {
		t.Errorf("what is not text: %v", err)
	}
}

func TestWhatCanNotBeSeenStandsByItsNumber(t *testing.T) {
	t.Parallel()
	list, err := Of([]byte("a\u202eb\x1b[31mc\tdéj\u0301à 日本\xff\n"+strings.Repeat("x", 1<<20)), Lines{1, 1}, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	if want := "a⟨U+202E⟩b⟨U+001B⟩[31mc\tdéj\u0301à 日本\uFFFD"; list[0].Text != want {
		t.Errorf("%q, want %q", list[0].Text, want)
	}
	if !list[1].Cut || len(list[1].Text) != longest {
		t.Errorf("a line of a megabyte is shown with %d bytes", len(list[1].Text))
	}
}

// TestSecretsAreNotShown puts one secret into what people write it into.
func TestSecretsAreNotShown(t *testing.T) {
	t.Parallel()
	const secret, pat = "hunter2-Tq9vX2mB7cLr", "ghp_" + "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"
	const drawn = "9f8Jq2LxT7vB4nRk0PzW6mYc"
	code := []string{
		`const JWT_SECRET = process.env.JWT_SECRET || "` + secret + `";`,
		`var secret = '` + secret + `'`,
		"app.use(session({ secret: `" + secret + "` }))",
		`SECRET_KEY = os.environ.get("SECRET_KEY", "` + secret + `")`,
		`password: "` + secret + `",`,
		`String url = "jdbc:postgresql://db/app?user=app&password=` + secret + `";`,
		`conn := "postgres://app:` + secret + `@db:5432/app"`,
		`$this->token = '` + secret + `';`,
		`headers = {"Authorization": "Bearer ` + secret + `"}`,
		`x = "` + pat + `"`,
		`f("` + drawn + `")`,
	}
	settings := []string{
		"DB_PASSWORD=" + secret, "export API_TOKEN='" + secret + "'", "password: " + secret, `"apiKey": "` + secret + `",`,
		"<password>" + secret + "</password>", `<add key="DbPassword" value="` + secret + `"/>`,
		"- name: DB_PASSWORD\n  value: " + secret, "variable \"db_password\" {\n  type = string\n  default = \"" + secret + "\"\n}",
		"ENV JWT_SECRET " + secret, "SENTRY=" + drawn, "redis-cli -a " + secret, "  - --token=" + secret,
		"-----BEGIN RSA PRIVATE KEY-----\n" + strings.Repeat(secret+"\n", 400) + "-----END RSA PRIVATE KEY-----",
		"spring.datasource.password=" + secret,
	}
	tried := func(line string, code bool, known []Lines) {
		t.Helper()
		for from := 1; from <= 2; from++ {
			list, err := Of([]byte("first\n"+line+"\nlast\n"), Lines{from, from}, known, code)
			if err != nil {
				t.Fatal(err)
			}
			text := joined(list)
			for _, hidden := range []string{secret, secret[5:], pat, drawn} {
				if strings.Contains(text, hidden) {
					t.Errorf("shown: %s", text)
				}
			}
			masked := false
			for _, l := range list {
				masked = masked || l.Masked
			}
			if !masked || !strings.Contains(text, "first") {
				t.Errorf("nothing is said to be masked, or too much: %q", text)
			}
		}
	}
	for _, line := range code {
		tried(line, true, nil)
	}
	for _, line := range settings {
		tried(line, false, nil)
	}
	// Where a finding says that there is one, no name is needed.
	known := []Lines{{2, 2}}
	for _, line := range []string{`sign(payload, "` + secret + `")`, `login('admin', '` + secret + `')`, `createHmac("sha256", "secret words ` + secret + `")`} {
		tried(line, true, known)
	}
	for _, line := range []string{"FOO=" + secret, "foo: " + secret, "<value>" + secret + "</value>", "foo => '" + secret + "'"} {
		tried(line, false, known)
	}
	// A key whose beginning is far above.
	far := "-----BEGIN PRIVATE KEY-----\n" + strings.Repeat(secret+"\n", 400) + "-----END PRIVATE KEY-----\nlast\n"
	if list, err := Of([]byte(far), Lines{300, 300}, nil, true); err != nil || strings.Contains(joined(list), secret[5:]) {
		t.Errorf("a key's middle is shown, %v", err)
	}
}

// TestWhatIsNoSecretIsShown holds the lines that a reader needs.
func TestWhatIsNoSecretIsShown(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		`const port = process.env.PORT || 3000;`,
		`const key = process.env["JWT_SECRET"];`,
		`secret = os.environ["SECRET_KEY"]`,
		`password = config.get("database.password")`,
		`throw new Error("The password is wrong, try again");`,
		`import { verifyToken } from "./middleware/auth"`,
		`axios.get("https://api.example.com/v1/things")`,
		`fs.writeFileSync("/var/data/uploads/file.bin", body)`,
		`if (process.env.NODE_ENV === "production") {`,
		`password: "${DB_PASSWORD}"`,
		`token := os.Getenv("API_TOKEN")`,
		`crypto.createHmac("sha256", secret)`,
		`<PackageReference Include="Newtonsoft.Json" Version="13.0.1" />`,
	} {
		list, err := Of([]byte(line+"\n"), Lines{1, 1}, nil, true)
		if err != nil || list[0].Text != line || list[0].Masked {
			t.Errorf("%q became %q, %v", line, list[0].Text, err)
		}
	}
	for _, line := range []string{
		"image: postgres:16", "FROM node:20-alpine", "DATABASE_URL=${DATABASE_URL}", "  password: ${{ secrets.DB_PASSWORD }}", "PORT=8080",
		"uses: actions/checkout@8f4b7f84864484a7bf31766abe9204da3cbe65b3", "CMD [\"node\", \"server.js\"]", "password: changeme",
		"FROM alpine@sha256:25109184c71bdad752c8312a8623239686a9a2071e8825f20acb8f2198c3f659",
	} {
		list, err := Of([]byte(line+"\n"), Lines{1, 1}, nil, false)
		if err != nil || list[0].Text != line || list[0].Masked {
			t.Errorf("%q became %q, %v", line, list[0].Text, err)
		}
	}
}

func FuzzLinesAreKept(f *testing.F) {
	f.Add([]byte("a: b\nSECRET=\"x\ny\"\n"), 1, true)
	f.Add([]byte("Authorization:\nx\n-u a:\nb\n"), 2, false)
	f.Fuzz(func(t *testing.T, content []byte, line int, code bool) {
		list, err := Of(content, Lines{line % 1000, line % 1000}, []Lines{{1, 3}}, code)
		for i, l := range list {
			if i > 0 && l.Number != list[i-1].Number+1 || strings.ContainsAny(l.Text, "\n\r\x00") {
				t.Errorf("line %d: %q, %v", l.Number, l.Text, err)
			}
		}
	})
}
