package php

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

var (
	// migrations change the schema; true when they derive it from models.
	migrations = lowered(map[string]bool{
		`Doctrine\ORM\Tools\SchemaTool->updateSchema`: true, `Doctrine\ORM\Tools\SchemaTool->createSchema`: true, `Phinx\Migration\Manager->migrate`: false, `Phinx\Wrapper\TextWrapper->getMigrate`: false,
		`Illuminate\Database\Migrations\Migrator->run`: false, "dbDelta": true, `Doctrine\Migrations\Migrator->migrate`: false, `yii\console\controllers\MigrateController->actionUp`: false,
		`Migrations\Migrations->migrate`: false, `Config\Services::migrations()->latest`: false,
	})
	consoleCalls  = map[string]bool{strings.ToLower(facade + "Artisan::call"): true, strings.ToLower(facade + "Artisan::queue"): true, `illuminate\console\command->call`: true, `illuminate\console\command->callsilent`: true, `illuminate\console\command->callsilently`: true, `illuminate\contracts\console\kernel->call`: true}
	schemaText    = regexp.MustCompile(`(?i)^\s*(create\s+table|alter\s+table|create\s+(unique\s+)?index|drop\s+table)\b`)
	schemaRunners = map[string]bool{"pdo->exec": true, "pdo->query": true, "mysqli->query": true, "mysqli->multi_query": true, "mysqli_query": true, "pg_query": true, "sqlite3->exec": true, "wpdb->query": true}
	schemaFacade  = map[string]bool{"create": true, "table": true, "drop": true, "dropifexists": true, "rename": true}
	bootMethods   = map[string]bool{"boot": true, "register": true, "bootstrap": true}
)

// migrationCall states code that changes the schema when it runs. The classes
// that a migration tool runs by itself are none.
func (s *script) migrationCall(c call) {
	switch {
	case consoleCalls[c.key]:
		if command, ok := s.literal(c.args.at(0)); ok && isMigrateCommand(command) {
			s.migration(c, via(c.name)+" "+firstField(command), false)
		}
	case execs[c.key]:
		if migrateLine.MatchString(s.commandLine(c)) {
			s.migration(c, via(c.name), false)
		}
	case schemaRunners[c.key]:
		at := c.args.at(0)
		if strings.HasPrefix(c.key, "mysqli_") {
			at = c.args.at(1)
		}
		if text, ok := s.literal(at); ok && schemaText.MatchString(text) && !s.inMigrationClass(c.Node) {
			s.migration(c, via(c.name), false)
		}
	case c.Is("scoped_call_expression") && c.class() == strings.ToLower(facade+"Schema") && schemaFacade[c.method]:
		if !s.inMigrationClass(c.Node) {
			s.migration(c, via(c.name), false)
		}
	default:
		if sync, known := migrations[c.key]; known {
			s.migration(c, via(c.name), sync)
		}
	}
}

var migrateLine = regexp.MustCompile(`(^|[\s/;&|])(artisan|console|phinx|yii|spark|cake|doctrine-migrations)\s+(-\S+\s+)*(migrate|migrate:(fresh|refresh|up)|migrate/up|migrations:migrate|doctrine:migrations:migrate|doctrine:schema:update|migrations\s+migrate)(\s|$)`)

// commandLine is the line that a call starts, as far as the file determines it.
func (s *script) commandLine(c call) string {
	at := c.args.at(0, "command", "commandline")
	if list := s.array(at); list.Is("array_creation_expression") {
		return strings.Join(s.texts(list), " ")
	}
	text, _ := s.literal(at)
	return text
}

func isMigrateCommand(command string) bool {
	name := firstField(command)
	return name == "migrate" || strings.HasPrefix(name, "migrate:") && name != "migrate:status" && name != "migrate:install" || name == "doctrine:migrations:migrate" || name == "doctrine:schema:update"
}

func firstField(text string) string {
	if fields := strings.Fields(text); len(fields) > 0 {
		return fields[0]
	}
	return ""
}

func (s *script) migration(c call, via string, sync bool) {
	s.state(c.Node, inspect.Migration{Via: via, Sync: sync, Boot: s.atBoot(c.Node) && !s.debugOnly(c.Node)})
}

// atBoot reports whether code runs when the program starts: in a service
// provider, or among the statements of a file that is no handler.
func (s *script) atBoot(n syntax.Node) bool {
	fn := enclosingFunction(n)
	if !fn.OK() {
		return !s.served.OK()
	}
	if !fn.Is("method_declaration") {
		return false // somebody else calls it
	}
	c := s.enclosingClass(fn)
	return c != nil && bootMethods[strings.ToLower(fn.Field("name").Text())] && (strings.HasSuffix(s.className(c.parent), "ServiceProvider") || strings.HasSuffix(s.className(c.parent), "Kernel"))
}

var migrationClass = regexp.MustCompile(`(Migration|Seeder|AbstractMigration|BaseMigration|TestCase)$`)

// inMigrationClass reports whether a migration tool decides when n runs.
func (s *script) inMigrationClass(n syntax.Node) bool {
	c := s.enclosingClass(n)
	return c != nil && migrationClass.MatchString(s.className(c.parent))
}

var (
	// slowCalls are work that belongs on a queue, by resolved name.
	slowCalls = lowered(map[string]string{
		"mail": "mail", "mb_send_mail": "mail", "wp_mail": "mail", `PHPMailer\PHPMailer\PHPMailer->send`: "mail", "PHPMailer->send": "mail", "Swift_Mailer->send": "mail", `Symfony\Component\Mailer\MailerInterface->send`: "mail",
		facade + "Mail::send": "mail", facade + "Mail::raw": "mail", facade + "Mail::html": "mail", facade + "Mail::to()->send": "mail", facade + "Mail::to()->cc()->send": "mail", facade + "Mail::to()->bcc()->send": "mail",
		facade + "Mail::to()->sendNow": "mail", `Laminas\Mail\Transport\Smtp->send`: "mail", `Nette\Mail\SmtpMailer->send`: "mail",
		"Mail::to()->send": "mail", "Mail::to()->cc()->send": "mail", "Mail::send": "mail", "Mail::raw": "mail",
		`Dompdf\Dompdf->render`: "pdf", `Mpdf\Mpdf->Output`: "pdf", "TCPDF->Output": "pdf", "FPDF->Output": "pdf", `Barryvdh\DomPDF\Facade\Pdf::loadView`: "pdf", `Barryvdh\DomPDF\Facade\Pdf::loadHTML`: "pdf", `Knp\Snappy\Pdf->generate`: "pdf",
		`Knp\Snappy\Pdf->getOutputFromHtml`: "pdf", `Spatie\Browsershot\Browsershot::html`: "pdf", `Spatie\Browsershot\Browsershot::url`: "pdf", `Spatie\LaravelPdf\Facades\Pdf::view`: "pdf",
		`Intervention\Image\Facades\Image::make`: "image", `Intervention\Image\ImageManager->make`: "image", `Intervention\Image\ImageManager->read`: "image", `Intervention\Image\Laravel\Facades\Image::read`: "image", "new Imagick": "image",
		"imagecreatefromjpeg": "image", "imagecreatefrompng": "image", "imagecreatefromstring": "image", "imagecreatefromgif": "image", "imagecreatefromwebp": "image", `FFMpeg\FFMpeg->open`: "video", `FFMpeg\FFMpeg::create()->open`: "video",
		`Maatwebsite\Excel\Facades\Excel::download`: "report", `Maatwebsite\Excel\Facades\Excel::store`: "report", `Maatwebsite\Excel\Facades\Excel::import`: "report", `PhpOffice\PhpSpreadsheet\Writer\Xlsx->save`: "report", "sleep": "sleep",
	})
	// shortSleep in microseconds is no work.
	shortSleep = 500_000
)

// slowCall states slow work inside a request handler.
func (s *script) slowCall(c call) {
	work, known := slowCalls[c.key]
	if c.key == "" && c.method == "send" && mailObject.MatchString(c.recv.Text()) {
		work, known, c.name = "mail", true, strings.TrimPrefix(c.recv.Text(), "$")+"->send"
	}
	if c.key == "usleep" {
		known, work = s.number(c.args.at(0)) >= shortSleep, "sleep"
	}
	if !known {
		return
	}
	fact := inspect.SlowWork{Via: via(c.name), Work: work, Of: s.made(c.args.at(0))}
	if work == "mail" {
		fact.In = enclosingFunction(c.Node).Field("name").Text()
	}
	switch {
	case s.inHandler(c.Node):
		s.state(c.Node, fact)
	case work == "mail" && s.helps(c):
		fact.Helper = true
		s.state(c.Node, fact)
	}
}

// mailObject are mails and mailers by the names that they are given, where nothing
// tells what they are: PHPMailer's, CodeIgniter's.
var mailObject = regexp.MustCompile(`^\$((\w*->)?(php)?mail(er)?|this->email)$`)

// helps reports whether a call stands in a method of a class that is neither a
// job's, nor a command's, nor the mailer's own.
func (s *script) helps(c call) bool {
	fn := enclosingFunction(c.Node)
	if !fn.Is("function_definition", "method_declaration") || c.key == "mail" || c.key == "mb_send_mail" {
		return false
	}
	of := s.enclosingClass(fn)
	if of == nil {
		return true
	}
	named := of.node.Field("name").Text() + " " + s.className(of.parent)
	for _, face := range of.faces {
		named += " " + s.className(face)
	}
	return !asideClass.MatchString(named)
}

// asideClass are names of classes, and of what they are derived from, that run
// aside of requests, or send mail for others.
var asideClass = regexp.MustCompile(`Job|Worker|Mailable|Mailer|Notification|Transport|Task|Command|Queue|Cron|Handler|Listener|Subscriber|Consumer|Test`)

// number is a literal whole number, or -1.
func (s *script) number(n syntax.Node) int {
	text, ok := s.literal(n)
	if !ok || text == "" || len(text) > 9 {
		return -1
	}
	v := 0
	for _, r := range text {
		if r < '0' || r > '9' {
			return -1
		}
		v = v*10 + int(r-'0')
	}
	return v
}
