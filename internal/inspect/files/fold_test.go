package files_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

// redisClients say how each reads a variable, with and without a fallback, and
// makes a Redis client.
var redisClients = map[inspect.Format]struct{ read, readOr, client string }{
	inspect.Python:     {`os.environ.get("%s")`, `os.environ.get("%s", "%s")`, "import os, redis\nr = redis.from_url(%s)\n"},
	inspect.Ruby:       {`ENV["%s"]`, `ENV.fetch("%s", "%s")`, "require \"redis\"\nr = Redis.new(url: %s)\n"},
	inspect.JavaScript: {`process.env.%s`, `(process.env.%s || "%s")`, "const Redis = require(\"ioredis\");\nconst r = new Redis(%s);\n"},
	inspect.Java:       {`System.getenv("%s")`, `System.getenv().getOrDefault("%s", "%s")`, "import redis.clients.jedis.Jedis;\nclass A { void a() { Jedis r = new Jedis(%s); } }\n"},
	inspect.CSharp:     {`Environment.GetEnvironmentVariable("%s")`, `(Environment.GetEnvironmentVariable("%s") ?? "%s")`, "using System;\nusing StackExchange.Redis;\nclass A { void B() { var r = ConnectionMultiplexer.Connect(%s); } }\n"},
}

// TestEveryLanguageFoldsAlike asks the same of all languages.
func TestEveryLanguageFoldsAlike(t *testing.T) {
	t.Parallel()
	for format, l := range redisClients {
		read := func(name string) string { return fmt.Sprintf(l.read, name) }
		readOr := func(name, text string) string { return fmt.Sprintf(l.readOr, name, text) }
		for name, c := range map[string]struct{ expression, want string }{
			"a text in parts":            {`"redis://" + "db"`, `{"source":"literal","text":"redis://db","hasText":true}`},
			"a variable":                 {read("X"), `{"source":"env","env":["X"]}`},
			"a variable with a fallback": {readOr("X", "redis://db"), `{"source":"env","text":"redis://db","hasText":true,"env":["X"]}`},
			"a variable in a text":       {`"redis://" + ` + readOr("X", "db"), `{"source":"env","text":"redis://db","hasText":true,"env":["X"]}`},
			"a variable read twice":      {read("X") + ` + ":" + ` + read("X") + ` + ` + read("Y"), `{"source":"env","env":["X","Y"]}`},
			"a long concatenation":       {strings.Repeat(`"a" + `, 40) + `"b"`, `{"source":"literal","text":"` + strings.Repeat("a", 40) + `b","hasText":true}`},
			"too long a text":            {strings.Repeat(`"`+strings.Repeat("a", 100)+"\" +\n", 50) + `"b"`, `{"source":"unknown"}`},
			"a secret's fallback":        {readOr("REDIS_PASSWORD", "hunter2hunter2"), `{"source":"env","text":"hun…","hasText":true,"env":["REDIS_PASSWORD"],"secret":{"masked":"hun…","length":14,"entropy":2.81}}`},
		} {
			source := fmt.Sprintf(l.client, c.expression)
			if got := handles(format, source); got != c.want {
				t.Errorf("%s, %s: got %s, want %s\n%s", format, name, got, c.want, source)
			}
		}
	}
}

// handles are those of all clients of a file.
func handles(format inspect.Format, source string) string {
	var list []string
	for _, s := range files.File(format, []byte(source)) {
		if client, ok := s.Fact.(inspect.Client); ok {
			text, _ := json.Marshal(client.Handle)
			list = append(list, string(text))
		}
	}
	return strings.Join(list, " ")
}
