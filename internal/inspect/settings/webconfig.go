package settings

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// iis reads web.config and app.config of .NET: appSettings and connection
// strings as Settings, sessions, mail, and the module that hosts the program.
func iis(e *inspect.Emitter, root *document.Element) {
	var entries []entry
	for _, x := range root.Get("appSettings").All("add") {
		entries = append(entries, entry{key: "appSettings." + x.Attr("key"), text: x.Attr("value"), line: x.Line, end: x.End})
		appSettingHandle(e, x)
	}
	configuredLogs(e, root)
	connectionStrings(e, root)
	web := root.Get("system.web")
	if x := web.Get("sessionState"); x != nil {
		sessionState(e, x)
	}
	for _, name := range []string{"compilation.debug", "customErrors.mode", "trace.enabled", "httpRuntime.targetFramework"} {
		element, attribute, _ := strings.Cut(name, ".")
		x := web.Get(element)
		if strings.EqualFold(x.Attr("Transform"), "RemoveAttributes("+attribute+")") { // back to the default, which is off
			entries = append(entries, entry{key: "system.web." + name, text: "false", line: x.Line, end: x.End})
		} else if a, ok := x.Attribute(attribute); ok {
			entries = append(entries, entry{key: "system.web." + name, text: a.Value, line: a.Line, end: a.Line})
		}
	}
	mail(e, root.Get("system.net", "mailSettings", "smtp", "network"))
	server := root.Get("system.webServer")
	if server == nil {
		server = root.Get("location", "system.webServer")
	}
	for _, name := range []string{"aspNetCore", "httpPlatform", "iisnode"} {
		if x := server.Get(name); x != nil {
			entries = append(entries, hosting(e, x)...)
		}
	}
	keys := entries[:0:0]
	for _, x := range entries {
		if len(x.key) <= maxKey && len(keys) < maxEntries {
			keys = append(keys, x)
		}
	}
	newFile(e, keys, springStyle, "web.config").state()
	machineKey(e, web.Get("machineKey"))
}

// machineKey states the literal keys with which ASP.NET signs and encrypts.
func machineKey(e *inspect.Emitter, x *document.Element) {
	for _, name := range []string{"validationKey", "decryptionKey"} {
		if a, ok := x.Attribute(name); ok && a.Value != "" && !strings.HasPrefix(a.Value, "AutoGenerate") {
			e.Emit(a.Line, a.Line, inspect.Credential{Name: "machineKey." + name, Via: "assignment", Secret: inspect.NewSecret(a.Value)})
		}
	}
}

// providers are the services behind ADO.NET's provider names.
var providers = map[string]inspect.Service{
	"npgsql": inspect.Postgres, "mysql.data.mysqlclient": inspect.MySQL, "mysqlconnector": inspect.MySQL, "system.data.sqlite": inspect.SQLite, "microsoft.data.sqlite": inspect.SQLite,
}

// entityText is the connection string inside of one of Entity Framework.
var entityText = regexp.MustCompile(`(?is)^metadata=.*provider connection string=['"](.*)['"]\s*$`)

func connectionStrings(e *inspect.Emitter, root *document.Element) {
	for _, x := range root.Get("connectionStrings").All("add") {
		held, _ := x.Attribute("connectionString")
		text := held.Value
		if m := entityText.FindStringSubmatch(text); m != nil {
			text = m[1]
		}
		if text == "" || deployFills.MatchString(text) || strings.HasPrefix(text, "metadata=") && !strings.Contains(text, "ource=") {
			continue
		}
		service, known := providers[strings.ToLower(x.Attr("providerName"))]
		if !known {
			service = connectionService(x.Attr("name"), text)
		}
		if service == "" {
			service = inspect.Database
		}
		e.Emit(held.Line, held.Line, inspect.Client{Service: service, Via: "connectionStrings." + x.Attr("name"), Handle: inspect.LitOf(text)})
		if _, password, ok := inspect.MaskURL(text); ok && password != "" {
			name, host := inspect.DsnHost(text)
			e.Emit(held.Line, held.Line, inspect.Credential{Name: name, Via: "url", Secret: inspect.NewSecret(password), Host: host})
		}
	}
}

var (
	// deployFills is a value that a release replaces: Octopus' #{Name}, Azure
	// Pipelines' __Name__ and $(Name).
	deployFills = regexp.MustCompile(`^\s*(#\{[^{}]*\}|__\w+__|\$\([\w.]+\))\s*$`)
	settingPart = regexp.MustCompile(`[A-Z]?[a-z0-9]+|[A-Z]+`)
)

// appSettingHandle states where a backing service is by the words of a key:
// SmtpHost, Redis:Server, DbConnectionString.
func appSettingHandle(e *inspect.Emitter, x *document.Element) {
	key, text := x.Attr("key"), x.Attr("value")
	parts := settingPart.FindAllString(key, 8)
	if text == "" || len(parts) < 2 || deployFills.MatchString(text) {
		return
	}
	at := len(parts) - 1
	for at > 1 && handleSetting.MatchString(parts[at-1]+strings.Join(parts[at:], "")) {
		at--
	}
	if _, known := inspect.HandleOf(lastNames("appSettings."+key, 2), text); known {
		return // stated with the setting
	}
	name, parent := strings.Join(parts[at:], ""), strings.Join(parts[:at], "")
	(&appSettings{e: e}).handle("appSettings."+key, name, parent, text, inspect.LitOf(text), x.Line, x.End)
}

// sessionState is where ASP.NET keeps sessions: in its own process unless told
// otherwise.
func sessionState(e *inspect.Emitter, x *document.Element) {
	kind := inspect.StoreMemory
	switch strings.ToLower(x.Attr("mode")) {
	case "off":
		return
	case "sqlserver":
		kind = inspect.StoreDatabase
	case "stateserver":
		kind = inspect.StoreOther
	case "custom":
		kind = inspect.StoreOther
		if strings.Contains(strings.ToLower(x.Attr("customProvider")), "redis") {
			kind = inspect.StoreRedis
		}
	}
	e.Emit(x.Line, x.End, inspect.Session{Via: "system.web.sessionState", Store: kind})
}

func mail(e *inspect.Emitter, x *document.Element) {
	if host, ok := x.Attribute("host"); ok && host.Value != "" {
		e.Emit(host.Line, host.Line, inspect.Client{Service: inspect.SMTP, Via: "system.net.mailSettings", Handle: inspect.LitOf(host.Value)})
	}
	if password, ok := x.Attribute("password"); ok && password.Value != "" {
		e.Emit(password.Line, password.Line, inspect.Credential{Name: "system.net.mailSettings.password", Via: "field", Secret: inspect.NewSecret(password.Value), Host: x.Attr("host")})
	}
}

// hosting is the IIS module that starts the program or runs it inside itself.
func hosting(e *inspect.Emitter, x *document.Element) []entry {
	var entries []entry
	for _, a := range x.Attrs {
		entries = append(entries, entry{key: "system.webServer." + x.Name + "." + a.Name, text: a.Value, line: a.Line, end: a.Line})
	}
	if strings.EqualFold(x.Attr("stdoutLogEnabled"), "true") {
		e.Emit(x.Line, x.Line, inspect.LogSink{Via: "system.webServer." + x.Name, Target: "file", Path: inspect.LitOf(strings.ReplaceAll(x.Attr("stdoutLogFile"), `\`, "/"))})
	}
	for _, v := range x.Get("environmentVariables").All("environmentVariable") {
		entries = append(entries, entry{key: "environmentVariable." + v.Attr("name"), text: v.Attr("value"), line: v.Line, end: v.End})
	}
	return entries
}
