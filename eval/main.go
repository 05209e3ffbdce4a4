// Command eval measures the program's findings against what people wrote down
// of real repositories: precision, recall, traps, the line that is pointed at,
// and the verdict on each factor.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"twelvefold/eval/mutation"
	"twelvefold/internal/audit"
	"twelvefold/internal/engine"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/rules"
	"twelvefold/internal/source"
)

func main() {
	if slices.Equal(os.Args[1:], []string{"inspect-child"}) { // started by the pool of parsers
		if files.Child(os.Stdin, os.Stdout) != nil {
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "eval: "+err.Error())
		os.Exit(1)
	}
}

type options struct {
	labels, verdicts, clones, from, only, write, figures, factors string
	gitleaks, csa, kit                                            string
	list                                                          bool
}

func run(ctx context.Context) error {
	var o options
	flag.StringVar(&o.labels, "labels", "eval/labels", "directory of the labels")
	flag.StringVar(&o.verdicts, "verdicts", "eval/verdicts.yaml", "verdicts on findings that no label tells")
	flag.StringVar(&o.clones, "clones", ".dev/subjects", "directory of clones, owner+name/repo")
	flag.StringVar(&o.from, "from", "https://github.com", "where commits that no clone has are fetched from; empty: nowhere")
	flag.StringVar(&o.only, "only", "", "only subjects whose name holds this")
	flag.StringVar(&o.write, "write", "", "write the result as Markdown to this file, too")
	flag.StringVar(&o.figures, "figures", "", "write the figures of each rule, which the rules' pages show, to this file, too")
	flag.StringVar(&o.factors, "factors", "", "file for each labelled factor with its arithmetic, a line of JSON each")
	flag.StringVar(&o.gitleaks, "gitleaks", "", "run this gitleaks beside, for the rules on secrets")
	flag.StringVar(&o.csa, "csa", "", "run this cloud-suitability-analyzer beside")
	flag.StringVar(&o.kit, "12factor-kit", "", "run this script of 12factor-kit (src/twelve-factor-assessment.sh) beside, for the verdicts on factors")
	flag.BoolVar(&o.list, "list", false, "list the misses, the traps and the findings without a verdict")
	flag.Parse()
	subjects, err := readLabels(o.labels)
	if err != nil {
		return err
	}
	verdicts, err := readVerdicts(o.verdicts)
	if err != nil {
		return err
	}
	outcomes, err := measure(ctx, o, subjects, verdicts)
	if err != nil {
		return err
	}
	r := newReport(outcomes, rules.All())
	if r.peers, err = measurePeers(ctx, o, outcomes); err != nil {
		return err
	}
	if r.mutants, err = mutation.Run(ctx, "eval/mutation", "."); err != nil {
		return err
	}
	r.print(os.Stdout, o.list)
	if o.factors != "" {
		var b strings.Builder
		if err := writeFactors(&b, outcomes); err != nil {
			return err
		}
		if err := os.WriteFile(o.factors, []byte(b.String()), 0o644); err != nil { // #nosec G306 -- figures
			return err
		}
	}
	if o.figures != "" {
		encoded, err := r.figures()
		if err != nil {
			return err
		}
		if err := os.WriteFile(o.figures, encoded, 0o644); err != nil { // #nosec G306 -- figures
			return err
		}
	}
	if o.write != "" {
		var b strings.Builder
		r.markdown(&b)
		return os.WriteFile(o.write, []byte(b.String()), 0o644) // #nosec G306 -- a document
	}
	return nil
}

// measure audits every subject whose commit can be had. One that can't be had
// is said, and an error when it is all of them.
func measure(ctx context.Context, o options, subjects []*subject, verdicts []verdict) ([]outcome, error) {
	pool, err := files.NewPool(ctx, files.PoolOptions{})
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	counting := map[string]audit.Counting{}
	for _, r := range rules.All() {
		counting[r.ID] = r.Counting
	}
	var list []outcome
	for _, s := range subjects {
		if !strings.Contains(s.Repository, o.only) {
			continue
		}
		dir, err := cloned(ctx, s, o.clones, o.from)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s is left out: %v\n", s.Repository, err)
			continue
		}
		snapshot, err := source.OpenGit(ctx, dir, s.Commit, source.DefaultLimits)
		if err != nil {
			return nil, err
		}
		snapshot.Repository = s.Repository // the clone may have no remote that tells it
		result, _, err := engine.Audit(ctx, snapshot, rules.All(), engine.Options{Options: files.Options{Inspector: pool}})
		_ = snapshot.Close()
		if err != nil {
			return nil, err
		}
		list = append(list, match(s, result, counting, verdicts))
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("no subject could be had: name a directory of clones (owner+name/repo) with -clones, or where to fetch from")
	}
	return list, nil
}
