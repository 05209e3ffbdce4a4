package audit

import "testing"

func TestBaseFileStandsBeforeThatOfOneDeploy(t *testing.T) {
	t.Parallel()
	for pair, want := range map[[2]string]bool{
		{"r/application.yaml", "r/application-mariadb.yaml"}:    true,
		{"r/application-mariadb.yaml", "r/application.yaml"}:    false,
		{"config.yml", "config_prod.yml"}:                       true,
		{"appsettings.json", "appsettings.Staging.json"}:        true,
		{"a/application.yaml", "b/application-x.yaml"}:          false,
		{"application.yaml", "application-x.properties"}:        false,
		{"app.js", "app-x.js"}:                                  false,
		{"application.yaml", "applications.yaml"}:               false,
		{"application.yaml", "application.yaml"}:                false,
		{"application-dev.yaml", "application-production.yaml"}: false,
	} {
		if got := isBase(pair[0], pair[1]); got != want {
			t.Errorf("isBase(%q, %q) = %v", pair[0], pair[1], got)
		}
	}
}
