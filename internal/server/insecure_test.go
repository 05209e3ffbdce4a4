package server_test

import "crypto/tls"

// insecure takes the certificate of a test's own server.
func insecure() *tls.Config { return &tls.Config{InsecureSkipVerify: true} } //nolint:gosec // a test's own server
