package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"twelvefold/internal/audit"
	"twelvefold/internal/engine"
	"twelvefold/internal/factor"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/report"
	"twelvefold/internal/rules"
	"twelvefold/internal/source"
)

// auditCommand audits a directory or a commit. It needs no configuration, no
// network and no database.
type auditCommand struct {
	Dir      string   `arg:"" optional:"" default:"." help:"Directory or git repository to audit; the current directory when left out."`
	Revision string   `help:"Audit this commit, branch or tag instead of the files as they stand." placeholder:"REV"`
	Format   string   `help:"How to print: text, json, sarif (SARIF 2.1.0, for code scanning), github (annotations in GitHub Actions) or markdown." enum:"text,json,sarif,github,markdown" default:"text"`
	FailOn   string   `help:"Exit 1 when a finding is at least this severe: critical, high, medium, low, info, or never. Advisory and waived findings do not count." enum:"critical,high,medium,low,info,never" default:"high"`
	Factor   []string `help:"Show only this factor's findings (config, or III), and let only them fail; may be repeated. Scores stay whole." placeholder:"F"`
	Explain  []string `help:"Say more: components (what was found, and why), score (the arithmetic), env (every environment variable), or several with commas between. JSON says all of it anyway." enum:"components,score,env" placeholder:"WHAT"`
}

// Help says what an audit reads and what its exit status means.
func (auditCommand) Help() string {
	return `Reads the files of a directory as they stand (in a git work tree: those that
git tracks or does not ignore), or with --revision those of a commit, and prints
scores, findings and what could not be read. Nothing of the repository is run,
nothing is written, and neither network nor database is used.

Exit status:

  0  no finding is at least as severe as --fail-on
  1  at least one is
  2  wrong usage, input that can't be read, output that can't be written,
     or interrupted

The report goes to stdout, errors and the progress bar to stderr. The same files
give the same report, byte for byte. Colours are used on a terminal alone, and
not when NO_COLOR is set.

Examples:

  twelvefold audit
  twelvefold audit --fail-on=medium ../shop
  twelvefold audit --revision=v1.2 --format=json ../shop`
}

// Run audits and prints.
func (c auditCommand) Run(a *app) error {
	keys, err := factorsOf(c.Factor)
	if err != nil {
		return usage("%v", err)
	}
	result, err := c.audit(a)
	if err != nil {
		if a.ctx.Err() != nil {
			return exitCode{2, errors.New("stopped before the audit was done")}
		}
		return usage("%v", err)
	}
	shown := report.Only(result, keys...)
	if err := c.print(a, shown); err != nil {
		return unwritable("the report", err)
	}
	if fails(shown, c.FailOn) {
		return exitCode{code: 1}
	}
	return nil
}

func (c auditCommand) print(a *app, result *audit.Audit) error {
	switch c.Format {
	case "json":
		return report.JSON(a.stdout, result)
	case "sarif":
		return report.SARIF(a.stdout, result, rules.All(), version)
	case "github":
		return report.Commands(a.stdout, result, rules.All())
	case "markdown":
		return report.Markdown(a.stdout, result)
	}
	options := textOptions(a)
	for _, what := range c.Explain {
		options.ExplainComponents = options.ExplainComponents || what == "components"
		options.ExplainScore = options.ExplainScore || what == "score"
		options.ExplainEnv = options.ExplainEnv || what == "env"
	}
	return report.Text(a.stdout, result, rules.All(), options)
}

// audit goes the whole way: snapshot, signals, judgement.
func (c auditCommand) audit(a *app) (*audit.Audit, error) {
	snapshot, err := source.Open(a.ctx, c.Dir, c.Revision, source.DefaultLimits)
	if err != nil {
		return nil, err
	}
	defer snapshot.Close()
	pool, err := files.NewPool(a.ctx, files.PoolOptions{})
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	bar := newProgress(a.stderr)
	result, _, err := engine.Audit(a.ctx, snapshot, rules.All(), engine.Options{Options: files.Options{Inspector: pool, Progress: bar.show}, Today: engine.Today(time.Now())})
	bar.clear()
	return result, err
}

// fails reports whether a finding that is no mere advice reaches the severity.
func fails(result *audit.Audit, severity string) bool {
	if severity == "never" {
		return false
	}
	for _, f := range result.Findings {
		if f.Waived == nil && f.Confidence != audit.LowConfidence && f.Severity.Rank() <= audit.Severity(severity).Rank() {
			return true
		}
	}
	return false
}

func factorsOf(names []string) ([]factor.Key, error) {
	var keys []factor.Key
	for _, name := range names {
		f, err := factor.Named(name)
		if err != nil {
			known := make([]string, 0, 12)
			for _, key := range factor.Keys() {
				known = append(known, string(key))
			}
			return nil, fmt.Errorf("unknown factor %q: use one of %s", name, strings.Join(known, ", "))
		}
		keys = append(keys, f.Key)
	}
	return keys, nil
}

// textOptions fits the output to what it is written to: colour and width for a
// terminal, none of it for a pipe.
func textOptions(a *app) report.TextOptions {
	fd, ok := terminal(a.stdout)
	if !ok {
		return report.TextOptions{}
	}
	o := report.TextOptions{Color: a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb"}
	if width, _, err := term.GetSize(fd); err == nil && width > 0 {
		o.Width = min(max(width, 40), 120)
	}
	return o
}

// terminal is the file descriptor of a terminal.
func terminal(w io.Writer) (fd int, ok bool) {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return 0, false
	}
	return int(file.Fd()), true
}
