package backingservices

import (
	"fmt"
	"path"
	"regexp"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "backing-services/local-mail",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "Mail is handed to the machine's own mail program",
	Why: "A container has no sendmail and nothing listens on its port 25: mail is lost, or the image has to carry a mail " +
		"server, and another provider means another build." +
		" Too few of these were seen in real repositories to be measured, so that the finding is advisory: shown, not scored.",
	Fixes: []audit.Fix{
		{For: "Laravel", Text: "Let MAIL_MAILER be smtp in production, or a provider's transport, with host and credentials from the variables that config/mail.php reads."},
		{For: "Symfony", Text: `Send with Symfony Mailer, with dsn: "%env(MAILER_DSN)%".`},
		{For: "Django", Text: "Set EMAIL_HOST, EMAIL_HOST_USER and EMAIL_HOST_PASSWORD from the environment."},
		{For: "Rails", Text: "Set config.action_mailer.delivery_method to :smtp with smtp_settings whose address and credentials come from the environment."},
		{For: "Spring Boot", Text: "Write spring.mail.host: ${SMTP_HOST}, and username and password likewise."},
		{For: "PHP", Text: `Replace mail() by a mailer over SMTP (PHPMailer, Symfony Mailer) with its address from getenv("SMTP_URL").`},
		{For: "Ruby", Text: "Deliver over SMTP with the address and credentials from the environment."},
		{For: "JavaScript", Text: "Give nodemailer.createTransport process.env.SMTP_URL instead of ‹server›."},
		{For: "Python", Text: "Give smtplib.SMTP the host and port of variables such as SMTP_HOST instead of ‹server›."},
		{For: "Go", Text: `Give smtp.SendMail an address from os.Getenv("SMTP_ADDR") instead of ‹server›.`},
		{Text: "Send mail through an SMTP server or an HTTP API whose address and credentials come from one variable, such as SMTP_URL."},
	},
	Severity:   audit.Medium,
	Confidence: audit.LowConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "001"},
	Bad: `
-- composer.json --
{"name": "acme/shop", "type": "project", "require": {"php": "^8.2"}}
-- Dockerfile --
FROM php:8.3-apache
COPY . /var/www/html
-- index.php --
<?php
mail($_POST['to'], 'Welcome', 'Hello');
`,
	Good: `
-- composer.json --
{"name": "acme/shop", "type": "project", "require": {"php": "^8.2", "symfony/mailer": "^7.0"}}
-- Dockerfile --
FROM php:8.3-apache
COPY . /var/www/html
-- index.php --
<?php
use Symfony\Component\Mailer\Transport;
$transport = Transport::fromDsn(getenv('MAILER_DSN'));
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if sendsElsewhere(c) {
			return
		}
		for client := range audit.Facts[inspect.Client](c, source.Prod) {
			text := client.Fact.Handle.Text
			if client.Fact.Service != inspect.SMTP || !client.Fact.Handle.IsLiteral() || client.Fact.Debug || byTheWay(client.File.Path) || developers.MatchString(client.File.Path) {
				continue
			}
			switch {
			case text == "sendmail":
				report.Violation(client.At(), "mail", fmt.Sprintf("%s hands mail to the machine's own sendmail", lastName(client.Fact.Via)), audit.Naming("server", text))
			case localServer.MatchString(text):
				report.Violation(client.At(), "mail", fmt.Sprintf("%s expects a mail server at %s", lastName(client.Fact.Via), text), audit.Naming("server", text))
			}
		}
		for e := range audit.Facts[inspect.Exec](c, source.Prod) {
			if path.Base(e.Fact.Program) == "sendmail" && !byTheWay(e.File.Path) {
				report.Violation(e.At(), "mail", fmt.Sprintf("%s starts sendmail", lastName(e.Fact.Via)), audit.Naming("server", "sendmail"))
			}
		}
	},
})

var (
	// localServer is a mail server on this machine: not one of those that only
	// catch a developer's mail, on ports of their own.
	localServer = regexp.MustCompile(`^((smtps?|mail)://)?([^/@]*@)?(localhost|127\.0\.0\.1|\[?::1\]?)(:(25|465|587))?/?$`)
	developers  = regexp.MustCompile(`(^|/)(development|dev|test|local)\.\w+$|(^|/)script/`)
)

// sendsElsewhere reports whether mail can also go where the deploy says: then
// the machine's own is one choice of several.
func sendsElsewhere(c *audit.Component) bool {
	return audit.Has(c, func(client inspect.Client) bool {
		return client.Service == inspect.SMTP && !client.Debug && !client.Handle.IsLiteral() && client.Handle.Source != inspect.None
	})
}
