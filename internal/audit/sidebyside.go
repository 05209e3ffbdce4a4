package audit

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// sideBySide calls work with each number below n, on all processors, and
// returns when all are done. A panic in one of them is the caller's.
func sideBySide(n int, work func(i int)) {
	var next atomic.Int64
	var group sync.WaitGroup
	var broken atomic.Pointer[any]
	for range min(n, runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					broken.CompareAndSwap(nil, &p)
				}
			}()
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				work(int(i))
			}
		})
	}
	group.Wait()
	if p := broken.Load(); p != nil {
		panic(*p)
	}
}

// inChunks is sideBySide for work so small that handing out its numbers one by
// one would cost as much.
func inChunks(n int, work func(i int)) {
	const size = 256
	sideBySide((n+size-1)/size, func(chunk int) {
		for i := chunk * size; i < min(n, (chunk+1)*size); i++ {
			work(i)
		}
	})
}
