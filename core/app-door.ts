import type { Parts, Services } from './app-services.ts';
import { countdowns } from './desk/countdown.ts';
import { createDesk } from './desk/service.ts';
import { createExchangeCalls } from './exchange/service-calls.ts';
import type { AppRouter } from './router.ts';
import { createRouter } from './router.ts';

/** The one door over all services. */
export function buildRouter(parts: Parts, services: Services): AppRouter {
  const { host, journal } = parts;
  const { exchange, instruments, orders, pendingFiles, sessions } = services;
  const desk = createDesk({ journal, host, status: () => statusOf(parts, services) });
  return createRouter(
    {
      accounts: services.accounts.handlers,
      desk: desk.handlers,
      exchange: createExchangeCalls({
        exchange,
        instruments: instruments.port,
        host,
        resetSession: (...asked) => exchange.resetSession(...asked),
      }),
      instruments: instruments.handlers,
      mode: services.sync.handlers,
      orders: { ...orders.handlers, importPending: pendingFiles.importPending },
      positions: services.positions.handlers,
      sessions: sessions.handlers,
      squareOff: services.squareOff.handlers,
      trades: services.trades.handlers,
    },
    {
      sessions: sessions.port,
      newId: () => Buffer.from(host.randomBytes(9)).toString('base64url'),
      logBug: (id, call, error) => host.log.error('bug', { id, call, error: error.stack ?? error.message }),
    },
  );
}

/** What the top bar shows. */
function statusOf({ host, config, options, journal }: Parts, { sync, exchange, policy }: Services) {
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
      (...segment) => exchange.tradingSession(...segment),
      host.now(),
    ),
  };
}
