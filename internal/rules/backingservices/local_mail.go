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
		{Text: "Send mail through an SMTP server or an HTTP API whose address and credentials come from one variable, such as SMTP_URL."},
		{For: "PHP", Text: "Replace mail() by Symfony Mailer or PHPMailer over SMTP with getenv('MAILER_DSN')."},
		{For: "Ruby", Text: "Set config.action_mailer.delivery_method to :smtp with address: ENV[\"SMTP_ADDRESS\"]."},
		{For: "JavaScript", Text: "Give nodemailer.createTransport process.env.SMTP_URL instead of sendmail or localhost."},
		{For: "Python", Text: "Give smtplib.SMTP os.environ[\"SMTP_HOST\"], or set Django's EMAIL_HOST from it."},
		{For: "Go", Text: "Give smtp.SendMail os.Getenv(\"SMTP_ADDR\") instead of localhost:25."},
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
				report.Violation(client.At(), "mail", fmt.Sprintf("%s hands mail to the machine's own sendmail", lastName(client.Fact.Via)))
			case localServer.MatchString(text):
				report.Violation(client.At(), "mail", fmt.Sprintf("%s expects a mail server at %s", lastName(client.Fact.Via), text))
			}
		}
		for e := range audit.Facts[inspect.Exec](c, source.Prod) {
			if path.Base(e.Fact.Program) == "sendmail" && !byTheWay(e.File.Path) {
				report.Violation(e.At(), "mail", fmt.Sprintf("%s starts sendmail", lastName(e.Fact.Via)))
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
