//go:build cgo

package ruby_test

import "testing"

func TestRubyEnvRead(t *testing.T) {
	testRuby(t, "env-read", []rubyCase{
		{"ways to read", `
a = ENV["A"]
b = ENV.fetch("B")
c = ENV.fetch("C", "x")
d = ENV.fetch("D") { "y" }
e = ENV["E"] || "z"
f = ENV["F"].presence&.to_i || 5
ENV["G"] ||= "w"
h = Integer(ENV.fetch("H", 3))
i = ENV.fetch("I", nil)
j = ENV.key?("J")
k, l = ENV.values_at("K", "L")
m = ENV.to_h["M"]
n = Figaro.env.n!
o = ENVied.O_NAME
p = ENV.fetch("P") rescue "q"
`, []string{
			`1 {"name":"A","via":"ENV[]"}`,
			`2 {"name":"B","via":"ENV.fetch","required":true}`,
			`3 {"name":"C","via":"ENV.fetch","fallback":{"source":"literal","text":"x","hasText":true}}`,
			`4 {"name":"D","via":"ENV.fetch","fallback":{"source":"literal","text":"y","hasText":true}}`,
			`5 {"name":"E","via":"ENV[]","fallback":{"source":"literal","text":"z","hasText":true}}`,
			`6 {"name":"F","via":"ENV[]","fallback":{"source":"literal","text":"5","hasText":true}}`,
			`7 {"name":"G","via":"ENV[]","fallback":{"source":"literal","text":"w","hasText":true}}`,
			`8 {"name":"H","via":"ENV.fetch","fallback":{"source":"literal","text":"3","hasText":true}}`,
			`9 {"name":"I","via":"ENV.fetch"}`,
			`10 {"name":"J","via":"ENV.key?"}`,
			`11 {"name":"K","via":"ENV.values_at"}`,
			`11 {"name":"L","via":"ENV.values_at"}`,
			`12 {"name":"M","via":"ENV[]"}`,
			`13 {"name":"N","via":"Figaro.env","required":true}`,
			`14 {"name":"O_NAME","via":"ENVied","required":true}`,
			`15 {"name":"P","via":"ENV.fetch","fallback":{"source":"literal","text":"q","hasText":true}}`,
		}},
		{"not reads", `
ENV["A"] = "1"
env["B"]
request.env["C"]
config.ENV.fetch("D", "x")
# ENV["E"]
s = 'ENV["F"]'
ENV.delete("G")
ENV[name]
ENV.each { |k, v| puts k }
Rails.cache.fetch("H") { 1 }
`, nil},
		{"fallbacks that are followed", `
DEFAULT = "redis://" + "localhost"
a = ENV["A"] || DEFAULT
b = ENV.fetch("B", "#{DEFAULT}:6379")
c = ENV["C"] || ENV["C2"] || "last"
d = ENV["D"]
d ||= "later"
e = ENV["E"].present? ? ENV["E"] : "other"
f = if ENV["F"].to_s.empty? then "none" else ENV["F"] end
def port = ENV["G"] || fallback_port
def fallback_port
  9292
end
`, []string{
			`2 {"name":"A","via":"ENV[]","fallback":{"source":"literal","text":"redis://localhost","hasText":true}}`,
			`3 {"name":"B","via":"ENV.fetch","fallback":{"source":"literal","text":"redis://localhost:6379","hasText":true}}`,
			`4 {"name":"C","via":"ENV[]","fallback":{"source":"env","text":"last","hasText":true,"env":["C2"]}}`,
			`4 {"name":"C2","via":"ENV[]","fallback":{"source":"literal","text":"last","hasText":true}}`,
			`5 {"name":"D","via":"ENV[]","fallback":{"source":"literal","text":"later","hasText":true}}`,
			`7 {"name":"E","via":"ENV[]"}`,
			`7 {"name":"E","via":"ENV[]","fallback":{"source":"literal","text":"other","hasText":true}}`,
			`8 {"name":"F","via":"ENV[]"}`,
			`8 {"name":"F","via":"ENV[]","fallback":{"source":"literal","text":"none","hasText":true}}`,
			`9 {"name":"G","via":"ENV[]","fallback":{"source":"literal","text":"9292","hasText":true}}`,
		}},
		{"required by what ends the program", `
key = ENV["A"] or raise "A is missing"
b = ENV["B"] || abort("B is missing")
c = ENV.fetch("C") { raise KeyError, "C" }
raise "no D" unless ENV["D"]
abort "no E" if ENV["E"].blank?
%w[F G].each { |name| ENV.fetch(name) }
missing = %w[H I].reject { |name| ENV[name] }
abort missing.join if missing.any?
fail "no J" if ENV["J"].nil? && Rails.env.production?
ENV.fetch("K") if ENV.key?("K")
begin
  ENV.fetch("L")
rescue KeyError
end
`, []string{
			`1 {"name":"A","via":"ENV[]","required":true}`,
			`2 {"name":"B","via":"ENV[]","required":true}`,
			`3 {"name":"C","via":"ENV.fetch","required":true}`,
			`4 {"name":"D","via":"ENV[]","required":true}`,
			`5 {"name":"E","via":"ENV[]","required":true}`,
			`6 {"name":"F","via":"ENV.fetch","required":true}`,
			`6 {"name":"G","via":"ENV.fetch","required":true}`,
			`7 {"name":"H","via":"ENV[]","required":true}`,
			`7 {"name":"I","via":"ENV[]","required":true}`,
			`9 {"name":"J","via":"ENV[]","required":true}`,
			`10 {"name":"K","via":"ENV.fetch"}`,
			`10 {"name":"K","via":"ENV.key?"}`,
			`12 {"name":"L","via":"ENV.fetch"}`,
		}},
		{"rejected and debug", `
secret = ENV.fetch("SESSION_SECRET", "dev-only-secret")
raise "set SESSION_SECRET" if secret == "dev-only-secret"
host = Rails.env.production? ? ENV.fetch("HOST") : "localhost"
level = ENV["LEVEL"] || (Rails.env.development? ? "debug" : nil)
token = ENV["API_TOKEN"] || (raise "no token" if Rails.env.production?)
if Rails.env.test?
  ENV["ONLY_TEST"] || "t"
end
`, []string{
			`1 {"name":"SESSION_SECRET","via":"ENV.fetch","fallback":{"source":"literal","text":"dev…","hasText":true,"secret":{"masked":"dev…","length":15,"entropy":3.46}},"secret":true,"rejected":true}`,
			`3 {"name":"HOST","via":"ENV.fetch","fallback":{"source":"literal","text":"localhost","hasText":true},"debug":true}`,
			`4 {"name":"LEVEL","via":"ENV[]","fallback":{"source":"literal","text":"debug","hasText":true},"debug":true}`,
			`5 {"name":"API_TOKEN","via":"ENV[]","secret":true}`,
			`7 {"name":"ONLY_TEST","via":"ENV[]","fallback":{"source":"literal","text":"t","hasText":true},"debug":true}`,
		}},
		{"secrets are masked, and made anew", `
a = ENV.fetch("SECRET_KEY_BASE", "s3cr3t-value-of-16")
b = ENV.fetch("DATABASE_URL") { "postgres://app:hunter22@db/app" }
c = ENV["SESSION_SECRET"] || SecureRandom.hex(32)
`, []string{
			`1 {"name":"SECRET_KEY_BASE","via":"ENV.fetch","fallback":{"source":"literal","text":"s3cr…","hasText":true,"secret":{"masked":"s3cr…","length":18,"entropy":3.79}},"secret":true}`,
			`2 {"name":"DATABASE_URL","via":"ENV.fetch","fallback":{"source":"literal","text":"postgres://app:…@db/app","hasText":true,"secret":{"masked":"hu…","length":8,"entropy":2.75}}}`,
			`3 {"name":"SESSION_SECRET","via":"ENV[]","fallback":{"source":"random"},"secret":true}`,
		}},
		{"wrappers", `
def self.env(name, default = nil)
  ENV.fetch("APP_#{name.to_s.upcase}", default)
end
def needed(key)
  ENV.fetch(key)
end
def flag?(name) = ENV["FEATURE_#{name}"] == "true"
def other(name)
  cache.fetch(name)
end
a = env(:host, "localhost")
b = env("port")
c = needed("TOKEN")
d = flag?("CHAT")
e = other("NOT_ONE")
f = needed(name)
`, []string{
			`11 {"name":"APP_HOST","via":"env","fallback":{"source":"literal","text":"localhost","hasText":true}}`,
			`12 {"name":"APP_PORT","via":"env"}`,
			`13 {"name":"TOKEN","via":"needed","required":true,"secret":true}`,
			`14 {"name":"FEATURE_CHAT","via":"flag?"}`,
		}},
		{"typed loaders", `
class StripeConfig < Anyway::Config
  attr_config :api_key, timeout: 5
  required :api_key
end
class Settings < Hanami::Settings
  setting :database_url, constructor: Types::String
  setting :log_level, default: "info"
end
Figaro.require_keys("PUSHER_ID", "PUSHER_KEY")
module Config
  extend Pliny::CastingConfigHelpers
  mandatory :database_url, string
  optional :sentry_dsn, string
  override :port, 5000, int
end
`, []string{
			`2 {"name":"STRIPE_API_KEY","via":"Anyway::Config","required":true,"secret":true}`,
			`2 {"name":"STRIPE_TIMEOUT","via":"Anyway::Config","fallback":{"source":"literal","text":"5","hasText":true}}`,
			`6 {"name":"DATABASE_URL","via":"Hanami::Settings","required":true}`,
			`7 {"name":"LOG_LEVEL","via":"Hanami::Settings","fallback":{"source":"literal","text":"info","hasText":true}}`,
			`9 {"name":"PUSHER_ID","via":"Figaro.require_keys","required":true}`,
			`9 {"name":"PUSHER_KEY","via":"Figaro.require_keys","required":true}`,
			`12 {"name":"DATABASE_URL","via":"CastingConfigHelpers","required":true}`,
			`13 {"name":"SENTRY_DSN","via":"CastingConfigHelpers"}`,
			`14 {"name":"PORT","via":"CastingConfigHelpers","fallback":{"source":"literal","text":"5000","hasText":true}}`,
		}},
		{"a project's own table", `
AppConfig = Configurator.run(
  host: ["APP_HOST"],
  port: ["APP_PORT", "PORT"],
  mongo_url: ["MONGODB_URI", lambda { |values| values[:x] }],
  smtp_password: ["SMTP_PASSWORD"],
  email: ["APP_EMAIL"]
)
Router.run(a: ["ONE_TWO"], b: ["B_C"], c: ["C_D"], d: ["D_E"], e: ["E_F"])
Config.run(a: ["ONE_TWO"], b: ["two"], c: ["C_D"], d: ["D_E"], e: ["E_F"])
`, []string{
			`2 {"name":"APP_HOST","via":"Configurator.run"}`,
			`3 {"name":"APP_PORT","via":"Configurator.run"}`,
			`3 {"name":"PORT","via":"Configurator.run"}`,
			`4 {"name":"MONGODB_URI","via":"Configurator.run"}`,
			`5 {"name":"SMTP_PASSWORD","via":"Configurator.run","secret":true}`,
			`6 {"name":"APP_EMAIL","via":"Configurator.run"}`,
		}},
	})
}

func TestRubyEnvBranch(t *testing.T) {
	testRuby(t, "env-branch", []rubyCase{
		{"what is chosen", `
if Rails.env.production?
  URL = "https://api.example.net"
else
  URL = "http://localhost:3000"
end
config.log_level = Rails.env.production? ? :info : :debug
use Rack::Lint unless ENV["RACK_ENV"] == "production"
case Rails.env
when "production", "staging" then Redis.new(url: "redis://a:6379")
else FakeRedis.new
end
require "byebug" if %w[development test].include?(Rails.env)
Rails.env.local? && mount(Sidekiq::Web => "/jobs")
x = 1 if Rails.env.in?(%w[test ci])
API_KEY = "9f8a7b6c5d4e3f2a1b" if Rails.env.development?
is_prod = ENV["APP_ENV"] == "production"
session_store :memory if !is_prod
`, []string{
			`1 {"name":"Rails.env","values":["production"],"chooses":["url"]}`,
			`6 {"name":"Rails.env","values":["production"],"chooses":["log"]}`,
			`7 {"name":"RACK_ENV","values":["production"],"chooses":["feature"]}`,
			`8 {"name":"Rails.env","values":["production","staging"],"chooses":["client","mock","url"]}`,
			`12 {"name":"Rails.env","values":["development","test"],"chooses":["debug"]}`,
			`13 {"name":"Rails.env","values":["local"],"chooses":["feature"]}`,
			`14 {"name":"Rails.env","values":["ci","test"]}`,
			`15 {"name":"Rails.env","values":["development"],"chooses":["credential"]}`,
			`17 {"name":"APP_ENV","values":["production"],"chooses":["store"]}`,
		}},
		{"not the environment", `
if user.production?
end
if mode == "production"
end
if ENV["FEATURE_X"] == "production-like"
end
# if Rails.env.production?
s = "Rails.env.production?"
`, nil},
	})
}
