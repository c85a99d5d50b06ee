import type { Entry, FactKind } from '#core/events.ts';
import type { DeskStatus } from '#core/desk/contract.ts';
import type { WhoIsSignedIn } from '#core/sessions/contract.ts';
import { failureOf, type Failure } from './failure.ts';
import { createStore } from './store.ts';
import { door, openWire, type DeskClient, type Wire } from './wire.ts';

const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 4_000;
const STATUS_EVERY_MS = 1_000;
/** A covered screen asks so often whether its session is opened again, or over. */
const COVERED_EVERY_MS = 2_000;
/** Facts kept for the message log. */
const RECENT_MAX = 500;
/** Nothing heard for so long, although the feed speaks when it is silent: the wire is dead. */
const SILENCE_MAX_MS = 12_000;

export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'up' }
  | { readonly state: 'down'; readonly sinceMs: number }
  /** Nothing of the book is on the screen. `deaf`: the desk does not answer at this moment. */
  | { readonly state: 'covered'; readonly deaf: boolean }
  /** Null: nobody was signed in, and nothing needs to be explained. */
  | { readonly state: 'signed-out'; readonly why: Failure | null };

export const connection = createStore<Connection>({ state: 'connecting' });
/** Who is signed in at this screen; null before it is known, and when nobody is. */
export const who = createStore<WhoIsSignedIn | null>(null);
/** The last status heard, null before the first; `connection` says whether it is still current. */
export const status = createStore<DeskStatus | null>(null);
/** Newest last. */
export const recentFacts = createStore<readonly Entry[]>([]);

type FactListener = (kinds: ReadonlySet<FactKind>, entries: readonly Entry[]) => void;
const listeners = new Set<FactListener>();
let wire: Wire | null = null;
let throughSeq: number | null = null;
let clockOffsetMs = Date.now() - performance.now();
/** The person covered this screen, and the desk has not confirmed it yet. */
let coverAsked = false;
let covering: Promise<void> | null = null;
/** Ends the wait or the wire that is on; null while there is none. */
let waiter: (() => void) | null = null;
let nudgedEarly = false;

/** The desk's clock, carried on between two statuses: a drill runs at another hour than this machine. */
export function deskNow(): number {
  return performance.now() + clockOffsetMs;
}

/** The calls of the desk, or null while there is no wire. */
export function client(): DeskClient | null {
  return wire?.client ?? null;
}

/** Hears of each batch of facts until the returned function is called. */
export function onFacts(listener: FactListener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Covers this screen at once; the desk is told until it has heard. */
export function cover(): void {
  if (who.get() === null) return;
  coverAsked = true;
  connection.set({ state: 'covered', deaf: false });
  nudge();
}

/** Before the session is opened again: a lock that is still on its way would close it at once. */
export async function covered(): Promise<void> {
  if (coverAsked || covering !== null) await askCover();
}

/** The desk has opened the session again. */
export function uncover(): void {
  coverAsked = false;
  nudge();
}

/** Opens the wire and keeps it open; ends only when nobody is signed in. */
export async function connect(): Promise<void> {
  let waitMs = RETRY_FIRST_MS;
  if (connection.get().state !== 'covered') connection.set({ state: 'connecting' });
  for (;;) {
    if (coverAsked && who.get()?.locked === false) await askCover();
    const asked = await askWho();
    if ('code' in asked) {
      if (asked.code === 'UNAUTHORIZED') return forget(whyEnded(asked));
      notHeard();
    } else {
      who.set(asked);
      // Told once: whoever opens the session again may do so at another screen of it.
      if (asked.locked) coverAsked = false;
      if (asked.locked || coverAsked) {
        connection.set({ state: 'covered', deaf: false });
        await nudged(asked.locked ? COVERED_EVERY_MS : RETRY_FIRST_MS);
        continue;
      }
      if (await work()) waitMs = RETRY_FIRST_MS;
      else if (!coverAsked) notHeard();
    }
    await nudged(waitMs);
    waitMs = Math.min(waitMs * 2, RETRY_MAX_MS);
  }
}

async function askWho(): Promise<WhoIsSignedIn | Failure> {
  try {
    return await (await door()).sessions.who();
  } catch (error) {
    return failureOf(error);
  }
}

/** Tells the desk once, however many wait for it. */
async function askCover(): Promise<void> {
  covering ??= tellCover().finally(() => {
    covering = null;
  });
  await covering;
}

async function tellCover(): Promise<void> {
  try {
    await (await door()).sessions.lock();
    coverAsked = false;
  } catch {
    // The screen is covered already; the desk is asked again in the next round.
  }
}

function notHeard(): void {
  const { state } = connection.get();
  if (state === 'covered') connection.set({ state, deaf: true });
  else if (state !== 'down') connection.set({ state: 'down', sinceMs: deskNow() });
}

/** The desk forgets what carried a session when it ends: what it can not say, the screen says as far as it knows. */
function whyEnded(said: Failure): Failure | null {
  if (said.reason !== 'no-session') return said;
  const before = who.get();
  if (before === null) return null;
  return deskNow() >= before.expiresAtMs
    ? { ...said, reason: 'session-expired', text: 'Your session has reached its longest time.' }
    : {
        ...said,
        reason: 'session-ended',
        text: 'Your session was ended: by an admin, a new password, or too many sessions of yours.',
      };
}

/** Nobody is signed in any more: what this screen knew of the book goes with the session. */
function forget(why: Failure | null): void {
  coverAsked = false;
  who.set(null);
  status.set(null);
  recentFacts.set([]);
  throughSeq = null;
  connection.set({ state: 'signed-out', why });
}

/** One wire from its beginning to its end; true when the desk was heard on it. */
async function work(): Promise<boolean> {
  let wasLost: () => void = () => undefined;
  const lost = new Promise<void>((resolve) => {
    wasLost = resolve;
  });
  const opened = await openWire(wasLost);
  if (opened === null) return false;
  wire = opened;
  let heard = false;
  const onHeard = (): void => {
    heard = true;
    // Once for each wire: whoever follows something over it begins anew.
    if (!coverAsked) connection.set({ state: 'up' });
  };
  await Promise.race([lost, nudged(null), live(opened, onHeard)]);
  waiter = null;
  opened.close();
  wire = null;
  return heard;
}

/** Follows the desk over one wire; returns when it breaks. */
async function live({ client: calls }: Wire, onHeard: () => void): Promise<void> {
  let heardAt = performance.now();
  let heard = false;
  let over = false;
  const polling = (async () => {
    while (!over) {
      take(await calls.desk.status());
      if (!heard) onHeard();
      heard = true;
      await sleep(STATUS_EVERY_MS);
    }
  })();
  const following = (async () => {
    throughSeq ??= (await calls.desk.status()).journal.seq;
    for await (const batch of await calls.desk.follow({ afterSeq: throughSeq })) {
      heardAt = performance.now();
      throughSeq = batch.throughSeq;
      if (batch.entries.length > 0) tell(batch.entries);
    }
  })();
  const silence = (async () => {
    while (!over && performance.now() - heardAt < SILENCE_MAX_MS) await sleep(STATUS_EVERY_MS);
  })();
  try {
    await Promise.race([polling, following, silence]);
  } catch {
    // Whatever broke, the answer is the same: ask who is signed in, and connect again.
  } finally {
    over = true;
    polling.catch(() => undefined);
    following.catch(() => undefined);
  }
}

function take(next: DeskStatus): void {
  clockOffsetMs = next.nowMs - performance.now();
  const before = status.get();
  // The journal was replaced under us (another desk, a new epoch): its numbers mean something else now.
  if (before !== null && (before.desk !== next.desk || before.journal.epoch !== next.journal.epoch)) {
    throughSeq = next.journal.seq;
  }
  status.set(next);
}

function tell(entries: readonly Entry[]): void {
  recentFacts.set([...recentFacts.get(), ...entries].slice(-RECENT_MAX));
  const kinds = new Set(entries.map((entry) => entry.fact.kind));
  for (const listener of listeners) listener(kinds, entries);
}

/** Who is signed in is asked again now, not after the wait that is on. */
function nudge(): void {
  if (waiter === null) nudgedEarly = true;
  else waiter();
}

/** Until somebody nudges; at most so long, null for ever. */
function nudged(ms: number | null): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      if (waiter === done) waiter = null;
      resolve();
    };
    waiter = done;
    if (nudgedEarly) done();
    else if (ms !== null) setTimeout(done, ms);
    nudgedEarly = false;
  });
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
