import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import type { Actor } from '#core/door.ts';
import { Bug } from '#core/lib/assert.ts';
import { oc } from '#core/lib/procedure.ts';
import { ok, refuse } from '#core/lib/result.ts';
import { createDoor, type Handlers } from '#core/router.ts';
import type { Credential, Origin } from '#core/sessions/port.ts';
import { startWeb, type WebOptions } from '#core/web/server.ts';

const add = oc.meta({ permission: 'sums.add', accounts: 'none' });

/** A few calls, to look at the wires with: each kind of answer that there is. */
export const webCalls = {
  auth: {
    state: oc.meta({ permission: 'public' }).output(z.object({ desk: z.string() })),
    signIn: oc
      .meta({ permission: 'public' })
      .input(z.object({ user: z.string() }))
      .output(z.object({ by: z.string() })),
  },
  sums: {
    add: add.input(z.object({ a: z.int(), b: z.int() })).output(z.object({ sum: z.int() })),
    big: add.output(z.object({ sum: z.bigint() })),
    who: add.output(z.object({ by: z.string() })),
    unstated: oc.input(z.object({})).output(z.object({})),
    lies: add.output(z.object({ sum: z.int() })),
    count: add.input(z.object({ to: z.int() })).output(eventIterator(z.int())),
    importNumbers: add.input(z.object({ text: z.string() })).output(z.object({ length: z.int() })),
  },
  sessions: { end: add.output(z.null()) },
};

const BY_KEY: Readonly<Record<string, string>> = { lb_good: 'key:1' };
const LIFE_MS = 3_600_000;

/** One desk with real sockets and nothing behind it but these calls. */
export async function webDesk(options: Partial<WebOptions> = {}, data?: string) {
  const folder = data ?? mkdtempSync(join(tmpdir(), 'lifeboat-web-'));
  const screen = join(folder, 'screen');
  mkdirSync(screen, { recursive: true });
  writeFileSync(join(screen, 'index.html'), 'the screen');
  writeFileSync(join(folder, 'private'), 'not of the screen');
  const clock = { nowMs: Date.now(), monotonicMs: 0 };
  const ticks: (() => void)[] = [];
  const refused: { call: string; origin: Origin; reason: string }[] = [];
  const secrets = new Map<string, Uint8Array>();
  const sessions = new Map<string, string>();
  const { router, bugs, ran, whose } = webDoor(sessions);
  const web = await startWeb(
    {
      router,
      desk: 'desk-1',
      host: {
        now: () => clock.nowMs,
        monotonicMs: () => clock.monotonicMs,
        every: (_everyMs, tick) => {
          ticks.push(tick);
          return () => undefined;
        },
        log: { info: () => undefined, warn: () => undefined, error: () => undefined },
        paths: { data: folder, screen },
        secrets: {
          get: async (name) => secrets.get(name) ?? null,
          set: async (name, value) => void secrets.set(name, value),
        },
      },
      live: async (credential) => whose(credential) !== undefined,
      refused: (what) => refused.push(what),
    },
    { port: 0, ...options },
  );
  return {
    web,
    clock,
    /** Time goes on by so much, and what the desk does every so often is done once. */
    pass(ms: number): void {
      clock.monotonicMs += ms;
      for (const tick of ticks) tick();
    },
    sessions,
    bugs,
    ran,
    refused,
    secrets,
    data: folder,
    async close(): Promise<void> {
      await web.close();
      if (data === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
export type WebDesk = Awaited<ReturnType<typeof webDesk>>;

/** The door over them: it knows each secret of `sessions`, and who it belongs to. */
export function webDoor(sessions: Map<string, string>) {
  const whose = (credential: Credential): string | undefined => {
    if (credential.kind === 'api-key') return BY_KEY[credential.key];
    return sessions.get(credential.kind === 'session' ? credential.secret : credential.token);
  };
  const bugs: string[] = [];
  const ran: string[] = [];
  const router = createDoor(webCalls, webHandlers(sessions, ran), {
    identify: async (context) => {
      const credential = context.credential();
      if (credential === null) return ok(actorOf('nobody'));
      const by = whose(credential);
      return by === undefined
        ? refuse({ reason: 'session-ended', text: 'That session is over.' })
        : ok(actorOf(by));
    },
    permits: (_actor, permission) => permission !== 'unstated',
    modeRefuses: () => null,
    scopeOf: () => ({ all: true, has: () => true }),
    accountsOf: () => [],
    touched: () => undefined,
    refused: () => undefined,
    persons: ({ actor }) => ok([actor.by]),
    spend: () => undefined,
    newId: () => 'bug-1',
    logBug: (id, call, error) => bugs.push(`${id} ${call}: ${error.message}`),
  });
  return { router, bugs, ran, whose };
}

function webHandlers(sessions: Map<string, string>, ran: string[]): Handlers<typeof webCalls> {
  let opened = 0;
  return {
    auth: {
      state: () => ({ desk: 'desk-1' }),
      signIn: ({ user }, { carry }) => {
        opened += 1;
        const secret = `secret-${opened}`;
        sessions.set(secret, user);
        carry(secret, LIFE_MS);
        return { by: user };
      },
    },
    sums: {
      add: ({ a, b }, { by }) => {
        ran.push(`${by}: ${a}+${b}`);
        if (a === 13) return refuse({ reason: 'unlucky', text: 'Not with 13.' });
        if (a === 66) throw new Bug('secret of the house');
        return b === 0 ? ok({ sum: a }) : { sum: a + b };
      },
      big: () => ({ sum: 12_345_678_901_234_567_890n }),
      who: (_input, { by }) => ({ by }),
      unstated: () => {
        ran.push('unstated');
        return {};
      },
      lies: () => ({ sum: 0.5 }),
      count: async function* ({ to }) {
        for (let n = 1; n <= to; n += 1) yield n;
        if (to === 66) throw new Bug('half way');
      },
      importNumbers: ({ text }) => ({ length: text.length }),
    },
    sessions: {
      end: (_input, { by, carry }) => {
        for (const [secret, user] of sessions) if (user === by) sessions.delete(secret);
        carry(null, 0);
        return null;
      },
    },
  };
}

function actorOf(by: string): Actor {
  return { by, role: by === 'nobody' ? 'nobody' : 'dealer', user: null, session: null, key: null };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Address of this machine that it comes from: `127.0.0.1` unless another one of loopback is named. */
  readonly from?: string;
  /** Without saying how long it is. */
  readonly chunked?: boolean;
  /** As JSON, unless it is text or bytes already. */
  readonly body?: unknown;
}

/** One request exactly as it is written here: no client that tidies paths or adds headers of its own. */
export function send(port: number, path: string, sent: Sent = {}): Promise<Answer> {
  const { body } = sent;
  const bytes =
    body === undefined ? '' : typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = plainRequest({
      host: '127.0.0.1',
      localAddress: sent.from ?? '127.0.0.1',
      port,
      path,
      method: sent.method ?? 'POST',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(sent.chunked === true ? {} : { 'content-length': Buffer.byteLength(bytes) }),
        ...sent.headers,
      },
    });
    request.once('error', reject);
    request.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString();
        const { statusCode: status = 0, headers } = response;
        resolve({
          status,
          headers,
          body: headers['content-type']?.includes('json') ? JSON.parse(text) : text,
        });
      });
    });
    request.end(bytes);
  });
}

/** The refusal's name in an answer of either face. */
export function reasonIn({ body }: Answer): unknown {
  const { json = body } = body as { json?: unknown };
  return (json as { data?: { reason?: unknown } }).data?.reason;
}
