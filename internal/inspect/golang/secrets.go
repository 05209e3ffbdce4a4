package golang

import (
	"go/ast"
	"go/token"
	"net/url"
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

// goSecretArgs are parameters of known functions that take a secret: key →
// index of the argument.
var goSecretArgs = map[string]int{
	"github.com/gorilla/sessions.NewCookieStore":                            0,
	"github.com/gorilla/sessions.NewFilesystemStore":                        1,
	"github.com/gin-contrib/sessions/cookie.NewStore":                       0,
	"github.com/gin-contrib/sessions/memstore.NewStore":                     0,
	"github.com/gorilla/securecookie.New":                                   0,
	"github.com/gorilla/csrf.Protect":                                       0,
	"github.com/golang-jwt/jwt#SignedString":                                0,
	"github.com/dgrijalva/jwt-go#SignedString":                              0,
	"github.com/labstack/echo/middleware.JWT":                               0,
	"github.com/labstack/echo-jwt.JWT":                                      0,
	"github.com/go-chi/jwtauth.New":                                         1,
	"net/smtp.PlainAuth":                                                    2,
	"net/http#SetBasicAuth":                                                 1,
	"github.com/go-resty/resty#SetBasicAuth":                                1,
	"github.com/go-resty/resty#SetAuthToken":                                0,
	"github.com/eclipse/paho.mqtt.golang#SetPassword":                       0,
	"github.com/go-ldap/ldap#Bind":                                          1,
	"golang.org/x/crypto/ssh.Password":                                      0,
	"crypto/hmac.New":                                                       1,
	"github.com/go-gomail/gomail.NewDialer":                                 3,
	"github.com/go-gomail/gomail.NewPlainDialer":                            3,
	"github.com/redis/go-redis.DialPassword":                                0,
	redigoPath + ".DialPassword":                                            0,
	"github.com/minio/minio-go/pkg/credentials.NewStaticV4":                 1,
	"github.com/aws/aws-sdk-go/aws/credentials.NewStaticCredentials":        1,
	"github.com/aws/aws-sdk-go-v2/credentials.NewStaticCredentialsProvider": 1,
}

// notASecret are literals that stand beside secret names and are none: texts
// for people, names of variables, headers, keys and templates, paths.
var notASecret = regexp.MustCompile(`^[^@#$^&*+=|~]*\s[^@#$^&*+=|~]*$|^/|^\./|^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$|^X-[A-Za-z-]+$|^(Authorization|Bearer|Basic|Cookie)$|^[a-z]+://[^@]*$|\.(html|tmpl|json|ya?ml|pem|key|crt|txt|go)$|^application/`)

// secretsName is a text of at most two words: "access_token" names a secret.
var secretsName = regexp.MustCompile(`^[a-z]+([_-]?[A-Za-z][a-z]+)?$`)

// literals states credentials: literals of secret-named things, of parameters
// that take a secret, in URLs, and of providers' token formats.
func (f *goFile) literals() {
	stated, signs, paired := map[ast.Expr]bool{}, map[ast.Expr]bool{}, map[ast.Expr]bool{}
	state := func(e ast.Expr, name, via string) {
		lit, text := f.literalOf(e)
		weak := name == inspect.SigningKey && text != "" // in use, however plain
		if lit == nil || stated[lit] && (!weak || signs[lit]) || f.defaults[lit] || len(text) < 4 && !weak || via != "argument" && f.harmless(name, text) {
			return
		}
		if _, _, isURL := inspect.MaskURL(text); isURL {
			return // stated by its URL
		}
		stated[lit], signs[lit] = true, weak
		f.emit(lit, inspect.Credential{Name: name, Via: via, Secret: inspect.NewSecret(text), Paired: paired[e]})
	}
	var texts []*ast.BasicLit
	f.walk(f.file, func(n ast.Node, stack []ast.Node) {
		switch n := n.(type) {
		case *ast.BasicLit:
			if n.Kind == token.STRING && len(n.Value) >= shortestToken && !isTagOrImport(n, stack) {
				texts = append(texts, n)
			}
		case *ast.ValueSpec:
			for i, name := range n.Names {
				if i >= len(n.Values) {
					break
				}
				f.serviceHandle(name.Name, name, n.Values[i], stack)
				f.originName(name.Name, n.Values[i], stack)
				f.link(name.Name, n.Values[i])
				if inspect.IsSecretName(name.Name) && !keyType.MatchString(goLastName(n.Type)) {
					state(n.Values[i], name.Name, "assignment")
				}
			}
		case *ast.AssignStmt:
			for i, l := range n.Lhs {
				if len(n.Lhs) != len(n.Rhs) || n.Tok == token.ADD_ASSIGN {
					break
				}
				name := goLastName(l)
				f.serviceHandle(name, l, n.Rhs[i], stack)
				f.originName(name, n.Rhs[i], stack)
				f.link(name, n.Rhs[i])
				if inspect.IsSecretName(name) {
					state(n.Rhs[i], name, "assignment")
				}
			}
		case *ast.CompositeLit:
			namesUser(n, paired)
			f.signingField(n, state)
		case *ast.KeyValueExpr:
			name := keyName(n.Key)
			f.serviceHandle(name, nil, n.Value, stack)
			f.originName(name, n.Value, stack)
			if inspect.IsSecretName(name) {
				state(n.Value, name, "field")
			}
		case *ast.CallExpr:
			f.secretArguments(n, state)
			f.flagDefault(n, state)
			f.headerSecret(n, state)
		case *ast.BinaryExpr:
			if lit, name, text := f.login(n, stack); lit != nil {
				stated[lit] = true
				f.emit(lit, inspect.Credential{Name: name, Via: "login", Secret: inspect.NewSecret(text)})
			}
			f.comparedSecret(n, state)
		}
	})
	for _, lit := range texts {
		if !stated[lit] && !f.defaults[lit] {
			f.stateToken(lit)
		}
	}
}

// shortestToken is the shortest literal, with its quotes, that TokenFormat or
// maskURL can recognise: "a://:b@c".
const shortestToken = 10

// verb is what fmt puts a value for.
var verb = regexp.MustCompile(`^%[+#]?[svqd]`)

// stateToken states a literal that is a secret by its own form.
func (f *goFile) stateToken(lit *ast.BasicLit) {
	text, ok := stringLit(lit)
	if !ok {
		return
	}
	if format := inspect.TokenFormat(text); format != "" {
		if strings.HasPrefix(format, "private-key") && len(text) < 64 {
			return // the header alone, in code that reads keys
		}
		f.emit(lit, inspect.Credential{Name: format, Via: "assignment", Secret: inspect.NewSecret(text)})
		return
	}
	if !strings.ContainsAny(text, "@=") {
		return
	}
	if _, password, ok := inspect.MaskURL(text); ok && !verb.MatchString(password) {
		name, host := goHostOf(text)
		f.emit(lit, inspect.Credential{Name: name, Via: "url", Secret: inspect.NewSecret(password), Host: host})
	}
}

// keyType are types of the keys under which a context, a map or a header keeps
// something: const tokenKey contextKey = "token-of-user".
var keyType = regexp.MustCompile(`(?i)^(ctx|context|header|cookie|session|param)?_?key(type)?$|^(ctx|context)\w*$`)

func (f *goFile) secretArguments(call *ast.CallExpr, state func(e ast.Expr, name, via string)) {
	c := f.resolve(call)
	if i, ok := goSecretArgs[c.key()]; ok {
		if arg := c.arg(i); arg != nil {
			name := c.name
			if goSigningArgs[c.key()] {
				name = f.nameAsKey(arg, name)
			}
			state(arg, name, "argument")
		}
	}
	fn := f.funcs[c.name]
	if fn == nil || c.method || c.pkg != "" {
		return
	}
	i := 0
	for _, field := range fn.Type.Params.List {
		for _, name := range field.Names {
			if arg := c.arg(i); arg != nil && inspect.IsSecretName(name.Name) {
				if _, text := f.literalOf(arg); !f.harmless(name.Name, text) {
					state(arg, name.Name, "argument")
				}
			}
			i++
		}
	}
}

// literalOf is the string literal in an expression: itself, []byte("…") and
// string("…"). A name is stated where it is declared, when its name says so,
// and where it is used otherwise.
func (f *goFile) literalOf(e ast.Expr) (*ast.BasicLit, string) {
	switch e := ast.Unparen(e).(type) {
	case *ast.BasicLit:
		if text, ok := stringLit(e); ok {
			return e, text
		}
	case *ast.CallExpr:
		if _, isSlice := e.Fun.(*ast.ArrayType); isSlice && len(e.Args) == 1 {
			return f.literalOf(e.Args[0])
		}
		if id, ok := e.Fun.(*ast.Ident); ok && id.Name == "string" && len(e.Args) == 1 {
			return f.literalOf(e.Args[0])
		}
	case *ast.Ident:
		if e.Obj != nil && f.bindings[e.Obj] != nil && len(f.bindings[e.Obj].values) == 1 && !f.folding[e.Obj] {
			f.folding[e.Obj] = true
			defer delete(f.folding, e.Obj)
			return f.literalOf(f.bindings[e.Obj].values[0])
		}
	}
	return nil, ""
}

// harmless reports whether a literal beside a secret name is none: a text, a
// path, or the name itself written once more (`GetCreateApiKey = "createApiKey"`).
func (f *goFile) harmless(name, text string) bool {
	if notASecret.MatchString(text) || inspect.SaysOtherwise(text) || inspect.NamesItself(name, text) {
		return true
	}
	plain := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r == '_' || r == '-' || r == '.' || r == ' ' {
				return -1
			}
			return r
		}, strings.ToLower(s))
	}
	n, t := plain(name), plain(text)
	return n == t || n == t+"key" || strings.HasSuffix(n, t) && len(t) > 5 || inspect.IsSecretName(text) && secretsName.MatchString(text)
}

func goLastName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.IndexExpr:
		name, _ := stringLit(e.Index)
		return name
	}
	return ""
}

func keyName(e ast.Expr) string {
	if name, ok := stringLit(e); ok {
		return name
	}
	return goLastName(e)
}

func isTagOrImport(lit *ast.BasicLit, stack []ast.Node) bool {
	if len(stack) == 0 {
		return false
	}
	switch parent := stack[len(stack)-1].(type) {
	case *ast.ImportSpec:
		return true
	case *ast.Field:
		return parent.Tag == lit
	}
	return false
}

// goHostOf names a URL or DSN with a password: its scheme with host, and the host.
func goHostOf(text string) (name, host string) {
	if u, err := url.Parse(text); err == nil && u.Host != "" {
		return u.Scheme + "://" + u.Hostname(), u.Hostname()
	}
	m := inspect.Userinfo.FindStringIndex(text)
	if m == nil {
		return inspect.DsnHost(text)
	}
	scheme, _, _ := strings.Cut(text, "://")
	rest := text[m[1]:]
	if end := strings.IndexAny(rest, ":/?#"); end >= 0 {
		rest = rest[:end]
	}
	return scheme + "://" + rest, rest
}
