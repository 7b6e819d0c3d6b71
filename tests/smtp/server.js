// A mail server for the tests of the mail room: real TLS, real sign-in, and answers on demand.
//
//   node server.js --mode starttls|tls --key FILE --cert FILE --user NAME --password WORD
//                  [--answer CODE --at rcpt|data]
//
// It listens on a free port of 127.0.0.1 and prints one JSON object per line:
//   {"listening":PORT}            first
//   {"event":"auth"|"mail"|"rcpt"} as each command arrives
//   {"from":…,"to":[…],"secure":…,"data":base64}  for each message taken
// It stops when its standard input ends.

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SMTPServer } from 'smtp-server';

const { values: options } = parseArgs({
  options: {
    mode: { type: 'string' },
    key: { type: 'string' },
    cert: { type: 'string' },
    user: { type: 'string' },
    password: { type: 'string' },
    answer: { type: 'string' },
    at: { type: 'string', default: 'rcpt' },
  },
});

const print = (object) => process.stdout.write(`${JSON.stringify(object)}\n`);

// The answer names the recipient, as many servers do: our errors must not.
const refusal = (address) => {
  const code = Number(options.answer);
  const error = new Error(
    code < 500 ? `4.2.0 <${address}> is busy, try later` : `5.1.1 <${address}> "${address}" user unknown`,
  );
  error.responseCode = code;
  return error;
};

const server = new SMTPServer({
  secure: options.mode === 'tls',
  key: readFileSync(options.key),
  cert: readFileSync(options.cert),
  authMethods: ['PLAIN', 'LOGIN'],
  authOptional: false,
  disableReverseLookup: true,
  logger: false,
  onAuth(auth, _session, done) {
    print({ event: 'auth' });
    const right = auth.username === options.user && auth.password === options.password;
    done(right ? null : new Error(`Invalid login for ${auth.username}`), right ? { user: auth.username } : undefined);
  },
  onMailFrom(_address, _session, done) {
    print({ event: 'mail' });
    done();
  },
  onRcptTo(address, _session, done) {
    print({ event: 'rcpt' });
    done(options.answer && options.at === 'rcpt' ? refusal(address.address) : undefined);
  },
  onData(stream, session, done) {
    const chunks = [];
    stream.on('data', (chunk) => chunks.push(chunk));
    stream.on('end', () => {
      const { mailFrom, rcptTo } = session.envelope;
      if (options.answer && options.at === 'data') {
        done(refusal(rcptTo[0].address));
        return;
      }
      print({
        from: mailFrom.address,
        to: rcptTo.map((to) => to.address),
        secure: session.secure,
        data: Buffer.concat(chunks).toString('base64'),
      });
      done(null, 'taken');
    });
  },
});

// A client that distrusts the certificate ends the handshake: that is its right.
server.on('error', () => {});
server.listen(0, '127.0.0.1', () => print({ listening: server.server.address().port }));
process.stdin.on('end', () => process.stdout.write('', () => process.exit(0))).resume();
