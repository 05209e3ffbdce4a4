package accounts

import (
	"strings"
	"testing"

	"twelvefold/internal/inspect"
)

// TestNoPasswordIsAName: whom an account lets in is shown, the password never is.
func TestNoPasswordIsAName(t *testing.T) {
	t.Parallel()
	programs := []string{
		`await users.CreateAsync(user, "hunter23!Xy");`,
		`await users.AddPasswordAsync(user, "hunter23!Xy");`,
		`User.create({ password: "hunter23!Xy", name: "hunter23!Xy", email: "owner@acme.dev" })`,
		`setPassword(user, "hunter23!Xy", passwordHash = bcrypt.hashSync("hunter24!Xy"))`,
	}
	scripts := []string{
		`INSERT INTO users (password, email) VALUES ('hunter23!Xy', 'owner@acme.dev');`,
		`INSERT INTO users (password, secret, email) VALUES ('hunter24!Xy', 'hunter23!Xy', 'owner@acme.dev');`,
		`INSERT INTO users VALUES (1, 'hunter23!Xy', 'owner', '$2b$10$BUli0cXmuyCW1ErNJc3jLXvFRFtFJWrT8rXdnTfaGTXkOWyJ1aVvS');`,
	}
	look := func(text string, e *inspect.Emitter) {
		for _, s := range e.Signals {
			if c := s.Fact.(inspect.Credential); strings.Contains(c.Name, "hunter") {
				t.Errorf("%s: %s is a name", text, c.Name)
			}
		}
		if len(e.Signals) == 0 {
			t.Errorf("%s: nothing is found", text)
		}
	}
	for _, text := range programs {
		e := &inspect.Emitter{}
		Scan(e, []byte(text))
		look(text, e)
	}
	for _, text := range scripts {
		e := &inspect.Emitter{}
		if err := SQL(e, []byte(text)); err != nil {
			t.Fatal(err)
		}
		look(text, e)
	}
}
