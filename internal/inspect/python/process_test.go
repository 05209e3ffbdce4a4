//go:build cgo

package python_test

import "testing"

func TestPythonSharedState(t *testing.T) {
	testPython(t, "shared-state", []pyCase{
		{"changed in handlers", `
from flask import Flask, request
app = Flask(__name__)
carts = {}
seen = []
count = 0
LOOKUP = {"a": 1}
@app.route("/add")
def add():
    global count
    carts[request.args["user"]] = 1
    seen.append(1)
    count += 1
    return LOOKUP["a"]
def index(request):
    del carts[request.user.id]
`, []string{
			`3 {"name":"carts","type":"map","mutations":[10,15],"byRequest":true}`,
			`4 {"name":"seen","type":"list","mutations":[11]}`,
			`5 {"name":"count","type":"counter","mutations":[12]}`,
		}},
		{"a path parameter is the request's", `
items = dict()
@router.put("/items/{item_id}")
async def put(item_id: int):
    items[item_id] = 1
`, []string{`1 {"name":"items","type":"map","mutations":[4],"byRequest":true}`}},
		{"not shared, not a handler", `
cache = {}
registry = []
def register(f):
    registry.append(f)
def load(key):
    cache[key] = 1
@app.route("/")
def view():
    cache = {}
    cache["a"] = 1
    local = []
    local.append(1)
@patch.get("x")
def other():
    registry.append(1)
`, nil},
	})
}

func TestPythonHandler(t *testing.T) {
	testPython(t, "handler", []pyCase{
		{"lambda", "def lambda_handler(event, context):\n    pass\ndef handler(event, _context):\n    pass\n", []string{
			`1 {"via":"lambda_handler","lambda":true}`, `3 {"via":"handler","lambda":true}`,
		}},
		{"an application for a server to run", `
from fastapi import FastAPI, APIRouter
from flask import Flask
from django.core.wsgi import get_wsgi_application
app = FastAPI(title="shop")
router = APIRouter()
def create_app():
    return Flask(__name__)
application = get_wsgi_application()
class FastAPI2: pass
`, []string{
			`4 {"via":"fastapi.FastAPI"}`, `7 {"via":"flask.Flask"}`, `8 {"via":"django.core.wsgi.get_wsgi_application"}`,
		}},
		{"no application of a known framework", "from shop import FastAPI, Flask\napp = FastAPI()\nFlask(1)\n", nil},
		{"others", "def handler(request):\n    pass\ndef handler(signum, frame):\n    pass\nclass A:\n    def handler(self, event, context):\n        pass\n", nil},
	})
}

func TestPythonSignalHandler(t *testing.T) {
	testPython(t, "signal-handler", []pyCase{
		{"drains, exits, neither", `
import signal, sys
from signal import SIGINT
def stop(*args):
    server.close()
    sys.exit(0)
def die(*args):
    sys.exit(0)
class Worker:
    def run(self):
        signal.signal(signal.SIGTERM, self.on_term)
    def on_term(self, *args):
        self.running = False
signal.signal(signal.SIGTERM, stop)
signal.signal(SIGINT, die)
for s in (signal.SIGHUP, signal.SIGTERM):
    signal.signal(s, lambda *a: print("x"))
`, []string{
			`10 {"via":"signal.signal","signals":["SIGTERM"],"drains":true}`,
			`13 {"via":"signal.signal","signals":["SIGTERM"],"drains":true,"exits":true}`,
			`14 {"via":"signal.signal","signals":["SIGINT"],"exits":true}`,
			`16 {"via":"signal.signal","signals":["SIGHUP","SIGTERM"]}`,
		}},
		{"a loop's", "import asyncio, signal\nloop.add_signal_handler(signal.SIGTERM, stop.set)\n", []string{
			`2 {"via":"asyncio.loop.add_signal_handler","signals":["SIGTERM"],"drains":true}`,
		}},
		{"a hook at the exit", "import atexit\natexit.register(server.stop, 30)\n", []string{`2 {"via":"atexit.register","signals":["EXIT"],"drains":true}`}},
		{"default action, other signals", "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_DFL)\nfrom blinker import signal as s\ns.signal('SIGTERM', f)\n", nil},
	})
}

func TestPythonLogSink(t *testing.T) {
	testPython(t, "log-sink", []pyCase{
		{"standard library", `
import logging, sys
from logging.handlers import RotatingFileHandler as R, SysLogHandler
logging.FileHandler("app.log")
R("/var/log/app.log", maxBytes=1)
SysLogHandler()
logging.StreamHandler()
logging.StreamHandler(sys.stdout)
logging.basicConfig(filename="x.log")
logging.basicConfig(level=1)
logging.basicConfig(stream=sys.stdout)
logging.basicConfig(handlers=[])
`, []string{
			`3 {"via":"logging.FileHandler","target":"file","path":{"source":"literal","text":"app.log","hasText":true}}`,
			`4 {"via":"logging.handlers.RotatingFileHandler","target":"file","path":{"source":"literal","text":"/var/log/app.log","hasText":true},"rotates":true}`,
			`5 {"via":"logging.handlers.SysLogHandler","target":"syslog"}`,
			`6 {"via":"logging.StreamHandler","target":"stderr"}`,
			`7 {"via":"logging.StreamHandler","target":"stdout"}`,
			`8 {"via":"logging.basicConfig","target":"file","path":{"source":"literal","text":"x.log","hasText":true}}`,
			`9 {"via":"logging.basicConfig","target":"stderr"}`,
			`10 {"via":"logging.basicConfig","target":"stdout"}`,
		}},
		{"loguru", "import sys\nfrom loguru import logger\nlogger.add('x.log', rotation='1 MB')\nlogger.add(sys.stdout, serialize=True)\nlogger.add(lambda m: 0)\nimport other\nother.logger.add('y.log')\n", []string{
			`3 {"via":"loguru.logger.add","target":"file","path":{"source":"literal","text":"x.log","hasText":true},"rotates":true}`,
			`4 {"via":"loguru.logger.add","target":"stdout","structured":true}`,
		}},
		{"only handlers that a logger uses", `
LOGGING = {
    "version": 1,
    "formatters": {"json": {"()": "pythonjsonlogger.jsonlogger.JsonFormatter"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stdout"},
        "file": {"class": "logging.FileHandler", "filename": "app.log"},
        "unused": {"class": "logging.FileHandler", "filename": "other.log"},
    },
    "root": {"handlers": ["console"]},
    "loggers": {"a": {"handlers": ["file"]}},
}
`, []string{
			`5 {"via":"LOGGING:logging.StreamHandler","target":"stdout","structured":true,"name":"console"}`,
			`6 {"via":"LOGGING:logging.FileHandler","target":"file","path":{"source":"literal","text":"app.log","hasText":true},"name":"file"}`,
		}},
		{"other classes of that name", "from mylib import FileHandler, StreamHandler\nFileHandler('a')\nStreamHandler()\nx = {'handlers': {'a': {'class': 'logging.FileHandler'}}}\n", nil},
	})
}

func TestPythonFileWrite(t *testing.T) {
	testPython(t, "file-write", []pyCase{
		{"writes", `
import os, shutil
from pathlib import Path
from flask import request, Flask
app = Flask(__name__)
UPLOADS = "uploads"
open("a.txt", "w"); open("b.log", mode="ab")
Path("data", "c").write_text("x")
(Path("d") / "e").open("w")
shutil.copyfile(a, "f")
@app.route("/up")
def up():
    f = request.files["f"]
    f.save(os.path.join(UPLOADS, f.filename))
`, []string{
			`6 {"via":"open","path":{"source":"literal","text":"a.txt","hasText":true}}`,
			`6 {"via":"open","path":{"source":"literal","text":"b.log","hasText":true},"append":true}`,
			`7 {"via":"pathlib.Path.write_text","path":{"source":"literal","text":"data/c","hasText":true}}`,
			`8 {"via":"pathlib.Path.open","path":{"source":"literal","text":"d/e","hasText":true}}`,
			`9 {"via":"shutil.copyfile","path":{"source":"literal","text":"f","hasText":true}}`,
			`13 {"via":"flask.request.files.save","path":{"source":"unknown"},"handler":true,"upload":true}`,
		}},
		{"reads, temporary files, other receivers", `
import tempfile
from django.core.files.storage import default_storage
open("a"); open("b", "rb")
open(tempfile.mkstemp()[1], "w")
with tempfile.NamedTemporaryFile() as t:
    open(t.name, "w")
default_storage.open("c", "w")
form.save("d"); model.save()
db.open("e", "w")
def f(open):
    open("g", "w")
`, nil},
	})
}

func TestPythonExec(t *testing.T) {
	testPython(t, "exec", []pyCase{
		{"programs", `
import os, subprocess as sp
from subprocess import check_output
sp.run(["convert", a, b])
CMD = ["ffmpeg", "-i"]
sp.Popen(CMD + [x])
os.system("LANG=C /usr/bin/pdftotext x")
check_output(f"git log {x}", shell=True)
`, []string{
			`3 {"via":"subprocess.run","program":"convert"}`, `5 {"via":"subprocess.Popen","program":"ffmpeg"}`,
			`6 {"via":"os.system","program":"/usr/bin/pdftotext"}`, `7 {"via":"subprocess.check_output","program":"git"}`,
		}},
		{"other verbs and unknown programs", "import sys, subprocess\nsubprocess.run([sys.executable, 'x'])\nsubprocess.run(cmd)\nsubprocess.run(f'{a} b')\ndb.run(['SELECT'])\nrunner.system('ls')\nre.run('x')\n", nil},
	})
}

func TestPythonMigration(t *testing.T) {
	testPython(t, "migration", []pyCase{
		{"at boot", `
from django.core.management import call_command
from alembic import command
from .db import Base
call_command("migrate", interactive=False)
def create_app():
    command.upgrade(cfg, "head")
def setup():
    Base.metadata.create_all(engine)
setup()
`, []string{
			`4 {"via":"django.core.management.call_command","boot":true}`,
			`6 {"via":"alembic.command.upgrade","boot":true}`,
			`8 {"via":"sqlalchemy.MetaData.create_all","boot":true,"sync":true}`,
		}},
		{"a task of the command line", `
from flask_sqlalchemy import SQLAlchemy
db = SQLAlchemy()
@app.cli.command()
def init():
    db.create_all()
`, []string{`5 {"via":"flask_sqlalchemy.SQLAlchemy.create_all","sync":true,"in":"init"}`}},
		{"own functions and libraries", `from alembic import context
from flask_migrate import Migrate
from shop.database import init_db
context.run_migrations()
migrate = Migrate(app, db)
init_db()
`, []string{`6 {"via":"init_db","boot":true,"own":true}`}},
		{"others", "from django.core.management import call_command\ncall_command('wait_for_migrations')\ncommand.upgrade(x)\nfactory.create_all()\ndb.migrate()\n", nil},
	})
}

func TestPythonJobs(t *testing.T) {
	const tasks = `
from celery import Celery, shared_task
import dramatiq
from shop.tasks import send_mail
app = Celery("x")
@app.task(bind=True)
def a(self): pass
@shared_task
def b(): pass
@dramatiq.actor
def c(): pass
a.delay(); b.apply_async(); c.send(); send_mail.delay(1)
`
	t.Run("consumer", func(t *testing.T) {
		testPython(t, "consumer", []pyCase{
			{"tasks", tasks, []string{`4 {"via":"celery.Celery"}`, `6 {"via":"celery.Celery.task"}`, `8 {"via":"celery.shared_task"}`, `10 {"via":"dramatiq.actor","ack":"late"}`}},
			{"workers", "import pika\nfrom rq import Worker\nfrom kafka import KafkaConsumer\nWorker(['a']).work()\nKafkaConsumer('t')\nch.basic_consume(queue='q')\nclass W(Worker): pass\n", []string{
				`4 {"via":"rq.Worker"}`, `5 {"via":"kafka.KafkaConsumer","ack":"early"}`, `6 {"via":"pika.channel.basic_consume","ack":"late"}`, `7 {"via":"rq.Worker"}`,
			}},
			{"others", "from threads import Worker\nWorker()\nch.basic_consume(queue='q')\n@app.task\ndef f(): pass\n", nil},
		})
	})
	t.Run("enqueue", func(t *testing.T) {
		testPython(t, "enqueue", []pyCase{
			{"tasks", tasks, []string{`11 {"via":"celery.Celery.task.delay"}`, `11 {"via":"celery.shared_task.apply_async"}`, `11 {"via":"dramatiq.actor.send"}`, `11 {"via":"shop.tasks.send_mail.delay"}`}},
			{"queues", "from rq import Queue\nimport django_rq\nq = Queue(connection=c)\nq.enqueue(f)\ndjango_rq.enqueue(f)\n", []string{`4 {"via":"rq.Queue.enqueue"}`, `5 {"via":"django_rq.enqueue"}`}},
			{"others", "import time\nfrom net import socket\nsocket.send(x)\nanimation.delay(3)\nplayer.enqueue(song)\ndef f(): pass\nf.delay()\n", nil},
		})
	})
	t.Run("scheduler", func(t *testing.T) {
		testPython(t, "scheduler", []pyCase{
			{"clocks", "import schedule\nfrom apscheduler.schedulers.background import BackgroundScheduler\ns = BackgroundScheduler()\nschedule.run_pending()\nCELERY_BEAT_SCHEDULE = {'a': {}}\napp.conf.beat_schedule = {'a': {}}\n", []string{
				`3 {"via":"apscheduler.schedulers.background.BackgroundScheduler"}`, `4 {"via":"schedule.run_pending"}`, `5 {"via":"celery.beat_schedule"}`, `6 {"via":"celery.beat_schedule"}`,
			}},
			{"more clocks", "from procrastinate import App\nfrom fastapi_utilities import repeat_every\nfrom threading import Timer\nimport django_q.tasks\napp = App(connector=c)\n@app.periodic(cron='* * * * *')\n@app.task\ndef a(): pass\n@repeat_every(seconds=60)\nasync def b(): pass\ndef c():\n    send()\n    Timer(60, c).start()\ndef heartbeat():\n    Timer(60, heartbeat).start()\n", []string{
				`6 {"via":"procrastinate.App.periodic","locked":true}`, `9 {"via":"fastapi_utilities.repeat_every"}`, `13 {"via":"threading.Timer"}`,
			}},
			{"loops beside the program", "import asyncio, threading, time\nfrom .mail import send_digests\nasync def rounds():\n    while True:\n        await send_digests()\n        await asyncio.sleep(3600)\nasync def startup():\n    asyncio.create_task(rounds())\ndef purge(db):\n    db.execute('DELETE FROM tokens WHERE expired')\ndef clean():\n    while not stopped:\n        purge(db)\n        time.sleep(60)\nthreading.Thread(target=clean, daemon=True).start()\nclass Jobs:\n    def start(self):\n        threading.Thread(target=self._schedule_loop).start()\n    def _schedule_loop(self):\n        while True:\n            self.f()\n            time.sleep(1)\n", []string{
				`4 {"via":"asyncio.sleep"}`, `12 {"via":"time.sleep"}`, `20 {"via":"time.sleep"}`,
			}},
			{"loops for the process itself", "import asyncio, threading, time\ndef ping():\n    while True:\n        db.update(alive=True)\n        time.sleep(5)\ndef refresh():\n    while True:\n        cache.update(db.load())\n        time.sleep(5)\ndef poll():\n    while not done():\n        time.sleep(1)\nfor f in (ping, refresh, poll): f()\nthreading.Thread(target=ping).start(); threading.Thread(target=refresh).start(); threading.Thread(target=poll).start()\ndef work():\n    while True:\n        db.save(next_job())\n        time.sleep(1)\nif __name__ == '__main__':\n    work()\n", nil},
			{"others", "from torch.optim import BackgroundScheduler\nBackgroundScheduler()\nself.schedule.run_pending()\nCELERY_BEAT_SCHEDULE = {}\n", nil},
		})
	})
}
