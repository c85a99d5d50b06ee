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
import type {
  AppMessage,
  SavedSession,
  SessionConfig,
  SessionEffect,
  SessionInput,
  SessionState,
} from './machine-types.ts';
import { initialState, NEW_SESSION, saved, step } from './machine.ts';

/**
 * One FIX session of this desk: the pure machine, its rows in the journal's file, and its socket. Every step is
 * committed, with the facts that its messages mean, before it is installed and before a byte leaves (I1).
 */
export interface FixSession {
  start(): void;
  /** Says goodbye (Logout) and does not come back. */
  stop(): void;
  /** After `stop`: true when the connection is gone. `force` closes it at once and hears nothing more. */
  ended(force: boolean): boolean;
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
  | {
      readonly kind: 'peer-rejected';
      readonly requestId: string;
      readonly refType: string;
      readonly text: string;
    };

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
  return new StoredSession(deps);
}

class StoredSession implements FixSession {
  readonly #deps: FixSessionDeps;
  #state: SessionState;
  #connection: Connection | null = null;
  #framer = createFramer();
  #wanted = false;
  #deaf = false;
  #attempts = 0;
  #nextDialMs = 0;
  #sinceMs: number;
  #why: string;
  /** Why the connection was given up in a step that could not be kept: told with the next one that can be. */
  #untold: string | null = null;

  constructor(deps: FixSessionDeps) {
    this.#deps = deps;
    this.#state = initialState(deps.durable ? load(deps.journal, deps.venue, deps.role) : NEW_SESSION);
    this.#sinceMs = deps.host.now();
    this.#why = this.#state.stopped ?? 'not started';
  }

  start(): void {
    this.#wanted = true;
    this.#dialIfDue();
  }

  stop(): void {
    this.#wanted = false;
    this.#run([{ kind: 'logout', text: 'the desk stops' }]);
  }

  ended(force: boolean): boolean {
    if (force) {
      this.#deaf = true;
      this.#connection?.close('the desk stops');
    }
    return this.#connection === null;
  }

  tick(): void {
    this.#dialIfDue();
    if (this.#connection !== null) this.#run([{ kind: 'tick' }]);
  }

  up(): boolean {
    return this.#state.phase === 'active';
  }

  view(): LinkView {
    const { venue, role } = this.#deps;
    const { phase, nextIn, nextOut } = this.#state;
    const down = this.#connection === null ? 'down' : 'connecting';
    const state = phase === 'active' ? 'up' : phase === 'stopped' ? 'stopped' : down;
    return { venue, session: role, state, sinceMs: this.#sinceMs, nextIn, nextOut, why: this.#why };
  }

  stage(messages: readonly AppMessage[]): StagedStep | null {
    const from = this.#state;
    if (from.phase !== 'active') return null;
    const staged = step(this.#deps.config, from, { kind: 'send', messages }, this.#deps.host.now());
    const outbound = outboundOf(staged.effects);
    return {
      outbound,
      tables: this.#tables(saved(staged.state), outbound),
      write: () => {
        assert(this.#state === from, 'nothing happened to the session between staging and writing');
        this.#state = staged.state;
        this.#writeOut(staged.effects);
      },
    };
  }

  send(messages: readonly AppMessage[]): void {
    this.#run([{ kind: 'send', messages }]);
  }

  barrier(id: string): void {
    this.#run([{ kind: 'barrier', id }]);
  }

  reset(by: string, reason: string): boolean {
    if (this.#connection !== null) return false;
    this.#run([{ kind: 'reset', by, reason }]);
    this.#nextDialMs = 0;
    return true;
  }

  /** Steps the machine through the inputs, commits what that means, installs, writes. */
  #run(inputs: readonly SessionInput[]): void {
    if (this.#deaf) return;
    const { config, journal, host, venue, role, durable } = this.#deps;
    let next = this.#state;
    const effects: SessionEffect[] = [];
    for (const input of inputs) {
      const stepped = step(config, next, input, host.now());
      next = stepped.state;
      effects.push(...stepped.effects);
    }
    const maker = this.#deps.facts();
    if (this.#untold !== null) maker.change({ kind: 'down', why: this.#untold });
    for (const effect of effects) this.#tell(effect, maker);
    const facts = maker.facts();
    const after = saved(next);
    if (facts.length > 0 || (durable && !sameNumbers(saved(this.#state), after))) {
      const committed = journal.append(facts, this.#tables(after, outboundOf(effects)));
      if (!committed.ok) {
        host.log.error('session step not committed', { venue, role, reason: committed.refusal.reason });
        this.#giveUp(committed.refusal.text);
        return;
      }
    }
    this.#untold = null;
    this.#state = next;
    this.#writeOut(effects);
    maker.done();
  }

  /**
   * The step never happened: the peer will send again what we could not keep. Only the connection is gone, whose end
   * needs no journal; the numbers are those that are stored.
   */
  #giveUp(why: string): void {
    this.#connection?.close(why);
    this.#state = initialState(saved(this.#state));
    this.#untold ??= why;
    this.#why = why;
  }

  #tables(next: SavedSession, outbound: readonly Outbound[]): (tx: Tx) => void {
    const { durable, venue, role } = this.#deps;
    return (tx) => {
      if (!durable) return;
      save(tx, venue, role, next);
      for (const { seq, ref, resend } of outbound) {
        if (ref === undefined || resend) continue;
        tx.run(
          'INSERT OR REPLACE INTO fix_requests (venue, session, sequence, request_id) VALUES (?, ?, ?, ?)',
          venue,
          role,
          seq,
          ref,
        );
      }
    };
  }

  #writeOut(effects: readonly SessionEffect[]): void {
    const outbound = outboundOf(effects);
    if (outbound.length > 0) this.#connection?.write(joined(outbound.map(({ bytes }) => bytes)));
    const end = effects.find((effect) => effect.kind === 'disconnect');
    if (end !== undefined) this.#connection?.close(end.reason);
  }

  #tell(effect: SessionEffect, maker: ReturnType<FactMaker>): void {
    const { host, venue, role } = this.#deps;
    switch (effect.kind) {
      case 'deliver':
        return maker.message(effect);
      case 'link':
        this.#sinceMs = host.now();
        this.#why = effect.reason;
        if (effect.status === 'up') this.#attempts = 0;
        return maker.change(
          effect.status === 'up' ? { kind: 'up' } : { kind: effect.status, why: effect.reason },
        );
      case 'barrier-passed':
        return maker.change({ kind: 'barrier-passed', id: effect.id });
      case 'peer-lacks':
        return maker.change({
          kind: 'not-delivered',
          requestIds: this.#requests(effect.fromSeq, effect.toSeq),
        });
      case 'inbound-skipped':
        return maker.change({
          kind: 'lost',
          why: `messages ${effect.fromSeq} to ${effect.toSeq} never came`,
        });
      case 'peer-rejected':
        return this.#tellRejected(effect, maker);
      case 'refused':
        // An inbound message that broke the rules has used its number: what it wanted to say must be asked.
        if (effect.message !== undefined)
          maker.change({ kind: 'lost', why: `${effect.reason}: ${effect.detail}` });
        return host.log.warn('fix session refused', {
          venue,
          role,
          reason: effect.reason,
          detail: effect.detail,
        });
      case 'limit':
        return host.log.warn('fix session limit', { venue, role, limit: effect.name });
      case 'outbound':
      case 'peer-has':
      case 'disconnect':
      case 'sequence-reset':
        return undefined;
    }
  }

  #tellRejected(
    effect: Extract<SessionEffect, { kind: 'peer-rejected' }>,
    maker: ReturnType<FactMaker>,
  ): void {
    const [requestId] = this.#requests(effect.refSeq, effect.refSeq);
    if (requestId === undefined) return;
    const refType = effect.message.get(372) ?? '';
    maker.change({ kind: 'peer-rejected', requestId, refType, text: effect.message.get(58) ?? 'rejected' });
  }

  #requests(from: number, to: number): readonly string[] {
    const { journal, venue, role } = this.#deps;
    return journal.reader
      .all(
        'SELECT request_id FROM fix_requests WHERE venue = ? AND session = ? AND sequence BETWEEN ? AND ? ORDER BY sequence',
        venue,
        role,
        from,
        to,
      )
      .map((row) => String(row['request_id']));
  }

  #dialIfDue(): void {
    const { host, venue, role } = this.#deps;
    const due = this.#wanted && this.#connection === null && this.#state.phase !== 'stopped';
    if (!due || host.now() < this.#nextDialMs) return;
    this.#nextDialMs = Number.POSITIVE_INFINITY;
    this.#open().catch((error: unknown) => {
      this.#nextDialMs = host.now() + RECONNECT.maxMs;
      host.log.error('no endpoint', { venue, role, error: String(error) });
    });
  }

  async #open(): Promise<void> {
    const { host } = this.#deps;
    const options = await this.#deps.endpoint();
    if (!this.#wanted || this.#connection !== null) return;
    this.#framer = createFramer();
    this.#connection = dial(options, {
      connected: () => this.#run([{ kind: 'connected' }]),
      bytes: (bytes) => this.#received(bytes),
      closed: (reason) => {
        this.#connection = null;
        this.#why = reason;
        this.#attempts += 1;
        this.#nextDialMs = host.now() + backoffMs(RECONNECT, this.#attempts, host.random());
        this.#run([{ kind: 'disconnected', reason }]);
      },
    });
  }

  #received(bytes: Uint8Array): void {
    const inputs = this.#framer
      .push(bytes)
      .map((event): SessionInput =>
        event.kind === 'frame' ? { kind: 'received', frame: event.bytes } : { kind: 'garbled' },
      );
    if (inputs.length > 0) this.#run(inputs);
  }
}

function outboundOf(effects: readonly SessionEffect[]): readonly Outbound[] {
  return effects.filter((effect) => effect.kind === 'outbound');
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
