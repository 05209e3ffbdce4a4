package config

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "config/hardcoded-endpoint",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "The address of a service stands in the code",
	Why: "The same build can't talk to staging's service, to a copy or to the new address after a move: each takes a change of " +
		"code. An address that is the same for everybody, such as a public API's, is not meant.",
	Fixes: []audit.Fix{
		{For: "origins", Text: "Read the list of pages that may call from one variable, split at commas, and set it per deploy."},
		{For: "link", Text: "Read the program's own address from one variable, set it per deploy, and make links by it."},
		{For: "defined", Text: "Let the server hand the address to the page at run time (a config.json it serves, a meta element), or take ‹name› from a variable when building."},
		{For: "page", Text: "Let the page ask its own origin, or read the address at run time from what the server hands out (a config.json, a meta element), or from a variable that the bundler fills in."},
		{For: "nginx", Text: "Write the address in ‹file› as a variable that the image's start fills in (envsubst over /etc/nginx/templates), and set it per deploy."},
		{For: "a setting", Text: "Take ‹key› out of ‹file› and set ‹variable› per deploy: it stands above every file of settings."},
		{For: "Spring Boot", Text: "Take it from ${‹variable›}, injected where the client is made, and set the variable per deploy."},
		{For: "Laravel", Text: `Read it with env("‹variable›") in config/services.php, and list the variable in .env.example.`},
		{For: "Symfony", Text: `Pass "%env(‹variable›)%" to the service that calls it, and list the variable in .env.`},
		{For: "ASP.NET Core", Text: `Read builder.Configuration["‹variable›"] where the client is made, and set the variable per deploy.`},
		{For: "Django", Text: `Read it once in the settings, os.environ["‹variable›"], and list the variable in .env.example.`},
		{For: "Python", Text: `Read os.environ["‹variable›"] where the program starts, and list the variable in .env.example.`},
		{For: "JavaScript", Text: "Read process.env.‹variable› where the client is made, fail at start when it is missing, and list it in .env.example."},
		{For: "Go", Text: `Read os.Getenv("‹variable›") in main, refuse to start when it is empty, and pass it to the client.`},
		{For: "Ruby", Text: `Read ENV.fetch("‹variable›") where the client is made, and list the variable in .env.example.`},
		{For: "PHP", Text: `Read getenv("‹variable›") where the client is made, and list the variable in .env.example.`},
		{For: "Java", Text: `Read System.getenv("‹variable›") where the client is made, and fail at start when it is null.`},
		{For: "C#", Text: `Read Environment.GetEnvironmentVariable("‹variable›") where the client is made, and throw at start when it is null.`},
		{Text: "Read the service's URL from a variable, fail at start when it is missing, and list it in .env.example."},
	},
	Severity:   audit.Medium,
	Confidence: audit.MediumConfidence,
	Counting:   audit.Each,
	Sources:    []string{"001", "003", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}, "dependencies": {"axios": "1.7.0", "express": "4.19.2"}}
-- server.js --
const axios = require("axios");
const orders = axios.create({ baseURL: "http://orders.internal:8080" });
require("express")().listen(process.env.PORT);
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}, "dependencies": {"axios": "1.7.0", "express": "4.19.2"}}
-- server.js --
const axios = require("axios");
const orders = axios.create({ baseURL: process.env.ORDERS_URL });
require("express")().listen(process.env.PORT);
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		judgeOrigins(c, report)
		judgeWrittenOrigins(c, report)
		judgeLinks(c, report)
		judgeDefined(c, report)
		judgeProxies(c, report)
		for e := range audit.Facts[inspect.Endpoint](c, source.Prod, source.DeployProd) {
			if e.Fact.Via == inspect.OriginVia || e.Fact.Via == inspect.LinkVia || e.Fact.Via == inspect.DefineVia {
				continue
			}
			host := inspect.HTTPHost(e.Fact.URL.Text)
			if host == "" || !e.Fact.URL.IsLiteral() || besideProgram.MatchString(e.File.Path) || deployOf(e.File) != "" || chosenByName(e) || alsoFromEnv(c, e.Fact.Name) {
				continue
			}
			severity, ok := fixedEndpoint(c, e, host)
			if !ok {
				continue
			}
			message := fmt.Sprintf("%s is called, whatever the deploy says", origin.FindString(e.Fact.URL.Text))
			if e.Fact.Name != "" && !strings.Contains(e.Fact.Name, " ") {
				message = fmt.Sprintf("%s is always %s", e.Fact.Name, origin.FindString(e.Fact.URL.Text))
			}
			options := append(endpointFix(c, e), audit.WithSeverity(severity))
			if replacing := audit.ReplacingVariable(e.File, e.Fact.Name); replacing != "" {
				message = fmt.Sprintf("%s is %s by default, and no descriptor sets %s", e.Fact.Name, origin.FindString(e.Fact.URL.Text), replacing)
				options = append(options, audit.SameCause(e.Fact.Name+" "+e.Fact.URL.Text+" "+path.Base(e.File.Path)))
			}
			report.Violation(e.At(), host, message, options...)
		}
	},
})

// fixedEndpoint judges a URL that is written in the code: the positive sign
// that it is one deploy's is asked for, since most are public APIs.
func fixedEndpoint(c *audit.Component, e audit.Located[inspect.Endpoint], host string) (audit.Severity, bool) {
	replaceable := replaceableFormat[e.File.Format]
	given := e.Fact.Via == "assignment" || e.Fact.Via == "field" || e.Fact.Via == "key"
	if replaceable {
		if s, ok := c.EffectiveSetting(e.Fact.Name); ok && (s.At.Path != e.File.Path || s.At.Line != e.Line) {
			return "", false
		}
	}
	if sandboxHost.MatchString(host) {
		return audit.Medium, onlySandbox(e, host)
	}
	where := network(host)
	switch where {
	case "loopback":
		if replaceable {
			return audit.Low, onlyLine(c, e)
		}
		return audit.Medium, !given && inBrowser(c, e.File) || given && heldByPage(c, e) || onServersMachine(c, e, given)
	case "bare":
		if !strings.Contains(e.Fact.URL.Text, host+":") && discovered[e.File.Format] {
			return "", false // a name that service discovery knows
		}
	case "private":
	case "deployed":
		if speaksOf(e.File.Path, brand(host)) && !strings.Contains(host, "-") || publicFile.MatchString(e.Fact.URL.Text) {
			return "", false
		}
	default:
		own := genericName.MatchString(strings.NewReplacer("_", "", "-", "").Replace(e.Fact.Name)) || e.Fact.Via == "axios.create"
		staged := stageLabel.MatchString(host + ".")
		if !own && !staged || replaceable || publicAPI.MatchString(host) || loginPath.MatchString(e.Fact.Name+" "+e.Fact.URL.Text) ||
			speaksOf(e.File.Path, brand(host)) || speaksOf(e.Fact.Name, brand(host)) || !own && !given {
			return "", false
		}
	}
	if replaceable && where != "bare" && where != "private" {
		return audit.Low, true
	}
	return audit.Medium, true // of one network: any other deploy has to say otherwise
}

// origin is a URL without what stands behind its host.
var origin = regexp.MustCompile(`^[^/]*//[^/?#]*`)

var (
	// replaceableFormat are settings of which a variable can replace every key.
	replaceableFormat = map[inspect.Format]bool{inspect.AppSettings: true, inspect.SpringProperties: true, inspect.SpringYAML: true}
	// discovered are languages whose frameworks resolve bare names at run time:
	// Eureka's and .NET's service discovery.
	discovered = map[inspect.Format]bool{inspect.CSharp: true, inspect.Java: true, inspect.Kotlin: true, inspect.SpringProperties: true, inspect.SpringYAML: true, inspect.AppSettings: true}
	// genericName are names of the program's own other half, which no vendor's API is called.
	genericName = regexp.MustCompile(`(?i)^(api|backend|server|gateway)(root|url|uri|base|baseurl|baseuri|host|endpoint|address|server)$`)
	loginPath   = regexp.MustCompile(`(?i)oauth|authoriz|openid|userinfo|jwks|token`)
	// publicAPI are services that are at one address for everybody.
	publicAPI = regexp.MustCompile(`(?i)(^|\.)(google(apis)?|github(usercontent)?|gitlab|bitbucket|microsoft(online)?|azure|amazonaws|facebook|twitter|x|linkedin|instagram|youtube|vimeo|twitch|spotify|slack|discord(app)?|telegram|whatsapp|zoom|stripe|paypal|braintree(gateway)?|twilio|sendgrid|mailgun|mailchimp|postmarkapp|openai|anthropic|mistral|huggingface|cohere|deepseek|cloudflare|fastly|datadoghq|sentry|segment|mixpanel|amplitude|algolia|contentful|shopify|atlassian|notion|figma|airtable|dropbox(api)?|box|unsplash|pexels|giphy|openweathermap|themoviedb|omdbapi|newsapi|coingecko|binance|coinbase|mapbox|openstreetmap|wikipedia|wikimedia|gravatar|npmjs|pypi|rubygems|jsdelivr|unpkg|iconify|jsonplaceholder|typicode|pokeapi|thedogapi|thecatapi|dummyjson|fakestoreapi|reqres|rapidapi|heroku)\.[a-z.]+$`)
	// publicFile are URLs of one file, which whoever put it there keeps for
	// everybody: lists of data, pictures, archives.
	publicFile = regexp.MustCompile(`(?i)^https://[^/?#]+/[^?#]*[^/?#.]\.(json|csv|tsv|xml|txt|ya?ml|ndjson|parquet|zip|gz|tgz|tar|pdf|png|jpe?g|gif|svg|webp|ico|mp[34]|css|js|woff2?|bin|onnx|dat)$`)
	// besideProgram are files that only developers' tools load, or that look at
	// the program from outside.
	besideProgram = regexp.MustCompile(`(?i)(^|/)(scripts?|tools?|hack|bench(marks?)?|e2e|cypress|storybook|\.storybook|mocks?|__mocks__|fixtures|seeds?)/|(^|/)(setupproxy|proxy\.conf|vite\.config|vue\.config|webpack[\w.]*|karma\.conf|rollup\.config|nuxt\.config|astro\.config|gulpfile|gruntfile|bench\w*|health_?-?check\w*|playwright\.config|cypress\.config|sitemap|robots)\.[\w.]+$`)
)

// inBrowser reports whether a file is a page's, whose localhost is the
// visitor's own machine.
func inBrowser(c *audit.Component, f *audit.File) bool {
	switch f.Format {
	case inspect.TSX, inspect.Vue, inspect.Svelte:
		return true
	case inspect.JavaScript, inspect.TypeScript:
		return c.Class == audit.StaticFrontend || path.Ext(f.Path) == ".jsx"
	}
	return false
}

// chosenByName reports whether a URL stands in a branch that the name of the
// environment decides: that is what is wrong with it.
func chosenByName(e audit.Located[inspect.Endpoint]) bool {
	for b := range audit.FactsIn[inspect.EnvBranch]([]*audit.File{e.File}, e.File.Role) {
		if near := e.Line - b.Line; near >= 0 && near <= 8 && slices.Contains(b.Fact.Chooses, inspect.ChoosesURL) {
			return true
		}
	}
	return false
}

// alsoFromEnv reports whether a variable of the same name is read somewhere:
// the literal is its default.
func alsoFromEnv(c *audit.Component, name string) bool {
	return name != "" && len(name) > 3 && audit.Has(c, func(read inspect.EnvRead) bool { return strings.EqualFold(read.Name, name) })
}

// endpointFix names what an address would be read from: the variable that replaces
// a key of settings, else one of the name of what it is given to.
func endpointFix(c *audit.Component, e audit.Located[inspect.Endpoint]) []audit.Option {
	if inBrowser(c, e.File) {
		return []audit.Option{audit.WithFix("page")}
	}
	if variable := audit.ReplacingVariable(e.File, e.Fact.Name); variable != "" {
		return []audit.Option{audit.WithFix("a setting"), audit.Naming("key", e.Fact.Name), audit.Naming("file", path.Base(e.File.Path)), audit.Naming("variable", variable)}
	}
	return []audit.Option{audit.Naming("variable", addressVariable(e.Fact.Name, inspect.HTTPHost(e.Fact.URL.Text)))}
}

// addressVariable is the variable that an address would be read from, by the name
// of what it is given to, else by the first name of its host that tells something.
func addressVariable(name, host string) string {
	if name = lastKey(name); addressName.MatchString(name) && !bareAddress.MatchString(name) {
		return audit.VariableName(name)
	}
	host, _, _ = strings.Cut(host, ":")
	labels := strings.Split(host, ".")
	if n := len(labels); n > 2 && bareHostName.MatchString(labels[0]) {
		labels = labels[1:]
	}
	if variable := audit.VariableName(labels[0]); variable != "" && !ipAddress.MatchString(host) {
		return variable + "_URL"
	}
	return ""
}

var (
	addressName  = regexp.MustCompile(`(?i)(ur[li]|host|endpoint|addr(ess)?|server|origin|domain|base)$`)
	bareAddress  = regexp.MustCompile(`(?i)^_*(base)?_?(ur[li]|host|endpoint|addr(ess)?|server|origin|domain|base)s?$`)
	bareHostName = regexp.MustCompile(`(?i)^(www|api|app|dev|staging|prod|web)$`)
	ipAddress    = regexp.MustCompile(`^[0-9.]+$|:`)
)
