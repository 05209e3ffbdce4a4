package platform

import (
	"slices"
	"strconv"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
	"twelvefold/internal/inspect/shell"
)

// herokuKeys are the keys that only Heroku's app.json (and Dokku's) has.
var herokuKeys = []string{"addons", "buildpacks", "formation", "env", "scripts", "stack", "environments", "success_url", "image"}

// AppJSON reads Heroku's app.json: a PlatformService for each process type of
// its formation, and an Attachment for each add-on that is a backing service.
// An app.json of Expo or React Native states nothing.
func AppJSON(e *inspect.Emitter, content []byte) error {
	root, err := document.ReadJSON(shell.PlainText(content))
	if !root.IsObject() || root.Get("expo") != nil || !slices.ContainsFunc(herokuKeys, func(key string) bool { return root.Get(key) != nil }) {
		return err
	}
	for _, item := range root.Get("addons").List() {
		plan, line := item.Scalar(), item.Line
		if plan == "" {
			plan, line = item.Get("plan").Scalar(), item.LineOf("plan")
		}
		if service := inspect.EngineOf(plan); service != "" {
			a := inspect.Attachment{Platform: "heroku", Service: service, Name: plan}
			if version := item.Get("options", "version"); version != nil {
				a.Version, a.Line = version.Plain(), version.Line
			}
			e.Emit(line, line, a)
		}
	}
	base := inspect.PlatformService{Platform: "heroku", Name: root.Get("name").Scalar(), Type: "web", Env: herokuEnv(root.Get("env"))}
	if image := root.Get("image"); image != nil {
		base.Image = image.Scalar()
	}
	if text := root.Get("scripts", "postdeploy"); text.Scalar() != "" {
		base.Release = herokuScript(text)
	} else if text := root.Get("scripts", "postdeploy", "command"); text.Scalar() != "" {
		base.Release = herokuScript(text)
	}
	formation := root.Get("formation")
	for _, m := range formation.Each() {
		p := base
		p.Type = m.Key
		p.Instances, _ = strconv.Atoi(m.Value.Get("quantity").Plain())
		e.Emit(m.Line, m.Value.End, p)
	}
	if len(formation.Each()) == 0 {
		e.Emit(root.Line, root.End, base)
	}
	return err
}

func herokuScript(n *document.Node) *inspect.Start {
	s := shell.StartOf(n.Scalar(), n.Line)
	return &s
}

// herokuEnv reads the variables of app.json: a text, or an object with value,
// generator and required.
func herokuEnv(n *document.Node) []inspect.EnvEntry {
	var list []inspect.EnvEntry
	for _, m := range n.Each() {
		entry := inspect.EnvEntry{Name: m.Key, Secret: inspect.IsSecretName(m.Key), Line: m.Line, Value: inspect.Value{Source: inspect.Input}}
		value := m.Value
		if value.IsObject() {
			if value.Get("generator") != nil {
				entry.From = "generated"
			}
			value = value.Get("value")
		}
		if value != nil && !value.IsObject() && !value.IsList() && value.Plain() != "null" {
			entry.Value = inspect.LiteralOf(m.Key, value.Plain())
		}
		list = append(list, entry)
	}
	return list
}

// HerokuYAML reads heroku.yml.
func HerokuYAML(e *inspect.Emitter, content []byte) error {
	return each(e, content, func(r reader, root document.Mapping) {
		setup, build := r.at(root, "setup"), r.at(root, "build")
		for _, item := range r.Sequence(setup.Get("addons")) {
			plan := document.Text(r.Mapping(item).Get("plan"))
			if service := inspect.EngineOf(plan); service != "" {
				r.emit(item.Line, item, inspect.Attachment{Platform: "heroku", Service: service, Name: plan})
			}
		}
		env := r.variables(setup.Get("config"))
		release := r.start(r.at(root, "release").Get("command"))
		docker := r.at(build, "docker")
		said := map[string]bool{}
		service := func(kind string, line int) inspect.PlatformService {
			said[kind] = true
			return inspect.PlatformService{Platform: "heroku", Name: kind, Type: kind, Env: env, Release: release, Dockerfile: document.Text(docker.Get(kind))}
		}
		for _, p := range r.at(root, "run") {
			s := service(p.Key.Value, p.Key.Line)
			s.Start = r.start(p.Value)
			if m := r.Mapping(p.Value); m != nil {
				s.Start = r.start(m.Get("command"))
				if image := document.Text(m.Get("image")); s.Dockerfile == "" {
					s.Dockerfile = document.Text(docker.Get(image)) // the image of another process type
				}
			}
			r.emit(p.Key.Line, p.Value, s)
		}
		for _, p := range docker {
			if !said[p.Key.Value] {
				r.emit(p.Key.Line, p.Value, service(p.Key.Value, p.Key.Line))
			}
		}
	})
}
