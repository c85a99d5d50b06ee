import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import type { Actor } from '#core/door.ts';
import { oc } from '#core/lib/procedure.ts';
import { ok, refuse } from '#core/lib/result.ts';
import { createDoor, type Handlers } from '#core/router.ts';
import type { Credential } from '#core/sessions/port.ts';
import { startWeb } from '#core/web/server.ts';

const PROGRAM = join(import.meta.dirname, '..', '..', 'main', 'desk.ts');

const open = oc.meta({ permission: 'public', accounts: 'none' });
const own = oc.meta({ permission: 'own', accounts: 'none' });
const tokens = z.object({ accessToken: z.string(), refreshToken: z.string() });
const opened = z.object({ by: z.string(), tokens });
const ticket = z.string();

/** Sign-in as authentication spells it, and a few calls with each kind of answer. */
const calls = {
  auth: {
    signIn: open
      .input(z.object({ user: z.string(), password: z.string() }))
      .output(z.object({ step: z.string(), ticket })),
    secondFactor: open.input(z.object({ ticket, code: z.string(), as: z.string() })).output(opened),
    recover: open.input(z.object({ ticket, recoveryCode: z.string(), as: z.string() })).output(opened),
    refresh: open.input(z.object({ refreshToken: z.string() })).output(tokens),
  },
  sessions: { end: own.output(z.null()) },
  sums: {
    who: own.output(z.object({ by: z.string() })),
    big: own.output(z.object({ sum: z.bigint() })),
    count: own.input(z.object({ to: z.int() })).output(eventIterator(z.int())),
    ready: own.input(z.object({ is: z.boolean() })).output(z.object({ ready: z.boolean() })),
    add: own.input(z.object({ a: z.int(), b: z.int() })).output(z.object({ sum: z.int() })),
  },
};

/** What the desk behind the command line knows of tokens. */
interface Memory {
  readonly access: Map<string, 'good' | 'expired'>;
  /** The one refresh token that works. */
  refreshToken: string;
  refreshes: number;
}

const notLetIn = () => refuse({ reason: 'not-let-in', text: 'Wrong.' });

function handlersOf(memory: Memory): Handlers<typeof calls> {
  let made = 0;
  const issue = () => {
    made += 1;
    memory.access.set(`access-${made}`, 'good');
    memory.refreshToken = `refresh-${made}`;
    return { accessToken: `access-${made}`, refreshToken: memory.refreshToken };
  };
  return {
    auth: {
      signIn: ({ user, password }) => {
        if (password !== 'correct horse') return notLetIn();
        return { step: user === 'newcomer' ? 'enrol' : 'second-factor', ticket: 'ticket' };
      },
      secondFactor: ({ code, as }) =>
        code === '123456' && as === 'tokens' ? { by: 'dealer-1', tokens: issue() } : notLetIn(),
      recover: ({ recoveryCode }) =>
        recoveryCode === 'abcd-efgh' ? { by: 'dealer-1', tokens: issue() } : notLetIn(),
      refresh: ({ refreshToken }) => {
        memory.refreshes += 1;
        if (refreshToken === memory.refreshToken) return issue();
        memory.access.clear();
        return refuse({ reason: 'refresh-reused', text: 'That token was used.' });
      },
    },
    sessions: {
      end: () => {
        memory.access.clear();
        return null;
      },
    },
    sums: {
      who: (_input, { by }) => ({ by }),
      big: () => ({ sum: 12_345_678_901_234_567_890n }),
      count: async function* ({ to }) {
        for (let n = 1; n <= to; n += 1) yield n;
      },
      ready: ({ is }) => ({ ready: is }),
      add: ({ a, b }) => (a === 13 ? refuse({ reason: 'unlucky', text: 'Not with 13.' }) : { sum: a + b }),
    },
  };
}

const actorOf = (by: string): Actor => ({
  by,
  role: by === 'nobody' ? 'nobody' : 'dealer',
  user: null,
  session: null,
  key: null,
});

async function identify(memory: Memory, credential: Credential | null) {
  if (credential === null) return ok(actorOf('nobody'));
  if (credential.kind === 'api-key') {
    return credential.key === 'lb_good' ? ok(actorOf('key:1')) : refuse({ reason: 'key-unknown', text: '' });
  }
  const state = credential.kind === 'bearer' ? memory.access.get(credential.token) : undefined;
  if (state === 'good') return ok(actorOf('dealer-1'));
  return refuse({ reason: state === 'expired' ? 'token-expired' : 'session-ended', text: 'No.' });
}

/** A running desk with a data folder, and the command line beside it. */
export async function commandLineDesk() {
  const data = mkdtempSync(join(tmpdir(), 'lifeboat-command-line-'));
  const memory: Memory = { access: new Map(), refreshToken: '', refreshes: 0 };
  const router = createDoor(calls, handlersOf(memory), {
    identify: (context) => identify(memory, context.credential()),
    permits: () => true,
    modeRefuses: () => null,
    scopeOf: () => ({ all: true, has: () => true }),
    accountsOf: () => [],
    touched: () => undefined,
    refused: () => undefined,
    persons: ({ actor }) => ok([actor.by]),
    spend: () => undefined,
    newId: () => 'bug-1',
    logBug: (_id, _call, error) => {
      throw error;
    },
  });
  const start = () =>
    startWeb(
      {
        router,
        desk: 'desk-1',
        host: {
          now: () => Date.now(),
          monotonicMs: () => performance.now(),
          every: () => () => undefined,
          log: { info: () => undefined, warn: () => undefined, error: () => undefined },
          paths: { data, screen: null },
          secrets: { get: async () => null, set: async () => undefined },
        },
        live: async () => false,
        refused: () => undefined,
      },
      { port: 0 },
    );
  const webs = [await start()];
  const url = webs[0]?.url ?? '';
  const announce = (at: string): void =>
    writeFileSync(join(data, 'desk-address.json'), JSON.stringify({ url: at }));
  announce(url);
  return {
    data,
    url,
    memory,
    announce,
    /** The same desk on one more port. */
    async another(): Promise<string> {
      const web = await start();
      webs.push(web);
      return web.url;
    },
    expire: (): void => {
      for (const token of memory.access.keys()) memory.access.set(token, 'expired');
    },
    run: (args: readonly string[], more: RunOptions = {}) => run(data, args, more),
    async close(): Promise<void> {
      for (const web of webs) await web.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** On descriptor 3, and on standard input. */
  readonly factors?: string;
  readonly input?: string;
}

interface Ran {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
}

async function run(data: string, args: readonly string[], more: RunOptions): Promise<Ran> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: {
      ...process.env,
      LIFEBOAT_DATA: data,
      ...(more.factors === undefined ? {} : { LIFEBOAT_PASSWORD_FD: '3' }),
      ...more.env,
    },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const [stdin, , , third] = child.stdio;
  stdin?.end(more.input ?? '');
  if (third !== null && third !== undefined && 'end' in third) third.end(more.factors ?? '');
  const output: string[] = [];
  const errors: string[] = [];
  child.stdout?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, output: output.join(''), errors: errors.join('') };
}
