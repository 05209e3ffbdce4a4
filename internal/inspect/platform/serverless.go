package platform

import (
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/deploy"
	"twelvefold/internal/inspect/document"
)

// Serverless reads the Serverless Framework's serverless.yml: a function for
// each that it names.
func Serverless(e *inspect.Emitter, content []byte) error {
	return each(e, content, func(r reader, root document.Mapping) {
		provider := r.at(root, "provider")
		if provider == nil && document.Text(root.Get("provider")) == "" {
			return
		}
		common := r.references(provider.Get("environment"))
		for _, p := range r.at(root, "functions") {
			f := r.Mapping(p.Value)
			if f == nil || !r.Visit(len(common)) {
				continue
			}
			s := inspect.PlatformService{
				Platform: "serverless", Name: p.Key.Value, Type: "function", Handler: document.Text(f.Get("handler")), Image: document.Text(f.Get("image")),
				Runtime: document.Text(f.Get("runtime")), Env: append(append([]inspect.EnvEntry(nil), common...), r.references(f.Get("environment"))...),
			}
			if s.Runtime == "" {
				s.Runtime = document.Text(provider.Get("runtime"))
			}
			for _, event := range r.Sequence(f.Get("events")) {
				if schedule := r.Mapping(event).Get("schedule"); schedule != nil {
					s.Schedule = document.Text(schedule) + document.Text(r.Mapping(schedule).Get("rate"))
				}
			}
			r.emit(p.Key.Line, p.Value, s)
		}
	})
}

var serverlessEnv = regexp.MustCompile(`^\$\{env:([A-Za-z_][A-Za-z0-9_]*)(?:\s*,\s*'([^']*)')?\}$`)

// references reads variables in which ${env:NAME, 'default'} and other sources
// of the framework may stand.
func (r reader) references(n *yaml.Node) []inspect.EnvEntry {
	var list []inspect.EnvEntry
	for _, entry := range r.variables(n) {
		text := document.Text(r.Mapping(n).Get(entry.Name))
		if m := serverlessEnv.FindStringSubmatch(text); m != nil {
			entry.Value = inspect.Value{Source: inspect.Env, Env: []string{m[1]}}
			if m[2] != "" {
				fallback := inspect.LiteralOf(entry.Name, m[2])
				entry.Value.Text, entry.Value.HasText, entry.Value.Secret = fallback.Text, true, fallback.Secret
			}
		} else if strings.Contains(text, "${") {
			entry.Value = inspect.Value{Source: inspect.Input}
			if strings.Contains(text, "${ssm:") || strings.Contains(text, "secretsmanager") {
				entry.From, entry.Ref = "secret", strings.TrimSuffix(strings.TrimPrefix(text, "${ssm:"), "}")
			}
		}
		list = append(list, entry)
	}
	return list
}

// CloudFormation reads a template of AWS CloudFormation or SAM; any other
// template.yaml is read as the manifests it may hold.
func CloudFormation(e *inspect.Emitter, content []byte) error {
	return each(e, content, func(r reader, root document.Mapping) {
		resources := r.at(root, "Resources")
		if resources == nil {
			deploy.Document(e, r.YAML)
			return
		}
		globals := r.at(root, "Globals", "Function")
		for _, p := range resources {
			m := r.Mapping(p.Value)
			kind, properties := document.Text(m.Get("Type")), r.at(m, "Properties")
			switch {
			case kind == "AWS::Serverless::Function", kind == "AWS::Lambda::Function":
				r.lambda(p.Key, p.Value, properties, globals)
			case kind == "AWS::ElasticLoadBalancingV2::TargetGroup":
				r.stickiness(p.Key.Value, properties)
			case cloudServices[kind].service != "":
				r.cloudService(p.Key, p.Value, cloudServices[kind], properties)
			}
			r.passwords(p.Key.Value, properties)
		}
	})
}

func (r reader) lambda(key, n *yaml.Node, properties, globals document.Mapping) {
	text := func(name string) string {
		if n := properties.Get(name); n != nil && !isTagged(n) {
			return document.Text(n)
		}
		if n := globals.Get(name); n != nil && !isTagged(n) {
			return document.Text(n)
		}
		return ""
	}
	s := inspect.PlatformService{Platform: "aws-sam", Name: key.Value, Type: "function", Handler: text("Handler"), Runtime: text("Runtime"), Root: text("CodeUri"), Image: text("ImageUri")}
	s.Env = append(r.variables(r.at(globals, "Environment").Get("Variables")), r.variables(r.at(properties, "Environment").Get("Variables"))...)
	for _, event := range r.at(properties, "Events") {
		if schedule := r.at(r.Mapping(event.Value), "Properties").Get("Schedule"); document.Text(schedule) != "" {
			s.Schedule = document.Text(schedule)
		}
	}
	r.emit(key.Line, n, s)
}

// cloudServices are CloudFormation's managed services, with the properties that
// tell engine and version.
var cloudServices = map[string]struct {
	service         inspect.Service
	engine, version string
}{
	"AWS::RDS::DBInstance": {inspect.Database, "Engine", "EngineVersion"}, "AWS::RDS::DBCluster": {inspect.Database, "Engine", "EngineVersion"},
	"AWS::ElastiCache::CacheCluster": {inspect.Redis, "Engine", "EngineVersion"}, "AWS::ElastiCache::ReplicationGroup": {inspect.Redis, "Engine", "EngineVersion"},
	"AWS::MemoryDB::Cluster": {inspect.Redis, "", "EngineVersion"}, "AWS::DocDB::DBCluster": {inspect.MongoDB, "", "EngineVersion"}, "AWS::MSK::Cluster": {inspect.Kafka, "", "KafkaVersion"},
	"AWS::AmazonMQ::Broker": {inspect.AMQP, "", "EngineVersion"}, "AWS::OpenSearchService::Domain": {inspect.Elasticsearch, "", "EngineVersion"}, "AWS::S3::Bucket": {inspect.ObjectStore, "", ""},
}

func (r reader) cloudService(key, n *yaml.Node, kind struct {
	service         inspect.Service
	engine, version string
}, properties document.Mapping) {
	a := inspect.Attachment{Platform: "cloudformation", Service: kind.service, Name: key.Value}
	if service := inspect.EngineOf(document.Text(properties.Get(kind.engine))); kind.engine != "" && service != "" {
		a.Service = service
	}
	if version := properties.Get(kind.version); kind.version != "" && version != nil && !isTagged(version) {
		a.Version, a.Line = document.Text(version), version.Line
	}
	r.emit(key.Line, n, a)
}

func (r reader) stickiness(name string, properties document.Mapping) {
	for _, item := range r.Sequence(properties.Get("TargetGroupAttributes")) {
		m := r.Mapping(item)
		if document.Text(m.Get("Key")) == "stickiness.enabled" && document.Text(m.Get("Value")) == "true" {
			r.emit(0, item, inspect.Affinity{Via: "stickiness.enabled", Of: name})
		}
	}
}

// passwords states the literal secrets among a resource's properties.
func (r reader) passwords(resource string, properties document.Mapping) {
	for _, p := range properties {
		text := document.Text(p.Value)
		switch name := p.Key.Value; name {
		case "MasterUserPassword", "AuthToken", "Password", "SecretString":
			if text == "" || isTagged(p.Value) || strings.HasPrefix(text, "{{resolve:") || inspect.SaysOtherwise(text) {
				continue
			}
			r.Emit(p.Key.Line, p.Key.Line, inspect.Credential{Name: resource + "." + name, Via: "field", Secret: inspect.NewSecret(text)})
		}
	}
}
