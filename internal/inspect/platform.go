package inspect

// Facts of platforms' descriptors, of infrastructure code and of task runners.

// PlatformService is one service or process type that a platform's descriptor
// declares: render.yaml, app.json, heroku.yml, App Engine's app.yaml, Kamal's deploy.yml.
type PlatformService struct {
	Platform   string     `json:"platform"` // "render", "heroku", "app-engine", "digitalocean", "railway", "vercel", "netlify", "serverless", "aws-sam", "cloud-run", "aws-lambda", "systemd", "kamal" …
	Name       string     `json:"name,omitempty"`
	Type       string     `json:"type"` // "web", "worker", "cron", "static", "job", "release", "function"
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
	Handler    string     `json:"handler,omitempty"`  // of a function: "src/app.handler"
	Runtime    string     `json:"runtime,omitempty"`  // as the platform calls it: "python312", "nodejs20.x"
	Schedule   string     `json:"schedule,omitempty"` // of a cron: its expression
	Port       int        `json:"port,omitempty"`
	Branch     string     `json:"branch,omitempty"`
	Disks      []Volume   `json:"disks,omitempty"`
	OnDemand   bool       `json:"onDemand,omitempty"` // deploys when told, not when its branch is pushed to: Render's autoDeploy, App Platform's deploy_on_push
	Target     string     `json:"target,omitempty"`   // stage that is built
	BuildArgs  []EnvEntry `json:"buildArgs,omitempty"`
}

// Attachment is a backing service that a platform's descriptor attaches: an
// add-on, a database of render.yaml, a Terraform instance.
type Attachment struct {
	Platform string     `json:"platform"`
	Service  Service    `json:"service"`
	Name     string     `json:"name,omitempty"`    // as the platform calls it: "heroku-postgresql:essential-0", "aws_db_instance.main"
	Version  string     `json:"version,omitempty"` // as written, where it is stated
	Line     int        `json:"line,omitempty"`    // of the version
	Env      []EnvEntry `json:"env,omitempty"`     // that it is started with: an accessory of Kamal's
}

// Target is one target of a Makefile, or a recipe of another task runner.
type Target struct {
	Runner   string    `json:"runner"` // "make", "just", "task", "rake"
	Name     string    `json:"name"`
	Needs    []string  `json:"needs,omitempty"` // prerequisites
	Commands []Command `json:"commands,omitempty"`
	EnvFiles []string  `json:"envFiles,omitempty"` // dotenv files whose variables the recipe gets
	Phony    bool      `json:"phony,omitempty"`    // makes no file of its name
}

// InfraBlock is one block of Terraform.
type InfraBlock struct {
	Type       string     `json:"type"`                 // "resource", "data", "module", "variable", "provider", "terraform", "output", "locals", "backend"; "tfvars" for a .tfvars file as a whole
	Labels     []string   `json:"labels,omitempty"`     // "aws_db_instance", "main"
	Scripts    []Start    `json:"scripts,omitempty"`    // that a machine runs when it boots: user_data, a startup script
	Attributes []EnvEntry `json:"attributes,omitempty"` // names dotted through nested blocks, objects and lists ("env.1.name"); Source Input for what refers to anything else, with Refs
}

// Kustomization is a kustomization.yaml as a whole.
type Kustomization struct {
	Resources  []string         `json:"resources,omitempty"` // files, directories and URLs, bases and components among them
	Images     []KustomizeImage `json:"images,omitempty"`
	Components []string         `json:"components,omitempty"` // of Resources, those that change the others
	Generators []KubeObject     `json:"generators,omitempty"` // ConfigMap and Secret, with literals as Data
	EnvFiles   []string         `json:"envFiles,omitempty"`   // files that the generators read, relative
	Replicas   []KustomizeCount `json:"replicas,omitempty"`
	Patches    []KustomizePatch `json:"patches,omitempty"`
	Component  bool             `json:"component,omitempty"` // kind: Component: only ever part of another
	Namespace  string           `json:"namespace,omitempty"`
	NamePrefix string           `json:"namePrefix,omitempty"`
	NameSuffix string           `json:"nameSuffix,omitempty"`
	Charts     []Dependency     `json:"charts,omitempty"` // helmCharts
}

// KustomizePatch changes objects: by a file, or written in place. As a fact it
// is a file of JSON patch operations, which a kustomization names.
type KustomizePatch struct {
	Path     string      `json:"path,omitempty"`     // of the file that holds it, relative
	Type     string      `json:"type,omitempty"`     // kind of what it changes; "" for any
	Name     string      `json:"name,omitempty"`     // its name; "" for any
	Workload *Workload   `json:"workload,omitempty"` // what a patch written in place sets; a container that a JSON patch reaches by its place has that as its name: "0"
	Object   *KubeObject `json:"object,omitempty"`   // likewise, of a ConfigMap or Secret
	Line     int         `json:"line"`

	Operations []PatchOperation `json:"operations,omitempty"` // of a JSON patch: those that change variables or data, in order
}

// PatchOperation is one operation of a JSON patch.
type PatchOperation struct {
	Op      string     `json:"op"`                // add, replace, remove
	Path    string     `json:"path"`              // as written: "/spec/template/spec/containers/0/env/2/value", "/data/LEVEL"
	Entries []EnvEntry `json:"entries,omitempty"` // the variables or data that it puts there; one without a name is a value alone
	Line    int        `json:"line"`
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
func (KustomizePatch) Kind() Kind  { return "kustomize-patch" }
func (HelmChart) Kind() Kind       { return "helm-chart" }
func (HelmValue) Kind() Kind       { return "helm-value" }
