package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

func main() {
	ctx := context.Background()
	s, err := source.Open(ctx, os.Args[2], "", source.DefaultLimits)
	if err != nil {
		panic(err)
	}
	res, err := inspect.All(ctx, s, inspect.Options{Inspector: inspect.InProcess()})
	if err != nil {
		panic(err)
	}
	if os.Args[1] == "signals" {
		enc := json.NewEncoder(os.Stdout)
		for _, f := range s.Files {
			for _, sig := range res.Signals[f.Path] {
				enc.Encode(map[string]any{"p": f.Path, "r": f.Role, "s": sig})
			}
		}
		return
	}
	probe := audit.Rule{ID: "codebase/probe", Aspect: "a", Judge: func(c *audit.Component, r *audit.Report) {
		fmt.Printf("## %s [%s] name=%s manifest=%s %s\n", c.Path, c.Class, c.Name, c.Manifest, c.Why)
		n := 0
		for _, f := range c.Files {
			if !f.Role.CanViolate() {
				continue
			}
			switch f.Format {
			case inspect.Dockerfile, inspect.Compose, inspect.YAML, inspect.Workflow, inspect.Procfile, inspect.Fly, inspect.DotEnv, inspect.Supervisor:
				if len(f.Signals) > 0 {
					fmt.Printf("   %s %s %s %d\n", f.Format, f.Role, f.Path, len(f.Signals))
				}
			default:
				n++
			}
		}
		fmt.Printf("   + %d others of %d files\n", n, len(c.Files))
		for _, f := range c.Files {
			seen[f.Path]++
		}
	}}
	if _, err := audit.Run(ctx, audit.Tree{Snapshot: s, Signals: res.Signals}, []audit.Rule{probe}); err != nil {
		panic(err)
	}
	fmt.Println("## orphans")
	k := 0
	for _, f := range s.Files {
		if seen[f.Path] == 0 && f.Role.CanViolate() && len(res.Signals[f.Path]) > 0 {
			fmt.Printf("   %s %s %d\n", f.Role, f.Path, len(res.Signals[f.Path]))
			if k++; k > 60 {
				break
			}
		}
	}
}

var seen = map[string]int{}
