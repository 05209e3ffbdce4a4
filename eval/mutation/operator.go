package mutation

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/audit"
)

// operator puts one violation of a rule into a repository. It applies to every
// repository that has what it changes, and makes a mutant for each file.
type operator struct {
	Rule     string            `yaml:"rule"`
	Language string            `yaml:"language"` // or the kind of file
	Only     string            `yaml:"only"`     // pattern of repositories' names; "" for all
	Except   string            `yaml:"except"`   // where the change is no violation
	File     string            `yaml:"file"`     // pattern of paths
	Replace  string            `yaml:"replace"`  // pattern; its first match in the file is replaced
	With     string            `yaml:"with"`     // may refer to groups
	Drop     bool              `yaml:"drop"`     // the file, instead
	Add      map[string]string `yaml:"add"`      // files, besides
	At       string            `yaml:"at"`       // path, path:line or path:text of the line of the finding, where it is not at the first line that changed
	Any      bool              `yaml:"any"`      // the finding may be anywhere: two places disagree
	Also     []string          `yaml:"also"`     // rules that rightly find something, too
	Known    map[string]string `yaml:"known"`    // by repository, "*" for all: why it is missed

	only, except, file, replace *regexp.Regexp
}

func readOperators(dir string) ([]*operator, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err == nil && len(names) == 0 {
		err = fmt.Errorf("%s has no operators (*.yaml)", dir)
	}
	if err != nil {
		return nil, err
	}
	var all []*operator
	for _, name := range names {
		content, err := os.ReadFile(name) // #nosec G304 -- this repository's own file
		if err != nil {
			return nil, err
		}
		var list []*operator
		decoder := yaml.NewDecoder(bytes.NewReader(content))
		decoder.KnownFields(true)
		if err := decoder.Decode(&list); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, o := range list {
			if err := o.compile(); err != nil {
				return nil, fmt.Errorf("%s: %s in %s: %w", name, o.Rule, o.Language, err)
			}
		}
		all = append(all, list...)
	}
	return all, nil
}

// seam stands inside of tokens and keys, which nobody may take for real ones as
// long as they only lie in an operator.
const seam = "|||"

func (o *operator) compile() error {
	o.With = strings.ReplaceAll(o.With, seam, "")
	for name, content := range o.Add {
		o.Add[name] = strings.ReplaceAll(content, seam, "")
	}
	if o.Rule == "" || o.Language == "" || o.File == "" && (len(o.Add) == 0 || o.At == "") || o.File != "" && (o.Replace == "") != o.Drop {
		return errors.New("it needs a rule, a language and a file with what to replace or drop, or files to add and where the finding is")
	}
	for _, pattern := range []struct {
		text     string
		compiled **regexp.Regexp
	}{{o.Only, &o.only}, {o.Except, &o.except}, {o.File, &o.file}, {o.Replace, &o.replace}} {
		if pattern.text == "" {
			continue
		}
		compiled, err := regexp.Compile(pattern.text)
		if err != nil {
			return err
		}
		*pattern.compiled = compiled
	}
	return nil
}

// mutant is a repository with one violation put in.
type mutant struct {
	repository
	at audit.Place // where the finding must be; line 0 is any, or none
}

// mutants gives all that an operator makes of a repository, by their files.
func (o *operator) mutants(r repository) []mutant {
	if o.only != nil && !o.only.MatchString(r.name) || o.except != nil && o.except.MatchString(r.name) {
		return nil
	}
	if o.file == nil {
		return []mutant{o.placed(o.with(r))}
	}
	var list []mutant
	for _, path := range slices.Sorted(maps.Keys(r.files)) {
		text := r.files[path]
		if !o.file.MatchString(path) || o.replace != nil && !o.replace.MatchString(text) {
			continue
		}
		m := o.with(r)
		if o.Drop {
			delete(m.files, path)
		} else {
			match := o.replace.FindStringSubmatchIndex(text)
			m.files[path] = text[:match[0]] + string(o.replace.ExpandString(nil, o.With, text, match)) + text[match[1]:]
			m.at = audit.Place{Path: path, Line: firstChange(text, m.files[path])}
		}
		list = append(list, o.placed(m))
	}
	return list
}

// with gives a copy with the operator's files.
func (o *operator) with(r repository) mutant {
	m := mutant{repository: r}
	m.files = maps.Clone(r.files)
	maps.Copy(m.files, o.Add)
	return m
}

// placed sets where the finding must be, as far as the operator says it.
func (o *operator) placed(m mutant) mutant {
	if o.Any {
		m.at = audit.Place{}
	}
	if o.At == "" {
		return m
	}
	path, text, precise := strings.Cut(o.At, ":")
	m.at = audit.Place{Path: path}
	if line, err := strconv.Atoi(text); err == nil {
		m.at.Line = line
	} else if precise {
		before, _, _ := strings.Cut(m.files[path], text)
		m.at.Line = 1 + strings.Count(before, "\n")
	}
	return m
}

// firstChange is the first line that differs.
func firstChange(before, after string) int {
	old, changed := strings.Split(before, "\n"), strings.Split(after, "\n")
	for i := range min(len(old), len(changed)) {
		if old[i] != changed[i] {
			return i + 1
		}
	}
	return min(len(old), len(changed))
}
