package shell_test

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

// hostile are scripts of about 1 MB that cost the most to read for what their
// commands give.
func hostile() map[string]string {
	const size = 1 << 20
	full := func(unit string) string { return strings.Repeat(unit, (size-4096)/len(unit)) }
	var nested strings.Builder
	for nested.Len() < size-4096 {
		nested.WriteString("ssh a@b.acme.dev <<'A'\nssh c@d.acme.dev <<'B'\ncat > .env <<'C'\n" + strings.Repeat("DB_PASSWORD=tx72kQpLw\n", 40) + "C\nB\nA\n")
	}
	return map[string]string{
		"assignments": full("a=b "), "pairs": "kubectl create secret generic a " + full("a=b ") + "\n", "passwords": "helm upgrade a b " + full("--set=password=tx72kQpLw ") + "\n",
		"options": "mysql " + full("-ptx72kQpLw ") + "\n", "wrappers": full("sudo ") + "\n", "names": "aws ssm put-parameter " + full("--value tx72kQpLw --name a ") + "\n",
		"nested": nested.String(), "quoted": "ssh a@b.acme.dev '" + full(`echo DB_PASSWORD=tx72kQpLw >> .env;`) + "'\n", "echoes": full("echo A=b\n"), "written": full("echo DB_PASSWORD=tx72kQpLw >> .env\n"),
		"printf": "printf '" + full("%s") + "' " + "\n", "heredoc": "cat > .env <<EOF\n" + full("a=b\n") + "EOF\n", "sql": "psql <<EOF\n" + full("create user a password 'b';\n") + "EOF\n",
		"sed": "sed -i " + full("s/a/b=c/ ") + ".env\n", "commas": "kubectl set env a " + full("A=b,") + "\n", "redirects": "echo A=b " + full(">> .env ") + "\n", "docs": full("cat <<A\nA\n"),
	}
}

// processorTime is what this process took of all processors, which other
// processes on the machine don't lengthen.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func BenchmarkHostile(b *testing.B) {
	for name, text := range hostile() {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			before := processorTime(b)
			for b.Loop() {
				if err := shell.Extract(&inspect.Emitter{}, []byte(text)); err != nil {
					b.Log(err)
				}
			}
			b.ReportMetric((processorTime(b)-before).Seconds()/float64(b.N), "cpu-s/op")
		})
	}
}
