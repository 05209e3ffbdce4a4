package accounts

import (
	"strings"
	"testing"

	"twelvefold/internal/inspect"
)

// BenchmarkHostile reads texts of a megabyte that are made of nothing but the
// beginnings of accounts.
func BenchmarkHostile(b *testing.B) {
	for _, line := range []string{
		"User(\n", "users = [ {\n", `User(name="a", password="hunter23x"`, "hashSync(\"hunter23x\"\n", "password: hashSync(\"hunter23x\") is_dev /*\n",
		".withUser(\"a\")", "ser.create( {", "clientSecret(\"abcdefgh\")\n", `objects.create_user(`, `"AQAAAA`, "/* User(name=\"a\", password=\"hunter23x\") */ ",
	} {
		content := []byte(strings.Repeat(line, 1<<20/len(line)))
		b.Run(line, func(b *testing.B) {
			for b.Loop() {
				Scan(&inspect.Emitter{}, content)
			}
		})
	}
	for _, line := range []string{"INSERT INTO ", "INSERT INTO users (", "CREATE USER a ", "INSERT INTO users VALUES ('a', ", "-- INSERT INTO users (password) VALUES ('hunter23x');\n", "INSERT INTO users (a) VALUES (''); /* "} {
		content := []byte(strings.Repeat(line, 1<<20/len(line)))
		b.Run(line, func(b *testing.B) {
			for b.Loop() {
				if err := SQL(&inspect.Emitter{}, content); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
