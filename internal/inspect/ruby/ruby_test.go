//go:build cgo

package ruby_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/inspect/inspecttest"
)

// rubyCase is a piece of Ruby and the facts of one kind that it states, each
// as "line json"; none for the twin that only looks like it.
type rubyCase struct {
	name   string
	source string
	want   []string
}

func testRuby(t *testing.T, kind inspect.Kind, cases []rubyCase) {
	t.Helper()
	t.Parallel()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if overlooked := inspecttest.Overlooked(inspect.Ruby, strings.TrimPrefix(c.source, "\n")); overlooked != "" {
				t.Errorf("the prefilter overlooks %s", overlooked)
			}
			var got []string
			for _, s := range files.File(inspect.Ruby, []byte(strings.TrimPrefix(c.source, "\n"))) {
				if s.Fact.Kind() == "parse-failed" {
					t.Errorf("does not parse: %v", s.Fact)
				}
				if s.Fact.Kind() == kind {
					fact, err := json.Marshal(s.Fact)
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, fmt.Sprintf("%d %s", s.Line, fact))
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s facts (-want +got):\n%s", kind, diff)
			}
		})
	}
}

func TestRubyImport(t *testing.T) {
	testRuby(t, "import", []rubyCase{
		{"relative, guarded, dynamic", `
require "redis"
require_relative "../config/boot"
require_relative "models/user"
autoload :Worker, "app/worker"
begin
  require "oj"
rescue LoadError
  require "json"
end
require "pry" if ENV["DEBUG_CONSOLE"]
def lazy
  require "csv"
end
`, []string{
			`1 {"path":"redis"}`,
			`2 {"path":"../config/boot"}`,
			`3 {"path":"./models/user"}`,
			`4 {"path":"app/worker"}`,
			`6 {"path":"oj","guarded":true}`,
			`8 {"path":"json"}`,
			`10 {"path":"pry","guarded":true}`,
			`12 {"path":"csv","dynamic":true}`,
		}},
		{"not imports", `
requires "x"
thing.require("redis")
require name
# require "commented"
text = 'require "quoted"'
`, nil},
	})
}

func TestRubyPackage(t *testing.T) {
	testRuby(t, "package", []rubyCase{
		{"the outermost namespace", `
module Shop
  module Billing
    class Invoice; end
  end
end
module Shop; end
class Cart; end
`, []string{
			`1 {"name":"Shop"}`,
		}},
	})
}

func TestRubyEntryPoint(t *testing.T) {
	testRuby(t, "entry-point", []rubyCase{
		{"shebang and guard", `
#!/usr/bin/env ruby
run if __FILE__ == $0
`, []string{
			`1 {"via":"#!/usr/bin/env ruby"}`,
			`2 {"via":"__FILE__ == $0"}`,
		}},
		{"another file's name", `
# !/usr/bin/ruby
run if __FILE__ == ARGV[0]
`, nil},
	})
}

func TestRubyHandler(t *testing.T) {
	testRuby(t, "handler", []rubyCase{
		{"a config.ru", `
require_relative "config/environment"
use Rack::Deflater
run Rails.application
Rails.application.load_server
`, []string{
			`3 {"via":"rack.run"}`,
		}},
		{"a template's run", `
run "bundle install"
run :task
`, nil},
		{"of a serverless platform", `
def handler(event:, context:)
  { statusCode: 200 }
end
def process(event:, user:)
end
FunctionsFramework.http("hello") { |request| "hi" }
`, []string{
			`1 {"via":"handler","lambda":true}`,
			`6 {"via":"FunctionsFramework.http","lambda":true}`,
		}},
	})
}

func TestRubySetting(t *testing.T) {
	testRuby(t, "setting", []rubyCase{
		{"rails", `
Rails.application.configure do
  config.force_ssl = true
  config.log_level = ENV.fetch("RAILS_LOG_LEVEL", "info")
  config.action_mailer.smtp_settings = { address: "smtp.x.net", password: "hunter2hunter2" }
  if Rails.env.production?
    config.consider_all_requests_local = false
  end
end
module Shop
  class Application < Rails::Application
    config.time_zone = "UTC"
  end
end
Rails.application.config.hosts = "shop.example.net"
`, []string{
			`2 {"key":"rails.force_ssl","value":{"source":"literal","text":"true","hasText":true}}`,
			`3 {"key":"rails.log_level","value":{"source":"env","text":"info","hasText":true,"env":["RAILS_LOG_LEVEL"]}}`,
			`4 {"key":"rails.action_mailer.smtp_settings.address","value":{"source":"literal","text":"smtp.x.net","hasText":true}}`,
			`4 {"key":"rails.action_mailer.smtp_settings.password","value":{"source":"literal","text":"hun…","hasText":true,"secret":{"masked":"hun…","length":14,"entropy":2.81}}}`,
			`6 {"key":"rails.consider_all_requests_local","value":{"source":"literal","text":"false","hasText":true},"profile":"production"}`,
			`11 {"key":"rails.time_zone","value":{"source":"literal","text":"UTC","hasText":true}}`,
			`14 {"key":"rails.hosts","value":{"source":"literal","text":"shop.example.net","hasText":true}}`,
		}},
		{"puma", `
workers ENV.fetch("WEB_CONCURRENCY", 2)
threads 5, 5
preload_app!
pidfile "tmp/pids/server.pid"
daemonize true
`, []string{
			`1 {"key":"puma.workers","value":{"source":"env","text":"2","hasText":true,"env":["WEB_CONCURRENCY"]}}`,
			`2 {"key":"puma.threads","value":{"source":"literal","text":"5","hasText":true}}`,
			`3 {"key":"puma.preload_app!","value":{"source":"literal","text":"true","hasText":true}}`,
			`4 {"key":"puma.pidfile","value":{"source":"literal","text":"tmp/pids/server.pid","hasText":true}}`,
			`5 {"key":"puma.daemonize","value":{"source":"literal","text":"true","hasText":true}}`,
		}},
		{"sinatra", `
require "sinatra"
set :session_secret, SecureRandom.hex(32)
set port: 80, bind: ENV["BIND"]
configure(:production) { disable :show_exceptions }
thing.set(:x, 1)
`, []string{
			`2 {"key":"sinatra.session_secret","value":{"source":"random"}}`,
			`3 {"key":"sinatra.port","value":{"source":"literal","text":"80","hasText":true}}`,
			`3 {"key":"sinatra.bind","value":{"source":"env","env":["BIND"]}}`,
			`4 {"key":"sinatra.show_exceptions","value":{"source":"literal","text":"false","hasText":true},"profile":"production"}`,
		}},
		{"into the background", `
Process.daemon(true)
daemon.run
`, []string{
			`1 {"key":"ruby.daemonize","value":{"source":"literal","text":"Process.daemon","hasText":true}}`,
		}},
		{"other objects", `
config.force_ssl = true
Devise.setup { |config| config.timeout_in = 5 }
pidfile "x"
`, nil},
	})
}

func TestRubyTask(t *testing.T) {
	testRuby(t, "target", []rubyCase{
		{"tasks of rake", `
namespace :shop do
  desc "imports"
  task import: :environment do
    Import.run
  end
  task(:clean, [:days] => [:environment, "db:load"]) { |t, args| Clean.run(args[:days]) }
end
task :default do
end
`, []string{
			`3 {"runner":"rake","name":"shop:import","needs":["environment"]}`,
			`6 {"runner":"rake","name":"shop:clean","needs":["environment","db:load"]}`,
			`8 {"runner":"rake","name":"default"}`,
		}},
		{"not tasks", `
task "x"
class Board
  def show
    task(:y) { }
  end
end
project.task(:z) { }
`, nil},
	})
}
