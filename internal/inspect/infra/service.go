package infra

import (
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"twelvefold/internal/inspect"
)

// platformResource says where a resource that runs a program keeps what a
// PlatformService states: paths of attributes, dotted.
type platformResource struct {
	platform, kind                string
	name, image, handler, runtime string
	env                           string // a map of variables, or a list of blocks with name and value
	instances, schedule, port     string
	maximum                       string // attribute that lets the platform add instances
	health                        string
}

var platformResources = map[string]platformResource{
	"aws_lambda_function":             {platform: "aws-lambda", kind: "function", name: "function_name", image: "image_uri", handler: "handler", runtime: "runtime", env: "environment.variables"},
	"aws_apprunner_service":           {platform: "app-runner", kind: "web", name: "service_name", image: "source_configuration.image_repository.image_identifier", env: "source_configuration.image_repository.image_configuration.runtime_environment_variables", port: "source_configuration.image_repository.image_configuration.port"},
	"google_cloudfunctions_function":  {platform: "cloud-functions", kind: "function", name: "name", handler: "entry_point", runtime: "runtime", env: "environment_variables"},
	"google_cloudfunctions2_function": {platform: "cloud-functions", kind: "function", name: "name", handler: "build_config.entry_point", runtime: "build_config.runtime", env: "service_config.environment_variables"},
	"google_cloud_run_service":        {platform: "cloud-run", kind: "web", name: "name", image: "template.spec.containers.image", env: "template.spec.containers.env", port: "template.spec.containers.ports.container_port", maximum: "template"},
	"google_cloud_run_v2_service":     {platform: "cloud-run", kind: "web", name: "name", image: "template.containers.image", env: "template.containers.env", port: "template.containers.ports.container_port", instances: "template.scaling.min_instance_count", maximum: "template", health: "template.containers.startup_probe"},
	"google_cloud_run_v2_job":         {platform: "cloud-run", kind: "job", name: "name", image: "template.template.containers.image", env: "template.template.containers.env"},
	"azurerm_container_app":           {platform: "azure-container-apps", kind: "web", name: "name", image: "template.container.image", env: "template.container.env", instances: "template.min_replicas", maximum: "template.max_replicas", port: "ingress.target_port", health: "template.container.readiness_probe"},
	"azurerm_linux_web_app":           {platform: "azure-app-service", kind: "web", name: "name", image: "site_config.application_stack.docker_image_name", env: "app_settings", health: "site_config.health_check_path"},
	"azurerm_windows_web_app":         {platform: "azure-app-service", kind: "web", name: "name", env: "app_settings", health: "site_config.health_check_path"},
	"azurerm_app_service":             {platform: "azure-app-service", kind: "web", name: "name", env: "app_settings", health: "site_config.health_check_path"},
	"azurerm_linux_function_app":      {platform: "azure-functions", kind: "function", name: "name", env: "app_settings"},
	"azurerm_windows_function_app":    {platform: "azure-functions", kind: "function", name: "name", env: "app_settings"},
	"heroku_app":                      {platform: "heroku", kind: "web", name: "name", env: "config_vars"},
	"heroku_config":                   {platform: "heroku", kind: "web", env: "vars"},
	"heroku_app_config_association":   {platform: "heroku", kind: "web", env: "vars"},
	"heroku_formation":                {platform: "heroku", kind: "", name: "app_id", instances: "quantity"},
	"fly_machine":                     {platform: "fly", kind: "web", name: "name", image: "image", env: "env"},
}

// service states the program that a resource of a platform runs.
func (f *file) service(b *hclsyntax.Block, in inspect.InfraBlock) {
	t := treeOf(in.Attributes)
	if in.Labels[0] == "digitalocean_app" {
		f.digitalOcean(b, t)
		return
	}
	r, ok := platformResources[in.Labels[0]]
	if !ok {
		return
	}
	p := inspect.PlatformService{
		Platform: r.platform, Type: r.kind, Name: nameOf(t, in, path(r.name)...), Image: t.text(path(r.image)...), Handler: t.text(path(r.handler)...), Runtime: t.text(path(r.runtime)...),
		Schedule: t.literal(path(r.schedule)...), Health: r.health != "" && t.get(path(r.health)...) != nil, Scales: r.maximum != "" && t.get(path(r.maximum)...) != nil,
	}
	if p.Type == "" { // a formation: the process type
		p.Type = t.literal("type")
	}
	if n := t.number(path(r.instances)...); n != nil {
		p.Instances = *n
	}
	if n := t.number(path(r.port)...); n != nil {
		p.Port = *n
	}
	if r.env != "" {
		p.Env = environment(t.get(path(r.env)...))
	}
	if r.env == "vars" {
		for _, e := range environment(t.get("sensitive_vars")) {
			if e.Value.IsLiteral() && e.Value.Secret == nil && e.Value.Text != "" {
				e.Value = inspect.SecretLit(e.Value.Text)
			}
			p.Env = append(p.Env, e)
		}
	}
	f.emit(b, p)
}

func path(dotted string) []string {
	if dotted == "" {
		return []string{"\x00"} // no attribute is called that
	}
	return strings.Split(dotted, ".")
}

// environment reads a map of variables, or blocks with name and value.
func environment(t *tree) []inspect.EnvEntry {
	if t == nil {
		return nil
	}
	var list []inspect.EnvEntry
	if t.get("name") != nil || t.kids["0"] != nil {
		for _, e := range t.list() {
			entry := inspect.EnvEntry{}
			if secret := e.get("value_source", "secret_key_ref"); secret != nil {
				entry = inspect.EnvEntry{From: "secret", Ref: secret.text("secret")}
			} else if secret := e.get("value_from", "secret_key_ref"); secret != nil {
				entry = inspect.EnvEntry{From: "secret", Ref: secret.text("name")}
			} else if e.get("secret_name") != nil {
				entry = inspect.EnvEntry{From: "secret", Ref: e.text("secret_name")}
			}
			list = append(list, variable(e, entry))
		}
		return list
	}
	for _, key := range t.keys {
		if entry := t.kids[key].entry; entry != nil {
			list = append(list, inspect.EnvEntry{Name: key, Value: entry.Value, Secret: entry.Secret, Line: entry.Line})
		}
	}
	return list
}

// digitalOcean reads the services of an App Platform app.
func (f *file) digitalOcean(b *hclsyntax.Block, t *tree) {
	for _, kind := range [][2]string{{"service", "web"}, {"worker", "worker"}, {"job", "job"}, {"static_site", "static"}, {"function", "function"}} {
		if t.get("spec", kind[0]) == nil {
			continue
		}
		for _, s := range t.list("spec", kind[0]) {
			p := inspect.PlatformService{
				Platform: "digitalocean", Name: s.text("name"), Type: kind[1], Dockerfile: s.literal("dockerfile_path"), Root: s.literal("source_dir"),
				Branch: s.text("github", "branch"), Health: s.get("health_check") != nil,
			}
			if n := s.number("instance_count"); n != nil {
				p.Instances = *n
			}
			if n := s.number("http_port"); n != nil {
				p.Port = *n
			}
			if env := s.get("env"); env != nil {
				for _, e := range env.list() {
					entry := inspect.EnvEntry{Name: e.text("key"), Value: e.value("value"), Line: e.line()}
					entry.Secret = inspect.IsSecretName(entry.Name)
					p.Env = append(p.Env, entry)
				}
			}
			f.emit(b, p)
		}
	}
}
