package ruby

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect/syntax"
)

var (
	routeVerbs = map[string]bool{"get": true, "post": true, "put": true, "delete": true, "patch": true, "head": true, "options": true, "link": true, "unlink": true}
	// webClass are classes whose methods serve requests, jobClass those whose
	// methods do jobs, by the name of what they inherit from.
	webClass = regexp.MustCompile(`(^|::)(\w*Controller|ActionController::(Base|API|Metal)|Hanami::Action|\w*Servlet|ActionCable::Channel::Base|ApplicationCable::Channel|Cramp::Action|Hanami::Controller)$|^Web::Action$`)
	jobClass = regexp.MustCompile(`(^|::)(ApplicationJob|ActiveJob::Base|Que::Job|\w+Job|\w+Worker|ApplicationConsumer|Karafka::BaseConsumer|Racecar::Consumer|Karafka::ApplicationConsumer|Gush::Job)$`)
	// apiClass are classes with blocks for routes.
	apiClass = map[string]bool{"Grape::API": true, "Sinatra::Base": true, "Sinatra::Application": true, "Roda": true, "Cuba": true, "Padrino::Application": true, "Grape::API::Instance": true}
	// jobModules make the class that includes them a worker.
	jobModules = map[string]string{
		"Sidekiq::Worker": "Sidekiq::Worker", "Sidekiq::Job": "Sidekiq::Job", "Sidekiq::ServerMiddleware": "", "Sneakers::Worker": "Sneakers::Worker", "Shoryuken::Worker": "Shoryuken::Worker", "SuckerPunch::Job": "SuckerPunch::Job", "Hutch::Consumer": "Hutch::Consumer", "Faktory::Job": "Faktory::Job",
		"Backburner::Queue": "Backburner::Queue", "Phobos::Handler": "Phobos::Handler", "Kicks::Worker": "Kicks::Worker", "Cloudtasker::Worker": "Cloudtasker::Worker", "GoodJob::Job": "", "TorqueBox::Messaging::MessageProcessor": "TorqueBox::Messaging::MessageProcessor", "ActiveJob::Continuable": "", "Mobx::Worker": "", "ApplicationWorker": "ApplicationWorker",
	}
)

// whatFile tells what the file is, from what it requires, calls and declares.
func (f *rubyFile) whatFile() {
	for _, c := range f.calls {
		if c.name == "require" || c.name == "require_relative" {
			if path, ok := f.literal(c.args.arg(0)); ok {
				root, _, _ := strings.Cut(path, "/")
				f.requires[root] = true
			}
		}
		switch c.name {
		case "task", "namespace":
			f.rake = f.rake || c.block.OK() && atTop(c.Node)
		}
	}
	f.sinatra = f.requires["sinatra"]
	for name, list := range f.classes {
		for _, class := range list {
			super := constantPath(class.Field("superclass").Child(0))
			if super == "Sinatra::Base" || super == "Sinatra::Application" || super == "Padrino::Application" {
				f.sinatra = true
			}
			if super == "Rails::Application" || super == "Rails::Engine" || super == "Rails::Railtie" || super == "::Rails::Application" {
				f.railsFile = true
			}
		}
		_ = name
	}
	f.server = f.serverOf()
	f.tests = f.holdsTests()
	f.script = f.isScript()
}

// superOf is the resolved name of what a class inherits from, or "".
func (f *rubyFile) superOf(class syntax.Node) string {
	super := class.Field("superclass").Child(0)
	if !super.OK() {
		return ""
	}
	return f.resolve(super)
}

// findServing marks the functions that run while a request or a job is served,
// and whatever of this file those call.
func (f *rubyFile) findServing() {
	var work []syntax.Node
	mark := func(fn syntax.Node, job bool) {
		if fn.OK() && !f.serving[fn.Index()] {
			f.serving[fn.Index()] = true
			if job {
				f.jobs[fn.Index()] = true
			}
			work = append(work, fn)
		}
	}
	for _, name := range sortedNames(f.methods) {
		for _, def := range f.methods[name] {
			if web, job := f.servesAs(def); web || job {
				mark(def, job)
			}
		}
	}
	for _, c := range f.calls {
		if f.routes(c) {
			mark(c.block, false)
		}
	}
	for len(work) > 0 {
		fn := work[len(work)-1]
		work = work[:len(work)-1]
		for _, c := range f.callsWithin(fn) {
			if c.receiver.OK() && !c.receiver.Is("self") || f.methods[c.method] == nil {
				continue
			}
			mark(f.localMethod(c.Node, c.method), f.jobs[fn.Index()])
		}
	}
}

func sortedNames(m map[string][]syntax.Node) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// servesAs tells a method that a framework calls for a request or a job.
func (f *rubyFile) servesAs(def syntax.Node) (web, job bool) {
	name := def.Field("name").Text()
	if name == "initialize" {
		return false, false
	}
	if params := parameters(def); name == "call" && len(params) == 1 && (params[0] == "env" || params[0] == "_env") {
		return true, false
	}
	class := def.Up(classKinds...)
	if !class.Is("class") {
		return false, false
	}
	super := f.superOf(class)
	if jobClass.MatchString(super) && !webClass.MatchString(super) || f.includesJob(class) != "" || name == "perform" && def.Is("singleton_method") && f.resqueQueue(class) {
		return false, true
	}
	if def.Is("singleton_method") {
		return false, false
	}
	className := constantPath(class.Field("name"))
	return webClass.MatchString(super) || strings.HasSuffix(className, "Controller") && strings.HasSuffix(super, "Base") ||
		webClass.MatchString(className) && class.Field("superclass").OK() && strings.HasSuffix(className, "Controller"), false
}

// includesJob names the module that makes a class a worker, or "".
func (f *rubyFile) includesJob(class syntax.Node) string {
	body := class.Field("body")
	for s := body.First(); s.OK(); s = s.Next() {
		if !s.Is("call") || s.Field("method").Text() != "include" || s.Field("receiver").OK() {
			continue
		}
		for arg := s.Field("arguments").First(); arg.OK(); arg = arg.Next() {
			if via := jobModules[f.resolve(arg)]; via != "" {
				return via
			}
		}
	}
	return ""
}

// routes reports whether a call registers a block that serves requests.
func (f *rubyFile) routes(c call) bool {
	if !c.block.OK() || c.receiver.OK() {
		return false
	}
	class := c.Up("class", "module", "method", "singleton_method")
	super := ""
	if class.Is("class") {
		super = f.superOf(class)
	}
	switch {
	case c.method == "route" && super == "Roda":
		return true
	case !routeVerbs[c.method] && c.method != "before" && c.method != "after" && c.method != "error" && c.method != "not_found":
		return false
	case apiClass[super]:
		return true
	case f.sinatra && !class.Is("method", "singleton_method"):
		return routeVerbs[c.method] && c.args.arg(0).OK()
	}
	return false
}

// servesRequest reports whether code runs while a request is served.
func (f *rubyFile) servesRequest(n syntax.Node) bool {
	fn, job := f.servedBy(n)
	return fn.OK() && !job
}

// servedBy is the function around n that serves a request or a job, or none.
func (f *rubyFile) servedBy(n syntax.Node) (fn syntax.Node, job bool) {
	for s := f.scopes[n.Index()]; s >= 0; s = f.scopes[s] {
		if f.serving[s] {
			return f.tree.At(int(s)), f.jobs[s]
		}
	}
	return syntax.Node{}, false
}

// callsWithin are the calls inside a node, in source order.
func (f *rubyFile) callsWithin(outer syntax.Node) []call {
	from, _ := slices.BinarySearchFunc(f.calls, outer.Index(), func(c call, i int32) int { return int(c.Index() - i) })
	to := from
	for to < len(f.calls) && f.calls[to].Inside(outer) {
		to++
	}
	return f.calls[from:to]
}
