package inspect

// BakeTarget is a target or a group of a docker-bake.hcl: one docker build, or
// several. Texts keep the file's variables as ${NAME}; what is computed is left
// out.
type BakeTarget struct {
	Name       string     `json:"name"`
	Members    []string   `json:"members,omitempty"`    // of a group: what it builds
	Inherits   []string   `json:"inherits,omitempty"`   // targets whose keys it takes on, the last of them first
	Context    string     `json:"context,omitempty"`    // relative to where bake is called
	Dockerfile string     `json:"dockerfile,omitempty"` // relative to Context
	Stage      string     `json:"stage,omitempty"`      // target
	Args       []EnvEntry `json:"args,omitempty"`       // Source Unknown for what is computed
	Tags       []string   `json:"tags,omitempty"`
	Outputs    []string   `json:"outputs,omitempty"`
}

// BakeVariable is a variable of a docker-bake.hcl, which the environment may set.
type BakeVariable struct {
	Name    string `json:"name"`
	Default Value  `json:"default,omitzero"`
}

func (BakeTarget) Kind() Kind   { return "bake-target" }
func (BakeVariable) Kind() Kind { return "bake-variable" }
