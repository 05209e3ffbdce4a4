//go:build cgo

package ruby_test

import "testing"

func TestRubyCredential(t *testing.T) {
	testRuby(t, "credential", []rubyCase{
		{"where they stand", `
API_KEY = "9f8a7b6c5d4e3f2a1b0c"
@password = "hunter2-and-more"
config.secret_key_base = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
settings["smtp_password"] = "Tr0ub4dor&3"
client(password: "Tr0ub4dor&3x")
OPTIONS = { aws_secret_access_key: "wJalrXUtnFEMIK7MDENGbPxRfiCY" }
JWT.encode(payload, "my-hmac-s3cr3t", "HS256")
use Rack::Session::Cookie, secret: "a8f5f167f44f4964e6c998dee827110c"
def connect(password: "d3f4ult-pw") = nil
Devise.setup { |config| config.pepper = "e1f2a3b4c5d6e7f8" }
URL = "https://bot:t0psecret@git.corp.net/x.git"
STRIPE = "sk_test_4eC39HqLyjWDarjtT1zdp7dc"
`, []string{
			`1 {"name":"API_KEY","via":"assignment","secret":{"masked":"9f8a…","length":20,"entropy":3.92}}`,
			`2 {"name":"password","via":"assignment","secret":{"masked":"hunt…","length":16,"entropy":3.5}}`,
			`3 {"name":"secret_key_base","via":"field","secret":{"masked":"0a1b…","length":32,"entropy":4}}`,
			`4 {"name":"smtp_password","via":"field","secret":{"masked":"Tr…","length":11,"entropy":3.28}}`,
			`5 {"name":"password","via":"argument","secret":{"masked":"Tr0…","length":12,"entropy":3.42}}`,
			`6 {"name":"aws_secret_access_key","via":"field","secret":{"masked":"wJal…","length":28,"entropy":4.66}}`,
			`7 {"name":"secret","via":"argument","secret":{"masked":"my-…","length":14,"entropy":3.24}}`,
			`8 {"name":"secret","via":"argument","secret":{"masked":"a8f5…","length":32,"entropy":3.63}}`,
			`9 {"name":"password","via":"assignment","secret":{"masked":"d3…","length":10,"entropy":3.32}}`,
			`10 {"name":"pepper","via":"field","secret":{"masked":"e1f2…","length":16,"entropy":3.75}}`,
			`11 {"name":"https://git.corp.net","via":"url","secret":{"masked":"t0…","length":9,"entropy":2.73},"host":"git.corp.net"}`,
			`12 {"name":"STRIPE","via":"assignment","secret":{"masked":"sk_t…","length":32,"entropy":4.54,"format":"stripe-test-key"}}`,
		}},
		{"traps", `
password = ENV["PASSWORD"]
TOKEN_NAME = "access_token"; MARK_TOKEN_KEY = "impersonated_by"; token[MARK_TOKEN_KEY]
password_field = "user[password]"
label :password, "Your password"
t(password: "Passwort")
validates :password, presence: true, length: { minimum: 8 }
SECRET_KEY = "SECRET_KEY"
config.reset_password_within = "6.hours"
flash[:password] = "Password changed"
attributes = { password: "wrong-but-a-label" }
params.permit(:password, token: "x-y-z1")
SESSION_KEY = "session_key"
DOWNLOAD_AUTH_KEY = "download_auth"
AUTH_KEY = "authToken"
# password = "commented-0ut"
path = "/users/password/edit"
url_for(secret: ":secret")
REGEX = "postgres://user:#{password}@host"
`, nil},
		{"of sinatra", `
require "sinatra"
set :session_secret, "c0ffee0ddba11c0ffee0ddba11"
`, []string{
			`2 {"name":"session_secret","via":"argument","secret":{"masked":"c0ff…","length":26,"entropy":2.93}}`,
		}},
	})
}

func TestRubySession(t *testing.T) {
	testRuby(t, "session", []rubyCase{
		{"rails", `
Rails.application.config.session_store :cookie_store, key: "_app"
Rails.application.configure do
  config.session_store :active_record_store
end
MyApp::Application.config.session_store :redis_store, servers: ENV["REDIS_URL"]
Rails.application.config.session_store :disabled
`, []string{
			`1 {"via":"rails.session_store","store":"cookie"}`,
			`3 {"via":"rails.session_store","store":"database"}`,
			`5 {"via":"rails.session_store","store":"redis"}`,
		}},
		{"rack", `
use Rack::Session::Pool
use Rack::Session::Cookie, secret: ENV["SECRET"]
config.middleware.use ActionDispatch::Session::MemCacheStore
use Rack::Session::Memcache if Rails.env.test?
use Rack::Deflater
`, []string{
			`1 {"via":"Rack::Session::Pool","store":"memory"}`,
			`2 {"via":"Rack::Session::Cookie","store":"cookie"}`,
			`3 {"via":"ActionDispatch::Session::MemCacheStore","store":"other"}`,
		}},
		{"sinatra", `
require "sinatra"
enable :sessions, :logging
`, []string{
			`2 {"via":"Sinatra.sessions","store":"cookie"}`,
		}},
		{"sinatra with another store", `
require "sinatra/base"
class App < Sinatra::Base
  set :sessions, expire_after: 60
  set :session_store, Rack::Session::Pool
end
`, []string{
			`3 {"via":"Sinatra.sessions","store":"memory"}`,
		}},
		{"not sessions", `
session_store :memory
enable :sessions
store.session_store(:x)
`, nil},
	})
}

func TestRubyStore(t *testing.T) {
	testRuby(t, "store", []rubyCase{
		{"rails", `
Rails.application.configure do
  config.cache_store = :redis_cache_store, { url: ENV["REDIS_URL"] }
  config.active_job.queue_adapter = :async
  config.active_storage.service = ENV.fetch("STORAGE", "local").to_sym
  config.cache_store = :null_store
  if Rails.env.development?
    config.cache_store = :memory_store
  end
end
Rails.application.config.cache_store = ActiveSupport::Cache::FileStore.new("tmp/cache")
class ReportJob < ApplicationJob
  self.queue_adapter = :inline
end
`, []string{
			`2 {"purpose":"cache","via":"rails.cache_store","store":"redis","choice":{"source":"literal","text":"redis_cache_store","hasText":true}}`,
			`3 {"purpose":"queue","via":"rails.active_job.queue_adapter","store":"memory","choice":{"source":"literal","text":"async","hasText":true}}`,
			`4 {"purpose":"uploads","via":"rails.active_storage.service","store":"file","choice":{"source":"env","text":"local","hasText":true,"env":["STORAGE"]}}`,
			`7 {"purpose":"cache","via":"rails.cache_store","store":"memory","choice":{"source":"literal","text":"memory_store","hasText":true},"profile":"development","debug":true}`,
			`10 {"purpose":"cache","via":"rails.cache_store","store":"file"}`,
			`12 {"purpose":"queue","via":"rails.active_job.queue_adapter","store":"memory","choice":{"source":"literal","text":"inline","hasText":true}}`,
		}},
		{"uploads", `
class AvatarUploader < CarrierWave::Uploader::Base
  storage :file
end
CarrierWave.configure do |config|
  config.storage = :fog
  config.fog_directory = "avatars"
end
class User < ApplicationRecord
  has_attached_file :avatar, storage: :filesystem
  has_attached_file :cv
  has_one_attached :photo
  has_many_attached :scans, service: :local
end
Paperclip::Attachment.default_options[:storage] = :s3
Shrine.storages = { cache: Shrine::Storage::FileSystem.new("public"), store: Shrine::Storage::S3.new(bucket: "b") }
`, []string{
			`2 {"purpose":"uploads","via":"CarrierWave.storage","store":"file","choice":{"source":"literal","text":"file","hasText":true}}`,
			`5 {"purpose":"uploads","via":"CarrierWave.storage","store":"other","choice":{"source":"literal","text":"fog","hasText":true}}`,
			`9 {"purpose":"uploads","via":"Paperclip.has_attached_file","store":"file","choice":{"source":"literal","text":"filesystem","hasText":true}}`,
			`10 {"purpose":"uploads","via":"Paperclip.has_attached_file","store":"file"}`,
			`11 {"purpose":"uploads","via":"ActiveStorage.has_one_attached","store":"other"}`,
			`12 {"purpose":"uploads","via":"ActiveStorage.has_many_attached","store":"file","choice":{"source":"literal","text":"local","hasText":true}}`,
			`14 {"purpose":"uploads","via":"Paperclip.default_options","store":"other","choice":{"source":"literal","text":"s3","hasText":true}}`,
			`15 {"purpose":"uploads","via":"Shrine::Storage::FileSystem.new","store":"file"}`,
			`15 {"purpose":"uploads","via":"Shrine::Storage::S3.new","store":"other"}`,
		}},
		{"limits, messages and threads", `
Rack::Attack.cache.store = ActiveSupport::Cache::MemoryStore.new
class Rack::Attack
  cache.store = Redis.new(url: ENV["R"])
end
MessageBus.configure(backend: :memory)
class HooksController < ApplicationController
  def create
    Thread.new { deliver(params) }
  end
  def show
    thread = Thread.new { load(params) }
    thread.join
  end
end
class PingJob
  include SuckerPunch::Job
end
`, []string{
			`1 {"purpose":"rate-limit","via":"Rack::Attack.cache.store","store":"memory"}`,
			`3 {"purpose":"rate-limit","via":"Rack::Attack.cache.store","store":"redis"}`,
			`5 {"purpose":"pub-sub","via":"MessageBus.configure","store":"memory","choice":{"source":"literal","text":"memory","hasText":true}}`,
			`8 {"purpose":"queue","via":"Thread.new","store":"memory"}`,
			`16 {"purpose":"queue","via":"SuckerPunch::Job","store":"memory"}`,
		}},
		{"not stores", `
config.cache_store = :memory_store
storage :file
cache.store = x
Thread.new { work }
`, nil},
	})
}

func TestRubySharedState(t *testing.T) {
	testRuby(t, "shared-state", []rubyCase{
		{"changed by requests", `
$visits = 0
class CartsController < ApplicationController
  @@carts = {}
  RECENT = []
  LIMITS = { a: 1 }.freeze
  def create
    @@carts[session[:id]] = params[:item]
    RECENT << params[:item]
    $visits += 1
    helper
  end
  def helper
    @@carts.delete(current_user.id)
  end
end
`, []string{
			`1 {"name":"$visits","type":"counter","mutations":[9]}`,
			`3 {"name":"@@carts","type":"map","mutations":[7,13],"byRequest":true,"kept":true}`,
			`4 {"name":"RECENT","type":"list","mutations":[8],"byRequest":true,"kept":true}`,
		}},
		{"settings of sinatra", `
require "sinatra"
set :users, {}
post("/u") { settings.users[params[:id]] = 1 }
`, []string{
			`2 {"name":"users","type":"map","mutations":[3],"byRequest":true}`,
		}},
		{"of a class", `
class HitsController < ApplicationController
  class_attribute :hits, default: Hash.new(0)
  def show
    self.class.hits[request.path] += 1
  end
end
`, []string{
			`2 {"name":"hits","type":"map","mutations":[4],"byRequest":true}`,
		}},
		{"not changed by requests", `
class Registry
  @@all = {}
  def self.add(x) = @@all[x.name] = x
end
class PagesController < ApplicationController
  @@memo = nil
  def show
    @@memo ||= load
    @list = []
    @list << 1
    local = {}
    local[:a] = 1
  end
end
class SyncJob < ApplicationJob
  @@seen = {}
  def perform(id) = @@seen[id] = true
end
`, nil},
	})
}
