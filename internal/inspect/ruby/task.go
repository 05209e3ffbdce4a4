package ruby

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// taskCall states a task of Rake by its full name, with what it needs before
// it: task :x, task x: :environment, task :x, [:arg] => [:environment].
func (f *rubyFile) taskCall(c call) {
	if c.name != "task" && c.name != "multitask" || !f.rake || !atTop(c.Node) || !c.block.OK() {
		return
	}
	name, named := f.literal(c.args.arg(0))
	var needs []string
	for pair := c.Field("arguments").First(); pair.OK(); pair = pair.Next() {
		if !pair.Is("pair") {
			continue
		}
		if key, ok := f.key(pair.Field("key")); ok && !named {
			name, named = key, true
		}
		needs = append(needs, f.taskNames(pair.Field("value"))...)
	}
	if !named || name == "" {
		return
	}
	for outer := inBlockOf(c.Node, "namespace"); outer.OK(); outer = inBlockOf(outer, "namespace") {
		if space, ok := f.literal(outer.Field("arguments").Child(0)); ok {
			name = space + ":" + name
		}
	}
	f.Emit(c.Line(), c.EndLine(), inspect.Target{Runner: "rake", Name: name, Needs: needs})
}

// taskNames are the tasks that one needs: a name, or a list of them.
func (f *rubyFile) taskNames(n syntax.Node) []string {
	if text, ok := f.literal(n); ok {
		return []string{text}
	}
	var names []string
	for _, item := range f.items(n) {
		if text, ok := f.literal(item); ok {
			names = append(names, text)
		}
	}
	return names
}

// sinatraSettings states what set, enable and disable give to the settings of
// a Sinatra application.
func (f *rubyFile) sinatraSettings(c call) {
	if !f.sinatra || c.receiver.OK() && !strings.HasPrefix(c.name, "Sinatra::") {
		return
	}
	switch c.method {
	case "enable", "disable":
		value := "true"
		if c.method == "disable" {
			value = "false"
		}
		for _, arg := range c.args.positional {
			if key, ok := f.literal(arg); ok {
				f.say(c.Node, inspect.Setting{Key: "sinatra." + key, Value: inspect.Lit(value), Profile: f.profile(c.Node)})
			}
		}
	case "set":
		if key, ok := f.literal(c.args.arg(0)); ok {
			if at := c.Field("arguments").Child(1); at.OK() && !at.Is("hash", "pair", "lambda", "block_argument") {
				f.saySetting(c.Node, "sinatra."+key, at)
			}
			return
		}
		for _, pair := range c.args.pairs {
			if key, ok := f.key(pair.Field("key")); ok {
				f.saySetting(pair, "sinatra."+key, pair.Field("value"))
			}
		}
	}
}
