package config

import (
	"net/netip"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// What several rules ask about addresses and about files of one environment.

// deployWords are names of environments that people deploy to, as they stand
// in the names of files and directories.
var deployWords = map[string]string{
	"prod": "production", "production": "production", "live": "production", "staging": "staging", "stage": "staging", "stg": "staging",
	"qa": "QA", "uat": "UAT", "preprod": "preproduction", "preproduction": "preproduction",
}

// deployOf is the environment that a configuration file is for by its name or
// its directory's: "production" of application-prod.yml, config/packages/prod/x.yaml
// and environments/environment.prod.ts; "" for all others.
func deployOf(f *audit.File) string {
	switch f.Format {
	case inspect.AppSettings, inspect.SpringYAML, inspect.SpringProperties, inspect.HOCON, inspect.SymfonyYAML:
	case inspect.JavaScript, inspect.TypeScript:
		if !configScript.MatchString(f.Path) {
			return ""
		}
	default:
		return ""
	}
	stem := strings.TrimSuffix(path.Base(f.Path), path.Ext(f.Path))
	words := strings.FieldsFunc(strings.ToLower(stem), func(r rune) bool { return r == '.' || r == '-' || r == '_' })
	slices.Reverse(words)
	for _, word := range append(words, strings.ToLower(path.Base(f.Dir()))) {
		if environment := deployWords[word]; environment != "" {
			return environment
		}
	}
	return ""
}

// configScript are files of settings that are code and for one environment.
var configScript = regexp.MustCompile(`(?i)(^|/)(environments?|configs?|settings)/([\w.-]*[._-])?(prod|production|live|staging|stage|qa|uat|preprod)\.[cm]?[jt]s$|(^|/)(environment|config|settings)[._-](prod|production|live|staging|stage|qa|uat|preprod)\.[cm]?[jt]s$`)

// internalHost are names that only one network knows.
var internalHost = regexp.MustCompile(`(?i)\.(internal|local|corp|lan|intra|intranet|svc|cluster\.local|consul)$`)

// deployedHost are hosts that a platform gives to one deploy.
var deployedHost = regexp.MustCompile(`(?i)(^|\.)(herokuapp\.com|onrender\.com|fly\.dev|railway\.app|vercel\.app|netlify\.app|workers\.dev|koyeb\.app|nip\.io|sslip\.io|glitch\.me|pythonanywhere\.com|ngrok(-free)?\.(io|app|dev)|loca\.lt|run\.app|cloudfunctions\.net|appspot\.com|firebaseio\.com|web\.app|supabase\.co|mongodb\.net|azurewebsites\.net|azure-api\.net|cloudapp\.azure\.com|windows\.net|vault\.azure\.net|azurecontainerapps\.io|ondigitalocean\.app|digitaloceanspaces\.com|cloudfront\.net|elasticbeanstalk\.com|on\.aws)$|\.(execute-api|elb|rds|cache|es|compute|compute-1|mq|kafka)\.([a-z0-9-]+\.)?(elb\.)?amazonaws\.com$`)

// stageLabel is a host that says of which environment it is.
var stageLabel = regexp.MustCompile(`(?i)(^|[.-])(staging|stage|stg|dev|qa|uat|preprod|prod|internal)([.-])`)

// network says in what sort of network a host of a URL is: "loopback",
// "private", "bare" for a name without dots, "deployed" by a platform for
// somebody, or "" for the rest of the world.
func network(host string) string {
	host = strings.ToLower(strings.Trim(host, "[]"))
	if ip, err := netip.ParseAddr(host); err == nil {
		if ip.IsLoopback() || ip.IsUnspecified() {
			return "loopback"
		}
		if ip.IsLinkLocalUnicast() {
			return "" // a cloud's metadata
		}
		return "private" // even a public one is some machine's
	}
	switch {
	case host == "localhost", host == "host.docker.internal", strings.HasSuffix(host, ".localhost"):
		return "loopback"
	case strings.HasPrefix(host, "metadata."):
		return ""
	case !strings.Contains(host, "."):
		return "bare"
	case internalHost.MatchString(host):
		return "private"
	case deployedHost.MatchString(host):
		return "deployed"
	}
	return ""
}

// brand is the label of a host that says whose it is: "acme" of api.acme.co.uk.
func brand(host string) string {
	labels := strings.Split(strings.ToLower(host), ".")
	for i := len(labels) - 2; i >= 0; i-- {
		if len(labels[i]) > 3 || i == 0 {
			return labels[i]
		}
	}
	return ""
}

// speaksOf reports whether a path or a name has the brand in it, or a good part
// of it: dropbox_api_client.rb of api.dropboxapi.com.
func speaksOf(name, brand string) bool {
	name = strings.ToLower(name)
	plain := strings.NewReplacer("_", "", "-", "", ".", "").Replace(name)
	if brand == "" || strings.Contains(plain, strings.ReplaceAll(brand, "-", "")) {
		return true
	}
	return slices.ContainsFunc(strings.FieldsFunc(name, func(r rune) bool { return r == '/' || r == '_' || r == '-' || r == '.' }),
		func(word string) bool { return len(word) >= 4 && strings.Contains(brand, word) })
}
