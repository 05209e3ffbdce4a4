//go:build cgo

package ruby_test

import "testing"

func TestRubyListen(t *testing.T) {
	testRuby(t, "listen", []rubyCase{
		{"a puma configuration", `
threads 5, 5
port ENV.fetch("PORT") { 3000 }
workers 2
activate_control_app "tcp://127.0.0.1:9293", auth_token: ENV["TOKEN"]
`, []string{
			`2 {"via":"puma.port","port":{"source":"env","text":"3000","hasText":true,"env":["PORT"]}}`,
			`4 {"via":"puma.activate_control_app","host":{"source":"literal","text":"127.0.0.1","hasText":true},"port":{"source":"literal","text":"9293","hasText":true},"side":true}`,
		}},
		{"binds of puma", `
threads 1, 2
bind "tcp://127.0.0.1:8080"
bind "unix:///tmp/x.sock"
bind "tcp://#{ENV.fetch("IP", "0.0.0.0")}:#{ENV.fetch("PORT", 3000)}?backlog=10"
if ENV["RAILS_ENV"] == "development"
  ssl_bind "127.0.0.1", 9292
end
`, []string{
			`2 {"via":"puma.bind","host":{"source":"literal","text":"127.0.0.1","hasText":true},"port":{"source":"literal","text":"8080","hasText":true}}`,
			`4 {"via":"puma.bind","host":{"source":"env","text":"0.0.0.0","hasText":true,"env":["IP"]},"port":{"source":"env","text":"3000","hasText":true,"env":["PORT"]}}`,
			`6 {"via":"puma.ssl_bind","host":{"source":"literal","text":"127.0.0.1","hasText":true},"port":{"source":"literal","text":"9292","hasText":true},"dev":true}`,
		}},
		{"a unicorn configuration", `
worker_processes 4
listen ENV["PORT"] || 8080, backlog: 64
listen "/tmp/unicorn.sock"
`, []string{
			`2 {"via":"unicorn.listen","port":{"source":"env","text":"8080","hasText":true,"env":["PORT"]}}`,
		}},
		{"the words of other files", `
port 3000
bind "x"
listen "events"
namespace :app do
  task :threads
end
`, nil},
		{"servers in code", `
Rack::Handler::WEBrick.run(App, Host: "0.0.0.0", Port: 8080)
server = WEBrick::HTTPServer.new(Port: ENV.fetch("PORT", "8000"), BindAddress: "127.0.0.1")
TCPServer.new("0.0.0.0", 9000)
TCPServer.new(0)
grpc = GRPC::RpcServer.new
grpc.add_http2_port("0.0.0.0:50051", :this_port_is_insecure)
class MetricsServer
  def start = Rack::Handler::Puma.run(self, Port: 9394)
end
socket.listen(5)
Client.new(Port: 1)
if __FILE__ == $0
  Rackup::Server.start(app: App, Port: 9292)
end
`, []string{
			`1 {"via":"Rack::Handler::WEBrick.run","host":{"source":"literal","text":"0.0.0.0","hasText":true},"port":{"source":"literal","text":"8080","hasText":true}}`,
			`2 {"via":"WEBrick::HTTPServer.new","host":{"source":"literal","text":"127.0.0.1","hasText":true},"port":{"source":"env","text":"8000","hasText":true,"env":["PORT"]}}`,
			`3 {"via":"TCPServer.new","host":{"source":"literal","text":"0.0.0.0","hasText":true},"port":{"source":"literal","text":"9000","hasText":true}}`,
			`6 {"via":"GRPC::RpcServer.new.add_http2_port","host":{"source":"literal","text":"0.0.0.0","hasText":true},"port":{"source":"literal","text":"50051","hasText":true}}`,
			`8 {"via":"Rack::Handler::Puma.run","port":{"source":"literal","text":"9394","hasText":true},"side":true}`,
			`13 {"via":"Rackup::Server.start","port":{"source":"literal","text":"9292","hasText":true},"main":true}`,
		}},
		{"a classic sinatra application", `
require "sinatra"
get("/") { "hi" }
`, []string{
			`1 {"via":"sinatra","port":{"source":"env","text":"4567","hasText":true,"env":["PORT"]},"main":true}`,
		}},
		{"what sinatra sets", `
require "sinatra"
set :bind, "0.0.0.0"
set :port, ENV.fetch("PORT", 8080)
configure(:development) { set :port, 1 }
get("/") { "hi" }
`, []string{
			`1 {"via":"sinatra","host":{"source":"literal","text":"0.0.0.0","hasText":true},"port":{"source":"env","text":"8080","hasText":true,"env":["PORT"]},"main":true}`,
		}},
		{"a modular one that is started", `
require "sinatra/base"
class App < Sinatra::Base
  set :port, 4000
  get("/") { "hi" }
  run! if app_file == $0
end
`, []string{
			`5 {"via":"Sinatra::Base.run!","port":{"source":"literal","text":"4000","hasText":true},"main":true}`,
		}},
		{"rackup's options", `
#\ -p 9000 -o 0.0.0.0
run App
`, []string{
			`1 {"via":"rackup","port":{"source":"literal","text":"9000","hasText":true}}`,
		}},
	})
}

func TestRubyClient(t *testing.T) {
	testRuby(t, "client", []rubyCase{
		{"the engines", `
Redis.new(url: ENV["REDIS_URL"])
Redis.new(host: "redis", port: 6379)
PG.connect(host: "db", dbname: "x")
PG.connect(ENV["DATABASE_URL"])
Mysql2::Client.new(host: "mysql", username: "root")
SQLite3::Database.new("data/app.db")
DB = Sequel.connect(ENV.fetch("DATABASE_URL", "sqlite://dev.db"))
ActiveRecord::Base.establish_connection(adapter: "sqlite3", database: "db/app.sqlite3")
Mongo::Client.new(["mongo:27017"], database: "x")
Dalli::Client.new("memcached:11211")
Bunny.new("amqp://guest:guest@rabbit:5672")
Kafka.new(["kafka1:9092"], client_id: "x")
Elasticsearch::Client.new(url: "http://search:9200")
Aws::S3::Client.new(region: "eu-west-1")
Net::SMTP.start("mail.example.net", 25)
Pony.mail(to: x, via: :smtp, via_options: { address: "smtp.corp.net" })
`, []string{
			`1 {"service":"redis","via":"Redis.new","handle":{"source":"env","env":["REDIS_URL"]}}`,
			`2 {"service":"redis","via":"Redis.new","handle":{"source":"literal","text":"redis","hasText":true}}`,
			`3 {"service":"postgres","via":"PG.connect","handle":{"source":"literal","text":"db","hasText":true}}`,
			`4 {"service":"postgres","via":"PG.connect","handle":{"source":"env","env":["DATABASE_URL"]}}`,
			`5 {"service":"mysql","via":"Mysql2::Client.new","handle":{"source":"literal","text":"mysql","hasText":true}}`,
			`6 {"service":"sqlite","via":"SQLite3::Database.new","handle":{"source":"literal","text":"data/app.db","hasText":true}}`,
			`7 {"service":"sqlite","via":"Sequel.connect","handle":{"source":"env","text":"sqlite://dev.db","hasText":true,"env":["DATABASE_URL"]}}`,
			`8 {"service":"sqlite","via":"ActiveRecord::Base.establish_connection","handle":{"source":"literal","text":"db/app.sqlite3","hasText":true}}`,
			`9 {"service":"mongodb","via":"Mongo::Client.new","handle":{"source":"literal","text":"mongo:27017","hasText":true}}`,
			`10 {"service":"memcached","via":"Dalli::Client.new","handle":{"source":"literal","text":"memcached:11211","hasText":true}}`,
			`11 {"service":"amqp","via":"Bunny.new","handle":{"source":"literal","text":"amqp://guest:…@rabbit:5672","hasText":true,"secret":{"masked":"g…","length":5,"entropy":2.32}}}`,
			`12 {"service":"kafka","via":"Kafka.new","handle":{"source":"literal","text":"kafka1:9092","hasText":true}}`,
			`13 {"service":"elasticsearch","via":"Elasticsearch::Client.new","handle":{"source":"literal","text":"http://search:9200","hasText":true}}`,
			`14 {"service":"object-store","via":"Aws::S3::Client.new"}`,
			`15 {"service":"smtp","via":"Net::SMTP.start","handle":{"source":"literal","text":"mail.example.net","hasText":true}}`,
			`16 {"service":"smtp","via":"Pony.mail","handle":{"source":"literal","text":"smtp.corp.net","hasText":true}}`,
		}},
		{"names that are followed", `
URL = ENV.fetch("REDIS_URL") { "redis://localhost:6379" }
options = { url: URL }
$redis = Redis.new(**options)
class Cache < Redis; end
Cache.new(host: "cache")
POOL = ConnectionPool.new(size: 5) { Redis.new(url: URL) }
def database = Sequel.connect("postgres://u:s3cr3tpw@db/app")
Redis.new if Rails.env.development?
`, []string{
			`3 {"service":"redis","via":"Redis.new","handle":{"source":"env","text":"redis://localhost:6379","hasText":true,"env":["REDIS_URL"]}}`,
			`5 {"service":"redis","via":"Redis.new","handle":{"source":"literal","text":"cache","hasText":true}}`,
			`6 {"service":"redis","via":"Redis.new","handle":{"source":"env","text":"redis://localhost:6379","hasText":true,"env":["REDIS_URL"]}}`,
			`7 {"service":"postgres","via":"Sequel.connect","handle":{"source":"literal","text":"postgres://u:…@db/app","hasText":true,"secret":{"masked":"s3…","length":8,"entropy":2.75}}}`,
			`8 {"service":"redis","via":"Redis.new","debug":true}`,
		}},
		{"settings that are clients", `
Sidekiq.configure_server { |config| config.redis = { url: ENV["REDIS_URL"] } }
Resque.redis = "redis:6379"
Resque.redis = Redis.new(host: "r")
Mongoid.configure { |config| config.clients.default = { hosts: ["mongo:27017"], database: "x" } }
ActionMailer::Base.smtp_settings = { address: "smtp.sendgrid.net", port: 587 }
ActionMailer::Base.delivery_method = :sendmail
Mail.defaults { delivery_method :smtp, address: "mail.corp.net" }
`, []string{
			`1 {"service":"redis","via":"Sidekiq.configure_server","handle":{"source":"env","env":["REDIS_URL"]}}`,
			`2 {"service":"redis","via":"Resque.redis","handle":{"source":"literal","text":"redis:6379","hasText":true}}`,
			`3 {"service":"redis","via":"Redis.new","handle":{"source":"literal","text":"r","hasText":true}}`,
			`4 {"service":"mongodb","via":"Mongoid.configure","handle":{"source":"literal","text":"mongo:27017","hasText":true}}`,
			`5 {"service":"smtp","via":"rails.action_mailer.smtp_settings","handle":{"source":"literal","text":"smtp.sendgrid.net","hasText":true}}`,
			`6 {"service":"smtp","via":"rails.action_mailer.delivery_method","handle":{"source":"literal","text":"sendmail","hasText":true}}`,
			`7 {"service":"smtp","via":"Mail.delivery_method","handle":{"source":"literal","text":"mail.corp.net","hasText":true}}`,
		}},
		{"not clients", `
class Redis
  def initialize; end
end
Redis.new(host: "x")
redis.connect("y")
Client.new(host: "z")
ActiveRecord::Base.establish_connection
ActiveRecord::Base.establish_connection(:replica)
MyApp::Redis::Pool.new(host: "x")
`, nil},
	})
}

func TestRubyServiceHandle(t *testing.T) {
	testRuby(t, "service-handle", []rubyCase{
		{"URLs given to names", `
REDIS_URL = "redis://redis.internal:6379/0"
config.broker_url = "amqp://u:passw0rd1@rabbit/vhost"
OPTIONS = { database_url: "postgres://db.internal/app" }
`, []string{
			`1 {"service":"redis","name":"REDIS_URL","handle":{"source":"literal","text":"redis://redis.internal:6379/0","hasText":true}}`,
			`2 {"service":"amqp","name":"broker_url","handle":{"source":"literal","text":"amqp://u:…@rabbit/vhost","hasText":true,"secret":{"masked":"pa…","length":9,"entropy":2.95}}}`,
			`3 {"service":"postgres","name":"database_url","handle":{"source":"literal","text":"postgres://db.internal/app","hasText":true}}`,
		}},
		{"not handles", `
DEFAULT_REDIS_URL = "redis://localhost"
ENV["REDIS_URL"] ||= "redis://localhost:6379"
Redis.new(url: "redis://stated.by.client:6379")
url = "https://example.net"
title = "redis://not-a-handle"
`, nil},
	})
}

func TestRubyEndpoint(t *testing.T) {
	testRuby(t, "endpoint", []rubyCase{
		{"clients and names", `
Net::HTTP.get(URI("https://api.partner.net/v1/x"))
Faraday.new(url: "https://billing.internal")
HTTParty.post("http://10.0.0.5:8080/hook")
BASE_URL = "https://auth.corp.net"
self.site = "https://inventory.corp.net/"
class Rates
  include HTTParty
  base_uri "https://rates.example.net"
end
Net::HTTP.get(URI("https://geo.example.net/#{ip}"))
`, []string{
			`1 {"via":"Net::HTTP.get","url":{"source":"literal","text":"https://api.partner.net/v1/x","hasText":true}}`,
			`2 {"via":"Faraday.new","url":{"source":"literal","text":"https://billing.internal","hasText":true}}`,
			`3 {"via":"HTTParty.post","url":{"source":"literal","text":"http://10.0.0.5:8080/hook","hasText":true}}`,
			`4 {"via":"assignment","name":"BASE_URL","url":{"source":"literal","text":"https://auth.corp.net","hasText":true}}`,
			`5 {"via":"field","name":"site","url":{"source":"literal","text":"https://inventory.corp.net/","hasText":true}}`,
			`8 {"via":"base_uri","url":{"source":"literal","text":"https://rates.example.net","hasText":true}}`,
			`10 {"via":"Net::HTTP.get","url":{"source":"literal","text":"https://geo.example.net/","hasText":true}}`,
		}},
		{"not endpoints", `
HOMEPAGE_URL = "https://example.net"
DOCS_URL = "https://docs.example.net/api"
Faraday.new(url: ENV["URL"])
TWITTER_URL = "https://twitter.com/x"
link_to "x", "https://example.net/api"
ENV["API_URL"] ||= "https://api.example.net"
`, nil},
	})
}

func TestRubyResource(t *testing.T) {
	testRuby(t, "resource", []rubyCase{
		{"names of things", `
s3 = Aws::S3::Client.new(region: "eu-west-1")
s3.put_object(bucket: "reports-prod", key: k, body: b)
Aws::S3::Resource.new.bucket("avatars")
Aws::SQS::Client.new.send_message(queue_url: "https://sqs.eu-west-1.amazonaws.com/1/jobs", message_body: m)
Bunny.new.create_channel.queue("orders")
Kafka.new(["k"]).deliver_message("x", topic: "events")
class W
  include Sneakers::Worker
  from_queue "mails"
end
`, []string{
			`1 {"via":"Aws::S3::Client.new","what":"region","name":{"source":"literal","text":"eu-west-1","hasText":true}}`,
			`2 {"via":"Aws::S3::Client.new.put_object","what":"bucket","name":{"source":"literal","text":"reports-prod","hasText":true}}`,
			`3 {"via":"Aws::S3::Resource.new.bucket","what":"bucket","name":{"source":"literal","text":"avatars","hasText":true}}`,
			`4 {"via":"Aws::SQS::Client.new.send_message","what":"queue","name":{"source":"literal","text":"https://sqs.eu-west-1.amazonaws.com/1/jobs","hasText":true}}`,
			`5 {"via":"Bunny.new.create_channel.queue","what":"queue","name":{"source":"literal","text":"orders","hasText":true}}`,
			`6 {"via":"Kafka.new.deliver_message","what":"topic","name":{"source":"literal","text":"events","hasText":true}}`,
			`9 {"via":"Sneakers::Worker.from_queue","what":"queue","name":{"source":"literal","text":"mails","hasText":true}}`,
		}},
		{"not names", `
s3.put_object(bucket: "x")
Aws::S3::Client.new(region: ENV["AWS_REGION"])
printer.queue("x")
`, nil},
	})
}
