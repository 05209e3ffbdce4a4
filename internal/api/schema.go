package api

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/report"
)

type (
	variableList = List[report.Variable]
	sarif        struct{} // what SARIF's own schema describes
	description  struct{} // what OpenAPI's own schema describes
	object       = map[string]any
)

var variableStatuses = []audit.VariableStatus{audit.VariableNeverProvided, audit.VariableNeverRead, audit.VariableFine}

// enumerations are the values of types that have few.
var enumerations = map[reflect.Type][]string{
	reflect.TypeFor[factor.Key]():           texts(factors),
	reflect.TypeFor[audit.Severity]():       texts(audit.Severities()),
	reflect.TypeFor[audit.Confidence]():     texts([]audit.Confidence{audit.HighConfidence, audit.MediumConfidence, audit.LowConfidence}),
	reflect.TypeFor[audit.Class]():          texts(audit.Classes()),
	reflect.TypeFor[audit.Status]():         texts([]audit.Status{audit.Assessed, audit.NotApplicable, audit.Unknown}),
	reflect.TypeFor[audit.Type]():           texts([]audit.Type{audit.Violation, audit.Positive}),
	reflect.TypeFor[audit.Counting]():       texts([]audit.Counting{audit.Once, audit.Each, audit.Ratio}),
	reflect.TypeFor[audit.VariableStatus](): texts(variableStatuses),
	reflect.TypeFor[audit.Environment]():    texts([]audit.Environment{audit.Production, audit.Development, audit.Testing}),
	reflect.TypeFor[audit.ProcessKind](): texts([]audit.ProcessKind{audit.WebProcess, audit.WorkerProcess, audit.ClockProcess, audit.ReleaseProcess,
		audit.TimedProcess, audit.OtherProcess}),
	reflect.TypeFor[State]():        states,
	reflect.TypeFor[Trigger]():      triggers,
	reflect.TypeFor[FindingState](): {Open, Waived, Closed, Former},
}

// schemas are those of the description by name, made of Go's types.
type schemas struct {
	byName map[string]any
	types  map[string]reflect.Type
	strict bool // no member may be there that is not described
}

// nameOf is a type's name in the description: RepositoryList of List[Repository].
func nameOf(t reflect.Type) string {
	name := t.Name()
	if generic, of, ok := strings.Cut(strings.TrimSuffix(name, "]"), "["); ok {
		return of[strings.LastIndex(of, ".")+1:] + generic
	}
	return name
}

// of is the schema of a type; of a struct it is a reference.
func (s *schemas) of(t reflect.Type) object {
	if values, few := enumerations[t]; few {
		return object{"type": "string", "enum": values}
	}
	switch t {
	case reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case reflect.TypeFor[sarif]():
		return object{"type": "object", "description": "SARIF 2.1.0.", "required": []string{"version", "runs"},
			"properties": object{"version": object{"const": "2.1.0"}, "runs": object{"type": "array"}}}
	case reflect.TypeFor[description]():
		return object{"type": "object", "description": "OpenAPI 3.1.", "required": []string{"openapi", "info", "paths"}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return orNull(s.of(t.Elem()))
	case reflect.Slice:
		return object{"type": "array", "items": s.of(t.Elem())}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int64: // ids: generators of clients take 32 bits for a mere integer
		return object{"type": "integer", "format": "int64"}
	case reflect.Int:
		return object{"type": "integer"}
	case reflect.Float64:
		return object{"type": "number"}
	case reflect.Struct:
		return s.reference(t)
	}
	panic(fmt.Sprintf("the API has no schema for %s", t))
}

func orNull(of object) object {
	switch kind := of["type"].(type) {
	case string:
		of["type"] = []string{kind, "null"}
		if values, few := of["enum"].([]string); few {
			with := make([]any, 0, len(values)+1)
			for _, v := range values {
				with = append(with, v)
			}
			of["enum"] = append(with, nil)
		}
		return of
	default:
		return object{"anyOf": []any{of, object{"type": "null"}}}
	}
}

// reference is a struct's; the first asks for its schema.
func (s *schemas) reference(t reflect.Type) object {
	name := nameOf(t)
	if known, taken := s.types[name]; taken && known != t {
		panic(fmt.Sprintf("two types of the API are called %s", name))
	}
	if _, known := s.byName[name]; !known {
		s.types[name] = t
		schema := object{"type": "object"}
		s.byName[name] = schema
		properties, required := object{}, []string{}
		s.members(t, properties, &required)
		schema["properties"] = properties
		if len(required) > 0 {
			schema["required"] = required
		}
		if s.strict {
			schema["additionalProperties"] = false
		}
	}
	return object{"$ref": "#/components/schemas/" + name}
}

// members adds a struct's, those of what is embedded in it included.
func (s *schemas) members(t reflect.Type, properties object, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			s.members(f.Type, properties, required)
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		schema := s.of(f.Type)
		if says := f.Tag.Get("doc"); says != "" {
			schema["description"] = says
		}
		properties[name] = schema
		if options != "omitempty" {
			*required = append(*required, name)
		}
	}
}
