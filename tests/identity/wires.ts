import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import { createORPCClient, ORPCError } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import { WebSocket } from 'ws';
import type { FrontDoor } from '#drill/world/front-door.ts';
import { send, type Answer } from '#tests/web-desk.ts';
import type { Opened, Person } from './people.ts';
import type { Stage } from './stage.ts';

/** One client on one wire: it carries what its own sign-in gave it, as a program at that end would. */
export interface Client {
  readonly calls: FrontDoor;
  /** With both factors; enrols where nothing is enrolled yet. */
  enter(person: Person): Promise<void>;
  /** The same credential in other hands; null where nobody can take it off the wire. */
  readonly stolen: (() => Client) | null;
  close(): Promise<void>;
}

export interface Wire {
  readonly name: string;
  /** The desk's own list of sessions names it so. */
  readonly kind: 'http' | 'ws' | 'port';
  readonly as: 'session' | 'token';
  readonly open: (stage: Stage) => Promise<Client>;
}

const NOTHING_TO_CLOSE = (): Promise<void> => Promise.resolve();

/** Calls by a function that makes one; a refusal is thrown as every wire throws it. */
function callsBy(make: (call: readonly string[], input: unknown) => Promise<unknown>): FrontDoor {
  return createORPCClient({ call: make });
}

interface Said {
  readonly code: string;
  readonly message: string;
  readonly data: unknown;
}

function failureOf({ code, message, data }: Said, status = 400): ORPCError<string, unknown> {
  return new ORPCError(code, { status, message, data });
}

/** What one HTTP client has in its hands. */
export interface Hands {
  cookie?: string;
  accessToken?: string;
  refreshToken?: string;
  key?: string;
}

/** Headers with which a program of ours shows them. */
function shown({ cookie, accessToken, key }: Hands, stage: Pick<Stage, 'url'>): Record<string, string> {
  return {
    ...(cookie === undefined ? {} : { cookie, origin: stage.url }),
    ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
    ...(key === undefined ? {} : { 'x-api-key': key }),
  };
}

/** The cookie that an answer gives, as a browser would send it back; undefined when it gives none. */
export function cookieIn({ headers }: Answer): string | undefined {
  const [pair] = headers['set-cookie'] ?? [];
  return pair?.split(';', 1)[0];
}

/** The calls over HTTP, on one of its two faces, with whatever is in these hands at each call. */
export function overHttp(
  stage: Pick<Stage, 'port' | 'url'>,
  hands: Hands,
  face: 'rpc' | 'api' = 'rpc',
  from = '127.0.0.1',
): FrontDoor {
  return callsBy(async (call, input) => {
    const body = face === 'rpc' ? { json: input } : input;
    const headers = shown(hands, stage);
    const path = `/${face}/${call.join('/')}`;
    const answer = await send(stage.port, path, { headers, from, ...(body === undefined ? {} : { body }) });
    const given = cookieIn(answer);
    if (given !== undefined) hands.cookie = given;
    const { json = answer.body } = (answer.body ?? {}) as { json?: unknown };
    if (answer.status >= 400) throw failureOf(json as Said, answer.status);
    return json;
  });
}

function httpClient(stage: Stage, hands: Hands, face: 'rpc' | 'api'): Client {
  const calls = overHttp(stage, hands, face);
  return {
    calls,
    async enter(person) {
      const { tokens }: Opened = await person.enter(calls, face === 'rpc' ? 'session' : 'tokens');
      Object.assign(hands, tokens ?? {});
    },
    stolen: () => httpClient(stage, { ...hands }, face),
    close: NOTHING_TO_CLOSE,
  };
}

const browser: Wire = {
  name: 'HTTP with a cookie',
  kind: 'http',
  as: 'session',
  open: async (stage) => httpClient(stage, {}, 'rpc'),
};

const program: Wire = {
  name: 'HTTP with tokens, under /api',
  kind: 'http',
  as: 'token',
  open: async (stage) => httpClient(stage, {}, 'api'),
};

const socket: Wire = {
  name: 'WebSocket',
  kind: 'ws',
  as: 'session',
  open: async (stage) => {
    const opened = new WebSocket(`ws://127.0.0.1:${stage.port}/ws`, { headers: { origin: stage.url } });
    await new Promise((resolve, reject) => {
      opened.once('open', resolve);
      opened.once('error', reject);
    });
    const link = new SocketLink({ websocket: opened as unknown as globalThis.WebSocket });
    const calls: FrontDoor = createORPCClient(link);
    return {
      calls,
      enter: async (person) => void (await person.enter(calls)),
      stolen: null,
      close: () =>
        new Promise((resolve) => {
          if (opened.readyState === WebSocket.CLOSED) resolve();
          opened.once('close', () => resolve());
          opened.terminate();
        }),
    };
  },
};

/** Electron's port: `pageOf` gives a page's end of one, however the window came by it. */
export function portWireOf(
  pageOf: (stage: Stage) => { readonly port: MessagePort; readonly close: () => void },
): Wire {
  return {
    name: 'Electron’s message port',
    kind: 'port',
    as: 'session',
    open: async (stage) => {
      const { port, close } = pageOf(stage);
      const calls: FrontDoor = createORPCClient(new PortLink({ port }));
      port.start();
      return {
        calls,
        enter: async (person) => void (await person.enter(calls)),
        stolen: null,
        close: async () => close(),
      };
    },
  };
}

const ROOT = join(import.meta.dirname, '../..');
const DESK = join(ROOT, 'main/desk.ts');

export interface Ran {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
}
interface Running {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** What the descriptor 3 gives. */
  readonly factors?: string;
}

/** Runs a program of this tree to its end. */
export async function run(program_: string, words: readonly string[], more: Running = {}): Promise<Ran> {
  const child = spawn(program_, words, {
    cwd: ROOT,
    env: {
      ...process.env,
      ...(more.factors === undefined ? {} : { LIFEBOAT_PASSWORD_FD: '3' }),
      ...more.env,
    },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const [stdin, , , third] = child.stdio;
  stdin?.end(more.input ?? '');
  if (third !== null && third !== undefined && 'end' in third) third.end(more.factors ?? '');
  const said = { output: '', errors: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => void (said.output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => void (said.errors += text));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { ...said, status };
}

/** A data folder in which the command line finds the running desk. */
export function commandFolder(stage: Stage): string {
  mkdirSync(stage.data, { recursive: true });
  const folder = mkdtempSync(join(stage.data, 'command-line-'));
  writeFileSync(join(folder, 'desk-address.json'), JSON.stringify({ url: stage.url }));
  return folder;
}

const commandLine: Wire = {
  name: 'the command line',
  kind: 'http',
  as: 'token',
  open: async (stage) => commandClient(commandFolder(stage)),
};

function commandClient(folder: string): Client {
  const env = { LIFEBOAT_DATA: folder };
  const calls = callsBy(async (call, input) => {
    const words = [DESK, call.join('.'), '-'];
    const ran = await run(process.execPath, words, { env, input: JSON.stringify(input ?? {}) });
    if (ran.status === 0) return JSON.parse(ran.output);
    throw failureOf(JSON.parse(ran.errors) as Said);
  });
  return {
    calls,
    async enter(person) {
      // A first enrolment is not what its sign-in does; its plain calls can.
      if (!person.enrolled) await person.enter(calls, 'tokens');
      const factors = `${person.password}\n${person.code()}`;
      const ran = await run(process.execPath, [DESK, 'sign-in', '--user', person.user], { env, factors });
      if (ran.status !== 0) throw new Error(ran.errors);
    },
    stolen: () => {
      const copy = `${folder}-copy`;
      cpSync(folder, copy, { recursive: true });
      return commandClient(copy);
    },
    close: NOTHING_TO_CLOSE,
  };
}

export const WIRES = [browser, program, socket, commandLine] as const;
