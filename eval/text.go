package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
)

// print writes the report as plain text.
func (r *report) print(w io.Writer, list bool) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	var names, columns []string
	for _, of := range r.results {
		names = append(names, strings.ToUpper(string(of.set)))
		columns = append(columns, "right\trecall\tline\ttraps")
	}
	fmt.Fprintf(table, "RULE\t%s\n\t%s\n", strings.Join(names, "\t\t\t\t"), strings.Join(columns, "\t"))
	row := func(name string, pick func(*result) tally) {
		fmt.Fprint(table, name)
		for _, result := range r.results {
			t := pick(result)
			fmt.Fprintf(table, "\t%s\t%s\t%s\t%s", judged(t), of(t.found, t.labels), of(t.exact, t.found), of(t.fell, t.traps))
		}
		fmt.Fprintln(table)
	}
	for _, rule := range r.rows() {
		row(rule.ID, func(of *result) tally { return of.byRule[rule.ID] })
	}
	row("ALL", func(of *result) tally { return of.all })
	row("CRITICAL AND HIGH", func(of *result) tally { return of.severe })
	fmt.Fprintf(table, "\n\t%s\n", strings.Join(names, "\t"))
	for _, f := range append(figures[:len(figures):len(figures)], agreements()...) {
		fmt.Fprint(table, f.name)
		for _, result := range r.results {
			fmt.Fprint(table, "\t"+f.of(result))
		}
		fmt.Fprintln(table)
	}
	for _, m := range r.peers {
		fmt.Fprintf(table, "\n\t%s\tTWELVEFOLD\n", strings.ToUpper(m.peer.name))
		for _, row := range m.rows() {
			fmt.Fprintln(table, strings.Join(row, "\t"))
		}
	}
	_ = table.Flush()
	if r.mutants != nil {
		caught, all := r.mutants.Sum()
		fmt.Fprintf(w, "\nMutants caught: %d of %d, in %d clean repositories (go test -v ./eval/mutation lists them)\n", caught, all, r.mutants.Clean)
		for _, text := range r.mutants.Wrong {
			fmt.Fprintln(w, "wrong: "+text)
		}
	}
	for _, result := range r.results {
		result.printDisagreements(w)
		if list {
			result.list(w)
		}
	}
}

func (r *result) printDisagreements(w io.Writer) {
	fmt.Fprintf(w, "\nVerdicts that differ, %s\n", r.set)
	for _, key := range factor.Keys() {
		if texts := r.disagreements(key); len(texts) > 0 {
			fmt.Fprintf(w, "%-20s %s\n", key, strings.Join(texts, "; "))
		}
	}
}

// list writes what to look at: misses, mistakes and findings without a verdict.
func (r *result) list(w io.Writer) {
	for _, o := range r.outcomes {
		fmt.Fprintf(w, "\n== %s (%s)\n", o.subject.Repository, r.set)
		for _, line := range o.errors() {
			fmt.Fprintln(w, line)
		}
		for i, t := range o.subject.Traps {
			if o.trapped[i] > 0 {
				fmt.Fprintf(w, "trap `%s` at %s:%d: %s\n", t.Rule, t.Path, t.Line, t.Note)
			}
		}
		for i, f := range o.audit.Findings {
			if o.said[i] == unjudged && f.Confidence != audit.LowConfidence && f.Severity != audit.Info {
				fmt.Fprintf(w, "open `%s` at %s, %s: %s\n", f.Rule, f.Place, f.Severity, f.Message)
			}
		}
	}
}
