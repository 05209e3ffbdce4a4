//go:build cgo

package csharp_test

import (
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/inspecttest"
)

// TestStrangers holds cases that a reader who did not write the extractor came
// with: all that a file states of one kind.
func TestStrangers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, kind, source, want string }{
		{"a wrapper whose variable has another value", "env-read", `
using System;
class A {
  static string Get(string name, string def = "x") { var v = Environment.GetEnvironmentVariable(name); return string.IsNullOrEmpty(v) ? def : v; }
  static string Or(string name) { var v = Environment.GetEnvironmentVariable(name); return v ?? "y"; }
  string a = Get("A", "b"), c = Get("C"), d = Or("D");
}`, `
5 env-read {'name':'A','via':'Get','fallback':{'source':'literal','text':'b','hasText':true}}
5 env-read {'name':'C','via':'Get','fallback':{'source':'literal','text':'x','hasText':true}}
5 env-read {'name':'D','via':'Or','fallback':{'source':'literal','text':'y','hasText':true}}`},
		{"a section bound by its name", "env-read", `
using Microsoft.Extensions.Configuration;
class Mail { public string Host { get; set; } = "localhost"; public string Password { get; set; } }
class A { A(IConfiguration config) { var m = new Mail(); config.Bind("Mail", m); other.Bind("Not", m); } dynamic other; }`, `
2 env-read {'name':'Mail__Host','via':'IConfiguration.Bind','fallback':{'source':'literal','text':'localhost','hasText':true}}
2 env-read {'name':'Mail__Password','via':'IConfiguration.Bind','secret':true}`},
		{"a pattern asks for the environment", "env-branch", `
var app = WebApplication.Create();
if (Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") is "Development" or "Local") app.UseSwagger();
if (app.Environment.EnvironmentName is not "Production") app.UseDeveloperExceptionPage();
if (app.Name is "Development") app.UseSwagger();`, `
2 env-branch {'name':'ASPNETCORE_ENVIRONMENT','values':['Development','Local'],'chooses':['debug']}
3 env-branch {'name':'IHostEnvironment.EnvironmentName','values':['Production'],'chooses':['debug']}`},
		{"what the grammar takes for a statement stands behind a class", "entry-point", `
namespace A;
public class B { }
public ref partial struct C { public required ref readonly int D; }`, ""},
		{"members of another type", "env-read", `
static class A {
  extension(IServiceCollection services) {
    public void B(IConfiguration configuration) => C(configuration["Mail:Host"]);
  }
}`, `
3 env-read {'name':'Mail__Host','via':'IConfiguration'}`},
		{"a handle of a program's own configuration file", "client", `
using System.Configuration;
using System.Data.SqlClient;
class A {
  void M() {
    var a = new SqlConnection(ConfigurationManager.ConnectionStrings["Main"].ConnectionString);
    var settings = WebConfigurationManager.AppSettings;
    var b = new SqlConnection(settings["Dsn"]);
    var c = new SqlConnection(ConfigurationManager.AppSettings.Get("Dsn"));
  }
}`, `
5 client {'service':'database','via':'System.Data.SqlClient.SqlConnection','handle':{'source':'input'}}
7 client {'service':'database','via':'System.Data.SqlClient.SqlConnection','handle':{'source':'input'}}
8 client {'service':'database','via':'System.Data.SqlClient.SqlConnection','handle':{'source':'input'}}`},
		{"NLog's fluent targets", "log-sink", `
using NLog;
LogManager.Setup().LoadConfiguration(b => {
  b.ForLogger().WriteToConsole();
  b.ForLogger().WriteToFile(fileName: "app.log", maxArchiveFiles: 7);
});`, `
3 log-sink {'via':'NLog.WriteToConsole','target':'stdout'}
4 log-sink {'via':'NLog.WriteToFile','target':'file','path':{'source':'literal','text':'app.log','hasText':true},'rotates':true}`},
		{"clocks of programs and of services", "scheduler", `
using FluentScheduler; using System.Threading;
var clock = new PeriodicTimer(TimeSpan.FromMinutes(1));
JobManager.Initialize(new Jobs());
class Session { async Task A() { using var t = new PeriodicTimer(TimeSpan.FromSeconds(30)); } void OnStart() { var t = new System.Timers.Timer(1000); } }
class S : ServiceBase { protected override void OnStart(string[] a) { var t = new System.Timers.Timer(1000); } }`, `
2 scheduler {'via':'System.Threading.PeriodicTimer'}
3 scheduler {'via':'FluentScheduler.JobManager.Initialize'}
5 scheduler {'via':'System.Timers.Timer'}`},
		{"timers that a program starts", "scheduler", `
using System.Threading;
var clock = new Timer(_ => { }, null, 0, 60000); var once = new Timer(_ => { }, null, 1000, Timeout.Infinite); var never = new Timer(_ => { }, null, 0, TimeSpan.FromMilliseconds(-1));
Application.Run();
class Session { void B() { var t = new Timer(_ => { }, null, 0, 60000); } }
class C : IHostedService { public Task StartAsync(CancellationToken c) { t = new Timer(_ => { }, null, 0, 60000); return Task.CompletedTask; } }`, `
2 scheduler {'via':'System.Threading.Timer'}
5 scheduler {'via':'Microsoft.Extensions.Hosting.BackgroundService'}`},
		{"a class that fills the database first", "start-work", `
var app = WebApplication.Create();
using (var scope = app.Services.CreateScope()) { DbInitializer.Initialize(scope.ServiceProvider); await SeedData.InitializeAsync(scope); Fonts.Initialize(); }
app.Run();`, `
2 start-work {'via':'DbInitializer.Initialize','work':'seed'}
2 start-work {'via':'SeedData.InitializeAsync','work':'seed'}`},
		{"a bus's password in its lambda", "credential", `
using MassTransit;
services.AddMassTransit(x => x.UsingRabbitMq((ctx, cfg) => cfg.Host("mq", "/", h => { h.Username("app"); h.Password("gu3stpw77"); })));`, `
2 credential {'name':'password','via':'argument','secret':{'masked':'gu…','length':9,'entropy':2.95}}`},
		{"classes without bodies and members of one line", "handler", `
namespace A;
public class NotFound(string name) : Exception($"{name} is missing");
public record Created(int Id) : Event;
public class Users(Db db) : ControllerBase { [HttpGet] public IActionResult Get() => Ok(db.Users); }`, `
4 handler {'via':'Microsoft.AspNetCore.Mvc.ControllerBase'}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, line := range strings.Split(inspecttest.Stated(inspect.CSharp, strings.TrimPrefix(c.source, "\n")), "\n") {
				if parts := strings.SplitN(line, " ", 3); len(parts) == 3 && (parts[1] == c.kind || parts[1] == "parse-failed") {
					got = append(got, line)
				}
			}
			if text := strings.Join(got, "\n"); text != strings.TrimSpace(c.want) {
				t.Errorf("got\n%s\nwant\n%s", text, strings.TrimSpace(c.want))
			}
		})
	}
}
