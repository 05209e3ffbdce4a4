package platform

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// renderTypes are the types of Render's services.
var renderTypes = map[string]string{"web": "web", "pserv": "web", "worker": "worker", "cron": "cron", "static": "static", "job": "job"}

// Render reads a render.yaml: services, databases, groups of variables.
func Render(e *inspect.Emitter, content []byte) error {
	return each(e, content, func(r reader, root document.Mapping) {
		r.render(root)
		for _, project := range r.Sequence(root.Get("projects")) {
			for _, environment := range r.Sequence(r.Mapping(project).Get("environments")) {
				r.render(r.Mapping(environment))
			}
		}
	})
}

func (r reader) render(m document.Mapping) {
	for _, item := range r.Sequence(m.Get("databases")) {
		db := r.Mapping(item)
		r.emit(0, item, inspect.Attachment{Platform: "render", Service: inspect.Postgres, Name: document.Text(db.Get("name")), Version: document.Text(db.Get("postgresMajorVersion")), Line: db.Line("postgresMajorVersion")})
	}
	for _, item := range r.Sequence(m.Get("services")) {
		s := r.Mapping(item)
		switch kind := document.Text(s.Get("type")); kind {
		case "redis", "keyvalue":
			r.emit(0, item, inspect.Attachment{Platform: "render", Service: inspect.Redis, Name: document.Text(s.Get("name"))})
		case "":
		default:
			r.emit(0, item, r.renderService(s, kind))
		}
	}
}

func (r reader) renderService(s document.Mapping, kind string) inspect.PlatformService {
	runtime := document.Text(s.Get("runtime")) + document.Text(s.Get("env"))
	p := inspect.PlatformService{
		Platform: "render", Name: document.Text(s.Get("name")), Type: renderTypes[kind], Runtime: runtime,
		Start: r.start(s.Get("startCommand")), Build: r.start(s.Get("buildCommand")), Release: r.start(s.Get("preDeployCommand")),
		Image: document.Text(r.at(s, "image").Get("url")), Dockerfile: document.Text(s.Get("dockerfilePath")), Root: document.Text(s.Get("rootDir")),
		Instances: number(s.Get("numInstances")), Scales: s.Get("scaling") != nil, Health: document.Text(s.Get("healthCheckPath")) != "",
		Branch: document.Text(s.Get("branch")), Schedule: document.Text(s.Get("schedule")),
	}
	trigger := document.Text(s.Get("autoDeployTrigger"))
	p.OnDemand = document.Text(s.Get("autoDeploy")) == "false" || trigger == "off"
	if p.Type == "" {
		p.Type = kind
	}
	if runtime == "static" {
		p.Type = "static"
	}
	if p.Start == nil {
		p.Start = r.start(s.Get("dockerCommand"))
	}
	for _, item := range r.Sequence(s.Get("envVars")) {
		p.Env = append(p.Env, r.renderVariable(r.Mapping(item), item))
	}
	if disk := r.at(s, "disk"); disk != nil {
		p.Disks = []inspect.Volume{{Type: "volume", Source: document.Text(disk.Get("name")), Target: document.Text(disk.Get("mountPath")), Line: s.Line("disk")}}
	}
	return p
}

func (r reader) renderVariable(m document.Mapping, item *yaml.Node) inspect.EnvEntry {
	name := document.Text(m.Get("key"))
	entry := inspect.EnvEntry{Name: name, Secret: inspect.IsSecretName(name), Line: item.Line, Value: inspect.Value{Source: inspect.Input}}
	property := func(key string) string {
		from := r.at(m, key)
		return strings.TrimSuffix(document.Text(from.Get("name"))+"/"+document.Text(from.Get("property"))+document.Text(from.Get("envVarKey")), "/")
	}
	switch {
	case m.Get("fromDatabase") != nil:
		entry.From, entry.Ref = "database", property("fromDatabase")
	case m.Get("fromService") != nil:
		entry.From, entry.Ref = "service", property("fromService")
	case m.Get("fromGroup") != nil:
		entry.From, entry.Ref = "group", document.Text(m.Get("fromGroup"))
	case document.Text(m.Get("generateValue")) == "true":
		entry.From = "generated"
	case document.Text(m.Get("sync")) == "false":
		entry.From = "secret"
	case m.Get("value") != nil:
		entry.Value = inspect.LiteralOf(name, document.Text(m.Get("value")))
	}
	return entry
}
