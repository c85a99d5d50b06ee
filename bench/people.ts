/**
 * Ten people who sign in with both factors at a desk, over and over, as a process of its own. Its one argument is JSON,
 * `People`. A line `go` on its standard input starts them, `rest` lets those finish who are on their way; it answers
 * how many have signed in by then, `{signedIn, waits}`. Ends when its standard input ends.
 */
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { codeOf, nextStep, STEP_MS } from '#drill/world/persons.ts';

const AT_ONCE = 10;
/** Looked at so often when nobody has a code that was not used. */
const POLL_MS = 50;

const People = z.object({
  port: z.number(),
  clockOffsetMs: z.number(),
  people: z.array(
    z.object({ user: z.string(), password: z.string(), totpSecret: z.string(), usedStep: z.number() }),
  ),
});
type Someone = z.infer<typeof People>['people'][number] & { readonly address: string };

const { port, clockOffsetMs, people } = People.parse(JSON.parse(process.argv[2] ?? ''));
/** Each sits at a machine of their own: a desk counts what comes from one address together. */
const free: Someone[] = people.map((one, index) => ({
  ...one,
  address: `127.1.${Math.floor(index / 250)}.${(index % 250) + 1}`,
}));
const agent = new Agent({ keepAlive: false });
const Step = z.object({ json: z.object({ ticket: z.string() }) });

let going = false;
let signedIn = 0;
/** Times that a chair stayed empty, because nobody had a code. */
let waits = 0;

/** The desk takes the code of the step after its own, too. */
const hasCode = (one: Someone): boolean => {
  const now = Date.now() + clockOffsetMs;
  return nextStep(one, now) <= Math.floor(now / STEP_MS) + 1;
};

interface Answer {
  readonly body: unknown;
  readonly cookie: string | undefined;
}

function post(call: string, address: string, input: object, cookie?: string): Promise<Answer> {
  const body = JSON.stringify({ json: input });
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(cookie === undefined ? {} : { cookie, 'x-lifeboat': 'bench' }),
  };
  const to = { host: '127.0.0.1', port, path: `/rpc/${call}`, method: 'POST', localAddress: address };
  return new Promise((resolve, reject) => {
    const asked = request({ ...to, agent, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('end', () => {
        const text = Buffer.concat(chunks).toString();
        const [given] = answer.headers['set-cookie'] ?? [];
        if (answer.statusCode === 200) resolve({ body: JSON.parse(text), cookie: given?.split(';', 1)[0] });
        else reject(new Error(`${call}: ${answer.statusCode} ${text}`));
      });
    });
    asked.once('error', reject);
    asked.end(body);
  });
}

/** Both factors, and out again: a desk has room for so many sessions. */
async function signIn(one: Someone): Promise<void> {
  const { user, password, address } = one;
  const first = await post('auth/signIn', address, { user, password });
  const { ticket } = Step.parse(first.body).json;
  one.usedStep = nextStep(one, Date.now() + clockOffsetMs);
  const code = codeOf(one, one.usedStep);
  const { cookie } = await post('auth/secondFactor', address, { ticket, code });
  signedIn += 1;
  await post('sessions/end', address, {}, cookie);
}

/** One chair: whoever is free and has a code sits down on it, signs in, and makes room. */
async function chair(): Promise<void> {
  while (going) {
    const at = free.findIndex(hasCode);
    const [one] = at < 0 ? [] : free.splice(at, 1);
    if (one === undefined) {
      waits += 1;
      await wait(POLL_MS);
      continue;
    }
    await signIn(one);
    free.push(one);
  }
}

let sitting: Promise<unknown> = Promise.resolve();
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  if (line === 'go') {
    going = true;
    sitting = Promise.all(Array.from({ length: AT_ONCE }, chair));
  } else {
    going = false;
    void sitting.then(() => process.stdout.write(`${JSON.stringify({ signedIn, waits })}\n`));
  }
});
lines.once('close', () => process.exit(0));
process.stdout.write('{"signedIn":0,"waits":0}\n');
