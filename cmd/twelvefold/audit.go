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
	Base     string   `help:"Show only findings that are new against where this commit, branch or tag and the audited commit part, and let only them fail." placeholder:"REV"`
	Format   string   `help:"How to print: text, json, sarif (SARIF 2.1.0, for code scanning), github (annotations in GitHub Actions) or markdown." enum:"text,json,sarif,github,markdown" default:"text"`
	FailOn   string   `help:"Exit 1 when a finding is at least this severe: critical, high, medium, low, info, or none (or never). Advisory and waived findings do not count." enum:"critical,high,medium,low,info,none,never" default:"high"`
	Factor   []string `help:"Show only this factor's findings (config, or III), and let only them fail; may be repeated. Scores stay whole." placeholder:"F" complete:"factor"`
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
    2  wrong usage, input that can't be read, or output that can't be written
  130  interrupted: ended by the signal (143 for SIGTERM)

With --base the report has the findings that a branch adds: by what they say, not
by line. The settings of REV as it is now count for both, so that no branch waives
its own. Before the first commit HEAD is nothing, and all is new.

The report goes to stdout, errors and the progress bar to stderr. The same files
give the same report, byte for byte. Colours are used on a terminal alone, and
not when NO_COLOR is set.

Examples:

  twelvefold audit
  twelvefold audit --fail-on=medium ../shop
  twelvefold audit --revision=v1.2 --format=json ../shop
  twelvefold audit --base=origin/main --fail-on=medium`
}

// Run audits and prints.
func (c auditCommand) Run(a *app) error {
	keys, err := factorsOf(c.Factor)
	if err != nil {
		return usage("%v", err)
	}
	shown, err := c.audit(a, keys)
	if err != nil {
		if a.ctx.Err() != nil {
			return interrupted(a.ctx, "stopped before the audit was done")
		}
		return usage("%v", err)
	}
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

// audit is what is shown: of the factors, and new against the base.
func (c auditCommand) audit(a *app, keys []factor.Key) (*audit.Audit, error) {
	pool, err := files.NewPool(a.ctx, files.PoolOptions{})
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	snapshot, err := source.Open(a.ctx, c.Dir, c.Revision, source.DefaultLimits)
	if err != nil {
		return nil, err
	}
	defer snapshot.Close()
	options := engine.Options{Options: files.Options{Inspector: pool}, Today: engine.Today(time.Now())}
	if c.Base != "" {
		return c.since(a, snapshot, options, keys)
	}
	result, err := judge(a, snapshot, options)
	return report.Only(result, keys...), err
}

// since is what is new against where the base and the audited commit part: both
// under the settings of the base as it is now, so that no change waives itself.
func (c auditCommand) since(a *app, snapshot *source.Snapshot, options engine.Options, keys []factor.Key) (*audit.Audit, error) {
	from, err := source.MergeBase(a.ctx, c.Dir, c.Base, snapshot.Commit)
	if c.Base == "HEAD" && snapshot.Commit == "" && errors.As(err, new(source.Unborn)) {
		result, err := judge(a, snapshot, options) // the first commit adds everything
		return report.Only(result, keys...), err
	}
	if err != nil { // a wrong name is told before anything is read
		return nil, err
	}
	tip, err := source.OpenGit(a.ctx, c.Dir, c.Base, source.DefaultLimits)
	if err != nil {
		return nil, err
	}
	defer tip.Close()
	settings := engine.Settings(a.ctx, tip)
	options.Settings = &settings
	head, err := judge(a, snapshot, options)
	if err != nil {
		return nil, err
	}
	before, err := source.OpenGit(a.ctx, c.Dir, from, source.DefaultLimits)
	if err != nil {
		return nil, err
	}
	defer before.Close()
	was, err := judge(a, before, options)
	if err != nil {
		return nil, err
	}
	parsed, _ := audit.ParseSettings(settings) // what is wrong with them is told by the audit
	return report.Since(report.Only(was, keys...), report.Only(head, keys...), from, audit.Holding(options.Today, parsed.Waivers)), nil
}

// judge goes the whole way: snapshot, signals, judgement.
func judge(a *app, snapshot *source.Snapshot, options engine.Options) (*audit.Audit, error) {
	bar := newProgress(a)
	options.Progress = bar.show
	result, _, err := engine.Audit(a.ctx, snapshot, rules.All(), options)
	bar.clear()
	return result, err
}

// fails reports whether a finding that is no mere advice reaches the severity.
func fails(result *audit.Audit, severity string) bool {
	if severity == "never" || severity == "none" {
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
