package inspect

import (
	"regexp"
	"strings"
)

// Connection strings that are no URLs.
var (
	// libpq and ADO: host=db user=app password=s3cret dbname=app
	wordPassword = regexp.MustCompile(`(?i)((?:^|[\s;'"])(?:password|pwd)\s*=\s*)('[^']*'|"[^"]*"|[^\s;'"]+)`)
	wordHost     = regexp.MustCompile(`(?i)(?:^|[\s;'"])(?:host|server|data source)\s*=\s*([^\s;'"]+)`)
	otherWord    = regexp.MustCompile(`(?i)(?:^|[\s;'"])(?:host|user|user id|uid|dbname|database|server|data source|port|sslmode)\s*=`)
	// Azure's storage and service bus: …;AccountName=acme;AccountKey=c2VjcmV0
	azureKey = regexp.MustCompile(`(?i)((?:^|;)\s*(?:AccountKey|SharedAccessKey|SharedAccessSignature)\s*=\s*)([^;\s]+)`)
	// StackExchange.Redis: cache:6379,password=s3cret,ssl=true
	redisPassword = regexp.MustCompile(`(?i)^([\w.-]+(?::\d+)?(?:,[^,=]+(?:=[^,]*)?)*?,\s*password=)([^,\s]+)`)
	// the Go driver of MySQL: app:s3cret@tcp(db:3306)/app
	mysqlPassword = regexp.MustCompile(`^([^:@/\s()]+:)([^@\s]+)(@(?:tcp|unix)?\(([^):]*))`)

	// JDBC: jdbc:postgresql://db/app?user=app&password=s3cret, jdbc:sqlserver://db;password=s3cret,
	// jdbc:mysql://app:s3cret@db/app, jdbc:oracle:thin:app/s3cret@db:1521:xe
	jdbcOption   = regexp.MustCompile(`(?i)([?&;](?:password|pwd|passwd|sslpassword|trustStorePassword|keyStorePassword)=)([^&;\s${}]+)`)
	jdbcUserinfo = regexp.MustCompile(`^((?:jdbc|r2dbc):[a-z0-9:+.-]+://[^/@:\s]*:)([^/@\s]+(?:@[^/@\s?#,&;]*)*)@`)
	jdbcOracle   = regexp.MustCompile(`(?i)^(jdbc:oracle:[a-z]+:[^/@\s]+/)([^@\s]+)@`)
	jdbcHost     = regexp.MustCompile(`(?i)^(?:jdbc|r2dbc):([a-z0-9]+)[a-z0-9:+.]*(?://|@//|[^@]*@)(?:[^@/;?\s]*@)?([^/:;,?\s]+)`)
)

// isJDBC tells the connection strings of Java.
func isJDBC(text string) bool {
	return strings.HasPrefix(text, "jdbc:") || strings.HasPrefix(text, "r2dbc:")
}

// maskJDBC replaces the passwords in a connection string of Java.
func maskJDBC(text string) (masked, password string, ok bool) {
	masked = text
	for _, re := range []*regexp.Regexp{jdbcUserinfo, jdbcOracle, jdbcOption} {
		for from := 0; from < len(masked); {
			m := re.FindStringSubmatchIndex(masked[from:])
			if m == nil {
				break
			}
			if held := masked[from+m[4] : from+m[5]]; held != "…" && !interpolated.MatchString(held) {
				if password == "" {
					password = held
				}
				masked, ok = masked[:from+m[4]]+"…"+masked[from+m[5]:], true
				from += m[4]
			} else {
				from += m[5]
			}
		}
	}
	return masked, password, ok
}

// maskDSN replaces the password in a connection string that is no URL.
func maskDSN(text string) (masked, password string, ok bool) {
	if isJDBC(text) {
		return maskJDBC(text)
	}
	if m := mysqlPassword.FindStringSubmatchIndex(text); m != nil {
		return text[:m[4]] + "…" + text[m[5]:], text[m[4]:m[5]], true
	}
	for _, re := range []*regexp.Regexp{azureKey, redisPassword} {
		if m := re.FindStringSubmatchIndex(text); m != nil {
			return text[:m[4]] + "…" + text[m[5]:], text[m[4]:m[5]], true
		}
	}
	m := wordPassword.FindStringSubmatchIndex(text)
	if m == nil || !otherWord.MatchString(text) {
		return "", "", false
	}
	return text[:m[4]] + "…" + text[m[5]:], strings.Trim(text[m[4]:m[5]], `'"`), true
}

// DsnHost names a connection string that is no URL, and its host.
func DsnHost(text string) (name, host string) {
	if m := redisPassword.FindStringSubmatch(text); m != nil {
		host, _, _ = strings.Cut(m[1], ",")
		host, _, _ = strings.Cut(host, ":")
		return "redis://" + host, host
	}
	if azureKey.MatchString(text) {
		return "connection string", ""
	}
	if isJDBC(text) {
		if m := jdbcHost.FindStringSubmatch(text); m != nil {
			return "jdbc:" + m[1] + "://" + m[2], m[2]
		}
	}
	if m := mysqlPassword.FindStringSubmatch(text); m != nil {
		return "mysql://" + m[4], m[4]
	}
	if m := wordHost.FindStringSubmatch(text); m != nil {
		host, _, _ = strings.Cut(strings.TrimPrefix(m[1], "tcp:"), ",") // SQL Server's port stands behind a comma
		return "host=" + host, host
	}
	return "connection string", "localhost" // libpq's default
}
