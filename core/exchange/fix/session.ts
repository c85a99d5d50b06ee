import type { LinkView } from '#core/exchange/port.ts';
import type { Tx } from '#core/journal/port.ts';
import { assert } from '#core/lib/assert.ts';
import { backoffMs } from '#core/lib/backoff.ts';
import { createFramer } from './codec-framer.ts';
import type { Connection } from './connection.ts';
import { dial } from './connection.ts';
import type { AppMessage, SavedSession, SessionEffect, SessionInput, SessionState } from './machine-types.ts';
import { initialState, NEW_SESSION, saved, step } from './machine.ts';
import type { FactMaker, FixSession, FixSessionDeps, Outbound, StagedStep } from './session-port.ts';
import { load, requestsOf, sameNumbers, store } from './session-store.ts';

/** Reports, cancel rejects and trade captures: refusing one loses a word about an order; refusing news does not. */
const SAYS_TRADES: ReadonlySet<string> = new Set(['8', '9', 'AE']);
/** Wait before the next dial: doubled from the first to the most. */
const RECONNECT = { firstMs: 200, maxMs: 5_000 };

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
    this.#state = initialState(deps.durable ? load(deps.journal, deps) : NEW_SESSION);
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
    return this.#state.resetPending;
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
    return (tx) => {
      if (this.#deps.durable) store(tx, this.#deps, next, outbound);
    };
  }

  #writeOut(effects: readonly SessionEffect[]): void {
    const outbound = outboundOf(effects);
    if (outbound.length > 0) {
      this.#deps.wrote(outbound.length);
      this.#connection?.write(joined(outbound.map(({ bytes }) => bytes)));
    }
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
          requestIds: requestsOf(this.#deps, effect.fromSeq, effect.toSeq),
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
        if (effect.message !== undefined && SAYS_TRADES.has(effect.message.type))
          maker.change({ kind: 'lost', why: `${effect.reason}: ${effect.detail}` });
        return host.log.warn('fix session refused', {
          venue,
          role,
          reason: effect.reason,
          detail: effect.detail,
        });
      case 'limit':
        return host.log.warn('fix session limit', { venue, role, limit: effect.name });
      case 'sequence-reset':
        // Where numbers begin anew with each connection there is nothing to tell.
        return this.#deps.durable
          ? maker.change({ kind: 'reset', by: effect.by, reason: effect.reason })
          : undefined;
      case 'outbound':
      case 'peer-has':
      case 'disconnect':
        return undefined;
    }
  }

  #tellRejected(
    effect: Extract<SessionEffect, { kind: 'peer-rejected' }>,
    maker: ReturnType<FactMaker>,
  ): void {
    const [requestId] = requestsOf(this.#deps, effect.refSeq, effect.refSeq);
    if (requestId === undefined) return;
    const refType = effect.message.get(372) ?? '';
    maker.change({ kind: 'peer-rejected', requestId, refType, text: effect.message.get(58) ?? 'rejected' });
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
