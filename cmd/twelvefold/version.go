package main

// version is the release that this program was built from; the build sets it
// (-ldflags "-X main.version=…").
var version = "development"
