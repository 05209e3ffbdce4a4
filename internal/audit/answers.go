package audit

import (
	"reflect"
	"sync"
)

// answers keeps what was worked out once: by the function that worked it out.
// Rules ask side by side.
type answers struct {
	mu     sync.Mutex
	values map[uintptr]func() any
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
	once, ok := kept.values[key]
	if !ok {
		if kept.values == nil {
			kept.values = map[uintptr]func() any{}
		}
		// Who asks meanwhile waits, and a panic is every asker's.
		once = sync.OnceValue(func() any { return answer(subject) })
		kept.values[key] = once
	}
	kept.mu.Unlock()
	return once().(T)
}
