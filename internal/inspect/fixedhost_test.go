package inspect_test

import (
	"testing"

	"twelvefold/internal/inspect"
)

func TestFixedHost(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"root:…@tcp(db:3306)/shop":                           "db",
		"postgres://postgres:…@db:5432/shop?sslmode=disable": "db",
		"jdbc:postgresql://db:5432/…":                        "db",
		"host=db user=… password=… dbname=shop":              "db",
		"server=db;user=root;port=3306;password=…":           "db",
		"mongodb://…:…@mongo.internal:…/shop":                "mongo.internal",

		"postgres://postgres:s3cret@db:5432/shop": "", // wholly told: a literal
		"…://db:5432/shop":                        "",
		"postgres://…/shop":                       "",
		"…@tcp(…:3306)/shop":                      "",
		"host=… user=shop":                        "",
		"jdbc:mysql://…:3306/shop":                "",
		"mongodb://a:1,b:2/…":                     "",
		"…":                                       "",
	} {
		if got, ok := inspect.FixedHost(text); ok != (want != "") || ok && got != want {
			t.Errorf("FixedHost(%q) = %q, %v, want %q", text, got, ok, want)
		}
	}
}
