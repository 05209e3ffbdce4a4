package php

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/symfony"
	"twelvefold/internal/inspect/syntax"
)

// kernelMethods are methods of Symfony's kernel that say where a directory lies,
// with the parameter that stands for it.
var kernelMethods = [][2]string{{"getlogdir", symfony.LogDirectory}, {"getcachedir", symfony.CacheDirectory}}

// kernelClass states where a kernel of the program's own has its directories,
// other than Symfony's.
func (s *script) kernelClass(n syntax.Node) {
	c := s.classOf[n.Index()]
	if c == nil || !strings.HasSuffix(s.className(c.parent), "Kernel") {
		return
	}
	for _, m := range kernelMethods {
		method, parameter := m[0], m[1]
		list := s.returnedBy(c.methods[method])
		if len(list) != 1 {
			continue
		}
		if v := s.valueOf(list[0]); v.Text != "" {
			s.state(c.methods[method], inspect.Setting{Key: parameter, Value: v})
		}
	}
}
