//go:build cgo

package ruby_test

import "testing"

const hanamiApp = "module Shop\n  class App < Hanami::App\n"

func TestHanamiSessions(t *testing.T) {
	testRuby(t, "session", []rubyCase{
		{"a cookie", hanamiApp + "    config.actions.sessions = :cookie, { key: \"shop\", secret: settings.session_secret }\n  end\nend\n", []string{`3 {"via":"Hanami.sessions","store":"cookie"}`}},
		{"others of the name", "class App < Base\n  config.actions.sessions = :cookie, { key: \"shop\" }\nend\n", nil},
	})
}

func TestHanamiLog(t *testing.T) {
	testRuby(t, "log-sink", []rubyCase{
		{"a file", hanamiApp + "    config.logger.stream = \"log/app.log\"\n  end\nend\n", []string{`3 {"via":"Hanami.logger","target":"file","path":{"source":"literal","text":"log/app.log","hasText":true}}`}},
		{"a stream", hanamiApp + "    config.logger.stream = $stdout\n  end\nend\n", []string{`3 {"via":"Hanami.logger","target":"stdout"}`}},
	})
}

func TestGoodJobSettings(t *testing.T) {
	testRuby(t, "scheduler", []rubyCase{
		{"a hash", "Rails.application.configure do\n  config.good_job = { execution_mode: :async, enable_cron: true }\nend\n", []string{`2 {"via":"GoodJob.enable_cron","locked":true}`}},
		{"turned off", "Rails.application.configure do\n  config.good_job = { enable_cron: false }\nend\n", nil},
	})
}

func TestGoodJobBlock(t *testing.T) {
	testRuby(t, "setting", []rubyCase{
		{"a block", "GoodJob.configure { |c| c.execution_mode = :external }\n", []string{`1 {"key":"good_job.execution_mode","value":{"source":"literal","text":"external","hasText":true}}`}},
	})
}

func TestDatabaseBesideAnother(t *testing.T) {
	testRails(t, []railsCase{
		{"a file of SQLite under a server's defaults", "production:\n  cache:\n    adapter: sqlite3\n    host: db.corp.net\n    database: storage/cache.sqlite3\n", []string{
			`3 setting {"key":"database.cache.adapter","value":{"source":"literal","text":"sqlite3","hasText":true},"profile":"production"}`,
			`4 setting {"key":"database.cache.host","value":{"source":"literal","text":"db.corp.net","hasText":true},"profile":"production"}`,
			`5 client {"service":"sqlite","via":"rails.database","handle":{"source":"literal","text":"storage/cache.sqlite3","hasText":true}}`,
			`5 setting {"key":"database.cache.database","value":{"source":"literal","text":"storage/cache.sqlite3","hasText":true},"profile":"production"}`,
		}},
	})
}
