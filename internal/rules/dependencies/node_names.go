package dependencies

// nodeBuiltin are the modules that Node.js brings, under their plain names;
// with the prefix node: they can be nothing else.
var nodeBuiltin = words(`assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns domain events
	fs http http2 https inspector module net os path perf_hooks process punycode querystring readline repl stream string_decoder sys
	timers tls trace_events tty url util v8 vm wasi worker_threads zlib sqlite test
	_http_agent _http_client _http_common _http_incoming _http_outgoing _http_server _stream_duplex _stream_passthrough _stream_readable
	_stream_transform _stream_wrap _stream_writable _tls_common _tls_wrap freelist sea`)

// nodeHosts are modules that the program running the code brings, by package
// or scope.
var nodeHosts = words(`vscode electron k6 bun atom sketch uxp photoshop meteor obsidian @theme @theme-original @theme-init @site @generated
	@docusaurus @ember @glimmer pnpapi wx snowflake-cdk detox-host mongosh`)

// nodePlatform are scopes and packages that a function platform's runtime brings.
var nodePlatform = words(`aws-sdk @aws-sdk @smithy`)

// nodeCompanions are packages that a framework's own documentation has its
// users import, and which it always brings at the version that it needs.
var nodeCompanions = map[string][]string{
	"styled-jsx": {"next"}, "@jest/globals": {"jest"}, "@next/env": {"next"}, "server-only": {"next"}, "client-only": {"next"}, "bson": {"mongodb", "mongoose"}, "mongodb": {"mongoose"},
	"@storybook/react": {"storybook"}, "vite": {"vitest", "astro"}, "esbuild": {"vite"}, "rollup": {"vite"}, "h3": {"nuxt", "nitropack"},
	"vue": {"nuxt"}, "vue-router": {"nuxt"}, "webpack": {"next", "react-scripts"}, "eslint": {"react-scripts"},
	"unfonts.css": {"unplugin-fonts"}, "uno.css": {"unocss", "@unocss/vite", "@unocss/nuxt"}, "windi.css": {"vite-plugin-windicss", "windicss"}, // files that a plugin makes up
}
