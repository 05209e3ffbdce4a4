package golang

import (
	"go/ast"
	"regexp"
	"slices"
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
	xormPath    = "xorm.io/xorm"
	oldXormPath = "github.com/go-xorm/xorm"
	temporal    = "go.temporal.io/sdk/worker"
)

var goJobCalls = goCallTable{
	// Migrations.
	migratePath + "#Up":                                      migrates(false),
	migratePath + "#Migrate":                                 migrates(false),
	migratePath + "#Steps":                                   migrates(false),
	goosePath + ".Up":                                        migrates(false),
	goosePath + ".UpContext":                                 migrates(false),
	goosePath + ".UpTo":                                      migrates(false),
	goosePath + "#Up":                                        migrates(false),
	gormPath + "#AutoMigrate":                                migrates(true),
	oldGormPath + "#AutoMigrate":                             migrates(true),
	xormPath + "#Sync":                                       migrates(true),
	xormPath + "#Sync2":                                      migrates(true),
	oldXormPath + "#Sync2":                                   migrates(true),
	"src.techknowlogick.com/xormigrate#Migrate":              migrates(false),
	goosePath + "#UpTo":                                      migrates(false),
	goosePath + ".UpByOne":                                   migrates(false),
	goosePath + ".UpToContext":                               migrates(false),
	"github.com/rubenv/sql-migrate.ExecContext":              migrates(false),
	"github.com/amacneil/dbmate/pkg/dbmate#Migrate":          migrates(false),
	"github.com/amacneil/dbmate/pkg/dbmate#CreateAndMigrate": migrates(false),
	"github.com/rubenv/sql-migrate.Exec":                     migrates(false),
	"github.com/go-gormigrate/gormigrate#Migrate":            migrates(false),
	"github.com/riverqueue/river/rivermigrate#Migrate":       migrates(false),
	"github.com/jackc/tern/migrate#Migrate":                  migrates(false),
	"github.com/uptrace/bun/migrate#Migrate":                 migrates(false),
	"#Create": func(f *goFile, c goCall) { // ent: client.Schema.Create(ctx)
		if sel, ok := c.Fun.(*ast.SelectorExpr); ok {
			if schema, ok := sel.X.(*ast.SelectorExpr); ok && schema.Sel.Name == "Schema" {
				f.migration(c, "ent.Schema.Create", true)
			}
		}
	},

	// Consumers.
	riverPath + "#Start":                                      madeBy(consumes, "NewClient", "Client"),
	asynqPath + "#Run":                                        madeBy(consumes, "NewServer", "NewServerFromRedisClient", "Server"),
	asynqPath + "#Start":                                      madeBy(consumes, "NewServer", "NewServerFromRedisClient", "Server"),
	pahoPath + "#Subscribe":                                   consumes,
	pahoPath + "#SubscribeMultiple":                           consumes,
	amqpPath + "#Consume":                                     consumesAck(2),
	amqpPath + "#ConsumeWithContext":                          consumesAck(3),
	"github.com/RichardKnop/machinery#NewWorker":              consumes,
	temporal + "#Run":                                         consumes,
	temporal + "#Start":                                       consumes,
	"github.com/gocraft/work#Start":                           consumes,
	natsPath + "#Subscribe":                                   consumes,
	natsPath + "#QueueSubscribe":                              consumes,
	"cloud.google.com/go/pubsub#Receive":                      consumes,
	"github.com/aws/aws-sdk-go-v2/service/sqs#ReceiveMessage": consumes,
	"github.com/aws/aws-sdk-go/service/sqs#ReceiveMessage":    consumes,

	redisPath + "#BLPop":      pops,
	redisPath + "#BRPop":      pops,
	redisPath + "#LPop":       popsInLoop,
	redisPath + "#RPop":       popsInLoop,
	redisPath + "#BRPopLPush": consumesLate,
	redisPath + "#BLMove":     consumesLate,

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
	riverPath + ".NewPeriodicJob":               schedules, // River elects one leader
	asynqPath + ".NewScheduler":                 schedules,
	asynqPath + ".NewPeriodicTaskManager":       schedules,
	"github.com/jasonlvhit/gocron.NewScheduler": schedules,
}

func migrates(sync bool) func(*goFile, goCall) {
	return func(f *goFile, c goCall) {
		f.migration(c, c.via(), sync)
	}
}

func (f *goFile) migration(c goCall, via string, sync bool) {
	if f.onEmptyDatabase(c) {
		return
	}
	fact := inspect.Migration{Via: via, Boot: f.startsWith(c), Sync: sync}
	if fact.Boot && !f.servesAfter(c) {
		fact.LedBy = f.ledBy(c)
	}
	if fn := c.enclosing(); fn != nil && !fact.Boot {
		fact.In = fn.Name.Name
	}
	f.emit(c.CallExpr, fact)
}

// onEmptyDatabase reports whether a call stands in what a tool of versioned
// migrations is given for a database without tables: gormigrate's InitSchema.
func (f *goFile) onEmptyDatabase(c goCall) bool {
	for _, n := range c.stack {
		if call, ok := n.(*ast.CallExpr); ok && namesInitSchema(call) {
			return true
		}
	}
	fn := c.enclosing()
	return fn != nil && f.once("InitSchema "+fn.Name.Name, func() bool {
		given := false
		ast.Inspect(f.file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && namesInitSchema(call) {
				given = given || slices.ContainsFunc(call.Args, func(arg ast.Expr) bool {
					name, ok := ast.Unparen(arg).(*ast.Ident)
					return ok && name.Name == fn.Name.Name
				})
			}
			return true
		})
		return given
	})
}

// namesInitSchema reports whether a call hands a migrator what makes a new schema.
func namesInitSchema(call *ast.CallExpr) bool {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "InitSchema" && len(call.Args) == 1
}

// createTables states SQL that creates tables where they are missing, handed to
// a database by one of the methods that return no rows.
func (f *goFile) createTables(c goCall) {
	if !c.method {
		return
	}
	switch c.name {
	case "Exec", "ExecContext", "MustExec", "MustExecContext":
		for i := range min(2, len(c.Args)) {
			if sql, ok := f.constant(c.Args[i], 0); ok && inspect.CreatesTables(sql) {
				f.migration(c, inspect.CreateTable, false)
				return
			}
		}
	}
}

// startsWith is atBoot without what a tool calls one after the other, a variable's
// closures, and without the engines of tests. A function that serves after the
// call starts with it, whoever calls it.
func (f *goFile) startsWith(c goCall) bool {
	fn := c.enclosing()
	if f.servesAfter(c) {
		return true
	}
	if fn != nil {
		return !strings.Contains(fn.Name.Name, "Test") && (f.atBoot(c) || c.unconditional(0) && f.setUpCalls(fn))
	}
	return !slices.ContainsFunc(c.stack, func(n ast.Node) bool { _, closure := n.(*ast.FuncLit); return closure })
}

// setUpCalls reports whether what sets something up calls a function of this
// file in any case: Connect a method that it keeps for migrating.
func (f *goFile) setUpCalls(fn *ast.FuncDecl) (found bool) {
	name := fn.Name.Name
	if fn.Recv != nil && len(f.methods[name]) != 1 {
		return false
	}
	f.walk(f.file, func(n ast.Node, stack []ast.Node) {
		call, ok := n.(*ast.CallExpr)
		if !ok || found || !f.step() {
			return
		}
		switch called := call.Fun.(type) {
		case *ast.Ident:
			ok = fn.Recv == nil && called.Name == name
		case *ast.SelectorExpr:
			ok = fn.Recv != nil && called.Sel.Name == name
		default:
			ok = false
		}
		if c := (goCall{CallExpr: call, stack: stack}); ok && c.enclosing() != nil && c.enclosing() != fn {
			found = f.atBoot(c) && !f.debugOnly(call) && !strings.Contains(c.enclosing().Name.Name, "Test")
		}
	})
	return found
}

// ownMigration states a call of a function of another file that is named for
// migrating, when the program starts.
func (f *goFile) ownMigration(c goCall) {
	sel, ok := ast.Unparen(c.Fun).(*ast.SelectorExpr)
	if !ok || !inspect.NamesMigration(sel.Sel.Name) || strings.HasPrefix(strings.ToLower(sel.Sel.Name), "init") || !f.startsWith(c) {
		return
	}
	if sel.Sel.Name == "AutoMigrate" && (f.imported[gormPath] || f.imported[oldGormPath]) { // db.Migrator().AutoMigrate
		f.migration(c, gormPath+".AutoMigrate", true)
		return
	}
	via := sel.Sel.Name
	if x, ok := sel.X.(*ast.Ident); ok {
		via = x.Name + "." + via
	}
	f.emit(c.CallExpr, inspect.Migration{Via: via, Boot: true, Own: true})
}

func consumes(f *goFile, c goCall) {
	f.emit(c.CallExpr, inspect.Consumer{Via: c.via(), Ack: goAcks[c.pkg]})
}

// goAcks are queues that keep a job until its work is done.
var goAcks = map[string]string{
	riverPath: "late", asynqPath: "late", temporal: "late", "github.com/RichardKnop/machinery": "late", "github.com/gocraft/work": "late", "cloud.google.com/go/pubsub": "late",
	"github.com/aws/aws-sdk-go-v2/service/sqs": "late", "github.com/aws/aws-sdk-go/service/sqs": "late",
}

// consumesAck is a consumer whose argument i tells it to acknowledge by itself.
func consumesAck(i int) func(*goFile, goCall) {
	return func(f *goFile, c goCall) {
		fact := inspect.Consumer{Via: c.via()}
		if auto, ok := c.arg(i).(*ast.Ident); ok && auto.Obj == nil {
			fact.Ack = map[string]string{"true": "early", "false": "late"}[auto.Name]
		}
		f.emit(c.CallExpr, fact)
	}
}

// pops takes a message off a list, whatever becomes of the work.
func pops(f *goFile, c goCall) { f.emit(c.CallExpr, inspect.Consumer{Via: c.via(), Ack: "early"}) }

func popsInLoop(f *goFile, c goCall) {
	if loop, _ := innerLoop(c.stack); loop {
		pops(f, c)
	}
}

func consumesLate(f *goFile, c goCall) {
	f.emit(c.CallExpr, inspect.Consumer{Via: c.via(), Ack: "late"})
}

// kafkaAck tells when a reader's messages count as done: FetchMessage leaves
// that to the program, ReadMessage does it at once.
func (f *goFile) kafkaAck() string {
	switch {
	case f.once("commits", func() bool { return mentionsName(f.file, commits) }):
		return "late"
	case f.once("reads", func() bool { return mentionsName(f.file, reads) }):
		return "early"
	}
	return ""
}

var (
	commits = regexp.MustCompile(`^(CommitMessages|FetchMessage)$`)
	reads   = regexp.MustCompile(`^ReadMessage$`)
)

func enqueues(f *goFile, c goCall) { f.emit(c.CallExpr, inspect.Enqueue{Via: c.via()}) }

func schedules(f *goFile, c goCall) {
	locked := mentionsName(c.CallExpr, distributed) || c.pkg == gocronPath && f.once("distributed", func() bool { return mentionsName(f.file, distributed) })
	f.emit(c.CallExpr, inspect.Scheduler{Via: c.via(), Locked: locked || c.pkg == riverPath})
}

// distributed are options that let one process of several run the tasks.
var distributed = regexp.MustCompile(`^(WithDistributedLocker|WithDistributedElector|WithDistributedJobLocker)$`)

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
