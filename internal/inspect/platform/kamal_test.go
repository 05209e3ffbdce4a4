package platform_test

import (
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

func TestKamal(t *testing.T) {
	t.Parallel()
	got, attached := services(t, inspect.Kamal, `<% require "dotenv"; Dotenv.load(".env") %>
service: shop
image: acme/shop
servers:
  web:
    hosts: [192.0.2.10, 192.0.2.11]
    env:
      clear:
        WEB_CONCURRENCY: 2
  job:
    hosts:
      - <%= ENV["JOB_HOST"] %>
    cmd: bin/jobs start
proxy:
  ssl: true
  app_port: 8080
builder:
  arch: amd64
  dockerfile: docker/Dockerfile.prod
  target: final
  args:
    RUBY_VERSION: 3.4.1
env:
  clear:
    SESSION_DRIVER: file
    API_HOST: <%= ENV.fetch("API_HOST") %>
    RELEASE: <%= revision %>
  secret:
    - APP_KEY
    - DATABASE_URL:STAGING_DATABASE_URL
volumes:
  - "data:/var/www/html/data"
accessories:
  db:
    image: mysql:8.4
    env:
      clear: {MYSQL_ROOT_PASSWORD: a1b2c3d4e5f6}
  search:
    image: acme/indexer
`)
	common := []inspect.EnvEntry{
		{Name: "SESSION_DRIVER", Value: inspect.Lit("file"), Line: 25},
		{Name: "API_HOST", Value: inspect.Value{Source: inspect.Env, Env: []string{"API_HOST"}}, Line: 26},
		{Name: "RELEASE", Value: inspect.Value{Source: inspect.Env, Env: []string{"ERB"}}, Line: 27},
		{Name: "APP_KEY", From: "secret", Ref: "APP_KEY", Value: input, Line: 29},
		{Name: "DATABASE_URL", From: "secret", Ref: "STAGING_DATABASE_URL", Value: input, Line: 30},
	}
	web := inspect.PlatformService{Platform: "kamal", Name: "web", Type: "web", Image: "acme/shop", Root: "..", Dockerfile: "docker/Dockerfile.prod", Target: "final", Instances: 2, Health: true, Port: 8080,
		BuildArgs: []inspect.EnvEntry{{Name: "RUBY_VERSION", Value: inspect.Lit("3.4.1"), Line: 22}},
		Disks:     []inspect.Volume{{Type: "volume", Source: "data", Target: "/var/www/html/data", Line: 32}},
		Env:       append(common[:len(common):len(common)], inspect.EnvEntry{Name: "WEB_CONCURRENCY", Value: inspect.Lit("2"), Line: 9})}
	job := web
	job.Name, job.Type, job.Instances, job.Health, job.Port, job.Env = "job", "worker", 0, false, 0, common
	job.Start = line(13, "bin/jobs start", "bin/jobs", "start")
	job.Start.Shell = false
	same(t, []inspect.PlatformService{web, job}, got)
	same(t, []string{"mysql db 8.4"}, attached)
}

func TestKamalWithoutRoles(t *testing.T) {
	t.Parallel()
	web := inspect.PlatformService{Platform: "kamal", Name: "web", Type: "web", Root: "..", Dockerfile: "Dockerfile", Health: true}
	one := web
	one.Image, one.Instances = "acme/shop", 1
	got, _ := services(t, inspect.Kamal, "service: shop\nimage: acme/shop\nservers:\n  - 192.0.2.10\n")
	same(t, []inspect.PlatformService{one}, got)
	web.Env = []inspect.EnvEntry{{Name: "LOG_LEVEL", Value: inspect.Lit("debug"), Line: 2}}
	got, _ = services(t, inspect.Kamal, "env:\n  LOG_LEVEL: debug\n") // of a destination
	same(t, []inspect.PlatformService{web}, got)
	for _, s := range files.File(inspect.Kamal, []byte("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec: {template: {spec: {containers: [{name: a, image: b}]}}}\n")) {
		if _, ok := s.Fact.(inspect.Workload); !ok {
			t.Errorf("a manifest that is called deploy.yml: %+v", s)
		}
	}
}
