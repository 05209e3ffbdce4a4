package python

import (
	"regexp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

var (
	corsTaker    = regexp.MustCompile(`(?i)(cors|add_middleware|middleware|socketio|server|set_access_control)`)
	corsArgument = map[string]bool{"origins": true, "allow_origins": true, "cors_allowed_origins": true, "allowed_origins": true}
)

// originCall states the pages that may call where a call says so:
// CORSMiddleware's allow_origins, CORS(app, origins=…).
func (p *pythonFile) originCall(c pyCall) {
	taker := c.Field("function").Text()
	if !corsTaker.MatchString(taker) && !corsTaker.MatchString(c.name) {
		return
	}
	for name, value := range sortedKeywords(c.args) {
		if corsArgument[name] {
			p.origins(c.Node, "", value)
		}
		if name == "resources" { // {r"/api/*": {"origins": "…"}}
			p.entries(p.follow(value), func(_ string, _, options syntax.Node) {
				p.entries(p.follow(options), func(key string, pair, value syntax.Node) {
					if key == "origins" {
						p.origins(pair, "", value)
					}
				})
			})
		}
	}
}

// originName states the pages that may call where a name says so; Django's are
// settings.
func (p *pythonFile) originName(n syntax.Node) {
	left := n.Field("left")
	name, _ := p.nameIn(left)
	if left.Is("subscript") && inspect.IsOriginHeader(name) {
		p.origins(n, "", n.Field("right"))
		return
	}
	if p.django || !inspect.IsOriginName(name) {
		return
	}
	if class := n.Up("class_definition"); class.OK() && (p.isSettingsClass(class, 0) || inspect.HandleNot.MatchString(class.Field("name").Text()) || n.Field("type").OK()) {
		return
	}
	p.origins(n, name, n.Field("right"))
}

// origins states a list of pages that is written down as a whole, once.
func (p *pythonFile) origins(at syntax.Node, name string, n syntax.Node) {
	if n.Is("identifier") {
		name = n.Text()
	}
	list := p.follow(n)
	var texts []string
	switch list.Kind() {
	case "list", "tuple", "set":
		for c := list.First(); c.OK(); c = c.Next() {
			if c.Is("comment") {
				continue
			}
			text, ok := p.literal(c)
			if !ok {
				return
			}
			texts = append(texts, text)
		}
	default:
		text, ok := p.literal(list)
		if !ok {
			return
		}
		texts = append(texts, text)
	}
	if p.debugOnly(at) || inspect.OriginsGrow(string(p.tree.Source()), name) {
		return
	}
	if fact, ok := inspect.OriginsOf(texts); ok && p.once("origins "+list.Text()) {
		p.state(list, fact)
	}
}
