package inspect

import (
	"regexp"
	"strings"
)

// ServiceHandle is a literal URL of a backing service that is given to a
// variable, a field or a key: settings that some other file hands to a client.
// A default of an environment read is none.
type ServiceHandle struct {
	Service Service `json:"service"`
	Name    string  `json:"name"`   // what it is given to
	Handle  Value   `json:"handle"` // always a literal; a password in it is masked
}

func (ServiceHandle) Kind() Kind { return "service-handle" }

var (
	// handleName are names of things that say where a service is, handleNot
	// those that only talk about it or stand in for it.
	handleName = regexp.MustCompile(`(?i)(ur[li]|dsn|conn|database|db|redis|cache|broker|queue|amqp|rabbit|mqtt|mongo|postgres|mysql|host|server|endpoint|addr|backend)`)
	HandleNot  = regexp.MustCompile(`(?i)(default|fallback|example|sample|placeholder|help|desc|doc|test|mock|fake|dummy|format|pattern|regex|template|prefix|scheme|protocol|hint|label|message|title|local|dev)`)
	// handleURL is a URL of a backing service with its scheme and host.
	handleURL = regexp.MustCompile(`^(?:jdbc:)?([a-z][a-z0-9+.-]*)://(?:[^@/\s]*@)?([^/?#\s]+)`)
)

// handleSchemes are the schemes that only backing services have.
var handleSchemes = map[string]Service{
	"postgres": Postgres, "postgresql": Postgres, "mysql": MySQL, "mariadb": MySQL, "mongodb": MongoDB, "redis": Redis, "rediss": Redis,
	"amqp": AMQP, "amqps": AMQP, "pyamqp": AMQP, "nats": NATS, "mqtt": MQTT, "mqtts": MQTT, "kafka": Kafka, "memcached": Memcached, "smtp": SMTP, "smtps": SMTP,
}

// serviceHandle reads a literal that is given to a name.
func HandleOf(name, text string) (ServiceHandle, bool) {
	m := handleURL.FindStringSubmatch(text)
	if m == nil || !handleName.MatchString(name) || HandleNot.MatchString(name) || strings.ContainsAny(m[2], "{}<>%$*") {
		return ServiceHandle{}, false
	}
	scheme, _, _ := strings.Cut(m[1], "+")
	service := handleSchemes[scheme]
	if service == "" || IsPlaceholder(m[2]) {
		return ServiceHandle{}, false
	}
	return ServiceHandle{Service: service, Name: name, Handle: LitOf(text)}, true
}
