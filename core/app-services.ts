import { credentialsOf, dialOptions } from './app-secrets.ts';
import { createAccounts } from './accounts/service.ts';
import type { DeskConfig } from './config.ts';
import { createExchange } from './exchange/service.ts';
import type { ExchangeService } from './exchange/service.ts';
import type { ExchangeGateway, OrderAddress, OrderBatch } from './exchange/port.ts';
import type { Host } from './host.ts';
import { createInstruments } from './instruments/service.ts';
import type { JournalFile } from './journal/journal.ts';
import type { Synchronous } from './journal/sqlite.ts';
import { present } from './lib/assert.ts';
import type { AccountId, VenueId } from './model/ids.ts';
import { addressOf } from './orders/domain-request.ts';
import { createPendingImporter } from './orders/service-import-pending.ts';
import { createOrders, ORDERS_DEFAULTS } from './orders/service.ts';
import type { OrdersService } from './orders/service.ts';
import { createPositions } from './positions/service.ts';
import { createPositionImporter } from './positions/service-import.ts';
import { createSessions } from './sessions/service.ts';
import type { Policy } from './square-off/policy.ts';
import { DEFAULT_POLICY } from './square-off/policy.ts';
import { createSquareOff } from './square-off/service.ts';
import { createSync } from './sync/service.ts';
import { createTrades } from './trades/service.ts';

export interface AppOptions {
  readonly build: string;
  /** A drill breaks a desk on purpose with these; a desk leaves them out. */
  readonly wrapGateway?: (gateway: ExchangeGateway) => ExchangeGateway;
  readonly wrapBatch?: (batch: OrderBatch) => OrderBatch;
  /** Less than FULL only to show that the proof of durability notices. */
  readonly synchronous?: Synchronous;
}

export interface Parts {
  readonly host: Host;
  readonly config: DeskConfig;
  readonly options: AppOptions;
  readonly journal: JournalFile;
  readonly passwords: ReadonlyMap<string, string>;
}

export type Services = ReturnType<typeof buildServices>;

/**
 * Positions, exchange and orders need each other: they meet here and read each other at call time only, when all
 * of them stand.
 */
interface Ring {
  exchange: ExchangeService | null;
  orders: OrdersService | null;
}

/** Every service of the desk, in the order in which they lean on each other. */
export function buildServices(parts: Parts) {
  const { host, config, journal } = parts;
  const policy = policyOf(config);
  const ring: Ring = { exchange: null, orders: null };
  const sync = createSync({
    journal,
    policy: { personsToDeclareLost: policy.personsRequired },
    now: () => host.now(),
  });
  const book = buildBook(parts, ring);
  const exchange = buildExchange(parts, book, ring);
  ring.exchange = exchange;
  const orders = createOrders({
    journal,
    positions: book.positions.port,
    instruments: book.instruments.port,
    exchange,
    host,
    config: {
      ...ORDERS_DEFAULTS,
      answerTimeoutMs: config.answerTimeoutMs,
      personsForDoubt: config.personsForDoubt,
    },
    mayTrade: () => sync.port.mayTrade(),
  });
  ring.orders = orders;
  const pendingFiles = createPendingImporter({
    journal,
    host,
    find: (...names) => book.instruments.port.bySymbol(...names),
    venueOf: (instrument) => exchange.gatewayOf(instrument)?.venue ?? null,
  });
  const mayTrade = (): string | null =>
    sync.port.mayTrade() === null ? null : 'main is up: this desk may trade only in an emergency';
  const squareOff = buildSquareOff(parts, { ...book, exchange, orders, policy, mayTrade });
  const trades = createTrades({ orders, reader: journal.reader });
  const sessions = createSessions({
    now: () => host.now(),
    randomBytes: (length) => host.randomBytes(length),
    operator: config.operator,
  });
  return { ...book, policy, sync, exchange, orders, pendingFiles, squareOff, trades, sessions };
}

/** What a file can say: contracts, clients, positions. */
function buildBook({ host, journal }: Parts, ring: Ring) {
  const instruments = createInstruments({ journal, host });
  const accounts = createAccounts({ journal, host });
  const positionFiles = createPositionImporter({ journal, host, instruments: instruments.port });
  const positions = createPositions({
    journal,
    instruments: instruments.port,
    quotes: (instrumentId) => present(ring.exchange, 'the exchange').quote(instrumentId),
    overcommitted: (row) => present(ring.orders, 'the orders').overcommitted(row),
    now: () => host.now(),
    importPositions: positionFiles.importPositions,
  });
  return { instruments, accounts, positionFiles, positions };
}

type Book = ReturnType<typeof buildBook>;

function buildExchange(parts: Parts, { instruments }: Book, ring: Ring): ExchangeService {
  const { host, config, journal, options, passwords } = parts;
  return createExchange({
    journal,
    host,
    venues: config.venues,
    instrument: (...names) => instruments.port.byToken(...names),
    instrumentBySymbol: (...names) => instruments.port.bySymbol(...names),
    beginBatch: () => {
      const batch = present(ring.orders, 'the orders').beginBatch();
      return options.wrapBatch?.(batch) ?? batch;
    },
    doubtful: (venue) => doubtful(present(ring.orders, 'the orders'), instruments, venue),
    credentials: (endpoint) => credentialsOf(endpoint, passwords),
    endpoint: dialOptions,
    ...(options.wrapGateway === undefined ? {} : { wrap: options.wrapGateway }),
  });
}

function doubtful(
  orders: OrdersService,
  instruments: Book['instruments'],
  venue: VenueId,
): readonly OrderAddress[] {
  const found: OrderAddress[] = [];
  for (const order of orders.orders()) {
    if (order.venue !== venue || order.status !== 'IN_DOUBT') continue;
    const instrument = instruments.port.get(order.terms.instrumentId);
    if (instrument !== null) found.push(addressOf(order, instrument));
  }
  return found;
}

interface Around extends Book {
  readonly exchange: ExchangeService;
  readonly orders: OrdersService;
  readonly policy: Policy;
  readonly mayTrade: () => string | null;
}

function buildSquareOff({ host, config, journal }: Parts, around: Around) {
  const proprietary = new Set(config.proprietaryAccounts);
  const rates = new Map(
    config.venues.map(({ venue, ratePerSecond }) => [venue, ratePerSecond ?? Number.POSITIVE_INFINITY]),
  );
  return createSquareOff({
    journal,
    orders: around.orders,
    positions: around.positions.port,
    instruments: around.instruments.port,
    exchange: around.exchange,
    now: () => host.now(),
    every: (everyMs, tick) => host.every(everyMs, tick),
    soon: (task) => host.soon(task),
    mayTrade: around.mayTrade,
    config: {
      policy: around.policy,
      ratePerSecond: (venue: VenueId) => rates.get(venue) ?? 0,
      isProprietary: (account: AccountId) => proprietary.has(account),
    },
  });
}

function policyOf(config: DeskConfig): Policy {
  const waits = { ...DEFAULT_POLICY.waits, ...config.policy.waits };
  return { ...DEFAULT_POLICY, ...defined(config.policy), waits };
}

/** Leaves out what a configuration does not say. */
function defined<Values extends object>(
  values: Values,
): { [Name in keyof Values]?: Exclude<Values[Name], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Values]?: Exclude<Values[Name], undefined>;
  };
}
