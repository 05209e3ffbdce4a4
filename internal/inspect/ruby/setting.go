package ruby

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// railsConfig is the configuration of an application, named from outside.
var railsConfig = regexp.MustCompile(`^(?:Rails|Rails\.application|(?:\w+::)*Application|Rails::Application|Rails\.application\.configure\{\})\.(?:config|configuration)\.(.+)$|^(?:Rails\.application|(?:\w+::)*Application)\.configure\{\}\.(.+)$`)

// baseSettings are settings of Rails that are given to a class.
var baseSettings = map[string]string{
	"ActionMailer::Base.smtp_settings": "action_mailer.smtp_settings", "ActionMailer::Base.delivery_method": "action_mailer.delivery_method", "ActiveJob::Base.queue_adapter": "active_job.queue_adapter", "ActionController::Base.cache_store": "cache_store", "ActionController::Base.asset_host": "action_controller.asset_host", "Rails.cache": "cache_store", "Rails.logger": "logger",
	"ActionMailer::Base.raise_delivery_errors": "action_mailer.raise_delivery_errors", "ApplicationJob.queue_adapter": "active_job.queue_adapter", "ActionMailer::Base.sendmail_settings": "action_mailer.sendmail_settings", "Rails.application.secret_key_base": "secret_key_base", "ActionController::Base.session_store": "session_store",
}

// railsKey is Rails' key of a setting by its resolved name: "force_ssl" of
// "config.force_ssl" where config is an application's. "" for anything else.
func (f *rubyFile) railsKey(name string, n syntax.Node) string {
	if key := baseSettings[name]; key != "" {
		return key
	}
	if m := railsConfig.FindStringSubmatch(name); m != nil {
		return m[1] + m[2]
	}
	key, ok := strings.CutPrefix(name, "config.")
	if !ok || !f.inRails(n) {
		return ""
	}
	return key
}

// inRails reports whether config, without a receiver, is a Rails application's.
func (f *rubyFile) inRails(n syntax.Node) bool {
	for block := n.Up("block", "do_block"); block.OK(); block = block.Up("block", "do_block") {
		if giver := block.Parent(); giver.Is("call") && giver.Field("method").Text() == "configure" {
			name := f.callee(giver)
			return name == "Rails.application.configure" || strings.HasSuffix(name, "Application.configure")
		}
	}
	class := n.Up("class")
	if !class.OK() {
		return false
	}
	switch f.superOf(class) {
	case "Rails::Application", "Rails::Engine", "Rails::Railtie":
		return true
	}
	return false
}

// first is the first of several values that are given to one name.
func first(right syntax.Node) syntax.Node {
	if right.Is("right_assignment_list") {
		return right.Child(0)
	}
	return right
}

// settingAssignment states a setting of Rails, and what well-known settings of
// other libraries say.
func (f *rubyFile) settingAssignment(n, right syntax.Node) {
	left := n.Field("left")
	if left.Is("element_reference") {
		f.elementSetting(n, left, right)
		return
	}
	if !left.Is("call") {
		return
	}
	name := f.callee(left)
	if name == "" {
		return
	}
	if left.Field("receiver").Is("self") && lastName(left) == "queue_adapter" { // in a job's class
		f.storeSetting(n, "active_job.queue_adapter", right)
		return
	}
	key := f.railsKey(name, n)
	if key == "" {
		f.librarySetting(n, name, right)
		f.hanamiSetting(n, name, right)
		f.exportSetting(n, name, right)
		return
	}
	f.saySetting(n, "rails."+key, first(right))
	f.storeSetting(n, key, right)
	f.mailSetting(n, key, right)
	f.logSetting(n, key, right)
	f.clockSetting(n, key, right)
}

// saySetting states a setting; one with a hash states the hash's entries.
func (f *rubyFile) saySetting(n syntax.Node, key string, v syntax.Node) {
	hash := f.follow(v)
	if value := f.evaluate(v); strings.HasPrefix(key, "sinatra.") && value.IsLiteral() && f.profile(n) != "development" && f.profile(n) != "test" {
		if handle, ok := inspect.HandleOf(settingName(key), value.Text); ok {
			f.say(n, handle)
		}
	}
	if !hash.Is("hash") {
		f.say(n, inspect.Setting{Key: key, Value: f.evaluate(v).Kept(inspect.IsSecretName(settingName(key))), Profile: f.profile(n)})
		return
	}
	for c := hash.First(); c.OK(); c = c.Next() {
		if name, ok := f.key(c.Field("key")); c.Is("pair") && ok {
			f.say(c, inspect.Setting{Key: key + "." + name, Value: f.evaluate(c.Field("value")).Kept(inspect.IsSecretName(name)), Profile: f.profile(n)})
		}
	}
}

func settingName(key string) string { return key[strings.LastIndexByte(key, '.')+1:] }

// daemonizes are calls that put the process into the background.
var daemonizes = map[string]bool{"Process.daemon": true, "Daemons.run": true, "Daemons.run_proc": true, "Daemons.daemonize": true, "Dante.run": true, "Daemonize.daemonize": true}

// settingCall states settings that are given by a call: config.force_ssl true
// is none, but config.hosts << "x" and config.log_to :stdout are read.
func (f *rubyFile) settingCall(c call) {
	if daemonizes[c.name] {
		f.say(c.Node, inspect.Setting{Key: "ruby.daemonize", Value: inspect.Lit(c.name)})
	}
	if c.name == "Mail.defaults" {
		f.mailDefaults(c)
	}
	if c.name == "Mongoid.configure{}.load_configuration" || c.name == "Mongoid.load_configuration" || c.name == "Mongoid::Config.load_configuration" {
		f.mongoidClient(c.Node, c.args.arg(-1, "clients", "sessions"))
	}
	if (c.method == "delivery_method" || c.method == "smtp_settings") && strings.HasPrefix(c.name, "ActionMailer") && c.args.arg(0).OK() {
		f.mailSetting(c.Node, "action_mailer."+c.method, c.args.arg(0))
	}
}

// mailSetting states how Rails sends mail.
func (f *rubyFile) mailSetting(n syntax.Node, key string, right syntax.Node) {
	switch key {
	case "action_mailer.delivery_method":
		if text, ok := f.literal(right); ok && text == "sendmail" {
			f.say(n, inspect.Client{Service: inspect.SMTP, Via: "rails." + key, Handle: inspect.Lit("sendmail"), Debug: f.debugOnly(n)})
		}
	case "action_mailer.smtp_settings":
		at := f.entry(right, "address")
		if !at.OK() {
			at = f.filledEntry(right, "address")
		}
		if at.OK() {
			f.say(n, inspect.Client{Service: inspect.SMTP, Via: "rails." + key, Handle: f.handle(at), Debug: f.debugOnly(n)})
		} else if hash := f.follow(right); !hash.Is("hash") {
			f.say(n, inspect.Client{Service: inspect.SMTP, Via: "rails." + key, Handle: f.valueOf(right), Debug: f.debugOnly(n)})
		}
	}
}

// filledEntry is what {}.tap { |x| x[:key] = … } gives to a key.
func (f *rubyFile) filledEntry(n syntax.Node, key string) syntax.Node {
	if !n.Is("call") || n.Field("method").Text() != "tap" {
		return syntax.Node{}
	}
	found := syntax.Node{}
	n.Field("block").Walk(func(x syntax.Node) bool {
		if left := x.Field("left"); x.Is("assignment") && left.Is("element_reference") {
			if name, ok := f.key(elementKey(left)); ok && name == key {
				found = x.Field("right")
			}
		}
		return true
	})
	return found
}

// mailDefaults states Mail.defaults { delivery_method :smtp, address: "…" }.
func (f *rubyFile) mailDefaults(c call) {
	for _, inner := range f.callsWithin(c.block) {
		if inner.method != "delivery_method" {
			continue
		}
		switch method, _ := f.literal(inner.args.arg(0)); method {
		case "smtp":
			f.say(inner.Node, inspect.Client{Service: inspect.SMTP, Via: "Mail.delivery_method", Handle: f.handle(inner.args.arg(-1, "address")), Debug: f.debugOnly(inner.Node)})
		case "sendmail":
			f.say(inner.Node, inspect.Client{Service: inspect.SMTP, Via: "Mail.delivery_method", Handle: inspect.Lit("sendmail"), Debug: f.debugOnly(inner.Node)})
		}
	}
}

var (
	sidekiqRedis   = regexp.MustCompile(`^Sidekiq\.configure_(server|client|embed)\{\}\.redis$`)
	mongoidClients = regexp.MustCompile(`^Mongoid\.configure\{\}\.(clients|sessions)\.default$|^Mongoid::Config\.(clients|sessions)$`)
	carrierWave    = regexp.MustCompile(`^CarrierWave\.configure\{\}\.(\w+)$`)
)

// librarySetting states what a setting of a well-known library says. name is
// the resolved name of what is set.
func (f *rubyFile) librarySetting(n syntax.Node, name string, right syntax.Node) {
	switch {
	case sidekiqRedis.MatchString(name):
		f.sayRedis(n, strings.TrimSuffix(name, "{}.redis"), right)
	case name == "Resque.redis" || name == "Ohm.redis" || name == "Redis.current" || name == "Sidekiq.redis" || name == "Split.redis" || name == "Geocoder.config.cache":
		f.sayRedis(n, name, right)
	case name == "Pony.options":
		f.ponyClient(n, name, f.entry(right, "via"), f.entry(right, "via_options"))
	case mongoidClients.MatchString(name):
		f.mongoidClient(n, right)
	case name == "Rack::Attack.cache.store" || name == "Rack::Attack.cache.store()" || name == "cache.store" && f.namespace(n) == "Rack::Attack":
		if kind, choice, ok := f.chosenStore(right, cacheStores); ok {
			f.sayStore(n, inspect.ForRateLimit, "Rack::Attack.cache.store", kind, choice)
		}
	case carrierWave.MatchString(name):
		f.carrierWaveSetting(n, carrierWave.FindStringSubmatch(name)[1], right)
	case strings.HasPrefix(name, "GoodJob.") || strings.HasPrefix(name, "Delayed::Worker."):
		f.saySetting(n, strings.Replace(snake(strings.ReplaceAll(name, "::", ".")), ".configure{}.", ".", 1), right)
	}
}

// mongoidClient states the default of Mongoid's clients.
func (f *rubyFile) mongoidClient(n, clients syntax.Node) {
	hash := f.follow(clients)
	if inner := f.entry(hash, "default"); inner.OK() {
		hash = f.follow(inner)
	}
	handle := f.handle(hash)
	if at := f.entry(hash, "uri"); at.OK() {
		handle = f.valueOf(at)
	}
	if hash.OK() {
		f.say(n, inspect.Client{Service: inspect.MongoDB, Via: "Mongoid.configure", Handle: handle, Debug: f.debugOnly(n)})
	}
}

func (f *rubyFile) sayRedis(n syntax.Node, via string, right syntax.Node) {
	if made := f.resolve(right); clients[made].service != "" || strings.HasPrefix(made, "ConnectionPool") {
		return // its construction says it
	}
	v := f.follow(right)
	if v.Is("identifier", "constant", "global_variable", "instance_variable") && f.variable(v) == nil && f.evaluate(v).Source != inspect.Env || v.Is("nil") {
		return
	}
	handle := f.handle(v)
	if handle.Source == inspect.Unknown && !v.Is("hash") {
		return
	}
	f.say(n, inspect.Client{Service: inspect.Redis, Via: via, Handle: handle, Debug: f.debugOnly(n)})
}

func (f *rubyFile) carrierWaveSetting(n syntax.Node, key string, right syntax.Node) {
	switch key {
	case "storage":
		f.uploadStore(n, "CarrierWave.storage", right)
	case "fog_directory", "aws_bucket", "gcloud_bucket", "azure_container":
		if v := f.valueOf(right); v.IsLiteral() {
			f.say(n, inspect.Resource{Via: "CarrierWave." + key, What: "bucket", Name: v})
		}
	}
}

// elementSetting states what is given to an element of a library's settings.
func (f *rubyFile) elementSetting(n, left, right syntax.Node) {
	key, ok := f.key(elementKey(left))
	if !ok {
		return
	}
	object := f.resolve(left.Field("object"))
	switch {
	case object == "Paperclip::Attachment.default_options" && key == "storage", f.railsKey(object, n) == "paperclip_defaults" && key == "storage":
		f.uploadStore(n, "Paperclip.default_options", right)
	case f.railsKey(object, n) == "paths" && key == "log":
		v := f.valueOf(right)
		f.say(n, inspect.LogSink{Via: "rails.paths.log", Target: fileTarget(v), Path: v, Debug: f.debugOnly(n)})
	case f.railsKey(object, n) == "action_mailer.smtp_settings":
		f.saySetting(n, "rails.action_mailer.smtp_settings."+key, right)
		if key == "address" {
			f.say(n, inspect.Client{Service: inspect.SMTP, Via: "rails.action_mailer.smtp_settings", Handle: f.handle(right), Debug: f.debugOnly(n)})
		}
	}
}
