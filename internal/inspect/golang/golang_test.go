package golang_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/inspect/golang"
)

// goCase is one Go file and all facts of some kinds that it states.
type goCase struct {
	name string
	src  string // after "package main"
	want []inspect.Fact
}

// testGo demands exactly the wanted facts of the kinds, in order of line.
func testGo(t *testing.T, kinds []inspect.Kind, cases []goCase) {
	t.Helper()
	t.Parallel()
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []inspect.Fact
			for _, s := range files.File(inspect.Go, []byte("package main\n"+test.src)) {
				for _, kind := range append(kinds, "parse-failed") {
					if s.Fact.Kind() == kind {
						got = append(got, s.Fact)
					}
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func env(text string, names ...string) inspect.Value {
	return inspect.Value{Source: inspect.Env, Text: text, HasText: text != "", Env: names}
}

func TestGoImports(t *testing.T) {
	testGo(t, []inspect.Kind{"import", "package", "entry-point"}, []goCase{
		{"every form", "import (\n\t\"os\"\n\tx \"example.com/y\"\n\t_ \"embed\"\n\t. \"strings\"\n)\nfunc main() {}", []inspect.Fact{
			inspect.Package{Name: "main"}, inspect.Import{Path: "os"}, inspect.Import{Path: "example.com/y", Alias: "x"}, inspect.Import{Path: "embed", Alias: "_"},
			inspect.Import{Path: "strings", Names: []string{"*"}}, inspect.EntryPoint{Via: "func main"},
		}},
		{"a method called main starts nothing", "type T struct{}\nfunc (T) main() {}", []inspect.Fact{inspect.Package{Name: "main"}}},
	})
}

func TestGoEnvReads(t *testing.T) {
	const wrapper = "import \"os\"\nfunc getEnv(key, fallback string) string {\n\tif v, ok := os.LookupEnv(key); ok {\n\t\treturn v\n\t}\n\treturn fallback\n}\n"
	testGo(t, []inspect.Kind{"env-read"}, []goCase{
		{"plain", "import \"os\"\nvar x = os.Getenv(\"A\")", []inspect.Fact{inspect.EnvRead{Name: "A", Via: "os.Getenv"}}},
		{"aliased import", "import sys \"os\"\nvar x = sys.Getenv(\"A\")", []inspect.Fact{inspect.EnvRead{Name: "A", Via: "os.Getenv"}}},
		{"another os", "import \"example.com/os\"\nvar x = os.Getenv", nil},
		{"a local variable called os", "import \"os\"\ntype T struct{}\nfunc (T) Getenv2(string) string { return \"\" }\nfunc f(os T) { _ = os.Getenv2(\"A\") }", nil},
		{"comments and strings", "// os.Getenv(\"A\")\nvar x = `os.Getenv(\"A\")`", nil},
		{"name by constant", "import \"os\"\nconst key = \"A\"\nvar x = os.Getenv(key)", []inspect.Fact{inspect.EnvRead{Name: "A", Via: "os.Getenv"}}},
		{"replaced when empty", "import \"os\"\nfunc f() {\n\tx := os.Getenv(\"A\")\n\tif x == \"\" {\n\t\tx = \"dev\"\n\t}\n}", []inspect.Fact{inspect.EnvRead{Name: "A", Via: "os.Getenv", Fallback: inspect.Lit("dev")}}},
		{"kept when empty", "import \"os\"\nfunc f() {\n\tx := \"dev\"\n\tif v := os.Getenv(\"A\"); v != \"\" {\n\t\tx = v\n\t}\n\t_ = x\n}", []inspect.Fact{inspect.EnvRead{Name: "A", Via: "os.Getenv", Fallback: inspect.Lit("dev")}}},
		{"cmp.Or", "import (\n\"cmp\"\n\"os\"\n)\nvar x = cmp.Or(os.Getenv(\"A\"), \"dev\")", []inspect.Fact{inspect.EnvRead{Name: "A", Via: "os.Getenv", Fallback: inspect.Lit("dev")}}},
		{"fatal when empty", "import (\n\"log\"\n\"os\"\n)\nfunc f() {\n\tx := os.Getenv(\"API_KEY\")\n\tif x == \"\" {\n\t\tlog.Fatal(\"set it\")\n\t}\n}", []inspect.Fact{inspect.EnvRead{Name: "API_KEY", Via: "os.Getenv", Required: true, Secret: true}}},
		{"error when absent", "import (\n\"errors\"\n\"os\"\n)\nfunc f() error {\n\tx, ok := os.LookupEnv(\"A\")\n\tif !ok {\n\t\treturn errors.New(\"no A\")\n\t}\n\t_ = x\n\treturn nil\n}", []inspect.Fact{inspect.EnvRead{Name: "A", Via: "os.LookupEnv", Required: true}}},
		{"field checked later", "import (\n\"fmt\"\n\"os\"\n)\ntype C struct{ Key string }\nfunc f() error {\n\tc := C{Key: os.Getenv(\"A\")}\n\tif c.Key == \"\" {\n\t\treturn fmt.Errorf(\"no A\")\n\t}\n\treturn nil\n}", []inspect.Fact{inspect.EnvRead{Name: "A", Via: "os.Getenv", Required: true}}},
		{"an unset variable is one of the values", "import \"os\"\nvar debug = os.Getenv(\"DEBUG\") == \"1\"", []inspect.Fact{inspect.EnvRead{Name: "DEBUG", Via: "os.Getenv", Fallback: inspect.Lit("")}}},
		{"own wrapper", wrapper + "var p = getEnv(\"PORT\", \"8080\")", []inspect.Fact{inspect.EnvRead{Name: "PORT", Via: "getEnv", Fallback: inspect.Lit("8080")}}},
		{"wrapper of a wrapper", wrapper + "func intEnv(key, def string) string { return getEnv(key, def) }\nvar p = intEnv(\"PORT\", \"1\")", []inspect.Fact{inspect.EnvRead{Name: "PORT", Via: "intEnv", Fallback: inspect.Lit("1")}}},
		{"secret default is masked", wrapper + "var p = getEnv(\"JWT_SECRET\", \"hunter2-hunter2\")", []inspect.Fact{inspect.EnvRead{Name: "JWT_SECRET", Via: "getEnv", Secret: true, Fallback: inspect.SecretLit("hunter2-hunter2")}}},
		{"refused default", wrapper + "func f() {\n\tx := getEnv(\"JWT_SECRET\", \"hunter2-hunter2\")\n\tif x == \"hunter2-hunter2\" {\n\t\tpanic(\"set it\")\n\t}\n}", []inspect.Fact{inspect.EnvRead{Name: "JWT_SECRET", Via: "getEnv", Secret: true, Rejected: true, Fallback: inspect.SecretLit("hunter2-hunter2")}}},
		{"required by wrapper", "import \"os\"\nfunc must(k string) string {\n\tv := os.Getenv(k)\n\tif v == \"\" {\n\t\tpanic(k)\n\t}\n\treturn v\n}\nvar x = must(\"A\")", []inspect.Fact{inspect.EnvRead{Name: "A", Via: "must", Required: true}}},
		{"wrapper of another file", "import \"example.com/app/env\"\nvar x = env.GetString(\"ADDR\", \":80\")", []inspect.Fact{inspect.EnvRead{Name: "ADDR", Via: "example.com/app/env.GetString", Fallback: inspect.Lit(":80")}}},
		{"not a wrapper", "func get(key, fallback string) string { return key }\nvar x = get(\"PORT\", \"8080\")", nil},
		{"caarlos0 tags", "import \"github.com/caarlos0/env/v11\"\nvar _ = env.Parse\ntype C struct {\n\tPort int `env:\"PORT\" envDefault:\"80\"`\n\tKey string `env:\"KEY,required\"`\n}", []inspect.Fact{
			inspect.EnvRead{Name: "PORT", Via: "struct tag env", Fallback: inspect.Lit("80")}, inspect.EnvRead{Name: "KEY", Via: "struct tag env", Required: true},
		}},
		{"sethvargo tags", "import \"github.com/sethvargo/go-envconfig\"\nvar _ = envconfig.Process\ntype C struct {\n\tPort int `env:\"PORT, default=80\"`\n}", []inspect.Fact{inspect.EnvRead{Name: "PORT", Via: "struct tag env", Fallback: inspect.Lit("80")}}},
		{"tags without a loader", "type C struct {\n\tPort int `env:\"PORT\" envDefault:\"80\"`\n}", nil},
		{"viper", "import \"github.com/spf13/viper\"\nfunc f() {\n\tviper.SetEnvPrefix(\"app\")\n\tviper.AutomaticEnv()\n\tviper.SetDefault(\"port\", 80)\n\t_ = viper.GetString(\"port\")\n}", []inspect.Fact{inspect.EnvRead{Name: "APP_PORT", Via: "github.com/spf13/viper.GetString", Fallback: inspect.Lit("80")}}},
		{"viper of a file", "import \"github.com/spf13/viper\"\nvar x = viper.GetString(\"port\")", nil},
		{"expanded", "import \"os\"\nvar x = os.ExpandEnv(\"$HOME/${APP}\")", []inspect.Fact{inspect.EnvRead{Name: "HOME", Via: "os.ExpandEnv"}, inspect.EnvRead{Name: "APP", Via: "os.ExpandEnv"}}},
	})
}

func TestGoListens(t *testing.T) {
	all, http := inspect.Lit(""), "net/http.ListenAndServe"
	testGo(t, []inspect.Kind{"listen"}, []goCase{
		{"literal", "import \"net/http\"\nfunc main() { http.ListenAndServe(\":8080\", nil) }", []inspect.Fact{inspect.Listen{Via: http, Host: all, Port: inspect.Lit("8080")}}},
		{"environment", "import (\n\"net/http\"\n\"os\"\n)\nfunc main() { http.ListenAndServe(\":\"+os.Getenv(\"PORT\"), nil) }", []inspect.Fact{inspect.Listen{Via: http, Host: all, Port: env("", "PORT")}}},
		{"environment with a fallback", "import (\n\"net/http\"\n\"os\"\n\"fmt\"\n)\nfunc main() {\n\tp := os.Getenv(\"PORT\")\n\tif p == \"\" {\n\t\tp = \"80\"\n\t}\n\thttp.ListenAndServe(fmt.Sprintf(\"0.0.0.0:%s\", p), nil)\n}", []inspect.Fact{inspect.Listen{Via: http, Host: inspect.Lit("0.0.0.0"), Port: env("80", "PORT")}}},
		{"colon put before it", "import (\n\"net/http\"\n\"os\"\n)\nfunc main() {\n\tp := os.Getenv(\"PORT\")\n\tp = \":\" + p\n\thttp.ListenAndServe(p, nil)\n}", []inspect.Fact{inspect.Listen{Via: http, Host: all, Port: env("", "PORT")}}},
		{"server", "import \"net/http\"\nfunc main() {\n\ts := &http.Server{Addr: \"127.0.0.1:9\"}\n\ts.ListenAndServe()\n}", []inspect.Fact{inspect.Listen{Via: http, Host: inspect.Lit("127.0.0.1"), Port: inspect.Lit("9")}}},
		{"server of a field", "import \"net/http\"\ntype app struct{ srv *http.Server }\nfunc (a *app) run() { a.srv.ListenAndServe() }\nfunc mk(addr string) *app { return &app{srv: &http.Server{Addr: addr}} }", []inspect.Fact{inspect.Listen{Via: http, Host: given("#mk(0)"), Port: given("#mk(0)")}}},
		{"flag", "import (\n\"flag\"\n\"net/http\"\n)\nvar addr = flag.String(\"addr\", \":80\", \"\")\nfunc main() { http.ListenAndServe(*addr, nil) }", []inspect.Fact{inspect.Listen{Via: http, Host: inspect.Value{Source: inspect.Input}, Port: inspect.Value{Source: inspect.Input}}}},
		{"gin reads PORT", "import \"github.com/gin-gonic/gin\"\nfunc main() {\n\tr := gin.Default()\n\tr.Run()\n}", []inspect.Fact{inspect.Listen{Via: "github.com/gin-gonic/gin.Run", Host: all, Port: env("8080", "PORT")}}},
		{"run of another thing", "import \"github.com/gin-gonic/gin\"\ntype T struct{}\nfunc (T) Run() {}\nvar _ gin.H\nfunc main() { T{}.Run() }", nil},
		{"echo", "import \"github.com/labstack/echo/v4\"\nfunc main() {\n\te := echo.New()\n\te.Logger.Fatal(e.Start(\":1323\"))\n}", []inspect.Fact{inspect.Listen{Via: "github.com/labstack/echo.Start", Host: all, Port: inspect.Lit("1323")}}},
		{"joined", "import \"net\"\nfunc f(port string) { net.Listen(\"tcp\", net.JoinHostPort(\"::1\", port)) }", []inspect.Fact{inspect.Listen{Via: "net.Listen", Host: inspect.Lit("::1"), Port: given("#f(0)")}}},
		{"a socket file and a free port are no ports", "import \"net\"\nfunc f() {\n\tnet.Listen(\"unix\", \"/run/x\")\n\tnet.Listen(\"tcp\", \"127.0.0.1:0\")\n}", nil},
		{"metrics on the side", "import (\n\"net/http\"\n\"github.com/prometheus/client_golang/prometheus/promhttp\"\n)\nfunc main() {\n\tgo http.ListenAndServe(\":9090\", promhttp.Handler())\n\thttp.ListenAndServe(\":80\", nil)\n}", []inspect.Fact{
			inspect.Listen{Via: http, Host: all, Port: inspect.Lit("9090"), Side: true}, inspect.Listen{Via: http, Host: all, Port: inspect.Lit("80")},
		}},
		{"health is a route of the main one", "import \"net/http\"\nfunc main() { http.ListenAndServe(\":80\", healthMiddleware(nil)) }", []inspect.Fact{inspect.Listen{Via: http, Host: all, Port: inspect.Lit("80")}}},
	})
}

// given is a value that another file may tell.
func given(symbol string) inspect.Value {
	return inspect.Value{Source: inspect.Input, Env: []string{inspect.ExportOf(symbol)}}
}

func TestGoClients(t *testing.T) {
	testGo(t, []inspect.Kind{"client"}, []goCase{
		{"by driver", "import \"database/sql\"\nfunc f(d, s string) {\n\tsql.Open(\"pgx\", s)\n\tsql.Open(\"sqlite3\", \"a.db\")\n\tsql.Open(d, s)\n}", []inspect.Fact{
			inspect.Client{Service: inspect.Postgres, Via: "database/sql.Open", Handle: given("#f(1)")}, inspect.Client{Service: inspect.SQLite, Via: "database/sql.Open", Handle: inspect.Lit("a.db")},
			inspect.Client{Service: inspect.Database, Via: "database/sql.Open", Handle: given("#f(1)")},
		}},
		{"pool from the environment", "import (\n\"os\"\n\"github.com/jackc/pgx/v5/pgxpool\"\n)\nvar p, _ = pgxpool.New(nil, os.Getenv(\"DATABASE_URL\"))", []inspect.Fact{inspect.Client{Service: inspect.Postgres, Via: "github.com/jackc/pgx/pgxpool.New", Handle: env("", "DATABASE_URL")}}},
		{"password masked", "import \"github.com/jackc/pgx/v5\"\nvar p, _ = pgx.Connect(nil, \"postgres://u:hunter22@db/x\")", []inspect.Fact{inspect.Client{Service: inspect.Postgres, Via: "github.com/jackc/pgx.Connect", Handle: inspect.LitOf("postgres://u:hunter22@db/x")}}},
		{"redis options, old import", "import \"github.com/go-redis/redis/v8\"\nvar c = redis.NewClient(&redis.Options{Addr: \"cache:6379\"})", []inspect.Fact{inspect.Client{Service: inspect.Redis, Via: "github.com/redis/go-redis.NewClient", Handle: inspect.Lit("cache:6379")}}},
		{"redis by URL counts once", "import \"github.com/redis/go-redis/v9\"\nfunc f(u string) {\n\to, _ := redis.ParseURL(u)\n\tredis.NewClient(o)\n}", []inspect.Fact{inspect.Client{Service: inspect.Redis, Via: "github.com/redis/go-redis.ParseURL", Handle: given("#f(0)")}}},
		{"gorm", "import (\n\"gorm.io/gorm\"\n\"gorm.io/driver/mysql\"\n)\nfunc f(dsn string) { gorm.Open(mysql.Open(dsn), nil) }", []inspect.Fact{inspect.Client{Service: inspect.MySQL, Via: "gorm.io/driver/mysql.Open", Handle: given("#f(0)")}}},
		{"mongo", "import (\n\"go.mongodb.org/mongo-driver/mongo\"\n\"go.mongodb.org/mongo-driver/mongo/options\"\n)\nvar c, _ = mongo.Connect(nil, options.Client().ApplyURI(\"mongodb://m\"))", []inspect.Fact{inspect.Client{Service: inspect.MongoDB, Via: golang.MongoOptionsPath + ".ApplyURI", Handle: inspect.Lit("mongodb://m")}}},
		{"another redis", "import \"example.com/redis\"\nvar c = redis.NewClient(&redis.Options{Addr: \"cache:6379\"})", nil},
	})
}

func TestGoCredentials(t *testing.T) {
	testGo(t, []inspect.Kind{"credential"}, []goCase{
		{"constant, field, assignment", "const apiKey = \"k9f8s7d6f5\"\ntype c struct{ Password string }\nvar v = c{Password: \"hunter22\"}\nfunc f() { v.Password = \"hunter23\" }", []inspect.Fact{
			inspect.Credential{Name: "apiKey", Via: "assignment", Secret: inspect.NewSecret("k9f8s7d6f5")}, inspect.Credential{Name: "Password", Via: "field", Secret: inspect.NewSecret("hunter22")},
			inspect.Credential{Name: "Password", Via: "assignment", Secret: inspect.NewSecret("hunter23")},
		}},
		{"placeholder is said", "const apiKey = \"changeme\"", []inspect.Fact{inspect.Credential{Name: "apiKey", Via: "assignment", Secret: inspect.NewSecret("changeme")}}},
		{"a pass phrase", "const secretPassword = \"A Very Strong!!@##\"", []inspect.Fact{inspect.Credential{Name: "secretPassword", Via: "assignment", Secret: inspect.NewSecret("A Very Strong!!@##")}}},
		{"names, texts, URLs and paths are none", "const (\n\tgetCreateApiKey = \"createApiKey\"\n\tpassword = \"Please enter your password\"\n\ttoken = \"https://host/oauth/token\"\n\tsecret = \"/run/secrets/app\"\n\tapiKey = \"MY_API_KEY\"\n\ttokenKey = \"access_token\"\n)", nil},
		{"keys of a context are none", "type key string\nvar (\n\tcreateSessionKey key = \"q8Zr2LmX0vTn\"\n\tdestroySessionKey = \"destroySession\"\n)", nil},
		{"session key", "import \"github.com/gorilla/sessions\"\nvar s = sessions.NewCookieStore([]byte(\"really random\"))", []inspect.Fact{inspect.Credential{Name: "NewCookieStore", Via: "argument", Secret: inspect.NewSecret("really random")}}},
		{"by parameter name", "func login(user, password string) {}\nfunc f() { login(\"admin\", \"hunter22\") }", []inspect.Fact{inspect.Credential{Name: "password", Via: "argument", Secret: inspect.NewSecret("hunter22")}}},
		{"URLs", "const (\n\ta = \"amqp://u:hunter22@mq.example.org:5672/\"\n\tb = \"u:hunter22@tcp(db:3306)/x\"\n\tc = \"host=db user=u password=hunter22\"\n)", []inspect.Fact{
			inspect.Credential{Name: "amqp://mq.example.org", Via: "url", Host: "mq.example.org", Secret: inspect.NewSecret("hunter22")},
			inspect.Credential{Name: "mysql://db", Via: "url", Host: "db", Secret: inspect.NewSecret("hunter22")},
			inspect.Credential{Name: "host=db", Via: "url", Host: "db", Secret: inspect.NewSecret("hunter22")},
		}},
		{"a default is none", "import \"os\"\nfunc f() {\n\tu := os.Getenv(\"DATABASE_URL\")\n\tif u == \"\" {\n\t\tu = \"postgres://u:hunter22@localhost/x\"\n\t}\n}", nil},
		{"comments and tags are none", "// password = \"hunter22\"\ntype c struct {\n\tPassword string `json:\"password\"`\n}", nil},
	})
}

func TestGoState(t *testing.T) {
	const handler = "import \"net/http\"\nfunc h(w http.ResponseWriter, r *http.Request) {\n"
	testGo(t, []inspect.Kind{"shared-state"}, []goCase{
		{"keyed by the request", handler + "\tid := r.FormValue(\"id\")\n\tcarts[id] = 1\n\tdelete(carts, id)\n}\nvar carts = map[string]int{}", []inspect.Fact{inspect.SharedState{Name: "carts", Type: "map", Mutations: []int{5, 6}, ByRequest: true}}},
		{"counter and list", handler + "\tn++\n\tlist = append(list, 1)\n}\nvar n int\nvar list []int", []inspect.Fact{inspect.SharedState{Name: "n", Type: "counter", Mutations: []int{4}}, inspect.SharedState{Name: "list", Type: "list", Mutations: []int{5}}}},
		{"sync.Map", "import (\n\"net/http\"\n\"sync\"\n)\nvar m sync.Map\nfunc h(w http.ResponseWriter, r *http.Request) { m.Store(r.URL.Path, 1) }", []inspect.Fact{inspect.SharedState{Name: "m", Type: "map", Mutations: []int{7}, ByRequest: true}}},
		{"gin", "import \"github.com/gin-gonic/gin\"\nvar seen = map[string]bool{}\nfunc h(c *gin.Context) { seen[c.Param(\"x\")] = true }", []inspect.Fact{inspect.SharedState{Name: "seen", Type: "set", Mutations: []int{4}, ByRequest: true}}},
		{"only read", handler + "\t_ = names[r.URL.Path]\n}\nvar names = map[string]string{\"a\": \"b\"}", nil},
		{"changed at start", handler + "}\nvar names = map[string]string{}\nfunc init() { names[\"a\"] = \"b\" }", nil},
		{"a local one", handler + "\tm := map[string]int{}\n\tm[r.URL.Path] = 1\n}", nil},
		{"shadowed", handler + "\tm := map[string]int{}\n\tm[r.URL.Path] = 1\n}\nvar m = map[string]int{}", nil},
	})
}

func TestGoSignals(t *testing.T) {
	const imports = "import (\n\"context\"\n\"os\"\n\"os/signal\"\n\"syscall\"\n)\nvar _ context.Context\nvar _ = syscall.SIGTERM\n"
	testGo(t, []inspect.Kind{"signal-handler"}, []goCase{
		{"interrupt alone", imports + "func main() {\n\tc := make(chan os.Signal, 1)\n\tsignal.Notify(c, os.Interrupt)\n\t<-c\n}", []inspect.Fact{inspect.SignalHandler{Via: "os/signal.Notify", Signals: []string{"SIGINT"}}}},
		{"through a variable", imports + "var notify = signal.Notify\nfunc main() {\n\tc := make(chan os.Signal, 1)\n\tnotify(c, os.Interrupt)\n\t<-c\n}", []inspect.Fact{inspect.SignalHandler{Via: "os/signal.Notify", Signals: []string{"SIGINT"}}}},
		{"drained", imports + "func main() {\n\tc := make(chan os.Signal, 1)\n\tsignal.Notify(c, syscall.SIGINT, syscall.SIGTERM)\n\t<-c\n\tsrv.Shutdown(nil)\n}", []inspect.Fact{inspect.SignalHandler{Via: "os/signal.Notify", Signals: []string{"SIGINT", "SIGTERM"}, Drains: true}}},
		{"exits at once", imports + "func main() {\n\tc := make(chan os.Signal, 1)\n\tsignal.Notify(c, syscall.SIGTERM)\n\tgo func() {\n\t\t<-c\n\t\tos.Exit(0)\n\t}()\n}", []inspect.Fact{inspect.SignalHandler{Via: "os/signal.Notify", Signals: []string{"SIGTERM"}, Exits: true}}},
		{"context handed on", imports + "func main() {\n\tctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)\n\tdefer stop()\n\trun(ctx)\n}", []inspect.Fact{inspect.SignalHandler{Via: "os/signal.NotifyContext", Signals: []string{"SIGINT", "SIGTERM"}, Drains: true}}},
		{"context forgotten", imports + "func main() {\n\tctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)\n\tdefer stop()\n\t<-ctx.Done()\n\tsignal.Stop(nil)\n}", []inspect.Fact{inspect.SignalHandler{Via: "os/signal.NotifyContext", Signals: []string{"SIGINT"}}}},
		{"list", imports + "var stops = []os.Signal{os.Kill, syscall.SIGHUP}\nfunc main() { signal.Notify(nil, stops...) }", []inspect.Fact{inspect.SignalHandler{Via: "os/signal.Notify", Signals: []string{"SIGKILL", "SIGHUP"}}}},
		{"another Notify", "import signal \"example.com/signal\"\nfunc main() { signal.Notify(nil) }", nil},
	})
}

func TestGoLogsAndFiles(t *testing.T) {
	testGo(t, []inspect.Kind{"log-sink", "file-write"}, []goCase{
		{"log to a file", "import (\n\"log\"\n\"os\"\n)\nfunc f() {\n\tw, _ := os.OpenFile(\"app.log\", os.O_APPEND|os.O_CREATE, 0o600)\n\tlog.SetOutput(w)\n\tlog.Print(1)\n}", []inspect.Fact{inspect.LogSink{Via: "log.SetOutput", Target: "file", Path: inspect.Lit("app.log")}}},
		{"a file that another file opens", "import (\n\"example.com/shop/file\"\n\"log\"\n\"os\"\n)\nvar (\n\tF *os.File\n\tl *log.Logger\n)\nfunc f() {\n\tvar err error\n\tF, err = file.Open(name())\n\tl = log.New(F, \"\", 0)\n}", []inspect.Fact{inspect.LogSink{Via: "log.New", Target: "file", Path: inspect.Value{Source: inspect.Unknown}}}},
		{"a file that the operator names", "import (\n\"example.com/shop/file\"\n\"log\"\n\"os\"\n)\nvar F *os.File\nfunc f() {\n\tF, _ = file.Open(os.Getenv(\"LOG_FILE\"))\n\tlog.SetOutput(F)\n}", nil},
		{"both", "import (\n\"io\"\n\"log\"\n\"os\"\n)\nfunc f() {\n\tw, _ := os.Create(\"app.log\")\n\tlog.SetOutput(io.MultiWriter(os.Stdout, w))\n}", []inspect.Fact{inspect.LogSink{Via: "log.SetOutput", Target: "stdout"}, inspect.LogSink{Via: "log.SetOutput", Target: "file", Path: inspect.Lit("app.log")}}},
		{"default", "import \"log\"\nfunc f() {\n\tlog.Print(1)\n\tlog.Print(2)\n}", []inspect.Fact{inspect.LogSink{Via: "log", Target: "stderr"}}},
		{"slog JSON", "import (\n\"log/slog\"\n\"os\"\n)\nvar l = slog.New(slog.NewJSONHandler(os.Stdout, nil))", []inspect.Fact{inspect.LogSink{Via: "log/slog.NewJSONHandler", Target: "stdout", Structured: true}}},
		{"rotator", "import \"gopkg.in/natefinch/lumberjack.v2\"\nvar w = &lumberjack.Logger{Filename: \"/var/log/app.log\"}", []inspect.Fact{inspect.LogSink{Via: "gopkg.in/natefinch/lumberjack.Logger", Target: "file", Path: inspect.Lit("/var/log/app.log"), Rotates: true}}},
		{"zap paths", "import \"go.uber.org/zap\"\nvar c = zap.Config{OutputPaths: []string{\"stdout\", \"a.log\"}}", []inspect.Fact{
			inspect.LogSink{Via: "go.uber.org/zap.Config", Target: "stdout", Structured: true}, inspect.LogSink{Via: "go.uber.org/zap.Config", Target: "file", Path: inspect.Lit("a.log"), Structured: true},
		}},
		{"writes", "import (\n\"net/http\"\n\"os\"\n)\nfunc h(w http.ResponseWriter, r *http.Request) { os.WriteFile(\"data/x\", nil, 0) }\nfunc f() {\n\tos.OpenFile(\"a\", os.O_RDONLY, 0)\n\tos.OpenFile(\"b\", os.O_APPEND, 0)\n}", []inspect.Fact{
			inspect.FileWrite{Via: "os.WriteFile", Path: inspect.Lit("data/x"), Handler: true}, inspect.FileWrite{Via: "os.OpenFile", Path: inspect.Lit("b"), Append: true},
		}},
		{"temporary", "import (\n\"os\"\n\"path/filepath\"\n)\nfunc f() { os.Create(filepath.Join(os.TempDir(), \"x\")) }", []inspect.Fact{inspect.FileWrite{Via: "os.Create", Path: inspect.Lit("/tmp/x"), Temporary: true}}},
	})
}

func TestGoJobs(t *testing.T) {
	testGo(t, []inspect.Kind{"exec", "migration", "consumer", "enqueue", "scheduler", "session", "handler"}, []goCase{
		{"exec", "import (\n\"os/exec\"\n\"regexp\"\n)\nfunc f(x string) {\n\texec.Command(\"convert\", x)\n\texec.Command(x)\n\tregexp.MustCompile(\"convert\")\n}", []inspect.Fact{inspect.Exec{Via: "os/exec.Command", Program: "convert"}}},
		{"another Command", "import \"example.com/exec\"\nfunc f() { exec.Command(\"convert\") }", nil},
		{"migrated at start", "import \"github.com/pressly/goose/v3\"\nfunc main() { start() }\nfunc start() {\n\tif err := goose.Up(nil, \"m\"); err != nil {\n\t\tpanic(err)\n\t}\n}", []inspect.Fact{inspect.Migration{Via: "github.com/pressly/goose.Up", Boot: true}}},
		{"migrated by a command", "import \"github.com/pressly/goose/v3\"\nimport \"os\"\nfunc main() {\n\tswitch os.Args[1] {\n\tcase \"migrate\":\n\t\tgoose.Up(nil, \"m\")\n\t}\n}", []inspect.Fact{inspect.Migration{Via: "github.com/pressly/goose.Up", In: "main"}}},
		{"schema from models", "import \"gorm.io/gorm\"\nfunc migrate(db *gorm.DB) { db.AutoMigrate(1) }", []inspect.Fact{inspect.Migration{Via: "gorm.io/gorm.AutoMigrate", Sync: true, In: "migrate"}}},
		{"own function", "import \"example.com/shop/store\"\nfunc main() {\n\tstore.Migrate(nil)\n\tstore.InitDB()\n\tif true {\n\t\tstore.Migrate(nil)\n\t}\n}", []inspect.Fact{inspect.Migration{Via: "store.Migrate", Boot: true, Own: true}}},
		{"a step that a tool runs", "import \"xorm.io/xorm\"\nvar step = task{Run: func(e *xorm.Engine) error { return e.Sync2(1) }}", []inspect.Fact{inspect.Migration{Via: "xorm.io/xorm.Sync2", Sync: true}}},
		{"the engine of tests", "import \"xorm.io/xorm\"\nfunc NewTestEngine(e *xorm.Engine) error { return e.Sync2(1) }", []inspect.Fact{inspect.Migration{Via: "xorm.io/xorm.Sync2", Sync: true, In: "NewTestEngine"}}},
		{"waiting for migrations is none", "func wait_for_migrations() {}\nfunc main() { wait_for_migrations() }", nil},
		{"river", "import \"github.com/riverqueue/river\"\nfunc f() {\n\tc, _ := river.NewClient(nil, nil)\n\tc.Start(nil)\n\tc.InsertTx(nil, nil, nil, nil)\n}", []inspect.Fact{inspect.Consumer{Via: "github.com/riverqueue/river.Start", Ack: "late"}, inspect.Enqueue{Via: "github.com/riverqueue/river.InsertTx"}}},
		{"asynq", "import \"github.com/hibiken/asynq\"\nfunc f() {\n\tasynq.NewServer(nil, nil).Run(nil)\n\ts := asynq.NewScheduler(nil, nil)\n\ts.Run()\n}", []inspect.Fact{inspect.Consumer{Via: "github.com/hibiken/asynq.Run", Ack: "late"}, inspect.Scheduler{Via: "github.com/hibiken/asynq.NewScheduler"}}},
		{"cron", "import \"github.com/robfig/cron/v3\"\nfunc f() {\n\tc := cron.New()\n\tc.AddFunc(\"@daily\", nil)\n}", []inspect.Fact{inspect.Scheduler{Via: "github.com/robfig/cron.New"}}},
		{"sessions", "import (\n\"github.com/gin-contrib/sessions/memstore\"\n\"github.com/alexedwards/scs/v2\"\n\"github.com/alexedwards/scs/redisstore\"\n)\nfunc f() {\n\tmemstore.NewStore(nil)\n\tm := scs.New()\n\tm.Store = redisstore.New(nil)\n}", []inspect.Fact{
			inspect.Session{Via: "github.com/gin-contrib/sessions/memstore.NewStore", Store: inspect.StoreMemory}, inspect.Session{Via: "github.com/alexedwards/scs.New", Store: inspect.StoreRedis},
		}},
		{"lambda", "import \"github.com/aws/aws-lambda-go/lambda\"\nfunc main() { lambda.Start(nil) }", []inspect.Fact{inspect.Handler{Via: "github.com/aws/aws-lambda-go/lambda.Start", Lambda: true}}},
		{"ent", "func main() {\n\tclient.Schema.Create(nil)\n}", []inspect.Fact{inspect.Migration{Via: "ent.Schema.Create", Boot: true, Sync: true}}},
	})
}

// A broken file keeps what could be read of it.
func TestGoBrokenFile(t *testing.T) {
	t.Parallel()
	got := files.File(inspect.Go, []byte("package main\nimport \"os\"\nvar a = os.Getenv(\"A\")\nfunc broken( {\n"))
	kinds := map[inspect.Kind]bool{}
	for _, s := range got {
		kinds[s.Fact.Kind()] = true
	}
	if !kinds["env-read"] || !kinds["parse-failed"] {
		t.Errorf("%v", got)
	}
	for _, s := range got {
		if failed, ok := s.Fact.(inspect.ParseFailed); ok && !strings.HasPrefix(failed.Reason, "line 4: ") {
			t.Error(failed.Reason)
		}
	}
}

// Names of names of names cost no more than a long file.
func TestGoHostileNames(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("package p\nimport \"os\"\nfunc f() {\n")
	for level := range 14 {
		for range 30 {
			b.WriteString("x" + string(rune('a'+level)) + " = x" + string(rune('a'+level+1)) + " + x" + string(rune('a'+level+1)) + "\n")
		}
	}
	b.WriteString("xo = \"long\"\nos.WriteFile(xa, nil, 0)\nxa.Run()\n}\nvar xa, xb, xc, xd, xe, xf, xg, xh, xi, xj, xk, xl, xm, xn, xo string\n")
	if got := files.File(inspect.Go, []byte(b.String())); len(got) == 0 {
		t.Error("nothing was read")
	}
}
