//go:build cgo

package ecmascript_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

// ecmaCase is one source with all facts of the listed kinds that it states,
// as "line {json}". Format is JavaScript unless named.
type ecmaCase struct {
	name   string
	format inspect.Format
	source string
	want   []string
}

// runECMACases compares the facts of kinds in each case's source.
func runECMACases(t *testing.T, cases []ecmaCase, kinds ...inspect.Kind) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			format := c.format
			if format == "" {
				format = inspect.JavaScript
			}
			var got []string
			for _, s := range files.File(format, []byte(c.source)) {
				if s.Fact.Kind() == "parse-failed" {
					t.Errorf("does not parse: %v", s.Fact)
				}
				if !slices.Contains(kinds, s.Fact.Kind()) {
					continue
				}
				text, err := json.Marshal(s.Fact)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, fmt.Sprintf("%d %s", s.Line, strings.ReplaceAll(string(text), `"`, `'`)))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("facts differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestECMAScriptImports(t *testing.T) {
	t.Parallel()
	runECMACases(t, []ecmaCase{
		{name: "static", source: "import express, { Router as R } from 'express';\nimport * as fs from \"node:fs\";\nimport './side';\nexport * from './all';\nexport { a, b as c } from './some';", want: []string{
			"1 {'path':'express','names':['default','Router'],'alias':'express'}",
			"2 {'path':'node:fs','names':['*'],'alias':'fs'}",
			"3 {'path':'./side'}",
			"4 {'path':'./all','names':['*']}",
			"5 {'path':'./some','names':['a','b']}",
		}},
		{name: "require", source: "const { Pool: P, Client } = require('pg');\nconst x = require(`koa`);\nconst v = require('m').y;\nrequire('dotenv').config();\nrequire(name); require.resolve('z');", want: []string{
			"1 {'path':'pg','names':['Pool','Client']}", "2 {'path':'koa','alias':'x'}", "3 {'path':'m','names':['y']}", "4 {'path':'dotenv','names':['config']}",
		}},
		{name: "guarded and dynamic", source: "try { require('a') } catch (e) { require('b') }\nif (x) require('c');\nfunction f() { return require('d') }\nasync () => { await import('e'); import('f').catch(() => {}) }\nconst g = await import('g');", want: []string{
			"1 {'path':'a','guarded':true}", "1 {'path':'b'}", "2 {'path':'c','guarded':true}", "3 {'path':'d','dynamic':true}",
			"4 {'path':'e','dynamic':true}", "4 {'path':'f','guarded':true,'dynamic':true}", "5 {'path':'g','alias':'g','dynamic':true}",
		}},
		{name: "types", format: inspect.TypeScript, source: "import type { A } from 'a';\nimport { type B, type C } from 'b';\nimport { type D, E } from 'd';\nexport type { F } from 'f';\nimport g = require('g');\nimport h from 'h';", want: []string{
			"1 {'path':'a','names':['A'],'typeOnly':true}", "2 {'path':'b','names':['B','C'],'typeOnly':true}", "3 {'path':'d','names':['D','E']}",
			"4 {'path':'f','names':['F'],'typeOnly':true}", "5 {'path':'g','alias':'g'}", "6 {'path':'h','names':['default'],'alias':'h'}",
		}},
		{name: "not imports", source: "// import x from 'comment'\nconst s = \"require('string')\";\nconst r = /require('regex')/;\nfunction f(require) { require('bundled') }\nlib.require('other');"},
	}, "import")
}

func TestECMAScriptEntryPoints(t *testing.T) {
	t.Parallel()
	runECMACases(t, []ecmaCase{
		{name: "shebang", source: "#!/usr/bin/env node\nmain()", want: []string{"1 {'via':'#!/usr/bin/env node'}"}},
		{name: "main test", source: "if (require.main === module) main();", want: []string{"1 {'via':'require.main'}"}},
		{name: "url test", source: "if (import.meta.url === pathToFileURL(process.argv[1]).href) main();", want: []string{"1 {'via':'import.meta.url'}"}},
		{name: "library", source: "module.exports = require.main;"},
	}, "entry-point")
}

func TestECMAScriptEnvReads(t *testing.T) {
	t.Parallel()
	lit := func(text string) string { return fmt.Sprintf("{'source':'literal','text':'%s','hasText':true}", text) }
	runECMACases(t, []ecmaCase{
		{name: "ways to read", source: "process.env.A; process.env['B']; const { env } = process; env.C; import.meta.env.VITE_D; import.meta.env.MODE; Deno.env.get('E'); Bun.env.F;", want: []string{
			"1 {'name':'A','via':'process.env'}", "1 {'name':'B','via':'process.env'}", "1 {'name':'C','via':'process.env'}", "1 {'name':'VITE_D','via':'import.meta.env'}",
			"1 {'name':'E','via':'Deno.env.get'}", "1 {'name':'F','via':'Bun.env'}",
		}},
		{name: "imported process", format: inspect.TypeScript, source: "import { env as e } from 'node:process';\nconst key = 'K';\ne[key]!.trim();", want: []string{"3 {'name':'K','via':'process.env'}"}},
		{name: "not reads", source: "process.env.A = 'x'; delete process.env.B; const env = {}; env.D; process.env[name]; // process.env.E\n'process.env.F'; ({env:{G:1}}).env.G"},
		{name: "fallbacks", source: "const p = process.env.A || 3000;\nparseInt(process.env.B ?? '10', 10);\nprocess.env.C ? process.env.C : 'c';\n(process.env.D || process.env.E || 'e');\nprocess.env.F ||= 'f';\n+process.env.G || DEFAULT; const DEFAULT = 7;", want: []string{
			"1 {'name':'A','via':'process.env','fallback':" + lit("3000") + "}",
			"2 {'name':'B','via':'process.env','fallback':" + lit("10") + "}",
			"3 {'name':'C','via':'process.env','fallback':" + lit("c") + "}",
			"4 {'name':'D','via':'process.env','fallback':{'source':'env','text':'e','hasText':true,'env':['E']}}",
			"4 {'name':'E','via':'process.env','fallback':" + lit("e") + "}",
			"5 {'name':'F','via':'process.env','fallback':" + lit("f") + "}",
			"6 {'name':'G','via':'process.env','fallback':" + lit("7") + "}",
		}},
		{name: "destructured", source: "const { PORT = 3000, HOST, NAME: n = 'x' } = process.env;", want: []string{
			"1 {'name':'PORT','via':'process.env','fallback':" + lit("3000") + "}", "1 {'name':'HOST','via':'process.env'}", "1 {'name':'NAME','via':'process.env','fallback':" + lit("x") + "}",
		}},
		{name: "secret fallback is masked", source: "const s = process.env.JWT_SECRET || 'correcthorse';", want: []string{
			"1 {'name':'JWT_SECRET','via':'process.env','fallback':{'source':'literal','text':'cor…','hasText':true,'secret':{'masked':'cor…','length':12,'entropy':2.69}},'secret':true}",
		}},
		{name: "required", source: "if (!process.env.A) throw new Error('A');\nconst b = process.env.B;\nif (b === undefined) { console.error('b'); process.exit(1) }\nprocess.env.C ?? fail('C');\nfunction fail(n) { throw new Error(n) }\nif (!process.env.D) console.warn('d');", want: []string{
			"1 {'name':'A','via':'process.env','required':true}", "2 {'name':'B','via':'process.env','required':true}", "4 {'name':'C','via':'process.env','required':true}", "6 {'name':'D','via':'process.env'}",
		}},
		{name: "required list", source: "for (const name of ['A_URL', 'B_URL']) if (!process.env[name]) throw new Error(name);\nconst missing = ['C_URL'].filter(n => !process.env[n]);\nif (missing.length) process.exit(1);\n['D_URL'].forEach(n => console.log(process.env[n]));", want: []string{
			"1 {'name':'A_URL','via':'process.env','required':true}", "1 {'name':'B_URL','via':'process.env','required':true}", "2 {'name':'C_URL','via':'process.env','required':true}", "4 {'name':'D_URL','via':'process.env'}",
		}},
		{name: "rejected fallback", source: "const mode = process.env.MODE_X || 'dev';\nif (process.env.NODE_ENV === 'production' && mode === 'dev') throw new Error('set MODE_X');", want: []string{
			"1 {'name':'MODE_X','via':'process.env','fallback':" + lit("dev") + ",'rejected':true}", "2 {'name':'NODE_ENV','via':'process.env'}",
		}},
		{name: "debug fallback", source: "const isProd = process.env.NODE_ENV === 'production';\nconst a = process.env.A || (isProd ? undefined : 'dev');\nlet b; if (process.env.NODE_ENV !== 'production') { b = process.env.B || 'dev' }\nconst c = isProd ? process.env.C : 'dev';\nconst d = process.env.D || 'always';", want: []string{
			"1 {'name':'NODE_ENV','via':'process.env'}",
			"2 {'name':'A','via':'process.env','fallback':" + lit("dev") + ",'debug':true}",
			"3 {'name':'NODE_ENV','via':'process.env'}",
			"3 {'name':'B','via':'process.env','fallback':" + lit("dev") + ",'debug':true}",
			"4 {'name':'C','via':'process.env','fallback':" + lit("dev") + ",'debug':true}",
			"5 {'name':'D','via':'process.env','fallback':" + lit("always") + "}",
		}},
		{name: "wrapper", source: "function env(name, fallback) { return process.env[name] ?? fallback }\nconst must = (k) => { const v = process.env[k]; if (!v) throw new Error(k); return v };\nenv('A', 'a'); env('B'); must('C'); other('D'); env(dynamic);", want: []string{
			"3 {'name':'A','via':'env','fallback':" + lit("a") + "}", "3 {'name':'B','via':'env'}", "3 {'name':'C','via':'must','required':true}",
		}},
		{name: "zod", format: inspect.TypeScript, source: "import { z } from 'zod';\nconst schema = z.object({\n  PORT: z.coerce.number().default(3000),\n  DATABASE_URL: z.string().url(),\n  SENTRY_DSN: z.string().optional(),\n});\nexport const env = schema.parse(process.env);\nz.object({ OTHER: z.string() }).parse(body);", want: []string{
			"3 {'name':'PORT','via':'zod','fallback':" + lit("3000") + "}", "4 {'name':'DATABASE_URL','via':'zod','required':true}", "5 {'name':'SENTRY_DSN','via':'zod'}",
		}},
		{name: "envalid", source: "const { cleanEnv, str, port } = require('envalid');\nconst env = cleanEnv(process.env, {\n  PORT: port({ default: 3000 }),\n  TOKEN: str({ devDefault: 'abc' }),\n  HOST: str() });", want: []string{
			"3 {'name':'PORT','via':'envalid.cleanEnv','fallback':" + lit("3000") + "}",
			"4 {'name':'TOKEN','via':'envalid.cleanEnv','required':true,'fallback':{'source':'literal','text':'…','hasText':true,'secret':{'masked':'…','length':3,'entropy':1.58}},'secret':true,'debug':true}",
			"5 {'name':'HOST','via':'envalid.cleanEnv','required':true}",
		}},
		{name: "t3", format: inspect.TypeScript, source: "import { createEnv } from '@t3-oss/env-nextjs';\nimport { z } from 'zod';\nexport const env = createEnv({\n  server: { A_KEY: z.string() },\n  client: { NEXT_PUBLIC_B: z.string().default('b') },\n  runtimeEnv: { A_KEY: process.env.A_KEY, NEXT_PUBLIC_B: process.env.NEXT_PUBLIC_B },\n});", want: []string{
			"4 {'name':'A_KEY','via':'@t3-oss/env-nextjs.createEnv','required':true}", "5 {'name':'NEXT_PUBLIC_B','via':'@t3-oss/env-nextjs.createEnv','fallback':" + lit("b") + "}",
		}},
		{name: "convict and env-var", source: "const convict = require('convict');\nconst config = convict({ port: { env: 'PORT', default: 80 },\n  db: { host: { env: 'DB_HOST', default: null } } });\nconst env = require('env-var');\nenv.get('N').default('5').required().asInt();", want: []string{
			"2 {'name':'PORT','via':'convict','fallback':" + lit("80") + "}", "3 {'name':'DB_HOST','via':'convict'}", "5 {'name':'N','via':'env-var.get','required':true,'fallback':" + lit("5") + "}",
		}},
		{name: "nest", format: inspect.TypeScript, source: "import { ConfigService } from '@nestjs/config';\nclass A { constructor(private readonly config: ConfigService, private map: Map) {}\n f() { this.config.get<string>('X', 'd'); this.config.getOrThrow('Y'); this.config.get('db.host'); this.map.get('Z') } }", want: []string{
			"3 {'name':'X','via':'ConfigService.get','fallback':" + lit("d") + "}", "3 {'name':'Y','via':'ConfigService.getOrThrow','required':true}",
		}},
	}, "env-read")
}
