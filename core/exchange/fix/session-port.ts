import type { Fact } from '#core/events.ts';
import type { SessionRole } from '#core/exchange/events.ts';
import type { LinkView } from '#core/exchange/port.ts';
import type { Host } from '#core/host.ts';
import type { Journal, Tx } from '#core/journal/port.ts';
import type { VenueId } from '#core/model/ids.ts';
import type { DialOptions } from './connection.ts';
import type { AppMessage, SessionConfig, SessionEffect } from './machine-types.ts';

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
  /** A person starts the sequence numbers anew; false when the connection still stands or the journal refused. */
  reset(by: string, reason: string): boolean;
}

export interface StagedStep {
  readonly outbound: readonly Outbound[];
  readonly tables: (tx: Tx) => void;
  readonly write: () => void;
}

export type Outbound = Extract<SessionEffect, { kind: 'outbound' }>;
export type Delivery = Extract<SessionEffect, { kind: 'deliver' }>;

/** What the gateway hears of a session besides its messages. */
export type LinkChange =
  | { readonly kind: 'up' }
  | { readonly kind: 'down' | 'stopped' | 'lost'; readonly why: string }
  | { readonly kind: 'barrier-passed'; readonly id: string }
  /** A person started the numbers anew. */
  | { readonly kind: 'reset'; readonly by: string; readonly reason: string }
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
  /** So many messages, of every kind, are on their way now: the subscribed rate counts them all. */
  readonly wrote: (messages: number) => void;
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
