import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { Fact } from '#core/events.ts';
import type { JournalFile } from '#core/journal/journal.ts';
import { openJournal } from '#core/journal/open.ts';
import type { JournalRefusal } from '#core/journal/port.ts';
import { scratchOptions } from '#core/journal/stage.ts';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { refuse } from '#core/lib/result.ts';
import type { Role, User } from '#core/users/port.ts';
import type { SessionsConfig } from './domain.ts';
import type { OpenedSession, Session, Tokens } from './port.ts';
import { createSessions } from './service.ts';

export const START_MS = 1_795_000_000_000;
export const MINUTE = 60_000;
export const ORIGIN = { wire: 'http', address: '10.0.0.5' } as const;
export const CONFIG: SessionsConfig = {
  idleLockMs: 15 * MINUTE,
  sessionLifeMs: 12 * 60 * MINUTE,
  sessionsPerUser: 3,
};
const SEED = new Uint8Array(32).fill(5);

export interface Stage {
  nowMs: number;
  readonly desk: string;
  readonly folder: string;
  readonly tokenKey: Uint8Array;
  /** The journal takes nothing from now on. */
  full: boolean;
  /** What the host was asked to do every few seconds. */
  timer: (() => void) | null;
  journal: JournalFile;
  service: ReturnType<typeof createSessions>;
}

/** A desk's sessions over a journal of their own, with a clock that the test moves. */
export function stageOf(desk = 'D1', tokenKey = SEED): Stage {
  const folder = scratchFolder().path;
  const stage = open({ nowMs: START_MS, desk, folder, tokenKey, full: false, timer: null });
  onTestFinished(() => {
    stage.journal.close();
  });
  return stage;
}

/** The same files after the program ended and began again. */
export function restart(stage: Stage): void {
  stage.journal.close();
  open(stage);
  stage.service.start();
}

function open(parts: Omit<Stage, 'journal' | 'service'>): Stage {
  const { log } = scratchOptions(parts.folder).host;
  const host = { now: () => parts.nowMs, log };
  const opened = openJournal({ ...scratchOptions(parts.folder), host });
  if (!opened.ok) throw new Error(opened.refusal.text);
  const journal = opened.value;
  const refusal: JournalRefusal = { reason: 'journal-not-writable', text: 'disk full' };
  const service = createSessions({
    journal: {
      reader: journal.reader,
      append: (facts, tables) => (parts.full ? refuse(refusal) : journal.append(facts, tables)),
    },
    host: {
      now: () => parts.nowMs,
      randomBytes: (length) => randomBytes(length),
      every(_everyMs, tick) {
        parts.timer = tick;
        return () => {
          parts.timer = null;
        };
      },
    },
    desk: parts.desk,
    tokenKey: parts.tokenKey,
    config: CONFIG,
  });
  const replayed = journal.replay([service.projection]);
  if (!replayed.ok) throw new Error(replayed.refusal.text);
  return Object.assign(parts, { journal, service });
}

/** Signs in with a screen; the secret is what its cookie carries. */
export async function onScreen(stage: Stage, user = 'asha'): Promise<{ session: Session; secret: string }> {
  const { session, secret } = await opened(stage, user, 'session');
  if (secret === null) throw new Error('a screen gets a secret');
  return { session, secret };
}

/** Signs in as an API client. */
export async function byTokens(stage: Stage, user = 'asha'): Promise<{ session: Session; tokens: Tokens }> {
  const { session, tokens } = await opened(stage, user, 'token');
  if (tokens === null) throw new Error('a client gets tokens');
  return { session, tokens };
}

async function opened(stage: Stage, user: string, as: 'session' | 'token'): Promise<OpenedSession> {
  const done = await stage.service.port.open(user, ORIGIN, as);
  if (!done.ok) throw new Error(done.refusal.reason);
  return done.value;
}

/** `ok`, `locked`, or the refusal's name. */
export async function cookie(stage: Stage, secret: string): Promise<string> {
  return word(await stage.service.port.find({ kind: 'session', secret }));
}
export async function bearer(stage: Stage, token: string): Promise<string> {
  return word(await stage.service.port.find({ kind: 'bearer', token }));
}

type Answer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly refusal: { readonly reason: string } };

export function word(result: Answer): string {
  if (!result.ok) return result.refusal.reason;
  const { value } = result;
  return typeof value === 'object' && value !== null && 'lockedAtMs' in value && value.lockedAtMs !== null
    ? 'locked'
    : 'ok';
}

/** Facts of sessions as `kind why`, after those that were there before. */
export function told(stage: Stage, after = 0): string[] {
  return stage.journal
    .read(after, 10_000)
    .map(({ fact }) => fact)
    .filter((fact) => /^(session-|call-refused|bound-)/.test(fact.kind))
    .map(sentence);
}

function sentence(fact: Fact): string {
  const why = 'why' in fact ? ` ${String(fact.why)}` : '';
  return `${fact.kind}${why}`;
}

/** A caller as the door makes one. */
export function caller(user: string, role: Role, session: Session | null) {
  const limits = { orderNotionalE4: null, exitNotionalE4: null };
  const person: User = {
    user,
    name: `Name of ${user}`,
    email: '',
    mobile: '',
    role,
    branch: 'B1',
    limits,
    accounts: [],
    exchangeUsers: [],
    status: 'active',
    source: { kind: 'desk' },
  };
  const carried: (string | null)[] = [];
  return {
    by: user,
    actor: { by: user, role, user: person, session, key: null },
    origin: ORIGIN,
    carried,
    carry: (secret: string | null): void => {
      carried.push(secret);
    },
  };
}

/** The desk's key pair, as an attacker who read the public one, and as a desk itself, would hold it. */
export function keysOf(seed: Uint8Array = SEED) {
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
  const privateKey = createPrivateKey({ key: Buffer.concat([prefix, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey);
  return { privateKey, publicKey };
}
