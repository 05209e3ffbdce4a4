// Package inspect turns one file into signals: typed facts with their lines.
// It is a pure function of format and content: no network, no clock, no
// neighbours. Its result is cached by blob, format and Version.
package inspect

import (
	"encoding/json"
	"fmt"
	"reflect"
	"sort"
)

// Kind names a sort of fact in JSON and in the cache.
type Kind string

// Fact is what a signal states. Each kind is one struct type of this package,
// listed in facts; fields are plain data and hold no secret (see Secret).
type Fact interface{ Kind() Kind }

// Signal is one fact with the lines that state it.
type Signal struct {
	Line    int // first line, 1-based
	EndLine int // last line, >= Line
	Fact    Fact
}

// facts lists every kind once: decoding finds its type here.
var facts = byKind(
	// any file
	ParseFailed{}, Generated{}, Sketch{}, ProviderToken{}, Certificate{}, CredentialFile{},
	// source code
	Package{}, Import{}, EntryPoint{}, EnvRead{}, Listen{}, Client{}, ServiceHandle{}, Credential{}, Session{}, SharedState{},
	SignalHandler{}, LogSink{}, FileWrite{}, Exec{}, Migration{}, Consumer{}, Enqueue{}, Scheduler{}, Setting{}, Handler{},
	EnvBranch{}, StartWork{}, Store{}, Endpoint{}, Resource{}, SlowWork{}, SecretLogged{}, LogRoute{}, EnvWrapper{}, EnvAsk{}, EnvExport{}, ConfigLoad{}, EndlessLoop{}, MadeUpKey{}, CacheUse{}, SessionMade{}, HeldState{}, StateUse{},
	// manifests and locks
	Manifest{}, ImportAliases{}, Script{}, Dependency{}, RequirementsInclude{}, Lock{}, RuntimeVersion{},
	// deployment
	Stage{}, Instruction{}, Process{}, Command{}, ComposeService{}, Workload{}, KubeObject{}, WorkflowStep{},
	ComposeFile{}, ServiceContainer{}, WorkflowInput{}, WorkflowMatrix{}, BakeTarget{}, BakeVariable{}, FlyApp{}, EnvAssignment{}, EnvMention{}, IgnoreFile{}, Affinity{},
	PlatformService{}, Attachment{}, Target{}, InfraBlock{}, Kustomization{}, KustomizePatch{}, HelmChart{}, HelmValue{},
)

func byKind(list ...Fact) map[Kind]reflect.Type {
	m := make(map[Kind]reflect.Type, len(list))
	for _, f := range list {
		if _, twice := m[f.Kind()]; twice {
			panic("inspect: two facts of kind " + string(f.Kind()))
		}
		m[f.Kind()] = reflect.TypeOf(f)
	}
	return m
}

// Kinds lists all kinds, sorted.
func Kinds() []Kind {
	kinds := make([]Kind, 0, len(facts))
	for k := range facts {
		kinds = append(kinds, k)
	}
	sort.Slice(kinds, func(i, j int) bool { return kinds[i] < kinds[j] })
	return kinds
}

type signalJSON struct {
	Kind Kind            `json:"k"`
	Line int             `json:"l"`
	End  int             `json:"e,omitempty"` // left out when it equals Line
	Fact json.RawMessage `json:"f"`
}

// MarshalJSON writes {"k": kind, "l": line, "e": end line, "f": fact}.
func (s Signal) MarshalJSON() ([]byte, error) {
	fact, err := json.Marshal(s.Fact)
	if err != nil {
		return nil, err
	}
	out := signalJSON{Kind: s.Fact.Kind(), Line: s.Line, Fact: fact}
	if s.EndLine != s.Line {
		out.End = s.EndLine
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON wrote; an unknown kind is an error.
func (s *Signal) UnmarshalJSON(data []byte) error {
	var in signalJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	typ, ok := facts[in.Kind]
	if !ok {
		return fmt.Errorf("unknown signal kind %q", in.Kind)
	}
	fact := reflect.New(typ)
	if err := json.Unmarshal(in.Fact, fact.Interface()); err != nil {
		return fmt.Errorf("signal of kind %s: %w", in.Kind, err)
	}
	s.Line, s.EndLine, s.Fact = in.Line, in.End, fact.Elem().Interface().(Fact)
	if s.EndLine == 0 {
		s.EndLine = s.Line
	}
	return nil
}

// ParseFailed says that a file could not be read as its format. Whatever it
// would have stated is unknown.
type ParseFailed struct {
	Reason string `json:"reason"`
	// Lost says that the parser process was lost (crash, time, memory), which
	// depends on the machine: such a result is never cached.
	Lost bool `json:"lost,omitempty"`
}

// Generated says that a file was written by a program, by its own header.
type Generated struct {
	By string `json:"by,omitempty"`
}

func (ParseFailed) Kind() Kind { return "parse-failed" }
func (Generated) Kind() Kind   { return "generated" }
