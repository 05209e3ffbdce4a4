//go:build cgo

package ruby_test

import "testing"

func TestRubyLogSink(t *testing.T) {
	testRuby(t, "log-sink", []rubyCase{
		{"loggers", `
Logger.new($stdout)
Logger.new(STDERR)
Logger.new("log/app.log", "daily")
Logger.new(Rails.root.join("log", "x.log"))
Logger.new(ENV["LOG_FILE"])
Logger.new(nil)
Logger.new("/dev/stdout")
Logger.new(File.open("log/y.log", "a"))
Syslog::Logger.new("app")
Logger.new("log/dev.log") if Rails.env.development?
SemanticLogger.add_appender(io: $stdout, formatter: :json)
GELF::Logger.new("graylog", 12201)
SemanticLogger.add_appender(file_name: "log/z.log")
LogStashLogger.new(type: :udp, host: "logstash", port: 5228)
`, []string{
			`1 {"via":"Logger.new","target":"stdout"}`,
			`2 {"via":"Logger.new","target":"stderr"}`,
			`3 {"via":"Logger.new","target":"file","path":{"source":"literal","text":"log/app.log","hasText":true},"rotates":true}`,
			`4 {"via":"Logger.new","target":"file","path":{"source":"literal","text":"log/x.log","hasText":true}}`,
			`5 {"via":"Logger.new","target":"file","path":{"source":"env","env":["LOG_FILE"]}}`,
			`7 {"via":"Logger.new","target":"stdout","path":{"source":"literal","text":"/dev/stdout","hasText":true}}`,
			`8 {"via":"Logger.new","target":"file","path":{"source":"literal","text":"log/y.log","hasText":true}}`,
			`9 {"via":"Syslog::Logger.new","target":"syslog"}`,
			`10 {"via":"Logger.new","target":"file","path":{"source":"literal","text":"log/dev.log","hasText":true},"profile":"development","debug":true}`,
			`11 {"via":"SemanticLogger.add_appender","target":"stdout","structured":true}`,
			`12 {"via":"GELF::Logger.new","target":"network","structured":true}`,
			`13 {"via":"SemanticLogger.add_appender","target":"file","path":{"source":"literal","text":"log/z.log","hasText":true}}`,
			`14 {"via":"LogStashLogger.new","target":"network","structured":true}`,
		}},
		{"structured", `
Rails.application.configure do
  config.lograge.enabled = true
  config.logger = ActiveSupport::Logger.new(STDOUT)
end
`, []string{
			`3 {"via":"ActiveSupport::Logger.new","target":"stdout","structured":true}`,
		}},
		{"by a formatter of its own", `
logger = Logger.new($stdout)
logger.formatter = proc { |severity, time, _, message| { severity:, message: }.to_json }
`, []string{
			`1 {"via":"Logger.new","target":"stdout","structured":true}`,
		}},
		{"redirected by a server", `
threads 1, 5
workers 2
stdout_redirect "log/out.log", "log/err.log", true
`, []string{
			`3 {"via":"puma.stdout_redirect","target":"file","path":{"source":"literal","text":"log/out.log","hasText":true}}`,
			`3 {"via":"puma.stdout_redirect","target":"file","path":{"source":"literal","text":"log/err.log","hasText":true}}`,
		}},
		{"printed while serving", `
class PingController < ApplicationController
  def show
    puts "ping"
    puts "again"
  end
end
puts "at the start"
`, []string{
			`3 {"via":"console","target":"stdout"}`,
		}},
		{"not loggers", `
MyLogger.new("log/x.log")
chain.logger("log/x.log")
Logger.new(device)
# Logger.new("log/x.log")
`, nil},
	})
}

func TestRubyFileWrite(t *testing.T) {
	testRuby(t, "file-write", []rubyCase{
		{"writes", `
File.open("out.txt", "w") { |f| f << x }
File.open("log/audit.log", "a")
File.write(Rails.root.join("tmp", "x"), data)
Rails.root.join("storage/y").write(data)
FileUtils.cp(a, "public/b.css")
IO.binwrite("z.bin", bytes)
CSV.open("export.csv", "wb") { |csv| csv << row }
File.write("/tmp/x", data)
`, []string{
			`1 {"via":"File.open","path":{"source":"literal","text":"out.txt","hasText":true}}`,
			`2 {"via":"File.open","path":{"source":"literal","text":"log/audit.log","hasText":true},"append":true}`,
			`3 {"via":"File.write","path":{"source":"literal","text":"tmp/x","hasText":true},"temporary":true}`,
			`4 {"via":"Pathname#write","path":{"source":"literal","text":"storage/y","hasText":true}}`,
			`5 {"via":"FileUtils.cp","path":{"source":"literal","text":"public/b.css","hasText":true}}`,
			`6 {"via":"IO.binwrite","path":{"source":"literal","text":"z.bin","hasText":true}}`,
			`7 {"via":"CSV.open","path":{"source":"literal","text":"export.csv","hasText":true}}`,
			`8 {"via":"File.write","path":{"source":"literal","text":"/tmp/x","hasText":true},"temporary":true}`,
		}},
		{"in requests and jobs", `
class UploadsController < ApplicationController
  def create
    uploaded = params[:file]
    File.open("public/uploads/#{uploaded.original_filename}", "wb") { |f| f.write(uploaded.read) }
    File.write("counts.txt", 1)
  end
end
class ExportJob < ApplicationJob
  def perform = File.write("exports/a.csv", rows)
end
`, []string{
			`4 {"via":"File.open","path":{"source":"input"},"handler":true,"upload":true}`,
			`5 {"via":"File.write","path":{"source":"literal","text":"counts.txt","hasText":true},"handler":true}`,
			`9 {"via":"File.write","path":{"source":"literal","text":"exports/a.csv","hasText":true},"handler":true}`,
		}},
		{"code that is run", `
File.write("plugin.rb", source)
load "plugin.rb"
`, []string{
			`1 {"via":"File.write","path":{"source":"literal","text":"plugin.rb","hasText":true},"code":true}`,
		}},
		{"not writes", `
File.open("in.txt")
File.open(path, "r")
file = Tempfile.new("x")
File.write(file.path, data)
File.open(File.join(Dir.mktmpdir, "y"), "w")
store.write("key", 1)
File.open(File::NULL, "w")
`, nil},
	})
}
