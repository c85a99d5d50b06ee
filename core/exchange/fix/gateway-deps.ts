import type { Endpoint, VenueConfig } from '#core/exchange/config.ts';
import type { OrderAddress, OrderBatch, Quote } from '#core/exchange/port.ts';
import type { Host } from '#core/host.ts';
import type { Journal } from '#core/journal/port.ts';
import type { Instrument } from '#core/model/instrument.ts';
import type { DialOptions } from './connection.ts';

/** What a FIX gateway needs of the rest of core. */
export interface FixGatewayDeps {
  readonly config: VenueConfig;
  readonly journal: Journal;
  readonly host: Host;
  readonly instrument: (exchange: string, segment: string, token: string) => Instrument | null;
  readonly instrumentBySymbol: (exchange: string, symbol: string) => Instrument | null;
  readonly beginBatch: () => OrderBatch;
  /** Orders of this venue that are in doubt: asked about before the venue may be traded again. */
  readonly doubtful: () => readonly OrderAddress[];
  readonly quote: (instrument: Instrument) => Quote | null;
  readonly quotes: (changed: readonly Quote[]) => void;
  /** Why trades of this venue were missed for good; null when its day may be covered. */
  readonly missedTrades: () => string | null;
  readonly credentials: (
    endpoint: Endpoint,
  ) => { readonly username: string; readonly password: string } | null;
  readonly endpoint: (endpoint: Endpoint) => Promise<DialOptions>;
}
