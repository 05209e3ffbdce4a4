package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// processesUnder are the command lines of all descendants of a process, by
// process id.
func processesUnder(t *testing.T, root int) map[int]string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("skipped: the processes are looked up in /proc, which only Linux has")
	}
	parents := map[int]int{}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range stats {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		// pid (name) state parent …; the name may hold anything
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		parents[pid], _ = strconv.Atoi(fields[1])
	}
	found := map[int]string{}
	for pid := range parents {
		for up := parents[pid]; up > 1; up = parents[up] {
			if up == root {
				found[pid] = commandLine(pid)
				break
			}
		}
	}
	return found
}

// commandLine is "" for a process that has ended.
func commandLine(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(strings.ReplaceAll(string(text), "\x00", " "))
}

// living are those of these processes that still run the same command.
func living(processes map[int]string) []string {
	var left []string
	for pid, command := range processes {
		if command != "" && commandLine(pid) == command {
			left = append(left, fmt.Sprintf("%d %s", pid, command))
		}
	}
	return left
}
