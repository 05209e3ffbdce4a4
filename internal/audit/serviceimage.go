package audit

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// Environment is where a descriptor starts a program and its services.
type Environment string

// The environments that a repository's descriptors can tell apart.
const (
	Development Environment = "development"
	Testing     Environment = "CI"
	Production  Environment = "production"
)

// ServiceImage is one container image of a backing service, as a descriptor of
// the component states it.
type ServiceImage struct {
	Service     inspect.Service
	Product     string // whose versions can be compared: "postgres", "valkey"
	Version     string // "16.13", "7"; "" when the tag states none
	Known       bool   // the reference is a text: no variable is open, no digest alone stands for a version
	Environment Environment
	File        *File
	Line        int
	Official    bool // of the product's makers, or of those who package it for everybody
	Kept        bool // a volume keeps the data of a database from one container to the next
}

// At is the place of the image.
func (s ServiceImage) At() Place { return Place{s.File.Path, s.Line, s.Line} }

// Major is the part of Version that makes installations differ: "16", "9.6"
// for PostgreSQL before 10, "5.7" for MySQL before 8.
func (s ServiceImage) Major() string {
	parts := strings.Split(s.Version, ".")
	old := s.Product == "postgres" && len(parts[0]) == 1 || s.Product == "mysql" && parts[0] == "5"
	if old && len(parts) > 1 {
		return parts[0] + "." + parts[1]
	}
	return parts[0]
}

// ServiceImages lists the backing services that descriptors start beside the
// component, in the order of its files. A workflow that belongs to no component
// concerns each. Images that a CI matrix chooses are left out: they differ on
// purpose. Of several components, one that keeps no data is not concerned by a
// database that a shared file starts.
func (c *Component) ServiceImages() []ServiceImage { return OfComponent(c, serviceImages) }

func serviceImages(c *Component) []ServiceImage {
	var list []ServiceImage
	stateless := len(c.Repo.Components) > 1 && !c.hasDatastore()
	add := func(image string, f *File, line int, environment Environment, volumes []inspect.Volume) {
		if s, ok := serviceImage(image); ok && !(stateless && isDatastore(s.Service)) {
			s.File, s.Line, s.Environment = f, line, environment
			s.Kept = isDatastore(s.Service) && slices.ContainsFunc(volumes, keepsFiles)
			list = append(list, s)
		}
	}
	for s := range Facts[inspect.ComposeService](c) {
		add(imageName(s.Fact), s.File, s.Fact.ImageLine, c.EnvironmentOf(s.File), s.Fact.Volumes)
	}
	for w := range Facts[inspect.Workload](c) {
		for _, k := range w.Fact.Containers {
			if !k.Init {
				image := c.Repo.Images(w.File, k)[0]
				add(image.Image, w.File, k.Line, c.EnvironmentOf(w.File), k.Mounts)
			}
		}
	}
	for s := range FactsIn[inspect.ServiceContainer](c.pipelinesAbout(), source.CI) {
		if !s.Fact.Matrix {
			add(s.Fact.Image, s.File, s.Line, Testing, nil)
		}
	}
	c.actionImages(func(image string, f *File, line int) { add(image, f, line, Testing, nil) })
	for a := range Facts[inspect.Attachment](c, source.Prod, source.DeployProd) {
		if a.Fact.Version == "" || versionOfProduct[a.Fact.Service] == "" || stateless && isDatastore(a.Fact.Service) {
			continue
		}
		m := tagVersion.FindStringSubmatch(a.Fact.Version)
		if m == nil {
			continue // a variable decides, or it is another product's
		}
		line := max(a.Fact.Line, a.Line)
		list = append(list, ServiceImage{Service: a.Fact.Service, Product: versionOfProduct[a.Fact.Service], Version: m[1], Known: true, File: a.File, Line: line, Environment: Production})
	}
	return list
}

// keepsFiles reports whether a volume is where a database's files lie, as its
// image has it.
func keepsFiles(v inspect.Volume) bool {
	return v.Type != "tmpfs" && v.Type != "emptyDir" && v.Type != "configMap" && v.Type != "secret" && !v.ReadOnly && dataDirectory.MatchString(v.Target)
}

var dataDirectory = regexp.MustCompile(`^(/var/lib/(postgresql|mysql|mongodb)(/|$)|/data/db/?$|/bitnami/(postgresql|mysql|mariadb|mongodb|elasticsearch)|/usr/share/(elasticsearch|opensearch)/data)`)

// versionOfProduct are the products whose versions platforms state as their
// makers do.
var versionOfProduct = map[inspect.Service]string{inspect.Postgres: "postgres", inspect.MySQL: "mysql", inspect.Redis: "redis", inspect.MongoDB: "mongo"}

// pipelinesAbout are the files of CI systems that concern the component.
func (c *Component) pipelinesAbout() []*File {
	var list []*File
	for _, f := range c.Repo.Files {
		if f.Role == source.CI && hasFact[inspect.ServiceContainer](f) && c.Concerns(f) {
			list = append(list, f)
		}
	}
	return list
}

// Workflows are the component's workflows and those that are nobody's, or only
// the descriptors' of all components.
func (c *Component) Workflows() []*File { return OfComponent(c, workflows) }

func workflows(c *Component) []*File {
	var list []*File
	for _, f := range c.Repo.Files {
		if f.Format == inspect.Workflow && c.Concerns(f) {
			list = append(list, f)
		}
	}
	return list
}

// Concerns reports whether a file that builds or deploys is the component's, or
// nobody's or only the descriptors': then it is for all components.
func (c *Component) Concerns(f *File) bool {
	return c.File(f.Path) != nil || !OfRepository(c.Repo, programFiles)[f.Path]
}

// programFiles are the paths that components other than descriptors own.
func programFiles(r *Repository) map[string]bool {
	owned := map[string]bool{}
	for _, c := range r.Components {
		if c.Class == Infra {
			continue
		}
		for _, f := range c.Files {
			owned[f.Path] = true
		}
	}
	return owned
}

// EnvironmentOf is the environment that a descriptor is for. A plain Compose
// file that builds the program is for development where another file deploys.
func (c *Component) EnvironmentOf(f *File) Environment {
	switch {
	case f.Role == source.DeployDev:
		return Development
	case f.Role == source.CI:
		return Testing
	case f.Format == inspect.Compose && !namedProd(f.Path) && buildsOwn(f) && c.deployedBeside(f):
		return Development
	}
	return Production
}

func buildsOwn(f *File) bool {
	for _, s := range f.Signals() {
		if service, ok := s.Fact.(inspect.ComposeService); ok && service.Build {
			return true
		}
	}
	return false
}

func (c *Component) deployedBeside(compose *File) bool {
	for _, f := range c.Files {
		if f.Path == compose.Path || f.Role != source.DeployProd {
			continue
		}
		if f.Format == inspect.Fly || f.Format == inspect.Procfile || hasFact[inspect.Workload](f) ||
			f.Format == inspect.Compose && namedProd(f.Path) {
			return true
		}
	}
	return false
}

// versioned are the services whose major versions change what a program sees.
// Mail catchers and object stores stand for something else in production.
var versioned = map[inspect.Service]bool{
	inspect.Postgres: true, inspect.MySQL: true, inspect.MongoDB: true, inspect.Redis: true, inspect.Memcached: true,
	inspect.AMQP: true, inspect.Kafka: true, inspect.NATS: true, inspect.MQTT: true, inspect.Elasticsearch: true,
}

// official are the names of such images.
var official = regexp.MustCompile(`^((docker\.io/|public\.ecr\.aws/docker/)?(library/|bitnami/|bitnamilegacy/|percona/|postgis/|pgvector/|timescale/|pgautoupgrade/|valkey/|opensearchproject/)?|docker\.elastic\.co/elasticsearch/)[a-z0-9._-]+$`)

// tagVersion is the version that a tag begins with: "16.3-alpine", "v1.2".
var tagVersion = regexp.MustCompile(`^v?(\d+(?:\.\d+)*)(?:[-_.]|$)`)

// postgresTag is PostgreSQL's version in the tag of one of its extensions:
// "pg16", "2.14.2-pg16", "16-bookworm-pg15.4".
var postgresTag = regexp.MustCompile(`(?:^|-)pg-?(\d+(?:\.\d+)*)`)

// serviceImage reads an image of a versioned backing service. Extensions of
// PostgreSQL are compared as PostgreSQL; a fork is a product of its own, whose
// numbers go their own way.
func serviceImage(image string) (ServiceImage, bool) {
	service := BackingService(image)
	if !versioned[service] {
		return ServiceImage{}, false
	}
	name, tag, digest := SplitImage(image)
	s := ServiceImage{Service: service, Product: strings.ToLower(path.Base(name))}
	s.Official = official.MatchString(strings.ToLower(name))
	own := true // the tag is the product's own version
	if service == inspect.Postgres {
		own = s.Product == "postgres" || s.Product == "postgresql" || s.Product == "postgis" || s.Product == "pgautoupgrade"
		s.Product = "postgres"
	}
	if m := postgresTag.FindStringSubmatch(tag); m != nil && service == inspect.Postgres {
		s.Version = m[1]
	} else if m := tagVersion.FindStringSubmatch(tag); m != nil && own {
		s.Version = m[1]
	}
	s.Known = !strings.ContainsAny(tag, "${<") && (tag != "" || digest == "") && (own || s.Version != "")
	return s, true
}
