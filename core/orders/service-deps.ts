import type { Host } from '#core/host.ts';
import type { ExchangePort } from '#core/exchange/port.ts';
import type { Journal } from '#core/journal/port.ts';
import type { InstrumentsPort } from '#core/positions/port.ts';
import type { OutsideOf } from '#core/sync/port.ts';
import type { Closable } from './checks.ts';

export interface OrdersConfig {
  /** A request without an answer for this long is in doubt, while the link is up. */
  readonly answerTimeoutMs: number;
  /** Share of a future's notional taken as its margin, in hundredths of a percent. */
  readonly marginBasisPoints: number;
  /** How many persons decide what became of an order in doubt. */
  readonly personsForDoubt: number;
}

/** What the orders service needs of the rest of core. */
export interface OrdersDeps {
  readonly journal: Pick<Journal, 'desk' | 'epoch' | 'append' | 'follow' | 'head'>;
  readonly positions: Closable;
  readonly instruments: Pick<InstrumentsPort, 'get'>;
  /** Read at each call only, so that it may be wired after the orders. */
  readonly exchange: Pick<ExchangePort, 'gateways' | 'gatewayOf' | 'tradingSession'>;
  readonly host: Pick<Host, 'now' | 'reached' | 'soon' | 'log'>;
  readonly config: OrdersConfig;
  readonly mayTrade: () => null | 'main-is-up';
  /** Rows of another desk's accounts, or outside of the emergency: nothing new is sent for them. */
  readonly outside: OutsideOf;
}
