package audit

import (
	"reflect"
	"slices"
	"testing"

	"twelvefold/internal/source"
)

func TestTheBestFixThatFitsIsTaken(t *testing.T) {
	t.Parallel()
	rule := Rule{Fixes: []Fix{
		{Text: "Read the port from PORT."},
		{For: "Go", Text: "Read the port with os.Getenv."},
		{For: "Go", Text: "Never taken: the one before fits all."},
		{For: "Express", Text: "Listen on process.env.PORT || ‹port›."},
		{Text: "Read ‹port› from PORT."},
	}}
	for _, tc := range []struct {
		wanted []string
		named  map[string]string
		want   string
	}{
		{nil, nil, "Read the port from PORT."},
		{[]string{"Python"}, map[string]string{"port": "8090"}, "Read the port from PORT."},
		{[]string{"go"}, nil, "Read the port with os.Getenv."},
		{[]string{"Express", "JavaScript"}, map[string]string{"port": "8090"}, "Listen on process.env.PORT || 8090."},
		{[]string{"Express", "Go"}, nil, "Read the port with os.Getenv."},
	} {
		if got := rule.FixFor(tc.named, tc.wanted...); got != tc.want {
			t.Errorf("%v, %v: %q, not %q", tc.wanted, tc.named, got, tc.want)
		}
	}
}

func TestAFixNamesOnlyWhatFitsASentence(t *testing.T) {
	t.Parallel()
	d := &draft{}
	Naming("port", "8090")(d)
	Naming("key", "two\nlines")(d)
	Naming("path", "")(d)
	if len(d.named) != 1 || d.named["port"] != "8090" {
		t.Errorf("named: %v", d.named)
	}
}

func TestVariableNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"dbPassword": "DB_PASSWORD", "DB_PASSWORD": "DB_PASSWORD", "spring.datasource.url": "DATASOURCE_URL", "services.cache.arguments.0.redis_dsn": "REDIS_DSN", "APIKey": "API_KEY", "s3-bucket": "S3_BUCKET",
		"self._token": "SELF_TOKEN", "": "", "2fa": "", "…": "",
	} {
		if got := VariableName(name); got != want {
			t.Errorf("%s: %q, not %q", name, got, want)
		}
	}
}

func TestAFixNamesTheExampleThatIsThere(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ example, fix, want string }{
		{"shop/.env.dist", "List it in .env.example.", "List it in .env.dist."},
		{".env.sample", "Commit an .env.example with names.", "Commit .env.sample with names."},
		{"shop/.env.example", "List it in .env.example.", "List it in .env.example."},
		{"other/.env.dist", "List it in .env.example.", "List it in .env.example."},
	} {
		f := &File{File: source.File{Path: tc.example}}
		c := &Component{Path: "shop", Repo: &Repository{Files: []*File{f}, byPath: map[string]*File{f.Path: f}}}
		if got := c.withOwnExample(tc.fix); got != tc.want {
			t.Errorf("with %s: %q, not %q", tc.example, got, tc.want)
		}
	}
}

func TestARulesReaderSeesEachAdviceOnce(t *testing.T) {
	t.Parallel()
	rule := Rule{Fixes: []Fix{
		{Text: "Read ‹port› from PORT, and set it per deploy."},
		{Text: "Say in ‹file› what differs."},
		{For: "Go", Text: "Read ‹port› with os.Getenv."},
		{Text: "Read the port from PORT, and set it per deploy."},
	}}
	var got []string
	for _, fix := range rule.Advice() {
		got = append(got, fix.Text)
	}
	want := []string{"Say in ‹file› what differs.", "Read the port from PORT, and set it per deploy.", "Read ‹port› with os.Getenv."}
	if !slices.Equal(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
	if len(rule.Fixes) != 4 {
		t.Error("the rule lost a fix that a finding with names takes")
	}
}

func TestAdviceSaysWhichTechnologyItIsFor(t *testing.T) {
	t.Parallel()
	rule := Rule{Fixes: []Fix{
		{For: "seed", Text: "Take it out of the seed."},
		{For: "poetry", Text: "Run poetry lock."},
		{For: "dotenv, Ruby", Text: "Ask for it with ENV.fetch."},
		{For: "an example", Text: "Leave it empty."},
		{For: "Django", Text: "Ask ‹variable›."},
		{For: "poetry", Text: "Commit poetry.lock."},
		{Text: "Commit the lock file."},
	}}
	want := []Advised{
		{"", "In general", []string{"Commit the lock file."}},
		{"Poetry", "Poetry", []string{"Run poetry lock.", "Commit poetry.lock."}}, {"dotenv, Ruby", "dotenv, Ruby", []string{"Ask for it with ENV.fetch."}},
		{"Django", "Django", []string{"Ask ‹variable›."}},
		{"", "In other cases", []string{"Take it out of the seed.", "Leave it empty."}},
	}
	if got := rule.Advised(); !reflect.DeepEqual(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
	if rule.FilledIn() == "" || (Rule{Fixes: rule.Fixes[:2]}).FilledIn() != "" {
		t.Error("who reads of gaps is not told what they are, or is without them")
	}
	if got := rule.FixFor(nil, "seed"); got != "Take it out of the seed." {
		t.Errorf("a rule that asks by its own name gets %q", got)
	}
}
