package settings

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// WebXML reads a servlet container's web.xml and IIS' web.config: what a web
// server that is not the program's own is told about it.
func WebXML(e *inspect.Emitter, content []byte) error {
	root, err := document.ReadXML(content)
	switch {
	case root == nil:
	case strings.EqualFold(root.Name, "web-app"), strings.EqualFold(root.Name, "web-fragment"):
		servlets(e, root)
	case strings.EqualFold(root.Name, "configuration"):
		iis(e, root)
	case strings.EqualFold(root.Name, "connectionStrings"), strings.EqualFold(root.Name, "appSettings"): // a part that stands in its own file
		iis(e, &document.Element{Name: "configuration", Line: root.Line, End: root.End, Children: []*document.Element{root}})
	}
	return err
}

// servlets reads a deployment descriptor: parameters as Settings
// "context-param.NAME", servlets as Handlers, and how sessions are kept.
func servlets(e *inspect.Emitter, root *document.Element) {
	entries := []entry{{key: "web-app.version", text: root.Attr("version"), line: root.Line, end: root.Line}}
	add := func(prefix string, x *document.Element, name, value string) {
		if key := x.Get(name).Text(); key != "" {
			entries = append(entries, entry{key: prefix + key, text: x.Get(value).Text(), line: x.Line, end: x.End})
		}
	}
	for _, x := range root.Each() {
		switch strings.ToLower(x.Name) {
		case "context-param":
			add("context-param.", x, "param-name", "param-value")
		case "env-entry":
			add("env-entry.", x, "env-entry-name", "env-entry-value")
		case "resource-ref":
			add("resource-ref.", x, "res-ref-name", "res-type")
		case "servlet":
			e.Emit(x.Line, x.End, inspect.Handler{Via: "servlet " + x.Get("servlet-class").Text() + x.Get("jsp-file").Text()})
			for _, p := range x.All("init-param") {
				add("servlet."+x.Get("servlet-name").Text()+".", p, "param-name", "param-value")
			}
		case "listener":
			if class := x.Get("listener-class"); class != nil {
				entries = append(entries, entry{key: "web-app.listener", text: class.Text(), line: x.Line, end: x.End})
			}
		case "distributable":
			entries = append(entries, entry{key: "web-app.distributable", text: "true", line: x.Line, end: x.End})
		case "session-config":
			if timeout := x.Get("session-timeout"); timeout != nil {
				entries = append(entries, entry{key: "web-app.session-config.session-timeout", text: timeout.Text(), line: timeout.Line, end: timeout.End})
			}
		case "data-source":
			for _, p := range []string{"url", "password", "user", "server-name"} {
				if child := x.Get(p); child != nil {
					entries = append(entries, entry{key: "data-source." + p, text: child.Text(), line: child.Line, end: child.End})
				}
			}
		}
	}
	newFile(e, entries, springStyle, "web.xml").state()
}

// JavaXML reads what older programs configure in XML: persistence.xml,
// hibernate.cfg.xml, a container's context.xml and server.xml, and Spring's
// contexts of beans.
func JavaXML(e *inspect.Emitter, content []byte) error {
	root, err := document.ReadXML(content)
	if root == nil {
		return err
	}
	b := &beans{e: e}
	switch strings.ToLower(root.Name) {
	case "persistence", "hibernate-configuration":
		root.Walk(func(x *document.Element) bool {
			if name := x.Attr("name"); strings.EqualFold(x.Name, "property") && name != "" {
				if text := x.Attr("value"); text != "" {
					b.add(name, text, x)
				} else {
					b.add(hibernateName(root, name), x.Text(), x)
				}
			}
			return true
		})
	case "context", "server":
		root.Walk(func(x *document.Element) bool {
			b.container(x)
			return true
		})
	case "beans":
		root.Walk(func(x *document.Element) bool {
			return b.bean(x)
		})
	default:
		return err
	}
	newFile(e, b.entries, springStyle, "spring").state()
	return err
}

// hibernateName: hibernate.cfg.xml may leave out the prefix of its keys.
func hibernateName(root *document.Element, name string) string {
	if strings.EqualFold(root.Name, "hibernate-configuration") && !strings.HasPrefix(name, "hibernate.") {
		return "hibernate." + name
	}
	return name
}

type beans struct {
	e       *inspect.Emitter
	entries []entry
}

func (b *beans) add(key, text string, x *document.Element) {
	if len(key) <= maxKey && len(b.entries) < maxEntries {
		b.entries = append(b.entries, entry{key: key, text: text, line: x.Line, end: x.End})
	}
}

// container reads Tomcat's elements: Resource, Connector, Manager, Valve.
func (b *beans) container(x *document.Element) {
	switch strings.ToLower(x.Name) {
	case "resource", "environment", "connector", "parameter":
		name := x.Name
		if x.Attr("name") != "" {
			name = x.Attr("name")
		}
		for _, a := range x.Attrs {
			if !strings.EqualFold(a.Name, "name") {
				b.entries = append(b.entries, entry{key: name + "." + a.Name, text: a.Value, line: a.Line, end: a.Line})
			}
		}
	case "manager":
		kind := inspect.StoreMemory
		class := strings.ToLower(x.Attr("className"))
		store := strings.ToLower(x.Get("store").Attr("className"))
		switch {
		case strings.Contains(class+store, "redis"), strings.Contains(class, "redisson"):
			kind = inspect.StoreRedis
		case strings.Contains(class+store, "jdbc"), strings.Contains(class+store, "datasource"):
			kind = inspect.StoreDatabase
		case strings.Contains(class, "memcached"):
			kind = inspect.StoreOther
		case strings.Contains(store, "filestore"), x.Attr("pathname") != "":
			kind = inspect.StoreFile
		}
		b.e.Emit(x.Line, x.End, inspect.Session{Via: "tomcat Manager " + x.Attr("className"), Store: kind})
	case "valve":
		if strings.HasSuffix(x.Attr("className"), "AccessLogValve") {
			dir := x.Attr("directory")
			if dir == "" {
				dir = "logs"
			}
			b.e.Emit(x.Line, x.End, inspect.LogSink{Via: x.Attr("className"), Target: "file", Rotates: true, Path: inspect.LitOf(dir + "/" + x.Attr("prefix") + x.Attr("suffix"))})
		}
	}
}

// bean reads a bean's literal properties as settings "id.property", and the
// elements of Spring's namespaces that say what the program does. It reports
// whether to look below.
func (b *beans) bean(x *document.Element) bool {
	switch strings.ToLower(x.Name) {
	case "bean":
		id := x.Attr("id")
		if id == "" {
			id = x.Attr("class")[strings.LastIndexByte(x.Attr("class"), '.')+1:]
		}
		for _, p := range x.All("property") {
			text := p.Attr("value")
			if text == "" {
				text = p.Get("value").Text()
			}
			if text != "" {
				b.add(id+"."+p.Attr("name"), text, p)
			}
			for _, prop := range p.Get("props").All("prop") {
				b.add(prop.Attr("key"), prop.Text(), prop)
			}
		}
		for _, a := range x.Attrs {
			if a.Prefix == "p" {
				b.add(id+"."+a.Name, a.Value, x)
			}
		}
	case "embedded-database":
		engine := strings.ToLower(x.Attr("type"))
		if engine == "" {
			engine = "hsqldb" // what spring-jdbc takes when no type is given
		}
		b.e.Emit(x.Line, x.End, inspect.Client{Service: inspect.EmbeddedDB, Via: "jdbc:embedded-database", Handle: inspect.Lit("jdbc:" + engine + ":mem:" + x.Attr("id"))})
	case "scheduled-tasks":
		b.e.Emit(x.Line, x.End, inspect.Scheduler{Via: "task:scheduled-tasks"})
	case "listener-container":
		b.e.Emit(x.Line, x.End, inspect.Consumer{Via: x.Prefix + ":listener-container", Ack: acknowledgement(x.Attr("acknowledge"))})
	case "redis-http-session":
		b.e.Emit(x.Line, x.End, inspect.Session{Via: "org.springframework.session", Store: inspect.StoreRedis})
	}
	return true
}

// acknowledgement is when a listener container takes a message for done.
func acknowledgement(mode string) string {
	switch strings.ToLower(mode) {
	case "none":
		return "early"
	case "manual", "client", "transacted", "auto":
		return "late"
	}
	return ""
}
