package inspect

// Facts of platforms' descriptors, of infrastructure code and of task runners.

// PlatformService is one service or process type that a platform's descriptor
// declares: render.yaml, app.json, heroku.yml, App Engine's app.yaml.
type PlatformService struct {
	Platform   string     `json:"platform"` // "render", "heroku", "app-engine", "digitalocean", "railway"
	Name       string     `json:"name,omitempty"`
	Type       string     `json:"type"` // "web", "worker", "cron", "static", "job", "release"
	Start      *Start     `json:"start,omitempty"`
	Build      *Start     `json:"build,omitempty"`
	Release    *Start     `json:"release,omitempty"` // run once per release: preDeployCommand, postdeploy
	Image      string     `json:"image,omitempty"`
	Dockerfile string     `json:"dockerfile,omitempty"` // relative to the file
	Root       string     `json:"root,omitempty"`       // directory of the program, relative to the file
	Env        []EnvEntry `json:"env,omitempty"`
	Instances  int        `json:"instances,omitempty"` // 0 when not stated
	Scales     bool       `json:"scales,omitempty"`    // the platform adds instances by itself
	Health     bool       `json:"health,omitempty"`
	Branch     string     `json:"branch,omitempty"`
	Disks      []Volume   `json:"disks,omitempty"`
}

// Attachment is a backing service that a platform's descriptor attaches: an
// add-on, a database of render.yaml, a Terraform instance.
type Attachment struct {
	Platform string  `json:"platform"`
	Service  Service `json:"service"`
	Name     string  `json:"name,omitempty"`    // as the platform calls it: "heroku-postgresql:essential-0", "aws_db_instance.main"
	Version  string  `json:"version,omitempty"` // as written, where it is stated
	Line     int     `json:"line,omitempty"`    // of the version
}

// Target is one target of a Makefile, or a recipe of another task runner.
type Target struct {
	Name     string    `json:"name"`
	Needs    []string  `json:"needs,omitempty"` // prerequisites
	Commands []Command `json:"commands,omitempty"`
}

// InfraBlock is one block of Terraform.
type InfraBlock struct {
	Type       string     `json:"type"`                 // "resource", "data", "module", "variable", "provider", "terraform", "output", "locals", "backend"
	Labels     []string   `json:"labels"`               // "aws_db_instance", "main"
	Attributes []EnvEntry `json:"attributes,omitempty"` // names dotted through nested blocks; Source Input for what refers to anything else
}

// Kustomization is a kustomization.yaml as a whole.
type Kustomization struct {
	Resources  []string         `json:"resources,omitempty"` // files, directories and URLs, bases and components among them
	Images     []KustomizeImage `json:"images,omitempty"`
	Generators []KubeObject     `json:"generators,omitempty"` // ConfigMap and Secret, with literals as Data
	EnvFiles   []string         `json:"envFiles,omitempty"`   // files that the generators read, relative
	Replicas   []KustomizeCount `json:"replicas,omitempty"`
}

// KustomizeImage replaces an image's name or tag.
type KustomizeImage struct {
	Name    string `json:"name"`
	NewName string `json:"newName,omitempty"`
	NewTag  string `json:"newTag,omitempty"`
	Digest  string `json:"digest,omitempty"`
	Line    int    `json:"line"`
}

// KustomizeCount sets how many replicas a workload has.
type KustomizeCount struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// HelmChart is a Chart.yaml as a whole.
type HelmChart struct {
	Name         string       `json:"name"`
	Version      string       `json:"version,omitempty"`
	AppVersion   string       `json:"appVersion,omitempty"`
	Library      bool         `json:"library,omitempty"` // type: library
	Dependencies []Dependency `json:"dependencies,omitempty"`
}

// HelmValue is one scalar of a chart's values file.
type HelmValue struct {
	Key    string `json:"key"` // dotted: "web.image.tag"; a list's items are counted: "env.0.name"
	Value  Value  `json:"value"`
	Secret bool   `json:"secret,omitempty"` // the name says so; see IsSecretName
}

func (PlatformService) Kind() Kind { return "platform-service" }
func (Attachment) Kind() Kind      { return "attachment" }
func (Target) Kind() Kind          { return "target" }
func (InfraBlock) Kind() Kind      { return "infra-block" }
func (Kustomization) Kind() Kind   { return "kustomization" }
func (HelmChart) Kind() Kind       { return "helm-chart" }
func (HelmValue) Kind() Kind       { return "helm-value" }
