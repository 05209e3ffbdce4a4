package processes

import (
	"fmt"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "processes/external-session",
	Aspect: "a",
	Type:   audit.Positive,
	Title:  "Sessions live outside of the process",
	Why: "Any instance can answer any request, and a restart logs nobody out, because who is logged in stands in a service or " +
		"in what the browser sends along.",
	Sources: []string{"12F", "000", "001", "002", "003", "004"},
	Bad: `
-- requirements.txt --
flask==3.0.3
-- Procfile --
web: gunicorn app:app
-- app.py --
from flask import Flask
from flask_session import Session
app = Flask(__name__)
app.config["SESSION_TYPE"] = "filesystem"
Session(app)
`,
	Good: `
-- requirements.txt --
flask==3.0.3
-- Procfile --
web: gunicorn app:app
-- app.py --
from flask import Flask
from flask_session import Session
app = Flask(__name__)
app.config["SESSION_TYPE"] = "redis"
Session(app)
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		passed := map[string]bool{}
		for s := range audit.Facts[inspect.Session](c, source.Prod) {
			if outside(s.Fact.Store) && !passed[s.Fact.Via] {
				passed[s.Fact.Via] = true
				report.Pass(s.At(), 1, fmt.Sprintf("%s keeps sessions in %s", library(s.Fact.Via), keeper(s.Fact.Store)))
			}
		}
		if len(passed) > 0 || audit.Has(c, func(inspect.Session) bool { return true }) {
			return
		}
		for i := range audit.Facts[inspect.Import](c, source.Prod) {
			if strength := tokens(i.Fact.Path); strength > 0 && !i.Fact.TypeOnly {
				report.Pass(i.At(), strength, fmt.Sprintf("%s checks signed tokens instead of looking up sessions", i.Fact.Path))
				return
			}
		}
	},
})

func keeper(store inspect.StoreKind) string {
	switch store {
	case inspect.StoreRedis:
		return "Redis"
	case inspect.StoreDatabase:
		return "the database"
	}
	return "signed cookies"
}

// loginTokens are libraries that tell who a request is from by a signed token;
// tokenLibraries make and check such tokens for whatever purpose.
var (
	loginTokens = []string{
		"express-jwt", "koa-jwt", "passport-jwt", "@nestjs/jwt", "@fastify/jwt", "fastify-jwt", "rest_framework_simplejwt", "flask_jwt_extended", "fastapi_jwt_auth",
		"graphql_jwt", "github.com/appleboy/gin-jwt", "github.com/labstack/echo-jwt", "github.com/go-chi/jwtauth", "github.com/gofiber/contrib/jwt",
	}
	tokenLibraries = []string{"jsonwebtoken", "jose", "jwt", "authlib.jose", "github.com/golang-jwt/jwt", "github.com/dgrijalva/jwt-go", "github.com/lestrrat-go/jwx"}
)

func tokens(path string) float64 {
	switch {
	case names(loginTokens, path):
		return 1
	case names(tokenLibraries, path):
		return 0.5
	}
	return 0
}

// names reports whether an import is of one of the libraries, or inside it.
func names(libraries []string, path string) bool {
	for _, library := range libraries {
		if rest, ok := strings.CutPrefix(path, library); ok && (rest == "" || rest[0] == '/' || rest[0] == '.') {
			return true
		}
	}
	return false
}
