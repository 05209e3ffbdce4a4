package credentials

import (
	"testing"

	"twelvefold/internal/inspect"
)

func TestCredentialsAreRead(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		format  inspect.Format
		yes, no string
		line    int
	}{
		{inspect.NpmRC, "registry=https://r.acme.dev/\n//r.acme.dev/:_authToken=hT5bN8cK2wQz9x", "//r.acme.dev/:_authToken=${NPM_TOKEN}\n# _auth=hT5bN8cK2wQz9x", 2},
		{inspect.PyPIRC, "[pypi]\nusername = acme\npassword = hT5bN8cK2wQz", "[pypi]\npassword = <your password>", 3},
		{inspect.Netrc, "machine git.acme.dev login bot password hT5bN8cK2wQz", "machine git.acme.dev\n# password hT5bN8cK2wQz", 1},
		{inspect.GitCredentials, "https://bot:hT5bN8cK2wQz@git.acme.dev", "https://git.acme.dev", 1},
		{inspect.MySQLOptions, "[mariadb-client]\nuser=bot\npassword=hT5bN8cK2wQz", "[client]\n#password=hT5bN8cK2wQz\npassword=\n", 3},
		{inspect.HTPasswd, "# owners\nowner:$apr1$hT5bN8cK$2wQzVq8rT2mLz0xKq7b2x9\n", "require valid-user\n", 2},
		{inspect.S3Config, "[default]\nsecret_key = hT5bN8cK2wQz9x", "[default]\nsecret_key =\n", 2},
		{inspect.PgPass, "# host\ndb.acme.dev:5432:api:api:hT5bN8cK2wQz", "#db.acme.dev:5432:api:api:hT5bN8cK2wQz", 2},
		{inspect.DockerConfig, `{"auths": {"r.acme.dev": {"auth": "Ym90OmhUNWJOOGNLMndRego="}}}`, `{"credsStore": "desktop"}`, 1},
		{inspect.KubeConfig, "kind: Config\nusers:\n- name: admin\n  user:\n    client-key-data: LS0tLS1CRUdJTiBSU0E=", "kind: Config\nusers:\n- name: admin\n  user:\n    exec: {command: aws}", 5},
		{inspect.AWSCredentials, "[default]\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCY9x8Qz2LmT5", "[default]\nrole_arn = arn:aws:iam::1:role/x", 2},
		{inspect.MasterKey, "0a4d3f6be1c97825d0f3b6a9c8e7d214\n", "see the wiki\n", 1},
		{inspect.TerraformState, "{\"resources\": [\n{\"password\": \"hT5bN8cK2wQz\"}]}", `{"resources": []}`, 2},
		{inspect.PuTTYKey, "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\nAAAAIJbT5bN8cK2wQz9x", "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: aes256-cbc\nPrivate-Lines: 1\nAAAAIJbT5bN8cK2wQz9x", 4},
	} {
		for text, want := range map[string]int{test.yes: test.line, test.no: 0} {
			var e inspect.Emitter
			if err := Extract(test.format)(&e, []byte(text)); err != nil {
				t.Error(err)
			}
			got := 0
			if len(e.Signals) == 1 {
				got = e.Signals[0].Line
			}
			if got != want {
				t.Errorf("%s: %q states a credential on line %d, want %d", test.format, text, got, want)
			}
		}
	}
}
