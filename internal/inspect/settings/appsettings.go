package settings

import (
	"regexp"
	"strconv"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// AppSettings reads .NET's appsettings.json: keys are joined by colons, as the
// program asks for them. Every value is a default that the environment can
// replace: the variable of "A:B" is "A__B", the name that handles are stated
// under.
func AppSettings(e *inspect.Emitter, content []byte) error {
	root, err := document.ReadJSON(content)
	if !root.IsObject() {
		if err == nil {
			err = inspect.ParseError(root.Line, "the document is not an object")
		}
		return err
	}
	a := &appSettings{e: e}
	a.object(root, "", 0)
	a.serilog(root)
	a.nlogTargets(root.Get("NLog", "targets"))
	a.fileLogger(root.Get("Logging", "File"))
	a.console(root.Get("Logging", "Console"))
	return err
}

// appSettings is one such file while it is stated.
type appSettings struct {
	e       *inspect.Emitter
	entries int
}

// path is a key with its parts as .NET joins them.
func joinSetting(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + ":" + name
}

func (a *appSettings) object(n *document.Node, prefix string, depth int) {
	if depth > maxKeyDepth || len(prefix) > maxKey {
		return
	}
	for _, m := range n.Each() {
		a.value(m.Value, joinSetting(prefix, m.Key), m.Line, depth)
	}
}

func (a *appSettings) value(n *document.Node, key string, line, depth int) {
	switch {
	case key == "$schema":
	case n.IsObject():
		a.object(n, key, depth+1)
	case n.IsList():
		for i, item := range n.List() {
			if depth < maxKeyDepth {
				a.value(item, joinSetting(key, strconv.Itoa(i)), item.Line, depth+1)
			}
		}
	case len(key) <= maxKey && a.entries < maxEntries:
		a.entries++
		a.scalar(key, n, line)
	}
}

// scalar states one setting, and what it means to a rule.
func (a *appSettings) scalar(key string, n *document.Node, line int) {
	text := n.Plain()
	isText := n.Scalar() != ""
	if !isText && text == "null" {
		return
	}
	name, parent := lastSettings(key)
	secret := isText && a.secret(name, parent) && credentialText(name, text)
	v := inspect.LitOf(text)
	if secret && v.Secret == nil {
		v = inspect.SecretLit(text)
	}
	a.e.Emit(line, n.End, inspect.Setting{Key: key, Value: v})
	if !isText || strings.HasPrefix(key, "Serilog:") || strings.HasPrefix(key, "NLog:") || strings.HasPrefix(key, "Logging:") {
		return
	}
	if secret {
		a.e.Emit(line, n.End, inspect.Credential{Name: key, Via: "field", Secret: inspect.NewSecret(text)})
	} else if _, password, ok := inspect.MaskURL(text); ok && password != "" {
		label, host := inspect.DsnHost(text)
		if m := inspect.Userinfo.FindStringSubmatch(text); m != nil {
			host = hostOf(text)
			label = m[1] + host
		}
		a.e.Emit(line, n.End, inspect.Credential{Name: label, Via: "url", Secret: inspect.NewSecret(password), Host: host})
	}
	if !a.handle(key, name, parent, text, v, line, n.End) {
		a.place(key, name, parent, text, v, line, n.End)
	}
}

// lastSettings are the last name of a key and the one before it, places in
// lists left out.
func lastSettings(key string) (name, parent string) {
	parts := strings.Split(key, ":")
	for i := len(parts) - 1; i >= 0; i-- {
		if strings.Trim(parts[i], "0123456789") == "" && i > 0 {
			continue
		}
		if name == "" {
			name = parts[i]
		} else {
			return name, parts[i]
		}
	}
	return name, ""
}

// secret reports whether a key names a secret: by its last name, or a bare Key
// or Secret by what it belongs to: Jwt:Key.
func (a *appSettings) secret(name, parent string) bool {
	switch strings.ToLower(name) {
	case "key", "value":
		return signsWith.MatchString(parent) || inspect.IsSecretName(parent)
	}
	return inspect.IsSecretName(name)
}

var signsWith = regexp.MustCompile(`(?i)(jwt|token|auth|sign|crypt|security|secret)`)

// sections are the parents of settings that say where a service is.
var sections = []struct {
	name    *regexp.Regexp
	service inspect.Service
}{
	{regexp.MustCompile(`(?i)redis|valkey`), inspect.Redis}, {regexp.MustCompile(`(?i)rabbit|amqp|servicebus|eventbus|messagebroker`), inspect.AMQP}, {regexp.MustCompile(`(?i)kafka`), inspect.Kafka},
	{regexp.MustCompile(`(?i)mongo`), inspect.MongoDB}, {regexp.MustCompile(`(?i)smtp|mail`), inspect.SMTP}, {regexp.MustCompile(`(?i)elastic|opensearch`), inspect.Elasticsearch}, {regexp.MustCompile(`(?i)postgres|npgsql`), inspect.Postgres},
	{regexp.MustCompile(`(?i)mysql|mariadb`), inspect.MySQL}, {regexp.MustCompile(`(?i)sqlite`), inspect.SQLite}, {regexp.MustCompile(`(?i)nats`), inspect.NATS}, {regexp.MustCompile(`(?i)blob|minio|^s3|storageaccount`), inspect.ObjectStore},
	{regexp.MustCompile(`(?i)^(db|database|sqlserver|mssql|datasettings)$`), inspect.Database},
}

var (
	handleSetting = regexp.MustCompile(`(?i)^(host|hostname|hostaddress|server|servers|smtphost|smtpserver|mailserver|connectionstring|connection|configuration|endpoint|endpoints|uri|url|bootstrapservers|brokers?|address|nodes)$`)
	sqlServer     = regexp.MustCompile(`(?i)(initial catalog|integrated security|trusted_connection|trustservercertificate|multipleactiveresultsets|\(localdb\)|,1433)`)
	sqliteFile    = regexp.MustCompile(`(?i)^\s*(data ?source|filename)\s*=\s*[^;,]*(\.(db|sqlite3?|db3)|:memory:)`)
	adoWord       = regexp.MustCompile(`(?i)(^|;)\s*(server|host|data ?source|datasource|address|addr)\s*=`)
)

// handle states where a backing service is.
func (a *appSettings) handle(key, name, parent, text string, v inspect.Value, line, end int) bool {
	var service inspect.Service
	switch {
	case strings.EqualFold(parent, "ConnectionStrings") || adoWord.MatchString(text) && strings.Contains(text, ";") || sqliteFile.MatchString(text):
		service = connectionService(name, text)
	case handleSetting.MatchString(name):
		for _, section := range sections {
			if section.name.MatchString(parent) {
				service = section.service
				break
			}
		}
		if service != "" && strings.Contains(text, " ") && !strings.Contains(text, "=") {
			return false
		}
	default:
		if found, ok := inspect.HandleOf(parent+"_"+name, text); ok {
			service = found.Service
		}
	}
	if service == "" || inspect.IsPlaceholder(text) {
		return false
	}
	if strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://") {
		if service != inspect.Elasticsearch && service != inspect.ObjectStore {
			return false
		}
	}
	if service == inspect.SQLite {
		a.e.Emit(line, end, inspect.Client{Service: service, Via: key, Handle: v})
		return true
	}
	a.e.Emit(line, end, inspect.ServiceHandle{Service: service, Name: strings.ReplaceAll(key, ":", "__"), Handle: v})
	return true
}

// connectionService is the service of a connection string: by its scheme and
// words, else by its name.
func connectionService(name, text string) inspect.Service {
	lower := strings.ToLower(text)
	scheme, _, isURL := strings.Cut(lower, "://")
	switch {
	case isURL && strings.HasPrefix(scheme, "endpoint=sb"), strings.HasPrefix(scheme, "amqp"):
		return inspect.AMQP
	case strings.HasPrefix(scheme, "mongodb"):
		return inspect.MongoDB
	case strings.HasPrefix(scheme, "postgres"):
		return inspect.Postgres
	case strings.HasPrefix(scheme, "redis"):
		return inspect.Redis
	case strings.Contains(lower, "accountkey=") && strings.Contains(lower, "accountname="), strings.Contains(lower, "usedevelopmentstorage"), strings.Contains(lower, "blobendpoint="):
		return inspect.ObjectStore
	case sqliteFile.MatchString(text):
		return inspect.SQLite
	case sqlServer.MatchString(text):
		return inspect.Database
	}
	for _, section := range sections {
		if section.name.MatchString(name) {
			return section.service
		}
	}
	switch {
	case strings.HasPrefix(lower, "host=") || strings.Contains(lower, ";host=") || strings.Contains(lower, "port=5432"):
		return inspect.Postgres
	case strings.Contains(lower, "port=3306"), strings.Contains(lower, "allowuservariables"), strings.Contains(lower, "sslmode=none") && strings.Contains(lower, "uid="):
		return inspect.MySQL
	case strings.HasSuffix(lower, ":6379") || strings.Contains(lower, ":6379,") || strings.Contains(lower, "abortconnect="):
		return inspect.Redis
	case adoWord.MatchString(text):
		return inspect.Database
	}
	return ""
}

var (
	ownResource = regexp.MustCompile(`(?i)^(bucket|queue|topic|table|region)(name|url|arn)?$`)
	listenURL   = regexp.MustCompile(`^https?://(\[[^\]]*\]|[^:/;]*)(?::(\d+))?`)
)

// place states the literal URL of another service, a thing inside a service,
// and where the program itself listens.
func (a *appSettings) place(key, name, parent, text string, v inspect.Value, line, end int) {
	if strings.EqualFold(key, "Urls") || strings.HasPrefix(strings.ToLower(key), "kestrel:endpoints:") && strings.EqualFold(name, "Url") {
		a.listen(key, text, line, end)
		return
	}
	if m := ownResource.FindStringSubmatch(name); m != nil && !strings.ContainsAny(text, " {") && !inspect.IsPlaceholder(text) {
		what := strings.ToLower(m[1])
		if strings.EqualFold(m[2], "arn") {
			what = "arn"
		}
		a.e.Emit(line, end, inspect.Resource{Via: "appsettings", What: what, Name: v})
		return
	}
	dotted := strings.ReplaceAll(key, ":", ".")
	if m := serviceURL.FindStringSubmatch(text); m != nil && (urlName.MatchString(name) || webName.MatchString(name) || webName.MatchString(parent)) && !notService.MatchString(dotted) && !inspect.IsPlaceholder(m[1]) {
		a.e.Emit(line, end, inspect.Endpoint{Via: "key", Name: key, URL: v})
	}
}

// webName are names of settings that say where a service is, as .NET writes
// them.
var webName = regexp.MustCompile(`([a-z]|^)(Url|Urls|Uri|Endpoint|BaseAddress|Authority|Host|Base)$`)

// listen states the addresses of Kestrel, which stand apart by semicolons.
func (a *appSettings) listen(key, text string, line, end int) {
	for _, url := range strings.Split(text, ";") {
		m := listenURL.FindStringSubmatch(strings.TrimSpace(url))
		if m == nil {
			continue
		}
		host, port := strings.Trim(m[1], "[]"), m[2]
		if host == "*" || host == "+" {
			host = "0.0.0.0"
		}
		if port == "" {
			port = "80"
		}
		a.e.Emit(line, end, inspect.Listen{Via: key, Host: inspect.Lit(host), Port: inspect.Lit(port)})
	}
}
