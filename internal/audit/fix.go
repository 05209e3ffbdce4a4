package audit

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"twelvefold/internal/inspect"
)

// Fix is what to do about a finding, for those who say For: a framework, a
// language, a platform or tool (in lower case one of lowerCase), or a name by which
// a rule asks for it, which no reader sees. "" is everybody.
//
// Text is imperative and concrete. ‹name› in it stands for what the finding calls
// so: a port, a variable, a directory. A fix whose names a finding doesn't give
// does not fit it, and the next one is taken; a general one without names comes last.
type Fix struct {
	For  string
	Text string
}

var hole = regexp.MustCompile(`‹([a-z]+)›`)

// FixFor is the text of the first fix that fits, of those who are wanted in
// their order and then of everybody.
func (r Rule) FixFor(named map[string]string, wanted ...string) string {
	for _, want := range append(slices.Clip(wanted), "") {
		for _, f := range r.Fixes {
			if !strings.EqualFold(f.For, want) {
				continue
			}
			if text, ok := f.filled(named); ok {
				return text
			}
		}
	}
	return ""
}

// Advice are the fixes for who reads about the rule and not about a finding: of
// two that say the same, one with names of a finding and one without, the latter.
// Those for a technology come first and say which, then those for everybody; names
// by which the rule alone asks for a fix tell a reader nothing and are left out.
func (r Rule) Advice() (list []Fix) {
	for _, group := range r.Advised() {
		for _, text := range group.Texts {
			list = append(list, Fix{For: group.Technology, Text: text})
		}
	}
	return list
}

// Advised are fixes for one technology, or for none.
type Advised struct {
	Technology string // "" for none
	Heading    string // the technology, or when they hold
	Texts      []string
}

// Advised is the rule's advice by what it is for, what holds in general first.
func (r Rule) Advised() []Advised {
	var named []Advised
	general, special := Advised{Heading: "In general"}, Advised{Heading: "In other cases"}
	for _, f := range r.Fixes {
		if hole.MatchString(f.Text) && slices.ContainsFunc(r.Fixes, func(other Fix) bool {
			return f.For == other.For && !hole.MatchString(other.Text) && sayTheSame(other.Text, f.Text)
		}) {
			continue
		}
		group, name := &general, technology(f.For)
		switch i := slices.IndexFunc(named, func(a Advised) bool { return a.Technology == name }); {
		case i >= 0:
			group = &named[i]
		case name != "":
			named = append(named, Advised{Technology: name, Heading: name})
			group = &named[len(named)-1]
		case f.For != "":
			group = &special
		}
		group.Texts = append(group.Texts, f.Text)
	}
	return slices.DeleteFunc(slices.Concat([]Advised{general}, named, []Advised{special}), func(a Advised) bool { return len(a.Texts) == 0 })
}

// FilledIn says what the gaps in a rule's advice are; "" where there are none.
func (r Rule) FilledIn() string {
	if slices.ContainsFunc(r.Advice(), func(f Fix) bool { return hole.MatchString(f.Text) }) {
		return "Each finding fills in ‹…› with its own names."
	}
	return ""
}

// technology is what a fix is for as readers know it, "" where that is a name that
// a rule gave.
func technology(name string) string {
	if first, _ := utf8.DecodeRuneInString(name); unicode.IsUpper(first) || first == '@' {
		return name
	}
	tool, of, several := strings.Cut(name, ", ")
	switch known, ok := lowerCase[tool]; {
	case !ok:
		return ""
	case several:
		return known + ", " + of
	default:
		return known
	}
}

// lowerCase are technologies that fixes name in lower case, as they are written.
var lowerCase = map[string]string{
	"bun": "Bun", "bundler": "Bundler", "celery": "Celery", "composer": "Composer", "cron": "cron", "dotenv": "dotenv",
	"express-rate-limit": "express-rate-limit", "express-session": "express-session", "fly": "Fly", "forever": "forever", "gem": "RubyGems",
	"go": "Go", "gunicorn": "Gunicorn", "helm": "Helm", "heroku": "Heroku", "kubectl": "kubectl", "maven": "Maven", "multer": "multer",
	"nginx": "nginx", "node": "Node.js", "npm": "npm", "nuget": "NuGet", "pdm": "PDM", "pecl": "PECL", "php": "PHP", "pip": "pip",
	"pip-compile": "pip-compile", "pipenv": "Pipenv", "pm2": "PM2", "pnpm": "pnpm", "poetry": "Poetry", "pypi": "PyPI", "python": "Python",
	"rate-limiter-flexible": "rate-limiter-flexible", "render": "Render", "ruby": "Ruby", "supervisord": "supervisord", "systemd": "systemd",
	"uv": "uv", "uwsgi": "uWSGI", "vercel": "Vercel", "viper": "Viper", "yarn": "Yarn",
}

// sayTheSame reports whether most words of a text are in the other.
func sayTheSame(text, other string) bool {
	words, same := strings.Fields(text), 0
	for _, word := range words {
		if slices.Contains(strings.Fields(other), word) {
			same++
		}
	}
	return 3*same >= 2*len(words)
}

// usualExample is what fixes call the file that lists the variables of a program.
const usualExample = ".env.example"

// ExampleNames are names of such a file, the usual one first.
var ExampleNames = []string{usualExample, ".env.sample", ".env.template", ".env.dist", "env.example", "example.env", ".env-example", ".env.dev.sample", ".env.default", "env.sample", "sample.env", ".example.env", "dotenv.example"}

// withOwnExample is a fix with the name that such a file has in the repository,
// beside the component or at the root, where it has another.
func (c *Component) withOwnExample(fix string) string {
	if !strings.Contains(fix, usualExample) {
		return fix
	}
	for _, name := range ExampleNames {
		if c.Repo.Has(path.Join(c.Path, name)) || c.Repo.Has(name) {
			return strings.ReplaceAll(strings.ReplaceAll(fix, "an "+usualExample, name), usualExample, name)
		}
	}
	return fix
}

// filled is the text with what is named, false where a name is missing.
func (f Fix) filled(named map[string]string) (text string, ok bool) {
	ok = true
	text = hole.ReplaceAllStringFunc(f.Text, func(h string) string {
		value := named[hole.FindStringSubmatch(h)[1]]
		ok = ok && value != ""
		return value
	})
	return text, ok
}

// draft is a finding that is being reported, with what its fix is chosen by.
type draft struct {
	Finding
	wanted []string
	named  map[string]string
	cause  string // see SameCause
}

// Option changes one finding from its rule's defaults.
type Option func(*draft)

// WithFix asks for the fixes of these, the first that has one, before those for
// the framework and the language of the finding's place. "" is nobody.
func WithFix(wanted ...string) Option {
	return func(d *draft) {
		for _, want := range wanted {
			if want != "" {
				d.wanted = append(d.wanted, want)
			}
		}
	}
}

// Naming says what the finding calls a name in its fix. What can't stand in a
// sentence, such as several lines, is not named.
func Naming(name, value string) Option { return naming(name, value, longestName) }

// NamingCommand says what a finding calls a command in its fix, which may be
// longer than a name.
func NamingCommand(name, value string) Option { return naming(name, value, longestCommand) }

func naming(name, value string, longest int) Option {
	return func(d *draft) {
		if value == "" || strings.ContainsAny(value, "\n\r\t`‹›") || utf8.RuneCountInString(value) > longest {
			return
		}
		if d.named == nil {
			d.named = map[string]string{}
		}
		d.named[name] = value
	}
}

const longestName, longestCommand = 100, 600

// VariableName is the environment variable that a thing of the program would be
// read from, by what it is called there: DB_PASSWORD for dbPassword or
// db.password, REDIS_DSN for services.cache.redis_dsn, "" for what makes no name.
func VariableName(name string) string {
	parts := strings.FieldsFunc(name, func(r rune) bool { return r == '.' || r == ':' || r == '[' || r == ']' })
	parts = slices.DeleteFunc(parts, func(part string) bool { return strings.Trim(part, "0123456789") == "" })
	if n := len(parts); n > 1 {
		if last := inCapitals(parts[n-1]); strings.Contains(last, "_") {
			return last
		}
		name = strings.Join(parts[n-2:], ".")
	}
	return inCapitals(name)
}

// inCapitals writes a name as variables are: its words in capitals.
func inCapitals(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		switch {
		case r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
			if begins(runes, i) && b.Len() > 0 && !strings.HasSuffix(b.String(), "_") {
				b.WriteByte('_')
			}
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	variable := strings.ToUpper(strings.Trim(b.String(), "_"))
	if variable == "" || variable[0] >= '0' && variable[0] <= '9' {
		return ""
	}
	return variable
}

// begins reports whether a word of a name in camel case begins at i.
func begins(name []rune, i int) bool {
	upper := func(r rune) bool { return r >= 'A' && r <= 'Z' }
	if i == 0 || !upper(name[i]) {
		return false
	}
	return !upper(name[i-1]) || i+1 < len(name) && name[i+1] >= 'a' && name[i+1] <= 'z'
}

// ReplacingVariable is the variable that stands above a key of a settings file,
// as Spring, Quarkus and .NET have one for each, "" for other files and for keys
// that no variable can name.
func ReplacingVariable(f *File, key string) string {
	switch f.Format {
	case inspect.AppSettings:
		return strings.NewReplacer(":", "__", ".", "_").Replace(key)
	case inspect.SpringProperties, inspect.SpringYAML:
		if _, inMap, ok := strings.Cut(key, ".properties."); ok && strings.Contains(inMap, "_") {
			return "" // a variable's underscores become dots, so none names this entry
		}
		dash := ""
		if strings.HasPrefix(key, "quarkus.") || strings.HasPrefix(key, "mp.") {
			dash = "_"
		}
		return strings.ToUpper(strings.NewReplacer("-", dash, ".", "_", "[", "_", "]", "").Replace(key))
	}
	return ""
}
