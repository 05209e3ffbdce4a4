//go:build cgo

package python_test

import "testing"

func TestPythonListen(t *testing.T) {
	testPython(t, "listen", []pyCase{
		{"flask's development server", `
from flask import Flask
app = Flask(__name__)
if __name__ == "__main__":
    app.run(host="0.0.0.0", port=5000, debug=True)
`, []string{
			`4 {"via":"flask.Flask.run","host":{"source":"literal","text":"0.0.0.0","hasText":true},"port":{"source":"literal","text":"5000","hasText":true},"main":true,"dev":true,"debug":true}`,
		}},
		{"an app made by a function of the file", `
import os, flask
def create_app():
    app = flask.Flask("x")
    return app
def main():
    app = create_app()
    app.run(port=int(os.environ.get("PORT", 8000)))
if __name__ == "__main__":
    main()
`, []string{
			`7 {"via":"flask.Flask.run","port":{"source":"env","text":"8000","hasText":true,"env":["PORT"]},"main":true,"dev":true}`,
		}},
		{"run of something else", `
import asyncio
from jobs import app
asyncio.run(main())
app.run(host="0.0.0.0", port=80)
runner.run(port=1)
def f(app):
    app.run(port=2)
`, nil},
		{"servers", `
import os, uvicorn, grpc
from concurrent import futures
from waitress import serve
from gevent.pywsgi import WSGIServer
from http.server import HTTPServer
from prometheus_client import start_http_server
PORT = 9000
uvicorn.run("app:app", host="127.0.0.1", port=PORT)
serve(app, listen="*:8080")
WSGIServer(("", 8000), app).serve_forever()
HTTPServer(("localhost", int(os.environ["PORT"])), H)
s = grpc.server(futures.ThreadPoolExecutor())
s.add_insecure_port("[::]:50051")
s.add_insecure_port(f"[::]:{os.environ['PORT']}")
start_http_server(9090)
`, []string{
			`8 {"via":"uvicorn.run","host":{"source":"literal","text":"127.0.0.1","hasText":true},"port":{"source":"literal","text":"9000","hasText":true}}`,
			`9 {"via":"waitress.serve","host":{"source":"literal","text":"*","hasText":true},"port":{"source":"literal","text":"8080","hasText":true}}`,
			`10 {"via":"gevent.pywsgi.WSGIServer","host":{"source":"literal","hasText":true},"port":{"source":"literal","text":"8000","hasText":true}}`,
			`11 {"via":"http.server.HTTPServer","host":{"source":"literal","text":"localhost","hasText":true},"port":{"source":"env","env":["PORT"]}}`,
			`13 {"via":"grpc.server.add_insecure_port","host":{"source":"literal","text":"::","hasText":true},"port":{"source":"literal","text":"50051","hasText":true}}`,
			`14 {"via":"grpc.server.add_insecure_port","host":{"source":"literal","text":"::","hasText":true},"port":{"source":"env","env":["PORT"]}}`,
			`15 {"via":"prometheus_client.start_http_server","port":{"source":"literal","text":"9090","hasText":true},"side":true}`,
		}},
		{"runserver from code", `
from django.core.management import call_command, execute_from_command_line
import sys
call_command("runserver", "0.0.0.0:8000")
call_command("check")
execute_from_command_line(sys.argv)
`, []string{
			`3 {"via":"django.core.management.call_command","host":{"source":"literal","text":"0.0.0.0","hasText":true},"port":{"source":"literal","text":"8000","hasText":true},"dev":true}`,
		}},
	})
}

func TestPythonClient(t *testing.T) {
	testPython(t, "client", []pyCase{
		{"clients", `
import os, sqlite3, smtplib, boto3
import psycopg2 as pg
from redis import Redis
from sqlalchemy import create_engine
from pymongo import MongoClient
pg.connect(host="db", password="x")
Redis.from_url(os.environ["REDIS_URL"])
create_engine("mysql+pymysql://root@db/x")
create_engine(os.getenv("DATABASE_URL", "sqlite:///x.db"))
create_engine(url)
sqlite3.connect(os.path.join(os.path.dirname(__file__), "app.db"))
MongoClient()
smtplib.SMTP("localhost", 25)
boto3.client("s3", endpoint_url="http://minio:9000")
boto3.client("ses")
`, []string{
			`6 {"service":"postgres","via":"psycopg2.connect","handle":{"source":"literal","text":"db","hasText":true}}`,
			`7 {"service":"redis","via":"redis.Redis.from_url","handle":{"source":"env","env":["REDIS_URL"]}}`,
			`8 {"service":"mysql","via":"sqlalchemy.create_engine","handle":{"source":"literal","text":"mysql+pymysql://root@db/x","hasText":true}}`,
			`9 {"service":"sqlite","via":"sqlalchemy.create_engine","handle":{"source":"env","text":"sqlite:///x.db","hasText":true,"env":["DATABASE_URL"]}}`,
			`10 {"service":"database","via":"sqlalchemy.create_engine","handle":{"source":"unknown"}}`,
			`11 {"service":"sqlite","via":"sqlite3.connect","handle":{"source":"literal","text":"app.db","hasText":true}}`,
			`12 {"service":"mongodb","via":"pymongo.MongoClient"}`,
			`13 {"service":"smtp","via":"smtplib.SMTP","handle":{"source":"literal","text":"localhost","hasText":true}}`,
			`14 {"service":"object-store","via":"boto3.client","handle":{"source":"literal","text":"http://minio:9000","hasText":true}}`,
		}},
		{"other receivers", `
from mylib import connect, Redis
connect("postgres://x")
Redis("redis")
signal.connect(handler)
db.connect("x")
`, nil},
		{"a broker that its variable names", `
import os
from celery import Celery
Celery("x", broker=os.environ["REDIS_URL"])
CELERY_BROKER_URL = os.environ["VALKEY_URL"]
`, []string{
			`3 {"service":"redis","via":"celery.Celery","handle":{"source":"env","env":["REDIS_URL"]}}`,
			`4 {"service":"redis","via":"CELERY_BROKER_URL","handle":{"source":"env","env":["VALKEY_URL"]}}`,
		}},
		{"configuration of flask and celery", `
from flask import Flask
from celery import Celery
app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///app.db"
app.config.update(MONGO_URI="mongodb://mongo/x", DEBUG=True)
Celery("x", broker="redis://redis:6379/0")
Celery("y")
class Config:
    SQLALCHEMY_DATABASE_URI = "postgresql://db/x"
def f():
    SQLALCHEMY_DATABASE_URI = "postgresql://local/x"
`, []string{
			`4 {"service":"sqlite","via":"SQLALCHEMY_DATABASE_URI","handle":{"source":"literal","text":"sqlite:///app.db","hasText":true}}`,
			`5 {"service":"mongodb","via":"MONGO_URI","handle":{"source":"literal","text":"mongodb://mongo/x","hasText":true}}`,
			`6 {"service":"redis","via":"celery.Celery","handle":{"source":"literal","text":"redis://redis:6379/0","hasText":true}}`,
			`9 {"service":"postgres","via":"SQLALCHEMY_DATABASE_URI","handle":{"source":"literal","text":"postgresql://db/x","hasText":true}}`,
		}},
		{"a connection string keeps no password", `
import psycopg2
psycopg2.connect("host=db user=u password=hunter22 dbname=x")
`, []string{
			`2 {"service":"postgres","via":"psycopg2.connect","handle":{"source":"literal","text":"host=db user=u password=… dbname=x","hasText":true,"secret":{"masked":"hu…","length":8,"entropy":2.75}}}`,
		}},
		{"django", `
import os
INSTALLED_APPS = []
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "x", "HOST": os.environ["DB_HOST"]}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": ["redis://cache:6379"]}}
`, []string{
			`3 {"service":"postgres","via":"django.DATABASES","handle":{"source":"env","env":["DB_HOST"]}}`,
			`4 {"service":"redis","via":"django.CACHES","handle":{"source":"literal","text":"redis://cache:6379","hasText":true}}`,
		}},
	})
}

func TestPythonSession(t *testing.T) {
	testPython(t, "session", []pyCase{
		{"flask's cookie", "from flask import session\ndef f():\n    session['a'] = 1\n    session.get('b')\n", []string{`3 {"via":"flask.session","store":"cookie"}`}},
		{"imported but not used, or another session", "from flask import session\nfrom db import session as s\ns['a'] = 1\n", nil},
		{"flask-session", "from flask_session import Session\nfrom flask import session\napp.config['SESSION_TYPE'] = 'filesystem'\nsession['a'] = 1\n", []string{`3 {"via":"flask_session","store":"file"}`}},
		{"django", "INSTALLED_APPS = []\nDATABASES = {}\nSESSION_ENGINE = 'django.contrib.sessions.backends.file'\n", []string{`3 {"via":"django.SESSION_ENGINE","store":"file"}`}},
		{"django's cache", "INSTALLED_APPS = []\nCACHES = {'default': {'BACKEND': 'django.core.cache.backends.locmem.LocMemCache'}}\nSESSION_ENGINE = 'django.contrib.sessions.backends.cache'\n", []string{`3 {"via":"django.SESSION_ENGINE","store":"memory"}`}},
		{"starlette", "from fastapi import FastAPI\nfrom starlette.middleware.sessions import SessionMiddleware\napp = FastAPI()\napp.add_middleware(SessionMiddleware, secret_key=K)\n", []string{
			`4 {"via":"starlette.middleware.sessions.SessionMiddleware","store":"cookie"}`,
		}},
		{"requests' session", "import requests\nrequests.Session()\nSession(app)\n", nil},
	})
}

func TestPythonSetting(t *testing.T) {
	testPython(t, "setting", []pyCase{
		{"a settings file", `
import os
from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent
SECRET_KEY = "kgq4hgsdf8s7df6gs8d7f6g"
DEBUG = os.environ.get("DEBUG") == "1"
INSTALLED_APPS = ["a"]
INSTALLED_APPS += ["b"]
DATABASES = {"default": {"NAME": BASE_DIR / "db.sqlite3", "PASSWORD": "hunter22"}}
DATABASES["default"]["PORT"] = 5432
lower = 1
def f():
    INNER = 2
`, []string{
			`3 {"key":"BASE_DIR","value":{"source":"literal","text":".","hasText":true}}`,
			`4 {"key":"SECRET_KEY","value":{"source":"literal","text":"kgq4…","hasText":true,"secret":{"masked":"kgq4…","length":23,"entropy":3.29}}}`,
			`5 {"key":"DEBUG","value":{"source":"env","env":["DEBUG"]}}`,
			`6 {"key":"INSTALLED_APPS.0","value":{"source":"literal","text":"a","hasText":true}}`,
			`7 {"key":"INSTALLED_APPS.0","value":{"source":"literal","text":"b","hasText":true},"part":true}`,
			`8 {"key":"DATABASES.default.NAME","value":{"source":"literal","text":"db.sqlite3","hasText":true}}`,
			`8 {"key":"DATABASES.default.PASSWORD","value":{"source":"literal","text":"hu…","hasText":true,"secret":{"masked":"hu…","length":8,"entropy":2.75}}}`,
			`9 {"key":"DATABASES.default.PORT","value":{"source":"literal","text":"5432","hasText":true},"part":true}`,
		}},
		{"a list of secrets", "DATABASES = {}\nOLD_SECRET_KEY = ['kgq4hgsdf8s7df6gs8d7f6g']\n", []string{
			`2 {"key":"OLD_SECRET_KEY.0","value":{"source":"literal","text":"kgq4…","hasText":true,"secret":{"masked":"kgq4…","length":23,"entropy":3.29}}}`,
		}},
		{"an override of another file", "from .base import *\nDEBUG = True\n", []string{`2 {"key":"DEBUG","value":{"source":"literal","text":"True","hasText":true}}`}},
		{"a reader of settings", "from django.conf import settings\nLIMIT = settings.LIMIT\n", nil},
	})
}

func TestPythonEngineByEnvironment(t *testing.T) {
	testPython(t, "client", []pyCase{
		{"in a branch for debugging, and its contrary", `
DEBUG = True
INSTALLED_APPS = []
if not DEBUG:
    DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "HOST": "db"}}
else:
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "x"}}
`, []string{
			`4 {"service":"postgres","via":"django.DATABASES","handle":{"source":"literal","text":"db","hasText":true}}`,
			`6 {"service":"sqlite","via":"django.DATABASES","handle":{"source":"literal","text":"x","hasText":true},"debug":true}`,
		}},
	})
}

func TestPythonConfigClass(t *testing.T) {
	testPython(t, "setting", []pyCase{
		{"in a class of an environment", `
class DevConfig:
    SQLALCHEMY_DATABASE_URI = "sqlite://"
class TestConfig:
    SQLALCHEMY_DATABASE_URI = "sqlite://"
`, []string{
			`2 {"key":"development.SQLALCHEMY_DATABASE_URI","value":{"source":"literal","text":"sqlite://","hasText":true}}`,
		}},
	})
}
