import { ORPCError } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { dataFolder } from './data-folder.ts';

const HELP = `npm run desk -- sign-in ADDRESS      the address that start prints; its token works once
npm run desk -- CALL [JSON]          as: positions.list '{"openOnly":true}', mode.get, desk.follow '{"afterSeq":0}'
npm run desk -- sign-out

Prints the answer as JSON, a stream line by line. Status 0 answered, 1 refused, 2 misused, 3 no answer.`;

/** What sign-in leaves in the data folder, readable by this user only. */
const Stored = z.object({
  url: z.url({ protocol: /^http$/, hostname: /^(127\.0\.0\.1|localhost)$/ }),
  cookie: z.string(),
});
type Stored = z.infer<typeof Stored>;

const storedAt = join(dataFolder(process.env, process.platform), 'command-line-session.json');

async function main([call, json = '{}', ...more]: readonly string[]): Promise<number> {
  if (call === undefined || call === '--help' || more.length > 0) {
    console.error(HELP);
    return call === '--help' ? 0 : 2;
  }
  if (call === 'sign-in') return await signIn(json);
  const stored = readStored();
  if (stored === null) {
    console.error('Not signed in. Use: npm run desk -- sign-in ADDRESS');
    return 1;
  }
  if (call === 'sign-out') return await signOut(stored);
  return await ask(stored, call, json);
}

async function ask(stored: Stored, call: string, json: string): Promise<number> {
  const input = parsed(json);
  if (input === undefined) {
    console.error(`This is not JSON: ${json}`);
    return 2;
  }
  const link = new RPCLink({ url: `${stored.url}/rpc`, headers: { cookie: stored.cookie } });
  try {
    const answer: unknown = await link.call(call.split('.'), input, { context: {} });
    if (isStream(answer)) for await (const item of answer) print(item);
    else print(answer);
    return 0;
  } catch (error) {
    if (!isCallError(error)) return noAnswer(stored.url, error);
    const { code, message, data } = error;
    console.error(JSON.stringify({ code, message, data }));
    return 1;
  }
}

async function signIn(address: string): Promise<number> {
  const token = /[?#&]token=([\w-]+)/.exec(address)?.[1];
  if (!URL.canParse(address) || token === undefined) {
    console.error('sign-in takes the whole address that start printed, with its token');
    return 2;
  }
  const url = new URL(address).origin;
  try {
    const answer = await fetch(`${url}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    if (!answer.ok) {
      console.error(await answer.text());
      return 1;
    }
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    mkdirSync(dirname(storedAt), { recursive: true, mode: 0o700 });
    rmSync(storedAt, { force: true });
    writeFileSync(storedAt, JSON.stringify(Stored.parse({ url, cookie })), { mode: 0o600 });
    console.log(`Signed in at ${url}.`);
    return 0;
  } catch (error) {
    return noAnswer(url, error);
  }
}

async function signOut(stored: Stored): Promise<number> {
  rmSync(storedAt, { force: true });
  try {
    await fetch(`${stored.url}/session`, { method: 'DELETE', headers: { cookie: stored.cookie } });
    console.log('Signed out.');
    return 0;
  } catch (error) {
    return noAnswer(stored.url, error);
  }
}

function noAnswer(url: string, error: unknown): number {
  console.error(`No answer from ${url}: ${error instanceof Error ? error.message : String(error)}`);
  return 3;
}

function readStored(): Stored | null {
  try {
    return Stored.parse(JSON.parse(readFileSync(storedAt, 'utf8')));
  } catch {
    // Missing or damaged is the same to the person: sign in again.
    return null;
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    // The caller names the text that is no JSON.
    return undefined;
  }
}

/** Book-wide sums are BigInt: as text, for no JSON number holds them. */
function print(value: unknown): void {
  console.log(
    JSON.stringify(value, (_name, item: unknown) => (typeof item === 'bigint' ? item.toString() : item)),
  );
}

function isCallError(error: unknown): error is ORPCError<string, unknown> {
  return error instanceof ORPCError;
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

process.exitCode = await main(process.argv.slice(2));
