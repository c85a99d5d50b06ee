import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { dataFolder } from './data-folder.ts';
import { sayAs, signIn, type Factors } from './desk-session.ts';
import { deskStore } from './desk-store.ts';
import { deskUrl, failed, reasonOf, say, type Said } from './desk-wire.ts';
import { passphraseOf } from './secrets-passphrase.ts';
import { systemTerminal } from './secrets-terminal.ts';

const HELP = `npm run desk -- sign-in [URL] --user NAME   asks for password and code; LIFEBOAT_PASSWORD_FD: two lines
npm run desk -- sign-out
npm run desk -- CALL [JSON]                 as: positions.list '{"openOnly":true}', mode.get, desk.follow '{"afterSeq":0}'
npm run desk -- CALL -                      JSON from standard input: the only place for a secret

  --desk URL        another desk than the one of the data folder: https, or http on this machine
  --key-file FILE   an API key in place of a sign-in; or in LIFEBOAT_API_KEY

Prints the answer as JSON, a stream line by line. Status 0 answered, 1 refused or not ready (desk.readiness), 2 misused, 3 no answer.`;

const [ANSWERED, REFUSED, MISUSED, NO_ANSWER] = [0, 1, 2, 3] as const;

/** Fields that hold secrets in some call: other users of the machine can read arguments. */
const SECRET_FIELDS = new Set([
  'password',
  'current',
  'next',
  'code',
  'recoveryCode',
  'credential',
  'setupCode',
  'refreshToken',
]);

class Misused extends Error {}

const store = deskStore(dataFolder(process.env, process.platform));

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = argumentsOf(args);
  if (values.help === true) {
    console.log(HELP);
    return ANSWERED;
  }
  const [call, given, ...more] = positionals;
  if (call === undefined || more.length > 0) throw new Misused(HELP);
  if (call === 'sign-in') return await signedIn(values.desk ?? given, values.user);
  const desk = deskOf(values.desk);
  if (desk === null) return noAnswer('no desk runs on this data folder');
  if (call === 'sign-out') return await signedOut(desk);
  const key = keyOf(values['key-file']);
  const input = await inputOf(given);
  const said =
    key !== null
      ? await say(desk.url, { 'x-api-key': key }, call, input)
      : desk.stored !== null
        ? await sayAs(store, desk.url, desk.stored, call, input)
        : await say(desk.url, {}, call, input);
  return await told(said, desk.url);
}

function argumentsOf(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        desk: { type: 'string' },
        user: { type: 'string' },
        'key-file': { type: 'string' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new Misused(`${error instanceof Error ? error.message : String(error)}\n${HELP}`);
  }
}

/** Where to call, and the tokens for that very place: they are shown to no other. */
function deskOf(asked: string | undefined) {
  const stored = store.session();
  const own = store.address();
  const url = asked === undefined ? (stored === null ? own : (stored.url ?? own)) : checked(asked);
  if (url === null) return null;
  return { url, stored: stored !== null && url === (stored.url ?? own) ? stored : null };
}

function checked(text: string): string {
  const url = deskUrl(text);
  if (url === null) throw new Misused(`${text} is no address of a desk: https, or http on this machine`);
  return url;
}

async function signedIn(asked: string | undefined, user: string | undefined): Promise<number> {
  if (user === undefined) throw new Misused('sign-in takes --user NAME');
  const own = store.address();
  const url = asked === undefined ? own : checked(asked);
  if (url === null) return noAnswer('no desk runs on this data folder');
  const done = await signIn(store, { url, own: url === own }, user, await factors());
  if (done.kind === 'signed-in') {
    console.log(`Signed in at ${url} as ${done.by}.`);
    return ANSWERED;
  }
  if (done.kind !== 'elsewhere') return await told(done, url);
  console.error(JSON.stringify({ reason: done.step, message: `Sign in on the screen first: ${url}` }));
  return REFUSED;
}

/** From the descriptor when one is named, else from the terminal, without echo. */
async function factors(): Promise<Factors> {
  const descriptor = process.env['LIFEBOAT_PASSWORD_FD'];
  if (descriptor !== undefined) {
    const [password, code, ...more] = passphraseOf(descriptor)?.toString('utf8').split(/\r?\n/) ?? [];
    if (password === undefined || code === undefined || more.length > 0)
      throw new Misused('LIFEBOAT_PASSWORD_FD names a descriptor with two lines: password, code');
    return { password, code: async () => code };
  }
  const terminal = systemTerminal();
  if (terminal === null) throw new Misused('sign-in needs a terminal, or LIFEBOAT_PASSWORD_FD');
  const ask = async (question: string): Promise<string> => {
    const typed = await terminal.ask(question);
    if (typed === null) throw new Misused('not signed in');
    return typed.toString('utf8');
  };
  return {
    password: await ask('Password: '),
    code: () => ask('Code of the authenticator, or a recovery code: '),
  };
}

async function signedOut({ url, stored }: NonNullable<ReturnType<typeof deskOf>>): Promise<number> {
  if (stored === null) {
    console.error(JSON.stringify({ reason: 'no-session', message: 'Nobody is signed in here.' }));
    return REFUSED;
  }
  const said = await sayAs(store, url, stored, 'sessions.end', undefined);
  if (said.kind === 'silent') return noAnswer(`${url}: ${said.why}`);
  // Refused means that the session was over already.
  store.forget();
  console.log('Signed out.');
  return ANSWERED;
}

function keyOf(file: string | undefined): string | null {
  if (file === undefined) return process.env['LIFEBOAT_API_KEY']?.trim() ?? null;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new Misused(`the key file ${file} can not be read`);
  }
}

async function inputOf(given: string | undefined): Promise<unknown> {
  if (given === undefined) return {};
  const input = parsed(given === '-' ? await standardInput() : given);
  if (given !== '-' && typeof input === 'object' && input !== null) {
    const secret = Object.keys(input).find((name) => SECRET_FIELDS.has(name));
    if (secret !== undefined) throw new Misused(`"${secret}" is no argument: give the JSON by -`);
  }
  return input;
}

async function standardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    // What it was may be secret.
    throw new Misused('this is not JSON');
  }
}

async function told(said: Said, url: string): Promise<number> {
  if (said.kind === 'silent') return noAnswer(`${url}: ${said.why}`);
  if (said.kind === 'refused') {
    const { code, message, data } = said.error;
    console.error(JSON.stringify({ reason: reasonOf(said.error), code, message, data }));
    return REFUSED;
  }
  if (!isStream(said.value)) {
    print(said.value);
    return isNotReady(said.value) ? REFUSED : ANSWERED;
  }
  try {
    for await (const item of said.value) print(item);
    return ANSWERED;
  } catch (error) {
    return await told(failed(error), url);
  }
}

/** A desk that says of itself that it is not ready: whoever asks in a script at 08:45 need not read JSON. */
function isNotReady(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'ready' in value && value.ready === false;
}

function noAnswer(why: string): number {
  console.error(`No answer: ${why}`);
  return NO_ANSWER;
}

/** Book-wide sums are BigInt: as text, for no JSON number holds them. */
function print(value: unknown): void {
  console.log(
    JSON.stringify(value, (_name, item: unknown) => (typeof item === 'bigint' ? item.toString() : item)),
  );
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Misused)) throw error;
  console.error(error.message);
  process.exitCode = MISUSED;
}
