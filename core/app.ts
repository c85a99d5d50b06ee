import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { createAccounts } from './accounts/service.ts';
import { DeskConfig } from './config.ts';
import { countdowns } from './desk/countdown.ts';
import { createDesk } from './desk/service.ts';
import type { Endpoint } from './exchange/config.ts';
import type { ExchangeGateway, OrderAddress, OrderBatch } from './exchange/port.ts';
import { createExchangeCalls } from './exchange/service-calls.ts';
import { createExchange } from './exchange/service.ts';
import type { Host } from './host.ts';
import { createInstruments } from './instruments/service.ts';
import type { JournalFile } from './journal/journal.ts';
import { openJournal } from './journal/open.ts';
import type { Synchronous } from './journal/sqlite.ts';
import { SIGNING_SEED_BYTES, signerOf } from './journal/signer.ts';
import { present } from './lib/assert.ts';
import type { Result } from './lib/result.ts';
import { ok } from './lib/result.ts';
import type { AccountId, OrderId, VenueId } from './model/ids.ts';
import { istDate } from './model/market-clock.ts';
import { addressOf } from './orders/domain-request.ts';
import { createPendingImporter } from './orders/service-import-pending.ts';
import { createOrders, ORDERS_DEFAULTS } from './orders/service.ts';
import { createPositions } from './positions/service.ts';
import { createPositionImporter } from './positions/service-import.ts';
import { createRouter } from './router.ts';
import { createSessions } from './sessions/service.ts';
import type { Policy } from './square-off/policy.ts';
import { DEFAULT_POLICY } from './square-off/policy.ts';
import { createSquareOff } from './square-off/service.ts';
import { createSync } from './sync/service.ts';
import { createTrades } from './trades/service.ts';
import type { Web, WebOptions } from './web/server.ts';
import { startWeb } from './web/server.ts';

export { DeskConfig };

/** Orders look at their timers this often; the day is looked at with them. */
const WATCH_EVERY_MS = 500;

export interface AppOptions {
  readonly build: string;
  /** A drill breaks a desk on purpose with these; a desk leaves them out. */
  readonly wrapGateway?: (gateway: ExchangeGateway) => ExchangeGateway;
  readonly wrapBatch?: (batch: OrderBatch) => OrderBatch;
  /** Less than FULL only to show that the proof of durability notices. */
  readonly synchronous?: Synchronous;
}

export interface AppRefusal {
  readonly reason: string;
  readonly text: string;
}

export type App = ReturnType<typeof compose>;

/**
 * The one composer: opens the journal, builds the services in order, replays, and gives the desk ready to start.
 * Refusals are the journal's: in use, not openable, a newer version, a restored copy.
 */
export async function createApp(
  host: Host,
  config: DeskConfig,
  options: AppOptions,
): Promise<Result<App, AppRefusal>> {
  const seed = await signingSeed(host);
  const opened = openJournal({
    path: join(host.paths.data, 'desk.db'),
    desk: config.desk,
    build: options.build,
    host,
    signer: signerOf(seed),
    synchronous: options.synchronous ?? 'FULL',
  });
  if (!opened.ok) return opened;
  const passwords = await venuePasswords(host, config);
  const app = compose(host, config, options, opened.value, passwords);
  const replayed = app.replay();
  return replayed.ok ? ok(app) : replayed;
}

function compose(
  host: Host,
  config: DeskConfig,
  options: AppOptions,
  journal: JournalFile,
  passwords: ReadonlyMap<string, string>,
) {
  const policy: Policy = {
    ...DEFAULT_POLICY,
    ...defined(config.policy),
    waits: { ...DEFAULT_POLICY.waits, ...config.policy.waits },
  };

  const sync = createSync({
    journal,
    policy: { personsToDeclareLost: policy.personsRequired },
    now: host.now,
  });
  const instruments = createInstruments({ journal, host });
  const accounts = createAccounts({ journal, host });
  const positionFiles = createPositionImporter({ journal, host, instruments: instruments.port });
  // Services that meet in a ring read each other at call time only, through these doors.
  const positions = createPositions({
    journal,
    instruments: instruments.port,
    quotes: (instrumentId) => exchange.quote(instrumentId),
    overcommitted: (row) => orders.overcommitted(row),
    now: host.now,
    importPositions: positionFiles.importPositions,
  });
  const exchange = createExchange({
    journal,
    host,
    venues: config.venues,
    instrument: (...names) => instruments.port.byToken(...names),
    instrumentBySymbol: (...names) => instruments.port.bySymbol(...names),
    beginBatch: () => {
      const batch = orders.beginBatch();
      return options.wrapBatch?.(batch) ?? batch;
    },
    doubtful: (venue) => doubtful(venue),
    credentials: (endpoint) => credentialsOf(endpoint, passwords),
    endpoint: dialOptions,
    ...(options.wrapGateway === undefined ? {} : { wrap: options.wrapGateway }),
  });
  const orders = createOrders({
    journal,
    positions: positions.port,
    instruments: instruments.port,
    exchange,
    host,
    config: {
      ...ORDERS_DEFAULTS,
      answerTimeoutMs: config.answerTimeoutMs,
      personsForDoubt: config.personsForDoubt,
    },
    mayTrade: sync.port.mayTrade,
  });
  const pendingFiles = createPendingImporter({
    journal,
    host,
    find: (...names) => instruments.port.bySymbol(...names),
    venueOf: (instrument) => exchange.gatewayOf(instrument)?.venue ?? null,
  });
  const proprietary = new Set(config.proprietaryAccounts);
  const rates = new Map(
    config.venues.map(({ venue, ratePerSecond }) => [venue, ratePerSecond ?? Number.POSITIVE_INFINITY]),
  );
  const squareOff = createSquareOff({
    journal,
    orders,
    positions: positions.port,
    instruments: instruments.port,
    exchange,
    now: host.now,
    every: host.every,
    soon: host.soon,
    mayTrade: () =>
      sync.port.mayTrade() === null ? null : 'main is up: this desk may trade only in an emergency',
    config: {
      policy,
      ratePerSecond: (venue: VenueId) => rates.get(venue) ?? 0,
      isProprietary: (account: AccountId) => proprietary.has(account),
    },
  });
  const trades = createTrades({ orders, reader: journal.reader });
  const sessions = createSessions({
    now: host.now,
    randomBytes: host.randomBytes,
    operator: config.operator,
  });
  const desk = createDesk({ journal, host, status: () => status() });

  const doubtful = (venue: VenueId): readonly OrderAddress[] => {
    const found: OrderAddress[] = [];
    for (const order of orders.orders()) {
      if (order.venue !== venue || order.status !== 'IN_DOUBT') continue;
      const instrument = instruments.port.get(order.terms.instrumentId);
      if (instrument !== null) found.push(addressOf(order, instrument));
    }
    return found;
  };

  const status = () => {
    const mode = sync.port.view();
    return {
      build: options.build,
      mode: mode.mode,
      modeSinceMs: mode.sinceMs,
      modeWhy: mode.why,
      scope: 'all segments, all accounts of this desk',
      main: { state: mode.main, sinceMs: mode.sinceMs },
      journal: { epoch: journal.epoch, ...journal.head(), writable: journal.broken === null },
      factsNotHandedBack: journal.head().seq,
      links: exchange.links().map((link) => ({ ...link })),
      countdowns: countdowns(
        policy.calendar,
        config.venues.flatMap(({ trades }) => trades),
        exchange.tradingSession,
        host.now(),
      ),
    };
  };

  const router = createRouter(
    {
      accounts: accounts.handlers,
      desk: desk.handlers,
      exchange: createExchangeCalls({
        exchange,
        instruments: instruments.port,
        host,
        resetSession: exchange.resetSession,
      }),
      instruments: instruments.handlers,
      mode: sync.handlers,
      orders: { ...orders.handlers, importPending: pendingFiles.importPending },
      positions: positions.handlers,
      sessions: sessions.handlers,
      squareOff: squareOff.handlers,
      trades: trades.handlers,
    },
    {
      sessions: sessions.port,
      newId: () => Buffer.from(host.randomBytes(9)).toString('base64url'),
      logBug: (id, call, error) => host.log.error('bug', { id, call, error: error.stack ?? error.message }),
    },
  );

  const stops: (() => void)[] = [];
  let linksStarted = false;
  return {
    router,
    replay: () =>
      journal.replay([
        sync.projection,
        instruments.projection,
        accounts.projection,
        positionFiles.projection,
        pendingFiles.projection,
        positions.projection,
        orders.projection,
        exchange.projection,
        squareOff.projection,
      ]),
    /** What was sent and not answered before the stop is in doubt; then the links are dialled and runs go on. */
    start(): void {
      rollDay();
      for (const { venue } of config.venues) {
        const facts = orders.beginBatch().interpret({ kind: 'doubt-raised', venue, why: 'crash' });
        if (facts.length > 0) journal.append(facts);
      }
      sync.start();
      stops.push(orders.start());
      startLinks();
      stops.push(squareOff.start());
      stops.push(
        host.every(WATCH_EVERY_MS, () => {
          rollDay();
          startLinks();
          orders.tick();
        }),
      );
    },
    async stop(): Promise<void> {
      for (const stop of stops.toReversed()) stop();
      // The goodbyes of the sessions are facts: the file is let go after them.
      await exchange.stop();
      journal.close();
    },
    web: (webOptions: WebOptions): Promise<Web> =>
      startWeb({ router, sessions: sessions.port, host }, webOptions),
    sessions: sessions.port,
    issueToken: (): string => present(sessions.port.issueToken(), 'room for one more token').token,
    /** Calls of the operator at this process itself, through the same door. */
    client: () => {
      const session = sessions.port.open(
        present(sessions.port.issueToken(), 'room for one more token').token,
      );
      return createRouterClient(router, { context: { sessionId: session.ok ? session.value.id : null } });
    },
    ordersInFlight: (): number => count((status) => IN_FLIGHT.has(status)),
    ordersInDoubt: (): number => count((status) => status === 'IN_DOUBT'),
  };

  function count(wanted: (status: string) => boolean): number {
    let found = 0;
    for (const order of orders.orders()) if (wanted(order.status)) found += 1;
    return found;
  }

  /**
   * Links wait for the contracts of the day: what an exchange says about a contract that nobody knows could not be
   * kept in a position, and it says it once.
   */
  function startLinks(): void {
    if (linksStarted || instruments.port.count() === 0) return;
    linksStarted = true;
    exchange.start();
  }

  function rollDay(): void {
    const today = istDate(host.now());
    const known: OrderId | string = orders.tradingDate();
    if (known !== '' && known < today) orders.rollDay(today);
  }
}

const IN_FLIGHT: ReadonlySet<string> = new Set([
  'PENDING_NEW',
  'PENDING_CANCEL',
  'PENDING_REPLACE',
  'IN_DOUBT',
]);

async function signingSeed(host: Host): Promise<Uint8Array> {
  const kept = await host.secrets.get('journal-signing-seed');
  if (kept !== null) return kept;
  const fresh = host.randomBytes(SIGNING_SEED_BYTES);
  await host.secrets.set('journal-signing-seed', fresh);
  return fresh;
}

async function venuePasswords(host: Host, config: DeskConfig): Promise<ReadonlyMap<string, string>> {
  const passwords = new Map<string, string>();
  for (const { orders, dropCopy, marketData } of config.venues) {
    for (const endpoint of [orders, dropCopy, marketData]) {
      if (endpoint === null || endpoint.username === '') continue;
      const password = await host.secrets.get(`venue-password:${endpoint.username}`);
      if (password !== null) passwords.set(endpoint.username, Buffer.from(password).toString('utf8'));
    }
  }
  return passwords;
}

function credentialsOf(endpoint: Endpoint, passwords: ReadonlyMap<string, string>) {
  const password = passwords.get(endpoint.username);
  return password === undefined ? null : { username: endpoint.username, password };
}

/** Certificates are read at each dial, so that a renewed one counts without a restart. */
async function dialOptions({ host, port, tls }: Endpoint) {
  if (tls === null) return { host, port };
  const read = (path: string): string | undefined => (path === '' ? undefined : readFileSync(path, 'utf8'));
  const [ca, cert, key] = [read(tls.caFile), read(tls.certFile), read(tls.keyFile)];
  return {
    host,
    port,
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(tls.servername === '' ? {} : { servername: tls.servername }),
    },
  };
}

/** Leaves out what a configuration does not say. */
function defined<Values extends object>(
  values: Values,
): { [Name in keyof Values]?: Exclude<Values[Name], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Values]?: Exclude<Values[Name], undefined>;
  };
}
