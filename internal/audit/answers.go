package audit

import (
	"reflect"
	"sync"
)

// answers keeps what was worked out once: by the function that worked it out.
// Rules ask side by side.
type answers struct {
	mu     sync.Mutex
	values map[uintptr]*answer
}

// answer is one of them, and what it rests on.
type answer struct {
	value func() any
	reads *reads // nil where nobody watched
}

// OfRepository is what answer says of the repository, asked at the first call
// and kept: for what the rules of every component want to know of the whole.
// Answer is a function of a package, not a closure; it may ask others, but not
// itself. Ask only of a repository whose components are found.
func OfRepository[T any](r *Repository, answer func(*Repository) T) T {
	return ask(&r.answers, r.watcher, nil, r, answer)
}

// OfComponent is OfRepository for what several rules want to know of one component.
func OfComponent[T any](c *Component, answer func(*Component) T) T {
	return ask(&c.answers, c.watcher(), c, c, answer)
}

func ask[S, T any](kept *answers, watcher *watcher, of *Component, subject S, find func(S) T) T {
	key := reflect.ValueOf(find).Pointer()
	kept.mu.Lock()
	a, ok := kept.values[key]
	if !ok {
		if kept.values == nil {
			kept.values = map[uintptr]*answer{}
		}
		a = &answer{}
		// Who asks meanwhile waits, and a panic is every asker's.
		a.value = sync.OnceValue(func() (value any) {
			a.reads = watcher.watch(of, func() { value = find(subject) })
			return value
		})
		kept.values[key] = a
	}
	kept.mu.Unlock()
	defer func() { watcher.take(of, a.reads) }()
	return a.value().(T)
}

// watcher is the repository's.
func (c *Component) watcher() *watcher {
	if c.Repo == nil {
		return nil // a test's
	}
	return c.Repo.watcher
}
