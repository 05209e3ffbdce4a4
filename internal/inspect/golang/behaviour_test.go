package golang_test

import (
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

func lits(via, url string) inspect.Endpoint {
	return inspect.Endpoint{Via: via, URL: inspect.Lit(url)}
}

func TestGoEnvBranches(t *testing.T) {
	branch := func(name string, chooses []inspect.Choice, values ...string) inspect.Fact {
		return inspect.EnvBranch{Name: name, Values: values, Chooses: chooses}
	}
	testGo(t, []inspect.Kind{"env-branch"}, []goCase{
		{"compared", "import \"os\"\nfunc f() {\n\tif os.Getenv(\"APP_ENV\") == \"production\" {\n\t\tconnect(\"https://api.shop.io\")\n\t}\n\tif env := os.Getenv(\"GO_ENV\"); env != \"test\" {\n\t}\n\tisProd := os.Getenv(\"ENV\") == \"production\"\n\tif !isProd {\n\t}\n}", []inspect.Fact{
			branch("APP_ENV", []inspect.Choice{"url"}, "production"), branch("GO_ENV", nil, "test"), branch("ENV", nil, "production"),
		}},
		{"settings and gin", "import \"github.com/gin-gonic/gin\"\nfunc f(cfg Config) {\n\tif cfg.Environment == \"production\" {\n\t\tgin.SetMode(gin.ReleaseMode)\n\t}\n\tif gin.Mode() == gin.DebugMode {\n\t}\n\tif cfg.IsDevelopment() {\n\t}\n}", []inspect.Fact{
			branch("cfg.Environment", []inspect.Choice{"debug"}, "production"), branch("gin.Mode", nil, "debug"), branch("cfg.IsDevelopment", nil, "development"),
		}},
		{"what is chosen", "import (\n\t\"os\"\n\t\"github.com/redis/go-redis/v9\"\n\t\"github.com/gin-gonic/gin\"\n)\nfunc f(r *gin.Engine) {\n\tif os.Getenv(\"APP_ENV\") == \"production\" {\n\t\tc = redis.NewClient(&redis.Options{Addr: a})\n\t} else {\n\t\tc = NewFakeClient()\n\t}\n\tif os.Getenv(\"APP_ENV\") == \"development\" {\n\t\tr.GET(\"/debug\", pprofHandler)\n\t}\n\tif os.Getenv(\"APP_ENV\") == \"production\" {\n\t\tlogLevel = \"info\"\n\t}\n\tif os.Getenv(\"APP_ENV\") == \"production\" {\n\t\tr.Use(secure)\n\t}\n}", []inspect.Fact{
			inspect.EnvBranch{Name: "APP_ENV", Values: []string{"production"}, Chooses: []inspect.Choice{"client", "mock"}, Calls: []string{"NewFakeClient"}},
			inspect.EnvBranch{Name: "APP_ENV", Values: []string{"development"}, Chooses: []inspect.Choice{"debug"}, Calls: []string{"GET"}}, branch("APP_ENV", []inspect.Choice{"log"}, "production"), branch("APP_ENV", []inspect.Choice{"feature"}, "production"),
		}},
		{"switch", "import \"os\"\nfunc f() {\n\tswitch os.Getenv(\"APP_ENV\") {\n\tcase \"production\":\n\tcase \"staging\", \"dev\":\n\t}\n}", []inspect.Fact{branch("APP_ENV", nil, "dev", "production", "staging")}},
		{"none", "import \"os\"\nfunc f(isProd bool, row Row) {\n\tif isProd {\n\t}\n\tif os.Getenv(\"FEATURE\") == \"on\" {\n\t}\n\tif os.Getenv(\"APP_ENV\") == \"\" {\n\t}\n\tif row.Env == \"production\" {\n\t}\n\tif cfg.Env == \"\" {\n\t}\n\tif cfg.Stage == total {\n\t}\n\t// if os.Getenv(\"APP_ENV\") == \"production\" {}\n}", nil},
	})
}

func TestGoStores(t *testing.T) {
	store := func(purpose inspect.Purpose, via string, kind inspect.StoreKind) inspect.Fact {
		return inspect.Store{Purpose: purpose, Via: via, Store: kind}
	}
	testGo(t, []inspect.Kind{"store"}, []goCase{
		{"caches", "import (\n\t\"github.com/patrickmn/go-cache\"\n\tlru \"github.com/hashicorp/golang-lru/v2\"\n\t\"os\"\n)\nvar c = cache.New(1, 1)\nfunc f() {\n\tl, _ := lru.New[string, int](5)\n\tif os.Getenv(\"APP_ENV\") == \"development\" {\n\t\tcache.New(1, 1)\n\t}\n}", []inspect.Fact{
			inspect.Store{Purpose: "cache", Via: "github.com/patrickmn/go-cache.New", Store: "memory", Holds: "c"},
			inspect.Store{Purpose: "cache", Via: "github.com/hashicorp/golang-lru.New", Store: "memory", Holds: "l"},
			inspect.Store{Purpose: "cache", Via: "github.com/patrickmn/go-cache.New", Store: "memory", Debug: true},
		}},
		{"limits", "import (\n\t\"golang.org/x/time/rate\"\n\t\"net/http\"\n\t\"github.com/go-chi/httprate\"\n)\nfunc limit(next http.Handler) http.Handler {\n\tl := rate.NewLimiter(1, 1)\n\treturn nil\n}\nfunc g() { r.Use(httprate.LimitByIP(1, 1)) }", []inspect.Fact{
			store("rate-limit", "golang.org/x/time/rate.NewLimiter", "memory"), store("rate-limit", "github.com/go-chi/httprate.LimitByIP", "memory"),
		}},
		{"a limit of what is sent", "import \"golang.org/x/time/rate\"\nvar outgoing = rate.NewLimiter(1, 1)", nil},
		{"queues", "import (\n\t\"net/http\"\n\t\"github.com/hibiken/asynq\"\n)\nvar jobs = make(chan int)\nvar done = make(chan int)\nfunc h(w http.ResponseWriter, r *http.Request) {\n\tjobs <- 1\n\tdone <- 1\n\tlocal := make(chan int)\n\tlocal <- 1\n}\nfunc g() {\n\tjobs <- 2\n\tasynq.NewClient(nil)\n}", []inspect.Fact{
			store("queue", "chan jobs", "memory"), store("queue", "github.com/hibiken/asynq.NewClient", "redis"),
		}},
		{"uploads", "import (\n\t\"github.com/gin-gonic/gin\"\n\t\"net/http\"\n\t\"os\"\n)\nfunc up(c *gin.Context) { c.SaveUploadedFile(f, \"up/\"+f.Filename) }\nfunc h(w http.ResponseWriter, r *http.Request) {\n\tr.FormFile(\"f\")\n\tos.Create(\"data/x\")\n}\nfunc s(w http.ResponseWriter, r *http.Request) { os.Create(\"stats\") }", []inspect.Fact{
			inspect.Store{Purpose: "uploads", Via: "github.com/gin-gonic/gin.SaveUploadedFile", Store: "file", Choice: inspect.Value{Source: inspect.Input, Env: []string{"@+#f.Filename"}}},
			inspect.Store{Purpose: "uploads", Via: "os.Create", Store: "file", Choice: inspect.Lit("data/x")},
		}},
	})
}

func TestGoUploadsAndCode(t *testing.T) {
	testGo(t, []inspect.Kind{"file-write"}, []goCase{
		{"uploads and code", "import (\n\t\"net/http\"\n\t\"os\"\n\t\"os/exec\"\n)\nfunc h(w http.ResponseWriter, r *http.Request) {\n\tr.FormFile(\"f\")\n\tos.Create(\"data/x\")\n}\nfunc update(p string) {\n\tos.WriteFile(p, nil, 0o755)\n\texec.Command(p).Run()\n}", []inspect.Fact{
			inspect.FileWrite{Via: "os.Create", Path: inspect.Lit("data/x"), Handler: true, Upload: true}, inspect.FileWrite{Via: "os.WriteFile", Path: given("#update(0)"), Code: true},
		}},
	})
}

func TestGoRemote(t *testing.T) {
	testGo(t, []inspect.Kind{"endpoint", "resource"}, []goCase{
		{"endpoints", "import (\n\t\"net/http\"\n\t\"fmt\"\n\t\"google.golang.org/grpc\"\n)\nconst paymentURL = \"https://pay.shop.io\"\nconst usersAPIURL = \"http://users:8080\"\nfunc f(id, host string, c *Client) {\n\thttp.Get(paymentURL)\n\thttp.NewRequest(\"GET\", fmt.Sprintf(\"https://api.shop.io/x/%s\", id), nil)\n\thttp.Get(\"https://\" + host)\n\tgrpc.NewClient(\"orders:50051\")\n\tif c.BaseURL == \"\" {\n\t\tc.BaseURL = \"https://api.shop.io\"\n\t}\n\tcache.Get(\"https://x.shop.io\")\n}", []inspect.Fact{
			inspect.Endpoint{Via: "assignment", Name: "usersAPIURL", URL: inspect.Lit("http://users:8080")}, lits("net/http.Get", "https://pay.shop.io"), lits("net/http.NewRequest", "https://api.shop.io/x/"), lits("google.golang.org/grpc.NewClient", "orders:50051"),
		}},
		{"resources", "import (\n\t\"github.com/aws/aws-sdk-go-v2/service/s3\"\n\t\"github.com/aws/aws-sdk-go-v2/aws\"\n\t\"github.com/aws/aws-sdk-go-v2/config\"\n\t\"os\"\n)\nfunc f() {\n\tconfig.WithRegion(\"eu-west-1\")\n\tc.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(\"shop-images\"), Key: k})\n\tc.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(os.Getenv(\"BUCKET\"))})\n\t_ = Other{Bucket: \"x\"}\n}", []inspect.Fact{
			inspect.Resource{Via: "github.com/aws/aws-sdk-go-v2/config.WithRegion", What: "region", Name: inspect.Lit("eu-west-1")},
			inspect.Resource{Via: "github.com/aws/aws-sdk-go-v2/service/s3.PutObjectInput", What: "bucket", Name: inspect.Lit("shop-images")},
		}},
	})
}

func TestGoWork(t *testing.T) {
	testGo(t, []inspect.Kind{"slow-work", "start-work"}, []goCase{
		{"in handlers", "import (\n\t\"net/http\"\n\t\"net/smtp\"\n\t\"time\"\n\t\"os/exec\"\n)\nfunc h(w http.ResponseWriter, r *http.Request) {\n\tsmtp.SendMail(a, nil, f, t, m)\n\ttime.Sleep(time.Second)\n\texec.CommandContext(ctx, \"ffmpeg\")\n\tgo smtp.SendMail(a, nil, f, t, m)\n}\nfunc g() { smtp.SendMail(a, nil, f, t, m) }", []inspect.Fact{
			inspect.SlowWork{Via: "net/smtp.SendMail", Work: "mail"}, inspect.SlowWork{Via: "time.Sleep", Work: "sleep"}, inspect.SlowWork{Via: "os/exec.CommandContext", Work: "video"},
			inspect.SlowWork{Via: "net/smtp.SendMail", Work: "mail", Helper: true, In: "g"},
		}},
		{"before listening", "import (\n\t\"net/http\"\n\t\"time\"\n)\nfunc warmCache() {}\nfunc setup() { time.Sleep(3 * time.Second) }\nfunc main() {\n\tsetup()\n\twarmCache()\n\tfor i := 0; i < 5; i++ {\n\t\ttime.Sleep(500 * time.Millisecond)\n\t}\n\tgo poll()\n\thttp.ListenAndServe(\":1\", nil)\n\ttime.Sleep(time.Second)\n}\nfunc poll() { time.Sleep(time.Hour) }", []inspect.Fact{
			inspect.StartWork{Via: "time.Sleep", Work: "sleep", Seconds: inspect.Lit("3")}, inspect.StartWork{Via: "warmCache", Work: "load"}, inspect.StartWork{Via: "time.Sleep", Work: "wait", Seconds: inspect.Lit("0.5"), Bounded: true},
		}},
		{"nothing listens", "import \"time\"\nfunc main() { time.Sleep(time.Second) }", nil},
	})
}

func TestGoAcksAndLocks(t *testing.T) {
	testGo(t, []inspect.Kind{"consumer", "scheduler", "exec", "log-sink"}, []goCase{
		{"acks", "import (\n\tamqp \"github.com/rabbitmq/amqp091-go\"\n\t\"github.com/redis/go-redis/v9\"\n)\nfunc f(ch *amqp.Channel, r *redis.Client) {\n\tch.Consume(\"q\", \"\", true, false, false, false, nil)\n\tch.Consume(\"q\", \"\", false, false, false, false, nil)\n\tr.BLPop(ctx, 0, \"jobs\")\n\tr.LPop(ctx, \"once\")\n\tfor {\n\t\tr.LPop(ctx, \"jobs\")\n\t}\n}", []inspect.Fact{
			inspect.Consumer{Via: "github.com/rabbitmq/amqp091-go.Consume", Ack: "early"}, inspect.Consumer{Via: "github.com/rabbitmq/amqp091-go.Consume", Ack: "late"},
			inspect.Consumer{Via: "github.com/redis/go-redis.BLPop", Ack: "early"}, inspect.Consumer{Via: "github.com/redis/go-redis.LPop", Ack: "early"},
		}},
		{"ticks", "import (\n\t\"database/sql\"\n\t\"time\"\n)\nfunc feedScheduler(d time.Duration) {\n\tfor range time.Tick(d) {\n\t\tpool.Push(next())\n\t}\n}\nfunc start(db *sql.DB) {\n\tgo func() {\n\t\tt := time.NewTicker(time.Hour)\n\t\tfor {\n\t\t\tselect {\n\t\t\tcase <-ctx.Done():\n\t\t\t\treturn\n\t\t\tcase <-t.C:\n\t\t\t\tpurge(db)\n\t\t\t}\n\t\t}\n\t}()\n}\nfunc purge(db *sql.DB) { db.Exec(`DELETE FROM tokens`) }\nfunc (s *Server) loop() {\n\tfor {\n\t\ts.sendReminders()\n\t\ttime.Sleep(time.Minute)\n\t}\n}\nfunc (s *Server) run() { go s.loop() }", []inspect.Fact{
			inspect.Scheduler{Via: "time.Tick"}, inspect.Scheduler{Via: "time.NewTicker"}, inspect.Scheduler{Via: "time.Sleep"},
		}},
		{"ticks of the process itself", "import \"time\"\nfunc collectMetrics() {\n\tfor range time.Tick(time.Second) {\n\t\tstore.Save(1)\n\t}\n}\nfunc watch() {\n\tt := time.NewTicker(time.Second)\n\tfor range t.C {\n\t\tcache.Delete(k)\n\t\tdb.Ping()\n\t\tlog.Printf(\"jobs\")\n\t}\n}\nfunc wait() {\n\tfor {\n\t\tif done() {\n\t\t\treturn\n\t\t}\n\t\ttime.Sleep(time.Second)\n\t}\n}\nfunc main() {\n\tgo watch()\n\tfor {\n\t\tdb.Save(work())\n\t\ttime.Sleep(time.Second)\n\t}\n}\nfunc select2() {\n\tt := time.NewTicker(1)\n\tfor {\n\t\tselect {\n\t\tcase j := <-jobs:\n\t\t\tdb.Save(j)\n\t\tcase <-t.C:\n\t\t\tping()\n\t\t}\n\t}\n}", nil},
		{"locks", "import (\n\t\"github.com/go-co-op/gocron/v2\"\n\t\"github.com/riverqueue/river\"\n\t\"github.com/robfig/cron/v3\"\n)\nfunc f() {\n\tgocron.NewScheduler(gocron.WithDistributedLocker(l))\n\triver.NewPeriodicJob(s, c, nil)\n\tcron.New()\n}", []inspect.Fact{
			inspect.Scheduler{Via: "github.com/go-co-op/gocron.NewScheduler", Locked: true}, inspect.Scheduler{Via: "github.com/riverqueue/river.NewPeriodicJob", Locked: true}, inspect.Scheduler{Via: "github.com/robfig/cron.New"},
		}},
		{"guarded", "import \"os/exec\"\nfunc f() {\n\tif _, err := exec.LookPath(\"git\"); err != nil {\n\t\treturn\n\t}\n\texec.Command(\"git\")\n\texec.Command(\"convert\")\n}", []inspect.Fact{
			inspect.Exec{Via: "os/exec.Command", Program: "git", Guarded: true}, inspect.Exec{Via: "os/exec.Command", Program: "convert"},
		}},
		{"sinks of a debug branch", "import (\n\t\"os\"\n\t\"log\"\n)\nfunc f() {\n\tif os.Getenv(\"APP_ENV\") == \"development\" {\n\t\tlog.SetOutput(os.Stdout)\n\t}\n}", []inspect.Fact{inspect.LogSink{Via: "log.SetOutput", Target: "stdout", Debug: true}}},
	})
}

// What must end soon: calls by the thousand that each ask about the whole file.
func TestGoBehaviourHostileInput(t *testing.T) {
	t.Parallel()
	repeat := strings.Repeat
	for name, source := range map[string]string{
		"sleeps":    "import (\n\t\"time\"\n\t\"net/http\"\n)\nfunc main() {\n\thttp.ListenAndServe(\":1\", nil)\n" + repeat("\ttime.Sleep(1)\n\tmain()\n", 10_000) + "}",
		"uploads":   "import (\n\t\"os\"\n\t\"net/http\"\n)\nfunc h(w http.ResponseWriter, r *http.Request, p string) {\n" + repeat("\tos.Create(p)\n", 20_000) + "}",
		"limiters":  "import \"golang.org/x/time/rate\"\nfunc f() {\n" + repeat("\trate.NewLimiter(1, 1)\n", 20_000) + "}",
		"decisions": "import \"os\"\nfunc f() {\n" + repeat("if os.Getenv(\"APP_ENV\") == \"production\" {\n", 2_000) + repeat("}\n", 2_000) + "}",
		"routes":    "import \"os\"\nfunc f() {\nif os.Getenv(\"APP_ENV\") == \"production\" {\n" + repeat("r.Use(", 3_000) + repeat(")", 3_000) + "\n}\n}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, s := range files.File(inspect.Go, []byte("package main\n"+source)) {
				if s.Line < 1 || s.EndLine < s.Line {
					t.Errorf("lines %d-%d of %v", s.Line, s.EndLine, s.Fact)
				}
			}
		})
	}
}
