import type { Exchange, Segment } from '#core/model/instrument.ts';
import type { VenueId } from '#core/model/ids.ts';

/** A session to a venue: `orders`, `drop-copy` or `market-data`. */
export type SessionRole = 'orders' | 'drop-copy' | 'market-data';

export type TradingSessionStatus =
  'unknown' | 'pre-open' | 'open' | 'pre-close' | 'closing-auction' | 'halted' | 'closed' | 'risk-reduction';

interface OfSession<Kind extends string> {
  readonly kind: Kind;
  readonly v: 1;
  readonly venue: VenueId;
  readonly session: SessionRole;
}

export type LinkUp = OfSession<'link-up'>;

export interface LinkDown extends OfSession<'link-down'> {
  readonly why: string;
}

/** An application message with its place in the session, as it went to or came from the wire; credentials blanked. */
export interface MessageSent extends OfSession<'message-sent'> {
  readonly sequence: number;
  readonly raw: string;
}
export interface MessageReceived extends OfSession<'message-received'> {
  readonly sequence: number;
  readonly raw: string;
}

/** Sequence state is lost on one side: the session stops until a person resets it with a reason. */
export interface SessionStopped extends OfSession<'session-stopped'> {
  readonly why: string;
}
export interface SessionReset extends OfSession<'session-reset'> {
  readonly by: string;
  readonly reason: string;
}

/** After a (re)connection every question about orders in doubt is answered: the venue may be traded again. */
export interface VenueRecovered {
  readonly kind: 'venue-recovered';
  readonly v: 1;
  readonly venue: VenueId;
  readonly asked: number;
  readonly stillInDoubt: number;
}

export interface TradingSessionChanged {
  readonly kind: 'trading-session-changed';
  readonly v: 1;
  readonly venue: VenueId;
  readonly exchange: Exchange;
  readonly segment: Segment;
  readonly status: TradingSessionStatus;
  readonly text: string;
}

export type ExchangeFact =
  | LinkUp
  | LinkDown
  | MessageSent
  | MessageReceived
  | SessionStopped
  | SessionReset
  | VenueRecovered
  | TradingSessionChanged;
