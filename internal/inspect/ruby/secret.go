package ruby

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

var (
	// labelWords make a value the name of a field or a word for people.
	labelWords = map[string]bool{
		"access": true, "refresh": true, "auth": true, "token": true, "key": true, "secret": true, "password": true, "passwd": true, "pwd": true, "tokens": true, "passwords": true, "keys": true,
		"api": true, "session": true, "user": true, "id": true, "csrf": true, "jwt": true, "bearer": true, "oauth": true, "client": true, "new": true, "basic": true, "digest": true,
		"old": true, "current": true, "confirm": true, "confirmation": true, "reset": true, "code": true, "credentials": true, "grant": true, "username": true, "authorization": true, "encrypted": true, "field": true, "rack": true,
	}
	identifierLike = regexp.MustCompile(`^[A-Za-z]+([_.-][A-Za-z]+)*[?!]?$`)
	camelLabel     = regexp.MustCompile(`^_?[a-z]+([A-Z][a-z]+)*(Token|Key|Secret|Password|Credentials)$`)
	constantLike   = regexp.MustCompile(`^[A-Z]\w*(::[A-Z]\w*)+$`)
	envStyle       = regexp.MustCompile(`^[A-Z]+(_[A-Z]+)+$`)
	// settingsHash are names of hashes and receivers that configure something,
	// labelHash those that hold words for people or names for programs.
	settingsHash  = regexp.MustCompile(`(?i)(config|conf$|setting|option|credential|auth|conn|database|param|args|env|default|account|smtp|mail|redis|aws|broker|storage|provider|client)`)
	labelHash     = regexp.MustCompile(`(?i)(label|message|error|text|translat|help|choice|field|widget|schema|mapping|alias|header|pattern|regex|column|title|description|example|type|attributes|filter|permit|locale|i18n|placeholder|selector|fixture|factory|mock|stub|test)`)
	labelReceiver = regexp.MustCompile(`(?i)^(expect|allow|assert\w*|validates?\w*|attr_\w+|field|column|string|text|input|\w*_field|\w*_tag|label|t|translate|permit|require|where|find_by|find_or_\w+|delegate|scope|has_many|belongs_to|has_one|create_table|add_column|rename_column|change_column|add_index|remove_column|option|argument|param|params|requires|optional|property|expose|log|puts|print|p|warn|info|debug|error|raise|format|gsub|sub|match\w*|include\?|send|public_send|respond_to|define_method|alias_method|key\?|dig|fetch|slice|except|describe|it|context|let|before_action|desc|say|link_to|redirect_to|render|filter_parameters|deprecate|serialize|encrypts|enum|store_accessor|pluck|select|order|group|update_column|update_attribute|read_attribute|write_attribute|attribute|attributes|resource|resources|get|post|put|patch|delete|match|visit|fill_in|click_\w+|have_\w+|i18n_\w+|authenticate_with|method|instance_variable_\w+|default_options|default)$`)
	// notSecretHere are names that Ruby gives to what says of a secret.
	notSecretHere = regexp.MustCompile(`(?i)(identifier|_id|purpose|_attribute|_param(eter)?|_method|_column|_within|_after|_before|_at|_stretches|_range|_for|_cost)s?$`)
)

// credentialText reports whether text can be a secret's value rather than a
// name, a label, a place or a type.
func credentialText(name, text string) bool {
	if len(text) < 3 || !strings.ContainsFunc(text, func(r rune) bool {
		return r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9' || r == '*' || r == '<'
	}) {
		return false
	}
	if inspect.TokenFormat(text) != "" {
		return true
	}
	if inspect.SaysOtherwise(text) || inspect.NamesItself(name, text) {
		return false
	}
	squeeze := strings.NewReplacer("_", "", "-", "", " ", "", ".", "")
	if strings.EqualFold(squeeze.Replace(name), squeeze.Replace(text)) {
		return false
	}
	if len(text) >= 6 && strings.ContainsAny(text, "_-.") && strings.HasPrefix(strings.ToLower(squeeze.Replace(name)), strings.ToLower(squeeze.Replace(text))) {
		return false // the beginning of its own name
	}
	if strings.ContainsAny(text, " \t\n") && !strings.HasPrefix(strings.ToLower(text), "change") {
		return false // a sentence
	}
	switch {
	case envStyle.MatchString(text), constantLike.MatchString(text), strings.HasPrefix(text, "/"), strings.HasPrefix(text, "http://"), strings.HasPrefix(text, "https://"), strings.HasPrefix(text, "./"), strings.HasPrefix(text, "%"), strings.HasPrefix(text, "#"), strings.HasPrefix(text, ":"):
		return false
	}
	if camelLabel.MatchString(text) {
		return false
	}
	if identifierLike.MatchString(text) && strings.ContainsAny(text, "_.-?!") {
		for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune("_.-?!", r) }) {
			if !labelWords[word] {
				return true
			}
		}
		return false
	}
	return true
}

// secretText is the text of a literal that stands at n itself: names are not
// followed, for they are stated where they are assigned. A symbol is a name.
func (f *rubyFile) secretText(n syntax.Node) (string, bool) {
	for n.Is("parenthesized_statements") || n.Is("call") && sameThing[n.Field("method").Text()] {
		if n.Is("call") {
			n = n.Field("receiver")
		} else {
			n = lastChild(n)
		}
	}
	if !n.Is("string", "chained_string", "heredoc_beginning") {
		return "", false
	}
	v := f.evaluate(n)
	return v.Text, v.IsLiteral()
}

func (f *rubyFile) credential(n syntax.Node, name, via, text string) {
	if inspect.IsSecretName(name) && !notSecretHere.MatchString(name) && credentialText(name, text) {
		f.say(n, inspect.Credential{Name: name, Via: via, Secret: inspect.NewSecret(text)})
	}
}

// assignedSecret states NAME = "…", object.name = "…", settings["name"] = "…".
func (f *rubyFile) assignedSecret(n, right syntax.Node) {
	text, ok := f.secretText(right)
	if !ok || f.debugOnly(n) {
		return
	}
	left := n.Field("left")
	switch left.Kind() {
	case "identifier", "constant", "instance_variable", "class_variable", "global_variable":
		if left.Is("constant") && f.keysWith(left.Text()) {
			return
		}
		f.credential(n, lastName(left), "assignment", text)
	case "call":
		name := lastName(left)
		if name == "pepper" && strings.HasPrefix(f.resolve(left.Field("receiver")), "Devise.") && credentialText(name, text) {
			f.say(n, inspect.Credential{Name: name, Via: "field", Secret: inspect.NewSecret(text)})
			return
		}
		f.credential(n, name, "field", text)
	case "element_reference":
		key, ok := f.key(elementKey(left))
		if ok && f.headerSecret(n, key, text) {
			return
		}
		object := lastName(left.Field("object"))
		if ok && (settingsHash.MatchString(object) || object == "ENV") && !labelHash.MatchString(object) {
			f.credential(n, key, "field", text)
		}
	}
}

// keysWith reports whether the file looks something up by a constant: it holds
// a key's name.
func (f *rubyFile) keysWith(constant string) bool {
	return strings.HasSuffix(constant, "_KEY") && strings.Contains(f.tree.Root().Text(), "["+constant+"]")
}

// pairSecret states password: "…" in a hash that configures something, and in
// a call that takes a secret.
func (f *rubyFile) pairSecret(n syntax.Node) {
	if key := n.Field("key"); key.Is("hash_key_symbol") && !secretKey(key.Text()) && !inspect.IsSecretHeader(key.Text()) {
		return // most pairs
	}
	text, ok := f.secretText(n.Field("value"))
	if !ok {
		return
	}
	key, ok := f.key(n.Field("key"))
	if ok && f.headerSecret(n, key, text) || !ok || !secretKey(key) {
		return
	}
	for outer := n.Parent(); outer.OK(); outer = outer.Parent() {
		switch outer.Kind() {
		case "hash", "array", "right_assignment_list", "parenthesized_statements":
			continue
		case "pair":
			if label, _ := f.key(outer.Field("key")); labelHash.MatchString(label) {
				return
			}
			continue
		case "call":
			if m := outer.Field("method").Text(); sameThing[m] || keeps[m] {
				continue
			}
		case "assignment", "operator_assignment":
			if name := lastName(outer.Field("left")); !labelHash.MatchString(name) && (settingsHash.MatchString(name) || outer.Field("left").Is("call")) {
				f.sayPairSecret(n, key, "field", text)
			}
		case "argument_list":
			if m := outer.Parent().Field("method").Text(); !labelReceiver.MatchString(m) {
				f.sayPairSecret(n, key, "argument", text)
			}
		case "body_statement", "block_body", "return": // what a method gives back
			if def := method(n); def.OK() && !strings.HasPrefix(def.Field("name").Text(), "default") && settingsHash.MatchString(def.Field("name").Text()) && !labelHash.MatchString(def.Field("name").Text()) {
				f.sayPairSecret(n, key, "field", text)
			}
		}
		return
	}
}

// secretKey reports whether a key takes a secret: by its name, or secret: of a
// session's middleware.
func secretKey(key string) bool {
	return inspect.IsSecretName(key) || key == "secret"
}

func (f *rubyFile) sayPairSecret(n syntax.Node, key, via, text string) {
	if credentialText(key, text) {
		f.say(n, inspect.Credential{Name: key, Via: via, Secret: inspect.NewSecret(text)})
	}
}

// parameterSecret states a parameter's default: def connect(password: "…").
func (f *rubyFile) parameterSecret(n syntax.Node) {
	if text, ok := f.secretText(n.Field("value")); ok {
		f.credential(n, n.Field("name").Text(), "assignment", text)
	}
}

// secretArguments are calls that take a secret at a place.
var secretArguments = map[string]struct {
	place int
	name  string
}{
	"JWT.encode": {1, "secret"}, "JWT.decode": {1, "secret"}, "ActiveSupport::MessageEncryptor.new": {0, "secret"}, "ActiveSupport::MessageVerifier.new": {0, "secret"}, "OpenSSL::HMAC.hexdigest": {1, "key"}, "OpenSSL::HMAC.digest": {1, "key"},
	"http_basic_authenticate_with": {-1, "password"}, "Aws::Credentials.new": {1, "secret_access_key"}, "Net::SMTP.start": {4, "password"}, "OmniAuth::Builder.provider": {2, "client_secret"}, "Octokit::Client.new": {-1, "access_token"},
	"Twilio::REST::Client.new": {1, "auth_token"}, "Slack::Web::Client.new": {-1, "token"}, "Mysql.new": {2, "password"}, "Mysql.connect": {2, "password"}, "TCPSocket.gets": {-1, ""}, "Rack::Utils.secure_compare": {1, "token"}, "ActiveSupport::SecurityUtils.secure_compare": {1, "token"},
	"Mail.defaults": {-1, ""}, "Stripe::StripeClient.new": {0, "api_key"}, "OpenAI::Client.new": {-1, "access_token"}, "Fernet.verifier": {0, "secret"},
}

// secretCall states a literal at the place of a secret, in a framework's
// setting or in a strategy of OmniAuth and Devise.
func (f *rubyFile) secretCall(c call) {
	place, name := -1, ""
	if at, known := secretArguments[c.name]; known {
		place, name = at.place, at.name
	}
	switch {
	case c.name == "set" && f.sinatra, c.name == "Sinatra::Base.set":
		if key, ok := f.literal(c.args.arg(0)); ok && inspect.IsSecretName(key) {
			place, name = 1, key
		}
	case c.method == "omniauth" && strings.HasPrefix(c.name, "Devise.setup{}") || c.method == "provider" && inBlockOf(c.Node, "use").OK():
		place, name = 2, "client_secret"
	}
	if place < 0 {
		return
	}
	arg := c.args.arg(place)
	if text, ok := f.literal(arg); ok && (name == "secret" || name == "key") && strings.TrimSpace(text) != "" && inspect.WeakKey(inspect.SigningKey, text) {
		f.say(arg, inspect.Credential{Name: inspect.SigningKey, Via: "argument", Secret: inspect.NewSecret(text)})
		return
	}
	if text, ok := f.secretText(arg); ok && (credentialText(name, text) || name == "session_secret" && len(text) >= 6) {
		f.say(arg, inspect.Credential{Name: name, Via: "argument", Secret: inspect.NewSecret(text)})
	}
}

// secretHints: one of them stands in every URL and in every token that
// TokenFormat knows.
var secretHints = []string{
	"://", "k_live_", "k_test_", "AKIA", "ASIA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "xox", "AIza", "SG.", "PRIVATE KEY", "eyJ",
}

// urlCredential states URLs with a password and tokens of known formats. The
// default of a read is stated with the read.
func (f *rubyFile) urlCredential(n syntax.Node) {
	if n.Is("string") {
		if from, to := n.Span(); to-from < 14 {
			return
		}
		body, hinted := n.Text(), false
		for _, hint := range secretHints {
			hinted = hinted || strings.Contains(body, hint)
		}
		if !hinted {
			return
		}
	}
	v := f.evaluate(n)
	if !v.IsLiteral() {
		return
	}
	if format := inspect.TokenFormat(v.Text); format != "" {
		if format == "private-key" && len(v.Text) < shortestKey {
			return // the lines around a key, without one
		}
		f.token(n, format, v.Text)
		return
	}
	if n.Is("heredoc_beginning") || f.asDefault(n) {
		return
	}
	masked, password, ok := inspect.MaskURL(v.Text)
	if !ok || strings.ContainsAny(v.Text, " \n") || !strings.Contains(masked, "://") {
		return
	}
	scheme, rest, _ := strings.Cut(masked, "://")
	_, host, _ := strings.Cut(rest, "@")
	if i := strings.IndexAny(host, "/:?,#"); i >= 0 {
		host = host[:i]
	}
	f.say(n, inspect.Credential{Name: scheme + "://" + host, Via: "url", Secret: inspect.NewSecret(password), Host: host})
}

// shortestKey is less than any private key takes in PEM, in bytes.
const shortestKey = 120

// token states a provider's token, unless the name beside it says so already.
func (f *rubyFile) token(n syntax.Node, format, text string) {
	name, via := format, "argument"
	switch p := n.Parent(); p.Kind() {
	case "assignment", "operator_assignment":
		name, via = lastName(p.Field("left")), "assignment"
	case "pair":
		name, _ = f.key(p.Field("key"))
		via = "field"
	}
	if inspect.IsSecretName(name) && via != "argument" {
		return
	}
	f.say(n, inspect.Credential{Name: name, Via: via, Secret: inspect.NewSecret(text)})
}

// asDefault reports whether a literal stands in for an unset variable.
func (f *rubyFile) asDefault(n syntax.Node) bool {
	for p := n.Parent(); p.Is("binary", "parenthesized_statements", "argument_list", "block_body", "block", "do_block", "conditional", "body_statement", "interpolation", "string", "operator_assignment"); n, p = p, p.Parent() {
		switch {
		case p.Is("binary") && (p.Has("||") || p.Has("or")) && n == p.Field("right") && f.evaluate(p.Field("left")).Source == inspect.Env:
			return true
		case p.Is("argument_list", "block", "do_block") && f.callee(p.Parent()) == "ENV.fetch":
			return true
		case p.Is("operator_assignment") && f.resolve(p.Field("left").Field("object")) == "ENV":
			return true
		}
	}
	return false
}

// login states user == "…" && password == "…": whoever reads the code can log
// in, however easily the password is guessed.
func (f *rubyFile) login(n syntax.Node) {
	if at, name, text := syntax.Login(n); at.OK() {
		f.say(at, inspect.Credential{Name: name, Via: "login", Secret: inspect.NewSecret(text)})
	}
}
