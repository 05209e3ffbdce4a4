package settings

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/deploy"
	"twelvefold/internal/inspect/document"
	"twelvefold/internal/inspect/shell"
)

// ConfigINI reads a program's own settings: sections with keys, "a = b" or
// "a: b". A line that is neither is let pass, for so do the libraries.
func ConfigINI(e *inspect.Emitter, content []byte) error {
	var entries []entry
	section := ""
	for i, line := range strings.Split(string(bytes.ReplaceAll(content, []byte{0}, nil)), "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
		case line[0] == '[':
			section, _, _ = strings.Cut(line[1:], "]")
			section = strings.TrimSpace(section)
		default:
			at := strings.IndexAny(line, "=:")
			if at > 0 && len(section) <= maxKey && len(entries) < maxEntries {
				entries = append(entries, entry{key: join(section, strings.TrimSpace(line[:at])), text: iniValue(line[at+1:]), line: i + 1, end: i + 1})
			}
		}
	}
	stateConfig(e, entries)
	return nil
}

// iniValue is a value without its quotes and the comment behind it.
func iniValue(text string) string {
	text = strings.TrimSpace(text)
	if len(text) > 1 && (text[0] == '"' || text[0] == '\'' || text[0] == '`') {
		if end := strings.IndexByte(text[1:], text[0]); end >= 0 {
			return text[1 : end+1]
		}
	}
	for _, mark := range [...]string{" ;", " #", "\t;", "\t#"} {
		text, _, _ = strings.Cut(text, mark)
	}
	return strings.TrimSpace(text)
}

// ConfigTOML reads a program's own settings.
func ConfigTOML(e *inspect.Emitter, content []byte) error {
	values, err := document.ReadTOML(content)
	var entries []entry
	for _, v := range values {
		if len(v.Key) <= maxKey && len(entries) < maxEntries {
			entries = append(entries, entry{key: v.Key, text: v.Text, line: v.Line, end: v.Line})
		}
	}
	stateConfig(e, entries)
	return err
}

// ConfigJSON reads a program's own settings. A document that is none says
// nothing: any JSON may have such a name.
func ConfigJSON(e *inspect.Emitter, content []byte) error {
	root, err := document.ReadJSON(content)
	r := configReader{}
	r.walk(root, "", 0)
	stateConfig(e, r.entries)
	(&appSettings{e: e}).serilog(root)
	if !root.IsObject() {
		return nil
	}
	return err
}

type configReader struct{ entries []entry }

func (r *configReader) walk(n *document.Node, key string, depth int) {
	if n == nil || depth > maxKeyDepth || len(key) > maxKey || len(r.entries) >= maxEntries {
		return
	}
	switch {
	case n.IsObject():
		for _, m := range n.Each() {
			if m.Value != nil && !m.Value.IsObject() && !m.Value.IsList() {
				if text := m.Value.Plain(); text != "null" || m.Value.Scalar() != "" {
					r.entries = append(r.entries, entry{key: join(key, m.Key), text: text, line: m.Line, end: m.Value.End})
				}
				continue
			}
			r.walk(m.Value, join(key, m.Key), depth+1)
		}
	case n.IsList():
		for i, item := range n.List() {
			r.walk(item, join(key, strconv.Itoa(i)), depth+1)
		}
	}
}

// ConfigYAML reads a program's own settings; a manifest that has the name of
// one is read as what it is.
func ConfigYAML(e *inspect.Emitter, content []byte) error {
	before := len(e.Signals)
	if err := deploy.YAML(e, content); len(e.Signals) > before || err != nil {
		return err
	}
	content = shell.PlainText(content)
	documents, err := document.Documents(content, func([]byte) bool { return true })
	var entries []entry
	for _, d := range documents {
		r := yamlReader{d: d, bytes: maxKeyBytes}
		r.walk(d.Root, "", "", 0)
		entries = append(entries, r.entries...)
		if err == nil {
			err = d.Spent()
		}
	}
	stateConfig(e, entries)
	return err
}

var (
	// otherStage are sections of what no deploy runs; stageSection of what one does.
	otherStage   = regexp.MustCompile(`(?i)^(dev|development|local|localhost|test|tests|testing|ci|example|sample)\.`)
	stageSection = regexp.MustCompile(`(?i)^(default|production|prod|staging|stage|live|shared|all)\.`)
	// stageEngine are settings of the engine that a stage has, told with it.
	stageEngine = regexp.MustCompile(`(?i)^(development|production)\.(\w+\.)?(dialect|client|adapter|engine)$`)
	// filledIn are texts that something else replaces.
	filledIn = regexp.MustCompile(`\$\{|\$\(|%\(|%\{|\{\{|<%|^\$[A-Z]|^ENV\b|\benv\(|!env`)
	// placeKey are settings that say where a backing service is, by the last two
	// names of their key: "redis_Host", "db_addr", "mongo_URI".
	placeKey = regexp.MustCompile(`(?i)(redis|valkey|mongo(?:db)?|mysql|mariadb|postgres(?:ql)?|pgsql|pg|database|datasource|db|amqp|rabbit(?:mq)?|kafka|smtp|mailer|mail|email|elastic(?:search)?|memcached?|nats)s?(?:_[a-z]*?)?_?(host|hostname|addr|addrs|address|addresses|server|servers|brokers?|ur[li]|dsn|nodes|connection_?string|conn_?str)$`)
	// notPlace are words of settings about something else of the same service.
	notPlace = regexp.MustCompile(`(?i)(public|admin|dashboard|redirect|callback|image|logo|docs?|web|ui|site|from|sender)`)
	// returnsTo are addresses at which browsers come back, or come from.
	returnsTo = regexp.MustCompile(`(?i)redirect|callback|origin|return_?url`)
	placeText = regexp.MustCompile(`^(?:[a-z][a-z0-9+.-]*://\S+|[^\s/]*@(?:tcp|unix)\([^)]*\)\S*|(?:[A-Za-z0-9][A-Za-z0-9-]*\.)*[A-Za-z0-9-]+(?::\d+)?(?:,[A-Za-z0-9][A-Za-z0-9.-]*(?::\d+)?)*|[^=\s]+=\S+(?:[\s;][^=]+=\S+)+)$`)
)

var placeServices = []struct {
	word    string
	service inspect.Service
}{
	{"redis", inspect.Redis}, {"valkey", inspect.Redis}, {"mongo", inspect.MongoDB}, {"mysql", inspect.MySQL}, {"maria", inspect.MySQL}, {"postgres", inspect.Postgres}, {"pg", inspect.Postgres},
	{"amqp", inspect.AMQP}, {"rabbit", inspect.AMQP}, {"kafka", inspect.Kafka}, {"smtp", inspect.SMTP}, {"mail", inspect.SMTP}, {"elastic", inspect.Elasticsearch},
	{"memcache", inspect.Memcached}, {"nats", inspect.NATS},
}

// stateConfig states the settings of a file that belongs to no framework that
// is known, and what they mean. Sections of development and tests are left out,
// but for the engine of a database.
func stateConfig(e *inspect.Emitter, entries []entry) {
	kept := entries[:0]
	for _, x := range entries {
		if stageEngine.MatchString(x.key) && len(x.text) < 20 {
			e.Emit(x.line, x.end, inspect.Setting{Key: strings.ToLower(x.key), Value: inspect.LitOf(x.text)})
		}
		if otherStage.MatchString(x.key) || x.text == "" || len(x.text) > inspect.MaxText {
			continue
		}
		x.key = stageSection.ReplaceAllString(x.key, "")
		kept = append(kept, x)
	}
	f := newFile(e, kept, springStyle, "config")
	for _, x := range kept {
		if filledIn.MatchString(x.text) {
			e.Emit(x.line, x.end, inspect.Setting{Key: x.key, Value: inspect.Value{Source: inspect.Input}})
			continue
		}
		f.config(x)
	}
}

// config states one setting.
func (f *file) config(x entry) {
	secret := isSecretKey(x.key)
	value := inspect.LitOf(x.text)
	if secret {
		value = inspect.SecretLit(x.text)
	}
	f.e.Emit(x.line, x.end, inspect.Setting{Key: x.key, Value: value})
	switch {
	case secret && inspect.TokenFormat(x.text) != "private-key" && credentialText(x.key, x.text):
		f.e.Emit(x.line, x.end, inspect.Credential{Name: x.key, Via: "assignment", Secret: inspect.NewSecret(x.text)})
		return
	case secret, inspect.TokenFormat(x.text) == "private-key": // which are looked for in every file
		return
	case f.urlPassword(x, x.text):
	case inspect.TokenFormat(x.text) != "":
		f.e.Emit(x.line, x.end, inspect.Credential{Name: x.key, Via: "assignment", Secret: inspect.NewSecret(x.text)})
		return
	}
	if service := f.place(x); service != "" {
		f.e.Emit(x.line, x.end, inspect.ServiceHandle{Service: service, Name: x.key, Handle: value})
		return
	}
	if strings.Contains(x.text, "://") && !returnsTo.MatchString(x.key) {
		f.endpoint(entry{key: hump.ReplaceAllString(x.key, "${1}_$2"), text: x.text, line: x.line, end: x.end}, x.text)
	}
}

// place is the service that a setting says the place of, "" for any other.
func (f *file) place(x entry) inspect.Service {
	if handle, ok := inspect.HandleOf(lastNames(x.key, 2), x.text); ok {
		return handle.Service
	}
	name := hump.ReplaceAllString(lastNames(x.key, 2), "${1}_$2")
	if !placeText.MatchString(x.text) || inspect.IsPlaceholder(x.text) || noPlace(x.text) || notPlace.MatchString(name) {
		return ""
	}
	m := placeKey.FindStringSubmatch(name)
	if m == nil {
		if engine := f.beside(x, "dialect", "driver", "engine", "adapter", "client"); engine != "" && strings.EqualFold(lastNames(x.key, 1), "host") {
			return engines[strings.ToLower(engine)] // Sequelize's and Knex' own
		}
		return ""
	}
	web := strings.HasPrefix(x.text, "http://") || strings.HasPrefix(x.text, "https://")
	word := strings.ToLower(m[1])
	for _, s := range placeServices {
		if strings.HasPrefix(word, s.word) && (s.service != inspect.SMTP || strings.ContainsAny(x.text, ".:") || strings.EqualFold(x.text, "localhost")) {
			if web && s.service != inspect.Elasticsearch {
				return ""
			}
			return s.service
		}
	}
	if strings.Contains(word, "mail") || word == "smtp" || web {
		return ""
	}
	switch engine := strings.ToLower(f.beside(x, "type", "dialect", "driver", "engine", "adapter", "client", "dbtype", "db_type")); {
	case strings.Contains(engine, "sqlite"):
		return ""
	case engines[engine] != "":
		return engines[engine]
	}
	return inspect.Database
}

func noPlace(text string) bool {
	switch strings.ToLower(text) {
	case "true", "false", "yes", "no", "on", "off", "memory", "sqlite", "sqlite3", "mysql", "postgres", "none":
		return true
	}
	return strings.Trim(text, "0123456789") == ""
}

// beside is the text of the first of the names that is set beside an entry.
func (f *file) beside(x entry, names ...string) string {
	prefix := ""
	if at := strings.LastIndexByte(x.key, '.'); at >= 0 {
		prefix = x.key[:at+1]
	}
	for _, name := range names {
		if text := f.text(prefix+name, x.profile); text != "" {
			return text
		}
	}
	return ""
}
