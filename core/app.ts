import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { buildRouter, webDeps } from './app-door.ts';
import { buildReadiness } from './app-readiness.ts';
import {
  databaseKey,
  sealingKey,
  signingSeed,
  mainToken,
  telephoneKey,
  tokenKey,
  venuePasswords,
} from './app-secrets.ts';
import type { AppOptions, Parts, Services } from './app-services.ts';
import { buildServices } from './app-services.ts';
import { DeskConfig } from './config.ts';
import type { CallContext } from './door.ts';
import type { Entry } from './events.ts';
import type { Host } from './host.ts';
import { openJournal } from './journal/open.ts';
import { signerOf } from './journal/signer.ts';
import type { Result } from './lib/result.ts';
import { ok } from './lib/result.ts';
import { istDate } from './model/market-clock.ts';
import { settled } from './settings/store.ts';
import type { Web, WebOptions } from './web/server.ts';
import { startWeb } from './web/server.ts';

export { DeskConfig };
export type { AppOptions };

/** Orders look at their timers this often; the day is looked at with them. */
const WATCH_EVERY_MS = 500;

export interface AppRefusal {
  readonly reason: string;
  readonly text: string;
}

export type App = ReturnType<typeof assemble>;

/**
 * The one composer: opens the journal, builds the services in order, replays, and gives the desk ready to start.
 * Refusals are the journal's: in use, not openable, a newer version, a restored copy.
 */
export async function createApp(
  host: Host,
  config: DeskConfig,
  options: AppOptions,
): Promise<Result<App, AppRefusal>> {
  const signer = signerOf(await signingSeed(host));
  const opened = openJournal({
    path: join(host.paths.data, 'desk.db'),
    desk: config.desk,
    build: options.build,
    host,
    signer,
    ...(options.readable === true ? {} : { key: await databaseKey(host) }),
    synchronous: options.synchronous ?? 'FULL',
  });
  if (!opened.ok) return opened;
  const journal = opened.value;
  const { config: now, calendar } = settled(journal.reader, config);
  const keys = {
    token: await tokenKey(host),
    sealing: await sealingKey(host),
    telephone: await telephoneKey(host),
  };
  const passwords = await venuePasswords(host, now);
  const parts = {
    host,
    config: now,
    calendar,
    options,
    journal,
    keys,
    passwords,
    signer,
    mainToken: await mainToken(host),
  };
  const services = buildServices(parts);
  const readiness = buildReadiness(parts, services);
  const replayed = journal.replay([...projectionsOf(services), readiness.projection]);
  return replayed.ok ? ok(assemble(parts, services, readiness)) : replayed;
}

/** In the order in which one may read what another has taken in. */
function projectionsOf(services: Services) {
  return [
    services.sync.projection,
    { name: 'life', memory: (entry: Entry) => services.life.apply(entry) },
    services.instruments.projection,
    services.accounts.projection,
    services.positionFiles.projection,
    services.pendingFiles.projection,
    services.positions.projection,
    services.orders.projection,
    services.exchange.projection,
    services.squareOff.projection,
    services.identity.users.projection,
    services.identity.sessions.projection,
    services.identity.auth.projection,
    services.identity.approvals.projection,
    services.main.follow.projection,
    services.main.handback.projection,
  ];
}

type ReadinessService = ReturnType<typeof buildReadiness>;

function assemble(parts: Parts, services: Services, readiness: ReadinessService) {
  const { journal } = parts;
  const { orders, identity } = services;
  const router = buildRouter(parts, services, readiness.readiness);
  const engine = createEngine(parts, services, readiness);
  const count = (wanted: (status: string) => boolean): number => {
    let found = 0;
    for (const order of orders.orders()) if (wanted(order.status)) found += 1;
    return found;
  };
  return {
    router,
    /** Links are dialled and runs go on, by the restart rule. */
    start: () => engine.start(),
    async stop(): Promise<void> {
      await engine.stop();
      journal.close();
    },
    web: (options: WebOptions): Promise<Web> => startWeb(webDeps(parts, services, router), options),
    /** Lets the first admin in, once, as long as nobody is; null when there are persons. */
    setupCode: (): string | null => identity.auth.setupCode(),
    /** Calls of this program itself, through the same door, as `desk`: it loads files at the start. */
    client: () => createRouterClient(router, { context: OF_THIS_PROCESS }),
    ordersInFlight: (): number => count((status) => IN_FLIGHT.has(status)),
    ordersInDoubt: (): number => count((status) => status === 'IN_DOUBT'),
  };
}

const OF_THIS_PROCESS: CallContext = {
  origin: { wire: 'process', address: '' },
  credential: () => null,
  carry: () => undefined,
};

const IN_FLIGHT: ReadonlySet<string> = new Set([
  'PENDING_NEW',
  'PENDING_CANCEL',
  'PENDING_REPLACE',
  'IN_DOUBT',
]);

/** What runs by itself while the desk is on. */
function createEngine({ host, config, journal }: Parts, services: Services, readiness: ReadinessService) {
  const { orders, exchange, instruments, identity, main, squareOff, sync } = services;
  const stops: (() => void | Promise<void>)[] = [];
  let linksStarted = false;

  /**
   * Links wait for the contracts of the day: what an exchange says about a contract that nobody knows could not be
   * kept in a position, and it says it once.
   */
  const startLinks = (): void => {
    if (linksStarted || instruments.port.count() === 0) return;
    linksStarted = true;
    exchange.start();
  };
  const rollDay = (): void => {
    const today = istDate(host.now());
    const known = orders.tradingDate();
    if (known === '' || known >= today) return;
    const rolled = orders.rollDay(today);
    if (!rolled.ok) host.log.error('the day did not roll', { to: today, reason: rolled.refusal.reason });
  };
  const watch = (): void => {
    rollDay();
    startLinks();
    orders.tick();
  };

  return {
    start(): void {
      rollDay();
      // What was sent and not answered before the stop is in doubt, before anything else is said or heard.
      for (const { venue } of config.venues) {
        const facts = orders.beginBatch().interpret({ kind: 'doubt-raised', venue, why: 'crash' });
        if (facts.length === 0) continue;
        const kept = journal.append(facts);
        if (!kept.ok)
          host.log.error('doubts of the last stop not journalled', { venue, reason: kept.refusal.reason });
      }
      sync.start();
      stops.push(orders.start());
      startLinks();
      stops.push(...identity.start(), ...main.start(), squareOff.start(), host.every(WATCH_EVERY_MS, watch));
      stops.push(readiness.start());
    },
    /** The goodbyes of the sessions are facts: the file is let go after them. */
    async stop(): Promise<void> {
      for (const stop of stops.toReversed()) await stop();
      await exchange.stop();
    },
  };
}
