import type { Fact } from '#core/events.ts';
import type { LinkView } from '#core/exchange/port.ts';
import type { SessionRole } from '#core/exchange/events.ts';
import type { Host } from '#core/host.ts';
import type { Journal, Tx } from '#core/journal/port.ts';
import { assert } from '#core/lib/assert.ts';
import { backoffMs } from '#core/lib/backoff.ts';
import type { VenueId } from '#core/model/ids.ts';
import { createFramer } from './codec-framer.ts';
import type { Connection, DialOptions } from './connection.ts';
import { dial } from './connection.ts';
import type { AppMessage, SavedSession, SessionConfig, SessionEffect, SessionInput } from './machine-types.ts';
import { initialState, NEW_SESSION, saved, step } from './machine.ts';

/**
 * One FIX session of this desk: the pure machine, its rows in the journal's file, and its socket. Every step is
 * committed, with the facts that its messages mean, before it is installed and before a byte leaves (I1).
 */
export interface FixSession {
  start(): void;
  /** Says goodbye (Logout) and does not come back. */
  stop(): void;
  tick(): void;
  view(): LinkView;
  up(): boolean;
  /** The messages with their numbers and bytes, or null while the link is down. Committed and written by the caller. */
  stage(messages: readonly AppMessage[]): StagedStep | null;
  /** Messages that carry no order, such as subscriptions; a bug while the link is down. */
  send(messages: readonly AppMessage[]): void;
  /** Asks by TestRequest; `changed({kind: 'barrier-passed'})` follows when all before it has arrived and come. */
  barrier(id: string): void;
  /** A person starts the sequence numbers anew. False when the session is not stopped or down. */
  reset(by: string, reason: string): boolean;
}

/** Wait before the next dial: doubled from the first to the most. */
const RECONNECT = { firstMs: 200, maxMs: 5_000 };

export interface StagedStep {
  readonly outbound: readonly Outbound[];
  readonly tables: (tx: Tx) => void;
  readonly write: () => void;
}

type Outbound = Extract<SessionEffect, { kind: 'outbound' }>;
export type Delivery = Extract<SessionEffect, { kind: 'deliver' }>;

/** What the gateway hears of a session besides its messages. */
export type LinkChange =
  | { readonly kind: 'up' }
  | { readonly kind: 'down' | 'stopped' | 'lost'; readonly why: string }
  | { readonly kind: 'barrier-passed'; readonly id: string }
  /** By its own word the peer never got these requests. */
  | { readonly kind: 'not-delivered'; readonly requestIds: readonly string[] }
  | { readonly kind: 'peer-rejected'; readonly requestId: string; readonly refType: string; readonly text: string };

export interface FixSessionDeps {
  readonly venue: VenueId;
  readonly role: SessionRole;
  readonly config: SessionConfig;
  readonly endpoint: () => Promise<DialOptions>;
  /** Numbers in the journal's file; false where a session starts at 1 each time (market data). */
  readonly durable: boolean;
  readonly journal: Journal;
  readonly host: Pick<Host, 'now' | 'log' | 'random'>;
  readonly facts: FactMaker;
}

/** One read of the socket becomes one transaction: the maker turns its parts, in order, into facts. */
export interface FactMaker {
  (): {
    message(delivery: Delivery): void;
    change(change: LinkChange): void;
    /** Facts of all that was told, for the one commit. */
    facts(): readonly Fact[];
    /** After the commit. */
    done(): void;
  };
}

export function createFixSession(deps: FixSessionDeps): FixSession {
  const { config, journal, host, venue, role } = deps;
  let state = initialState(deps.durable ? load(journal, venue, role) : NEW_SESSION);
  let connection: Connection | null = null;
  let framer = createFramer();
  let wanted = false;
  let attempts = 0;
  let nextDialMs = 0;
  let sinceMs = host.now();
  let why = 'not started';

  const tablesOf = (next: SavedSession, outbound: readonly Outbound[]) => (tx: Tx) => {
    if (!deps.durable) return;
    save(tx, venue, role, next);
    for (const { seq, ref, resend } of outbound) {
      if (ref !== undefined && !resend) {
        tx.run('INSERT INTO fix_requests (venue, session, sequence, request_id) VALUES (?, ?, ?, ?)', venue, role, seq, ref);
      }
    }
  };

  const writeOut = (effects: readonly SessionEffect[]): void => {
    const outbound = effects.filter((effect) => effect.kind === 'outbound');
    if (outbound.length > 0) connection?.write(joined(outbound.map(({ bytes }) => bytes)));
    const end = effects.find((effect) => effect.kind === 'disconnect');
    if (end !== undefined) connection?.close(end.reason);
  };

  /** Steps the machine through the inputs, commits what that means, installs, writes. */
  const run = (inputs: readonly SessionInput[]): void => {
    const before = saved(state);
    let next = state;
    const effects: SessionEffect[] = [];
    for (const input of inputs) {
      const stepped = step(config, next, input, host.now());
      next = stepped.state;
      effects.push(...stepped.effects);
    }
    const maker = deps.facts();
    for (const effect of effects) tell(effect, maker);
    const facts = maker.facts();
    const after = saved(next);
    const changed = deps.durable && !sameNumbers(before, after);
    if (facts.length > 0 || changed) {
      const outbound = effects.filter((effect) => effect.kind === 'outbound');
      const committed = journal.append(facts, tablesOf(after, outbound));
      if (!committed.ok) {
        // The step never happened: the peer will send again what we could not keep.
        host.log.error('session step not committed', { venue, role, reason: committed.refusal.reason });
        connection?.close(committed.refusal.text);
        return;
      }
    }
    state = next;
    writeOut(effects);
    maker.done();
  };

  const tell = (effect: SessionEffect, maker: ReturnType<FactMaker>): void => {
    switch (effect.kind) {
      case 'deliver':
        return maker.message(effect);
      case 'link':
        sinceMs = host.now();
        why = effect.reason;
        if (effect.status === 'up') attempts = 0;
        return maker.change(effect.status === 'up' ? { kind: 'up' } : { kind: effect.status, why: effect.reason });
      case 'barrier-passed':
        return maker.change({ kind: 'barrier-passed', id: effect.id });
      case 'peer-lacks':
        return maker.change({ kind: 'not-delivered', requestIds: requestsBetween(effect.fromSeq, effect.toSeq) });
      case 'inbound-skipped':
        return maker.change({ kind: 'lost', why: `messages ${effect.fromSeq} to ${effect.toSeq} never came` });
      case 'peer-rejected': {
        const [requestId] = requestsBetween(effect.refSeq, effect.refSeq);
        if (requestId === undefined) return undefined;
        const refType = effect.message.get(372) ?? '';
        return maker.change({ kind: 'peer-rejected', requestId, refType, text: effect.message.get(58) ?? 'rejected' });
      }
      case 'refused':
      case 'limit':
        host.log.warn('fix session', { venue, role, what: effect.kind, detail: effect.kind === 'limit' ? effect.name : `${effect.reason} ${effect.detail}` });
        return undefined;
      case 'outbound':
      case 'peer-has':
      case 'disconnect':
      case 'sequence-reset':
        return undefined;
    }
  };

  const requestsBetween = (from: number, to: number): readonly string[] =>
    journal.reader
      .all('SELECT request_id FROM fix_requests WHERE venue = ? AND session = ? AND sequence BETWEEN ? AND ? ORDER BY sequence', venue, role, from, to)
      .map((row) => String(row['request_id']));

  const open = async (): Promise<void> => {
    const options = await deps.endpoint();
    if (!wanted || connection !== null) return;
    framer = createFramer();
    connection = dial(options, {
      connected: () => run([{ kind: 'connected' }]),
      bytes: (bytes) => {
        const inputs = framer
          .push(bytes)
          .map((event): SessionInput => (event.kind === 'frame' ? { kind: 'received', frame: event.bytes } : { kind: 'garbled' }));
        if (inputs.length > 0) run(inputs);
      },
      closed: (reason) => {
        connection = null;
        why = reason;
        attempts += 1;
        nextDialMs = host.now() + backoffMs(RECONNECT, attempts, host.random());
        run([{ kind: 'disconnected', reason }]);
      },
    });
  };

  const dialIfDue = (): void => {
    if (!wanted || connection !== null || state.phase === 'stopped' || host.now() < nextDialMs) return;
    nextDialMs = Number.POSITIVE_INFINITY;
    open().catch((error: unknown) => {
      nextDialMs = host.now() + RECONNECT.maxMs;
      host.log.error('no endpoint', { venue, role, error: String(error) });
    });
  };

  return {
    start() {
      wanted = true;
      dialIfDue();
    },
    stop() {
      wanted = false;
      run([{ kind: 'logout', text: 'the desk stops' }]);
    },
    tick() {
      dialIfDue();
      if (connection !== null) run([{ kind: 'tick' }]);
    },
    up: () => state.phase === 'active',
    view: () => ({
      venue,
      session: role,
      state: state.phase === 'active' ? 'up' : state.phase === 'stopped' ? 'stopped' : connection === null ? 'down' : 'connecting',
      sinceMs,
      nextIn: state.nextIn,
      nextOut: state.nextOut,
      why,
    }),
    stage(messages) {
      if (state.phase !== 'active') return null;
      const staged = step(config, state, { kind: 'send', messages }, host.now());
      const from = state;
      const outbound = staged.effects.filter((effect) => effect.kind === 'outbound');
      return {
        outbound,
        tables: tablesOf(saved(staged.state), outbound),
        write: () => {
          assert(state === from, 'nothing happened to the session between staging and writing');
          state = staged.state;
          writeOut(staged.effects);
        },
      };
    },
    send: (messages) => run([{ kind: 'send', messages }]),
    barrier: (id) => run([{ kind: 'barrier', id }]),
    reset(by, reason) {
      if (connection !== null) return false;
      run([{ kind: 'reset', by, reason }]);
      nextDialMs = 0;
      return true;
    },
  };
}

function load(journal: Journal, venue: VenueId, role: SessionRole): SavedSession {
  const row = journal.reader.get('SELECT * FROM fix_sessions WHERE venue = ? AND session = ?', venue, role);
  if (row === undefined) return NEW_SESSION;
  return {
    nextIn: Number(row['next_in']),
    nextOut: Number(row['next_out']),
    stopped: row['stopped'] === null ? undefined : String(row['stopped']),
    resetPending: row['reset_pending'] === 1,
  };
}

function save(tx: Tx, venue: VenueId, role: SessionRole, next: SavedSession): void {
  tx.run(
    `INSERT INTO fix_sessions (venue, session, next_in, next_out, stopped, reset_pending) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (venue, session) DO UPDATE SET next_in = excluded.next_in, next_out = excluded.next_out,
       stopped = excluded.stopped, reset_pending = excluded.reset_pending`,
    venue,
    role,
    next.nextIn,
    next.nextOut,
    next.stopped ?? null,
    next.resetPending ? 1 : 0,
  );
  // A number used again after a reset names another request.
  if (next.resetPending) tx.run('DELETE FROM fix_requests WHERE venue = ? AND session = ?', venue, role);
}

function sameNumbers(one: SavedSession, other: SavedSession): boolean {
  return (
    one.nextIn === other.nextIn &&
    one.nextOut === other.nextOut &&
    one.stopped === other.stopped &&
    one.resetPending === other.resetPending
  );
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return first;
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
