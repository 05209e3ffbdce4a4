package files_test

import (
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

// TestEndlessLoops: what goes on for ever and waits or takes work, in each
// language, and what only looks so.
func TestEndlessLoops(t *testing.T) {
	t.Parallel()
	tests := []struct {
		format     inspect.Format
		text, does string // "" for no such loop
	}{
		{inspect.Python, "def run(self):\n    while self.running:\n        job = self.redis.blpop('jobs')\n        if job is None:\n            continue\n        handle(job)\n", "self.redis.blpop"},
		{inspect.Python, "while not stop.is_set():\n    try:\n        poll()\n    except KeyboardInterrupt:\n        break\n    sleep(3)\n", "poll"},
		{inspect.Python, "while True:\n    for m in sqs.receive_messages():\n        if m.bad:\n            break\n        m.delete()\n", "sqs.receive_messages"},
		{inspect.Python, "while True:\n    try:\n        connect()\n        break\n    except Error:\n        time.sleep(1)\n", ""}, // until it can connect
		{inspect.Python, "def wait():\n    while True:\n        if ready():\n            return 1\n        time.sleep(1)\n", ""},    // until something came about
		{inspect.Python, "while True:\n    line = input('> ')\n    print(eval(line))\n    time.sleep(0.1)\n", ""},                   // asks somebody
		{inspect.Python, "while True:\n    for event in pygame.event.get():\n        play(event)\n    clock.sleep(1)\n", ""},        // a game
		{inspect.Python, "while True:\n    n += 1\n    if n > 3:\n        break\n", ""},                                             // waits for nothing
		{inspect.Python, "while tries < 3:\n    time.sleep(1)\n", ""},                                                               // ends
		{inspect.Python, "for line in sys.stdin:\n    handle(line)\n", ""},                                                          // to the end of its input
		{inspect.Python, "while True:\n    def later():\n        time.sleep(1)\n    go(later)\n", ""},                               // another function's
		{inspect.JavaScript, "for (;;) { const m = await queue.receiveMessages(); await work(m) }", "queue.receiveMessages"},
		{inspect.JavaScript, "while (true) { const a = await rl.question('?'); await sleep(5) }", ""},
		{inspect.JavaScript, "async function retry() { for (;;) { try { return await call() } catch { await sleep(100) } } }", ""},
		{inspect.JavaScript, "do { await sleep(10) } while (!done())", ""},
		{inspect.TypeScript, "class W { async run() { while (!this.stopping) { await this.tick(); await delay(1000) } } }", "delay"},
		{inspect.Ruby, "loop do\n  job = redis.blpop('q')\n  break if $shutdown\n  perform(job)\nend\n", "redis.blpop"},
		{inspect.Ruby, "while true\n  jobs.each do |j|\n    break if j.nil?\n  end\n  sleep 1\nend\n", "sleep"},
		{inspect.Ruby, "loop do\n  print '> '\n  line = gets\n  sleep 1\nend\n", ""},
		{inspect.Ruby, "loop do\n  break if ready?\n  sleep 1\nend\n", ""},
		{inspect.Java, "class W { void run() { while (!Thread.currentThread().isInterrupted()) { consumer.poll(d); } } }", "consumer.poll"},
		{inspect.Java, "class W { void run() { while (true) { String l = reader.readLine(); if (l == null) break; Thread.sleep(1); } } }", ""},
		{inspect.Kotlin, "fun run() { while (true) { val m = queue.take(); handle(m) } }", "queue.take"},
		{inspect.Kotlin, "fun run(): Int { while (true) { val m = find(); if (m != null) { return m }; Thread.sleep(1) } }", ""},
		{inspect.PHP, "<?php while (true) { $job = $queue->pop(); if (!$job) { sleep(1); continue; } $job->run(); }", "$queue.pop"},
		{inspect.PHP, "<?php while (1) { if (file_exists('x')) { break; } sleep(1); }", ""},
		{inspect.CSharp, "class W { void Run() { while (true) { var m = consumer.Consume(token); if (token.IsCancellationRequested) return; Handle(m); } } }", "consumer.Consume"},
		{inspect.CSharp, "class W { void Run() { while (true) { var k = Console.ReadKey(); Thread.Sleep(1); } } }", ""},
		{inspect.Go, "package main\nfunc main() { for { select { case <-ctx.Done(): return; case <-ticker.C: work() } } }", "<-ticker.C"},
		{inspect.Go, "package main\nfunc main() { for { m, err := reader.FetchMessage(ctx); if err != nil { if ctx.Err() != nil { return }; continue }; work(m) } }", "reader.FetchMessage"},
		{inspect.Go, "package main\nfunc main() { for { if ok() { break }; time.Sleep(1) } }", ""},
		{inspect.Go, "package main\nfunc main() { for { c, err := l.Accept(); if err != nil { time.Sleep(1); continue }; go serve(c) } }", ""},
		{inspect.Go, "package main\nfunc main() { s := bufio.NewReader(os.Stdin); for { t, _ := s.ReadString('\\n'); run(t); time.Sleep(1) } }", ""},
	}
	for _, test := range tests {
		does := ""
		for _, s := range files.File(test.format, []byte(test.text)) {
			if loop, ok := s.Fact.(inspect.EndlessLoop); ok {
				does = loop.Does
			}
		}
		if does != test.does {
			t.Errorf("%s %q: %q, want %q", test.format, test.text, does, test.does)
		}
	}
}
