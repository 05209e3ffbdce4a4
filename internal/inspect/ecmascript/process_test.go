//go:build cgo

package ecmascript_test

import (
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

func TestECMAScriptSharedState(t *testing.T) {
	t.Parallel()
	runECMACases(t, []ecmaCase{
		{name: "by request", source: "const express = require('express');\nconst app = express();\nconst carts = {};\nconst seen = new Set();\nlet hits = 0;\nconst list = [];\napp.get('/', (req, res) => {\n  carts[req.user.id] = 1;\n  seen.add(1);\n  hits++;\n  list.push(2);\n});", want: []string{
			"3 {'name':'carts','type':'map','mutations':[8],'byRequest':true}", "4 {'name':'seen','type':'set','mutations':[9]}",
			"5 {'name':'hits','type':'counter','mutations':[10]}", "6 {'name':'list','type':'list','mutations':[11]}",
		}},
		{name: "through a function and a name", source: "const rooms = new Map();\nfunction join(id, s) { rooms.set(id, s) }\nio.on('connection', (socket) => { join(socket.id, socket) });\nconst byIp = {};\nexports.h = (req, res) => { const { ip } = req; byIp[ip].push(1); delete byIp[ip] };", want: []string{
			"1 {'name':'rooms','type':'map','mutations':[2]}", "4 {'name':'byIp','type':'map','mutations':[5],'byRequest':true}",
		}},
		{name: "not shared", source: "const table = { a: 1 }; const cache = {}; let client = null; const points = [];\napp.get('/', (req, res) => { const local = {}; local[req.id] = 1; table.a; client = connect(); client ??= 2 });\ncache.x = 1; function warm() { cache.y = 2 }\nfunction draw(ctx) { points.push(ctx.fillStyle) }\nfunction shadow(req, res) { const cache = {}; cache[req.id] = 1 }"},
		{name: "fields and static methods", format: inspect.TypeScript, source: "const uploadTokens = new Map();\nclass Uploader {\n  orders = new Map();\n  static upload(this: void, req: Request, res: Response) { uploadTokens.delete(req.params.token) }\n  create(req, res) { this.orders.set(req.body.id, { state: 1, user: 2 }) }\n}\nclass Visit { seen = {};\n  constructor(private req: Request) {}\n  show(req, res) { this.seen[req.params.id] = 1 }\n}", want: []string{
			"1 {'name':'uploadTokens','type':'map','mutations':[4],'byRequest':true}", "3 {'name':'orders','type':'map','mutations':[5],'byRequest':true,'parts':true}",
		}},
		{name: "canvas and koa", source: "const Koa = require('koa'); const n = [];\nconst f = async (ctx, next) => { n.push(ctx.request.ip) };", want: []string{"1 {'name':'n','type':'list','mutations':[2]}"}},
	}, "shared-state")
}

func TestECMAScriptHandlers(t *testing.T) {
	t.Parallel()
	runECMACases(t, []ecmaCase{
		{name: "lambda", source: "exports.handler = async (event) => {};\nexport const handler = async (event, context) => {};\nexport async function handler2(event) {}\nmodule.exports.handler = require('serverless-http')(app);", want: []string{
			"1 {'via':'exports.handler','lambda':true}", "2 {'via':'export handler','lambda':true}", "4 {'via':'module.exports.handler','lambda':true}",
		}},
		{name: "default export", source: "export default function handler(req, res) { res.end() }", want: []string{"1 {'via':'export default'}"}},
		{name: "edge", source: "export default { async fetch(request, env) { return new Response() } };", want: []string{"1 {'via':'export default.fetch','lambda':true}"}},
		{name: "others", source: "export const handler = (e) => e; export default function App(props) {}; exports.handler = 3; button.handler = (event) => {};"},
	}, "handler")
}

func TestECMAScriptSignalHandlers(t *testing.T) {
	t.Parallel()
	runECMACases(t, []ecmaCase{
		{name: "drains", source: "process.on('SIGTERM', () => server.close(() => process.exit(0)));\nprocess.once('SIGINT', shutdown);\nasync function shutdown() { await pool.end() }\nprocess.on('SIGHUP', stop.bind(null)); function stop() { finish() } function finish() { worker.terminate(); process.exit() }", want: []string{
			"1 {'via':'process.on','signals':['SIGTERM'],'drains':true,'exits':true}", "2 {'via':'process.once','signals':['SIGINT'],'drains':true}",
			"4 {'via':'process.on','signals':['SIGHUP'],'exits':true,'hasty':true}",
		}},
		{name: "exits at once", source: "process.on('SIGTERM', () => { console.log('stopping'); process.exit(0) });\nprocess.on('SIGKILL', () => {});", want: []string{
			"1 {'via':'process.on','signals':['SIGTERM'],'exits':true}", "2 {'via':'process.on','signals':['SIGKILL']}",
		}},
		{name: "lists", source: "for (const s of ['SIGTERM', 'SIGINT']) process.on(s, () => app.close());\n['SIGUSR2', 'exit'].forEach(s => process.on(s, () => {}));", want: []string{
			"1 {'via':'process.on','signals':['SIGTERM','SIGINT'],'drains':true}", "2 {'via':'process.on','signals':['SIGUSR2','EXIT']}",
		}},
		{name: "libraries", format: inspect.TypeScript, source: "import { NestFactory } from '@nestjs/core'; import closeWithGrace from 'close-with-grace'; import { createTerminus } from '@godaddy/terminus';\nconst app = await NestFactory.create(M); app.enableShutdownHooks();\ncloseWithGrace(async () => {});\ncreateTerminus(server, { signals: ['SIGTERM', 'SIGINT'] });", want: []string{
			"2 {'via':'@nestjs/core.enableShutdownHooks','signals':['SIGTERM'],'drains':true,'exits':true}",
			"3 {'via':'close-with-grace','signals':['SIGTERM','SIGINT'],'drains':true,'exits':true}",
			"4 {'via':'@godaddy/terminus.createTerminus','signals':['SIGTERM','SIGINT'],'drains':true,'exits':true}",
		}},
		{name: "hooks at the exit", source: "process.on('exit', () => db.close());\nprocess.once('beforeExit', f);", want: []string{
			"1 {'via':'process.on','signals':['EXIT'],'drains':true}", "2 {'via':'process.once','signals':['EXIT']}",
		}},
		{name: "none", source: "process.on('uncaughtException', f); child.kill('SIGTERM'); child.on('SIGTERM', f); // process.on('SIGTERM', f)\nconst s = \"process.on('SIGTERM')\"; app.enableShutdownHooks();"},
	}, "signal-handler")
}

func TestECMAScriptLogSinks(t *testing.T) {
	t.Parallel()
	runECMACases(t, []ecmaCase{
		{name: "winston", source: "const winston = require('winston'); const { transports: { Console } } = winston;\nconst logger = winston.createLogger({ format: winston.format.combine(winston.format.json()), transports: [\n  new winston.transports.File({ filename: 'error.log', dirname: 'logs' }),\n  new Console(),\n] });\nif (process.env.NODE_ENV !== 'production') logger.add(new winston.transports.File({ filename: 'dev.log' }));", want: []string{
			"3 {'via':'winston.transports.File','target':'file','path':{'source':'literal','text':'logs/error.log','hasText':true},'structured':true}",
			"4 {'via':'winston.transports.Console','target':'stdout','structured':true}",
			"6 {'via':'winston.transports.File','target':'file','path':{'source':'literal','text':'dev.log','hasText':true},'debug':true}",
		}},
		{name: "pino's streams", source: "import pino, { multistream } from 'pino'; import fs from 'fs';\npino({}, pino.multistream([{ stream: process.stdout }, {\n  level: 'debug', stream: pino.destination({ dest: `${process.cwd()}/logs/${day}.log`, mkdir: true }) }]));\nconst streams = [fs.createWriteStream('a.log')];\npino.default({}, multistream(streams));\nconst transport = pino.transport({ target: 'pino/file', options: { destination: 'b.log' } });\npino(transport);", want: []string{
			`2 {'via':'pino','target':'stdout','structured':true}`,
			`3 {'via':'pino.destination','target':'file','path':{'source':'unknown'},'structured':true}`,
			`4 {'via':'pino','target':'file','path':{'source':'literal','text':'a.log','hasText':true},'structured':true}`,
			`7 {'via':'pino.destination','target':'file','path':{'source':'literal','text':'b.log','hasText':true},'structured':true}`,
		}},
		{name: "pino", source: "import pino from 'pino'; import path from 'path';\npino();\npino({}, pino.destination(path.join(__dirname, 'app.log')));\npino({ transport: { targets: [{ target: 'pino/file', options: { destination: '/var/log/a.log' } }, { target: 'pino-pretty' }] } });\npino({ transport: { target: 'pino/file' } });", want: []string{
			"2 {'via':'pino','target':'stdout','structured':true}",
			"3 {'via':'pino.destination','target':'file','path':{'source':'literal','text':'./app.log','hasText':true},'structured':true}",
			"4 {'via':'pino.destination','target':'file','path':{'source':'literal','text':'/var/log/a.log','hasText':true},'structured':true}",
			"4 {'via':'pino','target':'stdout'}",
			"5 {'via':'pino','target':'stdout','structured':true}",
		}},
		{name: "log4js", source: "require('log4js').configure({ appenders: {\n  used: { type: 'dateFile', filename: 'a.log' },\n  unused: { type: 'file', filename: 'b.log' },\n  out: { type: 'stdout' } },\n  categories: { default: { appenders: ['used', 'out'], level: 'info' } } });", want: []string{
			"2 {'via':'log4js.dateFile','target':'file','path':{'source':'literal','text':'a.log','hasText':true},'name':'used','rotates':true}", "4 {'via':'log4js.stdout','target':'stdout','name':'out'}",
		}},
		{name: "morgan and bunyan", source: "const morgan = require('morgan'), fs = require('fs'), bunyan = require('bunyan');\nconst stream = fs.createWriteStream('access.log', { flags: 'a' });\napp.use(morgan('combined', { stream }));\napp.use(morgan('dev'));\nmorgan('tiny', { stream: { write: (m) => logger.info(m) } });\nbunyan.createLogger({ name: 'x', streams: [{ path: 'b.log' }, { stream: process.stdout }] });", want: []string{
			"3 {'via':'morgan','target':'file','path':{'source':'literal','text':'access.log','hasText':true}}", "4 {'via':'morgan','target':'stdout'}",
			"6 {'via':'bunyan','target':'file','path':{'source':'literal','text':'b.log','hasText':true},'structured':true}", "6 {'via':'bunyan','target':'stdout','structured':true}",
		}},
		{name: "console once", source: "console.log(1);\nconsole.error(2);", want: []string{"1 {'via':'console','target':'stdout'}"}},
		{name: "none", source: "const console = mock(); console.log(1); new File({ filename: 'x.log' }); new transports.File({}); // console.log(1)"},
	}, "log-sink")
}

func TestECMAScriptFileWrites(t *testing.T) {
	t.Parallel()
	runECMACases(t, []ecmaCase{
		{name: "fs", source: "import fs, { promises } from 'fs'; import { appendFile } from 'node:fs/promises'; import os from 'os'; import path from 'path';\nfs.writeFileSync('data/x.json', s);\nawait promises.writeFile(p, s);\nappendFile('a.log', s);\nfs.createWriteStream('b', { flags: 'a' });\nfs.writeFile(path.join(os.tmpdir(), name()), s);\nrequire('util').promisify(fs.writeFile)('c', s);", want: []string{
			"2 {'via':'fs.writeFileSync','path':{'source':'literal','text':'data/x.json','hasText':true}}",
			"3 {'via':'fs.promises.writeFile','path':{'source':'unknown'}}",
			"4 {'via':'fs/promises.appendFile','path':{'source':'literal','text':'a.log','hasText':true},'append':true}",
			"5 {'via':'fs.createWriteStream','path':{'source':'literal','text':'b','hasText':true},'append':true}",
			"6 {'via':'fs.writeFile','path':{'source':'unknown','text':'/tmp/'},'temporary':true}",
			"7 {'via':'fs.writeFile','path':{'source':'literal','text':'c','hasText':true}}",
		}},
		{name: "uploads", source: "const multer = require('multer');\nmulter({ dest: 'uploads/' });\nmulter({ storage: multer.diskStorage({ destination: (req, file, cb) => { cb(null, './public') } }) });\nmulter({ storage: multer.memoryStorage() });\napp.post('/', (req, res) => { const { avatar } = req.files; avatar.mv('up/' + avatar.name); require('fs').writeFileSync('z', '') });", want: []string{
			"2 {'via':'multer','path':{'source':'literal','text':'uploads/','hasText':true},'handler':true,'upload':true}",
			"3 {'via':'multer','path':{'source':'literal','text':'./public','hasText':true},'handler':true,'upload':true}",
			"5 {'via':'express-fileupload','path':{'source':'input','text':'up/'},'handler':true,'upload':true}",
			"5 {'via':'fs.writeFileSync','path':{'source':'literal','text':'z','hasText':true},'handler':true}",
		}},
		{name: "none", source: "const fs = { writeFileSync() {} }; fs.writeFileSync('a'); storage.writeFile('b'); require('fs').readFileSync('c'); git.mv('d'); // fs.writeFileSync('e')"},
	}, "file-write")
}

func TestECMAScriptExec(t *testing.T) {
	t.Parallel()
	runECMACases(t, []ecmaCase{
		{name: "child_process", source: "const { exec, spawn: run } = require('child_process'); const cp = require('node:child_process');\nexec('convert ' + file + ' out.png');\nrun('ffmpeg', ['-i', f]);\ncp.execSync(`cd x && FOO=1 git rev-parse HEAD | head -1`);\nrequire('util').promisify(exec)('pdftotext a');", want: []string{
			"2 {'via':'child_process.exec','program':'convert'}", "3 {'via':'child_process.spawn','program':'ffmpeg'}", "4 {'via':'child_process.execSync','program':'git'}",
			"4 {'via':'child_process.execSync','program':'head'}", "5 {'via':'child_process.exec','program':'pdftotext'}",
		}},
		{name: "execa and zx", source: "import { execa, $ } from 'execa';\nawait execa('unzip', [f]);\nawait $`tar xf ${f}`;", want: []string{"2 {'via':'execa.execa','program':'unzip'}", "3 {'via':'execa.$','program':'tar'}"}},
		{name: "other receivers", source: "R.exec('UPDATE user'); /x/.exec('convert y'); db.exec('CREATE TABLE t'); query.exec(); exec('gone'); spawn(process.execPath); require('child_process').spawn(cmd); require('child_process').exec(`${tool} -v`);"},
	}, "exec")
}

func TestECMAScriptMigrations(t *testing.T) {
	t.Parallel()
	runECMACases(t, []ecmaCase{
		{name: "boot", format: inspect.TypeScript, source: "import { Sequelize } from 'sequelize'; import { DataSource } from 'typeorm';\nconst db = new Sequelize(u);\ndb.sync({ alter: true }).then(() => app.listen(1));\nasync function main() { await knex.migrate.latest() }\nexport async function later() { await AppDataSource.runMigrations() }\nnew DataSource({ type: 'postgres', synchronize: true });\nnew DataSource({ type: 'postgres', synchronize: env.NODE_ENV !== 'production' });", want: []string{
			"3 {'via':'sequelize.sync alter','boot':true,'sync':true}", "4 {'via':'knex.migrate.latest','boot':true,'ledBy':['main']}", "5 {'via':'typeorm.runMigrations','in':'later'}",
			"6 {'via':'typeorm.DataSource.synchronize','boot':true,'sync':true}",
		}},
		{name: "models of another file", source: "const db = require('./models');\ndb.sequelize.sync({ force: true });\nif (process.env.NODE_ENV === 'development') db.sequelize.sync();", want: []string{"2 {'via':'sequelize.sync force','boot':true,'sync':true}"}},
		{name: "none", source: "fs.sync(); git.sync({ force: true }); store.migrate(); releases.latest(); runMigrations(); window.scroll.up(); // knex.migrate.latest()"},
	}, "migration")
}

func TestECMAScriptQueues(t *testing.T) {
	t.Parallel()
	runECMACases(t, []ecmaCase{
		{name: "bull and amqp", format: inspect.TypeScript, source: "import Bull from 'bull'; import { Queue, Worker } from 'bullmq'; import amqp from 'amqplib';\nconst mail = new Bull('mail');\nmail.process(async job => {});\nmail.add({});\nnew Worker('q', async () => {}, { connection });\nconst q = new Queue('q'); q.add('n', {});\nconst conn = await amqp.connect(u); const ch = await conn.createChannel();\nch.consume('q', f); ch.sendToQueue('q', b);", want: []string{
			"3 {'via':'bull().process','ack':'late'}", "4 {'via':'bull().add'}", "5 {'via':'bullmq.Worker','ack':'late'}", "6 {'via':'bullmq.Queue().add'}",
			"8 {'via':'amqplib.connect().createChannel().consume','ack':'late'}", "8 {'via':'amqplib.connect().createChannel().sendToQueue'}",
		}},
		{name: "kafka and nest", format: inspect.TypeScript, source: "import { Kafka } from 'kafkajs'; import { Processor } from '@nestjs/bull'; import { Cron } from '@nestjs/schedule'; import { Queue } from 'bull';\nconst consumer = new Kafka({}).consumer({});\nconsumer.run({});\n@Processor('audio') class A {\n  constructor(private readonly queue: Queue) {}\n  @Cron('* * * * *') tick() { this.queue.add({}) }\n}", want: []string{
			"3 {'via':'kafkajs.Kafka().consumer().run','ack':'late'}", "4 {'via':'@nestjs/bull.Processor','ack':'late'}", "6 {'via':'bull.Queue().add'}", "6 {'via':'@nestjs/schedule.Cron'}",
		}},
		{name: "clocks", source: "const cron = require('node-cron'); const { CronJob } = require('cron'); const schedule = require('node-schedule'); const Agenda = require('agenda');\ncron.schedule('* * * * *', f);\nnew CronJob('* * * * *', f);\nschedule.scheduleJob('* * * * *', f);\nconst agenda = new Agenda(); agenda.every('1 hour', 'x'); agenda.now('y'); agenda.define('z', f);\nsetInterval(f, 1000);", want: []string{
			"2 {'via':'node-cron.schedule'}", "3 {'via':'cron.CronJob'}", "4 {'via':'node-schedule.scheduleJob'}", "5 {'via':'agenda().define','ack':'late'}", "5 {'via':'agenda().now'}", "5 {'via':'agenda().every','locked':true}",
		}},
		{name: "more clocks", format: inspect.TypeScript, source: "import { run } from 'graphile-worker'; import Bull from 'bull'; import fastify from 'fastify'; import cron from 'fastify-cron'; import { SyncedCron } from 'meteor/littledata:synced-cron';\nrun({ crontab: '* * * * * x' });\nnew Bull('mail').add({ to }, { repeat: { cron: '* * * * *' } });\nfastify().register(cron, { jobs: [] });\nSyncedCron.add({ job: f });\nDeno.cron('x', '* * * * *', f);", want: []string{
			"2 {'via':'graphile-worker.run','ack':'late'}", "2 {'via':'graphile-worker.run','locked':true}", "3 {'via':'bull().add'}", "3 {'via':'bull().add','locked':true}",
			"4 {'via':'fastify-cron'}", "5 {'via':'meteor/littledata:synced-cron.SyncedCron.add','locked':true}", "6 {'via':'Deno.cron'}",
		}},
		{name: "ticks", source: "const query = require('./queries'); const pool = require('./pool'); const { sendReminders } = require('./mail');\nsetInterval(function () {\n  query.link.batchRemove({ expired: true }).catch();\n}, 30_000);\nsetInterval(sendReminders, 60000);\nasync function purge() { await pool.query(`DELETE FROM tokens WHERE expired`); }\nexports.start = () => { setInterval(purge, 1000); };\nasync function loop() { await purge(); setTimeout(loop, 1000); }\nloop();\nclass Jobs { onModuleInit() { setInterval(() => this.run(), 1000); } async run() { await Order.deleteMany({}); } }", want: []string{
			"2 {'via':'setInterval'}", "5 {'via':'setInterval'}", "7 {'via':'setInterval'}", "8 {'via':'setTimeout'}", "10 {'via':'setInterval'}",
		}},
		{name: "ticks of tagged statements", source: "import postgres from 'postgres'; import fs from 'fs'; const sql = postgres();\nsetInterval(async () => { await sql`delete from carts` }, 60_000);\nsetInterval(async () => { await sql`select 1` }, 60_000);", want: []string{"2 {'via':'setInterval'}"}},
		{name: "ticks of the process's own", source: "const http = require('http'); const db = require('./db'); const cache = new Map();\nsetInterval(() => { for (const k of cache.keys()) cache.delete(k); }, 1000);\nsetInterval(() => metrics.gauge('jobs', queue.getJobCounts()), 1000);\nsetInterval(() => db.ping(), 1000);\nasync function heartbeat() { await db.workers.update({ alive: true }); }\nsetInterval(heartbeat, 1000);\nwss.on('connection', ws => { setInterval(() => ws.ping(), 1000); });\nconst t = setInterval(async () => { if (await db.jobs.save(x)) clearInterval(t); }, 100);\napp.post('/x', (req, res) => { setTimeout(() => db.orders.delete(1), 100); });\nclass Note { edit() { this.timer = setInterval(() => this.store.save(this), 1000); } }"},
		{name: "ticks of a browser", source: "import { store } from './store';\nsetInterval(() => store.save(document.title), 1000);\nimport db from './api/db';\nwindow.setInterval(() => db.save(1), 1);"},
		{name: "ticks without a server", source: "import store from './store';\nsetInterval(() => store.save(), 1000);"},
		{name: "none", source: "const set = new Set(); set.add(1); queue.add(2); queue.process(f); calendar.schedule(x); new Worker('./w.js'); reader.consume(y); list.every(Boolean);"},
	}, "consumer", "enqueue", "scheduler")
}

// What the extractor must survive: names in circles, texts that double, depth,
// halves of statements. It ends soon because following names has a budget.
func TestECMAScriptHostileInput(t *testing.T) {
	t.Parallel()
	var doubling strings.Builder
	doubling.WriteString("const a0 = 'x'.repeat(1) + 'abcdefgh';\n")
	for i := 1; i < 60; i++ {
		doubling.WriteString("const a" + string(rune('0'+i/10)) + string(rune('0'+i%10)) + " = ")
		previous := "a0"
		if i > 1 {
			previous = "a" + string(rune('0'+(i-1)/10)) + string(rune('0'+(i-1)%10))
		}
		doubling.WriteString(previous + " + " + previous + ";\n")
	}
	doubling.WriteString("require('fs').writeFileSync(a59, ''); require('child_process').exec(a59); process.env.X || a59;")
	sources := map[string]string{
		"circles":  "const a = b, b = c, c = a; a.listen(1); const o = { ...o.p, ...o.q }; o.x.y(); let f = () => f(); f().g(); class A extends A {} new A().listen(3000); function g() { return g() } g().listen(1); process.on('SIGTERM', g);",
		"doubling": doubling.String(),
		"depth":    strings.Repeat("(", 3000) + "1" + strings.Repeat(")", 3000) + ";" + strings.Repeat("if(a){", 2000) + strings.Repeat("}", 2000),
		"chain":    "x" + strings.Repeat(".then(y)", 5000) + ".listen(1);",
		"halves":   "const { a: { b = } = process.env; function ( { process.env[ ; import from 'x' export { y from; class { @",
		"bytes":    "\x00\xff\xfe{{{{\u2028`${`${`${",
		"empty":    "",
		"writes":   "let x = 1;" + strings.Repeat("x = x || y; y = y || x;", 3000) + "var y = x; app.listen(y); y.z.listen(x)",
	}
	for name, source := range sources {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, format := range []inspect.Format{inspect.JavaScript, inspect.TypeScript, inspect.TSX} {
				first := files.File(format, []byte(source))
				for _, s := range first {
					if s.Line < 1 || s.EndLine < s.Line {
						t.Errorf("%s: lines %d-%d of %v", format, s.Line, s.EndLine, s.Fact)
					}
				}
			}
		})
	}
}
