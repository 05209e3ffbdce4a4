package files_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/inspect/inspecttest"
)

// deployFormats are the formats whose readers these tests attack.
var deployFormats = []inspect.Format{
	inspect.Shell, inspect.Dockerfile, inspect.Compose, inspect.YAML, inspect.Workflow, inspect.Procfile, inspect.Fly, inspect.Supervisor, inspect.UWSGI, inspect.DotEnv, inspect.GitIgnore, inspect.DockerIgnore, inspect.ComposerJSON, inspect.ComposerLock, inspect.Kustomize, inspect.HelmValues, inspect.ChartYAML, inspect.Nginx, inspect.Systemd, inspect.Action, inspect.Render, inspect.AppEngine, inspect.SAMTemplate, inspect.GitLabCI, inspect.CircleCI, inspect.AzurePipelines, inspect.CloudBuild, inspect.BitbucketPipelines, inspect.Travis, inspect.Jenkinsfile, inspect.Makefile, inspect.Justfile, inspect.Taskfile, inspect.RailsYAML, inspect.Gemfile, inspect.GemfileLock, inspect.Gemspec, inspect.RubyFile, inspect.CSharp, inspect.MSBuild, inspect.Solution, inspect.NuGetLock, inspect.NuGetConfig, inspect.NuGetSources, inspect.GlobalJSON, inspect.DotnetTools, inspect.AppSettings,
}

// TestHostileInput must return, quickly and without a panic: each text is one
// that has stopped a parser somewhere.
func TestHostileInput(t *testing.T) {
	t.Parallel()
	repeat := strings.Repeat
	bomb := "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
	merges := "m0: &m0 {a: b}\n"
	for i := 1; i < 30; i++ {
		bomb += fmt.Sprintf("a%d: &a%d [%s*a%d]\n", i, i, repeat(fmt.Sprintf("*a%d,", i-1), 8), i-1)
		merges += fmt.Sprintf("m%d: &m%d {<<: [%s*m%d], k%d: v}\n", i, i, repeat(fmt.Sprintf("*m%d,", i-1), 8), i-1, i)
	}
	services := "x: &e {" + repeat("A: b, ", 1) + "}\n"
	big := "x-e: &e\n"
	for i := range 2000 {
		big += fmt.Sprintf("  V%d: x\n", i)
	}
	big += "services:\n"
	for i := range 1000 {
		big += fmt.Sprintf("  s%d: {image: x, environment: *e}\n", i)
	}
	steps := "env:\n"
	for i := range 3000 {
		steps += fmt.Sprintf("  V%d: x\n", i)
	}
	steps += "jobs:\n  a:\n    steps:\n" + repeat("      - run: ls\n", 5000)
	texts := map[string]string{
		"empty": "", "NUL": repeat("\x00", 1000), "line feeds": repeat("\n", 100_000), "carriage returns": repeat("\r", 100_000),
		"brackets": repeat("[", 100_000), "braces": repeat("{", 100_000), "apiVersion brackets": "apiVersion: v1\nkind: " + repeat("[", 100_000),
		"services braces": "services: {image: " + repeat("{a: ", 100_000), "parentheses": repeat("(", 100_000), "dollars": repeat("${", 100_000),
		"entries": "services:\n" + repeat("- ", 100_000) + "image", "keys": "services: image\n" + repeat("? ", 100_000), "nested keys": "services: image\n" + deepKeys(3000),
		"alias bomb": "services: {a: {image: x, environment: *a29}}\n" + bomb, "alias bomb first": bomb + "services: {a: {image: x, environment: *a29, ports: *a29}}\n",
		"merge bomb": merges + "services: {a: {<<: *m29, image: x, environment: *m29}}\n", "anchors": services + repeat("&a ", 50_000) + "services: image",
		"environment times services": big, "environment times steps": steps,
		"huge scalar": "services:\n  a:\n    image: " + repeat("x", 900_000) + "\n", "huge variable": "services:\n  a:\n    image: $" + repeat("x", 900_000) + "\n",
		"open variables": "services:\n  a:\n    image: \"" + repeat("${", 400_000) + "\"\n", "documents": repeat("---\n", 50_000), "object documents": repeat("---\napiVersion: v1\nkind: Pod\n", 4_000),
		"actions": "apiVersion: v1\nkind: Pod\nx: " + repeat("{{", 200_000), "closed actions": "apiVersion: v1\nkind: Pod\nx:\n" + repeat("{{ a }}", 20_000),
		"action lines": "apiVersion: v1\nkind: Pod\nx: {{ y }}\n" + repeat("{{ a }}\n", 20_000), "templated brackets": "apiVersion: v1\nkind: Pod {{ y }}\nx: {{ y }} " + repeat("[", 90_000),
		"FROM": repeat("FROM a AS b\n", 5_000), "long line": "FROM a\nRUN " + repeat("x", 200_000) + "\nCMD y", "continued": "FROM a\nRUN a" + repeat("\\\n", 100_000) + "b",
		"heredocs": "FROM a\n" + repeat("RUN <<E\n", 3_000), "names": "FROM a\nENV " + repeat("A", 60_000) + " b", "stages": stages(3000),
		"quotes": repeat("A=\"", 100_000), "quoted lines": repeat("A=\"x\n", 10_000), "ini": repeat("[", 100_000) + "\n" + repeat("a=b\n b", 20_000),
		"tables": repeat("[[a.b]]\n", 20_000), "toml arrays": "a = " + repeat("[", 100_000), "toml keys": repeat("a.", 50_000) + "b = 1", "processes": repeat("web: x\n", 10_000),
		"expressions": repeat("${{ x }}", 50_000), "run expressions": "jobs: {a: {steps: [{run: '" + repeat("${{}}", 50_000) + "'}]}}", "backticks": repeat("`", 100_000),
		"directive": "#\n# =\n# syntax=\n#syntax\n", "quote": "'", "equals": "=", "colon": ":", "dash": "-", "percent": "%", "at": "@", "byte order mark": "\ufeff", "broken UTF-8": "\xff\xfe\xfd: \xff",
		"templates": repeat("<%= ENV[\"A\"] %>", 20_000), "template branches": repeat("<% if a %>\nproduction:\n  adapter: <%= b %>\n<% else %>\n", 3_000), "open template": "production: <%= " + repeat("(", 50_000), "gems": repeat("gem \"a\", \"1\"\n", 5_000), "gem groups": repeat("group :a do\n", 3_000) + "gem \"x\"",

		"chained calls": "var x = a" + repeat(".B()", 50_000) + ";", "nested calls": repeat("a(", 50_000), "C# lambdas": repeat("x => ", 50_000) + "x;", "C# additions": "var x = " + repeat("\"a\" + ", 50_000) + "\"b\";",
		"C# names": csharpNames(3000), "C# branches": repeat("if (env.IsDevelopment()) { ", 3_000), "C# services": repeat("services.AddDistributedMemoryCache(); if (!env.IsDevelopment()) { x(); }\n", 3_000), "C# calls of itself": csharpCalls(400),
		"nested elements": repeat("<Project>", 50_000), "properties": msbuildProperties(), "byte order mark amid": "services:\n  a: {image: \ufeff}\n", "tab": "\t\tservices:\n\t\t\timage", "yaml tags": "services: !!binary image", "yaml tagged": "services: !!map {a: !!null {image: x}}",
	}
	for name, text := range texts {
		for _, format := range deployFormats {
			t.Run(name+" as "+string(format), func(t *testing.T) {
				t.Parallel()
				for _, s := range files.File(format, []byte(text)) {
					if s.Line < 1 || s.EndLine < s.Line {
						t.Fatalf("lines %d to %d", s.Line, s.EndLine)
					}
				}
			})
		}
	}
}

func deepKeys(depth int) string {
	var b strings.Builder
	for i := range depth {
		b.WriteString(strings.Repeat(" ", i%500) + "a:\n")
	}
	return b.String()
}

// csharpNames is a chain of names, each twice the one before it.
func csharpNames(n int) string {
	var b strings.Builder
	b.WriteString("var a0 = \"x\";\n")
	for i := range n {
		fmt.Fprintf(&b, "var a%d = a%d + a%d; var b%d = $\"{a%d}{a%d}\";\n", i+1, i, i, i, i, i)
	}
	b.WriteString("new NpgsqlConnection(a" + fmt.Sprint(n) + ");")
	return b.String()
}

// csharpCalls is functions that all call each other, and migrate.
func csharpCalls(n int) string {
	var b strings.Builder
	b.WriteString("class A {\n")
	for i := range n {
		fmt.Fprintf(&b, "static void F%d() { F%d(); F%d(); F%d(); db.Database.Migrate(); Thread.Sleep(1000); File.WriteAllText(p, s); }\n", i, (i+1)%n, (i*7)%n, (i*13)%n)
	}
	return b.String() + "}"
}

// msbuildProperties are properties of which each holds the one before twice.
func msbuildProperties() string {
	var b strings.Builder
	b.WriteString("<Project Sdk=\"x\"><PropertyGroup><P0>x</P0>")
	for i := range 60 {
		fmt.Fprintf(&b, "<P%d>$(P%d)$(P%d)$(P%d)</P%d>", i+1, i, i, i, i+1)
	}
	return b.String() + "</PropertyGroup><ItemGroup>" + strings.Repeat("<PackageReference Include=\"$(P60)\" Version=\"$(P60)\"/>", 500) + "</ItemGroup></Project>"
}

func stages(n int) string {
	var b strings.Builder
	b.WriteString("FROM x AS s0\n")
	for i := range n {
		fmt.Fprintf(&b, "FROM s%d AS s%d\nENV A%d=b\n", i, i+1, i)
	}
	return b.String()
}

// TestMutations cuts and mixes real files: what is read of a file that someone
// is still writing must neither panic nor state lines that the file lacks.
func TestMutations(t *testing.T) {
	t.Parallel()
	seeds := map[inspect.Format]string{
		inspect.Shell: inspecttest.Entrypoint, inspect.Dockerfile: inspecttest.NodeDockerfile, inspect.Compose: inspecttest.WebCompose, inspect.YAML: inspecttest.KubernetesManifests + "---\n" + inspecttest.HelmTemplate, inspect.Workflow: inspecttest.DeployWorkflow,
		inspect.Java:   "package a;\nimport java.util.*;\n@RestController(\"x\")\npublic class A extends HttpServlet {\n  @Value(\"${PORT:8080}\") int port;\n  static Map<String, String> m = new HashMap<>();\n  void doGet(HttpServletRequest q) { m.put(q.getParameter(\"u\"), System.getenv(\"A\")); Runtime.getRuntime().addShutdownHook(new Thread(() -> s.stop())); }\n}\n",
		inspect.Kotlin: "package a\nimport io.ktor.server.engine.*\nval a = System.getenv(\"A\") ?: \"b ${c.d} $e\"\nfun main() {\n  embeddedServer(Netty, port = 8080) { routing { get(\"/\") { m[\"a\"] = 1 } } }.start(wait = true)\n}\n",
		inspect.Fly:    inspecttest.FlyToml, inspect.DotEnv: "A=\"b\nc\"\nexport B='x'\n", inspect.UWSGI: "[uwsgi]\nhttp = :$(PORT)\n", inspect.Supervisor: "[program:a]\ncommand=x\n y\n", inspect.Procfile: "web: a && b\n",
		inspect.PHP: phpSample, inspect.ComposerJSON: composerSample,
		inspect.RailsYAML: inspecttest.DatabaseYAML, inspect.Ruby: inspecttest.SinatraApp, inspect.Gemfile: inspecttest.RubyGemfile,
		inspect.CSharp:  "using System;\nclass A : Controller { [HttpGet] public void B(IFormFile f) { var x = Environment.GetEnvironmentVariable(\"A\") ?? $\"b{c}\"; new NpgsqlConnection(x); if (env.IsDevelopment()) { services.AddSession(o => o.X = 1); } } }\n",
		inspect.MSBuild: "<Project Sdk=\"Microsoft.NET.Sdk.Web\"><PropertyGroup><A>b</A></PropertyGroup><ItemGroup><PackageReference Include=\"B\" Version=\"$(A)\" /></ItemGroup></Project>\n", inspect.AppSettings: "{\"ConnectionStrings\": {\"A\": \"Host=b;Password=c\"}, \"Serilog\": {\"WriteTo\": [{\"Name\": \"File\"}]}}\n",
	}
	pieces := []string{"\"", "'", "`", "{{", "}}", "${", "}", "(", ")", "[", "]", "<<EOF\n", "\n", "\\\n", "---\n", ": ", "- ", "&a ", "*a ", "<<: ", "|", ">", "#", "\x00", "\t", "\xff", "if ", "fi\n", "case x in ", ";;", "$((", "FROM ", "RUN ", "==", "\ufeff", "<%= ", "%>", "<% if x %>", "<% end %>", "do |x|\n", "end\n", "<<~EOS\n", "#{", "%w[", "def x\n"}
	for format, seed := range seeds {
		t.Run(string(format), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(1, 2))
			for range 400 {
				text := seed[:random.IntN(len(seed)+1)]
				for range random.IntN(5) {
					at := random.IntN(len(text) + 1)
					text = text[:at] + pieces[random.IntN(len(pieces))] + text[at:]
				}
				lines := strings.Count(text, "\n") + 1
				signals := files.File(format, []byte(text))
				for _, s := range signals {
					if s.Line > lines || s.EndLine > lines {
						t.Fatalf("lines %d to %d of %d in %q: %+v", s.Line, s.EndLine, lines, text, s.Fact)
					}
				}
				if _, err := json.Marshal(signals); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

const phpSample = `<?php
namespace App\Http\Controllers;
use Illuminate\Support\Facades\{Log, Storage};
define('KEY', getenv('KEY') ?: "x{$y}z");
#[Route('/x')]
class A extends Controller implements ShouldQueue {
	private static $seen = [];
	const HOST = 'redis://' . self::PORT;
	public function store(Request $request) {
		$request->file('a')->store('b', 'public');
		if (app()->environment('production') && !$x) { throw new E(); }
		self::$seen[$request->id] = <<<EOT
		$a {$b->c['d']}
		EOT;
		return match (true) { default => fn ($z) => $z ?? null };
	}
}
?>
<p><?= $_GET['a'] ?></p>
<?php return ['channels' => ['a' => ['driver' => 'stack', 'channels' => ['a']]], 'default' => 'a'];
`

const composerSample = `{"name": "a/b", "require": {"php": "^8", "ext-x": "*"}, "scripts": {"a": ["@php b", "C::d"]}}
`

// TestHostilePHP must return, quickly and without a panic.
func TestHostilePHP(t *testing.T) {
	t.Parallel()
	repeat := strings.Repeat
	chain, doubled, stack := "$a0 = 'x';\n", "$a0 = 'x';\n", "return ['default' => 'c0', 'channels' => ["
	for i := 1; i < 3000; i++ {
		chain += fmt.Sprintf("$a%d = $a%d;\n", i, i-1)
		doubled += fmt.Sprintf("$a%d = $a%d . $a%d;\n", i, i-1, i-1)
		stack += fmt.Sprintf("'c%d' => ['driver' => 'stack', 'channels' => ['c%d', 'c%d']],", i-1, i, i)
	}
	texts := map[string]string{
		"parentheses": repeat("(", 50_000), "brackets": "$x = " + repeat("[", 20_000), "braces": repeat("{", 50_000), "calls": repeat("f(", 20_000), "chained calls": "$a" + repeat("->b()", 20_000), "static calls": "A" + repeat("::b()", 20_000),
		"concatenation": "$x = 'a'" + repeat(" . 'a'", 20_000) + ";", "concatenation of reads": "$x = getenv('A')" + repeat(" . getenv('A')", 5_000) + ";", "coalescing": "$x = $a" + repeat(" ?? $a", 20_000) + ";", "ternaries": "$x = " + repeat("$a ? ", 20_000),
		"nots": "if (" + repeat("!", 50_000) + "$a) { exit; }", "heredocs": repeat("$x = <<<A\n", 5_000), "interpolation": "$x = \"" + repeat("{$a[\"", 10_000), "closures": repeat("fn($x) => ", 20_000) + "1;", "classes": repeat("class A { function f() { ", 5_000),
		"tags": repeat("<?php ?>", 20_000), "comments": repeat("/*", 50_000), "quotes": repeat("'", 50_001), "backticks": repeat("`", 50_001), "ifs": repeat("if (app()->environment('a')) {", 2_000), "branches": repeat("if (app()->environment('local')) { $a = 'http://x.y'; }\n", 5_000),
		"followed names": chain + "new PDO($a2999);", "doubled names": doubled + "new PDO($a2999);", "a name of itself": "$a = $a . 'x'; $b = $c; $c = $b; new PDO($a . $b);", "stacks of stacks": stack + "]];", "deep settings": "return ['connections' => " + repeat("['a' => ", 3_000) + "getenv('X')" + repeat("]", 3_000) + "];",
		"wide settings": "return ['connections' => [" + repeat("'a' => ['host' => 'b'],", 20_000) + "]];", "one array twice": "$a = ['b' => 'c']; $a = ['d' => $a, 'e' => $a]; return ['connections' => $a];", "handlers": repeat("function f() { return $_GET['a']; }\n", 5_000),
		"uses": repeat("use A\\B;\n", 20_000), "recursive functions": "function f() { return g(); } function g() { return f(); } new PDO(f());", "recursive class": "class A extends A { function f() { return $this->f(); } } class B extends C {} class C extends B {} (new A)->f(); (new B)->g();",
		"signals": "function f() { " + repeat("f(); ", 5_000) + "} pcntl_signal(SIGTERM, 'f');", "mutations": "use Swoole\\Http\\Server;\nclass A { static $x = []; function f() { " + repeat("self::$x[1] = 2; ", 5_000) + "} }",
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := "<?php " + text
			last := strings.Count(source, "\n") + 1
			for _, s := range files.File(inspect.PHP, []byte(source)) {
				if s.Line < 1 || s.EndLine < s.Line || s.EndLine > last {
					t.Fatalf("lines %d to %d of %d: %+v", s.Line, s.EndLine, last, s.Fact)
				}
			}
		})
	}
}
