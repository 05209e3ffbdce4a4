package files

import (
	"context"
	"crypto/sha1" // #nosec G505 -- ids like git's
	"encoding/hex"
	"fmt"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/helm"
	"twelvefold/internal/source"
)

// FillCharts puts what installs make of a chart's templates in place of what
// the templates hold as written: the workloads and other objects that the known
// values leave, with these values. A variable under a condition that is not
// known has an unknown value. Lines stay the template's. read gives a file's
// content, nil when it can't be read; again inspects a template filled in.
func FillCharts(paths []string, signals map[string][]inspect.Signal, read func(name string) []byte, again func(name string, content []byte) []inspect.Signal) {
	for name, ways := range rendered(paths, signals, read) {
		written, ok := signals[name]
		if !ok {
			continue
		}
		filled := slices.DeleteFunc(slices.Clone(written), func(s inspect.Signal) bool { return fromTemplate(s) || failed(s) })
		for _, way := range ways {
			made := again(name, way.Text)
			if slices.ContainsFunc(made, failed) {
				filled = written
				break
			}
			for _, s := range made {
				if fromTemplate(s) {
					filled = append(filled, placed(s, way))
				}
			}
		}
		sort.SliceStable(filled, func(i, j int) bool { return filled[i].Line < filled[j].Line })
		signals[name] = filled
	}
}

// rendered are the templates of all charts filled in. A chart that breaks the
// filling down leaves all templates as they are written.
func rendered(paths []string, signals map[string][]inspect.Signal, read func(name string) []byte) (ways map[string][]helm.Rendered) {
	defer func() {
		if recover() != nil {
			ways = nil
		}
	}()
	charts := helm.Charts(paths, read)
	if charts == nil {
		return nil
	}
	return charts.Templates(charts.Installs(signals))
}

// fromTemplate reports whether a signal is of what a template renders.
func fromTemplate(s inspect.Signal) bool {
	switch s.Fact.(type) {
	case inspect.Workload, inspect.KubeObject:
		return true
	}
	return false
}

func failed(s inspect.Signal) bool { return s.Fact.Kind() == inspect.ParseFailed{}.Kind() }

// placed is a signal of a template filled in, at the lines of the template.
func placed(s inspect.Signal, way helm.Rendered) inspect.Signal {
	p := placer{way: way}
	if s.Line <= len(way.Unsure) {
		p.depth = way.Unsure[s.Line-1]
	}
	from, to := s.Line, s.EndLine
	s.Line, s.EndLine = p.line(from), 0
	for line := from; line <= to; line++ {
		s.EndLine = max(s.EndLine, p.line(line))
	}
	switch fact := s.Fact.(type) {
	case inspect.Workload:
		if fact.Replicas != nil && p.stated(replicasLine, from, to) {
			fact.Replicas, fact.ReplicasOf = nil, inspect.Value{Source: inspect.Unknown}
		}
		for i := range fact.Containers {
			c := &fact.Containers[i]
			c.Line = p.line(c.Line)
			p.entries(c.Env)
			for j := range c.Mounts {
				c.Mounts[j].Line = p.line(c.Mounts[j].Line)
			}
		}
		s.Fact = fact
	case inspect.KubeObject:
		if fact.MinReplicas != nil && p.stated(leastLine, from, to) {
			fact.MinReplicas, fact.MinReplicasOf = nil, inspect.Value{Source: inspect.Unknown}
		}
		p.entries(fact.Data)
		p.entries(fact.Annotations)
		if fact.AffinityAt > 0 {
			fact.AffinityAt = p.line(fact.AffinityAt)
		}
		for i := range fact.Ports {
			fact.Ports[i].Line = p.line(fact.Ports[i].Line)
		}
		s.Fact = fact
	}
	return s
}

var (
	replicasLine = regexp.MustCompile(`^\s*replicas:`)
	leastLine    = regexp.MustCompile(`^\s*min(Replicas|ReplicaCount):`)
)

// placer leads from lines of a template filled in to those of the template.
type placer struct {
	way   helm.Rendered
	depth int // unknown conditions around the whole object
}

// line is the template's line that a line comes from: of a blank one, that of
// the one before.
func (p placer) line(line int) int {
	for i := min(line, len(p.way.Lines)) - 1; i >= 0; i-- {
		if p.way.Lines[i] > 0 {
			return p.way.Lines[i]
		}
	}
	return 1
}

// unsure reports whether a line stands under a condition that is not known and
// that the object as a whole is not under.
func (p placer) unsure(line int) bool {
	return line >= 1 && line <= len(p.way.Unsure) && p.way.Unsure[line-1] > p.depth
}

func (p placer) entries(list []inspect.EnvEntry) {
	for i := range list {
		if p.unsure(list[i].Line) && list[i].Value.Source != inspect.Input {
			list[i].Value = inspect.Value{Source: inspect.Unknown}
		}
		list[i].Line = p.line(list[i].Line)
	}
}

// stated reports whether an unsure line of the object says something.
func (p placer) stated(what *regexp.Regexp, from, to int) bool {
	for i, text := range strings.Split(string(p.way.Text), "\n") {
		if i+1 >= from && i+1 <= to && p.unsure(i+1) && what.MatchString(text) {
			return true
		}
	}
	return false
}

// charts fills the charts of the snapshot in. What a template becomes depends
// on other files, too, but on no source code: it is cached under an id of all of
// them together.
func (t *tree) charts(ctx context.Context, signals map[string][]inspect.Signal) error {
	if !slices.ContainsFunc(t.snapshot.Files, func(f source.File) bool { return strings.HasPrefix(path.Base(f.Path), "Chart.y") }) {
		return nil
	}
	files := make(map[string]source.File, len(t.snapshot.Files))
	paths := make([]string, 0, len(t.snapshot.Files))
	var templates []string
	dirs := map[string]bool{} // with a chart: its templates may read any file there
	for _, f := range t.snapshot.Files {
		if strings.HasPrefix(path.Base(f.Path), "Chart.y") {
			dirs[path.Dir(f.Path)] = true
		}
	}
	all := sha1.New() // #nosec G401 -- an id like git's, no secret
	for _, f := range t.snapshot.Files {
		if f.Mode != source.Regular && f.Mode != source.Executable {
			continue
		}
		files[f.Path], paths = f, append(paths, f.Path)
		if _, inspected := signals[f.Path]; inspected && strings.Contains("/"+f.Path, "/templates/") {
			templates = append(templates, f.Path)
		}
		if format := inspect.FormatOf(f.Path); !sourceFormats[format] || format == inspect.Shell || within(dirs, f.Path) {
			fmt.Fprintf(all, "%s %s\n", f.Blob, f.Path)
		}
	}
	if len(templates) == 0 {
		return nil
	}
	whole := all.Sum(nil)
	keys := make([]inspect.CacheKey, len(templates))
	for i, name := range templates {
		id := sha1.Sum(append(slices.Clone(whole), name...)) // #nosec G401 -- as above
		keys[i] = inspect.CacheKey{Blob: hex.EncodeToString(id[:]), Format: inspect.HelmTemplate}
	}
	return t.filled(ctx, signals, templates, keys, func() error {
		if err := t.prepareCharts(ctx, dirs); err != nil {
			return err
		}
		read := func(name string) []byte {
			f, ok := files[name]
			if !ok {
				return nil
			}
			content, err := t.snapshot.Read(ctx, f)
			if err != nil {
				return nil // inspection has told
			}
			return content
		}
		FillCharts(paths, signals, read, func(name string, content []byte) []inspect.Signal {
			return t.options.Inspector.Inspect(ctx, name, inspect.FormatOf(name), content)
		})
		return t.whole(ctx)
	})
}

// prepareCharts tells the snapshot which files the charts will be read from,
// but for the few that only the charts themselves tell.
func (t *tree) prepareCharts(ctx context.Context, dirs map[string]bool) error {
	var list []source.File
	for _, f := range t.snapshot.Files {
		ext := path.Ext(f.Path)
		if within(dirs, f.Path) && f.Mode != source.Symlink && (ext == ".yaml" || ext == ".yml" || ext == ".tpl" || strings.Contains("/"+f.Path, "/templates/")) {
			list = append(list, f)
		}
	}
	if err := t.snapshot.Prepare(ctx, list); err != nil {
		return fmt.Errorf("fetch the charts: %w", err)
	}
	return nil
}

// within reports whether a file lies in one of the directories: a chart's
// templates may read it.
func within(dirs map[string]bool, name string) bool {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if dirs[dir] {
			return true
		}
	}
	return dirs["."]
}

// filled takes the templates' signals from the cache when it has all of them,
// else makes them and stores them there.
func (t *tree) filled(ctx context.Context, signals map[string][]inspect.Signal, templates []string, keys []inspect.CacheKey, make func() error) error {
	if t.options.Cache == nil {
		return make()
	}
	known, err := t.options.Cache.Lookup(ctx, keys)
	if err != nil {
		return fmt.Errorf("look up the charts' signals: %w", err)
	}
	if len(known) == len(keys) {
		for i, name := range templates {
			signals[name] = known[keys[i]]
		}
		return ctx.Err()
	}
	if err := make(); err != nil {
		return err // what was not read whole is not kept
	}
	fresh := map[inspect.CacheKey][]inspect.Signal{}
	for i, name := range templates {
		fresh[keys[i]] = signals[name]
	}
	if err := t.options.Cache.Store(ctx, fresh); err != nil {
		return fmt.Errorf("store the charts' signals: %w", err)
	}
	return nil
}
