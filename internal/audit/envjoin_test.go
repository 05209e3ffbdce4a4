package audit

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"twelvefold/internal/inspect"
)

func TestFilesAskEachOtherForTheEnvironment(t *testing.T) {
	t.Parallel()
	repo := inspected(t, txtar.Parse([]byte(`-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node src/server.js"}, "dependencies": {"express": "4.19.2", "pg": "8.0.0", "ioredis": "5.0.0"}}
-- tsconfig.json --
{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}
-- src/lib/env.ts --
export function env(name: string, fallback?: string): string {
  const value = process.env[name] ?? fallback;
  if (value === undefined) throw new Error(name);
  return value;
}
export const label = (name: string) => name;
-- src/lib/index.ts --
export * from "./env";
-- src/config.ts --
import { env } from "./lib";
export const port = process.env.HTTP_LISTEN || 3000;
export default { redis: { url: process.env.CACHE_URL }, fixed: 4000, name: env("SHOP_NAME", "shop") };
-- src/server.ts --
import express from "express";
import { Pool } from "pg";
import Redis from "ioredis";
import { port } from "./config";
import config from "@/config";
import { env, label } from "@/lib/env";
import { envOf } from "./nowhere";
const pool = new Pool({ connectionString: env("SHOP_DATABASE") });
const redis = new Redis(config.redis.url);
label("NOT_A_READ");
envOf("NOT_KNOWN");
express().listen(port);
express().listen(config.fixed);
`)))
	var got []string
	for _, f := range repo.Files {
		for _, s := range f.Signals() {
			text, err := json.Marshal(s.Fact)
			if err != nil {
				t.Fatal(err)
			}
			switch s.Fact.(type) {
			case inspect.EnvRead, inspect.Listen, inspect.Client:
				got = append(got, fmt.Sprintf("%s:%d %s", f.Path, s.Line, strings.ReplaceAll(string(text), `"`, "'")))
			}
			if strings.Contains(string(text), "@.") && s.Fact.Kind() != "import" && s.Fact.Kind() != "env-ask" || s.Fact.Kind() == "env-ask" {
				t.Errorf("%s:%d is left open: %s", f.Path, s.Line, text)
			}
		}
	}
	want := []string{
		"src/config.ts:2 {'name':'HTTP_LISTEN','via':'process.env','fallback':{'source':'literal','text':'3000','hasText':true}}",
		"src/config.ts:3 {'name':'SHOP_NAME','via':'env','fallback':{'source':'literal','text':'shop','hasText':true}}",
		"src/config.ts:3 {'name':'CACHE_URL','via':'process.env'}",
		"src/server.ts:8 {'service':'postgres','via':'pg.Pool','handle':{'source':'env','env':['SHOP_DATABASE']}}",
		"src/server.ts:8 {'name':'SHOP_DATABASE','via':'env','required':true}",
		"src/server.ts:9 {'service':'redis','via':'ioredis','handle':{'source':'env','env':['CACHE_URL']}}",
		"src/server.ts:12 {'via':'express().listen','port':{'source':'env','text':'3000','hasText':true,'env':['HTTP_LISTEN']}}",
		"src/server.ts:13 {'via':'express().listen','port':{'source':'input'}}",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
