//go:build cgo

package manifest_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
)

// gemCases are manifests of Bundler with what they must state.
var gemCases = []struct {
	name    string
	format  inspect.Format
	content string
	want    string
}{
	{"a name that is put into its own value", inspect.Gemfile, `git_source(:github) do |repo_name|
  repo_name = "#{repo_name}/#{repo_name}" unless repo_name.include?("/")
  "https://github.com/#{repo_name}.git"
end
a = "#{b}#{b}#{b}#{b}"
b = "#{a}#{a}#{a}#{a}"
gem a
gem "pg", "= 1.5.6"
`, "1 manifest {'ecosystem':'gem','manager':'bundler'}\n8 dependency {'ecosystem':'gem','name':'pg','constraint':'= 1.5.6','group':'runtime','exact':true}"},
	{"Gemfile", inspect.Gemfile, `source "https://rubygems.org"
ruby "3.3.1"
RAILS = "~> 7.1"
gem "rails", RAILS, ">= 7.1.2"
gem "pg", "= 1.5.6"
gem "tzinfo-data", platforms: %i[mingw mswin]
gem "svg-graph", require: "SVG/Graph/TimeSeries"
gem "mail_room", git: "https://bot:s3cr3ts3cr3t@git.example.org/x.git", tag: "v1"
gem "shared", path: "../shared"
gem "octo", github: "acme/octo", branch: "main"
group :development, :test do
  %w[rspec-rails byebug].each { |name| gem name, require: false }
end
group :production do
  gem "newrelic_rpm"
end
gem "sqlite3", group: :test
platforms :jruby do
  gem "jdbc"
end
git "https://git.example.org/y.git" do
  gem "y"
end
gem name_of_something
thing.gem "not-one"
# gem "commented"
eval_gemfile "gemfiles/local"
`, `1 manifest {'ecosystem':'gem','manager':'bundler'}
2 runtime-version {'runtime':'ruby','version':'3.3.1','via':'Gemfile'}
4 dependency {'ecosystem':'gem','name':'rails','constraint':'~\u003e 7.1, \u003e= 7.1.2','group':'runtime'}
5 dependency {'ecosystem':'gem','name':'pg','constraint':'= 1.5.6','group':'runtime','exact':true}
6 dependency {'ecosystem':'gem','name':'tzinfo-data','group':'runtime','marker':'platforms: mingw, mswin'}
7 dependency {'ecosystem':'gem','name':'svg-graph','group':'runtime','requires':['SVG/Graph/TimeSeries']}
8 credential {'name':'https://git.example.org','via':'url','secret':{'masked':'s3c…','length':12,'entropy':2.25},'host':'git.example.org'}
8 dependency {'ecosystem':'gem','name':'mail_room','group':'runtime','exact':true,'origin':'git','location':'https://bot:…@git.example.org/x.git'}
9 dependency {'ecosystem':'gem','name':'shared','group':'runtime','origin':'path','location':'../shared'}
10 dependency {'ecosystem':'gem','name':'octo','group':'runtime','origin':'git','location':'https://github.com/acme/octo'}
12 dependency {'ecosystem':'gem','name':'rspec-rails','group':'dev','in':'development, test'}
12 dependency {'ecosystem':'gem','name':'byebug','group':'dev','in':'development, test'}
15 dependency {'ecosystem':'gem','name':'newrelic_rpm','group':'runtime','in':'production'}
17 dependency {'ecosystem':'gem','name':'sqlite3','group':'dev','in':'test'}
19 dependency {'ecosystem':'gem','name':'jdbc','group':'runtime','marker':'platforms: jruby'}
22 dependency {'ecosystem':'gem','name':'y','group':'runtime','origin':'git','location':'https://git.example.org/y.git'}
27 requirements-include {'path':'gemfiles/local'}`},
	{"Gemfile of a gem", inspect.Gemfile, `source "https://rubygems.org"
gemspec
gem "rake"
`, `1 manifest {'ecosystem':'gem','manager':'bundler'}
2 requirements-include {'path':'*.gemspec'}
3 dependency {'ecosystem':'gem','name':'rake','group':'dev'}`},
	{"gemspec", inspect.Gemspec, `VERSION = "1.2.0"
Gem::Specification.new do |s|
  s.name = "shop-core"
  s.version = VERSION
  s.executables = ["shop"]
  s.required_ruby_version = ">= 3.1"
  s.add_dependency "rack", ">= 2", "< 4"
  s.add_runtime_dependency("json")
  s.add_development_dependency "rspec", "3.13.0"
  s.metadata["allowed_push_host"] = "https://gems.corp.net"
end
`, `3 manifest {'ecosystem':'gem','name':'shop-core','version':'1.2.0','publishable':true,'bin':['shop']}
6 runtime-version {'runtime':'ruby','version':'\u003e= 3.1','via':'required_ruby_version'}
7 dependency {'ecosystem':'gem','name':'rack','constraint':'\u003e= 2, \u003c 4','group':'runtime'}
8 dependency {'ecosystem':'gem','name':'json','group':'runtime'}
9 dependency {'ecosystem':'gem','name':'rspec','constraint':'3.13.0','group':'dev','exact':true}`},
	{"gemspec with its name in the call", inspect.Gemspec, `Gem::Specification.new "shop", version do |s|
  %w[a b].each { |name| s.add_dependency name }
end
`, `1 manifest {'ecosystem':'gem','name':'shop','publishable':true}
2 dependency {'ecosystem':'gem','name':'a','group':'runtime'}
2 dependency {'ecosystem':'gem','name':'b','group':'runtime'}`},
	{"Gemfile.lock", inspect.GemfileLock, `GIT
  remote: https://git.example.org/y.git
  revision: abc
  specs:
    y (0.1)

PATH
  remote: ../shared
  specs:
    shared (1.0)

GEM
  remote: https://rubygems.org/
  specs:
    nokogiri (1.16.2-x86_64-linux)
      racc (~> 1.4)
    nokogiri (1.16.2-arm64-darwin)
    racc (1.7.3)

PLATFORMS
  arm64-darwin
  x86_64-linux

DEPENDENCIES
  nokogiri (~> 1.16)
  y!

CHECKSUMS
  racc (1.7.3) sha256=abc

RUBY VERSION
   ruby 3.3.1p55

BUNDLED WITH
   2.5.9
`, `1 lock {'ecosystem':'gem','manager':'bundler','packages':[{'n':'nokogiri','v':'1.16.2','d':true},{'n':'racc','v':'1.7.3'},{'n':'shared','v':'1.0'},{'n':'y','v':'0.1','d':true}],'version':'2.5.9','platforms':['arm64-darwin','x86_64-linux'],'rooted':true}
32 runtime-version {'runtime':'ruby','version':'3.3.1','via':'Gemfile.lock'}`},
	{"Gemfile.lock with a conflict", inspect.GemfileLock, `GEM
  specs:
<<<<<<< HEAD
    racc (1.7.3)
`, `1 parse-failed {'reason':'line 3: a merge conflict is left in the lock; resolve it and lock again'}`},
	{".ruby-version", inspect.RubyFile, `ruby-3.3.1
`, `1 runtime-version {'runtime':'ruby','version':'3.3.1','via':'.ruby-version'}`},
}

func TestGems(t *testing.T) {
	t.Parallel()
	for _, c := range gemCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(strings.Split(c.want, "\n"), strings.Split(stated(c.format, c.content), "\n")); diff != "" {
				t.Errorf("signals (-want +got):\n%s", diff)
			}
		})
	}
}
