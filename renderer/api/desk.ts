import type { Entry, FactKind } from '#core/events.ts';
import type { DeskStatus } from '#core/desk/contract.ts';
import { createStore } from './store.ts';
import { openWire, type DeskClient, type Wire } from './wire.ts';

const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 4_000;
const STATUS_EVERY_MS = 1_000;
/** Facts kept for the message log. */
const RECENT_MAX = 500;
/** Nothing heard for so long, although the feed speaks when it is silent: the wire is dead. */
const SILENCE_MAX_MS = 12_000;

export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'up' }
  | { readonly state: 'down'; readonly sinceMs: number }
  | { readonly state: 'signed-out' };

export const connection = createStore<Connection>({ state: 'connecting' });
/** The last status heard, null before the first; `connection` says whether it is still current. */
export const status = createStore<DeskStatus | null>(null);
/** Newest last. */
export const recentFacts = createStore<readonly Entry[]>([]);

type FactListener = (kinds: ReadonlySet<FactKind>, entries: readonly Entry[]) => void;
const listeners = new Set<FactListener>();
let wire: Wire | null = null;
let throughSeq: number | null = null;
let clockOffsetMs = Date.now() - performance.now();

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

/** Opens the wire and keeps it open; ends only when nobody is signed in. */
export async function connect(): Promise<void> {
  let waitMs = RETRY_FIRST_MS;
  connection.set({ state: 'connecting' });
  for (;;) {
    let wasLost: () => void = () => undefined;
    const lost = new Promise<void>((resolve) => {
      wasLost = resolve;
    });
    const opened = await openWire(wasLost);
    if (opened === 'signed-out') {
      connection.set({ state: 'signed-out' });
      return;
    }
    if (opened !== 'unreachable') {
      wire = opened;
      waitMs = RETRY_FIRST_MS;
      await Promise.race([lost, live(opened)]);
      opened.close();
      wire = null;
    }
    if (connection.get().state !== 'down') connection.set({ state: 'down', sinceMs: deskNow() });
    await sleep(waitMs);
    waitMs = Math.min(waitMs * 2, RETRY_MAX_MS);
  }
}

/** Follows the desk over one wire; returns when it breaks. */
async function live({ client: calls }: Wire): Promise<void> {
  let heardAt = performance.now();
  let over = false;
  const polling = (async () => {
    while (!over) {
      take(await calls.desk.status());
      connection.set({ state: 'up' });
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
    // Whatever broke, the answer is the same: show that the desk is not heard, and connect again.
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

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
