//go:build cgo

package ecmascript_test

import (
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

func TestECMAScriptEnvBranches(t *testing.T) {
	t.Parallel()
	runECMACases(t, []ecmaCase{
		{name: "compared", source: "if (process.env.NODE_ENV === 'production') { connect('https://api.shop.io') }\nconst isProd = process.env.APP_ENV == 'production';\nconst level = isProd ? 'info' : 'debug';\nif (process.env.NODE_ENV !== 'test') start();\nif (['production', 'staging'].includes(process.env.NODE_ENV)) { x() }", want: []string{
			"1 {'name':'NODE_ENV','values':['production'],'chooses':['url']}", "3 {'name':'APP_ENV','values':['production'],'chooses':['log']}", "4 {'name':'NODE_ENV','values':['test']}",
			"5 {'name':'NODE_ENV','values':['production','staging']}",
		}},
		{name: "what is chosen", source: "const express = require('express'); const { Pool } = require('pg'); const { FakeMailer } = require('./mail'); const winston = require('winston'); const app = express();\nconst db = process.env.NODE_ENV === 'production' ? new Pool({ connectionString: u }) : null;\nconst mail = process.env.NODE_ENV === 'test' ? new FakeMailer() : real;\nif (process.env.NODE_ENV === 'development') app.use(require('errorhandler')());\nif (app.get('env') === 'production') { app.use(helmet()) }\nif (process.env.NODE_ENV !== 'production') { logger.add(new winston.transports.Console()) }\nconst o = { stack: process.env.NODE_ENV === 'development' ? e.stack : null };\nif (process.env.NODE_ENV === 'production') { config.password = 'hunter2hunter' }\nconst host = process.env.NODE_ENV === 'production' ? 'api.shop.io' : 'localhost:1';", want: []string{
			"2 {'name':'NODE_ENV','values':['production'],'chooses':['client']}", "3 {'name':'NODE_ENV','values':['test'],'chooses':['mock']}", "4 {'name':'NODE_ENV','values':['development'],'chooses':['debug']}",
			"5 {'name':'get(env)','values':['production'],'chooses':['feature']}", "6 {'name':'NODE_ENV','values':['production'],'chooses':['log']}", "7 {'name':'NODE_ENV','values':['development'],'chooses':['debug']}",
			"8 {'name':'NODE_ENV','values':['production'],'chooses':['credential']}", "9 {'name':'NODE_ENV','values':['production'],'chooses':['url']}",
		}},
		{name: "flags of settings", format: inspect.TypeScript, source: "import env from './env'; import { isDevMode } from './utils/mode'; import config from '@/config';\nif (env.isProduction) { x() }\nif (!isDevMode) y();\nif (config.env === 'production') z();\nswitch (process.env.NODE_ENV) { case 'production': a(); break; case 'test': b() }\nif (__DEV__) c();", want: []string{
			"2 {'name':'env.isProduction','values':['production']}", "3 {'name':'isDevMode','values':['development']}", "4 {'name':'config.env','values':['production']}",
			"5 {'name':'NODE_ENV','values':['production','test']}", "6 {'name':'__DEV__','values':['development']}",
		}},
		{name: "markup", format: inspect.TSX, source: "const a = () => <div>{process.env.NODE_ENV === 'development' && <ReactQueryDevtools />}{import.meta.env.PROD && <Analytics />}</div>;", want: []string{
			"1 {'name':'NODE_ENV','values':['development'],'chooses':['debug']}", "1 {'name':'import.meta.env.PROD','values':['production'],'chooses':['feature']}",
		}},
		{name: "none", source: "const product = load(); if (product.live) x(); if (process.env.FEATURE === 'on') y(); if (process.env.NODE_ENV) z(); function f(isProd) { if (isProd) g() }\nif (user.isTest) h(); if (row.env === 'x') i(); // if (process.env.NODE_ENV === 'production')\nconst s = \"process.env.NODE_ENV === 'production' ? 1 : 2\"; if (device.isDev) j();"},
	}, "env-branch")
}

func TestECMAScriptStores(t *testing.T) {
	t.Parallel()
	runECMACases(t, []ecmaCase{
		{name: "rate limits", source: "const rateLimit = require('express-rate-limit'); const { RedisStore } = require('rate-limit-redis'); const { RateLimiterMemory } = require('rate-limiter-flexible');\napp.use(rateLimit({ windowMs: 1 }));\napp.use(rateLimit({ store: new RedisStore({}) }));\nnew RateLimiterMemory({});\nfastify.register(require('@fastify/rate-limit'), { max: 1 });\nrateLimit({ ...options });\nconst limit = (x) => x; limit({});", want: []string{
			"2 {'purpose':'rate-limit','via':'express-rate-limit','store':'memory'}", "3 {'purpose':'rate-limit','via':'express-rate-limit','store':'redis'}", "3 {'purpose':'rate-limit','via':'rate-limit-redis.RedisStore','store':'redis'}",
			"4 {'purpose':'rate-limit','via':'rate-limiter-flexible.RateLimiterMemory','store':'memory'}", "5 {'purpose':'rate-limit','via':'@fastify/rate-limit','store':'memory'}", "6 {'purpose':'rate-limit','via':'express-rate-limit','store':'other'}",
		}},
		{name: "caches", format: inspect.TypeScript, source: "import NodeCache from 'node-cache'; import { LRUCache } from 'lru-cache'; import Keyv from 'keyv'; import { CacheModule } from '@nestjs/cache-manager';\nconst a = new NodeCache();\nconst b = new LRUCache({ max: 5 });\nconst c = new Keyv('redis://x'); const d = new Keyv();\nCacheModule.register({ ttl: 5 });\nfunction memo() { return new LRUCache({ max: 1 }) }\nif (process.env.NODE_ENV === 'development') new NodeCache();", want: []string{
			"2 {'purpose':'cache','via':'node-cache','store':'memory','holds':'a'}", "3 {'purpose':'cache','via':'lru-cache.LRUCache','store':'memory','holds':'b'}", "4 {'purpose':'cache','via':'keyv','store':'redis','holds':'c'}", "4 {'purpose':'cache','via':'keyv','store':'memory','holds':'d'}",
			"5 {'purpose':'cache','via':'@nestjs/cache-manager.CacheModule.register','store':'memory'}", "7 {'purpose':'cache','via':'node-cache','store':'memory','debug':true}",
		}},
		{name: "a limiter that only insures another", source: "const { RateLimiterMemory, RateLimiterRedis } = require('rate-limiter-flexible'); const m = new RateLimiterMemory({});\nnew RateLimiterRedis({ insuranceLimiter: m });", want: []string{"2 {'purpose':'rate-limit','via':'rate-limiter-flexible.RateLimiterRedis','store':'redis'}"}},
		{name: "sockets", source: "const { Server } = require('socket.io'); const io = new Server(http);", want: []string{"1 {'purpose':'pub-sub','via':'socket.io.Server','store':'memory'}"}},
		{name: "sockets with an adapter", source: "const { Server } = require('socket.io'); const { createAdapter } = require('@socket.io/redis-adapter');\nconst io = new Server(http);\nio.adapter(createAdapter(pub, sub));", want: []string{"2 {'purpose':'pub-sub','via':'socket.io.Server','store':'redis'}"}},
		{name: "queues", source: "const PQueue = require('p-queue'); const Bull = require('bull');\nconst jobs = new PQueue();\napp.post('/', (req, res) => { jobs.add(() => mail(req)); const own = new PQueue(); own.add(f); });\nnew Bull('mail');\nconst idle = new PQueue();", want: []string{
			"2 {'purpose':'queue','via':'p-queue','store':'memory'}", "4 {'purpose':'queue','via':'bull','store':'redis'}",
		}},
		{name: "uploads", source: "const multer = require('multer'); const formidable = require('formidable');\nmulter({ dest: 'uploads/' }); multer({ storage: multer.memoryStorage() });\nformidable({ uploadDir: process.env.UPLOADS }); formidable({});\nmulter({ storage: require('multer-s3')({ bucket: 'b' }) });", want: []string{
			"2 {'purpose':'uploads','via':'multer','store':'file','choice':{'source':'literal','text':'uploads/','hasText':true}}", "3 {'purpose':'uploads','via':'formidable','store':'file','choice':{'source':'env','env':['UPLOADS']}}",
			"4 {'purpose':'uploads','via':'multer-s3','store':'other'}",
		}},
	}, "store")
}

func TestECMAScriptUploadsAndCode(t *testing.T) {
	t.Parallel()
	runECMACases(t, []ecmaCase{
		{name: "from the request", source: "const fs = require('fs');\napp.post('/', (req, res) => {\n  fs.writeFileSync('up/' + req.file.originalname, req.file.buffer);\n  const { files } = req; const f = files.a; fs.writeFileSync('b', f.data);\n  fs.writeFileSync('stats.json', JSON.stringify(stats));\n  req.file.stream.pipe(fs.createWriteStream('c'));\n});", want: []string{
			"3 {'via':'fs.writeFileSync','path':{'source':'input','text':'up/'},'handler':true,'upload':true}", "4 {'via':'fs.writeFileSync','path':{'source':'literal','text':'b','hasText':true},'handler':true,'upload':true}",
			"5 {'via':'fs.writeFileSync','path':{'source':'literal','text':'stats.json','hasText':true},'handler':true}", "6 {'via':'fs.createWriteStream','path':{'source':'literal','text':'c','hasText':true},'handler':true,'upload':true}",
		}},
		{name: "run afterwards", source: "const fs = require('fs'); function update(file, text) { fs.writeFileSync(file, text); require(file) }\nfunction save(other) { fs.writeFileSync(other, 1) }", want: []string{
			"1 {'via':'fs.writeFileSync','path':{'source':'input'},'code':true}", "2 {'via':'fs.writeFileSync','path':{'source':'input'}}",
		}},
	}, "file-write")
}

func TestECMAScriptRemote(t *testing.T) {
	t.Parallel()
	runECMACases(t, []ecmaCase{
		{name: "endpoints", source: "const axios = require('axios');\nconst api = axios.create({ baseURL: 'https://users.shop.io' });\naxios.get(`http://orders:8080/orders/${id}`);\nfetch('/api/x'); fetch(url); axios.get(`https://${host}/x`); axios.get('https://example.com/x');\nconst PAYMENTS_URL = 'https://pay.shop.io';\nconst urls = { docsUrl: 'https://docs.io', userServiceUrl: 'http://users:1' };\nconst x = process.env.API_URL || 'https://api.shop.io'; const homepageUrl = 'https://shop.io';\ncache.get('https://api.shop.io');", want: []string{
			"2 {'via':'axios.create','name':'baseURL','url':{'source':'literal','text':'https://users.shop.io','hasText':true}}", "3 {'via':'axios.get','url':{'source':'literal','text':'http://orders:8080/orders/','hasText':true}}",
			"5 {'via':'assignment','name':'PAYMENTS_URL','url':{'source':'literal','text':'https://pay.shop.io','hasText':true}}", "6 {'via':'key','name':'userServiceUrl','url':{'source':'literal','text':'http://users:1','hasText':true}}",
		}},
		{name: "resources", format: inspect.TypeScript, source: "import { S3Client, PutObjectCommand } from '@aws-sdk/client-s3'; import { Storage } from '@google-cloud/storage';\nconst s3 = new S3Client({ region: 'eu-west-1' });\ns3.send(new PutObjectCommand({ Bucket: 'shop-images', Key: k }));\nnew PutObjectCommand({ Bucket: process.env.BUCKET });\nnew Storage().bucket('shop-files');\ndraw({ Bucket: 'x' }); map.bucket('y');", want: []string{
			"2 {'via':'@aws-sdk/client-s3.S3Client','what':'region','name':{'source':'literal','text':'eu-west-1','hasText':true}}", "3 {'via':'@aws-sdk/client-s3.PutObjectCommand','what':'bucket','name':{'source':'literal','text':'shop-images','hasText':true}}",
			"5 {'via':'@google-cloud/storage.Storage().bucket','what':'bucket','name':{'source':'literal','text':'shop-files','hasText':true}}",
		}},
	}, "endpoint", "resource")
}

func TestECMAScriptWork(t *testing.T) {
	t.Parallel()
	runECMACases(t, []ecmaCase{
		{name: "in handlers", source: "const nodemailer = require('nodemailer'); const sharp = require('sharp'); const t = nodemailer.createTransport({ host: h });\nconst sleep = ms => new Promise(r => setTimeout(r, ms));\napp.post('/', async (req, res) => {\n  await t.sendMail({});\n  sharp(req.file.path).resize(1);\n  await sleep(500);\n  setTimeout(f, 10); mail.send(x); transporterless.sendMail(y);\n});\nasync function job() { await t.sendMail({}); await sleep(1) }", want: []string{
			"4 {'via':'nodemailer.createTransport().sendMail','work':'mail'}", "5 {'via':'sharp','work':'image'}", "6 {'via':'sleep','work':'sleep'}", "9 {'via':'nodemailer.createTransport().sendMail','work':'mail','helper':true}",
		}},
		{name: "before listening", source: "const app = require('express')(); const { loadModel } = require('./model'); const { setTimeout: wait } = require('timers/promises'); const seed = require('./seed');\nasync function warm() { await wait(5000) }\nasync function main() {\n  await warm();\n  await loadModel();\n  await fetch('http://config/x');\n  await loadConfig();\n  app.listen(3000);\n  await wait(9000);\n}\nseedAll().then(() => app.listen(1));\nasync function seedAll() {}\nmain();", want: []string{
			"2 {'via':'timers/promises.setTimeout','work':'sleep','seconds':{'source':'literal','text':'5','hasText':true}}", "4 {'via':'warm','work':'load'}", "5 {'via':'./model.loadModel','work':'load'}", "6 {'via':'fetch','work':'request'}",
			"11 {'via':'seedAll','work':'seed'}",
		}},
		{name: "not before listening", source: "const app = require('express')();\napp.get('/', async (req, res) => { await warmUp() });\napp.listen(3000);\nwarmUp();\nasync function warmUp() { await preload() }"},
		{name: "a timer around the listen call", source: "const app = require('express')();\nsetTimeout(() => {\n  app.listen(3000);\n}, 30000);\nsetTimeout(f, 5000);", want: []string{
			"2 {'via':'setTimeout','work':'sleep','seconds':{'source':'literal','text':'30','hasText':true}}",
		}},
		{name: "nothing listens", source: "async function main() { await warmUp() } main();"},
	}, "slow-work", "start-work")
}

func TestECMAScriptAcksAndLocks(t *testing.T) {
	t.Parallel()
	runECMACases(t, []ecmaCase{
		{name: "acks", source: "const amqp = require('amqplib'); const Redis = require('ioredis'); const redis = new Redis();\nconst conn = await amqp.connect(u); const ch = await conn.createChannel();\nch.consume('q', f, { noAck: true });\nch.consume('q', m => { work(m); ch.ack(m) });\nch.consume('q', m => { ch.ack(m); work(m) });\nwhile (true) { const j = await redis.lpop('jobs') }\nawait redis.blpop('jobs', 0); await redis.brpoplpush('a', 'b', 0); redis.lpop('once');", want: []string{
			"3 {'via':'amqplib.connect().createChannel().consume','ack':'early'}", "4 {'via':'amqplib.connect().createChannel().consume','ack':'late'}", "5 {'via':'amqplib.connect().createChannel().consume','ack':'early'}",
			"6 {'via':'ioredis().lpop','ack':'early'}", "7 {'via':'ioredis().blpop','ack':'early'}", "7 {'via':'ioredis().brpoplpush','ack':'late'}",
		}},
		{name: "locks", source: "const cron = require('node-cron'); const { Queue } = require('bullmq');\ncron.schedule('* * * * *', () => tick());\ncron.schedule('* * * * *', async () => { const l = await redlock.acquire(['x'], 1); tick() });\nnew Queue('q').add('n', {}, { repeat: { every: 1 } });\ncron.schedule('* * * * *', () => { clock(); unblock() });", want: []string{
			"2 {'via':'node-cron.schedule'}", "3 {'via':'node-cron.schedule','locked':true}", "4 {'via':'bullmq.Queue().add','locked':true}", "5 {'via':'node-cron.schedule'}",
		}},
		{name: "guarded programs", source: "const cp = require('child_process'); const which = require('which');\nif (which.sync('ffmpeg')) cp.spawn('ffmpeg', []);\ncp.execSync('convert x');", want: []string{
			"2 {'via':'child_process.spawn','program':'ffmpeg','guarded':true}", "3 {'via':'child_process.execSync','program':'convert'}",
		}},
		{name: "routes of logs", source: "require('log4js').configure({ appenders: { a: { type: 'file', filename: 'a.log', maxLogSize: 5 }, b: { type: 'stdout' } }, categories: { default: { appenders: ['a'] } } });", want: []string{
			"1 {'via':'log4js.categories.default','sinks':['a']}",
		}},
	}, "consumer", "scheduler", "exec", "log-route")
}

func TestComponents(t *testing.T) {
	t.Parallel()
	runECMACases(t, []ecmaCase{
		{name: "flow", format: inspect.JavaScript, source: "/* @flow strict-local */\nimport type { Auth } from '../types';\nimport { get } from 'axios';\n\ntype Answer = {|\n  ...$Exact<Auth>,\n|};\nexport default (auth: Auth): Promise<Answer> => get(auth, process.env.X);\n", want: []string{
			"2 {'path':'../types','names':['Auth'],'typeOnly':true}", "3 {'path':'axios','names':['get']}", "8 {'name':'X','via':'process.env'}",
		}},
		{name: "vue", format: inspect.Vue, source: "<template>\n  <p>{{ import }} process.env.NOT</p>\n</template>\n<script lang=\"ts\">\nimport axios from 'axios';\nexport default { data(): number { return process.env.VUE_APP_X } }\n</script>\n<script setup lang=\"ts\">\nimport b from 'b';\n</script>\n<style>p { color: red }</style>\n", want: []string{
			"5 {'path':'axios','names':['default'],'alias':'axios'}", "6 {'name':'VUE_APP_X','via':'process.env'}", "9 {'path':'b','names':['default'],'alias':'b'}",
		}},
		{name: "svelte", format: inspect.Svelte, source: "<script context=\"module\">\n  import a from 'a';\n</script>\n<script>\n  export let x;\n  $: y = x + 1;\n  if (a > 1) { b() }\n</script>\n<h1 on:click={() => y}>{y}</h1>\n<script type=\"application/json\">{ \"import\": 1 }</script>", want: []string{
			"2 {'path':'a','names':['default'],'alias':'a'}",
		}},
		{name: "open, empty, foreign", format: inspect.Vue, source: "<script src=\"./x.js\"></script>\n<script lang=\"coffee\">\nimport a from 'a'\n"},
		{name: "unclosed", format: inspect.Vue, source: "<script>\nimport a from 'a'\n", want: []string{"2 {'path':'a','names':['default'],'alias':'a'}"}},
		{name: "markup alone", format: inspect.Vue, source: "<template><p/></template>"},
		{name: "commented out", format: inspect.Vue, source: "<!-- <script>\nimport a from 'a'\n</script> -->\n<script setup lang=\"ts\">\nconst url = import.meta.env.VITE_API as string\n</script>", want: []string{"5 {'name':'VITE_API','via':'import.meta.env'}"}},
		{name: "astro", format: inspect.Astro, source: "---\nimport Layout from '../Layout.astro'\nconst { slug }: Props = Astro.props\nif (!slug) return Astro.redirect('/')\nconst key = import.meta.env.SECRET_KEY\n---\n<Layout>{slug && <p>{key}</p>}</Layout>\n<script>\n(async () => { const e: string = import.meta.env.PUBLIC_API })()\n</script>\n<style>p { color: red }</style>\n", want: []string{
			"2 {'path':'../Layout.astro','names':['default'],'alias':'Layout'}", "5 {'name':'SECRET_KEY','via':'import.meta.env','secret':true}", "9 {'name':'PUBLIC_API','via':'import.meta.env'}",
		}},
		{name: "astro without code", format: inspect.Astro, source: "<p>---</p>\n<script is:inline src=\"/x.js\"></script>\n"},
		{name: "astro's open fence", format: inspect.Astro, source: "\n---\nimport a from 'a'\n", want: []string{"3 {'path':'a','names':['default'],'alias':'a'}"}},
	}, "import", "env-read")
	for _, format := range []inspect.Format{inspect.Vue, inspect.Svelte, inspect.Astro} {
		if got := files.File(format, []byte("<script lang=ts>const x: = = 1 ))) {{{")); len(got) == 0 {
			t.Errorf("%s: nothing is said of a script that does not parse", format)
		}
	}
}

// What must end soon: tags without an end, queues and limiters by the thousand,
// decisions inside decisions.
func TestBehaviourHostileInput(t *testing.T) {
	t.Parallel()
	repeat := strings.Repeat
	for name, source := range map[string]string{
		"self-closing": repeat("<script/>", 50_000), "unclosed": repeat("<script ", 50_000), "quotes": "<script " + repeat("\"", 100_000), "sources": repeat("<script src=x>", 50_000),
		"empty scripts": repeat("<script></script>", 30_000), "case": repeat("<SCRIPT>x</sCRIPT>", 20_000),
		"queues":    "<script>const Q = require('p-queue'), { Server: S } = require('socket.io'), cron = require('node-cron');" + repeat("const q = new Q(); new S(); cron.schedule('x', f);", 5_000) + "function f() {" + repeat("g();", 5_000) + "}</script>",
		"decisions": "<script>" + repeat("if (process.env.NODE_ENV === 'production') { a('https://x.io');", 2_000) + repeat("}", 2_000) + "</script>",
		"ternaries": "<script>x = " + repeat("process.env.NODE_ENV === 'test' ? fake() : ", 5_000) + "1</script>",
		"work":      "<script>const app = require('express')(); async function a() {" + repeat("await warmUp(); await a();", 5_000) + "app.listen(1) }</script>",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, format := range []inspect.Format{inspect.Vue, inspect.Svelte, inspect.Astro} {
				for _, s := range files.File(format, []byte(source)) {
					if s.Line < 1 || s.EndLine < s.Line {
						t.Errorf("lines %d-%d of %v", s.Line, s.EndLine, s.Fact)
					}
				}
			}
		})
	}
}
