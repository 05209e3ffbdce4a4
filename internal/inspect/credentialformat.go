package inspect

import (
	"regexp"
	"strings"
)

// keyRing is what ASP.NET calls a key that protects cookies and tokens.
var keyRing = regexp.MustCompile(`^key-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.xml$`)

// plainName is how realms are called.
var plainName = regexp.MustCompile(`^[a-z0-9]+([_-][a-z0-9]+)*$`)

// realmName are exports of Keycloak's realms, which hold the keys that it signs
// tokens with: shop-realm.json, realm-export.json.
var realmName = regexp.MustCompile(`(?i)(^|[._-])realm([._-][\w.-]*)?\.json$`)

// realmDir are directories that Keycloak's exports lie in, whatever those are called:
// keycloak/import/shop.json, keycloak/realm/shop.
var realmDir = regexp.MustCompile(`(?i)(^|/)(realms?|realm-(config|data|exports?|imports?)|keycloak/([\w.-]+/)*(imports?|exports?))/$`)

// credentialName are the files that tools keep credentials in.
var credentialName = map[string]Format{
	".npmrc": NpmRC, ".pypirc": PyPIRC, ".netrc": Netrc, "_netrc": Netrc, ".git-credentials": GitCredentials, ".pgpass": PgPass, "pgpass.conf": PgPass,
	".my.cnf": MySQLOptions, ".my-healthcheck.cnf": MySQLOptions, "debian.cnf": MySQLOptions, ".htpasswd": HTPasswd, "htpasswd": HTPasswd, ".s3cfg": S3Config,
	".dockercfg": DockerConfig, ".dockerconfigjson": DockerConfig, "kubeconfig": KubeConfig, "kubeconfig.yml": KubeConfig, "kubeconfig.yaml": KubeConfig,
	"tempkey.rsa": WebKey, "jwk.json": WebKey, "jwks.json": WebKey, "private-jwk.json": WebKey, "private_jwk.json": WebKey, "master.key": MasterKey, "terraform.tfstate": TerraformState, "terraform.tfstate.backup": TerraformState,
}

// credentialFormat tells the files that tools keep credentials in by their names
// or, where that is too common, their places.
func credentialFormat(dir, base, ext string) Format {
	if f := credentialName[base]; f != "" {
		return f
	}
	switch ext {
	case ".kubeconfig":
		return KubeConfig
	case ".tfstate":
		return TerraformState
	case ".xml":
		if keyRing.MatchString(base) {
			return KeyRing
		}
	case ".ppk":
		return PuTTYKey
	case ".jwk", ".jwks":
		return WebKey
	case ".key":
		if strings.HasSuffix(dir, "config/credentials/") {
			return MasterKey
		}
	case ".json":
		if realmName.MatchString(base) || realmDir.MatchString(dir) && base != "package.json" {
			return WebKey
		}
		if base == "config.json" && strings.HasSuffix(dir, ".docker/") {
			return DockerConfig
		}
	case "":
		switch {
		case strings.HasSuffix(strings.TrimSuffix(strings.TrimSuffix(dir, "/"), "s"), "keycloak/realm") && plainName.MatchString(base):
			return WebKey
		case base == "credentials" && strings.HasSuffix(dir, ".aws/"):
			return AWSCredentials
		case base == "config" && strings.HasSuffix(dir, ".kube/"):
			return KubeConfig
		}
	}
	return ""
}
