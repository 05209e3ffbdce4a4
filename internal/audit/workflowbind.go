package audit

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

// binding is what the expressions of a workflow or action stand for in one of
// its runs.
type binding struct {
	file     *File
	caller   *inspect.WorkflowStep // nil for a workflow that events start
	orphan   bool                  // nothing of the repository calls it
	events   []string              // that start it; a call's own is not among them
	inputs   map[string]exprValue  // of a call, by lower-case name
	open     map[string]string     // what a call gives that it can't tell itself: "${{ secrets.TOKEN }}"
	stores   map[string]string     // secrets of a call → those of the repository
	matrices map[string][]map[string]string

	env  []inspect.EnvEntry // of the step that is being read, as far as known
	runs []map[string]string
	run  map[string]string // the one run of a matrix that is meant
}

func (b binding) inJob(job string) *binding {
	b.runs = b.matrices[job]
	return &b
}

// step is what a step of the file comes to; false when it never runs.
func (b binding) step(step inspect.WorkflowStep) (inspect.WorkflowStep, bool) {
	in := b.inJob(step.Job)
	step.Runs = in.runs
	if b.caller != nil {
		step = calledStep(step, *b.caller)
	} else if !b.orphan {
		step.Events = b.events
	}
	in.env = slices.Clone(step.Env)
	for i := range in.env {
		in.env[i] = in.entry(in.env[i])
	}
	step.Env = in.env
	if b.caller != nil && step.Action {
		in.env = append(slices.Clone(b.caller.Env), in.env...) // an action sees its job's
	}
	if !b.orphan {
		events := in.starting(step.Events, step.If)
		if len(step.Events) > 0 && len(events) == 0 {
			return step, false
		}
		step.Events = events
	}
	var with []inspect.EnvEntry
	for _, e := range step.With {
		if e, given := in.entry(e), e.Value.Text != ""; !given || e.Value.Text != "" || e.Value.Secret != nil { // empty is not given
			with = append(with, e)
		}
	}
	step.With = with
	step.Image, step.Environment, step.Dir, step.Concurrency = in.text(step.Image), in.text(step.Environment), in.text(step.Dir), in.text(step.Concurrency)
	step.Commands = in.commands(step.Commands, step.Run)
	step.Run = in.text(step.Run)
	return step, true
}

// calledStep gives a step what its caller has: the events and branches that
// start it, its condition, its environment.
func calledStep(step, caller inspect.WorkflowStep) inspect.WorkflowStep {
	step.Events, step.Branches, step.Tags = caller.Events, caller.Branches, caller.Tags
	step.BranchesIgnore, step.TagsIgnore, step.Manual = caller.BranchesIgnore, caller.TagsIgnore, step.Manual || caller.Manual
	switch {
	case step.If == "":
		step.If = caller.If
	case caller.If != "":
		step.If = "(" + bare(step.If) + ") && (" + bare(caller.If) + ")"
	}
	if step.Environment == "" {
		step.Environment = caller.Environment
	}
	if step.Job == "" {
		step.Job = caller.Job
	}
	if step.Concurrency == "" {
		step.Concurrency = caller.Concurrency
	}
	return step
}

var wholeExpression = regexp.MustCompile(`^\s*\$\{\{((?:[^}]|\}[^}])*)\}\}\s*$`)

// bare is a condition without the ${{ }} that may stand around it.
func bare(condition string) string {
	if m := wholeExpression.FindStringSubmatch(condition); m != nil {
		return strings.TrimSpace(m[1])
	}
	return condition
}

// starting are the events for which a condition may hold.
func (b *binding) starting(events []string, condition string) []string {
	condition = bare(condition)
	if condition == "" || strings.Contains(condition, "${{") {
		return events
	}
	var list []string
	for _, event := range events {
		if !evaluate(condition, func(reference string) exprValue { return b.look(reference, event) }).falsy() {
			list = append(list, event)
		}
	}
	return list
}

// automatic is the one event that starts the file when no person does, "" when
// several do.
func (b *binding) automatic() string {
	only := ""
	for _, event := range b.events {
		if event != "workflow_dispatch" {
			if only != "" {
				return ""
			}
			only = event
		}
	}
	if only == "" && len(b.events) == 1 {
		only = b.events[0]
	}
	return only
}

// look is what a reference of an expression is, for one event or, without one,
// for those that no person brings about.
func (b *binding) look(reference, event string) exprValue {
	of, name, _ := strings.Cut(reference, ".")
	switch lower := strings.ToLower(name); strings.ToLower(of) {
	case "env":
		if e := b.variable(name); e.Value.IsLiteral() && e.Value.Secret == nil && !setAtRun(b.file, name) {
			return exprValue{exprText, e.Value.Text}
		}
	case "inputs":
		return b.input(lower, event)
	case "matrix":
		return b.ofMatrix(name)
	case "github":
		if event == "" {
			event = b.automatic()
		}
		switch {
		case strings.HasPrefix(lower, "event.inputs.") && b.caller == nil:
			return b.input(strings.TrimPrefix(lower, "event.inputs."), event)
		case lower == "event_name" && event != "" && !b.orphan:
			return exprValue{exprText, event}
		}
	}
	return exprValue{}
}

// variable is the last of a name that a step is given.
func (b *binding) variable(name string) inspect.EnvEntry {
	for i := len(b.env) - 1; i >= 0; i-- {
		if b.env[i].Name == name {
			return b.env[i]
		}
	}
	return inspect.EnvEntry{}
}

// input is what a caller gives. A workflow that an event starts gets none, and
// what a person gives can't be told.
func (b *binding) input(name, event string) exprValue {
	switch {
	case b.caller != nil:
		if v, ok := b.inputs[name]; ok {
			return v
		}
		return exprValue{}
	case b.orphan || event == "workflow_dispatch":
		return exprValue{}
	}
	for _, event := range b.events {
		if event != "workflow_dispatch" {
			return exprValue{sort: exprText}
		}
	}
	return exprValue{}
}

func (b *binding) ofMatrix(name string) exprValue {
	if b.run != nil {
		if v, ok := b.run[name]; ok {
			return exprValue{exprText, v}
		}
		for other := range b.run {
			if strings.HasPrefix(other, name+".") {
				return exprValue{}
			}
		}
		return exprValue{sort: exprText} // an axis that this run has no value of
	}
	if len(b.runs) == 0 {
		return exprValue{}
	}
	first, ok := b.runs[0][name]
	for _, run := range b.runs {
		if v, stated := run[name]; stated != ok || v != first {
			return exprValue{}
		}
	}
	if !ok {
		return exprValue{}
	}
	return exprValue{exprText, first}
}

// setAtRun reports whether commands of the file give later steps a variable.
func setAtRun(f *File, name string) bool {
	return slices.ContainsFunc(f.Signals(), func(s inspect.Signal) bool {
		step, ok := s.Fact.(inspect.WorkflowStep)
		return ok && strings.Contains(step.Run, "GITHUB_ENV") && strings.Contains(step.Run, name+"=")
	})
}

// text fills in the expressions of a text that are known.
func (b *binding) text(text string) string {
	if !strings.Contains(text, "${{") {
		return text
	}
	return workflowExpression.ReplaceAllStringFunc(text, func(written string) string {
		expression := bare(written)
		if v := evaluate(expression, func(reference string) exprValue { return b.look(reference, "") }); v.known() {
			return v.text
		}
		of, name, _ := strings.Cut(expression, ".")
		if open := b.open[strings.ToLower(name)]; of == "inputs" && open != "" {
			return open
		}
		if e := b.variable(name); of == "env" && e.Value.Source == inspect.Input && e.Value.Text != "" && !setAtRun(b.file, name) {
			return e.Value.Text // for what it is made of
		}
		if store := b.stores[name]; of == "secrets" && store != "" {
			return "${{ secrets." + store + " }}"
		}
		return written
	})
}

// entry fills in a variable or an input.
func (b *binding) entry(e inspect.EnvEntry) inspect.EnvEntry {
	if e.Value.Source != inspect.Input || !strings.Contains(e.Value.Text, "${{") {
		return e
	}
	text := b.text(e.Value.Text)
	if text == e.Value.Text {
		return e
	}
	filled := inspect.WorkflowEntry(e.Name, text, e.Line)
	if filled.Value.Secret != nil {
		return e // a secret is judged where it is written; what is put together here names one: op://vault/item/TOKEN
	}
	return filled
}

// commands fills in the words of commands. An expression that is a word of its
// own may be several, or a whole command.
func (b *binding) commands(list []inspect.Command, run string) []inspect.Command {
	if !strings.Contains(run, "${{") {
		return list
	}
	filled := make([]inspect.Command, 0, len(list))
	for _, c := range list {
		argv := make([]string, 0, len(c.Argv))
		for i, word := range c.Argv {
			text := b.text(word)
			switch {
			case text == word:
				argv = append(argv, word)
			case !strings.ContainsAny(text, " \t\n") || strings.Contains(text, "${{") || !wholeExpression.MatchString(word) || strings.Contains(run, `"`+word) || strings.Contains(run, `'`+word):
				argv = append(argv, text)
			case i == 0 && len(c.Argv) == 1:
				commands, _ := shell.Commands(text, c.Line)
				for i := range commands {
					commands[i].Line, commands[i].Conditional = c.Line, commands[i].Conditional || c.Conditional
				}
				filled = append(filled, commands...)
			default:
				argv = append(argv, strings.Fields(text)...)
			}
		}
		if c.Argv = argv; len(argv) == 0 || argv[0] == "" && len(argv) == 1 {
			continue
		}
		assigns := slices.Clone(c.Assigns)
		for i := range assigns {
			assigns[i] = b.text(assigns[i])
		}
		c.Assigns = assigns
		filled = append(filled, c)
	}
	return filled
}
