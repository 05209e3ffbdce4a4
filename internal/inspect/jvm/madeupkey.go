package jvm

import (
	"regexp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// keyMakers make a key that signs tokens, by resolved name.
var keyMakers = map[string]bool{
	"io.jsonwebtoken.security.Keys.secretKeyFor": true, "io.jsonwebtoken.security.Keys.keyPairFor": true, "io.jsonwebtoken.impl.crypto.MacProvider.generateKey": true,
	"com.nimbusds.jose.jwk.gen.RSAKeyGenerator": true, "com.nimbusds.jose.jwk.gen.ECKeyGenerator": true, "com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator": true,
}

// pairMaker makes keys of any purpose: those of tokens where the file serves
// them.
const pairMaker = "java.security.KeyPairGenerator.getInstance"

var (
	servesKeys = regexp.MustCompile(`\b(JWKSource|ImmutableJWKSet|JwtEncoder|NimbusJwtEncoder)\b`)
	keyLoaded  = regexp.MustCompile(`\b(KeyStore|PemReader|PEMParser|PemContent|RsaKeyConverters)\b|readAllBytes|readString|@Value`)
)

// madeUpKey states a key for tokens that is made when the program starts: for a
// field, or in what the container calls once. A program that prints one is no
// start of a server.
func (f *file) madeUpKey(c call) {
	if !keyMakers[c.name] && c.name != pairMaker || f.debugOnly(c.Node) {
		return
	}
	source := f.tree.Root().Text()
	if keyLoaded.MatchString(source) || c.name == pairMaker && !servesKeys.MatchString(source) || f.handler(c.Node).OK() {
		return
	}
	if fn := enclosingFunction(c.Node); fn.OK() && fn.Field("name").Text() == "main" {
		return
	}
	if c.name != pairMaker && enclosingFunction(c.Node).OK() && !f.ofBean(c.Node) {
		return
	}
	f.state(c.Node, inspect.MadeUpKey{Name: "signing key", Via: f.via(c.name)})
}

// ofBean reports whether a class is one that a container makes one of.
func (f *file) ofBean(n syntax.Node) bool {
	for _, a := range f.annotationsOf(enclosingClass(n)) {
		switch a.simple {
		case "Service", "Component", "Configuration", "Singleton", "ApplicationScoped", "RestController", "Controller", "SpringBootApplication":
			return true
		}
	}
	return false
}
