package platform

import (
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/deploy"
	"twelvefold/internal/inspect/document"
	"twelvefold/internal/inspect/shell"
)

// AppYAML reads an app.yaml: of App Engine, of DigitalOcean's App Platform, or
// else a manifest as any other YAML file.
func AppYAML(e *inspect.Emitter, content []byte) error {
	return each(e, content, func(r reader, root document.Mapping) {
		switch {
		case root.Get("apiVersion") == nil && (document.Text(root.Get("runtime")) != "" || document.Text(root.Get("env")) == "flex"):
			r.appEngine(root)
		case isAppSpec(root):
			r.appSpec(root)
		default:
			deploy.Document(e, r.YAML)
		}
	})
}

func (r reader) appEngine(root document.Mapping) {
	p := inspect.PlatformService{
		Platform: "app-engine", Name: document.Text(root.Get("service")), Type: "web", Runtime: document.Text(root.Get("runtime")),
		Start: r.start(root.Get("entrypoint")), Env: r.variables(root.Get("env_variables")),
		Instances: number(r.at(root, "manual_scaling").Get("instances")), Scales: root.Get("automatic_scaling") != nil || root.Get("basic_scaling") != nil,
		Health: root.Get("readiness_check") != nil || root.Get("health_check") != nil || root.Get("liveness_check") != nil,
	}
	if p.Name == "" {
		p.Name = "default"
	}
	if n := number(r.at(root, "automatic_scaling").Get("min_instances")) + number(r.at(root, "automatic_scaling").Get("min_num_instances")); n > 0 {
		p.Instances = n
	}
	first := max(root.Line("runtime"), 1)
	r.emit(first, r.Root, p)
	if network := r.at(root, "network"); document.Text(network.Get("session_affinity")) == "true" {
		r.Emit(network.Line("session_affinity"), network.Line("session_affinity"), inspect.Affinity{Via: "session_affinity", Of: p.Name})
	}
	if n := r.at(root, "beta_settings").Get("cloud_sql_instances"); document.Text(n) != "" {
		r.emit(0, n, inspect.Attachment{Platform: "app-engine", Service: inspect.Database, Name: document.Text(n)})
	}
}

// DOApp reads DigitalOcean's .do/app.yaml, or the template of one.
func DOApp(e *inspect.Emitter, content []byte) error {
	return each(e, content, func(r reader, root document.Mapping) {
		if spec := r.at(root, "spec"); spec != nil {
			root = spec
		}
		r.appSpec(root)
	})
}

// isAppSpec reports whether a document has the lists of App Platform.
func isAppSpec(root document.Mapping) bool {
	if root.Get("apiVersion") != nil || document.Text(root.Get("name")) == "" {
		return false
	}
	for _, key := range []string{"services", "workers", "static_sites", "jobs"} {
		if n := root.Get(key); n != nil && n.Kind == sequence {
			return true
		}
	}
	return false
}

func (r reader) appSpec(root document.Mapping) {
	common := r.appVariables(root)
	for _, kind := range [][2]string{{"services", "web"}, {"workers", "worker"}, {"jobs", "job"}, {"static_sites", "static"}, {"functions", "function"}} {
		for _, item := range r.Sequence(root.Get(kind[0])) {
			s := r.Mapping(item)
			if s == nil || !r.Visit(len(common)) {
				continue
			}
			p := inspect.PlatformService{
				Platform: "digitalocean", Name: document.Text(s.Get("name")), Type: kind[1], Start: r.start(s.Get("run_command")), Build: r.start(s.Get("build_command")),
				Dockerfile: document.Text(s.Get("dockerfile_path")), Root: document.Text(s.Get("source_dir")), Env: append(append([]inspect.EnvEntry(nil), common...), r.appVariables(s)...),
				Instances: number(s.Get("instance_count")), Scales: s.Get("autoscaling") != nil, Health: s.Get("health_check") != nil, Port: number(s.Get("http_port")),
				Branch: document.Text(r.at(s, "github").Get("branch")) + document.Text(r.at(s, "git").Get("branch")) + document.Text(r.at(s, "gitlab").Get("branch")),
			}
			for _, host := range []string{"github", "gitlab", "bitbucket"} {
				p.OnDemand = p.OnDemand || s.Get(host) != nil && document.Text(r.at(s, host).Get("deploy_on_push")) != "true"
			}
			if image := r.at(s, "image"); image != nil {
				p.Image = document.Text(image.Get("repository"))
				if registry := document.Text(image.Get("registry")); registry != "" {
					p.Image = registry + "/" + p.Image
				}
				if tag := document.Text(image.Get("tag")); tag != "" {
					p.Image += ":" + tag
				}
			}
			if when := document.Text(s.Get("kind")); when == "PRE_DEPLOY" || when == "POST_DEPLOY" {
				p.Type, p.Release, p.Start = "release", p.Start, nil
			}
			r.emit(0, item, p)
		}
	}
	for _, item := range r.Sequence(root.Get("databases")) {
		db := r.Mapping(item)
		service := inspect.EngineOf(document.Text(db.Get("engine")))
		if service == "" {
			service = inspect.Postgres // the platform's default
		}
		r.emit(0, item, inspect.Attachment{Platform: "digitalocean", Service: service, Name: document.Text(db.Get("name")), Version: document.Text(db.Get("version")), Line: db.Line("version")})
	}
}

// appVariables reads envs: key, value, type SECRET.
func (r reader) appVariables(m document.Mapping) []inspect.EnvEntry {
	var list []inspect.EnvEntry
	for _, item := range r.Sequence(m.Get("envs")) {
		e := r.Mapping(item)
		name, text := document.Text(e.Get("key")), document.Text(e.Get("value"))
		entry := inspect.EnvEntry{Name: name, Secret: inspect.IsSecretName(name), Line: item.Line, Value: inspect.Value{Source: inspect.Input}}
		switch {
		case document.Text(e.Get("type")) == "SECRET" && (text == "" || len(text) > 3 && text[:3] == "EV["): // encrypted by the platform
			entry.From = "secret"
		case len(text) > 3 && text[:2] == "${": // ${db.DATABASE_URL}
			entry.From, entry.Ref = "service", text[2:len(text)-1]
		case e.Get("value") != nil:
			entry.Value = variable(name, text, item.Line).Value
		}
		list = append(list, entry)
	}
	return list
}

// Railway reads railway.json.
func RailwayJSON(e *inspect.Emitter, content []byte) error {
	root, err := document.ReadJSON(shell.PlainText(content))
	railway(e, root)
	return err
}

// RailwayTOML reads railway.toml.
func RailwayTOML(e *inspect.Emitter, content []byte) error {
	root, err := document.ReadTOMLTree(shell.PlainText(content))
	railway(e, root)
	return err
}

func railway(e *inspect.Emitter, root *document.Node) {
	build, run := root.Get("build"), root.Get("deploy")
	if build == nil && run == nil {
		return
	}
	p := inspect.PlatformService{
		Platform: "railway", Type: "web", Build: lineStart(build.Get("buildCommand")), Dockerfile: build.Get("dockerfilePath").Scalar(),
		Start: lineStart(run.Get("startCommand")), Release: lineStart(run.Get("preDeployCommand")), Health: run.Get("healthcheckPath").Scalar() != "",
		Instances: whole(run.Get("numReplicas")), Schedule: run.Get("cronSchedule").Scalar(),
	}
	if p.Schedule != "" {
		p.Type = "cron"
	}
	e.Emit(root.Line, max(root.End, root.Line), p)
}
