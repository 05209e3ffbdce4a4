package audit

import (
	"reflect"

	"twelvefold/internal/inspect"
)

var (
	valueType   = reflect.TypeFor[inspect.Value]()
	valueEnv, _ = valueType.FieldByName("Env")
)

// valuesOf are the indices of a sort of fact's fields that are values.
func (j *envJoin) valuesOf(kind reflect.Type) []int {
	all, known := j.fields[kind]
	if !known {
		for i := range kind.NumField() {
			if kind.Field(i).Type == valueType {
				all = append(all, i)
			}
		}
		j.fields[kind] = all
	}
	return all
}

// references are the indices of a fact's fields whose values refer to others.
func (j *envJoin) references(fact inspect.Fact) (fields []int) {
	all := j.valuesOf(reflect.TypeOf(fact))
	if len(all) == 0 {
		return nil
	}
	v := reflect.ValueOf(fact)
	for _, i := range all {
		if env := v.Field(i).FieldByIndex(valueEnv.Index); env.Len() > 0 && refersOut(v.Field(i).Interface().(inspect.Value)) {
			fields = append(fields, i)
		}
	}
	return fields
}

// withValues is a copy of a fact with its references changed.
func (j *envJoin) withValues(fact inspect.Fact, change func(inspect.Value) inspect.Value) inspect.Fact {
	fresh := reflect.New(reflect.TypeOf(fact)).Elem()
	fresh.Set(reflect.ValueOf(fact))
	for _, i := range j.references(fact) {
		fresh.Field(i).Set(reflect.ValueOf(change(fresh.Field(i).Interface().(inspect.Value))))
	}
	return fresh.Interface().(inspect.Fact)
}
