package inspect

import (
	"strconv"
	"strings"
)

// Facts of what builds, starts and deploys a program.

// Command is one simple command of a shell script or start line, from the
// shell's syntax tree: words with quotes removed, ${VAR} and $(…) kept as
// written, secrets masked. Argv has at least one word.
type Command struct {
	Argv        []string   `json:"argv"`
	Line        int        `json:"line"`
	Exec        bool       `json:"exec,omitempty"`        // replaces the shell: exec prog; Argv starts with prog. A bare "exec >file" is Argv ["exec"] and not Exec
	Background  bool       `json:"background,omitempty"`  // prog &
	Conditional bool       `json:"conditional,omitempty"` // inside if, case, loop, function, or behind && / ||
	Redirects   []Redirect `json:"redirects,omitempty"`
	Assigns     []string   `json:"assigns,omitempty"`  // NAME=value prefixes, values masked when secret
	Last        bool       `json:"last,omitempty"`     // nothing runs after it: a shell could have exec'd it
	Piped       bool       `json:"piped,omitempty"`    // reads from or writes into a pipe
	Then        bool       `json:"then,omitempty"`     // Conditional only by standing behind && and a command that is no test: runs whenever what is before it succeeds
	Guard       string     `json:"guard,omitempty"`    // of a Conditional command: the conditions around it as written, outermost first; "case $x in a|b" in an arm, "! failed", "()" in a function
	Captured    bool       `json:"captured,omitempty"` // inside $(…), `…` or <(…)
	Loop        string     `json:"loop,omitempty"`     // inside a loop, or of its condition: the loops around it as written, outermost first: "while true", "until nc -z db 5432", "for"
	Lasting     bool       `json:"lasting,omitempty"`  // inside a loop after which nothing runs
	Gives       []Given    `json:"gives,omitempty"`    // secrets in its words and heredocs that it hands on
}

// Given is a secret that stands in a command and that it hands to who keeps it.
type Given struct {
	Name   string `json:"name"`           // the setting's, of a login the user's, of a client "mysql password"; masked and cut
	Via    string `json:"via"`            // "file": written into a file of settings; "login": of a database, by SQL; "client": signs in with it; "tool": keeps it
	Into   string `json:"into,omitempty"` // the file as written, the client, the tool: "kubectl create secret"; masked and cut
	Secret Secret `json:"secret"`
	Host   string `json:"host,omitempty"` // of a URL, or that a client is told, which may be a variable
	Line   int    `json:"line"`
	Remote bool   `json:"remote,omitempty"` // on another machine, over ssh
}

// Redirect is an output or input redirection.
type Redirect struct {
	Op     string `json:"op"` // ">", ">>", "2>", "&>", "<" …
	Target string `json:"target"`
	Text   string `json:"text,omitempty"` // of a heredoc that a shell or ssh is given: the script, masked
}

// Start is how a process is started: exec form with its words, or a shell
// line with its commands.
type Start struct {
	Shell    bool      `json:"shell,omitempty"` // through sh -c
	Text     string    `json:"text"`            // as written
	Commands []Command `json:"commands"`        // one in exec form
	Line     int       `json:"line"`
}

// Stage is one FROM of a Dockerfile.
type Stage struct {
	Index   int    `json:"index"`
	Name    string `json:"name,omitempty"`
	Base    string `json:"base"`              // as written, ARG defaults resolved where the file has them
	Written string `json:"written,omitempty"` // Base with its ${VAR}, when ARG defaults were filled in
	Own     bool   `json:"own,omitempty"`     // Base names an earlier stage
	Final   bool   `json:"final,omitempty"`   // the last one: what is built when no target is named
}

// Instruction is one Dockerfile instruction other than FROM.
type Instruction struct {
	Stage   int        `json:"stage"`
	Final   bool       `json:"final,omitempty"`   // in the last stage or in one that it is built FROM
	Name    string     `json:"name"`              // upper case: RUN, CMD, COPY …
	Start   *Start     `json:"start,omitempty"`   // of RUN, CMD, ENTRYPOINT, HEALTHCHECK CMD
	Args    []string   `json:"args,omitempty"`    // of COPY, ADD: sources then destination; EXPOSE, USER, VOLUME, STOPSIGNAL, WORKDIR, SHELL: words; known ARG and ENV values filled in
	Pairs   []EnvEntry `json:"pairs,omitempty"`   // of ENV, ARG, LABEL; Source Input for what a build argument decides, with its default as Text
	From    string     `json:"from,omitempty"`    // COPY --from: a stage's name or index, an image
	Mounts  []Mount    `json:"mounts,omitempty"`  // RUN --mount=type=bind: what the command sees of elsewhere
	Secrets bool       `json:"secrets,omitempty"` // RUN --mount=type=secret
	Chmod   bool       `json:"chmod,omitempty"`   // COPY --chmod: what is copied gets another mode
	Inline  []Inline   `json:"inline,omitempty"`  // files that COPY <<EOF writes
	OnBuild bool       `json:"onBuild,omitempty"` // Name is "ONBUILD RUN" or the like: a later build runs it
}

// Mount is a directory or file that a RUN of a Dockerfile sees while it runs.
type Mount struct {
	From   string `json:"from,omitempty"`   // a stage's name or index, an image; "" for the build's context
	Source string `json:"source,omitempty"` // "" for all of it
	Target string `json:"target,omitempty"`
}

// Called reports whether COPY --from and the like mean the stage by this word.
func (s Stage) Called(from string) bool {
	return from != "" && (strings.EqualFold(s.Name, from) || strconv.Itoa(s.Index) == from)
}

// Inline is a file that a Dockerfile writes out.
type Inline struct {
	Name     string    `json:"name"`               // as the heredoc calls it; the instruction's destination may rename it
	Commands []Command `json:"commands,omitempty"` // of a shell script
}

// EnvEntry is one variable given to a process by a descriptor. A Value that
// mixes ${VAR} without a default and literals ("redis://${HOST}:6379") has the
// mix as Text and no HasText: it is no fallback, but tells scheme and shape.
type EnvEntry struct {
	Name   string `json:"name"`
	Value  Value  `json:"value,omitzero"`   // Source Env for ${VAR} of the deployer's environment
	From   string `json:"from,omitempty"`   // "secret", "configmap", "field", "github-secret", "github-variable"; of a platform: "database", "service", "group" (of variables), "generated" (once, and kept); "" for Value
	Ref    string `json:"ref,omitempty"`    // what From names: "DEPLOY_KEY", "db-credentials/password", "metadata.name"
	Secret bool   `json:"secret,omitempty"` // the name says so; see IsSecretName
	Line   int    `json:"line"`
	Anchor int    `json:"anchor,omitempty"` // the line where YAML's alias, which the value is, was written

	Delete  bool   `json:"delete,omitempty"`  // a patch takes it back
	Written string `json:"written,omitempty"` // the value with its ${VAR}, masked: of ENV and ARG that a build argument decides, and of Compose where it is more than one variable; "…" where a default is a secret
}

// Process is one process type of a Procfile, fly.toml or similar.
type Process struct {
	Name    string `json:"name"` // web, worker, release …
	Start   Start  `json:"start"`
	Release bool   `json:"release,omitempty"` // run once per release, before the others
}

// Volume is a mount of a container.
type Volume struct {
	Type     string `json:"type"` // bind, volume, tmpfs; Kubernetes: pvc, hostPath, configMap, secret, emptyDir
	Source   string `json:"source,omitempty"`
	Target   string `json:"target"`
	ReadOnly bool   `json:"readOnly,omitempty"`
	Line     int    `json:"line"`
}

// ComposeService is one service of a Compose file, merges and anchors resolved.
type ComposeService struct {
	Name         string     `json:"name"`
	Image        string     `json:"image,omitempty"`        // as written
	ImageDefault string     `json:"imageDefault,omitempty"` // Image with the defaults of its ${VAR:-default} filled in, when that differs
	ImageLine    int        `json:"imageLine,omitempty"`
	Build        bool       `json:"build,omitempty"`
	Context      string     `json:"context,omitempty"`    // relative to the file
	Dockerfile   string     `json:"dockerfile,omitempty"` // relative to Context
	Target       string     `json:"target,omitempty"`
	Command      *Start     `json:"command,omitempty"`
	Entrypoint   *Start     `json:"entrypoint,omitempty"`
	Environment  []EnvEntry `json:"environment,omitempty"`
	EnvFiles     []string   `json:"envFiles,omitempty"`
	Ports        []string   `json:"ports,omitempty"`
	Volumes      []Volume   `json:"volumes,omitempty"`
	Profiles     []string   `json:"profiles,omitempty"`
	DependsOn    []string   `json:"dependsOn,omitempty"`
	Awaits       []string   `json:"awaits,omitempty"`     // of DependsOn, those that must have ended well before it starts
	Replicas     int        `json:"replicas,omitempty"`   // 0 when not stated, or Idle
	ReplicasOf   string     `json:"replicasOf,omitempty"` // Replicas as written, when variables decide them
	Idle         bool       `json:"idle,omitempty"`       // no replicas: nothing runs until somebody scales it
	StopSignal   string     `json:"stopSignal,omitempty"`
	GracePeriod  string     `json:"gracePeriod,omitempty"`
	Init         bool       `json:"init,omitempty"`
	Healthcheck  bool       `json:"healthcheck,omitempty"`
	CheckURL     string     `json:"checkURL,omitempty"` // that the health check asks
	CheckLine    int        `json:"checkLine,omitempty"`
	Restart      string     `json:"restart,omitempty"` // as written: "no", "on-failure:3"; deploy.restart_policy's condition
	Sticky       []EnvEntry `json:"sticky,omitempty"`  // labels with which a proxy binds clients to one instance

	ExtendsFile string     `json:"extendsFile,omitempty"` // the service builds on one of another file, relative: ExtendsName of it
	ExtendsName string     `json:"extendsName,omitempty"`
	BuildArgs   []EnvEntry `json:"buildArgs,omitempty"`
	Secrets     []string   `json:"secrets,omitempty"` // names of the file's secrets that are mounted
	Configs     []string   `json:"configs,omitempty"`
	Memory      string     `json:"memory,omitempty"` // its limit as written
	Watch       bool       `json:"watch,omitempty"`  // develop.watch: a developer's own deploy
	Stated      []string   `json:"stated,omitempty"` // keys that the service itself states, sorted: what an override file replaces
	Reset       []string   `json:"reset,omitempty"`  // keys tagged !reset or !override: what other files say of them does not count
}

// ComposeFile is what a Compose file says beside its services.
type ComposeFile struct {
	Project string          `json:"project,omitempty"` // name
	Include []string        `json:"include,omitempty"` // files that belong to it, relative
	Secrets []ComposeSecret `json:"secrets,omitempty"`
	Configs []ComposeSecret `json:"configs,omitempty"`
	Volumes []string        `json:"volumes,omitempty"`
}

// ComposeSecret is where a secret's or config's content comes from.
type ComposeSecret struct {
	Name     string `json:"name"`
	File     string `json:"file,omitempty"`     // relative
	Env      string `json:"env,omitempty"`      // a variable of the deployer's
	External bool   `json:"external,omitempty"` // kept by the platform
	Content  Value  `json:"content,omitzero"`   // written in place; masked of a secret
	Line     int    `json:"line"`
}

// Workload is one Kubernetes workload.
type Workload struct {
	Type       string            `json:"type"` // Deployment, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob, Pod; "KnativeService", "Rollout"
	Name       string            `json:"name"`
	Replicas   *int              `json:"replicas,omitempty"` // nil when not stated
	Labels     map[string]string `json:"labels,omitempty"`   // of the pod template
	Containers []Container       `json:"containers"`
	Grace      *int              `json:"grace,omitempty"` // terminationGracePeriodSeconds
	GraceLine  int               `json:"graceLine,omitempty"`
	Hook       string            `json:"hook,omitempty"`      // helm.sh/hook or argocd hook annotation
	Schedule   string            `json:"schedule,omitempty"`  // of a CronJob
	ReplicasOf Value             `json:"replicasOf,omitzero"` // what a template decides the replicas by
}

// Container is one container of a workload.
type Container struct {
	Name      string     `json:"name"`
	Image     string     `json:"image"`
	Line      int        `json:"line"` // of the image
	Init      bool       `json:"init,omitempty"`
	Command   []string   `json:"command,omitempty"`
	Args      []string   `json:"args,omitempty"`
	Env       []EnvEntry `json:"env,omitempty"`
	EnvFrom   []string   `json:"envFrom,omitempty"` // "secret", "configmap"
	EnvRefs   []string   `json:"envRefs,omitempty"` // names of what EnvFrom lists, in its order
	Ports     []int      `json:"ports,omitempty"`
	Mounts    []Volume   `json:"mounts,omitempty"`
	Readiness bool       `json:"readiness,omitempty"`
	Liveness  bool       `json:"liveness,omitempty"`
	Local     bool       `json:"local,omitempty"` // imagePullPolicy Never: built on the node itself

	EnvPrefixes  []string `json:"envPrefixes,omitempty"`  // put before the names of what EnvRefs lists, in its order; nil for none
	ImageRefs    []string `json:"imageRefs,omitempty"`    // Helm values in Image, in order: ".Values.image.tag"
	EnvValues    []string `json:"envValues,omitempty"`    // Helm values that a loop or toYaml makes variables of
	PortNames    []string `json:"portNames,omitempty"`    // of Ports, in their order; "" for none
	PortsOf      []Value  `json:"portsOf,omitempty"`      // ports that a template decides
	ReadOnlyRoot bool     `json:"readOnlyRoot,omitempty"` // securityContext.readOnlyRootFilesystem
	PreStop      []string `json:"preStop,omitempty"`      // command of the preStop hook; "sleep N" for its sleep
	Memory       string   `json:"memory,omitempty"`       // the limit, or the request without one, as written
}

// KubeObject is any other Kubernetes object that rules look at: Service,
// Ingress, HorizontalPodAutoscaler, ConfigMap, Secret, CRDs.
type KubeObject struct {
	Type        string     `json:"type"`
	Name        string     `json:"name"`
	Affinity    string     `json:"affinity,omitempty"`    // how clients are bound to one pod: a Service's sessionAffinity, "cookie" …
	AffinityAt  int        `json:"affinityAt,omitempty"`  // its line
	Annotations []EnvEntry `json:"annotations,omitempty"` // with lines
	Data        []EnvEntry `json:"data,omitempty"`        // ConfigMap, Secret: values masked where secret
	MinReplicas *int       `json:"minReplicas,omitempty"`
	Target      string     `json:"target,omitempty"` // HPA: the workload's name

	MinReplicasOf Value             `json:"minReplicasOf,omitzero"` // what a template decides MinReplicas by
	MaxReplicas   *int              `json:"maxReplicas,omitempty"`
	Encrypted     bool              `json:"encrypted,omitempty"` // Data is encrypted in the file: SOPS, SealedSecret
	EnvFiles      []string          `json:"envFiles,omitempty"`  // of a generator: dotenv files with more Data, relative
	Behavior      string            `json:"behavior,omitempty"`  // of a generator: "merge", "replace"; "" for create
	Ports         []ServicePort     `json:"ports,omitempty"`     // of a Service
	Selector      map[string]string `json:"selector,omitempty"`  // of a Service: labels of the pods
	Backends      []Backend         `json:"backends,omitempty"`  // of an Ingress
}

// Backend is a port of a Service that an Ingress sends requests to.
type Backend struct {
	Service  string `json:"service"`
	Port     int    `json:"port,omitempty"`     // its number, 0 for none
	PortName string `json:"portName,omitempty"` // its name, "" for none
	Line     int    `json:"line"`               // of the port
}

// ServicePort is one port of a Kubernetes Service.
type ServicePort struct {
	Name   string `json:"name,omitempty"`
	Port   int    `json:"port,omitempty"`
	Target string `json:"target,omitempty"` // a number or a container port's name, as written; "" for Port
	Line   int    `json:"line"`
}

// WorkflowStep is one step of a GitHub Actions workflow.
type WorkflowStep struct {
	Workflow    string     `json:"workflow"` // its name, or ""
	Job         string     `json:"job"`
	Name        string     `json:"name,omitempty"`
	Uses        string     `json:"uses,omitempty"` // action@ref
	With        []EnvEntry `json:"with,omitempty"`
	Env         []EnvEntry `json:"env,omitempty"` // of workflow, job and step together
	Run         string     `json:"run,omitempty"`
	Commands    []Command  `json:"commands,omitempty"`
	Environment string     `json:"environment,omitempty"` // the job's deployment environment
	If          string     `json:"if,omitempty"`          // the step's condition, or the job's
	Events      []string   `json:"events,omitempty"`      // push, pull_request, release …
	Branches    []string   `json:"branches,omitempty"`    // of on.push
	Tags        []string   `json:"tags,omitempty"`        // of on.push
	Matrix      []string   `json:"matrix,omitempty"`      // names of the job's matrix axes

	System         string   `json:"system,omitempty"`         // "" for GitHub Actions; "gitlab", "circleci", "cloudbuild", "azure", "bitbucket", "jenkins", "travis"
	Action         bool     `json:"action,omitempty"`         // a step of a composite action: Workflow is its name
	Image          string   `json:"image,omitempty"`          // of the container that the step runs in
	SelfHosted     bool     `json:"selfHosted,omitempty"`     // on a machine of the project's own
	Needs          []string `json:"needs,omitempty"`          // jobs that the job waits for
	Dir            string   `json:"dir,omitempty"`            // working directory
	Concurrency    string   `json:"concurrency,omitempty"`    // group of runs of which one goes on at a time
	BranchesIgnore []string `json:"branchesIgnore,omitempty"` // of on.push
	TagsIgnore     []string `json:"tagsIgnore,omitempty"`     // of on.push
	Manual         bool     `json:"manual,omitempty"`         // waits for a person
	Gives          []Given  `json:"gives,omitempty"`          // secrets that scripts among With hand on

	Runs  []map[string]string `json:"-"` // of the job's matrix; the audit joins them, see WorkflowMatrix
	Bakes []BakeTarget        `json:"-"` // targets that it builds, inherited keys and variables filled in; joined likewise
}

// ServiceContainer is a service that a CI job starts beside itself.
type ServiceContainer struct {
	Job    string `json:"job"`
	Name   string `json:"name"`
	Image  string `json:"image"`
	Matrix bool   `json:"matrix,omitempty"` // the image comes from a matrix
}

// FlyApp is a fly.toml as a whole.
type FlyApp struct {
	App          string     `json:"app"`
	InternalPort int        `json:"internalPort,omitempty"`
	Env          []EnvEntry `json:"env,omitempty"`
	Mounts       []Volume   `json:"mounts,omitempty"`
	Checks       bool       `json:"checks,omitempty"`
	KillTimeout  string     `json:"killTimeout,omitempty"`
	KillSignal   string     `json:"killSignal,omitempty"`
	Image        string     `json:"image,omitempty"`
	Dockerfile   string     `json:"dockerfile,omitempty"`
	MinMachines  int        `json:"minMachines,omitempty"`
	Target       string     `json:"target,omitempty"` // stage that is built
	BuildArgs    []EnvEntry `json:"buildArgs,omitempty"`
}

// EnvAssignment is one NAME=value line of a dotenv file.
type EnvAssignment struct {
	Name   string `json:"name"`
	Value  Value  `json:"value"`
	Secret bool   `json:"secret,omitempty"` // the name says so; see IsSecretName
}

// EnvMention is a comment of a dotenv file that shows how a variable is given:
// "# SMTP_HOST=mail.example.org".
type EnvMention struct {
	Name string `json:"name"`
}

// IgnoreFile is a .gitignore or .dockerignore as a whole.
type IgnoreFile struct {
	Patterns []string `json:"patterns"` // without comments and blanks, "!" kept
}

// Affinity is a load balancer's order to send a client to the same instance
// each time.
type Affinity struct {
	Via string `json:"via"`          // "ip_hash", "sticky cookie", "hash $remote_addr"
	Of  string `json:"of,omitempty"` // the group of instances, as the file calls it
}

func (Stage) Kind() Kind            { return "stage" }
func (Instruction) Kind() Kind      { return "instruction" }
func (Process) Kind() Kind          { return "process" }
func (Command) Kind() Kind          { return "command" }
func (ComposeFile) Kind() Kind      { return "compose-file" }
func (ComposeService) Kind() Kind   { return "compose-service" }
func (Workload) Kind() Kind         { return "workload" }
func (KubeObject) Kind() Kind       { return "kube-object" }
func (WorkflowStep) Kind() Kind     { return "workflow-step" }
func (ServiceContainer) Kind() Kind { return "service-container" }
func (FlyApp) Kind() Kind           { return "fly-app" }
func (EnvAssignment) Kind() Kind    { return "env-assignment" }
func (EnvMention) Kind() Kind       { return "env-mention" }
func (IgnoreFile) Kind() Kind       { return "ignore-file" }
func (Affinity) Kind() Kind         { return "affinity" }
