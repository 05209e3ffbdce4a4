package tokens

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

const (
	pemBegin = "-----BEGIN "
	// longestKey is more than a key of 16384 bits takes.
	longestKey = 16 << 10
	// shortestKey is less than an elliptic curve's smallest key takes, in
	// characters of base 64.
	shortestKey = 56
)

var (
	keyLabel = regexp.MustCompile(`^-----BEGIN ((?:[A-Z0-9]+ )*)PRIVATE KEY( BLOCK)?-----`)
	// between is what stands between the lines of a key that is written as a text
	// of a program: escapes, quotes, operators.
	between = strings.NewReplacer(`\r`, "", `\n`, "", "\r", "", "\n", "", " ", "", "\t", "", `"`, "", "'", "", "`", "", "\\", "", ",", "", "#", "", "|", "")
	headers = regexp.MustCompile(`(?m)^(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset):.*$`)
)

// key reads the private key that begins there.
func key(content []byte, from int) (found, bool) {
	rest := content[from:min(len(content), from+longestKey)]
	label := keyLabel.FindSubmatch(rest)
	if label == nil {
		return found{}, false
	}
	end := bytes.Index(rest, []byte("-----END "))
	if end < len(label[0]) {
		return found{}, false
	}
	body := rest[len(label[0]):end]
	text := between.Replace(headers.ReplaceAllString(string(body), ""))
	letters := strings.Map(func(r rune) rune {
		if r < 0x80 && inClass(byte(r), "++//09==AZaz") {
			return r
		}
		return -1
	}, text)
	kept := inspect.NewSecret(letters)
	if len(letters) < shortestKey || len(letters)*10 < len(text)*9 || kept.Entropy < 4 {
		return found{}, false // "…", or words that say where the key is to be put
	}
	kept.Format, kept.Masked = "private-key", "…"
	f := found{from: from, to: from + end + len("-----END ")}
	if i := bytes.Index(content[f.to:min(len(content), f.to+64)], []byte("-----")); i >= 0 {
		f.to += i + len("-----")
	}
	f.fact = inspect.ProviderToken{
		Name: nameBefore(content, from), Secret: kept, Digest: digest(letters),
		Sealed: bytes.Contains(label[1], []byte("ENCRYPTED")) || bytes.Contains(body, []byte("4,ENCRYPTED")) || sealedSSH(letters),
		Alone:  alone(content) || bytes.HasPrefix(bytes.TrimSpace(content), []byte("{")) && serviceAccount.Match(content), InTest: inTest(content[:from]),
	}
	kept.Placeholder = kept.Placeholder || repeats(letters)
	f.fact.Secret = kept
	return f, true
}

// opensshNone is how the key format of OpenSSH begins where no cipher is used.
const (
	openssh     = "b3BlbnNzaC1rZXktdjEA"
	opensshNone = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU"
)

func sealedSSH(letters string) bool {
	return strings.HasPrefix(letters, openssh) && !strings.HasPrefix(letters, opensshNone)
}

// serviceAccount is what Google writes into the file of an account's key.
var serviceAccount = regexp.MustCompile(`"type"\s*:\s*"service_account"`)

// certificate reads the first certificate of a text that is nothing but
// certificates and keys.
func certificate(content []byte) (inspect.Certificate, bool) {
	if !alone(content) {
		return inspect.Certificate{}, false
	}
	var c *x509.Certificate
	for block, rest := pem.Decode(content); block != nil && c == nil; block, rest = pem.Decode(rest) {
		if block.Type == "CERTIFICATE" {
			if parsed, err := x509.ParseCertificate(block.Bytes); err == nil {
				c = parsed
			}
		}
	}
	if c == nil {
		return inspect.Certificate{}, false
	}
	fact := inspect.Certificate{SelfSigned: bytes.Equal(c.RawIssuer, c.RawSubject), Local: localName.MatchString(c.Subject.CommonName)}
	for _, name := range c.DNSNames {
		fact.Local = fact.Local || localName.MatchString(name)
	}
	for _, ip := range c.IPAddresses {
		fact.Local = fact.Local || ip.IsLoopback()
	}
	return fact, true
}

var localName = regexp.MustCompile(`(?i)(^|\.)(localhost|local|test|example|invalid|localdomain)$|(^|\.)example\.(com|org|net)$|^(test|localhost|example|dummy|fake|snakeoil)\b`)

// alone reports whether a file is made of keys and certificates and nothing else.
func alone(content []byte) bool {
	content = bytes.TrimSpace(content)
	return bytes.HasPrefix(content, []byte("-----BEGIN ")) && bytes.HasSuffix(content, []byte("-----")) || bytes.HasPrefix(content, []byte("Bag Attributes"))
}
