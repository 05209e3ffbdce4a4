package golang

import (
	"go/ast"

	"twelvefold/internal/inspect"
)

// goSigningArgs are those of goSecretArgs whose argument signs or encrypts: a
// word that everybody tries works there as well as any other.
var goSigningArgs = map[string]bool{
	"github.com/gorilla/sessions.NewCookieStore": true, "github.com/gorilla/sessions.NewFilesystemStore": true, "github.com/gin-contrib/sessions/cookie.NewStore": true,
	"github.com/gin-contrib/sessions/memstore.NewStore": true, "github.com/gorilla/securecookie.New": true, "github.com/gorilla/csrf.Protect": true,
	"github.com/golang-jwt/jwt#SignedString": true, "github.com/dgrijalva/jwt-go#SignedString": true, "github.com/labstack/echo/middleware.JWT": true,
	"github.com/labstack/echo-jwt.JWT": true, "github.com/go-chi/jwtauth.New": true,
}

// goSigningFields are fields of what sets up a check of tokens: type → field.
var goSigningFields = map[string]string{
	"github.com/appleboy/gin-jwt.GinJWTMiddleware": "Key", "github.com/hertz-contrib/jwt.HertzJWTMiddleware": "Key",
	"github.com/labstack/echo/middleware.JWTConfig": "SigningKey", "github.com/labstack/echo-jwt.Config": "SigningKey",
	"github.com/gofiber/jwt.Config": "SigningKey", "github.com/gofiber/jwt.SigningKey": "Key",
	"github.com/gofiber/contrib/jwt.Config": "SigningKey", "github.com/gofiber/contrib/jwt.SigningKey": "Key",
}

// signingField states a literal that such a field is given.
func (f *goFile) signingField(lit *ast.CompositeLit, state func(e ast.Expr, name, via string)) {
	pkg, name := f.typeOrigin(lit.Type)
	field := goSigningFields[pkg+"."+name]
	if field == "" {
		return
	}
	if value := keyed(lit, field); value != nil && f.nameAsKey(value, field) == inspect.SigningKey {
		state(value, inspect.SigningKey, "argument")
	}
}

// nameAsKey is what a literal is called that is given to what signs: too weak to
// be told from a sample by its own name, it is the key that signs.
func (f *goFile) nameAsKey(e ast.Expr, name string) string {
	if _, text := f.literalOf(e); inspect.WeakKey(inspect.SigningKey, text) || name == "Key" {
		return inspect.SigningKey
	}
	return name
}
