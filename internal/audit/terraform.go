package audit

import (
	"path"
	"regexp"
	"sort"
	"strings"

	"twelvefold/internal/inspect"
)

// terraformModule is a directory of Terraform: what its variables and locals
// stand for when production is planned.
type terraformModule struct {
	dir     string
	values  map[string]inspect.Value // by address: "var.level", "local.port"
	callers []terraformCall
}

// terraformCall is a module block that gives a module its variables.
type terraformCall struct {
	from   *terraformModule
	values map[string]inspect.Value // by the variable's address
}

// findTerraform reads the modules: defaults of variables, over them the
// assignments that Terraform loads by itself, over these those of a file named
// for production, and what production's callers give.
func (r *Repository) findTerraform() {
	r.terraform = map[string]*terraformModule{}
	at := func(dir string) *terraformModule {
		m := r.terraform[dir]
		if m == nil {
			m = &terraformModule{dir: dir, values: map[string]inspect.Value{}}
			r.terraform[dir] = m
		}
		return m
	}
	for b := range AllFacts[inspect.InfraBlock](r) {
		if b.Fact.Type == "tfvars" {
			continue
		}
		m := at(path.Dir(b.File.Path))
		switch {
		case b.Fact.Type == "variable" && len(b.Fact.Labels) == 1:
			for _, a := range b.Fact.Attributes {
				if a.Name == "default" {
					m.values["var."+b.Fact.Labels[0]] = a.Value
				}
			}
		case b.Fact.Type == "locals":
			for _, a := range b.Fact.Attributes {
				m.values["local."+a.Name] = a.Value
			}
		case b.Fact.Type == "module":
			call := terraformCall{from: m, values: map[string]inspect.Value{}}
			source := ""
			for _, a := range b.Fact.Attributes {
				if a.Name == "source" {
					source = a.Value.Text
				} else {
					call.values["var."+a.Name] = a.Value
				}
			}
			if strings.HasPrefix(source, ".") {
				called := at(path.Join(m.dir, source))
				called.callers = append(called.callers, call)
			}
		}
	}
	var files []*File
	for _, f := range r.Files {
		if f.Format == inspect.TerraformVars && assignmentRank(f) > 0 {
			files = append(files, f)
		}
	}
	sort.SliceStable(files, func(i, j int) bool { return assignmentRank(files[i]) < assignmentRank(files[j]) })
	for _, f := range files {
		dir := path.Dir(f.Path)
		for r.terraform[dir] == nil && dir != "." {
			dir = path.Dir(dir) // envs/prod.tfvars beside the module's code
		}
		for b := range FactsIn[inspect.InfraBlock]([]*File{f}, f.Role) {
			for _, a := range b.Fact.Attributes {
				if m := r.terraform[dir]; m != nil && b.Fact.Type == "tfvars" {
					m.values["var."+a.Name] = a.Value
				}
			}
		}
	}
}

// assignmentRank orders files of assignments; 0 is one that nothing loads in
// production.
func assignmentRank(f *File) int {
	base := path.Base(f.Path)
	switch {
	case environmentOfPath(f.Path) == Production:
		return 3
	case environmentOfPath(f.Path) != "":
		return 0
	case strings.HasSuffix(base, ".auto.tfvars"):
		return 2
	case base == "terraform.tfvars":
		return 1
	}
	return 0
}

var terraformReference = regexp.MustCompile(`\$\{((?:var|local)\.[\w-]+)\}`)

// resolve is a value with references to variables and locals filled in; one of
// which any is not known stays as it is.
func (m *terraformModule) resolve(v inspect.Value, depth int) inspect.Value {
	if m == nil || v.Source != inspect.Input || v.Secret != nil || depth > maxDepth || !strings.Contains(v.Text, "${") {
		return v
	}
	if found := terraformReference.FindStringSubmatch(v.Text); found != nil && found[0] == v.Text {
		if value := m.value(found[1], depth+1); value.IsLiteral() {
			return value
		}
		return v
	}
	filled := terraformReference.ReplaceAllStringFunc(v.Text, func(reference string) string {
		value := m.value(strings.TrimSuffix(strings.TrimPrefix(reference, "${"), "}"), depth+1)
		if !value.IsLiteral() || value.Secret != nil {
			return reference
		}
		return value.Text
	})
	if strings.Contains(filled, "${") || len(filled) > inspect.MaxText {
		return v
	}
	return inspect.LitOf(filled)
}

// entry is resolve for a variable of a program.
func (m *terraformModule) entry(e inspect.EnvEntry) inspect.Value {
	v := m.resolve(e.Value, 0)
	if v.IsLiteral() && v.Secret == nil && e.Secret && v.Text != "" {
		return inspect.SecretLit(v.Text)
	}
	return v
}

// value is what an address stands for: what callers give, where they agree,
// else the module's own.
func (m *terraformModule) value(address string, depth int) inspect.Value {
	unknown := inspect.Value{Source: inspect.Unknown}
	own, ok := m.values[address]
	if !ok {
		own = unknown
	}
	if own.Source == inspect.None {
		own = unknown // null
	}
	result := m.resolve(own, depth)
	for i, call := range m.production() {
		given, ok := call.values[address]
		if given = call.from.resolve(given, depth); !ok {
			given = m.resolve(own, depth)
		}
		if i > 0 && (given.Text != result.Text || given.Source != result.Source) {
			return unknown
		}
		result = given
	}
	return result
}

// production are the calls from directories that are named for production,
// else from those that are named for nothing.
func (m *terraformModule) production() []terraformCall {
	var named, plain []terraformCall
	for _, call := range m.callers {
		switch environmentOfPath(call.from.dir) {
		case Production:
			named = append(named, call)
		case "":
			plain = append(plain, call)
		}
	}
	if named != nil {
		return named
	}
	return plain
}
