import { buildIdentity } from './app-identity.ts';
import type { Identity, Keys } from './app-identity.ts';
import { buildMain } from './app-main.ts';
import { buildMode } from './app-mode.ts';
import { credentialsOf, dialOptions } from './app-secrets.ts';
import { createAccounts } from './accounts/service.ts';
import type { DeskConfig } from './config.ts';
import { createExchange } from './exchange/service.ts';
import type { ExchangeService } from './exchange/service.ts';
import type { ExchangeGateway, OrderAddress, OrderBatch } from './exchange/port.ts';
import type { Host } from './host.ts';
import { createInstruments } from './instruments/service.ts';
import type { JournalFile } from './journal/journal.ts';
import type { Signer } from './journal/signer.ts';
import type { Synchronous } from './journal/sqlite.ts';
import { createSeal } from './auth/service-seal.ts';
import { present } from './lib/assert.ts';
import { ok } from './lib/result.ts';
import type { FollowDeps } from './sync/service-follow.ts';
import type { CalendarConfig } from './model/calendar-config.ts';
import type { AccountId, VenueId } from './model/ids.ts';
import { istDate } from './model/market-clock.ts';
import { addressOf } from './orders/domain-request.ts';
import { createPendingImporter } from './orders/service-import-pending.ts';
import { createOrders, ORDERS_DEFAULTS } from './orders/service.ts';
import type { OrdersService } from './orders/service.ts';
import type { InstrumentsPort } from './positions/port.ts';
import { createPositions } from './positions/service.ts';
import { createPositionImporter } from './positions/service-import.ts';
import type { Policy } from './square-off/policy.ts';
import { DEFAULT_POLICY } from './square-off/policy.ts';
import { createSettings } from './settings/service.ts';
import { createSquareOff } from './square-off/service.ts';
import type { MayApprove } from './square-off/service-plans.ts';
import type { OutsideOf } from './sync/port.ts';
import { createTrades } from './trades/service.ts';
import { createMaySend } from './users/service-may-send.ts';

export interface AppOptions {
  readonly build: string;
  /** A drill breaks a desk on purpose with these; a desk leaves them out. */
  readonly wrapGateway?: (gateway: ExchangeGateway) => ExchangeGateway;
  readonly wrapBatch?: (batch: OrderBatch) => OrderBatch;
  /** Less than FULL only to show that the proof of durability notices. */
  readonly synchronous?: Synchronous;
  /** A journal that is not encrypted, only for a trace that looks for orders in the bytes that go to the disk. */
  readonly readable?: true;
}

export interface Parts {
  readonly host: Host;
  readonly config: DeskConfig;
  readonly options: AppOptions;
  readonly journal: JournalFile;
  readonly passwords: ReadonlyMap<string, string>;
  readonly keys: Keys;
  /** Signs the journal's heads, and certificates. */
  readonly signer: Signer;
  /** Opens main's door to this desk; null: nobody gave it one. */
  readonly mainToken: string | null;
  /** What persons changed of the calendar; null: the shipped one. */
  readonly calendar: CalendarConfig | null;
}

export type Services = ReturnType<typeof buildServices>;

/**
 * Positions, exchange and orders need each other: they meet here and read each other at call time only, when all
 * of them stand.
 */
interface Ring {
  exchange: ExchangeService | null;
  orders: OrdersService | null;
  main: ReturnType<typeof buildMain> | null;
  instruments: InstrumentsPort | null;
}

/** Every service of the desk, in the order in which they lean on each other. */
export function buildServices(parts: Parts) {
  const { host, config, journal } = parts;
  const policy = policyOf(parts);
  const ring: Ring = { exchange: null, orders: null, main: null, instruments: null };
  const { life, sync, outside } = buildMode(
    { host, config, journal, personsToDeclareLost: policy.personsRequired },
    {
      isHome: (account) => present(ring.main, 'main').follow.port.isHome(account),
      instrument: (instrumentId) => present(ring.instruments, 'the contracts').get(instrumentId),
    },
  );
  const book = buildBook(parts, ring);
  ring.instruments = book.instruments.port;
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
    outside,
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
  const persons = buildPersons(parts, {
    ...book,
    exchange,
    orders,
    policy,
    mayTrade,
    outside,
  });
  const settings = createSettings({ journal, config, calendar: parts.calendar });
  const main = buildMain(
    { ...parts, build: parts.options.build },
    {
      sync,
      orders,
      positions: book.positions.port,
      accounts: book.accounts.port,
      users: persons.identity.users.port,
      runs: () => persons.squareOff.port.liveRuns(),
      imports: importsOf(parts, book, pendingFiles),
      seal: createSeal(parts.keys.sealing, (length) => host.randomBytes(length)),
    },
  );
  ring.main = main;
  return { ...book, ...persons, life, main, policy, sync, exchange, orders, pendingFiles, settings };
}

/** The importers of files take the parts of main's book, each in the documented form, with one fact of its own. */
function importsOf(
  { host }: Parts,
  book: Book,
  pendingFiles: ReturnType<typeof createPendingImporter>,
): FollowDeps['imports'] {
  const by = { by: 'main' };
  return {
    accounts: ({ source, text, asOfMs }) =>
      book.accounts.handlers.import({ source, text, asOfMs, partial: false }, by),
    instruments: ({ source, text }) =>
      book.instruments.handlers.import({ source, text, format: 'lifeboat', partial: false }, by),
    positions: ({ source, text }) => book.positions.handlers.import({ source, text, partial: false }, by),
    pending: ({ source, text }) => pendingFiles.importPending({ source, text, partial: false }),
    users: ({ source }) => {
      host.log.info('persons come to this desk by signed user sets, not from the link', { source });
      return ok(null);
    },
  };
}

/** Who may act, and what they may do at once: exits and single orders ask for limits and exchange ids. */
function buildPersons(parts: Parts, around: Omit<Around, 'mayApprove'>) {
  const { config, host, journal } = parts;
  const { instruments, exchange } = around;
  const ring: { identity: Identity | null } = { identity: null };
  const users = () => present(ring.identity, 'who may be at the desk').users.port;
  const maySend = createMaySend({
    mayNotSend: (...whose) => (config.identity.exchangeUserNeeded ? users().mayNotSend(...whose) : null),
    instrument: (instrumentId) => instruments.port.get(instrumentId),
    quote: (instrumentId) => exchange.quote(instrumentId),
    today: () => istDate(host.now()),
  });
  const squareOff = buildSquareOff(parts, { ...around, mayApprove: maySend.exit });
  const trades = createTrades({ orders: around.orders, reader: journal.reader, mayPlace: maySend.order });
  const identity = buildIdentity(parts, {
    accounts: around.accounts.port,
    pauseRunsOf: squareOff.port.pauseRunsOf,
  });
  ring.identity = identity;
  return { squareOff, trades, identity };
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
    reserved: (row, side) => present(ring.orders, 'the orders').reserved(row, side),
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
  readonly outside: OutsideOf;
  readonly mayApprove: MayApprove;
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
    outside: around.outside,
    mayApprove: around.mayApprove,
    config: {
      policy: around.policy,
      ratePerSecond: (venue: VenueId) => rates.get(venue) ?? 0,
      isProprietary: (account: AccountId) => proprietary.has(account),
    },
  });
}

function policyOf({ config, calendar }: Parts): Policy {
  const waits = { ...DEFAULT_POLICY.waits, ...config.policy.waits };
  return { ...DEFAULT_POLICY, ...defined(config.policy), waits, ...(calendar === null ? {} : { calendar }) };
}

/** Leaves out what a configuration does not say. */
function defined<Values extends object>(
  values: Values,
): { [Name in keyof Values]?: Exclude<Values[Name], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Values]?: Exclude<Values[Name], undefined>;
  };
}
