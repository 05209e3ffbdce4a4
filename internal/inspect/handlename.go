package inspect

import "regexp"

var wholeHandle = regexp.MustCompile(`(?i)(^|_)((database|db|mongo(db)?|redis|amqp|rabbit(mq)?|postgres(ql)?|pg|mysql|sql|broker|celery_broker|sqlalchemy_database)_?(url|uri|dsn)|dsn|conn(ection)?_?str(ing)?)$`)

// IsHandleName reports whether a variable or field of this name holds the address
// of a backing service, with the password where it has one: "DATABASE_URL",
// "redisUri", "connectionString".
func IsHandleName(name string) bool {
	return wholeHandle.MatchString(name) || wholeHandle.MatchString(SplitHumps(name))
}
