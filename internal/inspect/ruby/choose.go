package ruby

import (
	"regexp"
	"slices"
	"sort"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// keyChoices tell from the name of a setting, or of the method that is called,
// what a decision chooses.
var keyChoices = []struct {
	key    *regexp.Regexp
	choice inspect.Choice
}{
	{regexp.MustCompile(`(?i)(^|[._])(session_store|cache_store|queue_adapter|storage|store|stores|storages|active_storage\.service|backend|datastore)$`), inspect.ChoosesStore},
	{regexp.MustCompile(`(?i)(^|[._:])(logger|log_level|log_formatter|log_tags|colorize_logging|lograge\.\w+|level|log_file|verbose_query_logs|logging|semantic_logger\.\w+|rails_semantic_logger\.\w+)$`), inspect.ChoosesLog},
	{regexp.MustCompile(`(?i)(^|[._])(consider_all_requests_local|show_exceptions|debug|raise_errors|dump_errors|show_full_error_reports|reload|eager_load|cache_classes|enable_reloading|debug_exception_response_format|raise_delivery_errors)$`), inspect.ChoosesDebug},
	{regexp.MustCompile(`(?i)(^|[._:])(use|mount|insert_before|insert_after|force_ssl|assume_ssl|serve_static_assets|serve_static_files|perform_deliveries|perform_caching|\w*enabled\w*|enable|disable|feature\w*|allow_\w+|delivery_method|async)$`), inspect.ChoosesFeature},
	{regexp.MustCompile(`(?i)(^|[._])(smtp_settings|redis|database|queue_client|s3_client)$`), inspect.ChoosesClient},
	{regexp.MustCompile(`(?i)(^|[._])(\w*url|\w*uri|\w*host|\w*hosts|\w*endpoint|\w*domain|base_url|asset_host|site)$`), inspect.ChoosesURL},
}

var (
	debugTools = regexp.MustCompile(`(?i)^(pry|byebug|bullet|debug|web-console|rack-mini-profiler|better_errors|binding_of_caller|letter_opener|letter_opener_web|rack/mini_profiler|sinatra/reloader|webmock|faker|dotenv|dotenv/load|ruby-prof|stackprof)(/|$)`)
	mockName   = regexp.MustCompile(`(^|::)(Fake|Mock|Stub|Dummy|Null|Test|InMemory|Local|Noop|NoOp)[A-Z]\w*$|(Fake|Mock|Stub|Dummy|Noop)(Client|Service|Gateway|Adapter)?$`)
)

func choiceOfKey(key string) (inspect.Choice, bool) {
	for _, k := range keyChoices {
		if k.key.MatchString(key) {
			return k.choice, true
		}
	}
	return "", false
}

// choices are what is recognised in the branches of a decision, and in what its
// result is given to; sorted, each once.
func (f *rubyFile) choices(decision syntax.Node, bodies ...syntax.Node) []inspect.Choice {
	found := map[inspect.Choice]bool{}
	if key := f.givenTo(decision); key != "" {
		if choice, ok := choiceOfKey(key); ok {
			found[choice] = true
		}
	}
	var names [][]string
	for _, body := range bodies {
		if body.OK() {
			f.choicesIn(body, found)
			names = append(names, f.variablesIn(body))
		}
	}
	if inspect.DifferByStage(names) {
		found[inspect.ChoosesConfig] = true
	}
	var list []inspect.Choice
	for choice := range found {
		list = append(list, choice)
	}
	sort.Slice(list, func(i, j int) bool { return list[i] < list[j] })
	return slices.Compact(list)
}

// variablesIn are the variables that a body reads, by names of several words.
func (f *rubyFile) variablesIn(body syntax.Node) (names []string) {
	body.Walk(func(n syntax.Node) bool {
		if n.Is("element_reference", "call") && strings.HasPrefix(n.Text(), "ENV") {
			n.Walk(func(m syntax.Node) bool {
				if m.Is("string") {
					if text, ok := f.literal(m); ok && inspect.IsVariableName(text) {
						names = append(names, text)
					}
				}
				return f.burn()
			})
			return false
		}
		return f.burn()
	})
	return names
}

// givenTo is the name of what an expression's value is given to: a variable, a
// setting, a key, the method that takes it.
func (f *rubyFile) givenTo(n syntax.Node) string {
	for p := n.Parent(); p.OK(); n, p = p, p.Parent() {
		switch p.Kind() {
		case "assignment", "operator_assignment":
			left := p.Field("left")
			if n != p.Field("right") {
				return ""
			}
			if left.Is("call") {
				return strings.TrimPrefix(left.Text(), "config.")
			}
			return strings.TrimLeft(left.Text(), "@$")
		case "pair":
			key, _ := f.key(p.Field("key"))
			return key
		case "argument_list":
			return p.Parent().Field("method").Text()
		case "parenthesized_statements", "binary", "unary":
		default:
			return ""
		}
	}
	return ""
}

func (f *rubyFile) choicesIn(body syntax.Node, found map[inspect.Choice]bool) {
	body.Walk(func(n syntax.Node) bool {
		if !f.burn() {
			return false
		}
		switch n.Kind() {
		case "string":
			if text, ok := f.literal(n); ok && isURL(text) {
				found[inspect.ChoosesURL] = true
			}
		case "assignment", "operator_assignment":
			f.choiceOfAssignment(n, found)
		case "call":
			f.choiceOfCall(n, found)
		}
		return true
	})
}

func isURL(text string) bool {
	return strings.Contains(text, "://") && !strings.ContainsAny(text, " \n")
}

func (f *rubyFile) choiceOfAssignment(n syntax.Node, found map[inspect.Choice]bool) {
	left := n.Field("left").Text()
	if choice, ok := choiceOfKey(left); ok && (n.Field("left").Is("call") || choice == inspect.ChoosesURL) && !(choice == inspect.ChoosesURL && f.onlyRead(n.Field("right"))) {
		found[choice] = true
	}
	if text, ok := f.secretText(n.Field("right")); ok && inspect.IsSecretName(lastName(n.Field("left"))) && credentialText(lastName(n.Field("left")), text) {
		found[inspect.ChoosesCredential] = true
	}
}

// onlyRead reports whether a value is what the environment says, whatever that
// is: url = ENV["DATABASE_URL"] decides no address.
func (f *rubyFile) onlyRead(n syntax.Node) bool {
	v := f.evaluate(n)
	return v.Source == inspect.Env && !v.Has
}

func (f *rubyFile) choiceOfCall(n syntax.Node, found map[inspect.Choice]bool) {
	name := f.callee(n)
	if _, ok := clients[name]; ok {
		found[inspect.ChoosesClient] = true
	}
	if method := n.Field("method").Text(); method == "new" && mockName.MatchString(constantPath(n.Field("receiver"))) {
		found[inspect.ChoosesMock] = true
	}
	switch {
	case name == "require" || name == "gem":
		if text, _ := f.literal(n.Field("arguments").Child(0)); debugTools.MatchString(text) {
			found[inspect.ChoosesDebug] = true
		}
	case name == "use" || strings.HasSuffix(name, "middleware.use") || name == "mount" || strings.HasSuffix(name, "middleware.insert_before") || name == "enable" || name == "disable":
		found[inspect.ChoosesFeature] = true
	case logClasses[strings.TrimSuffix(name, ".new")] && strings.HasSuffix(name, ".new"):
		found[inspect.ChoosesLog] = true
	case strings.HasSuffix(name, "session_store") || strings.HasPrefix(name, "Shrine::Storage::") || strings.HasPrefix(name, "ActiveSupport::Cache::"):
		found[inspect.ChoosesStore] = true
	}
}

// lastName is the name of what is assigned, without what it belongs to.
func lastName(n syntax.Node) string {
	switch n.Kind() {
	case "call":
		return n.Field("method").Text()
	case "element_reference":
		return strings.Trim(elementKey(n).Text(), `:"'`)
	case "scope_resolution":
		return n.Field("name").Text()
	}
	return strings.TrimLeft(n.Text(), "@$")
}
