// SMTP servers for tests: npm's smtp-server, told by lines of JSON on standard input
// what to do at which step. The first line is the key, the certificate and the account that may sign in; each
// other one is a server {id, secure, auth, at, do, code, message, times}, or asks {asked} for an
// answer {answered} after all that was said before. It says by
// lines of JSON on standard output where they listen and what mail they have, and
// ends with its standard input.
'use strict';

const crypto = require('node:crypto');
const readline = require('node:readline');
const { SMTPServer } = require('smtp-server');
const { SMTPConnection } = require('smtp-server/lib/smtp-connection');
const sasl = require('smtp-server/lib/sasl');

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

// SCRAM (RFC 5802 and 7677), which smtp-server lacks: both sides prove that they know
// the password, and neither says it.
for (const hash of ['sha1', 'sha256']) {
    const name = hash === 'sha1' ? 'SCRAM-SHA-1' : 'SCRAM-SHA-256';
    const hmac = (key, text) => crypto.createHmac(hash, key).update(text).digest();
    sasl['SASL_' + name] = function (args, next) {
        const salt = crypto.randomBytes(16);
        const salted = crypto.pbkdf2Sync(account.password, salt, 4096, hmac('', '').length, hash);
        const clientKey = hmac(salted, 'Client Key');
        const stored = crypto.createHash(hash).update(clientKey).digest();
        let first = '';
        let said = '';
        const ask = (text, then) => {
            this._nextHandler = (line, done) => then(Buffer.from(line.toString(), 'base64').toString(), done);
            this.send(334, Buffer.from(text).toString('base64'));
        };
        const refuse = done => {
            this.send(535, '5.7.8 bad credentials');
            done();
        };
        ask('', (text, done) => {
            first = text.replace(/^n,,/, '');
            const fields = Object.fromEntries(first.split(',').map(f => [f[0], f.slice(2)]));
            if (fields.n !== account.user) {
                return refuse(done);
            }
            said = `r=${fields.r}${crypto.randomBytes(12).toString('hex')},s=${salt.toString('base64')},i=4096`;
            ask(said, (last, done) => {
                const [bare, proof] = last.split(',p=');
                const auth = `${first},${said},${bare}`;
                const signature = hmac(stored, auth);
                const key = Buffer.from(proof, 'base64').map((b, i) => b ^ signature[i]);
                if (!crypto.createHash(hash).update(key).digest().equals(stored)) {
                    return refuse(done);
                }
                ask('v=' + hmac(hmac(salted, 'Server Key'), auth).toString('base64'), (_, done) => {
                    this.session.user = account.user;
                    this.send(235, name);
                    done();
                });
                done();
            });
            done();
        });
        next();
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
            const known = auth.username === account.user && auth.password === account.password;
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
let account = null; // that may sign in
const lines = readline.createInterface({ input: process.stdin });
lines.on('line', line => {
    const told = JSON.parse(line);
    if (tls === null) {
        ({ account, ...tls } = told);
    } else if (told.asked) {
        say({ answered: told.asked });
    } else {
        serve(tls, told);
    }
});
lines.on('close', () => process.exit(0));
