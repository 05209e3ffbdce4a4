package logged

import "regexp"

// Language is what a text is written in, as far as its words for printing differ.
type Language int

// The languages that extractors read.
const (
	JavaScript Language = iota
	Python
	Go
	Ruby
	PHP
	JVM
	CSharp
)

var (
	// loggerMethod is a method of a logger, by the names that people give loggers.
	loggerMethod = regexp.MustCompile(`(?i)(^|[.:>_@$\\])(console|log|logs|logger|loggers|logging|logrus|zap|zapper|sugar|sugared|slog|glog|klog|zerolog|winston|pino|consola|bunyan|timber|logfire|structlog)(\(\))?(\.|\?\.|->|::)((log|trace|verbose|silly|debug|info|information|notice|warn|warning|error|err|critical|fatal|panic|print|alert|emergency|exception|write|msg|msgf|dir)[a-z]*|[ve])$`)
	// printers print on a standard stream, by language.
	printers = map[Language]*regexp.Regexp{
		JavaScript: regexp.MustCompile(`^process\.(stdout|stderr)\.write$`),
		Python:     regexp.MustCompile(`^(print|pprint|pprint\.pprint|rich\.print|sys\.(stdout|stderr)\.write)$`),
		Go:         regexp.MustCompile(`^(fmt\.Print(f|ln)?|print(ln)?)$`),
		Ruby:       regexp.MustCompile(`^(\$?(stdout|stderr|STDOUT|STDERR)\.)?(puts|p|pp|print|warn)$`),
		PHP:        regexp.MustCompile(`^\\?(error_log|info|logger)$`),
		JVM:        regexp.MustCompile(`^(System\.(out|err)\.(print(ln|f)?|format)|print(ln)?)$`),
		CSharp:     regexp.MustCompile(`^(System\.)?(Console|Diagnostics\.Debug|Debug|Diagnostics\.Trace|Trace)\.((Error|Out)\.)?Write(Line)?(Async)?$`),
	}
	// forDeveloper is the name of a method or function for what only a developer reads.
	forDeveloper = regexp.MustCompile(`(?i)(^|[.:>])(trace|verbose|silly|debug|log_?debug|log_?trace)[a-z]*$|\bDebug\.Write`)
	// settingsName names all settings.
	settingsName = regexp.MustCompile(`(?i)^((default|current|app|server|global|my|the|all)_?)*(config|configuration|cfg|conf|settings)$`)
	// environmentName is all of the environment.
	environmentName = regexp.MustCompile(`^(process\.env|os\.environ|os\.Environ\(\)|System\.getenv\(\)|ENV(\.(to_h|to_hash|inspect|to_s)(\(\))?)?|\$_ENV|Deno\.env\.toObject\(\)|Bun\.env|(System\.)?Environment\.GetEnvironmentVariables\(\))$`)
	// formName is all that somebody sent.
	formName = regexp.MustCompile(`^((this\.)?_?(req|request)\.body|ctx\.request\.body|ctx\.body|c\.req\.json\(\)|params(\.(inspect|to_unsafe_h|to_s))?|request\.(POST|form|json|data|get_json\(\)|request_parameters|form\.to_dict\(\))|\$request->(all|input|post)\(\)|\$_(POST|REQUEST))$`)
	// getterName reads a field: getPassword, GetPassword.
	getterName = regexp.MustCompile(`^[gG]et_?([A-Z].*)$`)
	// tokenName is what somebody who uses the program, or a service, proves with
	// who they are.
	tokenName = regexp.MustCompile(`(?i)(^|[a-z0-9_])token$`)
	// secretEnd ends the name of a secret: what follows it is something of a secret's.
	secretEnd = regexp.MustCompile(`(?i)(passw(or)?d|passwd|pwd|passphrase|(^|_)pass|secret|(secret|api|private|signing|encryption|session|auth|jwt|hmac|aes|master)[_-]?(access[_-]?)?key|credentials)$`)
	// refused is what a log says of a secret that somebody tried and that is none.
	refused = regexp.MustCompile(`(?i)\b(invalid|expired|wrong|unknown|incorrect|malformed|unrecogni[sz]ed|no such|doesn't|does not|must|should)\b`)
	// textMaker makes a text of what it is given.
	textMaker = regexp.MustCompile(`(?i)^(.*[.:>])?(sprintf|sprint|sprintln|format|stringify|dumps|inspect|str|string|repr|to_?json|to_?s(tring)?|valueof|writevalueasstring|print_r|var_export|json_encode|serialize|marshal|marshalindent|any|concat|fields?|join|pformat|vars|dict|asdict)$`)
	// environmentRead reads a variable by its name.
	environmentRead = regexp.MustCompile(`(?i)^((os\.)?(get_?env|lookupenv|environ\.get)|env(\.(fetch|get|str|string|required?))?|(system|environment)\.get(_?env(ironmentvariable)?)|(this\.)?config(service)?\.get(orthrow)?|viper\.get(string)?|config)$`)
	// exported is a name of a package of Go that others see, mostly a constant: the
	// name of a setting.
	exported = regexp.MustCompile(`^[A-Z]\w*$`)
	// veiled are names of what is left of a secret after it was made unreadable,
	// and of what is no secret.
	veiled = regexp.MustCompile(`(?i)truncat|mask|redact|hidden|obfuscat|encrypt|hash|sanitiz|partial|short|preview|safe|(^|_)(first|last|no|missing|invalid|public)_|(_ms|Ms|At|_at)$`)
)
