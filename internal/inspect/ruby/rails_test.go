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
)

// railsCase is a YAML file of a Rails application and all that it states, each
// as "line kind json".
type railsCase struct {
	name   string
	source string
	want   []string
}

func testRails(t *testing.T, cases []railsCase) {
	t.Helper()
	t.Parallel()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, s := range files.File(inspect.RailsYAML, []byte(strings.TrimPrefix(c.source, "\n"))) {
				fact, err := json.Marshal(s.Fact)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, fmt.Sprintf("%d %s %s", s.Line, s.Fact.Kind(), fact))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("signals (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRailsYAML(t *testing.T) {
	testRails(t, []railsCase{
		{"database-yml", `
default: &default
  adapter: postgresql
  pool: <%= ENV.fetch("RAILS_MAX_THREADS") { 5 } %>
development:
  <<: *default
  database: shop_development
test:
  <<: *default
  adapter: sqlite3
  database: db/test.sqlite3
production:
  <<: *default
  url: <%= ENV["DATABASE_URL"] %>
`, []string{
			`2 setting {"key":"database.adapter","value":{"source":"literal","text":"postgresql","hasText":true},"profile":"development"}`,
			`2 setting {"key":"database.adapter","value":{"source":"literal","text":"postgresql","hasText":true},"profile":"production"}`,
			`3 env-export {"name":"default.pool","value":{"source":"env","text":"5","hasText":true,"env":["RAILS_MAX_THREADS"]}}`,
			`3 env-export {"name":"development.pool","value":{"source":"env","text":"5","hasText":true,"env":["RAILS_MAX_THREADS"]}}`,
			`3 env-export {"name":"test.pool","value":{"source":"env","text":"5","hasText":true,"env":["RAILS_MAX_THREADS"]}}`,
			`3 env-export {"name":"production.pool","value":{"source":"env","text":"5","hasText":true,"env":["RAILS_MAX_THREADS"]}}`,
			`3 env-read {"name":"RAILS_MAX_THREADS","via":"ENV.fetch","fallback":{"source":"literal","text":"5","hasText":true}}`,
			`4 client {"service":"postgres","via":"rails.database","debug":true}`,
			`6 setting {"key":"database.database","value":{"source":"literal","text":"shop_development","hasText":true},"profile":"development"}`,
			`9 setting {"key":"database.adapter","value":{"source":"literal","text":"sqlite3","hasText":true},"profile":"test"}`,
			`10 setting {"key":"database.database","value":{"source":"literal","text":"db/test.sqlite3","hasText":true},"profile":"test"}`,
			`13 client {"service":"postgres","via":"rails.database","handle":{"source":"env","env":["DATABASE_URL"]}}`,
			`13 env-export {"name":"production.url","value":{"source":"env","env":["DATABASE_URL"]}}`,
			`13 env-read {"name":"DATABASE_URL","via":"ENV[]"}`,
			`13 setting {"key":"database.url","value":{"source":"env","env":["DATABASE_URL"]},"profile":"production"}`,
		}},
		{"written production", `
production:
  adapter: mysql2
  host: db.internal
  username: shop
  password: s3cr3t-and-long
staging:
  url: postgres://shop:0ther-s3cret@pg.internal/shop
`, []string{
			`2 setting {"key":"database.adapter","value":{"source":"literal","text":"mysql2","hasText":true},"profile":"production"}`,
			`3 client {"service":"mysql","via":"rails.database","handle":{"source":"literal","text":"db.internal","hasText":true}}`,
			`3 setting {"key":"database.host","value":{"source":"literal","text":"db.internal","hasText":true},"profile":"production"}`,
			`4 setting {"key":"database.username","value":{"source":"literal","text":"shop","hasText":true},"profile":"production"}`,
			`5 credential {"name":"password","via":"field","secret":{"masked":"s3c…","length":15,"entropy":3.51},"host":"db.internal"}`,
			`5 setting {"key":"database.password","value":{"source":"literal","text":"s3c…","hasText":true,"secret":{"masked":"s3c…","length":15,"entropy":3.51}},"profile":"production"}`,
			`7 client {"service":"postgres","via":"rails.database","handle":{"source":"literal","text":"postgres://shop:…@pg.internal/shop","hasText":true,"secret":{"masked":"0th…","length":12,"entropy":3.08}}}`,
			`7 credential {"name":"postgres://pg.internal","via":"url","secret":{"masked":"0th…","length":12,"entropy":3.08},"host":"pg.internal"}`,
			`7 setting {"key":"database.url","value":{"source":"literal","text":"postgres://shop:…@pg.internal/shop","hasText":true,"secret":{"masked":"0th…","length":12,"entropy":3.08}},"profile":"staging"}`,
		}},
		{"several databases and branches", `
production:
  primary:
    adapter: trilogy
    host: <%= ENV.fetch("DB_HOST", "127.0.0.1") %>
  cache:
    adapter: sqlite3
    database: storage/cache.sqlite3
<% if ENV["REPLICA"] %>
  replica:
    adapter: postgresql
    host: replica.internal
<% else %>
  replica:
    adapter: postgresql
    host: primary.internal
<% end %>
`, []string{
			`3 setting {"key":"database.primary.adapter","value":{"source":"literal","text":"trilogy","hasText":true},"profile":"production"}`,
			`4 client {"service":"mysql","via":"rails.database","handle":{"source":"env","text":"127.0.0.1","hasText":true,"env":["DB_HOST"]}}`,
			`4 env-export {"name":"production.primary.host","value":{"source":"env","text":"127.0.0.1","hasText":true,"env":["DB_HOST"]}}`,
			`4 env-read {"name":"DB_HOST","via":"ENV.fetch","fallback":{"source":"literal","text":"127.0.0.1","hasText":true}}`,
			`4 setting {"key":"database.primary.host","value":{"source":"env","text":"127.0.0.1","hasText":true,"env":["DB_HOST"]},"profile":"production"}`,
			`6 setting {"key":"database.cache.adapter","value":{"source":"literal","text":"sqlite3","hasText":true},"profile":"production"}`,
			`7 client {"service":"sqlite","via":"rails.database","handle":{"source":"literal","text":"storage/cache.sqlite3","hasText":true}}`,
			`7 setting {"key":"database.cache.database","value":{"source":"literal","text":"storage/cache.sqlite3","hasText":true},"profile":"production"}`,
			`8 env-read {"name":"REPLICA","via":"ENV[]"}`,
			`10 setting {"key":"database.replica.adapter","value":{"source":"literal","text":"postgresql","hasText":true},"profile":"production"}`,
			`11 client {"service":"postgres","via":"rails.database","handle":{"source":"literal","text":"replica.internal","hasText":true}}`,
			`11 setting {"key":"database.replica.host","value":{"source":"literal","text":"replica.internal","hasText":true},"profile":"production"}`,
			`14 setting {"key":"database.replica.adapter","value":{"source":"literal","text":"postgresql","hasText":true},"profile":"production"}`,
			`15 client {"service":"postgres","via":"rails.database","handle":{"source":"literal","text":"primary.internal","hasText":true}}`,
			`15 setting {"key":"database.replica.host","value":{"source":"literal","text":"primary.internal","hasText":true},"profile":"production"}`,
		}},
		{"cable.yml", `
development:
  adapter: async
test:
  adapter: test
production:
  adapter: redis
  url: <%= ENV.fetch("REDIS_URL") { "redis://localhost:6379/1" } %>
`, []string{
			`2 setting {"key":"cable.adapter","value":{"source":"literal","text":"async","hasText":true},"profile":"development"}`,
			`2 store {"purpose":"pub-sub","via":"rails.cable","store":"memory","choice":{"source":"literal","text":"async","hasText":true},"profile":"development","debug":true}`,
			`4 setting {"key":"cable.adapter","value":{"source":"literal","text":"test","hasText":true},"profile":"test"}`,
			`6 setting {"key":"cable.adapter","value":{"source":"literal","text":"redis","hasText":true},"profile":"production"}`,
			`6 store {"purpose":"pub-sub","via":"rails.cable","store":"redis","choice":{"source":"literal","text":"redis","hasText":true},"profile":"production"}`,
			`7 client {"service":"redis","via":"rails.cable","handle":{"source":"env","text":"redis://localhost:6379/1","hasText":true,"env":["REDIS_URL"]}}`,
			`7 env-export {"name":"production.url","value":{"source":"env","text":"redis://localhost:6379/1","hasText":true,"env":["REDIS_URL"]}}`,
			`7 env-read {"name":"REDIS_URL","via":"ENV.fetch","fallback":{"source":"literal","text":"redis://localhost:6379/1","hasText":true}}`,
			`7 setting {"key":"cable.url","value":{"source":"env","text":"redis://localhost:6379/1","hasText":true,"env":["REDIS_URL"]},"profile":"production"}`,
		}},
		{"storage.yml", `
local:
  service: Disk
  root: <%= Rails.root.join("storage") %>
amazon:
  service: S3
  bucket: shop-<%= Rails.env %>
  region: eu-west-1
  secret_access_key: wJalrXUtnFEMIK7MDENGbPxRfiCY
`, []string{
			`2 setting {"key":"storage.local.service","value":{"source":"literal","text":"Disk","hasText":true}}`,
			`3 setting {"key":"storage.local.root","value":{"source":"literal","text":"storage","hasText":true}}`,
			`4 client {"service":"object-store","via":"rails.storage"}`,
			`5 setting {"key":"storage.amazon.service","value":{"source":"literal","text":"S3","hasText":true}}`,
			`6 setting {"key":"storage.amazon.bucket","value":{"source":"input"}}`,
			`7 resource {"via":"rails.storage","what":"region","name":{"source":"literal","text":"eu-west-1","hasText":true}}`,
			`7 setting {"key":"storage.amazon.region","value":{"source":"literal","text":"eu-west-1","hasText":true}}`,
			`8 credential {"name":"secret_access_key","via":"field","secret":{"masked":"wJal…","length":28,"entropy":4.66}}`,
		}},
		{"mongoid.yml", `
development:
  clients:
    default:
      hosts: ["localhost:27017"]
production:
  clients:
    default:
      uri: <%= ENV["MONGODB_URI"] %>
`, []string{
			`4 client {"service":"mongodb","via":"rails.mongoid","handle":{"source":"literal","text":"localhost:27017","hasText":true},"debug":true}`,
			`4 setting {"key":"mongoid.default.uri","value":{"source":"literal","text":"localhost:27017","hasText":true},"profile":"development"}`,
			`8 client {"service":"mongodb","via":"rails.mongoid","handle":{"source":"env","env":["MONGODB_URI"]}}`,
			`8 env-export {"name":"production.clients.default.uri","value":{"source":"env","env":["MONGODB_URI"]}}`,
			`8 env-read {"name":"MONGODB_URI","via":"ENV[]"}`,
			`8 setting {"key":"mongoid.default.uri","value":{"source":"env","env":["MONGODB_URI"]},"profile":"production"}`,
		}},
		{"secrets.yml", `
development:
  secret_key_base: 0a1b2c3d4e5f60718293a4b5c6d7e8f9
production:
  secret_key_base: 9f8e7d6c5b4a39281706f5e4d3c2b1a0
  stripe:
    api_key: <%= ENV["STRIPE_KEY"] %>
`, []string{
			`2 setting {"key":"secrets.secret_key_base","value":{"source":"literal","text":"0a1b…","hasText":true,"secret":{"masked":"0a1b…","length":32,"entropy":4}},"profile":"development"}`,
			`4 credential {"name":"secret_key_base","via":"field","secret":{"masked":"9f8e…","length":32,"entropy":4}}`,
			`4 setting {"key":"secrets.secret_key_base","value":{"source":"literal","text":"9f8e…","hasText":true,"secret":{"masked":"9f8e…","length":32,"entropy":4}},"profile":"production"}`,
			`6 env-export {"name":"production.stripe.api_key","value":{"source":"env","env":["STRIPE_KEY"]}}`,
			`6 env-read {"name":"STRIPE_KEY","via":"ENV[]"}`,
		}},
		{"sidekiq.yml", `
:concurrency: <%= ENV.fetch("SIDEKIQ_CONCURRENCY", 5) %>
:logfile: log/sidekiq.log
:queues:
  - default
:schedule:
  clean:
    cron: "0 * * * *"
    class: CleanJob
`, []string{
			`1 env-read {"name":"SIDEKIQ_CONCURRENCY","via":"ENV.fetch","fallback":{"source":"literal","text":"5","hasText":true}}`,
			`1 setting {"key":"sidekiq.concurrency","value":{"source":"env","text":"5","hasText":true,"env":["SIDEKIQ_CONCURRENCY"]}}`,
			`2 log-sink {"via":"sidekiq.logfile","target":"file","path":{"source":"literal","text":"log/sidekiq.log","hasText":true}}`,
			`2 setting {"key":"sidekiq.logfile","value":{"source":"literal","text":"log/sidekiq.log","hasText":true}}`,
			`6 scheduler {"via":"sidekiq-scheduler","locked":true}`,
		}},
		{"recurring.yml", `
development:
  a:
    class: AJob
    schedule: every minute
production:
  a:
    class: AJob
    schedule: every hour
`, []string{
			`5 scheduler {"via":"SolidQueue.recurring","locked":true}`,
		}},
		{"resque.yml", `
development: localhost:6379
production: redis://cache.internal:6379
`, []string{
			`1 client {"service":"redis","via":"rails.yml","handle":{"source":"literal","text":"localhost:6379","hasText":true},"debug":true}`,
			`2 client {"service":"redis","via":"rails.yml","handle":{"source":"literal","text":"redis://cache.internal:6379","hasText":true}}`,
		}},
		{"other files", `
common:
  per_page: 20
production:
  title: Shop
  per_page: 50
`, nil},
		{"a manifest that has the name of one", `
apiVersion: v1
kind: Service
metadata: {name: redis}
spec: {sessionAffinity: ClientIP}
`, []string{
			`1 kube-object {"type":"Service","name":"redis","affinity":"ClientIP","affinityAt":4}`,
		}},
	})
}
