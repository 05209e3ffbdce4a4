//go:build cgo

package ecmascript_test

import (
	"testing"

	"twelvefold/internal/inspect"
)

func TestECMAScriptHeldState(t *testing.T) {
	t.Parallel()
	runECMACases(t, []ecmaCase{
		{name: "functions", source: "const users = [];\nfunction userJoin(id, name) {\n  const user = { id, name };\n  users.push(user);\n}\nconst leave = (id) => users.splice(0, 1);\nmodule.exports = { userJoin, leave };", want: []string{
			"1 {'name':'users','type':'list','exports':['userJoin'],'parts':true}",
		}},
		{name: "itself", source: "const rooms = {};\nexport default rooms;\nexport const carts = new Map();", want: []string{"1 {'name':'rooms','type':'map','exports':['']}", "3 {'name':'carts','type':'map','exports':['carts']}"}},
		{name: "a key", source: "module.exports = { rooms: {}, limit: 3 };", want: []string{"1 {'name':'rooms','type':'map','exports':['rooms']}"}},
		{name: "one object", source: "class Lobby {\n  constructor() { this.games = new Map(); }\n  open(id, host) { this.games.set(id, { id, host }); }\n}\nmodule.exports = new Lobby();", want: []string{"2 {'name':'games','type':'map','exports':['games','open'],'parts':true}"}},
		{name: "an open connection, a copy, a table and what is a request's", source: "const users = new Map(); const players = {}; const rooms = { a: 1 };\nexports.add = (id, ws) => users.set(id, { id, ws });\nexports.get = async (id) => { players[id] = await find(id); };\nexports.rooms = rooms;\nexports.Visit = class { constructor(req) { this.orders = new Map(); } add(o) { this.orders.set(1, o) } };"},
	}, "held-state")
	runECMACases(t, []ecmaCase{
		{name: "what serves", source: "const { userJoin } = require('./users');\nconst lobby = require('./lobby');\nio.on('connection', (socket) => {\n  socket.on('join', (name) => { userJoin(socket.id, name); lobby.rooms[name] = { name, n: 1 }; });\n});\nuserJoin(1, 2);", want: []string{
			"4 {'symbol':'./lobby.rooms','parts':true}", "4 {'symbol':'./users.userJoin'}",
		}},
		{name: "a socket that another file accepted", format: inspect.TypeScript, source: "import { Socket } from 'socket.io';\nimport rooms from '~/rooms';\nfunction join(this: Socket, id: string) { rooms[id].players[this.id] = { id }; }\nexport default (socket: Socket) => { socket.on(Events.JOIN, join); };", want: []string{"3 {'symbol':'~/rooms','parts':true}"}},
		{name: "in the browser", source: "import rooms from './rooms';\nexport default (socket) => { socket.on('join', (id) => { rooms[id] = { id }; }); };"},
	}, "state-use")
}
