import type { Message } from '#core/exchange/fix/codec.ts';
import { initialState, saved, step } from '#core/exchange/fix/machine.ts';
import {
  SESSION_DEFAULTS,
  type AppMessage,
  type Lookup,
  type OutboundEffect,
  type SavedSession,
  type SessionConfig,
  type SessionInput,
  type SessionState,
} from '#core/exchange/fix/machine-types.ts';
import type { FixVersion } from '#core/exchange/fix/messages.ts';
import { latin1 } from '#core/exchange/fix/codec.ts';
import type { MemberProfile, Role } from './member-profile.ts';
import type { Turn } from './turn.ts';
import type { Wire } from './wire.ts';

const TAKES: Readonly<Record<Role, ReadonlySet<string>>> = {
  orders: new Set(['D', 'F', 'G', 'H', 'q', 'AF', 'g']),
  'drop-copy': new Set([]),
  'market-data': new Set(['V', 'g']),
};
/** The drill moves clocks; the venue does not judge a member's. */
const ANY_TIME_MS = 400 * 86_400_000;

export interface MemberOptions {
  readonly profile: MemberProfile;
  readonly stored: SavedSession | null;
  readonly lookup: Lookup;
  readonly now: () => number;
  readonly deliver: (member: Member, message: Message, turn: Turn) => void;
  readonly up: (member: Member, turn: Turn) => void;
}

/** One member's session of one role, in the acceptor's part. It lives longer than its connections. */
export class Member {
  readonly name: string;
  readonly profile: MemberProfile;
  readonly role: Role;
  readonly peer: string;
  readonly version: FixVersion;
  /** Asked for TradingSessionStatus (g), and by which request. */
  statusRequest: string | null = null;
  #options: MemberOptions;
  #config: SessionConfig;
  #state: SessionState;
  #wire: Wire | null = null;

  constructor(options: MemberOptions) {
    this.#options = options;
    const { profile } = options;
    this.profile = profile;
    this.role = profile.role;
    this.peer = profile.peer;
    this.version = profile.version;
    this.name = memberName(profile.role, profile.peer);
    this.#config = {
      ...SESSION_DEFAULTS,
      name: this.name,
      beginString: profile.version,
      senderCompId: profile.ours,
      targetCompId: profile.peer,
      role: 'acceptor',
      resetOnLogon: profile.role === 'market-data',
      sendNextExpected: profile.sendNextExpected,
      supportedTypes: TAKES[profile.role],
      replayApplication: true,
      sendingTimeToleranceMs: ANY_TIME_MS,
    };
    this.#state = initialState(options.stored ?? undefined);
  }

  isActive(): boolean {
    return this.#state.phase === 'active';
  }

  wire(): Wire | null {
    return this.#wire;
  }

  /** A new connection; one that was still there is given up. */
  connected(wire: Wire, turn: Turn): void {
    if (this.#wire !== null) this.disconnected('another connection took its place', turn);
    this.#wire = wire;
    this.input({ kind: 'connected' }, turn);
  }

  disconnected(reason: string, turn: Turn): void {
    const wire = this.#wire;
    this.#wire = null;
    this.statusRequest = null;
    this.input({ kind: 'disconnected', reason }, turn);
    if (wire !== null) turn.afterCommit(() => wire.close(reason));
  }

  send(messages: readonly AppMessage[], turn: Turn): void {
    this.input({ kind: 'send', messages }, turn);
  }

  input(input: SessionInput, turn: Turn): void {
    const before = this.#state;
    const { state, effects } = step(this.#config, before, input, this.#options.now(), this.#options.lookup);
    this.#state = state;
    if (this.role !== 'market-data' && !isSame(before, state)) turn.session(this.name, saved(state));
    for (const effect of effects) {
      if (effect.kind === 'outbound') this.#write(effect, turn);
      else if (effect.kind === 'disconnect') this.#close(effect.reason, turn);
    }
    // What this step itself sends has its numbers: answers come after it.
    for (const effect of effects) {
      if (effect.kind === 'deliver') this.#options.deliver(this, effect.message, turn);
      else if (effect.kind === 'link' && effect.status === 'up') this.#options.up(this, turn);
    }
  }

  #write({ seq, type, bytes, resend }: OutboundEffect, turn: Turn): void {
    const business = !resend && isBusiness(type);
    if (business && this.role !== 'market-data') turn.sent.push({ session: this.name, seq, type, bytes });
    const wire = this.#wire;
    if (wire !== null) turn.afterCommit(() => wire.write(bytes, business));
  }

  #close(reason: string, turn: Turn): void {
    const wire = this.#wire;
    this.#wire = null;
    if (wire !== null) turn.afterCommit(() => wire.close(reason));
  }
}

function isSame(one: SavedSession, other: SavedSession): boolean {
  return (
    one.nextIn === other.nextIn &&
    one.nextOut === other.nextOut &&
    one.stopped === other.stopped &&
    one.resetPending === other.resetPending
  );
}

export function memberName(role: Role, peer: string): string {
  return `${role}/${peer}`;
}

function isBusiness(type: string): boolean {
  return !['0', '1', '2', '3', '4', '5', 'A'].includes(type);
}

/** Is this raw frame a NewOrderSingle? Asked before its session sees it. */
export function isNewOrder(frame: Uint8Array): boolean {
  return latin1(frame.subarray(0, 40)).includes('\u000135=D\u0001');
}
