//go:build cgo

package python_test

import (
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

func TestPythonEnvBranch(t *testing.T) {
	testPython(t, "env-branch", []pyCase{
		{"compared", `
import os
from myapp import settings
ENV = os.environ.get("APP_ENV", "development")
if ENV == "production":
    url = "https://api.shop.io"
elif os.getenv("FLASK_ENV") in ("staging", "qa"):
    pass
if settings.ENVIRONMENT != "test":
    start()
if os.environ["DJANGO_SETTINGS_MODULE"].endswith(".production"):
    x = 1
level = "INFO" if ENV == "production" else "DEBUG"
`, []string{
			`4 {"name":"APP_ENV","values":["production"],"chooses":["url"]}`, `6 {"name":"FLASK_ENV","values":["qa","staging"]}`, `8 {"name":"settings.ENVIRONMENT","values":["test"]}`,
			`10 {"name":"DJANGO_SETTINGS_MODULE","values":["production"]}`, `12 {"name":"APP_ENV","values":["production"],"chooses":["log"]}`,
		}},
		{"what is chosen", `
import os, redis
from django.conf import settings
log_level = "INFO" if os.environ["APP_ENV"] == "production" else "DEBUG"
if os.environ["APP_ENV"] == "production":
    cache = redis.Redis(host="cache")
else:
    cache = FakeRedis()
if settings.DEBUG:
    urlpatterns += [path("__debug__/", include(debug_toolbar.urls))]
if settings.IS_PRODUCTION:
    app.add_middleware(Https)
if not settings.DEBUG:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
api_host = "api.shop.io" if settings.IS_PROD else "localhost:8000"
`, []string{
			`3 {"name":"APP_ENV","values":["production"],"chooses":["log"]}`, `4 {"name":"APP_ENV","values":["production"],"chooses":["client","mock"]}`, `8 {"name":"settings.DEBUG","values":["debug"],"chooses":["debug"]}`,
			`10 {"name":"settings.IS_PRODUCTION","values":["production"],"chooses":["feature"]}`, `12 {"name":"settings.DEBUG","values":["debug"],"chooses":["mock"]}`,
			`14 {"name":"settings.IS_PROD","values":["production"],"chooses":["url"]}`,
		}},
		{"match", "import os\nmatch os.environ['APP_ENV']:\n    case 'production':\n        a()\n    case 'dev':\n        b()\n", []string{`2 {"name":"APP_ENV","values":["dev","production"]}`}},
		{"match of alternatives", "import os\nmatch os.environ['APP_ENV']:\n    case 'production' | 'staging':\n        a()\n    case _:\n        b()\n", []string{`2 {"name":"APP_ENV","values":["production","staging"]}`}},
		{"none", `
import os
if os.environ.get("FEATURE") == "on":
    a()
if user.is_test:
    b()
if row.mode == "fast":
    c()
if os.environ.get("APP_ENV"):
    d()
def f(is_production, debug):
    if is_production or debug:
        e()
# if os.environ["APP_ENV"] == "production": pass
text = "os.environ['APP_ENV'] == 'production'"
`, nil},
	})
}

func TestPythonStore(t *testing.T) {
	testPython(t, "store", []pyCase{
		{"rate limits", "from flask_limiter import Limiter\nfrom slowapi import Limiter as Slow\nLimiter(key_func=f)\nLimiter(key_func=f, storage_uri='redis://x')\nSlow(key_func=f, storage_uri=settings.STORE)\n", []string{
			`3 {"purpose":"rate-limit","via":"flask_limiter.Limiter","store":"memory"}`, `4 {"purpose":"rate-limit","via":"flask_limiter.Limiter","store":"redis"}`,
			`5 {"purpose":"rate-limit","via":"slowapi.Limiter","store":"other","choice":{"source":"unknown"}}`,
		}},
		{"caches", `
import functools, cachetools
from flask_caching import Cache
users = cachetools.TTLCache(100, 60)
cache = Cache(config={"CACHE_TYPE": "SimpleCache"})
app.config["CACHE_TYPE"] = "RedisCache"
@functools.lru_cache
def fetch(name):
    return requests.get(name)
@functools.lru_cache
def double(n):
    return n * 2
@functools.cache
def version():
    return open("VERSION").read()
def local():
    return cachetools.TTLCache(1, 1)
`, []string{
			`3 {"purpose":"cache","via":"cachetools.TTLCache","store":"memory","holds":"users"}`, `4 {"purpose":"cache","via":"flask_caching","store":"memory","holds":"cache"}`, `5 {"purpose":"cache","via":"flask_caching","store":"redis"}`,
			`7 {"purpose":"cache","via":"functools.lru_cache","store":"memory"}`,
		}},
		{"django", `
INSTALLED_APPS = []
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}, "redis": {"BACKEND": "django_redis.cache.RedisCache"}, "none": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
MEDIA_ROOT = "/srv/media"
CELERY_TASK_ALWAYS_EAGER = True
HUEY = {"huey_class": "huey.SqliteHuey", "immediate": False}
`, []string{
			`2 {"purpose":"cache","via":"django.CACHES","store":"memory"}`, `2 {"purpose":"cache","via":"django.CACHES","store":"redis"}`, `3 {"purpose":"pub-sub","via":"django.CHANNEL_LAYERS","store":"memory"}`,
			`4 {"purpose":"uploads","via":"django.MEDIA_ROOT","store":"file","choice":{"source":"literal","text":"/srv/media","hasText":true}}`, `5 {"purpose":"queue","via":"celery.task_always_eager","store":"memory"}`,
			`6 {"purpose":"queue","via":"django.HUEY","store":"file"}`,
		}},
		{"django's object store", `
INSTALLED_APPS = []
MEDIA_ROOT = "media"
STORAGES = {"default": {"BACKEND": "storages.backends.s3.S3Storage"}, "staticfiles": {"BACKEND": "django.core.files.storage.FileSystemStorage"}}
`, []string{`3 {"purpose":"uploads","via":"django.STORAGES","store":"other","choice":{"source":"literal","text":"storages.backends.s3.S3Storage","hasText":true}}`}},
		{"queues", `
from fastapi import BackgroundTasks, FastAPI
import threading
from rq import Queue
app = FastAPI()
@app.post("/mail")
def mail(tasks: BackgroundTasks):
    tasks.add_task(send, 1)
@app.post("/work")
def work():
    threading.Thread(target=f).start()
@app.post("/both")
def both():
    t = threading.Thread(target=f); t.start(); t.join()
q = Queue(connection=r)
threading.Thread(target=f).start()
`, []string{
			`7 {"purpose":"queue","via":"fastapi.BackgroundTasks.add_task","store":"memory"}`, `10 {"purpose":"queue","via":"threading.Thread","store":"memory"}`, `14 {"purpose":"queue","via":"rq.Queue","store":"redis"}`,
		}},
		{"sockets", "from flask_socketio import SocketIO\nimport socketio\nSocketIO(app)\nSocketIO(app, message_queue='redis://')\nsocketio.AsyncServer(client_manager=socketio.AsyncRedisManager(u))\n", []string{
			`3 {"purpose":"pub-sub","via":"flask_socketio.SocketIO","store":"memory"}`, `4 {"purpose":"pub-sub","via":"flask_socketio.SocketIO","store":"redis"}`, `5 {"purpose":"pub-sub","via":"socketio.AsyncServer","store":"redis"}`,
		}},
		{"none", "MEDIA_ROOT = 'x'\nCACHES = {'default': {'BACKEND': 'locmem'}}\ndef Limiter(): pass\nLimiter()\nclass TTLCache: pass\nTTLCache()\n", nil},
	})
}

func TestPythonUploadsAndCode(t *testing.T) {
	testPython(t, "file-write", []pyCase{
		{"uploads and code", `
import runpy
from fastapi import UploadFile
@app.post("/up")
def up(file: UploadFile):
    with open("data/" + file.filename, "wb") as out:
        out.write(file.file.read())
@app.get("/stats")
def stats():
    open("stats.txt", "w")
def update(path, text):
    open(path, "w").write(text)
    runpy.run_path(path)
`, []string{
			`5 {"via":"open","path":{"source":"input"},"handler":true,"upload":true}`, `9 {"via":"open","path":{"source":"literal","text":"stats.txt","hasText":true},"handler":true}`, `11 {"via":"open","path":{"source":"input"},"code":true}`,
		}},
	})
}

func TestPythonEndpoint(t *testing.T) {
	testPython(t, "endpoint", []pyCase{
		{"clients and names", `
import requests, httpx
requests.get("https://users.shop.io/all")
requests.post(f"http://orders:8080/orders/{id}", json={})
httpx.Client(base_url="https://pay.shop.io")
PAYMENT_URL = "https://pay.shop.io"
requests.get(PAYMENT_URL)
API_URL = "https://api.shop.io"
requests.get("https://%s/x" % host)
requests.get(url)
cache.get("https://cached.shop.io")
docs_url = "https://docs.shop.io"
config = {"base_url": "https://example.com", "search_endpoint": "http://search:9200"}
`, []string{
			`2 {"via":"requests.get","url":{"source":"literal","text":"https://users.shop.io/all","hasText":true}}`, `3 {"via":"requests.post","url":{"source":"literal","text":"http://orders:8080/orders/","hasText":true}}`,
			`4 {"via":"httpx.Client","name":"base_url","url":{"source":"literal","text":"https://pay.shop.io","hasText":true}}`, `6 {"via":"requests.get","url":{"source":"literal","text":"https://pay.shop.io","hasText":true}}`,
			`7 {"via":"assignment","name":"API_URL","url":{"source":"literal","text":"https://api.shop.io","hasText":true}}`, `12 {"via":"key","name":"search_endpoint","url":{"source":"literal","text":"http://search:9200","hasText":true}}`,
		}},
	})
}

func TestPythonResource(t *testing.T) {
	testPython(t, "resource", []pyCase{
		{"boto3 and google", `
import boto3
from google.cloud import storage
s3 = boto3.client("s3", region_name="eu-west-1")
s3.put_object(Bucket="shop-images", Key=k)
s3.upload_file("f", "shop-files", k)
s3.put_object(Bucket=os.environ["BUCKET"])
boto3.resource("dynamodb").Table("orders")
storage.Client().bucket("shop-media")
thing.put_object(Bucket="x")
AWS_STORAGE_BUCKET_NAME = "shop-static"
`, []string{
			`3 {"via":"boto3.client","what":"region","name":{"source":"literal","text":"eu-west-1","hasText":true}}`, `4 {"via":"boto3.client.put_object","what":"bucket","name":{"source":"literal","text":"shop-images","hasText":true}}`,
			`5 {"via":"boto3.client.upload_file","what":"bucket","name":{"source":"literal","text":"shop-files","hasText":true}}`, `7 {"via":"boto3.resource.Table","what":"table","name":{"source":"literal","text":"orders","hasText":true}}`,
			`8 {"via":"google.cloud.storage.Client.bucket","what":"bucket","name":{"source":"literal","text":"shop-media","hasText":true}}`, `10 {"via":"AWS_STORAGE_BUCKET_NAME","what":"bucket","name":{"source":"literal","text":"shop-static","hasText":true}}`,
		}},
	})
}

func TestPythonSlowWork(t *testing.T) {
	testPython(t, "slow-work", []pyCase{
		{"in handlers", `
import time
from django.core.mail import send_mail
from weasyprint import HTML
from PIL import Image
def view(request):
    send_mail("a", "b", "c", ["d"])
    HTML(string=s).write_pdf()
    Image.open(request.FILES["f"]).thumbnail((1, 1))
    time.sleep(2)
def job():
    send_mail("a", "b", "c", ["d"])
    time.sleep(2)
async def page(request):
    await asyncio.sleep(0)
`, []string{
			`6 {"via":"django.core.mail.send_mail","work":"mail"}`, `7 {"via":"weasyprint.HTML.write_pdf","work":"pdf"}`, `8 {"via":"PIL.Image.open","work":"image"}`, `9 {"via":"time.sleep","work":"sleep"}`,
			`11 {"via":"django.core.mail.send_mail","work":"mail","helper":true}`,
		}},
	})
}

func TestPythonStartWork(t *testing.T) {
	testPython(t, "start-work", []pyCase{
		{"before serving", `
import time, requests, torch
from flask import Flask
app = Flask(__name__)
model = torch.load("model.pt")
time.sleep(10)
def wait_for_db():
    while True:
        time.sleep(1)
wait_for_db()
for i in range(5):
    time.sleep(1)
requests.get("http://config/x")
@app.route("/")
def index():
    time.sleep(3)
    torch.load("x")
def later():
    time.sleep(1)
`, []string{
			`4 {"via":"torch.load","work":"load"}`, `5 {"via":"time.sleep","work":"sleep","seconds":{"source":"literal","text":"10","hasText":true}}`, `9 {"via":"wait_for_db","work":"wait"}`,
			`11 {"via":"time.sleep","work":"wait","seconds":{"source":"literal","text":"1","hasText":true},"bounded":true}`, `12 {"via":"requests.get","work":"request"}`,
		}},
		{"a factory and a lifespan", "from fastapi import FastAPI\nimport joblib\n@asynccontextmanager\nasync def lifespan(app):\n    app.model = joblib.load('m')\n    yield\napp = FastAPI(lifespan=lifespan)\n", []string{`5 {"via":"joblib.load","work":"load"}`}},
		{"beside, after, elsewhere", `
import time, threading
from flask import Flask
app = Flask(__name__)
def loop():
    while True:
        time.sleep(60)
threading.Thread(target=loop).start()
if __name__ == "__main__":
    app.run()
    time.sleep(5)
`, nil},
		{"a script", "import time\ntime.sleep(5)\n", nil},
	})
}

func TestPythonAck(t *testing.T) {
	testPython(t, "consumer", []pyCase{
		{"options", `
import redis, pika, kafka, celery
from huey import RedisHuey
huey = RedisHuey()
ch.basic_consume("q", f, auto_ack=True)
kafka.KafkaConsumer("t", enable_auto_commit=False)
@celery.shared_task(acks_late=True)
def a(): pass
@huey.task()
def b(): pass
r = redis.Redis()
while True:
    r.lpop("jobs")
r.blpop("jobs")
r.brpoplpush("a", "b")
r.lpop("once")
stack.lpop("x")
`, []string{
			`4 {"via":"pika.channel.basic_consume","ack":"early"}`, `5 {"via":"kafka.KafkaConsumer","ack":"late"}`, `7 {"via":"celery.shared_task","ack":"late"}`, `9 {"via":"huey.Huey.task","ack":"early"}`,
			`12 {"via":"redis.Redis.lpop","ack":"early"}`, `13 {"via":"redis.Redis.blpop","ack":"early"}`, `14 {"via":"redis.Redis.brpoplpush","ack":"late"}`,
		}},
	})
}

func TestPythonGuardedExec(t *testing.T) {
	testPython(t, "exec", []pyCase{
		{"asked for first", "import shutil, subprocess\nif shutil.which('ffmpeg'):\n    subprocess.run(['ffmpeg'])\nsubprocess.run(['convert'])\ntry:\n    subprocess.run(['git'])\nexcept FileNotFoundError:\n    pass\n", []string{
			`3 {"via":"subprocess.run","program":"ffmpeg","guarded":true}`, `4 {"via":"subprocess.run","program":"convert"}`, `6 {"via":"subprocess.run","program":"git","guarded":true}`,
		}},
	})
}

func TestPythonLogRoute(t *testing.T) {
	testPython(t, "log-route", []pyCase{
		{"root and loggers", "LOGGING = {'handlers': {'a': {'class': 'logging.StreamHandler'}}, 'root': {'handlers': ['a']}, 'loggers': {'x': {'handlers': ['a', 'b']}, 'y': {}}}\n", []string{
			`1 {"via":"LOGGING.root","sinks":["a"]}`, `1 {"via":"LOGGING.loggers.x","sinks":["a","b"]}`,
		}},
	})
}

func TestPythonDebugSink(t *testing.T) {
	testPython(t, "log-sink", []pyCase{
		{"only for developers", "import logging\nif DEBUG:\n    logging.basicConfig(filename='dev.log')\n", []string{
			`3 {"via":"logging.basicConfig","target":"file","path":{"source":"literal","text":"dev.log","hasText":true},"debug":true}`,
		}},
	})
}

// What must end soon: calls by the thousand that each ask about the whole file.
func TestPythonBehaviourHostileInput(t *testing.T) {
	t.Parallel()
	repeat := strings.Repeat
	for name, source := range map[string]string{
		"sleeps":    "from flask import Flask\nimport time\napp = Flask('x')\n" + repeat("def f():\n    time.sleep(1)\n", 5_000),
		"threads":   "import threading\ndef view(request):\n" + repeat("    threading.Thread(target=f)\n    open(request.FILES, 'w')\n", 5_000),
		"limiters":  "from slowapi import Limiter\n" + repeat("Limiter()\n", 20_000),
		"decisions": "import os\nE = os.environ['APP_ENV']\n" + nested(300, "if E == 'production':"),
		"choices":   "import os\nx = " + repeat("1 if os.environ['APP_ENV'] == 'test' else ", 3_000) + "2\n",
		"circles":   "a = b and c\nb = a and c\nc = a or b\n" + repeat("if a:\n    pass\n", 3_000),
		"memos":     "import functools\n" + repeat("@functools.lru_cache\n", 5_000) + "def f(x):\n    pass\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, s := range files.File(inspect.Python, []byte(source)) {
				if s.Line < 1 || s.EndLine < s.Line {
					t.Errorf("lines %d-%d of %v", s.Line, s.EndLine, s.Fact)
				}
			}
		})
	}
}

func nested(depth int, line string) string {
	var b strings.Builder
	for i := range depth {
		b.WriteString(strings.Repeat(" ", i) + line + "\n")
	}
	b.WriteString(strings.Repeat(" ", depth) + "pass\n")
	return b.String()
}
