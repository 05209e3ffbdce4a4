//go:build cgo

package python_test

import "testing"

func TestPythonCredential(t *testing.T) {
	const secret = `"secret":{"masked":"s3cr…","length":16,"entropy":2.75}`
	testPython(t, "credential", []pyCase{
		{"assignments and fields", `
SECRET_KEY = "s3cr3t-s3cr3t-99"
app.secret_key = "s3cr3t-s3cr3t-99"
app.config["SECRET_KEY"] = "s3cr3t-s3cr3t-99"
CONFIG = {"db": {"password": "s3cr3t-s3cr3t-99"}}
connect(password="s3cr3t-s3cr3t-99")
API_KEY = "changeme"
`, []string{
			`1 {"name":"SECRET_KEY","via":"assignment",` + secret + `}`,
			`2 {"name":"secret_key","via":"field",` + secret + `}`,
			`3 {"name":"SECRET_KEY","via":"field",` + secret + `}`,
			`4 {"name":"password","via":"field",` + secret + `}`,
			`5 {"name":"password","via":"argument",` + secret + `}`,
			`6 {"name":"API_KEY","via":"assignment","secret":{"masked":"ch…","length":8,"entropy":2.75,"placeholder":true}}`,
		}},
		{"names that are none", `
from enum import Enum
password: str
class Kind(Enum):
    TOKEN = "tok-1234"
class Form(forms.Form):
    password = forms.CharField(label="Password")
PASSWORD = "password"
ACCESS_TOKEN = "access_token"
TOKEN_ENV = "API_TOKEN"
LABELS = {"password": "Passwort"}
MESSAGES = {"token": "Dein Token"}
PASSWORD_HELP = "Enter your password"
token = "https://host/oauth/token"
secret = ""
key = "s3cr3t-s3cr3t-99"
password_field = "pw-input-1"
if password == "refresh-token":
    pass
CharField(password="s3cr3t-s3cr3t-99")
TOKEN = os.environ["TOKEN"]
AUTH_TOKEN = config("s3cr3t-s3cr3t-99")
`, nil},
		{"urls", `
import os
A = "postgres://app:hunter22@db.example.com:5432/x"
B = f"amqp://guest:{PASSWORD}@rabbit"
C = os.environ.get("C", "postgres://app:hunter22@db/x")
D = os.environ.get("D") or "postgres://app:hunter22@db/x"
E = "postgres://db/x"
F = "mailto:someone@example.com"
`, []string{
			`2 {"name":"postgres://db.example.com","via":"url","secret":{"masked":"hu…","length":8,"entropy":2.75},"host":"db.example.com"}`,
		}},
		{"docstrings and comments are no code", `
"""postgres://app:hunter22@db/x"""
# SECRET_KEY = "s3cr3t-s3cr3t-99"
def f():
    "SECRET_KEY = 's3cr3t-s3cr3t-99'"
`, nil},
		{"what signs", `
import jwt
KEY = "s3cr3t-s3cr3t-99"
jwt.encode({}, "s3cr3t-s3cr3t-99", algorithm="HS256")
jwt.encode({}, KEY)
jwt.encode({}, settings.KEY)
other.encode({}, "s3cr3t-s3cr3t-99")
`, []string{
			`3 {"name":"signing key","via":"argument",` + secret + `}`,
			`4 {"name":"signing key","via":"argument",` + secret + `}`,
		}},
		{"a settings class's default is a fallback", `
from pydantic_settings import BaseSettings
class S(BaseSettings):
    secret_key: str = "s3cr3t-s3cr3t-99"
`, nil},
	})
}
