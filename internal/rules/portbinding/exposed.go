package portbinding

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:      "port-binding/exposed",
	Aspect:  "b",
	Type:    audit.Positive,
	Title:   "A descriptor names the port",
	Why:     "Platforms and other services know from the repository where the program accepts requests.",
	Sources: []string{"12F", "000", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true}
-- server.js --
require("http").createServer().listen(process.env.PORT);
-- Dockerfile --
FROM node:22
CMD ["node", "server.js"]
`,
	Good: `
-- package.json --
{"name": "shop", "private": true}
-- server.js --
require("http").createServer().listen(process.env.PORT);
-- Dockerfile --
FROM node:22
ENV PORT=3000
EXPOSE 3000
CMD ["node", "server.js"]
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if list := exposures(c); len(list) > 0 {
			report.Pass(list[0].place, 0.5, fmt.Sprintf("%s names port %s", list[0].by, numbers(list[0].ports)))
		}
	},
})

// exposure is one descriptor's word on the ports of the program.
type exposure struct {
	by    string // "EXPOSE", "the container shop", "fly's internal_port"
	ports []int
	place audit.Place
	env   []inspect.EnvEntry // that it gives the program
}

// exposures lists what descriptors say of the ports of the component's web
// process, deploys' own files before the image.
func exposures(c *audit.Component) []exposure {
	var list []exposure
	for f := range audit.Facts[inspect.FlyApp](c) {
		if f.Fact.InternalPort > 0 {
			list = append(list, exposure{"fly's internal_port", []int{f.Fact.InternalPort}, f.At(), f.Fact.Env})
		}
	}
	for _, k := range c.OwnContainers() {
		if len(k.Ports) > 0 && k.Kind == audit.WebProcess {
			list = append(list, exposure{"the container " + k.Name, k.Ports, k.At(), k.Env})
		}
	}
	for s := range audit.Facts[inspect.PlatformService](c) {
		if s.Fact.Port > 0 && s.Fact.Type == "web" {
			list = append(list, exposure{s.Fact.Platform + "'s service", []int{s.Fact.Port}, s.At(), s.Fact.Env})
		}
	}
	for _, s := range c.OwnServices() {
		if ports := insidePorts(s.Ports); len(ports) > 0 {
			at := s.Files[len(s.Files)-1]
			if c.KindOf(at.File, s.Name) == audit.WebProcess {
				list = append(list, exposure{"the Compose service " + s.Name, ports, at.At(), s.ComposeService.Environment})
			}
		}
	}
	if c.Image == nil {
		return list
	}
	image := exposure{by: "EXPOSE"}
	for _, i := range c.Image.Instructions {
		if i.Fact.Name != "EXPOSE" {
			continue
		}
		for _, word := range i.Fact.Args {
			port, protocol, _ := strings.Cut(word, "/")
			if n, err := strconv.Atoi(port); err == nil && protocol != "udp" {
				if image.ports = append(image.ports, n); len(image.ports) == 1 {
					image.place = i.At()
				}
			} else if err != nil {
				return list // a variable or a range: not told
			}
		}
	}
	if len(image.ports) > 0 {
		list = append(list, image)
	}
	return list
}

// insidePorts are the container's side of a Compose service's ports: 80 of
// "8080:80" and "127.0.0.1:8080:80/tcp".
func insidePorts(ports []string) []int {
	var list []int
	for _, p := range ports {
		p, protocol, _ := strings.Cut(p, "/")
		if protocol == "udp" {
			continue
		}
		if n, err := strconv.Atoi(p[strings.LastIndex(p, ":")+1:]); err == nil {
			list = append(list, n)
		} else {
			return nil
		}
	}
	return list
}

func numbers(ports []int) string {
	var words []string
	for _, p := range ports {
		if word := strconv.Itoa(p); !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return strings.Join(words, ", ")
}
