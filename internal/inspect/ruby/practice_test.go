//go:build cgo

package ruby_test

import "testing"

// Forms that programs outside of this repository have, each with what must not
// be mistaken for it.

func TestRubyNestedHeredoc(t *testing.T) {
	testRuby(t, "env-read", []rubyCase{
		{"in an interpolation of several lines", `
class Agent
  description <<~MD
    before
    #{
      example("a", <<~MD)
        inner
      MD
    }
    after
  MD
  KEY = ENV["KEY"]
end
`, []string{`11 {"name":"KEY","via":"ENV[]"}`}},
		{"in an interpolation of one line", `
text = <<~TEXT
  #{indent(<<~INNER)} and #{ENV["BETWEEN"]}
    ENV["WORDS"]
  INNER
TEXT
KEY = ENV["KEY"]
`, []string{`2 {"name":"BETWEEN","via":"ENV[]"}`, `6 {"name":"KEY","via":"ENV[]"}`}},
		{"words that look like one", `
text = <<~'TEXT'
  #{indent(<<~INNER)}
TEXT
a = <<~ONE + <<~TWO
  #{1 << 2}
ONE
  two
TWO
list << -1
KEY = ENV["KEY"]
`, []string{`10 {"name":"KEY","via":"ENV[]"}`}},
	})
}

func TestRubyOwnClasses(t *testing.T) {
	testRuby(t, "log-sink", []rubyCase{
		{"a class of the same name in the module around", `
module Audit
  class Logger
    def initialize(path); end
  end
  LOG = Logger.new("log/audit.log")
  OTHER = ::Logger.new("log/other.log")
end
`, []string{`6 {"via":"Logger.new","target":"file","path":{"source":"literal","text":"log/other.log","hasText":true}}`}},
		{"the library's class, opened", `
class Logger
  def json; end
end
LOG = Logger.new("log/x.log")
`, []string{`4 {"via":"Logger.new","target":"file","path":{"source":"literal","text":"log/x.log","hasText":true}}`}},
	})
}

func TestRubyLogPractice(t *testing.T) {
	testRuby(t, "log-sink", []rubyCase{
		{"a stream unless a variable says otherwise", `
A = Logger.new(ENV["LOG_FILE"] || STDOUT)
B = Logger.new(ENV["LOG_TO_STDOUT"] ? $stdout : "log/b.log")
C = Logger.new(ENV.fetch("LOG_FILE") { $stderr })
D = Logger.new(Rails.env.production? ? STDOUT : "log/d.log")
`, []string{
			`1 {"via":"Logger.new","target":"stdout"}`,
			`2 {"via":"Logger.new","target":"file","path":{"source":"env","text":"log/b.log","hasText":true,"env":["LOG_TO_STDOUT"]}}`,
			`3 {"via":"Logger.new","target":"stderr"}`,
			`4 {"via":"Logger.new","target":"stdout"}`,
		}},
		{"JSON by an argument", `
LOG = Logger.new($stdout, formatter: proc { |s, t, p, m| { level: s, msg: m }.to_json + "\n" })
`, []string{`1 {"via":"Logger.new","target":"stdout","structured":true}`}},
		{"JSON by a class of the file", `
class Lines < Logger::Formatter
  def call(severity, time, program, message)
    JSON.generate(level: severity, message: message) << "\n"
  end
end
LOG = Logger.new($stdout)
LOG.formatter = Lines.new
`, []string{`6 {"via":"Logger.new","target":"stdout","structured":true}`}},
		{"streams that are reopened", `
$stdout.reopen("log/out.log", "a")
STDERR.reopen($stdout)
$stderr.reopen("/dev/null")
socket.reopen("x.log")
`, []string{`1 {"via":"$stdout.reopen","target":"file","path":{"source":"literal","text":"log/out.log","hasText":true}}`}},
		{"Rails' own file", `
Rails.application.configure do
  config.logger = Logger.new(config.paths["log"].first, 5, 10.megabytes)
  config.logger = ActiveSupport::Logger.new(config.default_log_file)
end
`, []string{
			`2 {"via":"Logger.new","target":"file","path":{"source":"input"},"rotates":true}`,
			`3 {"via":"ActiveSupport::Logger.new","target":"file","path":{"source":"input"}}`,
		}},
		{"yell", `
Yell.new do |l|
  l.adapter :datefile, "log/app.log", level: "gte.info"
  l.adapter STDERR
end
`, []string{
			`2 {"via":"Yell.new","target":"file","path":{"source":"literal","text":"log/app.log","hasText":true},"rotates":true}`,
			`3 {"via":"Yell.new","target":"stderr"}`,
		}},
		{"cron's output", `
set :output, "/var/log/cron.log"
every 1.day, at: "4:30 am" do
  runner "Report.run"
end
`, []string{`1 {"via":"whenever.output","target":"file","path":{"source":"literal","text":"/var/log/cron.log","hasText":true}}`}},
	})
}

func TestRubySchedulePractice(t *testing.T) {
	testRuby(t, "scheduler", []rubyCase{
		{"whenever", `
every 1.day, at: "4:30 am" do
  runner "Report.run"
end
every :hour do
  rake "cache:clear"
end
`, []string{`1 {"via":"whenever.every"}`, `4 {"via":"whenever.every"}`}},
		{"not whenever", `
every 2.pages do
  puts "x"
end
class Plan
  every(:hour) { rake "x" }
end
`, nil},
	})
}

func TestRubyClientPractice(t *testing.T) {
	testRuby(t, "client", []rubyCase{
		{"clients", `
Ohm.redis = Redic.new(ENV["REDIS_URL"])
Pony.options = { via: :smtp, via_options: { address: "smtp.acme.io", port: 587 } }
Mongo::Client.new("mongodb://mongo/app")
`, []string{
			`1 {"service":"redis","via":"Redic.new","handle":{"source":"env","env":["REDIS_URL"]}}`,
			`2 {"service":"smtp","via":"Pony.options","handle":{"source":"literal","text":"smtp.acme.io","hasText":true}}`,
			`3 {"service":"mongodb","via":"Mongo::Client.new","handle":{"source":"literal","text":"mongodb://mongo/app","hasText":true}}`,
		}},
	})
}

func TestRubyQueuePractice(t *testing.T) {
	testRuby(t, "consumer", []rubyCase{
		{"a module of Resque", `
module Archive
  @queue = :low
  def self.perform(id); end
end
module Helper
  def self.perform(id); end
end
`, []string{`1 {"via":"Resque"}`}},
	})
	t.Run("enqueue", func(t *testing.T) {
		testRuby(t, "enqueue", []rubyCase{
			{"brokers' producers", `
kafka = Kafka.new(ENV["BROKERS"])
producer = kafka.producer
producer.produce("x", topic: "orders")
kafka.async_producer.produce("x", topic: "orders")
Rdkafka::Config.new(conf).producer.produce(topic: "orders", payload: "x")
PRODUCER = WaterDrop::Producer.new
PRODUCER.produce_async(topic: "orders", payload: "x")
film.produce("x")
`, []string{
				`3 {"via":"Kafka.new.producer.produce"}`, `4 {"via":"Kafka.new.async_producer.produce"}`, `5 {"via":"Rdkafka::Config.new.producer.produce"}`, `7 {"via":"WaterDrop::Producer.new.produce_async"}`,
			}},
		})
	})
}

func TestRubyExecPractice(t *testing.T) {
	testRuby(t, "exec", []rubyCase{
		{"variables before the program", `
Process.spawn(ENV.to_h, "yarn build")
system(ENV.to_h.merge("A" => "1"), "convert", "a.png", "b.png")
spawn({ "A" => "1" }.merge(more), "gs -q")
system(command, "argument")
`, []string{`1 {"via":"Process.spawn","program":"yarn"}`, `2 {"via":"system","program":"convert"}`, `3 {"via":"spawn","program":"gs"}`}},
	})
}

func TestRubyStartPractice(t *testing.T) {
	testRuby(t, "start-work", []rubyCase{
		{"trying again", `
Rails.application.config.after_initialize do
  begin
    ActiveRecord::Base.connection.execute("SELECT 1")
  rescue PG::ConnectionBad
    sleep 1
    retry
  end
end
`, []string{`5 {"via":"retry","work":"wait"}`}},
		{"trying again a few times", `
tries = 0
begin
  Mongoid.load!("config/mongoid.yml")
  Redis.new.ping
rescue Redis::CannotConnectError
  sleep 2
  retry if (tries += 1) < 5
  raise
end
Rails.application.config.x.ready = true
`, []string{`6 {"via":"retry","work":"wait","bounded":true}`}},
		{"trying again while working", `
def fetch
  client.get
rescue Timeout::Error
  sleep 1
  retry
end
`, nil},
	})
}

func TestRubyCredentialPractice(t *testing.T) {
	testRuby(t, "credential", []rubyCase{
		{"given to calls", `
require "sinatra"
set :session_secret, "super secret value 123"
request.basic_auth("deploy", "pa55word-x1")
request["Authorization"] = "Bearer 0a1b2c3d4e5f60718293a4b5"
headers = { "X-Api-Key" => "9f8e7d6c5b4a39281706f5e4d3c2b1a0", "Accept" => "application/json" }
PG::Connection.new("host=db dbname=x password=0123abcdXY")
`, []string{
			`2 {"name":"session_secret","via":"argument","secret":{"masked":"supe…","length":22,"entropy":3.61}}`,
			`3 {"name":"password","via":"argument","secret":{"masked":"pa…","length":11,"entropy":3.28}}`,
			`4 {"name":"Authorization","via":"field","secret":{"masked":"0a1b…","length":24,"entropy":3.92}}`,
			`5 {"name":"X-Api-Key","via":"field","secret":{"masked":"9f8e…","length":32,"entropy":4}}`,
			`6 {"name":"password","via":"argument","secret":{"masked":"01…","length":10,"entropy":3.32}}`,
		}},
		{"names of things", `
default_options session_key: "rack.session", token_param: "authenticity_token"
request["Authorization"] = "Bearer #{token}"
request["Authorization"] = "Basic"
headers = { "X-Api-Key" => ENV["K"], "Authorization" => "Bearer <token>" }
form.basic_auth("user", password)
http.basic_auth(user, "")
`, nil},
	})
}

func TestRubyStorePractice(t *testing.T) {
	testRuby(t, "store", []rubyCase{
		{"Paperclip below the application", `
class User < ApplicationRecord
  has_attached_file :letter, path: ":rails_root/public/system/:id.:extension"
  has_attached_file :photo, styles: { thumb: "100x100>" }
  has_attached_file :image, storage: :s3, path: ":rails_root/x"
end
`, []string{
			`2 {"purpose":"uploads","via":"Paperclip.has_attached_file","store":"file"}`,
			`3 {"purpose":"uploads","via":"Paperclip.has_attached_file","store":"file"}`,
			`4 {"purpose":"uploads","via":"Paperclip.has_attached_file","store":"other","choice":{"source":"literal","text":"s3","hasText":true}}`,
		}},
	})
}

func TestRubySharedStatePractice(t *testing.T) {
	testRuby(t, "shared-state", []rubyCase{
		{"variables of a class", `
class ItemsController < ApplicationController
  @seen = {}
  @names = []
  class << self
    attr_accessor :seen
    attr_reader :names
  end
  def self.cache
    @cache ||= Hash.new
  end
  def self.find(id)
    @found = {}
    Item.find(id)
  end
  def show
    self.class.seen[params[:id]] = 1
    ItemsController.cache[params[:id]] = 1
    self.class.names << params[:name]
    self.class.find(params[:id])[:x] = 1
    @seen = []
    @seen << 1
    Other.entries << params[:x]
  end
end
`, []string{
			`2 {"name":"seen","type":"map","mutations":[16],"byRequest":true}`,
			`3 {"name":"names","type":"list","mutations":[18],"byRequest":true,"kept":true}`,
			`9 {"name":"cache","type":"map","mutations":[17],"byRequest":true}`,
		}},
	})
}

func TestRubyChoicePractice(t *testing.T) {
	testRuby(t, "store", []rubyCase{
		{"by whether a variable is set", `
Rails.application.configure do
  config.cache_store = ENV["REDIS_URL"] ? [:redis_cache_store, { url: ENV["REDIS_URL"] }] : :memory_store
  config.active_storage.service = ENV["BUCKET"].present? ? :amazon : :local
  config.active_job.queue_adapter = ENV["INLINE"].nil? ? :sidekiq : :inline
end
`, []string{
			`2 {"purpose":"cache","via":"rails.cache_store","store":"memory","choice":{"source":"env","text":"memory_store","hasText":true,"env":["REDIS_URL"]}}`,
			`3 {"purpose":"uploads","via":"rails.active_storage.service","store":"file","choice":{"source":"env","text":"local","hasText":true,"env":["BUCKET"]}}`,
			`4 {"purpose":"queue","via":"rails.active_job.queue_adapter","store":"other","choice":{"source":"env","env":["INLINE"]}}`,
		}},
	})
	t.Run("signals", func(t *testing.T) {
		testRuby(t, "signal-handler", []rubyCase{
			{"a poller is told to stop", `
Signal.trap("TERM") { throw :stop_polling }
`, []string{`1 {"via":"Signal.trap","signals":["SIGTERM"],"drains":true}`}},
		})
	})
}

func TestRubyListenPractice(t *testing.T) {
	testRuby(t, "listen", []rubyCase{
		{"falcon's host file", `
#!/usr/bin/env falcon-host
require "falcon/environment/rack"
service "app.localhost" do
  include Falcon::Environment::Rack
  endpoint do
    Async::HTTP::Endpoint.parse("http://0.0.0.0:9292")
  end
end
`, []string{`6 {"via":"Async::HTTP::Endpoint.parse","host":{"source":"literal","text":"0.0.0.0","hasText":true},"port":{"source":"literal","text":"9292","hasText":true}}`}},
		{"an address to call", `
endpoint = Async::HTTP::Endpoint.parse("http://api:9292")
Async::HTTP::Client.new(endpoint).get("/")
`, nil},
	})
}
