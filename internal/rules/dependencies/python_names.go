package dependencies

import (
	"strings"
)

// Tables of Python's names: what an import statement names and what a
// manifest declares are two different things.

func words(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

// pythonStandard are the standard library's modules of every Python 3, those
// that were removed since included, and of Python 2, which code that runs on
// both still names.
var pythonStandard = words(`__future__ __main__ abc aifc annotationlib antigravity argparse array ast asynchat asyncio asyncore atexit audioop
	base64 bdb binascii binhex bisect builtins bz2 calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall
	compression concurrent configparser contextlib contextvars copy copyreg cProfile crypt csv ctypes curses dataclasses datetime dbm
	decimal difflib dis distutils doctest dummy_threading email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch
	formatter fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http
	idlelib imaplib imghdr imp importlib inspect io ipaddress itertools json keyword lib2to3 linecache locale logging lzma macpath mailbox
	mailcap marshal math mimetypes mmap modulefinder msilib msvcrt multiprocessing netrc nis nntplib nt ntpath nturl2path numbers opcode
	operator optparse os ossaudiodev parser pathlib pdb pickle pickletools pipes pkgutil platform plistlib poplib posix posixpath pprint
	profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource rlcompleter runpy
	sched secrets select selectors shelve shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile
	sre_constants sre_parse ssl stat statistics string stringprep struct subprocess sunau symbol symtable sys sysconfig syslog tabnanny
	tarfile telnetlib tempfile termios test textwrap this threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc
	tty turtle turtledemo types typing unicodedata unittest urllib uu uuid venv warnings wave weakref webbrowser winreg winsound wsgiref
	xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo
	BaseHTTPServer ConfigParser Cookie HTMLParser Queue SimpleHTTPServer SocketServer StringIO Tkinter UserDict UserList UserString
	__builtin__ anydbm cPickle cStringIO commands cookielib copy_reg exceptions htmlentitydefs httplib md5 robotparser sets sha thread
	urllib2 urlparse whichdb xmlrpclib`)

// pythonHosts are modules that the program running the code brings: no
// manifest can declare them, or every environment has them.
var pythonHosts = words(`setuptools pkg_resources pip wheel uwsgi uwsgidecorators mod_wsgi gi apt apt_pkg dbus rpm bpy mathutils hou maya
	unreal idaapi idc lldb gdb vim sublime sublime_plugin js pyodide micropip browser machine micropython awsglue dbutils _typeshed
	typeshed sitecustomize usercustomize ansible_collections`)

// pythonPlatform are modules that a function platform's runtime brings.
var pythonPlatform = words(`boto3 botocore`)

// distributions are the names under which a module is published, where that
// is not the module's own name. Keys are modules, or dotted paths below a
// namespace that several distributions share.
var distributions = map[string][]string{
	"yaml": {"pyyaml"}, "cv2": {"opencv-python", "opencv-python-headless", "opencv-contrib-python", "opencv-contrib-python-headless"},
	"PIL": {"pillow", "pillow-simd"}, "dotenv": {"python-dotenv"}, "jwt": {"pyjwt"}, "dateutil": {"python-dateutil"}, "bs4": {"beautifulsoup4", "bs4"},
	"sklearn": {"scikit-learn"}, "skimage": {"scikit-image"}, "Crypto": {"pycryptodome", "pycrypto"}, "Cryptodome": {"pycryptodomex"},
	"OpenSSL": {"pyopenssl"}, "nacl": {"pynacl"}, "jose": {"python-jose"}, "magic": {"python-magic", "python-magic-bin", "file-magic"}, "slugify": {"python-slugify", "unicode-slugify"},
	"MySQLdb": {"mysqlclient"}, "psycopg2": {"psycopg2-binary", "psycopg2cffi"}, "psycopg": {"psycopg-binary"}, "ldap": {"python-ldap"}, "memcache": {"python-memcached", "python3-memcached"},
	"pylibmc": {"pylibmc"}, "serial": {"pyserial"}, "usb": {"pyusb"}, "zmq": {"pyzmq"}, "git": {"gitpython"}, "github": {"pygithub"}, "gitlab": {"python-gitlab"},
	"docx": {"python-docx"}, "pptx": {"python-pptx"}, "fitz": {"pymupdf"}, "pymupdf": {"pymupdf"}, "markdown": {"markdown"}, "mistune": {"mistune"},
	"attr": {"attrs"}, "attrs": {"attrs"}, "dns": {"dnspython"}, "socks": {"pysocks"}, "websocket": {"websocket-client"}, "engineio": {"python-engineio"},
	"socketio": {"python-socketio"}, "multipart": {"python-multipart"}, "python_multipart": {"python-multipart"}, "telegram": {"python-telegram-bot"}, "discord": {"discord-py", "py-cord", "nextcord"},
	"stripe": {"stripe"}, "decouple": {"python-decouple"}, "environ": {"django-environ", "environ-config"}, "environs": {"environs"}, "consul": {"python-consul", "python-consul2"},
	"rest_framework": {"djangorestframework"}, "rest_framework_simplejwt": {"djangorestframework-simplejwt"}, "corsheaders": {"django-cors-headers"},
	"debug_toolbar": {"django-debug-toolbar"}, "django_filters": {"django-filter"}, "storages": {"django-storages"}, "allauth": {"django-allauth"},
	"crispy_forms": {"django-crispy-forms"}, "import_export": {"django-import-export"}, "guardian": {"django-guardian"}, "mptt": {"django-mptt"},
	"taggit": {"django-taggit"}, "compressor": {"django-compressor"}, "channels": {"channels"}, "model_utils": {"django-model-utils"}, "reversion": {"django-reversion"},
	"oauth2_provider": {"django-oauth-toolkit"}, "simple_history": {"django-simple-history"}, "social_django": {"social-auth-app-django"}, "social_core": {"social-auth-core"},
	"health_check": {"django-health-check"}, "waffle": {"django-waffle"}, "constance": {"django-constance"}, "anymail": {"django-anymail"}, "haystack": {"django-haystack"},
	"silk": {"django-silk"}, "axes": {"django-axes"}, "phonenumber_field": {"django-phonenumber-field"}, "phonenumbers": {"phonenumbers", "phonenumberslite"},
	"mozilla_django_oidc": {"mozilla-django-oidc"}, "djcelery": {"django-celery"}, "versatileimagefield": {"django-versatileimagefield"}, "django_countries": {"django-countries"},
	"widget_tweaks": {"django-widget-tweaks"}, "drf_spectacular": {"drf-spectacular"}, "drf_yasg": {"drf-yasg"}, "knox": {"django-rest-knox"}, "sass_processor": {"django-sass-processor"},
	"flask_sqlalchemy": {"flask-sqlalchemy"}, "flask_login": {"flask-login"}, "flask_restful": {"flask-restful"}, "flask_migrate": {"flask-migrate"}, "flask_cors": {"flask-cors"},
	"flask_talisman": {"flask-talisman"}, "pkg_about": {"pkg-about"}, "elasticsearch_dsl": {"elasticsearch-dsl"}, "kafka": {"kafka-python", "kafka-python-ng"}, "confluent_kafka": {"confluent-kafka"},
	"pika": {"pika"}, "nats": {"nats-py"}, "rq": {"rq"}, "rq_scheduler": {"rq-scheduler"}, "impala": {"impyla"}, "pyhive": {"pyhive"}, "TCLIService": {"pyhive"},
	"snowflake": {"snowflake-connector-python", "snowflake-sqlalchemy", "snowflake-snowpark-python"}, "cassandra": {"cassandra-driver"}, "bson": {"pymongo", "bson"}, "gridfs": {"pymongo"},
	"influxdb_client": {"influxdb-client"}, "clickhouse_driver": {"clickhouse-driver"}, "neo4j": {"neo4j", "neo4j-driver"}, "ibm_db": {"ibm-db"}, "cx_Oracle": {"cx-oracle"}, "oracledb": {"oracledb"},
	"adal": {"adal"}, "msal": {"msal"}, "jenkins": {"python-jenkins"}, "jira": {"jira"}, "slack": {"slackclient"}, "slack_sdk": {"slack-sdk"}, "apiclient": {"google-api-python-client"},
	"googleapiclient": {"google-api-python-client"}, "oauth2client": {"oauth2client"}, "gspread": {"gspread"}, "httplib2": {"httplib2"}, "google_auth_oauthlib": {"google-auth-oauthlib"}, "google_auth_httplib2": {"google-auth-httplib2"},
	"google.protobuf": {"protobuf"}, "google.auth": {"google-auth"}, "google.oauth2": {"google-auth"}, "google.api_core": {"google-api-core"}, "google.rpc": {"googleapis-common-protos"},
	"google.api": {"googleapis-common-protos"}, "google.type": {"googleapis-common-protos"}, "google.generativeai": {"google-generativeai"}, "google.genai": {"google-genai"},
	"google.analytics": {"google-analytics-data"}, "google.appengine": {"appengine-python-standard"}, "firebase_admin": {"firebase-admin"}, "vertexai": {"google-cloud-aiplatform"},
	"grpc": {"grpcio"}, "grpc_health": {"grpcio-health-checking"}, "grpc_tools": {"grpcio-tools"}, "grpc_reflection": {"grpcio-reflection"}, "grpc_status": {"grpcio-status"},
	"prometheus_client": {"prometheus-client"}, "pythonjsonlogger": {"python-json-logger"}, "sentry_sdk": {"sentry-sdk"}, "raven": {"raven"}, "ddtrace": {"ddtrace"}, "newrelic": {"newrelic"},
	"pydantic_settings": {"pydantic-settings"}, "pydantic_core": {"pydantic-core", "pydantic"}, "email_validator": {"email-validator"}, "typing_extensions": {"typing-extensions"}, "mypy_extensions": {"mypy-extensions"},
	"importlib_metadata": {"importlib-metadata"}, "importlib_resources": {"importlib-resources"}, "zope": {"zope-interface"}, "lazy_object_proxy": {"lazy-object-proxy"}, "tlz": {"toolz", "cytoolz"},
	"Levenshtein": {"levenshtein", "python-levenshtein"}, "fuzzywuzzy": {"fuzzywuzzy"}, "pyasn1": {"pyasn1"}, "OpenGL": {"pyopengl"}, "wx": {"wxpython"}, "pywintypes": {"pywin32"}, "win32api": {"pywin32"},
	"win32con": {"pywin32"}, "win32com": {"pywin32"}, "faiss": {"faiss-cpu", "faiss-gpu"}, "tensorflow": {"tensorflow", "tensorflow-cpu", "tensorflow-gpu"}, "keras": {"keras", "tensorflow"}, "torch": {"torch"}, "igraph": {"python-igraph", "igraph"},
	"Bio": {"biopython"}, "mpl_toolkits": {"matplotlib"}, "pylab": {"matplotlib"}, "umap": {"umap-learn"}, "hdbscan": {"hdbscan"}, "llama_cpp": {"llama-cpp-python"}, "tabula": {"tabula-py"}, "pdfminer": {"pdfminer-six", "pdfminer"},
	"whois": {"python-whois", "whois"}, "nmap": {"python-nmap"}, "crontab": {"python-crontab"}, "croniter": {"croniter"}, "daemon": {"python-daemon"}, "ruamel": {"ruamel-yaml"}, "user_agents": {"pyyaml-user-agents", "user-agents"}, "ua_parser": {"ua-parser"},
	"stdnum": {"python-stdnum"}, "vcr": {"vcrpy"}, "playhouse": {"peewee"}, "jsonrpc": {"json-rpc"}, "charset_normalizer": {"charset-normalizer"}, "http_ece": {"http-ece"}, "pyximport": {"cython"}, "Cython": {"cython"}, "graphql": {"graphql-core"}, "graphene_django": {"graphene-django"}, "graphql_relay": {"graphql-relay"}, "aiopg": {"aiopg"}, "aioredis": {"aioredis"},
	"kombu": {"kombu"}, "paste": {"paste"}, "webob": {"webob"}, "pymysql": {"pymysql"}, "OleFileIO_PL": {"olefile"}, "saml2": {"pysaml2"}, "onelogin": {"python3-saml", "python-saml"}, "authlib": {"authlib"}, "itsdangerous": {"itsdangerous"},
	"pynamodb": {"pynamodb"}, "moto": {"moto"}, "mock": {"mock"}, "six": {"six"}, "past": {"future"}, "future": {"future"}, "simple_salesforce": {"simple-salesforce"}, "pyspark": {"pyspark"}, "airflow": {"apache-airflow"}, "superset": {"apache-superset"},
	"funcy": {"funcy"}, "ics": {"ics"}, "icalendar": {"icalendar"}, "sendgrid": {"sendgrid"}, "twilio": {"twilio"}, "pywebpush": {"pywebpush"}, "py_vapid": {"py-vapid"}, "webpush": {"django-webpush"}, "rapidjson": {"python-rapidjson"}, "sqlalchemy_utils": {"sqlalchemy-utils"},
	"sqlalchemy_searchable": {"sqlalchemy-searchable"}, "pysqlite2": {"pysqlite"}, "pyodbc": {"pyodbc"}, "pymssql": {"pymssql"}, "pkcs11": {"python-pkcs11"}, "editor": {"python-editor"}, "pythoncom": {"pywin32"}, "Xlib": {"python-xlib"}, "mcp": {"mcp", "fastmcp"},
	"opensearchpy": {"opensearch-py"}, "pinecone": {"pinecone", "pinecone-client"}, "weaviate": {"weaviate-client"}, "qdrant_client": {"qdrant-client"}, "chromadb": {"chromadb", "chromadb-client"}, "trino": {"trino"}, "prestodb": {"presto-python-client"},
}

// sameName are well-known distributions that are published under the name of
// their module. With distributions they are the modules whose name is beyond
// doubt.
var sameName = words(`aiohttp aiokafka aiosqlite alembic amqp anthropic arrow asgiref asyncpg babel backoff bcrypt bleach blinker boto boto3 botocore bottle cachetools
	celery certifi chardet click colorama coloredlogs cryptography daphne dash dask databases defusedxml django dramatiq elasticsearch eventlet faker fakeredis
	falcon fastapi fastmcp feedparser filelock flask freezegun fsspec funcy gevent geopy greenlet gunicorn h11 h2 html5lib httpcore httptools httpx huey hvac
	hypercorn hypothesis idna isort jinja2 jmespath joblib jsonpatch jsonschema kubernetes langchain langchain_core langchain_openai langgraph lxml mako
	markupsafe marshmallow matplotlib minio mongoengine motor msgpack mypy nltk networkx numpy oauthlib openai openpyxl orjson packaging pandas
	paramiko passlib peewee pendulum pexpect plotly polars prettytable progressbar psutil pyarrow pydantic pygments pymongo pyotp pyparsing pypdf pytest
	pytz quart qrcode rarfile ratelimit redis regex reportlab requests requests_oauthlib rich rpyc ruff s3transfer sanic scipy scrapy seaborn selenium simplejson
	spacy sqlalchemy sqlmodel sqlparse sse_starlette starlette stem structlog sympy tabulate tenacity tiktoken toml tomlkit toolz tornado tortoise tqdm transformers
	tweepy twisted typer tzlocal ujson unidecode urllib3 uvicorn uvloop validators waitress watchdog watchfiles websockets werkzeug whitenoise wrapt
	xlrd xlsxwriter xlwt xmltodict yarl zstandard locust dparse waybackpy brotli`)

// namespaces are modules that many distributions fill; any declared one of
// the same first word stands for them when none is named exactly.
var namespaces = words(`google azure opentelemetry zope backports jaraco ruamel llama_index oslo_config sphinxcontrib odoo plone collective
	repoze flufl dogpile databricks alibabacloud tencentcloud aws_cdk aws_lambda_powertools pulumi langchain_community ibm_cloud airflow prometheus_fastapi_instrumentator`)

// brings are packages that require another's module without conditions, by that
// module: who declares one of these has it today, at a version that nobody chose.
var brings = map[string][]string{
	"prometheus_client": {"django-prometheus", "prometheus-fastapi-instrumentator", "prometheus-flask-exporter", "starlette-exporter", "flower"},
	"redis":             {"django-redis", "channels-redis", "rq", "django-rq"}, "jwt": {"djangorestframework-simplejwt", "flask-jwt-extended", "pyjwt"},
	"numpy": {"pandas", "scipy", "scikit-learn", "matplotlib"}, "dateutil": {"pandas", "botocore", "boto3", "arrow", "alembic"}, "pytz": {"pandas"},
	"PIL": {"easy-thumbnails", "django-imagekit", "sorl-thumbnail", "pilkit"}, "httpx": {"openai", "anthropic", "ollama", "groq", "mistralai", "cohere", "supabase", "postgrest", "qdrant-client", "python-telegram-bot", "litellm", "gradio", "langsmith", "chromadb"}, "anyio": {"starlette", "fastapi", "httpx"}, "yaml": {"drf-spectacular", "langchain", "langchain-core", "transformers", "huggingface-hub"}, "huggingface_hub": {"transformers", "sentence-transformers", "diffusers"}, "torch": {"sentence-transformers", "torchvision", "easyocr", "ultralytics"}, "transformers": {"sentence-transformers"},
	"cryptography": {"pyopenssl"}, "requests": {"requests-oauthlib", "docker", "google-api-core"}, "celery": {"django-celery-beat", "django-celery-results"}, "flask": {"flask-restful", "flask-sqlalchemy", "flask-login", "flask-cors"},
	"sqlalchemy": {"alembic"}, "rest_framework": {"drf-spectacular", "drf-yasg", "djangorestframework-simplejwt"},
}

// companions are modules that a framework's own documentation has its users
// import, and which it always brings at the version that it needs.
var companions = map[string][]string{
	"werkzeug": {"flask"}, "jinja2": {"flask"}, "markupsafe": {"flask", "jinja2"}, "itsdangerous": {"flask"}, "click": {"flask", "typer"}, "blinker": {"flask"},
	"starlette": {"fastapi"}, "pydantic": {"fastapi"}, "botocore": {"boto3"}, "s3transfer": {"boto3"}, "kombu": {"celery"}, "billiard": {"celery"}, "vine": {"celery"},
	"asgiref": {"django", "channels"}, "urllib3": {"requests"}, "bson": {"motor", "mongoengine", "pymongo"}, "pymongo": {"motor", "mongoengine"}, "gridfs": {"motor"}, "sqlalchemy": {"flask-sqlalchemy", "sqlmodel"},
	"wtforms": {"flask-wtf"}, "alembic": {"flask-migrate"}, "gevent": {"locust"}, "OpenSSL": {"pyopenssl"}, "socketio": {"flask-socketio"}, "graphql": {"graphene", "strawberry-graphql"}, "graphql_relay": {"graphene"},
	"grpc": {"grpcio-health-checking", "grpcio-reflection", "grpcio-status", "grpcio-tools"}, "langchain_core": {"langchain", "langchain-openai", "langchain-community", "langgraph"},
	"pydantic_core": {"pydantic"}, "typing_extensions": {"pydantic"}, "tokenizers": {"transformers"}, "aiosignal": {"aiohttp"}, "yarl": {"aiohttp"}, "multidict": {"aiohttp"},
}
