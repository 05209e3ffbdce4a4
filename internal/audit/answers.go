package audit

import (
	"reflect"
	"sync"
)

// answers keeps what was worked out once: by the function that worked it out.
type answers struct {
	mu     sync.Mutex
	values map[uintptr]any
}

// OfRepository is what answer says of the repository, asked at the first call
// and kept: for what the rules of every component want to know of the whole.
// Answer is a function of a package, not a closure; it may ask others, but not
// itself. Ask only of a repository whose components are found.
func OfRepository[T any](r *Repository, answer func(*Repository) T) T {
	return ask(&r.answers, r, answer)
}

// OfComponent is OfRepository for what several rules want to know of one component.
func OfComponent[T any](c *Component, answer func(*Component) T) T {
	return ask(&c.answers, c, answer)
}

func ask[S, T any](kept *answers, subject S, answer func(S) T) T {
	key := reflect.ValueOf(answer).Pointer()
	kept.mu.Lock()
	known, ok := kept.values[key]
	kept.mu.Unlock()
	if ok {
		return known.(T)
	}
	value := answer(subject)
	kept.mu.Lock()
	defer kept.mu.Unlock()
	if kept.values == nil {
		kept.values = map[uintptr]any{}
	}
	kept.values[key] = value
	return value
}
