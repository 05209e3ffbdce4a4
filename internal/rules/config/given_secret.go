package config

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// judgeGiven reports the secrets that stand in the commands of a deploy, which
// writes them into the settings of a server or gives them to a tool that keeps them.
func judgeGiven(m manifests) {
	g := givenSecrets{manifests: m, once: map[string]bool{}, jobs: jobsBesideTests(m.c)}
	own := map[*audit.File]bool{} // scripts that start a cluster of their own
	for c := range audit.Facts[inspect.Command](m.c) {
		if len(c.Fact.Argv) > 0 && ownClusterProgram[path.Base(c.Fact.Argv[0])] {
			own[c.File] = true
		}
	}
	g.pipelines()
	for t := range audit.Facts[inspect.Target](m.c) {
		by := giver{where: "the target " + t.Fact.Name}
		by.deploys = deployWord.MatchString(t.Fact.Name) && !onlyBuilds(t.Fact.Name) && !runsTests(t.Fact.Commands)
		by.tries = tries(t.Fact.Name) || tries(path.Dir(t.File.Path))
		for _, c := range t.Fact.Commands {
			g.report(t.File, c.Gives, by)
		}
	}
	for c := range audit.Facts[inspect.Command](m.c) {
		if len(c.Fact.Gives) == 0 || !c.File.Format.IsShell() || own[c.File] || onlyTried(c.Fact) {
			continue
		}
		base := path.Base(c.File.Path)
		g.report(c.File, c.Fact.Gives, giver{where: base, deploys: deployWord.MatchString(base) && !onlyBuilds(base), tries: tries(c.File.Path) || virtual.MatchString(c.File.Path)})
	}
}

// giver is who runs the commands that give secrets.
type giver struct {
	where   string // "the job deploy"
	system  string // of CI, as of a workflow's step; "" for GitHub Actions
	ci      bool   // a job: what it starts on its own machine ends with it
	deploys bool   // what it does beside other machines is part of a deploy
	tries   bool   // it tests, or sets something up to be tried
}

type givenSecrets struct {
	manifests
	once map[string]bool // variables of a file, and their values, that were reported
	jobs map[string]bool // see jobsBesideTests
}

// pipelines reports what the jobs of pipelines give.
func (g givenSecrets) pipelines() {
	for s := range audit.Facts[inspect.WorkflowStep](g.c) {
		f := s.Fact
		by := giver{where: "the job " + f.Job, system: f.System, ci: true, tries: tries(f.Job) || tries(f.Name) || tries(f.Environment) || onlyProposed(f.Events)}
		by.deploys = deploysByName(s) && !g.jobs[jobKey(s.File, f.Job)] && !runsTests(f.Commands)
		g.report(s.File, f.Gives, by)
		for _, c := range f.Commands {
			if !onlyTried(c) {
				g.report(s.File, c.Gives, by)
			}
		}
	}
}

// onlyTried reports whether a command runs only where something is tried, or changes
// nothing.
func onlyTried(c inspect.Command) bool {
	return c.Guard != "" && tries(c.Guard) || len(c.Argv) > 0 && c.Argv[0] == "helm" && slices.Contains(c.Argv, "--dry-run")
}

// ownClusterProgram are programs that start a cluster or a machine to try something on.
var ownClusterProgram = map[string]bool{"kind": true, "minikube": true, "k3d": true, "ctlptl": true, "tilt": true, "vagrant": true}

var (
	// deployWord is in names of jobs, targets and scripts that deploy.
	deployWord = regexp.MustCompile(`(?i)(^|[^a-z])((re)?deploy\w*|release|rollout|prod(uction)?|provision\w*|user[-_]?data|cloud[-_]?init|ec2|vps|droplet)([^a-z]|$)`)
	// surelyDeploys is in the names of those that do more than to build for it.
	surelyDeploys = regexp.MustCompile(`(?i)(^|[^a-z])((re)?deploy\w*|release|rollout|provision\w*)([^a-z]|$)`)
	buildWord     = regexp.MustCompile(`(?i)(^|[^a-z])(build\w*|compile|package|bundle|dockeri[sz]e|assemble)([^a-z]|$)`)
	// tryWord is in names of what is no deploy, or one to try something.
	tryWord = regexp.MustCompile(`(?i)(^|[^a-z])(unit|(unit|smoke)?tests?|testing|tester|smoke|integrat\w*|verif\w*|validat\w*|checks?|typecheck|qa|quality|acceptance|functional|regression|sanity|coverage|sonar\w*|codeql|analy[sz]\w*|audit|scan\w*|e2e\w*|ci|lint\w*|format|style|pytest|jest|rspec|phpunit|cypress|playwright|specs?|dev|develop(ment)?|local(host)?|bench\w*|examples?|samples?|sandbox|demo|docs?|preview|review|kind|minikube|k3d|fixtures?|mocks?|dry[-_]?run)([^a-z]|$)`)
	// virtual is in paths of scripts for a machine on a developer's own.
	virtual = regexp.MustCompile(`(?i)vagrant|(^|/)provision[\w.-]*\.sh$|virtualbox|multipass`)
)

// tries reports whether a name is of what is no deploy, or one to try something.
func tries(name string) bool { return tryWord.MatchString(inspect.SplitHumps(name)) }

// onlyBuilds reports whether a name is of what builds and does no more.
func onlyBuilds(name string) bool {
	return buildWord.MatchString(name) && !surelyDeploys.MatchString(name)
}

// onlyProposed reports whether a workflow runs only for what nobody has merged yet.
func onlyProposed(events []string) bool {
	for _, e := range events {
		if e != "pull_request" && e != "merge_group" {
			return false
		}
	}
	return len(events) > 0
}

// runsTests reports whether tests are among some commands: what these are given is
// for the tests.
func runsTests(commands []inspect.Command) bool {
	for _, c := range commands {
		if line := strings.Join(c.Argv[:min(len(c.Argv), 8)], " "); testRunner.MatchString(line) || testWord.MatchString(line) {
			return true
		}
	}
	return false
}

var testRunner = regexp.MustCompile(`^(sudo )?((npx|bundle exec|poetry run|uv run|python3?( -m)?|php|vendor/bin/|\./vendor/bin/|\./) ?)?(((npm|yarn|pnpm|bun)( run)?|go|cargo|dotnet|make|rake|rails|artisan|(\./)?manage\.py|flutter|mix) test|pytest|phpunit|pest|jest|vitest|rspec|cypress|playwright|tox|(mvn|mvnw|gradle|gradlew) [^;]*(test|verify|check))\b`)

// testWord is among the first words of a command that tests, whatever runs it.
var testWord = regexp.MustCompile(`(^|[ /])(tests?|--tests?|run-many|mocha|ava|jest|vitest|pytest|nosetests|unittest|newman|wdio|cypress|playwright|phpunit|pest|rspec|tox|behat|ctest|nextest|minitest)( |$)`)

// deploysByName reports whether a step is part of a deploy by what it, its job, its
// environment or its workflow is called. A job that is called for something else
// deploys in no workflow.
func deploysByName(s audit.Located[inspect.WorkflowStep]) bool {
	f, base := s.Fact, path.Base(s.File.Path)
	switch {
	case onlyBuilds(f.Job) && f.System != "":
		return false
	case surelyDeploys.MatchString(f.Name), deployWord.MatchString(f.Job) && !onlyBuilds(f.Job):
		return true
	case onlyBuilds(f.Job), tries(base), tries(f.Workflow):
		return false
	}
	return f.Environment != "" || deployWord.MatchString(f.Workflow) && !onlyBuilds(f.Workflow) || deployWord.MatchString(base) && !onlyBuilds(base)
}

func jobKey(file *audit.File, job string) string { return file.Path + "\x00" + job }

// jobsBesideTests are the jobs that start services or a cluster beside themselves,
// or that test: what they give on their own machine is for these.
func jobsBesideTests(c *audit.Component) map[string]bool {
	jobs := map[string]bool{}
	for s := range audit.Facts[inspect.ServiceContainer](c) {
		if !dockerItself.MatchString(s.Fact.Image) {
			jobs[jobKey(s.File, s.Fact.Job)] = true
		}
	}
	for s := range audit.Facts[inspect.WorkflowStep](c) {
		starts := ownCluster.MatchString(s.Fact.Uses) || runsTests(s.Fact.Commands)
		for _, command := range s.Fact.Commands {
			starts = starts || startsService(command.Argv, s.Fact.SelfHosted || s.Fact.System != "")
		}
		if starts {
			jobs[jobKey(s.File, s.Fact.Job)] = true
		}
	}
	return jobs
}

var (
	dockerItself = regexp.MustCompile(`^(docker\.io/)?(library/)?docker(:|$)|dind`)
	ownCluster   = regexp.MustCompile(`(?i)kind-action|setup-(kind|minikube|k3d|k3s|postgres|mysql|mongo)|k3d-action|minikube|(postgres\w*|mysql|mongo\w*|redis|mariadb)-action|start-(postgres|mysql|mongo|redis)|supabase/setup`)
	ownDatabase  = regexp.MustCompile(`(?i)(postgres|postgis|timescale|mysql|mariadb|mongo|redis|rabbitmq|mssql|minio|elasticsearch|localstack|keycloak|oracle)`)
	tryFile      = regexp.MustCompile(`(?i)(^|[^a-z])(tests?|testing|ci|e2e|dev|develop(ment)?|local|integration|smoke)([^a-z]|$)`)
)

// startsService reports whether a command starts a database, a cluster or a whole
// stack on the machine that it runs on. Own says that the machine may be the
// server itself.
func startsService(argv []string, own bool) bool {
	line := strings.Join(argv[:min(len(argv), 40)], " ")
	line = strings.TrimPrefix(line, "sudo ")
	switch program, rest, _ := strings.Cut(line, " "); path.Base(program) {
	case "kind", "minikube", "k3d":
		return strings.Contains(rest, "create") || strings.Contains(rest, "start")
	case "supabase":
		return strings.HasPrefix(rest, "start")
	case "service", "systemctl", "pg_ctlcluster", "brew":
		return !own && ownDatabase.MatchString(rest) && strings.Contains(rest, "start")
	case "docker", "podman":
		if strings.HasPrefix(rest, "compose ") {
			return composeUp(rest, own)
		}
		return strings.HasPrefix(rest, "run ") && ownDatabase.MatchString(rest)
	case "docker-compose", "podman-compose":
		return composeUp(rest, own)
	}
	return false
}

func composeUp(words string, own bool) bool {
	if !strings.Contains(" "+words+" ", " up ") && !strings.Contains(" "+words+" ", " run ") {
		return false
	}
	return !own || tryFile.MatchString(words)
}

// report reports the secrets among what one command hands on, each once in a file.
func (g givenSecrets) report(file *audit.File, list []inspect.Given, by giver) {
	for _, given := range list {
		at := audit.Place{Path: file.Path, Line: given.Line, EndLine: given.Line}
		severity, ok := weightOfGiven(given, by)
		if !ok || namesSecret(given.Name) && given.Via != "login" || g.said[at] || toldElsewhere(file, given) {
			continue
		}
		name := path.Base(file.Path) + " " + given.Name
		byName, byValue := fmt.Sprint(file.Path, "\x00name ", given.Via == "login", given.Name), fmt.Sprint(file.Path, "\x00value ", markOf(&given.Secret))
		if g.once[byName] || g.once[byValue] {
			continue
		}
		g.once[byName], g.once[byValue] = given.Name != "", true
		options := []audit.Option{audit.WithSeverity(severity)}
		switch {
		case given.Via == "login":
			options = append(options, audit.WithFix("login"), audit.Naming("name", given.Name))
		case by.ci:
			options = append(options, ciFix(by.system, given.Name)...)
		default:
			options = append(options, audit.WithFix("command"), audit.Naming("variable", given.Name))
		}
		g.manifests.report.Violation(at, name, givenMessage(given, by.where), options...)
	}
}

// toldElsewhere reports whether another rule tells a secret: config/provider-token a
// token of a provider's form, config/hardcoded-credential what a script assigns.
func toldElsewhere(file *audit.File, given inspect.Given) bool {
	return given.Secret.Format != "" || file.Format.IsShell() && given.Via == "client" && !given.Remote && !strings.Contains(given.Name, " ")
}

// ciFix asks for the fix of a system of CI, in which a secret is called as the
// system lets it be.
func ciFix(system, name string) []audit.Option {
	switch system {
	case "":
		return []audit.Option{audit.WithFix("GitHub Actions"), audit.Naming("variable", variableInCI(name))}
	case "gitlab":
		return []audit.Option{audit.WithFix("GitLab CI"), audit.Naming("variable", variableInCI(name))}
	}
	return []audit.Option{audit.WithFix("command"), audit.Naming("variable", name)}
}

var notInVariable = regexp.MustCompile(`[^A-Za-z0-9_]+`)

// variableInCI is a name of letters, digits and underscores, which begins with no
// digit and not with what GitHub keeps for itself.
func variableInCI(name string) string {
	name = strings.Trim(notInVariable.ReplaceAllString(name, "_"), "_")
	if name == "" || name[0] >= '0' && name[0] <= '9' || strings.HasPrefix(strings.ToUpper(name), "GITHUB_") {
		return "DEPLOY_" + name
	}
	if strings.ToLower(name) == name {
		return strings.ToUpper(name)
	}
	return name
}

// givenMessage says who gives what to whom.
func givenMessage(given inspect.Given, where string) string {
	if runes := []rune(where); len(runes) > 80 {
		where = string(runes[:80]) + "…"
	}
	switch {
	case given.Via == "login" && given.Name == "":
		return fmt.Sprintf("%s sets the password of a login of the database, which is written there", where)
	case given.Via == "login":
		return fmt.Sprintf("%s sets the password of the database's login %s, which is written there", where, given.Name)
	case given.Via == "client":
		return fmt.Sprintf("%s signs in by %s with a password that is written there, as %d characters", where, given.Into, given.Secret.Length)
	case given.Via == "tool":
		return fmt.Sprintf("%s gives %s to %s, written there as %d characters", where, given.Name, given.Into, given.Secret.Length)
	case given.Secret.Placeholder && !given.Secret.Common:
		return fmt.Sprintf("%s writes %s into %s as a sample text, which works as it is", where, given.Name, given.Into)
	}
	return fmt.Sprintf("%s writes %s into %s, and its %d characters stand in the command", where, given.Name, given.Into, given.Secret.Length)
}

// weightOfGiven is how much it weighs that somebody gives a secret, and whether it
// is one. On a server whatever something signs with is in use as it is, and so is a
// plain password; on a machine of CI these may be anything's.
func weightOfGiven(given inspect.Given, by giver) (audit.Severity, bool) {
	s := given.Secret
	near := given.Host != "" && !strings.Contains(given.Host, "$") && localHost(given.Host)
	switch {
	case by.tries || !by.deploys && !given.Remote || s.Unset || s.Length < 3 || dummy.MatchString(given.Name), given.Host == "" && nameOfSetting.MatchString(given.Name):
		return "", false
	case strings.HasSuffix(given.Host, "example.com") || strings.HasSuffix(given.Host, "example.org"):
		return "", false
	case !given.Remote && near, !given.Remote && given.Via == "client" && given.Host == "", !given.Remote && by.ci && given.Via == "login" && given.Host == "":
		return "", false // of a service on the same machine
	case audit.OpensDoor(&s) && !given.Remote:
		return audit.Medium, true // nobody here sees what becomes of it
	case audit.OpensDoor(&s):
		return audit.High, true
	case !given.Remote && (by.ci || given.Via != "login"):
		return "", false
	case given.Via == "file" && signs(given.Name):
		return audit.Medium, true
	case s.Placeholder && !s.Common:
		return "", false
	}
	return audit.Medium, given.Via == "login" || given.Host != "" && !near || password.MatchString(given.Name)
}

// nameOfSetting is the end of a name of what surrounds a secret and is none, and of
// what names an entry that holds one.
var nameOfSetting = regexp.MustCompile(`(?i)(_(region|project|role|bucket|queue|host|domain|address|location|rotation|grant|life|lifetime|login|cookie|issuer|audience|alg|algorithm)|password_secret|^USD\w_TOKEN)$`)
