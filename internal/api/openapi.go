package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// pathParameters say what stands in addresses.
var pathParameters = map[string]struct {
	says   string
	schema object
}{
	"id":      {"The repository’s id, or owner%2Fname in any case of letters.", object{"type": "string", "maxLength": 300}},
	"audit":   {"The id of an audit.", object{"type": "integer", "format": "int64", "minimum": 1}},
	"finding": {"The id of a finding.", object{"type": "integer", "format": "int64", "minimum": 1}},
	"owner":   {"The account that the repository belongs to.", object{"type": "string"}},
	"name":    {"Its name.", object{"type": "string"}},
	"factor":  {"The factor's key.", object{"type": "string"}},
}

// Statuses are those that an operation answers with, of its own accord: any may
// also answer 405, 421 and 500.
func (o Operation) Statuses() []int {
	list := []int{o.Status}
	if o.Method == http.MethodGet {
		list = append(list, http.StatusNotModified)
	}
	list = append(list, http.StatusBadRequest)
	if o.Access == Public {
		return list
	}
	list = append(list, http.StatusUnauthorized, http.StatusForbidden)
	if len(o.Parameters()) > 0 || o.narrows() {
		list = append(list, http.StatusNotFound)
	}
	if o.Body != nil {
		list = append(list, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity)
	}
	list = append(list, http.StatusTooManyRequests)
	if o.Access != Anybody { // that asks GitHub nothing
		list = append(list, http.StatusServiceUnavailable)
	}
	return list
}

// narrows reports whether the operation takes an installation that may be missing.
func (o Operation) narrows() bool {
	for _, q := range o.Query {
		if q.Name == qInstallation.Name {
			return true
		}
	}
	return false
}

// Description is the API in OpenAPI 3.1, at the address of a site. strict forbids
// members that it does not name, for tests: who reads answers must take such as
// they come.
func Description(site string, strict bool) ([]byte, error) {
	s := &schemas{byName: map[string]any{}, types: map[string]reflect.Type{}, strict: strict}
	paths := object{}
	var groups []string
	for _, o := range operations {
		item, _ := paths[o.Path].(object)
		if item == nil {
			item = object{}
			paths[o.Path] = item
		}
		item[strings.ToLower(o.Method)] = s.operation(o)
		if len(groups) == 0 || groups[len(groups)-1] != o.Group {
			groups = append(groups, o.Group)
		}
	}
	tags := make([]object, len(groups))
	for i, name := range groups {
		tags[i] = object{"name": name}
	}
	s.reference(reflect.TypeFor[Problem]())
	return json.MarshalIndent(object{
		"openapi": "3.1.0",
		"info": object{"title": "Twelvefold", "version": "1", "summary": "Audits of repositories against the twelve factors.",
			"description": "A token may what its person may at that moment. Lists are paged by cursors. Errors are problems as RFC 9457 has them. " + site + "/api tells it to people."},
		"servers":  []object{{"url": site + Prefix}},
		"security": []object{{"token": []string{}}},
		"tags":     tags, "paths": paths,
		"components": object{
			"schemas":         s.byName,
			"securitySchemes": object{"token": object{"type": "http", "scheme": "bearer", "description": "A token of " + site + "/account/tokens, which begins with " + tokenMark + "."}},
			"headers":         headers(),
		},
	}, "", " ")
}

func headers() object {
	text := func(says string) object { return object{"description": says, "schema": object{"type": "string"}} }
	return object{
		"ETag":            text("What If-None-Match is to say to be answered 304 as long as nothing changed."),
		"Link":            text("The next page of a list: <…>; rel=\"next\"."),
		"RateLimit":       text("How many requests are left (r), and for how many seconds (t)."),
		"RateLimitPolicy": text("How many requests a token has (q) in how many seconds (w)."),
		"RetryAfter":      object{"description": "Seconds to wait.", "schema": object{"type": "integer"}},
		"Authenticate":    text("Bearer"),
		"Location":        text("Where what was asked for appears."),
	}
}

func header(name string) object { return object{"$ref": "#/components/headers/" + name} }

func (s *schemas) operation(o Operation) object {
	op := object{"operationId": o.ID, "summary": o.Summary, "tags": []string{o.Group}, "responses": s.responses(o)}
	detail := o.Detail
	if o.Order != "" {
		detail = strings.TrimSpace(detail + " Ordered " + o.Order + ".")
	}
	if o.Access == Public {
		op["security"] = []object{}
	} else {
		detail = strings.TrimSpace(detail + " Needs the scope " + string(o.Scope) + ".")
	}
	if detail != "" {
		op["description"] = detail
	}
	var parameters []object
	for _, name := range o.Parameters() {
		schema := pathParameters[name].schema
		if o.ofInstallation(name) {
			schema = qInstallation.schema()
		}
		parameters = append(parameters, object{"name": name, "in": "path", "required": true, "description": o.PathSays(name), "schema": schema})
	}
	for _, q := range o.Query {
		parameters = append(parameters, object{"name": q.Name, "in": "query", "description": q.Says, "schema": q.schema()})
	}
	if parameters != nil {
		op["parameters"] = parameters
	}
	if o.Body != nil {
		schema := s.of(reflect.TypeOf(o.Body))
		s.byName[nameOf(reflect.TypeOf(o.Body))].(object)["additionalProperties"] = false
		op["requestBody"] = object{"required": false, "content": object{"application/json": object{"schema": schema}}}
	}
	return op
}

func (q Query) schema() object {
	schema := object{"type": "string"}
	switch q.kind {
	case oneOf:
		schema["enum"] = q.Of
	case number:
		schema = object{"type": "integer", "minimum": q.least}
		if q.most > 0 {
			schema["maximum"] = q.most
		}
		if q.Name != "limit" {
			schema["format"] = "int64"
		}
	case moment:
		schema["description"] = "A day, or a time as RFC 3339 has it."
		schema["examples"] = []string{"2026-01-31", "2026-01-31T09:00:00Z"}
	default:
		schema["minLength"], schema["maxLength"] = 1, q.most
	}
	if q.Usual != "" {
		schema["default"] = q.Usual
		if n, err := strconv.Atoi(q.Usual); err == nil && q.kind == number {
			schema["default"] = n
		}
	}
	return schema
}

// meanings say what statuses mean.
var meanings = map[int]string{
	200: "What was asked for.", 202: "It was asked for.", 304: "It is as If-None-Match says.", 400: "A parameter can't be that.", 401: "There is no token that lets anybody in.",
	403: "The token lacks the scope, or its person the right.", 404: "It is not there, or its person may not see it.", 413: "The body is too large.",
	415: "The body is no application/json.", 422: "The body has a member that can't be.", 429: "Too many requests.", 503: "The database or GitHub can't be asked just now.",
}

func (s *schemas) responses(o Operation) object {
	all := object{"default": s.response(o, 0)}
	for _, status := range o.Statuses() {
		all[strconv.Itoa(status)] = s.response(o, status)
	}
	return all
}

func (s *schemas) response(o Operation, status int) object {
	r := object{"description": cmp.Or(meanings[status], "Any other problem.")}
	named := object{}
	if o.Access != Public && status != http.StatusUnauthorized && status != 0 {
		named["RateLimit"], named["RateLimit-Policy"] = header("RateLimit"), header("RateLimitPolicy")
	}
	switch {
	case status == o.Status:
		r["content"] = object{o.Media: object{"schema": s.of(reflect.TypeOf(o.Answer))}}
	case status != http.StatusNotModified:
		r["content"] = object{"application/problem+json": object{"schema": s.of(reflect.TypeFor[Problem]())}}
	}
	switch status {
	case http.StatusOK, http.StatusNotModified:
		named["ETag"] = header("ETag")
		if o.Order != "" && status == http.StatusOK {
			named["Link"] = header("Link")
		}
	case http.StatusAccepted:
		named["Location"] = header("Location")
	case http.StatusUnauthorized:
		named["WWW-Authenticate"] = header("Authenticate")
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		named["Retry-After"] = header("RetryAfter")
	}
	if len(named) > 0 {
		r["headers"] = named
	}
	return r
}

// PathSays says what stands in an operation's address by that name.
func (o Operation) PathSays(name string) string {
	if o.ofInstallation(name) {
		return "The installation’s id, as listInstallations has it."
	}
	return pathParameters[name].says
}

// ofInstallation reports whether an installation's id stands in the address by that name.
func (o Operation) ofInstallation(name string) bool { return name == "id" && o.Access == OfMembers }

// Curl is a command that tries an operation, with $TWELVEFOLD for the address of
// the site and, where one is needed, $TOKEN for a token.
func (o Operation) Curl(fill map[string]string, token bool) string {
	path := o.Path
	for name, value := range fill {
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	if o.Try != "" {
		path += "?" + o.Try
	}
	command := "curl"
	if o.Method != http.MethodGet {
		command += " -X " + o.Method
	}
	if o.Access != Public && token {
		command += ` -H "Authorization: Bearer $TOKEN"`
	}
	return fmt.Sprintf(`%s "$TWELVEFOLD%s%s"`, command, Prefix, path)
}

// Member is a member of a type, in words.
type Member struct {
	Name string
	Is   string // "text", "number or null", "list of"
	Type string // what it is, or a list of; "" where Is says all
	Says string
}

// Type is a type of answers.
type Type struct {
	Name    string
	Members []Member
}

// Types lists the types that answers are made of, by name.
func Types() []Type {
	byType := map[string]Type{}
	for _, o := range operations {
		of := reflect.TypeOf(o.Answer)
		if item, list := itemOf(of); list {
			of = item
		}
		tell(of, byType)
	}
	tell(reflect.TypeFor[Problem](), byType)
	var list []Type
	for _, name := range slices.Sorted(maps.Keys(byType)) {
		if len(byType[name].Members) > 0 {
			list = append(list, byType[name])
		}
	}
	return list
}

// Answers names the type of an operation's answer, or of the items of its list; ""
// where another document describes it.
func (o Operation) Answers() string {
	of := reflect.TypeOf(o.Answer)
	if item, list := itemOf(of); list {
		of = item
	}
	if of.NumField() == 0 {
		return ""
	}
	return nameOf(of)
}

// itemOf is what a list is of.
func itemOf(t reflect.Type) (item reflect.Type, list bool) {
	if items, ok := t.FieldByName("Items"); ok && strings.HasPrefix(t.Name(), "List[") {
		return items.Type.Elem(), true
	}
	return nil, false
}

func tell(t reflect.Type, byType map[string]Type) {
	name := nameOf(t)
	if _, told := byType[name]; told || t.Kind() != reflect.Struct {
		return
	}
	byType[name] = Type{Name: name}
	byType[name] = Type{name, membersOf(t, byType)}
}

func membersOf(t reflect.Type, byType map[string]Type) (list []Member) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			list = append(list, membersOf(f.Type, byType)...)
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		m := Member{Name: name, Says: f.Tag.Get("doc")}
		m.Is, m.Type = words(f.Type, byType)
		if options == "omitempty" {
			m.Is = strings.TrimSpace("maybe " + m.Is)
		}
		list = append(list, m)
	}
	return list
}

// words say what a type is.
func words(t reflect.Type, byType map[string]Type) (is, of string) {
	if values, few := enumerations[t]; few {
		if len(values) > 7 {
			return "text, one of the twelve keys", ""
		}
		return "text: " + strings.Join(values, ", "), ""
	}
	switch t.Kind() {
	case reflect.Pointer:
		is, of = words(t.Elem(), byType)
		if of != "" {
			return "null or", of
		}
		return is + ", or null", ""
	case reflect.Slice:
		is, of = words(t.Elem(), byType)
		return strings.TrimSpace("list of " + is), of
	case reflect.Struct:
		if t == reflect.TypeFor[time.Time]() {
			return "time", ""
		}
		tell(t, byType)
		return "", nameOf(t)
	case reflect.Bool:
		return "true or false", ""
	case reflect.Int, reflect.Int64:
		return "whole number", ""
	case reflect.Float64:
		return "number", ""
	}
	return "text", ""
}
