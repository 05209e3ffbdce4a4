package golang

import (
	"go/ast"
	"strings"

	"twelvefold/internal/inspect"
)

const (
	riverPath   = "github.com/riverqueue/river"
	asynqPath   = "github.com/hibiken/asynq"
	cronPath    = "github.com/robfig/cron"
	gocronPath  = "github.com/go-co-op/gocron"
	migratePath = "github.com/golang-migrate/migrate"
	goosePath   = "github.com/pressly/goose"
	temporal    = "go.temporal.io/sdk/worker"
)

var goJobCalls = goCallTable{
	// Migrations.
	migratePath + "#Up":                                migrates(false),
	migratePath + "#Migrate":                           migrates(false),
	migratePath + "#Steps":                             migrates(false),
	goosePath + ".Up":                                  migrates(false),
	goosePath + ".UpContext":                           migrates(false),
	goosePath + ".UpTo":                                migrates(false),
	goosePath + "#Up":                                  migrates(false),
	gormPath + "#AutoMigrate":                          migrates(true),
	oldGormPath + "#AutoMigrate":                       migrates(true),
	"github.com/rubenv/sql-migrate.Exec":               migrates(false),
	"github.com/go-gormigrate/gormigrate#Migrate":      migrates(false),
	"github.com/riverqueue/river/rivermigrate#Migrate": migrates(false),
	"github.com/jackc/tern/migrate#Migrate":            migrates(false),
	"github.com/uptrace/bun/migrate#Migrate":           migrates(false),
	"#Create": func(f *goFile, c goCall) { // ent: client.Schema.Create(ctx)
		if sel, ok := c.Fun.(*ast.SelectorExpr); ok {
			if schema, ok := sel.X.(*ast.SelectorExpr); ok && schema.Sel.Name == "Schema" {
				f.emit(c.CallExpr, inspect.Migration{Via: "ent.Schema.Create", Boot: f.atBoot(c), Sync: true})
			}
		}
	},

	// Consumers.
	riverPath + "#Start":                                      madeBy(consumes, "NewClient", "Client"),
	asynqPath + "#Run":                                        madeBy(consumes, "NewServer", "NewServerFromRedisClient", "Server"),
	asynqPath + "#Start":                                      madeBy(consumes, "NewServer", "NewServerFromRedisClient", "Server"),
	amqpPath + "#Consume":                                     consumes,
	amqpPath + "#ConsumeWithContext":                          consumes,
	"github.com/RichardKnop/machinery#NewWorker":              consumes,
	temporal + "#Run":                                         consumes,
	temporal + "#Start":                                       consumes,
	"github.com/gocraft/work#Start":                           consumes,
	natsPath + "#Subscribe":                                   consumes,
	natsPath + "#QueueSubscribe":                              consumes,
	"cloud.google.com/go/pubsub#Receive":                      consumes,
	"github.com/aws/aws-sdk-go-v2/service/sqs#ReceiveMessage": consumes,
	"github.com/aws/aws-sdk-go/service/sqs#ReceiveMessage":    consumes,

	// Producers.
	riverPath + "#Insert":                                  enqueues,
	riverPath + "#InsertTx":                                enqueues,
	riverPath + "#InsertMany":                              enqueues,
	riverPath + "#InsertManyTx":                            enqueues,
	asynqPath + "#Enqueue":                                 enqueues,
	asynqPath + "#EnqueueContext":                          enqueues,
	amqpPath + "#Publish":                                  enqueues,
	amqpPath + "#PublishWithContext":                       enqueues,
	kafkaPath + "#WriteMessages":                           enqueues,
	saramaPath + "#SendMessage":                            enqueues,
	natsPath + "#Publish":                                  enqueues,
	"github.com/RichardKnop/machinery#SendTask":            enqueues,
	"github.com/RichardKnop/machinery#SendTaskWithContext": enqueues,
	"go.temporal.io/sdk/client#ExecuteWorkflow":            enqueues,
	"github.com/gocraft/work#Enqueue":                      enqueues,
	"github.com/aws/aws-sdk-go-v2/service/sqs#SendMessage": enqueues,

	// Clocks.
	cronPath + ".New":                           schedules,
	cronPath + ".NewWithLocation":               schedules,
	cronPath + "#AddFunc":                       schedulesElsewhere,
	gocronPath + ".NewScheduler":                schedules,
	asynqPath + ".NewScheduler":                 schedules,
	asynqPath + ".NewPeriodicTaskManager":       schedules,
	"github.com/jasonlvhit/gocron.NewScheduler": schedules,
}

func migrates(sync bool) func(*goFile, goCall) {
	return func(f *goFile, c goCall) {
		f.emit(c.CallExpr, inspect.Migration{Via: c.via(), Boot: f.atBoot(c), Sync: sync})
	}
}

func consumes(f *goFile, c goCall) { f.emit(c.CallExpr, inspect.Consumer{Via: c.via()}) }
func enqueues(f *goFile, c goCall) { f.emit(c.CallExpr, inspect.Enqueue{Via: c.via()}) }

func schedules(f *goFile, c goCall) { f.emit(c.CallExpr, inspect.Scheduler{Via: c.via()}) }

// schedulesElsewhere states a clock by its use, when the file that makes it is
// another one.
func schedulesElsewhere(f *goFile, c goCall) {
	if c.maker != "New" && c.maker != "NewWithLocation" {
		schedules(f, c)
	}
}

// madeBy narrows a method to receivers of these constructors or types.
func madeBy(state func(*goFile, goCall), makers ...string) func(*goFile, goCall) {
	return func(f *goFile, c goCall) {
		for _, maker := range makers {
			if c.maker == maker {
				state(f, c)
				return
			}
		}
	}
}

var goSessionCalls = goCallTable{
	"github.com/gorilla/sessions.NewCookieStore":           session(inspect.StoreCookie),
	"github.com/gorilla/sessions.NewFilesystemStore":       session(inspect.StoreFile),
	"github.com/gin-contrib/sessions/cookie.NewStore":      session(inspect.StoreCookie),
	"github.com/gin-contrib/sessions/memstore.NewStore":    session(inspect.StoreMemory),
	"github.com/gin-contrib/sessions/redis.NewStore":       session(inspect.StoreRedis),
	"github.com/gin-contrib/sessions/redis.NewStoreWithDB": session(inspect.StoreRedis),
	"github.com/gin-contrib/sessions/postgres.NewStore":    session(inspect.StoreDatabase),
	"github.com/gin-contrib/sessions/gorm.NewStore":        session(inspect.StoreDatabase),
	"github.com/gin-contrib/sessions/mongo.NewStore":       session(inspect.StoreDatabase),
	"github.com/gin-contrib/sessions/memcached.NewStore":   session(inspect.StoreOther),
	"github.com/boj/redistore.NewRediStore":                session(inspect.StoreRedis),
	"github.com/rbcervilla/redisstore.NewRedisStore":       session(inspect.StoreRedis),
	"github.com/antonlindstrom/pgstore.NewPGStore":         session(inspect.StoreDatabase),
	"github.com/antonlindstrom/pgstore.NewPGStoreFromPool": session(inspect.StoreDatabase),
	"github.com/wader/gormstore.New":                       session(inspect.StoreDatabase),
	"github.com/quasoft/memstore.NewMemStore":              session(inspect.StoreMemory),
	"github.com/alexedwards/scs.New":                       scsSession,
	"github.com/alexedwards/scs.NewSession":                scsSession,
	fiberPath + "/middleware/session.New":                  fiberSession,
}

func session(store inspect.StoreKind) func(*goFile, goCall) {
	return func(f *goFile, c goCall) { f.emit(c.CallExpr, inspect.Session{Via: c.via(), Store: store}) }
}

// scsSession is in memory until manager.Store is given another one.
func scsSession(f *goFile, c goCall) {
	store := inspect.StoreMemory
	if b := f.fields["Store"]; b != nil {
		for _, v := range b.values {
			pkg, _ := f.origin(v, 0)
			if kind, known := scsStore(pkg); known {
				store = kind
			}
		}
	}
	f.emit(c.CallExpr, inspect.Session{Via: c.via(), Store: store})
}

func scsStore(pkg string) (inspect.StoreKind, bool) {
	name := goName(pkg)
	switch {
	case !strings.Contains(pkg, "scs"):
		return "", false
	case strings.Contains(name, "redis"):
		return inspect.StoreRedis, true
	case name == "memstore":
		return inspect.StoreMemory, true
	case name == "cookiestore":
		return inspect.StoreCookie, true
	case strings.HasSuffix(name, "store"):
		return inspect.StoreDatabase, true
	}
	return "", false
}

// fiberSession is in memory unless its configuration names a storage.
func fiberSession(f *goFile, c goCall) {
	storage := keyed(f.composite(c.arg(0), 0), "Storage")
	if storage == nil {
		f.emit(c.CallExpr, inspect.Session{Via: c.via(), Store: inspect.StoreMemory})
		return
	}
	store := inspect.StoreOther
	pkg, _ := f.origin(storage, 0)
	switch name := goName(pkg); {
	case strings.HasPrefix(name, "redis"):
		store = inspect.StoreRedis
	case name == "memory":
		store = inspect.StoreMemory
	case strings.HasPrefix(name, "postgres"), strings.HasPrefix(name, "mysql"), strings.HasPrefix(name, "sqlite"), strings.HasPrefix(name, "mongo"):
		store = inspect.StoreDatabase
	}
	f.emit(c.CallExpr, inspect.Session{Via: c.via(), Store: store})
}
