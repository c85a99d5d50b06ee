import type { Entry } from '#core/events.ts';
import type { Host } from '#core/host.ts';
import type { Journal, Projection } from '#core/journal/port.ts';
import type { Result } from '#core/lib/result.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { InstrumentId, VenueId } from '#core/model/ids.ts';
import type { Exchange, Instrument, Segment } from '#core/model/instrument.ts';
import type { VenueConfig } from './config.ts';
import type { SessionRole, TradingSessionStatus } from './events.ts';
import type { FixGateway } from './fix/gateway.ts';
import { createHoles } from './holes.ts';
import type { Holes } from './holes.ts';
import { createFixGateway } from './fix/gateway.ts';
import type { FixGatewayDeps } from './fix/gateway-deps.ts';
import type { ExchangeGateway, ExchangePort, Quote } from './port.ts';

/** How often sessions look at their timers, and open questions are asked again. */
const TICK_EVERY_MS = 100;
/** How long a venue may take to answer a Logout before its connection is closed all the same. */
const GOODBYE_MS = 2_000;

export interface ExchangeDeps extends Pick<
  FixGatewayDeps,
  'instrument' | 'instrumentBySymbol' | 'beginBatch' | 'credentials' | 'endpoint'
> {
  readonly journal: Journal;
  readonly host: Host;
  readonly venues: readonly VenueConfig[];
  readonly doubtful: (venue: VenueId) => ReturnType<FixGatewayDeps['doubtful']>;
  /** Wraps a gateway; a drill breaks a desk on purpose with it. */
  readonly wrap?: (gateway: ExchangeGateway) => ExchangeGateway;
}

export interface ResetRefusal {
  readonly reason: 'unknown-venue' | 'not-stopped';
  readonly text: string;
}

export interface ExchangeService extends ExchangePort {
  readonly projection: Projection;
  /** After replay: what was sent and not answered before the stop is in doubt; then the links are dialled. */
  start(): void;
  /** Says goodbye on every link; resolves when all are closed, at the latest after `GOODBYE_MS`. */
  stop(): Promise<void>;
  resetSession(venue: VenueId, session: SessionRole, by: string, reason: string): Result<null, ResetRefusal>;
}

/** The exchanges of this desk: one gateway per venue, their links, their trading sessions, their quotes. */
export function createExchange(deps: ExchangeDeps): ExchangeService {
  const quotes = new Map<InstrumentId, Quote>();
  const statuses = new Map<string, TradingSessionStatus>();
  const holes = createHoles();
  const raw = new Map<VenueId, FixGateway>(
    deps.venues.map((config) => [config.venue, createFixGateway(gatewayDeps(deps, config, quotes, holes))]),
  );
  const gateways = new Map<VenueId, ExchangeGateway>(
    [...raw].map(([venue, gateway]) => [venue, deps.wrap?.(gateway) ?? gateway]),
  );
  const venueOf = new Map<string, VenueId>(
    deps.venues.flatMap(({ venue, trades }) =>
      trades.map((traded) => [segmentKey(traded.exchange, traded.segment), venue] as const),
    ),
  );
  let stopTicking = (): void => undefined;

  return {
    gateways,
    projection: { name: 'exchange', memory: (entry) => remember({ statuses, holes }, deps.venues, entry) },
    gatewayOf(instrument) {
      const venue = venueOf.get(segmentKey(instrument.exchange, instrument.segment));
      return (venue === undefined ? undefined : gateways.get(venue)) ?? null;
    },
    links: () => [...raw.values()].flatMap((gateway) => gateway.links()),
    quote: (instrumentId) => quotes.get(instrumentId) ?? null,
    subscribe(instruments) {
      for (const [venue, wanted] of byVenue(instruments, venueOf)) raw.get(venue)?.subscribe(wanted);
    },
    tradingSession: (exchange, segment) => statuses.get(segmentKey(exchange, segment)) ?? 'unknown',
    start() {
      for (const gateway of raw.values()) gateway.start();
      stopTicking = deps.host.every(TICK_EVERY_MS, () => raw.forEach((gateway) => gateway.tick()));
    },
    stop() {
      stopTicking();
      for (const gateway of raw.values()) gateway.stop();
      return goodbye(deps.host, [...raw.values()]);
    },
    resetSession(venue, session, by, reason) {
      const gateway = raw.get(venue);
      if (gateway === undefined)
        return refuse({ reason: 'unknown-venue', text: `${venue} is no venue of this desk` });
      if (gateway.reset(session, by, reason)) return ok(null);
      return refuse({ reason: 'not-stopped', text: `the ${session} session of ${venue} is not stopped` });
    },
  };
}

function goodbye(host: Host, gateways: readonly FixGateway[]): Promise<void> {
  const latestMs = host.monotonicMs() + GOODBYE_MS;
  return new Promise((resolve) => {
    const stopLooking = host.every(TICK_EVERY_MS / 5, () => {
      const force = host.monotonicMs() >= latestMs;
      const ended = gateways.map((gateway) => gateway.ended(force));
      if (!force && ended.includes(false)) return;
      stopLooking();
      resolve();
    });
  });
}

function gatewayDeps(
  deps: ExchangeDeps,
  config: VenueConfig,
  quotes: Map<InstrumentId, Quote>,
  holes: Holes,
): FixGatewayDeps {
  return {
    ...deps,
    config,
    doubtful: () => deps.doubtful(config.venue),
    missedTrades: () => holes.why(config.trades),
    quote: (instrument) => quotes.get(instrument.instrumentId) ?? null,
    quotes: (changed) => {
      for (const quote of changed) quotes.set(quote.instrumentId, quote);
    },
  };
}

/** A trading session is known only while its link is up. */
interface Remembered {
  readonly statuses: Map<string, TradingSessionStatus>;
  readonly holes: Holes;
}

function remember({ statuses, holes }: Remembered, venues: readonly VenueConfig[], entry: Entry): void {
  const { fact } = entry;
  holes.remember(entry);
  if (fact.kind === 'trading-session-changed') {
    statuses.set(segmentKey(fact.exchange, fact.segment), fact.status);
  } else if ((fact.kind === 'link-down' || fact.kind === 'session-stopped') && fact.session === 'orders') {
    const gone = venues.find(({ venue }) => venue === fact.venue);
    for (const { exchange, segment } of gone?.trades ?? []) statuses.delete(segmentKey(exchange, segment));
  }
}

function byVenue(
  instruments: readonly Instrument[],
  venueOf: ReadonlyMap<string, VenueId>,
): Map<VenueId, Instrument[]> {
  const wanted = new Map<VenueId, Instrument[]>();
  for (const instrument of instruments) {
    const venue = venueOf.get(segmentKey(instrument.exchange, instrument.segment));
    if (venue === undefined) continue;
    const list = wanted.get(venue) ?? [];
    list.push(instrument);
    wanted.set(venue, list);
  }
  return wanted;
}

function segmentKey(exchange: Exchange, segment: Segment): string {
  return `${exchange}-${segment}`;
}
