//go:build cgo

package ecmascript_test

import (
	"testing"

	"twelvefold/internal/inspect"
)

func TestECMAScriptListens(t *testing.T) {
	t.Parallel()
	runECMACases(t, []ecmaCase{
		{name: "express", source: "import express from 'express';\nconst app = express();\napp.listen(3000);\napp.listen(process.env.PORT || 3000, '0.0.0.0', () => {});", want: []string{
			"3 {'via':'express().listen','port':{'source':'literal','text':'3000','hasText':true}}",
			"4 {'via':'express().listen','host':{'source':'literal','text':'0.0.0.0','hasText':true},'port':{'source':'env','text':'3000','hasText':true,'env':['PORT']}}",
		}},
		{name: "generator of express", source: "var app = require('../app');\nvar http = require('http');\nvar port = normalizePort(process.env.PORT || '3000');\nvar server = http.createServer(app);\nserver.listen(port);\nfunction normalizePort(val) { var p = parseInt(val, 10); if (isNaN(p)) { return val } return p }", want: []string{
			"5 {'via':'http.createServer().listen','port':{'source':'env','text':'3000','hasText':true,'env':['PORT']}}",
		}},
		{name: "port that the app keeps", source: "const app = require('./app');\napp.set('port', process.env.PORT || 8888);\nconst server = app.listen(app.get('port'), () => {});\nconst config = require('./config');\napp.listen(config.get('server.port'));\napp.listen(config.get('callback'));", want: []string{
			"3 {'via':'app.listen','port':{'source':'env','text':'8888','hasText':true,'env':['PORT']}}",
			"5 {'via':'app.listen','port':{'source':'unknown'}}",
		}},
		{name: "app of another file", source: "const app = require('./app');\nconst PORT = 8080;\napp.listen(PORT);\napp.listen(callback);", want: []string{
			"3 {'via':'app.listen','port':{'source':'literal','text':'8080','hasText':true}}",
		}},
		{name: "fastify", source: "const fastify = require('fastify')({ logger: false });\nfastify.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });", want: []string{
			"2 {'via':'fastify().listen','host':{'source':'literal','text':'127.0.0.1','hasText':true},'port':{'source':'env','env':['PORT']}}",
		}},
		{name: "nest", format: inspect.TypeScript, source: "import { NestFactory } from '@nestjs/core';\nasync function bootstrap() {\n  const app = await NestFactory.create<App>(AppModule);\n  await app.listen(process.env.PORT ?? 3000);\n}", want: []string{
			"4 {'via':'@nestjs/core.NestFactory.create().listen','port':{'source':'env','text':'3000','hasText':true,'env':['PORT']}}",
		}},
		{name: "class", format: inspect.TypeScript, source: "import express, { Application } from 'express';\nclass Server {\n  private app: Application;\n  constructor(private readonly port: number) { this.app = express() }\n  start() { this.app.listen(this.port) }\n}", want: []string{
			"5 {'via':'express().listen','port':{'source':'input'}}",
		}},
		{name: "bun's module", source: "import { serve } from 'bun';\nserve({ port: 80, fetch() {} });", want: []string{"2 {'via':'Bun.serve','port':{'source':'literal','text':'80','hasText':true}}"}},
		{name: "bun's default port", source: "import * as bun from 'bun';\nbun.serve({ fetch() {} });\nBun.serve({ ...options });\nBun.serve({ unix: '/tmp/s', fetch() {} });", want: []string{
			"2 {'via':'Bun.serve','port':{'source':'env','text':'3000','hasText':true,'env':['BUN_PORT','PORT','NODE_PORT']}}",
			"3 {'via':'Bun.serve'}",
			"4 {'via':'Bun.serve'}",
		}},
		{name: "deno's library", source: "import { serve } from '$std/http/server.ts';\nimport { serve as other } from './std/http.ts';\nserve(handler, { port: 8000 });\nother(handler);", want: []string{
			"3 {'via':'$std/http/server.ts.serve','port':{'source':'literal','text':'8000','hasText':true}}",
		}},
		{name: "runtimes and main", source: "Bun.serve({ port: 80, fetch() {} });\nDeno.serve({ port: 81, hostname: '::' }, h);\nif (require.main === module) require('http').createServer().listen(82);", want: []string{
			"1 {'via':'Bun.serve','port':{'source':'literal','text':'80','hasText':true}}",
			"2 {'via':'Deno.serve','host':{'source':'literal','text':'::','hasText':true},'port':{'source':'literal','text':'81','hasText':true}}",
			"3 {'via':'http.createServer().listen','port':{'source':'literal','text':'82','hasText':true},'main':true}",
		}},
		{name: "side and dev", source: "const http = require('http');\nconst metricsServer = http.createServer(m);\nmetricsServer.listen(9090);\nif (process.env.NODE_ENV !== 'production') http.createServer(d).listen(1);", want: []string{
			"3 {'via':'http.createServer().listen','port':{'source':'literal','text':'9090','hasText':true},'side':true}",
			"4 {'via':'http.createServer().listen','port':{'source':'literal','text':'1','hasText':true},'dev':true}",
		}},
		{name: "not servers", source: "store.listen(3000); player.listen(port); const app = createPinia(); app.listen(3000); events.listen('x', f); // app.listen(1)\nhistory.listen(location => {}); 'app.listen(2)'; server.listen(handlers.setup());"},
		{name: "unix socket", source: "require('http').createServer().listen('/run/app.sock')"},
	}, "listen")
}

func TestECMAScriptClients(t *testing.T) {
	t.Parallel()
	runECMACases(t, []ecmaCase{
		{name: "postgres", source: "const { Pool: P } = require('pg');\nnew P({ connectionString: process.env.DATABASE_URL });\nnew P();\nconst opts = { host: 'db', port: 5432 };\nnew P({ ...opts });\nimport pg from 'pg';\nnew pg.Client('postgres://u:hunter22@db/x');", want: []string{
			"2 {'service':'postgres','via':'pg.Pool','handle':{'source':'env','env':['DATABASE_URL']}}",
			"3 {'service':'postgres','via':'pg.Pool'}",
			"5 {'service':'postgres','via':'pg.Pool','handle':{'source':'literal','text':'db','hasText':true}}",
			"7 {'service':'postgres','via':'pg.Client','handle':{'source':'literal','text':'postgres://u:…@db/x','hasText':true,'secret':{'masked':'hu…','length':8,'entropy':2.75}}}",
		}},
		{name: "documents and caches", source: "import mongoose from 'mongoose';\nimport { MongoClient } from 'mongodb';\nimport Redis from 'ioredis';\nimport { createClient } from 'redis';\nmongoose.connect(process.env.MONGODB_URI || 'mongodb://localhost/x');\nnew MongoClient(uri); const uri = 'mongodb://10.0.0.5/x';\nnew Redis(6379, 'cache');\ncreateClient({ socket: { host: cfg.host } });\nnew Redis(`redis://${process.env.RH}:6379`);", want: []string{
			"5 {'service':'mongodb','via':'mongoose.connect','handle':{'source':'env','text':'mongodb://localhost/x','hasText':true,'env':['MONGODB_URI']}}",
			"6 {'service':'mongodb','via':'mongodb.MongoClient','handle':{'source':'literal','text':'mongodb://10.0.0.5/x','hasText':true}}",
			"7 {'service':'redis','via':'ioredis','handle':{'source':'literal','text':'cache','hasText':true}}",
			"8 {'service':'redis','via':'redis.createClient','handle':{'source':'unknown'}}",
			"9 {'service':'redis','via':'ioredis','handle':{'source':'env','env':['RH']}}",
		}},
		{name: "mappers", format: inspect.TypeScript, source: "import { Sequelize } from 'sequelize';\nimport knex from 'knex';\nimport { DataSource } from 'typeorm';\nimport { PrismaClient } from '@prisma/client';\nnew Sequelize('db', 'u', 'p', { dialect: 'postgres', host: 'pg' });\nnew Sequelize(process.env.DATABASE_URL!);\nknex({ client: 'mysql2', connection: { host: env.DB_HOST } }); import env from './env';\nnew DataSource({ type: 'postgres', url: process.env.PG });\nnew PrismaClient();\nnew Sequelize('sqlite::memory:');", want: []string{
			"5 {'service':'postgres','via':'sequelize.Sequelize','handle':{'source':'literal','text':'pg','hasText':true}}",
			"6 {'service':'database','via':'sequelize.Sequelize','handle':{'source':'env','env':['DATABASE_URL']}}",
			"7 {'service':'mysql','via':'knex','handle':{'source':'input','env':['@./env.DB_HOST']}}",
			"8 {'service':'postgres','via':'typeorm.DataSource','handle':{'source':'env','env':['PG']}}",
			"9 {'service':'database','via':'@prisma/client.PrismaClient'}",
			"10 {'service':'sqlite','via':'sequelize.Sequelize','handle':{'source':'literal','text':'sqlite::memory:','hasText':true}}",
		}},
		{name: "files, mail, brokers, objects", source: "const Database = require('better-sqlite3'); new Database('app.db');\nconst sqlite3 = require('sqlite3').verbose(); new sqlite3.Database('./x.sqlite');\nrequire('nodemailer').createTransport({ host: 'smtp.x.org', auth: {} });\nrequire('amqplib').connect('amqp://mq');\nconst { Kafka } = require('kafkajs'); new Kafka({ brokers: process.env.BROKERS.split(',') });\nconst AWS = require('aws-sdk'); new AWS.S3({ region: 'eu' });\nconst Queue = require('bull'); new Queue('mail', process.env.REDIS_URL);", want: []string{
			"1 {'service':'sqlite','via':'better-sqlite3','handle':{'source':'literal','text':'app.db','hasText':true}}",
			"2 {'service':'sqlite','via':'sqlite3.Database','handle':{'source':'literal','text':'./x.sqlite','hasText':true}}",
			"3 {'service':'smtp','via':'nodemailer.createTransport','handle':{'source':'literal','text':'smtp.x.org','hasText':true}}",
			"4 {'service':'amqp','via':'amqplib.connect','handle':{'source':'literal','text':'amqp://mq','hasText':true}}",
			"5 {'service':'kafka','via':'kafkajs.Kafka','handle':{'source':'env','env':['BROKERS']}}",
			"6 {'service':'object-store','via':'aws-sdk.S3'}",
			"7 {'service':'redis','via':'bull','handle':{'source':'env','env':['REDIS_URL']}}",
		}},
		{name: "not clients", source: "import { Pool } from './pool'; new Pool({ host: 'x' });\nclass Client {} new Client('y');\nconst redis = { createClient() {} }; redis.createClient('z');\nnew Worker('w.js'); new Queue(); createClient('u', 'k');\nnew Redis('q'); // new (require('pg').Pool)()"},
	}, "client")
}

func TestECMAScriptSessions(t *testing.T) {
	t.Parallel()
	runECMACases(t, []ecmaCase{
		{name: "memory", source: "const session = require('express-session');\napp.use(session({ secret: s }));\nconst opts = { resave: false };\napp.use(session(opts));\napp.use(session({ store: new session.MemoryStore() }));", want: []string{
			"2 {'via':'express-session','store':'memory'}", "4 {'via':'express-session','store':'memory'}", "5 {'via':'express-session','store':'memory'}",
		}},
		{name: "stores", source: "import session from 'express-session';\nimport { RedisStore } from 'connect-redis';\nimport MongoStore from 'connect-mongo';\nimport pgSession from 'connect-pg-simple';\nimport fileStore from 'session-file-store';\nsession({ store: new RedisStore({}) });\nsession({ store: MongoStore.create({}) });\nconst Pg = pgSession(session);\nsession({ store: new Pg() });\nsession({ store: new (fileStore(session))({}) });\nsession({ store: makeStore() });\nsession(options);", want: []string{
			"6 {'via':'express-session','store':'redis'}", "7 {'via':'express-session','store':'database'}", "9 {'via':'express-session','store':'database'}",
			"10 {'via':'express-session','store':'file'}", "11 {'via':'express-session','store':'other'}", "12 {'via':'express-session','store':'other'}",
		}},
		{name: "store set later", source: "const session = require('express-session'); const RedisStore = require('connect-redis')(session);\nconst o = { secret: 's' };\no.store = new RedisStore();\napp.use(session(o));", want: []string{"4 {'via':'express-session','store':'redis'}"}},
		{name: "cookies", source: "import cookieSession from 'cookie-session'; import koaSession from 'koa-session'; import NextAuth from 'next-auth';\ncookieSession({});\nkoaSession({}, app);\nNextAuth({ providers: [] });\nNextAuth({ adapter: a });", want: []string{
			"2 {'via':'cookie-session','store':'cookie'}", "3 {'via':'koa-session','store':'cookie'}", "4 {'via':'next-auth','store':'cookie'}", "5 {'via':'next-auth','store':'database'}",
		}},
		{name: "not sessions", source: "import { session } from './session'; session({}); const s = cypher.session(); // require('express-session')({})"},
	}, "session")
}

func TestECMAScriptCredentials(t *testing.T) {
	t.Parallel()
	runECMACases(t, []ecmaCase{
		{name: "assigned", format: inspect.TypeScript, source: "const jwtSecret = 'correcthorse';\nclass A { private apiKey = 'k3y-9f8e7d6c'; password!: string }\nconfig.password = `hunter22`;\nexport const db = { host: 'db.corp', password: 'hunter22' } as const;", want: []string{
			"1 {'name':'jwtSecret','via':'assignment','secret':{'masked':'cor…','length':12,'entropy':2.69}}",
			"2 {'name':'apiKey','via':'field','secret':{'masked':'k3y…','length':12,'entropy':3.58}}",
			"3 {'name':'password','via':'assignment','secret':{'masked':'hu…','length':8,'entropy':2.75}}",
			"4 {'name':'password','via':'field','secret':{'masked':'hu…','length':8,'entropy':2.75},'host':'db.corp'}",
		}},
		{name: "arguments", source: "import session from 'express-session'; import jwt from 'jsonwebtoken'; import cookieParser from 'cookie-parser';\nsession({ secret: 'keyboard cat' });\njwt.sign(user, 'secret');\ncookieParser('kekse');\nconst KEY = 'abcdefgh'; jwt.verify(t, KEY); jwt.sign(u, KEY);", want: []string{
			"2 {'name':'secret','via':'argument','secret':{'masked':'key…','length':12,'entropy':3.42}}",
			"3 {'name':'sign','via':'argument','secret':{'masked':'s…','length':6,'entropy':2.25,'placeholder':true,'common':true}}",
			"4 {'name':'cookie-parser','via':'argument','secret':{'masked':'k…','length':5,'entropy':1.52}}",
			"5 {'name':'verify','via':'argument','secret':{'masked':'ab…','length':8,'entropy':3}}",
		}},
		{name: "urls", source: "const u = 'postgres://app:hunter22@db.corp:5432/x';\nfetch(`https://u:hunter22@${host}/`);\nconst d = process.env.DB || 'postgres://a:hunter22@localhost/x';\nconst t = `postgres://a:${pw}@db/x`; const o = 'https://host/oauth/token'; const e = 'mailto:a@b.c';", want: []string{
			"1 {'name':'postgres://db.corp','via':'url','secret':{'masked':'hu…','length':8,'entropy':2.75},'host':'db.corp'}",
			"2 {'name':'https://','via':'url','secret':{'masked':'hu…','length':8,'entropy':2.75}}",
		}},
		{name: "placeholders and formats", source: "const apiKey = 'your-api-key';\nnew Stripe('sk_live_' + '0123456789abcdef'); const s = 'sk_test_0123456789abcdef';", want: []string{
			"1 {'name':'apiKey','via':'assignment','secret':{'masked':'you…','length':12,'entropy':3.25,'placeholder':true}}",
			"2 {'name':'s','via':'assignment','secret':{'masked':'sk_t…','length':24,'entropy':4.25,'format':'stripe-test-key'}}",
		}},
		{name: "words for people", source: "const de = { password: 'Passwort', token: 'Zeichen', user: 'Nutzer' };\nconst labels = { password: 'hunter22' };\nconst en = { password: 'Enter your password', apiKey: 'API key' };\nconst errors = { password: 'weak1' };"},
		{name: "names for programs", format: inspect.TypeScript, source: "enum Action { GetCreateApiKey = 'createApiKey', Password = 'hunter22' }\nconst RESET_PASSWORD = 'resetPassword'; const TOKEN = 'MY_TOKEN'; const accessToken = 'access_token';\nconst x = { type: 'password', apiKey: 'x-api-key', password: '#password', secret: 'process.env.SECRET', token: 'https://host/oauth/token', clientSecret: 'client_secret' };\nconst passwordInput = 'hunter22'; const tokenType = 'Bearer'; const passwordHash = '$2b$10$abc';"},
		{name: "code that is none", source: "const password = process.env.PASSWORD; const secret = getSecret('hunter22'); let token = ''; let apiKey = null;\n// const password = 'hunter22'\nconst text = \"password = 'hunter22'\"; const re = /secret='hunter22'/; const s = process.env.SECRET || 'dev';\nif (password === 'huntress') {} <input password='hunter22'/>;"},
	}, "credential")
}

func TestECMAScriptEngineByEnvironment(t *testing.T) {
	t.Parallel()
	runECMACases(t, []ecmaCase{
		{name: "knexfile", source: "module.exports = {\n  development: { client: 'sqlite3' },\n  production: { client: 'pg', connection: url },\n};\nother = { development: { client: 'x' } };", want: []string{
			"2 {'key':'development.client','value':{'source':'literal','text':'sqlite3','hasText':true}}",
			"3 {'key':'production.client','value':{'source':'literal','text':'pg','hasText':true}}",
		}},
	}, "setting")
	runECMACases(t, []ecmaCase{
		{name: "branch", source: "const { Pool } = require('pg');\nconst sqlite = require('better-sqlite3');\nconst db = process.env.NODE_ENV === 'production' ? new Pool({}) : sqlite('x');", want: []string{
			"3 {'service':'postgres','via':'pg.Pool'}",
			"3 {'service':'sqlite','via':'better-sqlite3','handle':{'source':'literal','text':'x','hasText':true},'debug':true}",
		}},
	}, "client")
}
