package audit

import (
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestSettingsOfDotnet: the file of the environment over the plain one, keys and
// variables in any case, lists by their places, the environment that a deploy names.
func TestSettingsOfDotnet(t *testing.T) {
	t.Parallel()
	start := `-- Api.csproj --
<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>
-- Program.cs --
var app = WebApplication.CreateBuilder(args).Build();
app.Run();
-- appsettings.json --
{
  "ConnectionStrings": { "Db": "Host=localhost" },
  "Logging": { "LogLevel": { "Default": "Debug" } },
  "Origins": ["http://localhost", "http://b"],
  "Mode": "plain"
}
-- appsettings.Production.json --
{ "logging": { "logLevel": { "default": "Warning" } } }
-- appsettings.Staging.json --
{ "Mode": "staging" }
-- appsettings.Development.json --
{ "Mode": "dev" }
-- tests/Api.Tests/appsettings.json --
{ "Mode": "test" }
`
	for name, c := range map[string]struct {
		files string
		want  []string
	}{
		"production": {"", []string{
			"ConnectionStrings:Db = Host=localhost at appsettings.json:2 over 0",
			"Mode = plain at appsettings.json:5 over 0",
			"logging:logLevel:default = Warning at appsettings.Production.json:1 over 1",
		}},
		"variables": {"-- Dockerfile --\nFROM mcr.microsoft.com/dotnet/aspnet:8.0\nENV CONNECTIONSTRINGS__DB=Host=db ORIGINS__1=https://shop\nCOPY . .\nENTRYPOINT [\"dotnet\", \"Api.dll\"]\n", []string{
			"ConnectionStrings:Db = Host=db at Dockerfile:2 over 1",
			"Origins:0 = http://localhost at appsettings.json:4 over 0",
			"Origins:1 = https://shop at Dockerfile:2 over 1",
		}},
		"another environment": {"-- Dockerfile --\nFROM mcr.microsoft.com/dotnet/aspnet:8.0\nENV ASPNETCORE_ENVIRONMENT=Staging\nCOPY . .\nENTRYPOINT [\"dotnet\", \"Api.dll\"]\n", []string{
			"Mode = staging at appsettings.Staging.json:1 over 1",
			"Logging:LogLevel:Default = Debug at appsettings.json:3 over 0",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			haveSettings(t, inspected(t, txtar.Parse([]byte(start+c.files))).Components[0], c.want...)
		})
	}
}

// TestSettingsOfSymfony: prod's directory over the packages, services over both,
// when@prod over the rest of its file; development and tests are left out.
func TestSettingsOfSymfony(t *testing.T) {
	t.Parallel()
	start := `-- composer.json --
{"type": "project", "require": {"php": ">=8.2", "symfony/framework-bundle": "7.0.*"}}
-- public/index.php --
<?php
require dirname(__DIR__).'/vendor/autoload_runtime.php';
-- config/packages/framework.yaml --
framework:
    secret: '%env(APP_SECRET)%'
    session: { handler_id: null, name: shop }
when@prod:
    framework:
        session: { name: production }
when@test:
    framework:
        session: { name: test }
-- config/packages/prod/framework.yaml --
framework:
    session: { handler_id: 'redis://cache' }
-- config/packages/dev/framework.yaml --
framework:
    session: { handler_id: 'file:' }
-- config/packages/test/framework.yaml --
framework:
    session: { handler_id: 'none' }
-- config/services.yaml --
parameters: { mode: plain }
`
	for name, c := range map[string]struct {
		files string
		want  []string
	}{
		"production": {"-- config/services_prod.yaml --\nparameters: { mode: hosted }\n-- config/services_dev.yaml --\nparameters: { mode: dev }\n", []string{
			"framework.secret = <env> at config/packages/framework.yaml:2 over 0",
			"framework.session.handler_id = redis://cache at config/packages/prod/framework.yaml:2 over 0",
			"framework.session.name = production at config/packages/framework.yaml:6 over 1",
			"parameters.mode = hosted at config/services_prod.yaml:1 over 1",
		}},
		"another environment": {"-- Dockerfile --\nFROM php:8.3-apache\nENV APP_ENV=staging\nCOPY . .\n-- config/packages/staging/framework.yaml --\nframework:\n    session: { name: staging }\n", []string{
			"framework.session.name = staging at config/packages/staging/framework.yaml:2 over 1",
			"parameters.mode = plain at config/services.yaml:1 over 0",
		}},
		"a committed .env is for development": {"-- .env --\nAPP_ENV=dev\n", []string{
			"framework.session.name = production at config/packages/framework.yaml:6 over 1",
		}},
		"version 3": {"-- app/config/config.yml --\nimports: [{ resource: parameters.yml }]\nmode: { log: base, only: base }\nframework: { a: 1 }\n-- app/config/config_prod.yml --\nframework: { b: 1 }\nmode: { log: prod }\n-- app/config/config_dev.yml --\nframework: { b: 1 }\nmode: { log: dev }\n", []string{
			"mode.log = prod at app/config/config_prod.yml:2 over 1",
			"mode.only = base at app/config/config.yml:2 over 0",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			haveSettings(t, inspected(t, txtar.Parse([]byte(start+c.files))).Components[0], c.want...)
		})
	}
}
