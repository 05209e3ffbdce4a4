package config

import (
	"fmt"
	"net/netip"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// judgeGiven reports the secrets that stand in the commands of a deploy, which
// writes them into the settings of a server or gives them to a tool that keeps them.
func judgeGiven(m manifests) {
	for s := range audit.Facts[inspect.WorkflowStep](m.c) {
		if testJob.MatchString(s.Fact.Job+" "+s.Fact.Name+" "+s.Fact.Environment) || !deployName.MatchString(s.Fact.Job) && testJob.MatchString(path.Base(s.File.Path)) {
			continue
		}
		m.given(s.File, s.Fact.Gives, "the job "+s.Fact.Job, deployAction.MatchString(s.Fact.Uses), "GitHub Actions")
		commands := deploysByName(s) && !startsServices(s)
		for _, c := range s.Fact.Commands {
			m.given(s.File, c.Gives, "the job "+s.Fact.Job, commands, "GitHub Actions")
		}
	}
	for t := range audit.Facts[inspect.Target](m.c, source.Prod, source.DeployProd, source.DevTool, source.CI) {
		deploys := deployName.MatchString(t.Fact.Name) && !testJob.MatchString(t.Fact.Name)
		for _, c := range t.Fact.Commands {
			m.given(t.File, c.Gives, "the target "+t.Fact.Name, deploys, "")
		}
	}
	for c := range audit.Facts[inspect.Command](m.c) {
		if c.File.Format.IsShell() && !testJob.MatchString(c.File.Path) {
			m.given(c.File, c.Fact.Gives, path.Base(c.File.Path), deployName.MatchString(path.Base(c.File.Path)), "")
		}
	}
	for b := range audit.Facts[inspect.InfraBlock](m.c) {
		for _, script := range b.Fact.Scripts {
			for _, c := range script.Commands {
				m.given(b.File, c.Gives, "the script that "+strings.Join(b.Fact.Labels, " ")+" boots with", true, "")
			}
		}
	}
}

var (
	// deployName is in names of jobs, targets and scripts that deploy.
	deployName = regexp.MustCompile(`(?i)(^|[^a-z])((re)?deploy\w*|release|rollout|prod(uction)?|provision\w*|user[-_]?data|cloud[-_]?init|ec2|vps|droplet)([^a-z]|$)`)
	// testJob is in names of what is no deploy, or one to try something.
	testJob = regexp.MustCompile(`(?i)(^|[^a-z])(unit|tests?|testing|e2e|ci|lint|cypress|playwright|specs?|dev|develop(ment)?|local(host)?|bench\w*|examples?|samples?|sandbox|demo|preview|kind|minikube)([^a-z]|$)`)
	// deployAction runs a script on a server.
	deployAction = regexp.MustCompile(`(?i)ssh`)
)

// deploysByName reports whether a step is part of a deploy by what its job, its
// environment or its workflow is called.
func deploysByName(s audit.Located[inspect.WorkflowStep]) bool {
	f := s.Fact
	return f.Environment != "" || deployName.MatchString(f.Job) || deployName.MatchString(f.Name) || deployName.MatchString(f.Workflow) || deployName.MatchString(path.Base(s.File.Path))
}

// startsServices reports whether the job of a step starts services beside itself: what
// it gives is theirs.
func startsServices(s audit.Located[inspect.WorkflowStep]) bool {
	for other := range audit.FactsIn[inspect.ServiceContainer]([]*audit.File{s.File}, s.File.Role) {
		if other.Fact.Job == s.Fact.Job {
			return true
		}
	}
	return false
}

// given reports the secrets among what one command hands on, each once in a file.
func (m manifests) given(file *audit.File, list []inspect.Given, where string, deploys bool, fix string) {
	for _, g := range list {
		at := audit.Place{Path: file.Path, Line: g.Line, EndLine: g.Line}
		severity, ok := weightOfGiven(g)
		if !ok || !deploys && !g.Remote || namesSecret(g.Name) && g.Via != "login" || m.said[at] {
			continue
		}
		m.said[at] = true
		key := fmt.Sprint(file.Path, markOf(&g.Secret)) // of a login and of who uses it
		if slices.Contains(*m.once, key) {
			continue
		}
		*m.once = append(*m.once, key)
		options := []audit.Option{audit.WithFix(fix), audit.WithSeverity(severity), audit.Naming("variable", g.Name)}
		if g.Via == "login" {
			options = []audit.Option{audit.WithFix("login"), audit.WithSeverity(severity), audit.Naming("name", g.Name)}
		}
		m.report.Violation(at, path.Base(file.Path)+" "+g.Name, givenMessage(g, where), options...)
	}
}

// givenMessage says who gives what to whom.
func givenMessage(g inspect.Given, where string) string {
	switch {
	case g.Via == "login" && g.Name == "":
		return fmt.Sprintf("%s sets the password of a login of the database, which is written there", where)
	case g.Via == "login":
		return fmt.Sprintf("%s sets the password of the database's login %s, which is written there", where, g.Name)
	case g.Via == "tool":
		return fmt.Sprintf("%s gives %s to %s, written there as %d characters", where, g.Name, g.Into, g.Secret.Length)
	case g.Secret.Placeholder && !g.Secret.Common:
		return fmt.Sprintf("%s writes %s into %s as a sample text, which works as it is", where, g.Name, g.Into)
	}
	return fmt.Sprintf("%s writes %s into %s, and its %d characters stand in the command", where, g.Name, g.Into, g.Secret.Length)
}

// weightOfGiven is how much it weighs that a deploy gives a secret, and whether it
// is one. Whatever something signs with is in use as it is, and so is a plain password.
func weightOfGiven(g inspect.Given) (audit.Severity, bool) {
	s := g.Secret
	switch {
	case s.Unset || s.Length < 3 || strings.HasSuffix(g.Host, "example.com") || dummy.MatchString(g.Name):
		return "", false
	case s.Format != "":
		return audit.High, !s.Placeholder && s.Format != "stripe-test-key"
	case audit.OpensDoor(&s):
		return audit.High, true
	case g.Via == "file" && signs(g.Name):
		return audit.High, true
	case s.Placeholder && !s.Common:
		return "", false
	}
	return audit.Medium, g.Via == "login" || g.Host != "" || password.MatchString(g.Name)
}

// besideAddress reports whether a password of a database stands beside the address of
// a host on the internet, in the variables of the same prefix: it is no container's.
func besideAddress(entries []inspect.EnvEntry, e inspect.EnvEntry) bool {
	prefix, ok := passwordPrefix(e.Name)
	if !ok || strings.Contains(e.Value.Text, "://") {
		return false
	}
	return slices.ContainsFunc(entries, func(other inspect.EnvEntry) bool {
		return other.Value.IsLiteral() && strings.EqualFold(other.Name, prefix+"HOST") && onInternet(other.Value.Text)
	})
}

// passwordPrefix is what stands before PASSWORD in a variable's name, with the line.
func passwordPrefix(name string) (prefix string, ok bool) {
	for _, end := range []string{"PASSWORD", "PASS", "PWD"} {
		if prefix, ok = strings.CutSuffix(strings.ToUpper(name), end); ok && prefix != "" {
			return prefix, true
		}
	}
	return "", false
}

// onInternet reports whether a host is an address that everybody can reach, or the
// name of one under a domain that people buy.
func onInternet(host string) bool {
	if address, err := netip.ParseAddr(host); err == nil {
		return address.IsGlobalUnicast() && !address.IsPrivate()
	}
	return boughtDomain.MatchString(host) && !strings.Contains(host, "example")
}

var boughtDomain = regexp.MustCompile(`(?i)^([a-z0-9-]+\.)+(com|net|org|io|dev|app|cloud|co|de|fr|uk|eu|us|in|br)$`)
