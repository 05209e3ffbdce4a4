package audit

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// maxCalls bounds for how many callers a workflow or action is read, and how
// often steps are read for callers altogether.
const maxCalls, maxCalled = 64, 20_000

// pipelineCalls joins the workflows of GitHub Actions with those, and with the
// actions, that they call.
type pipelineCalls struct {
	repo    *Repository
	written map[*File][]inspect.Signal // as the files have them
	given   map[*File]map[string]bool  // steps of what is called, as JSON with their index, that were read
	bound   map[*File]map[int][]inspect.WorkflowStep
	images  map[*File]map[int][]string // of the service containers
	calls   map[*File]map[string]bool
	left    int
	read    map[string][]inspect.Signal // what came of them, by path
}

// joinPipelines puts into each step of GitHub Actions what it comes to: variables
// of the workflow, inputs with their defaults, and what callers give. A step of a
// workflow or action that others of the repository call is read once for each
// caller that makes it another one, with the events that start the caller. What
// the files don't decide stays the expression that it is. A step whose condition
// can't hold for any event is left out.
// Old is an older commit, or nil, which has done it where no pipeline differs.
func (r *Repository) joinPipelines(old *Repository) {
	calls := &pipelineCalls{
		repo: r, written: map[*File][]inspect.Signal{}, given: map[*File]map[string]bool{}, bound: map[*File]map[int][]inspect.WorkflowStep{},
		images: map[*File]map[int][]string{}, calls: map[*File]map[string]bool{}, left: maxCalled,
	}
	for _, f := range r.Files {
		if f.Format == inspect.Workflow && f.Role.CanViolate() || f.Format == inspect.Action && f.Role != source.Vendored {
			calls.written[f] = f.signals
		}
	}
	r.calls = calls
	if old != nil && calls.writtenLike(old.calls) {
		calls.read = old.calls.read
	} else {
		calls.readAll()
	}
	for f := range calls.written {
		f.signals = calls.read[f.Path]
		f.types = factTypes(f.signals)
	}
}

// writtenLike reports whether two commits have the same pipelines.
func (p *pipelineCalls) writtenLike(old *pipelineCalls) bool {
	for f, before := range old.written {
		if now := p.repo.File(f.Path); now == nil || !sameSlice(p.written[now], before) || now.Format != f.Format {
			return false
		}
	}
	return len(p.written) == len(old.written)
}

// readAll reads every workflow for the events that start it, and then what
// nothing calls.
func (p *pipelineCalls) readAll() {
	for _, f := range p.repo.Files {
		if _, ok := p.written[f]; ok && f.Format == inspect.Workflow {
			if events := ownEvents(f); len(events) > 0 {
				p.steps(f, binding{file: f, events: events, matrices: matricesOf(f)}, 0)
			}
		}
	}
	p.read = make(map[string][]inspect.Signal, len(p.written))
	for f, written := range p.written {
		if p.bound[f] == nil {
			p.steps(f, binding{file: f, orphan: true, matrices: matricesOf(f)}, calledDepth)
		}
		p.read[f.Path] = p.signals(f, written)
	}
}

// ownEvents are those that start a workflow by itself.
func ownEvents(f *File) []string {
	for _, s := range f.signals {
		if step, ok := s.Fact.(inspect.WorkflowStep); ok {
			return slices.DeleteFunc(slices.Clone(step.Events), func(event string) bool { return event == "workflow_call" })
		}
	}
	return nil
}

func matricesOf(f *File) map[string][]map[string]string {
	matrices := map[string][]map[string]string{}
	for _, s := range f.signals {
		if m, ok := s.Fact.(inspect.WorkflowMatrix); ok {
			matrices[m.Job] = m.Runs
		}
	}
	return matrices
}

// steps notes what the steps of a file come to in one call of it, and reads what
// they call in turn.
func (p *pipelineCalls) steps(f *File, b binding, depth int) {
	if p.bound[f] == nil {
		p.bound[f], p.images[f] = map[int][]inspect.WorkflowStep{}, map[int][]string{}
	}
	for i, s := range p.written[f] {
		if container, ok := s.Fact.(inspect.ServiceContainer); ok {
			image := b.inJob(container.Job).text(container.Image)
			if !slices.Contains(p.images[f][i], image) {
				p.images[f][i] = append(p.images[f][i], image)
			}
		}
		step, ok := s.Fact.(inspect.WorkflowStep)
		if !ok {
			continue
		}
		if p.left--; p.left < 0 {
			return
		}
		step, ok = b.step(step)
		if !ok {
			continue
		}
		p.bound[f][i] = mergedCalls(p.bound[f][i], step)
		if depth >= calledDepth || step.Uses == "" {
			continue
		}
		for _, callee := range p.repo.calledBy(step) {
			inner := p.binding(callee, step)
			key, err := json.Marshal([]any{step.With, step.Env, step.Events, step.Branches, step.Tags, step.If, step.Environment, step.Job, step.Manual})
			if p.calls[callee] == nil {
				p.calls[callee] = map[string]bool{}
			}
			if err != nil || p.calls[callee][string(key)] || len(p.calls[callee]) >= maxCalls {
				continue
			}
			p.calls[callee][string(key)] = true
			p.steps(callee, inner, depth+1)
		}
	}
}

// mergedCalls adds a step to what a line of a file comes to for other callers. One
// that only other events start is the same step.
func mergedCalls(list []inspect.WorkflowStep, step inspect.WorkflowStep) []inspect.WorkflowStep {
	for i := range list {
		if !sameStep(list[i], step) {
			continue
		}
		other := &list[i]
		pushed, alsoPushed := slices.Contains(other.Events, "push"), slices.Contains(step.Events, "push")
		switch {
		case !pushed && alsoPushed:
			other.Branches, other.Tags, other.BranchesIgnore, other.TagsIgnore = step.Branches, step.Tags, step.BranchesIgnore, step.TagsIgnore
		case pushed && alsoPushed && !samePushes(*other, step):
			continue
		}
		for _, event := range step.Events {
			if !slices.Contains(other.Events, event) {
				other.Events = append(other.Events[:len(other.Events):len(other.Events)], event)
			}
		}
		return list
	}
	return append(list, step)
}

func samePushes(a, b inspect.WorkflowStep) bool {
	return slices.Equal(a.Branches, b.Branches) && slices.Equal(a.Tags, b.Tags) && slices.Equal(a.BranchesIgnore, b.BranchesIgnore) && slices.Equal(a.TagsIgnore, b.TagsIgnore)
}

// sameStep reports whether two calls make a step the same but for what starts it.
func sameStep(a, b inspect.WorkflowStep) bool {
	for _, s := range []*inspect.WorkflowStep{&a, &b} {
		s.Events, s.Branches, s.Tags, s.BranchesIgnore, s.TagsIgnore, s.Runs = nil, nil, nil, nil, nil, nil
		if s.Action {
			s.Job = ""
		}
	}
	x, err := json.Marshal(a)
	y, other := json.Marshal(b)
	return err == nil && other == nil && string(x) == string(y)
}

// signals are those of a file with its steps as they were read.
func (p *pipelineCalls) signals(f *File, written []inspect.Signal) []inspect.Signal {
	list := make([]inspect.Signal, 0, len(written))
	for i, s := range written {
		switch fact := s.Fact.(type) {
		case inspect.WorkflowStep:
			for _, step := range p.bound[f][i] {
				s.Fact = step
				list = append(list, s)
			}
		case inspect.ServiceContainer:
			for _, image := range p.images[f][i] {
				fact.Image, fact.Matrix = image, strings.Contains(image, "matrix.")
				s.Fact = fact
				list = append(list, s)
			}
		default:
			list = append(list, s)
		}
	}
	return list
}

// Called are the steps of what a step calls, as this call makes them.
func (r *Repository) Called(step inspect.WorkflowStep) []Located[inspect.WorkflowStep] {
	var list []Located[inspect.WorkflowStep]
	for _, callee := range r.calledBy(step) {
		callee.Signals() // what is asked rests on the file, as it is written
		b := r.calls.binding(callee, step)
		for _, s := range r.calls.written[callee] {
			if inner, ok := s.Fact.(inspect.WorkflowStep); ok {
				if inner, ok = b.step(inner); ok {
					list = append(list, Located[inspect.WorkflowStep]{Fact: inner, File: callee, Line: s.Line, EndLine: s.EndLine})
				}
			}
		}
	}
	return list
}

// calledBy are the workflow or the action of the repository that a step calls.
func (r *Repository) calledBy(step inspect.WorkflowStep) []*File {
	name, ok := strings.CutPrefix(step.Uses, "./")
	if !ok {
		if name, ok = strings.CutPrefix(step.Uses, r.Name+"/.github/"); !ok || r.Name == "" {
			return nil
		}
		name = ".github/" + name
	}
	name, _, _ = strings.Cut(name, "@")
	var list []*File
	for _, name := range []string{path.Clean(name), path.Join(name, "action.yml"), path.Join(name, "action.yaml")} {
		if f := r.File(name); f != nil && r.calls.written[f] != nil {
			list = append(list, f)
		}
	}
	return list
}

// binding is what a call of a workflow or action gives to it.
func (p *pipelineCalls) binding(callee *File, caller inspect.WorkflowStep) binding {
	b := binding{file: callee, caller: &caller, events: caller.Events, inputs: map[string]exprValue{}, open: map[string]string{}, stores: map[string]string{}, matrices: matricesOf(callee)}
	for _, s := range p.written[callee] {
		input, ok := s.Fact.(inspect.WorkflowInput)
		if !ok || input.Of == "dispatch" {
			continue
		}
		if input.Store {
			for _, e := range caller.Env {
				if e.Name == input.Name && e.From == "github-secret" {
					b.stores[input.Name] = e.Ref
				}
			}
			continue
		}
		value, stated := inspect.Value{}, false
		for _, with := range caller.With {
			if strings.EqualFold(with.Name, input.Name) {
				value, stated = with.Value, true
			}
		}
		if !stated {
			value = input.Default
		}
		name := strings.ToLower(input.Name)
		switch {
		case value.Secret != nil: // it is judged where it stands
			b.inputs[name] = exprValue{}
		case value.Source == inspect.None:
			b.inputs[name] = exprValue{sort: exprText}
		case value.IsLiteral():
			b.inputs[name] = exprValue{exprText, value.Text}
		default:
			b.inputs[name], b.open[name] = exprValue{}, value.Text
		}
		if v := b.inputs[name]; v.known() && input.Type == "boolean" {
			b.inputs[name] = boolValue(strings.EqualFold(v.text, "true"))
		}
	}
	return b
}
