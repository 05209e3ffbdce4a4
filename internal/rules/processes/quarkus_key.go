package processes

import (
	"fmt"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// cookieOfQuarkus looks for a login of Quarkus by a form: it keeps who is
// logged in in an encrypted cookie, and makes up the key at each start unless
// it is given one.
func cookieOfQuarkus(c *audit.Component, report *audit.Report) {
	const key = "quarkus.http.auth.session.encryption-key"
	for s := range audit.Facts[inspect.Setting](c, source.Prod, source.DeployProd) {
		if s.Fact.Key != "quarkus.http.auth.form.enabled" || s.Fact.Value.Text != "true" || !c.InProduction(s.Fact.Profile) {
			continue
		}
		if _, set := c.EffectiveSetting(key); set {
			return
		}
		if _, given := c.ProvidedIn(audit.Production, "QUARKUS_HTTP_AUTH_SESSION_ENCRYPTION_KEY"); given {
			return
		}
		report.Violation(s.At(), key, fmt.Sprintf("Logins by a form are on without `%s`, so each process makes up the key of their cookies", key), audit.WithFix("Quarkus"))
		return
	}
}
