package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime/pprof"
	"time"

	"twelvefold/internal/engine"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/report"
	"twelvefold/internal/rules"
	"twelvefold/internal/source"
)

func main() {
	ctx := context.Background()
	snapshot, err := source.Open(ctx, os.Args[1], "", source.DefaultLimits)
	if err != nil {
		panic(err)
	}
	f, _ := os.Create("/tmp/h4/cpu.prof")
	pprof.StartCPUProfile(f)
	t := time.Now()
	result, r, err := engine.Audit(ctx, snapshot, rules.All(), files.Options{Inspector: files.InProcess(), Workers: 1})
	fmt.Println("audit", time.Since(t), len(result.Findings), err)
	_ = r
	t = time.Now()
	report.JSON(io.Discard, result)
	fmt.Println("json", time.Since(t))
	t = time.Now()
	report.Text(io.Discard, result, rules.All(), report.TextOptions{})
	fmt.Println("text", time.Since(t))
	pprof.StopCPUProfile()
	f.Close()
}
