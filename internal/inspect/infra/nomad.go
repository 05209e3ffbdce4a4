package infra

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"twelvefold/internal/inspect"
)

// Nomad reads a job specification of Nomad: a Workload for each task of a job's
// groups. A batch job is a Job, a periodic one a CronJob.
func Nomad(e *inspect.Emitter, content []byte) error {
	f, err := read(e, content)
	if f == nil {
		return err
	}
	for _, job := range blocksOf(f.body, "job") {
		kind := f.nomadType(job.Body)
		for _, group := range blocksOf(job.Body, "group") {
			for _, task := range blocksOf(group.Body, "task") {
				f.nomadTask(kind, f.count(group.Body), task)
			}
		}
		for _, task := range blocksOf(job.Body, "task") { // a group of its own
			f.nomadTask(kind, nil, task)
		}
	}
	return err
}

// blocksOf are the blocks of one type with one label.
func blocksOf(b *hclsyntax.Body, kind string) (list []*hclsyntax.Block) {
	for _, inner := range b.Blocks {
		if inner.Type == kind && inner.Body != nil && len(inner.Labels) == 1 {
			list = append(list, inner)
		}
	}
	return list
}

func (f *file) nomadType(job *hclsyntax.Body) string {
	t := f.nomadTree(job)
	switch {
	case t.get("periodic") != nil:
		return "CronJob"
	case t.literal("type") == "batch":
		return "Job"
	}
	return "NomadJob"
}

func (f *file) count(group *hclsyntax.Body) *int { return f.nomadTree(group).number("count") }

// nomadTree is the attributes of a block, without those of labelled blocks below
// it that are read on their own.
func (f *file) nomadTree(b *hclsyntax.Body) *tree {
	w := &flattener{file: f, left: maxAttributes}
	w.fields("", "", b, 0)
	return treeOf(w.out)
}

// nomadTask states what a task's driver starts: a container's image, or a
// program on the machine itself.
func (f *file) nomadTask(kind string, replicas *int, task *hclsyntax.Block) {
	t := f.nomadTree(task.Body)
	config := t.get("config")
	c := inspect.Container{Name: task.Labels[0], Image: config.text("image"), Line: config.line("image"), Args: inspect.MaskWords(config.texts("args"))}
	if command := config.text("command"); command != "" {
		c.Command, c.Line = inspect.MaskWords([]string{command}), config.line("command")
	}
	if entrypoint := config.texts("entrypoint"); len(entrypoint) > 0 {
		c.Command = inspect.MaskWords(entrypoint)
	}
	if lines := config.list("args"); len(lines) > 1 && lines[0].entry != nil && lines[0].entry.Value.Text == "-c" && lines[1].entry != nil {
		c.Line = lines[1].entry.Line // the shell's own line
	}
	if c.Line == 0 {
		return // started by nothing that is written here
	}
	if env := t.get("env"); env != nil {
		for _, name := range env.keys {
			if entry := env.kids[name].entry; entry != nil {
				c.Env = append(c.Env, inspect.EnvEntry{Name: name, Value: entry.Value, Line: entry.Line, Secret: entry.Secret || inspect.IsSecretName(name)})
			}
		}
	}
	f.emit(task, inspect.Workload{Type: kind, Name: task.Labels[0], Replicas: replicas, Containers: []inspect.Container{c}})
}
