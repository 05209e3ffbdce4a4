//go:build cgo

package ruby_test

import "testing"

func TestRubySignalHandler(t *testing.T) {
	testRuby(t, "signal-handler", []rubyCase{
		{"handlers", `
trap("TERM") { exit }
Signal.trap(:INT) do
  server.shutdown
end
%w[TERM QUIT].each { |s| Signal.trap(s) { @stop = true } }
until @stop
  work
end
def stop = pool.shutdown
trap "SIGHUP", &method(:stop)
at_exit { connection.close }
Signal.trap("KILL") { puts "bye" }
trap("USR1", "IGNORE")
`, []string{
			`1 {"via":"trap","signals":["SIGTERM"],"exits":true}`,
			`2 {"via":"Signal.trap","signals":["SIGINT"],"drains":true}`,
			`5 {"via":"Signal.trap","signals":["SIGTERM","SIGQUIT"],"drains":true}`,
			`10 {"via":"trap","signals":["SIGHUP"],"drains":true}`,
			`11 {"via":"at_exit","signals":["EXIT"],"drains":true}`,
			`12 {"via":"Signal.trap","signals":["SIGKILL"]}`,
			`13 {"via":"trap","signals":["SIGUSR1"]}`,
		}},
		{"not handlers", `
trap("TERM", "DEFAULT")
trap(signal) { exit }
mouse.trap("TERM") { exit }
# trap("TERM") { exit }
`, nil},
	})
}

func TestRubyScheduler(t *testing.T) {
	testRuby(t, "scheduler", []rubyCase{
		{"clocks", `
scheduler = Rufus::Scheduler.new
scheduler.every("1m") { Report.run }
Concurrent::TimerTask.new(execution_interval: 5) { ping }
Sidekiq::Cron::Job.load_from_hash(YAML.load_file("x.yml"))
Thread.new { loop { Cleaner.run; sleep 60 } }
Rails.application.configure do
  config.good_job.enable_cron = true
end
`, []string{
			`1 {"via":"Rufus::Scheduler.new"}`,
			`3 {"via":"Concurrent::TimerTask.new"}`,
			`4 {"via":"Sidekiq::Cron::Job.load_from_hash","locked":true}`,
			`5 {"via":"Thread.new"}`,
			`7 {"via":"GoodJob.enable_cron","locked":true}`,
		}},
		{"clockwork", `
module Clockwork
  every(1.hour, "x") { X.perform_async }
  every(1.day, "y") { Y.perform_async }
end
`, []string{
			`2 {"via":"Clockwork.every"}`,
		}},
		{"not clocks", `
every(3.days) { count "X.run" }
every 1.hour, "x"
Thread.new { work }
Thread.new { loop { Process.kill(0, pid); sleep 1 } }
`, nil},
		{"with a lock", `
Rufus::Scheduler.new(scheduler_lock: RedisLock.new)
`, []string{
			`1 {"via":"Rufus::Scheduler.new","locked":true}`,
		}},
	})
}

func TestRubyConsumer(t *testing.T) {
	testRuby(t, "consumer", []rubyCase{
		{"workers", `
class A
  include Sidekiq::Job
  def perform; end
end
class B < ApplicationJob
  def perform; end
end
class ApplicationJob < ActiveJob::Base
  retry_on X
end
class C
  @queue = :c
  def self.perform(x); end
end
class D
  include Sneakers::Worker
  from_queue "mails", ack: false
end
class E < ApplicationConsumer
  def consume; end
end
`, []string{
			`1 {"via":"Sidekiq::Job"}`,
			`5 {"via":"ActiveJob::Base"}`,
			`11 {"via":"Resque"}`,
			`15 {"via":"Sneakers::Worker","ack":"early"}`,
			`19 {"via":"Karafka::BaseConsumer"}`,
		}},
		{"subscriptions", `
conn = Bunny.new
queue = conn.create_channel.queue("x")
queue.subscribe { |info, props, body| work(body) }
queue.subscribe(manual_ack: true) { |info, props, body| work(body) }
redis = Redis.new
loop { job = redis.blpop("jobs") }
Delayed::Worker.new.start
`, []string{
			`3 {"via":"Bunny::Queue.subscribe","ack":"early"}`,
			`4 {"via":"Bunny::Queue.subscribe","ack":"late"}`,
			`6 {"via":"Redis.blpop","ack":"early"}`,
			`7 {"via":"Delayed::Worker.new.start","ack":"late"}`,
		}},
		{"not consumers", `
class F
  include Sidekiq::Thing
  def perform; end
end
class G < Job; end
list.blpop("x")
newsletter.subscribe { |x| y }
`, nil},
	})
}

func TestRubyEnqueue(t *testing.T) {
	testRuby(t, "enqueue", []rubyCase{
		{"jobs put on queues", `
HardWorker.perform_async(1)
ReportJob.set(wait: 1.hour).perform_later(user)
UserMailer.with(user: u).welcome.deliver_later
Resque.enqueue(Archive, 1)
Delayed::Job.enqueue(NewsletterJob.new)
handle_asynchronously :deliver
ch = Bunny.new.create_channel
ch.default_exchange.publish("x", routing_key: "q")
UserMailer.delay.welcome(user)
`, []string{
			`1 {"via":"Sidekiq.perform_async"}`,
			`2 {"via":"ActiveJob.perform_later"}`,
			`3 {"via":"ActionMailer.deliver_later"}`,
			`4 {"via":"Resque.enqueue"}`,
			`5 {"via":"Delayed::Job.enqueue"}`,
			`6 {"via":"Delayed::Job.handle_asynchronously"}`,
			`8 {"via":"Bunny::Exchange.publish"}`,
			`9 {"via":"Delayed::Job.delay"}`,
		}},
		{"not jobs", `
perform_later
timer.perform_at(5)
book.publish("x")
sound.delay(5)
`, nil},
	})
}

func TestRubyExec(t *testing.T) {
	testRuby(t, "exec", []rubyCase{
		{"programs", "system(\"convert a.png b.jpg\")\nsystem({ \"A\" => \"b\" }, \"ffmpeg\", \"-i\", file)\n`git rev-parse HEAD`\n%x(pdftotext #{path} -)\nOpen3.capture3(\"wkhtmltopdf\", url)\nIO.popen([\"identify\", path])\nexec \"FOO=1 bundle exec puma\"\nspawn(\"#{bin}/tool x\")\ncommand = \"tesseract \" + file\nsystem(command)\n", []string{
			`1 {"via":"system","program":"convert"}`,
			`2 {"via":"system","program":"ffmpeg"}`,
			`3 {"via":"%x","program":"git"}`,
			`4 {"via":"%x","program":"pdftotext"}`,
			`5 {"via":"Open3.capture3","program":"wkhtmltopdf"}`,
			`6 {"via":"IO.popen","program":"identify"}`,
			`7 {"via":"exec","program":"bundle"}`,
			`10 {"via":"system","program":"tesseract"}`,
		}},
		{"guarded", "system(\"jq .\") if system(\"which jq\")\nbegin\n  `gs --version`\nrescue Errno::ENOENT\nend\n", []string{
			`1 {"via":"system","program":"jq","guarded":true}`,
			`3 {"via":"%x","program":"gs","guarded":true}`,
		}},
		{"not programs", `
db.exec("SELECT 1")
connection.system("x")
/re/.match(exec)
system(cmd)
sh "ls"
# system("convert")
s = 'system("convert")'
`, nil},
		{"a rakefile's", `
task :docs do
  sh "yardoc lib"
  sh "cd x && y"
end
`, []string{
			`2 {"via":"sh","program":"yardoc"}`,
		}},
	})
}

func TestRubyMigration(t *testing.T) {
	testRuby(t, "migration", []rubyCase{
		{"at the start", `
ActiveRecord::Tasks::DatabaseTasks.migrate
Rails.application.config.after_initialize { ActiveRecord::MigrationContext.new("db/migrate").migrate }
DB = Sequel.connect(ENV["DATABASE_URL"])
DB.create_table?(:users) { primary_key :id }
DataMapper.auto_upgrade!
system("bundle exec rails db:migrate")
def setup = Sequel::Migrator.run(DB, "db/migrations")
setup
`, []string{
			`1 {"via":"ActiveRecord::Tasks::DatabaseTasks.migrate","boot":true}`,
			`2 {"via":"ActiveRecord::MigrationContext.new.migrate","boot":true}`,
			`4 {"via":"Sequel.connect.create_table?","boot":true,"sync":true}`,
			`5 {"via":"DataMapper.auto_upgrade!","boot":true,"sync":true}`,
			`6 {"via":"system","boot":true}`,
			`7 {"via":"Sequel::Migrator.run","boot":true}`,
		}},
		{"for somebody to run", `
task :migrate do
  Rake::Task["db:migrate"].invoke
end
def migrate = Sequel::Migrator.run(DB, "db")
class CreateUsers < ActiveRecord::Migration[7.0]
  def change = create_table(:users)
end
birds.migrate
`, []string{
			`2 {"via":"Rake::Task[db:migrate]"}`,
			`4 {"via":"Sequel::Migrator.run"}`,
		}},
	})
}

func TestRubyStartWork(t *testing.T) {
	testRuby(t, "start-work", []rubyCase{
		{"before serving", `
Rails.application.configure do
  sleep 5
end
Rails.application.config.after_initialize { Net::HTTP.get(URI("https://flags.example.net/all")) }
until database.ready?
  sleep 1
end
ROWS = CSV.read("zips.csv")
`, []string{
			`2 {"via":"sleep","work":"sleep","seconds":{"source":"literal","text":"5","hasText":true}}`,
			`4 {"via":"Net::HTTP.get","work":"request"}`,
			`5 {"via":"until","work":"wait"}`,
			`8 {"via":"CSV.read","work":"load"}`,
		}},
		{"in a script, a task, a job", `
task(:x) { sleep 5 }
class WaitJob < ApplicationJob
  def perform = sleep(5)
end
Thread.new { sleep 1 }
`, nil},
	})
}

func TestRubySlowWork(t *testing.T) {
	testRuby(t, "slow-work", []rubyCase{
		{"in requests", `
class OrdersController < ApplicationController
  def create
    UserMailer.welcome(user).deliver_now
    OrderMailer.receipt(order).deliver
    sleep 2
    pdf = Prawn::Document.new
    MiniMagick::Image.open(params[:file].path)
    render pdf: "invoice"
    UserMailer.welcome(user).deliver_later
    parcel.deliver
  end
end
`, []string{
			`3 {"via":"ActionMailer.deliver_now","work":"mail"}`,
			`4 {"via":"ActionMailer.deliver","work":"mail"}`,
			`5 {"via":"sleep","work":"sleep"}`,
			`6 {"via":"Prawn::Document.new","work":"pdf"}`,
			`7 {"via":"MiniMagick::Image.open","work":"image"}`,
			`8 {"via":"render","work":"pdf"}`,
		}},
		{"elsewhere", `
class MailJob < ApplicationJob
  def perform = UserMailer.welcome(user).deliver_now
end
sleep 1
UserMailer.welcome(user).deliver_now
`, nil},
	})
}
