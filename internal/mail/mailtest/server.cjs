// SMTP servers for tests: npm's smtp-server, told by lines of JSON on standard input
// what to do at which step. The first line is the key and the certificate; each
// other one is a server {id, secure, auth, at, do, code, message, times}. It says by
// lines of JSON on standard output where they listen and what mail they have, and
// ends with its standard input.
'use strict';

const readline = require('node:readline');
const { SMTPServer } = require('smtp-server');
const { SMTPConnection } = require('smtp-server/lib/smtp-connection');

const say = line => process.stdout.write(JSON.stringify(line) + '\n');

// act does what a server is told at a step, as often as it is told, and reports
// whether it did something.
function act(connection, at, next) {
    const scenario = connection._server.options.scenario;
    if (scenario.at !== at || scenario.times === 0) {
        return false;
    }
    scenario.times--;
    switch (scenario.do) {
        case 'answer':
            connection.send(scenario.code, scenario.message, false);
            next();
            break;
        case 'cut':
            connection._socket.destroy();
            break;
        case 'silence':
            break;
        case 'garbage':
            connection._socket.write('\u0000\u0001 <html>no SMTP</html>\r\n\r\n');
            break;
        case 'endless':
            connection._socket.on('error', () => {});
            connection._socket.write('250-' + 'x'.repeat(2 << 20));
            break;
    }
    return true;
}

for (const command of ['EHLO', 'HELO', 'STARTTLS', 'AUTH', 'MAIL', 'RCPT', 'DATA']) {
    const handle = SMTPConnection.prototype['handler_' + command];
    SMTPConnection.prototype['handler_' + command] = function (line, next) {
        if (!act(this, command === 'HELO' ? 'EHLO' : command, next)) {
            handle.call(this, line, next);
        }
    };
}

function serve(tls, scenario) {
    const server = new SMTPServer({
        ...tls,
        scenario,
        secure: Boolean(scenario.secure),
        disabledCommands: [...(scenario.bare ? ['STARTTLS'] : []), ...(scenario.auth ? [] : ['AUTH'])],
        authOptional: !scenario.auth,
        allowInsecureAuth: true,
        authMethods: scenario.auth || [],
        hideENHANCEDSTATUSCODES: true,
        disableReverseLookup: true,
        closeTimeout: 10,
        onAuth(auth, session, next) {
            const known = auth.username === 'post' && auth.password === 'of the post';
            next(known ? null : new Error('5.7.8 bad credentials'), known ? { user: auth.username } : undefined);
        },
        onConnect(session, next) {
            const connection = [...server.connections].find(c => c.session === session);
            if (!act(connection, 'greeting', () => connection.close())) {
                next();
            }
        },
        onData(stream, session, next) {
            const connection = [...server.connections].find(c => c.session === session);
            const parts = [];
            stream.on('data', part => {
                parts.push(part);
                act(connection, 'body', () => {});
            });
            stream.on('end', () => {
                const refuses = scenario.at === 'dot' && scenario.do === 'answer' && scenario.times !== 0;
                if (!refuses) {
                    say({ id: scenario.id, from: session.envelope.mailFrom.address, to: session.envelope.rcptTo.map(to => to.address),
                        user: session.user || '', secure: session.secure, raw: Buffer.concat(parts).toString('utf8') });
                }
                if (refuses) {
                    scenario.times--;
                    next(Object.assign(new Error(scenario.message), { responseCode: scenario.code }));
                } else if (!act(connection, 'dot', () => {})) {
                    next(null, 'taken as ' + session.id);
                }
            });
        }
    });
    server.on('error', () => {}); // connections that are cut
    const listening = server.listen(0, '127.0.0.1', () => say({ id: scenario.id, port: listening.address().port }));
}

let tls = null;
const lines = readline.createInterface({ input: process.stdin });
lines.on('line', line => {
    const told = JSON.parse(line);
    if (tls === null) {
        tls = told;
    } else {
        serve(tls, told);
    }
});
lines.on('close', () => process.exit(0));
