package jvm

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// Annotations that fill a field or parameter with a property.
const (
	springValue    = "org.springframework.beans.factory.annotation.Value"
	micronautValue = "io.micronaut.context.annotation.Value"
	micronautProp  = "io.micronaut.context.annotation.Property"
	configProperty = "org.eclipse.microprofile.config.inject.ConfigProperty"
)

// placeholder is one ${name:fallback} of a text.
type placeholder struct {
	name     string
	fallback string
	has      bool
}

// placeholders reads the ${…} of a text, those in fallbacks behind the ones
// they stand in, and folds the text as far as the fallbacks tell.
func placeholders(text string, depth int) (list []placeholder, folded fold.Value) {
	folded = fold.Literal("")
	for {
		at := strings.Index(text, "${")
		if at < 0 || depth > 8 {
			folded = joinTexts(folded, fold.Literal(text))
			return list, folded
		}
		end := closing(text[at+2:])
		if end < 0 {
			return list, fold.Unknown
		}
		inner := text[at+2 : at+2+end]
		p := placeholder{}
		p.name, p.fallback, p.has = strings.Cut(inner, ":")
		p.name = strings.TrimSpace(p.name)
		var nested []placeholder
		var fallback fold.Value
		if p.has {
			nested, fallback = placeholders(p.fallback, depth+1)
			fallback = expression(p.fallback, fallback)
		}
		v := fold.Random // Spring draws it when it starts
		if !strings.HasPrefix(p.name, "random.") {
			list = append(list, p)
			v = readProperty(variableOf(p.name), secretProperty(p.name), fallback)
			if envStyle(p.name) {
				v = fold.Read(p.name, secretProperty(p.name), fallback)
			}
		}
		list = append(list, nested...)
		folded = joinTexts(folded, joinTexts(fold.Literal(text[:at]), v))
		text = text[at+2+end+1:]
	}
}

// joinTexts is the concatenation of two values, of which an empty one leaves the
// other whole.
func joinTexts(a, b fold.Value) fold.Value {
	switch {
	case a.IsLiteral() && a.Text == "":
		return b
	case b.IsLiteral() && b.Text == "":
		return a
	}
	return fold.Join(a, b)
}

// expression is what a fallback gives that is, or holds, an expression of
// Spring's: none for #{null}, another in each process for one that draws.
func expression(text string, folded fold.Value) fold.Value {
	switch {
	case !strings.Contains(text, "#{"):
		return folded
	case strings.Contains(text, "randomUUID") || strings.Contains(text, "SecureRandom"):
		return fold.Random
	}
	return fold.Value{}
}

// closing is the place of the } that closes a ${ before text.
func closing(text string) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{':
			depth++
		case '}':
			if depth == 0 {
				return i
			}
			depth--
		}
	}
	return -1
}

// injected is the value that a framework gives a field or parameter.
func (f *file) injected(at syntax.Node) (fold.Value, bool) {
	for _, a := range f.annotationsOf(at) {
		switch a.name {
		case springValue, micronautValue:
			text, ok := f.literal(a.args["value"])
			if !ok {
				return fold.Input, true
			}
			list, folded := placeholders(text, 0)
			if len(list) == 0 || strings.Contains(text, "#{") {
				return fold.Input.Mix(folded), true
			}
			return folded, true
		case configProperty, micronautProp:
			name, ok := f.literal(a.args["name"])
			if !ok {
				return fold.Input, true
			}
			return readProperty(microProfile(name), secretProperty(name), f.evaluate(a.args["defaultValue"])), true
		}
		if a.simple == "Option" || a.simple == "Parameter" && f.imports("com.beust.jcommander") {
			return fold.Input, true
		}
	}
	return fold.Value{}, false
}

// annotation states what one annotation shows.
func (f *file) annotation(n syntax.Node) {
	a := f.annotationOf(n)
	f.annotationCredential(a)
	f.originAnnotation(a)
	if a.name == "" {
		return
	}
	switch a.name {
	case springValue, micronautValue:
		f.valueAnnotation(a)
	case configProperty, micronautProp:
		f.configPropertyAnnotation(a)
	}
	f.profileAnnotation(a)
	f.sessionAnnotation(a)
	f.jobAnnotation(a)
	f.endpointAnnotation(a)
}

// valueAnnotation states the properties of @Value("${X:default}").
func (f *file) valueAnnotation(a annotation) {
	text, ok := f.literal(a.args["value"])
	if !ok {
		return
	}
	if name, ok := systemEnvironment(text); ok {
		fact := inspect.EnvRead{Name: name, Via: "@Value", Secret: inspect.IsSecretName(name)}
		if m := elvis.FindStringSubmatch(text); m != nil {
			fact.Fallback = fold.Literal(m[1]).Kept(fact.Secret)
		}
		f.state(a.Node, fact)
	}
	list, _ := placeholders(text, 0)
	for _, p := range list {
		name := variableOf(p.name)
		if a.name == micronautValue {
			name = microProfile(p.name)
		}
		if !plausibleVariable(name) || ownProperties[p.name] {
			continue
		}
		secret := secretProperty(p.name)
		fact := inspect.EnvRead{Name: name, Via: "@Value", Required: !p.has && envStyle(p.name) && !f.conditional(a.Node), Secret: secret}
		if p.has {
			_, fallback := placeholders(p.fallback, 1)
			fact.Fallback = expression(p.fallback, fallback).Kept(secret)
		}
		f.state(a.Node, fact)
	}
}

// conditional reports whether what an annotation stands in is made only where a
// property, a profile or another bean asks for it.
func (f *file) conditional(n syntax.Node) bool {
	for d := n.Up("class_declaration", "method_declaration", "function_declaration"); d.OK(); d = d.Up("class_declaration", "method_declaration", "function_declaration") {
		for _, a := range f.annotationsOf(d) {
			if strings.HasPrefix(a.simple, "Conditional") || a.simple == "Profile" || a.simple == "Requires" {
				return true
			}
		}
	}
	return false
}

// elvis is the fallback of #{systemEnvironment['X'] ?: 'a'}.
var elvis = regexp.MustCompile(`\?:\s*'([^']*)'`)

// ownProperties are those that a framework sets itself.
var ownProperties = map[string]bool{"local.server.port": true, "local.management.port": true, "spring.application.name": true, "user.dir": true, "user.home": true, "java.io.tmpdir": true}

// systemEnvironment reads #{systemEnvironment['X']} and #{environment.X}.
func systemEnvironment(text string) (string, bool) {
	for _, lead := range []string{"systemEnvironment['", "systemEnvironment.", "systemEnvironment[\""} {
		if _, rest, ok := strings.Cut(text, lead); ok {
			end := strings.IndexAny(rest, "'\"]} ?.)")
			if end > 0 && plausibleVariable(rest[:end]) {
				return rest[:end], true
			}
		}
	}
	return "", false
}

// configPropertyAnnotation states MicroProfile's and Micronaut's properties. A
// missing one stops the program unless it is optional; but a file may hold it,
// so that only one named as a variable is surely asked of the environment.
func (f *file) configPropertyAnnotation(a annotation) {
	property, ok := f.literal(a.args["name"])
	if !ok || property == "" {
		return
	}
	name := microProfile(property)
	secret := inspect.IsSecretName(name)
	fact := inspect.EnvRead{Name: name, Via: "@" + a.simple, Secret: secret}
	if fallback := a.args["defaultValue"]; fallback.OK() {
		fact.Fallback = f.evaluate(fallback).Kept(secret)
	} else {
		fact.Required = envStyle(property) && !strings.Contains(target(a.Node).Text(), "Optional<")
	}
	f.state(a.Node, fact)
}

// settingsAnnotations make a class hold the properties under a prefix.
var settingsAnnotations = map[string]bool{
	"org.springframework.boot.context.properties.ConfigurationProperties": true, "io.micronaut.context.annotation.ConfigurationProperties": true,
	"io.smallrye.config.ConfigMapping": true, "io.quarkus.arc.config.ConfigProperties": true,
}

// settingsClass finds the fields of a class of settings, each a variable that
// may set it.
func (f *file) settingsClass(class syntax.Node) {
	a, ok := f.annotated(class, settingsAnnotations)
	if !ok {
		return
	}
	prefix, ok := f.literal(a.args["prefix"])
	if !ok {
		prefix, ok = f.literal(a.args["value"])
	}
	if !ok || prefix == "" {
		return
	}
	s := settingsNames{via: a.simple, spring: strings.HasPrefix(a.name, "org.springframework.")}
	s.prefix = s.variable(prefix) + "_"
	for _, p := range parameters(class) {
		f.settingsField(p.node, p.name, p.typ, s, p.fallback)
	}
	body := bodyOf(class)
	for n := body.First(); n.OK(); n = n.Next() {
		switch n.Kind() {
		case "field_declaration":
			if modifiers := childOf(n, "modifiers"); modifiers.Has("static") || strings.Contains(n.Field("type").Text(), "Logger") {
				continue
			}
			d := n.Field("declarator")
			f.settingsField(n, d.Field("name"), n.Field("type"), s, d.Field("value"))
		case "property_declaration":
			name, v := declared(n)
			f.settingsField(n, name, typeIn(name.Parent()), s, v)
		case "method_declaration":
			if class.Is("interface_declaration") {
				f.settingsField(n, n.Field("name"), n.Field("type"), s, syntax.Node{})
			}
		}
	}
}

// settingsNames tells what the variables of a class of settings are called.
type settingsNames struct {
	via    string
	prefix string
	spring bool // whose variables have no underscore where a property has a dash
}

func (s settingsNames) variable(property string) string {
	if s.spring {
		return variableOf(property)
	}
	return microProfile(humps.ReplaceAllString(property, "${1}_$2"))
}

var humps = regexp.MustCompile(`([a-z0-9])([A-Z])`)

// fallbackAnnotations give a setting its value where nothing else does.
var fallbackAnnotations = map[string]bool{
	"org.springframework.boot.context.properties.bind.DefaultValue": true, "io.smallrye.config.WithDefault": true, "io.micronaut.core.bind.annotation.Bindable": true,
}

func (f *file) settingsField(n, name, typ syntax.Node, s settingsNames, fallback syntax.Node) {
	field := name.Text()
	if field == "" {
		return
	}
	secret := inspect.IsSecretName(field)
	for _, a := range f.annotationsOf(n) {
		switch {
		case fallbackAnnotations[a.name]:
			fallback = a.args["value"]
			if v := a.args["defaultValue"]; v.OK() {
				fallback = v
			}
		case a.name == "io.smallrye.config.WithName":
			if name, ok := f.literal(a.args["value"]); ok {
				field = name
			}
		}
	}
	fact := inspect.EnvRead{Name: s.prefix + s.variable(field), Via: "@" + s.via, Secret: secret}
	if !plausibleVariable(fact.Name) {
		return
	}
	held := fold.Value{}
	if v := f.evaluate(fallback); v.Source == inspect.Literal {
		held, fact.Fallback = v, v.Kept(secret)
	}
	f.state(n, fact)
	of := name.Index()
	if n.Is("method_declaration") {
		of = n.Index()
	}
	if f.typeSymbol(typ) == "" {
		f.settingOf[of] = readProperty(fact.Name, secret, held)
	} else { // settings below it
		f.settingOf[of] = fold.Refer(inspect.Input, "spring:"+fact.Name)
	}
}
