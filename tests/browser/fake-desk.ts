import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Entry, Fact } from '#core/events.ts';
import { createDesk } from '#core/desk/service.ts';
import type { DeskStatus } from '#core/desk/contract.ts';
import type { Journal } from '#core/journal/port.ts';
import { ok, refuse } from '#core/lib/result.ts';
import { DeskId, VenueId } from '#core/model/ids.ts';
import { instantOf } from '#core/model/market-clock.ts';
import { createRouter } from '#core/router.ts';
import { createSessions } from '#core/sessions/service.ts';
import { startWeb } from '#core/web/server.ts';
import { fakePosition } from './fake-book.ts';
import { fakeDryRun, fakeLeftovers, fakeOrders, fakeRun, FAKE_RUN } from './fake-exit.ts';

/** A desk without services, to look at the screen with any number of rows and in any state. Tests only. */
export async function startFakeDesk(options: { readonly positions: number; readonly port?: number }) {
  const startedAt = Date.now();
  const now = (): number => instantOf('2026-11-23', 14 * 60 + 50) + Date.now() - startedAt;
  const every = (everyMs: number, tick: () => void): (() => void) => {
    const timer = setInterval(tick, everyMs);
    return () => clearInterval(timer);
  };
  const log = { info: () => undefined, warn: console.warn, error: console.error };
  const { journal, append } = fakeJournal(now);
  const state = {
    mode: 'SUSPECT' as DeskStatus['mode'],
    broken: false,
    run: 'none' as 'none' | 'running' | 'paused',
  };
  const bare = () => refuse({ reason: 'not-here', text: 'A fake desk does not do this.' });
  const startedNow = now();
  const rows = Array.from({ length: options.positions }, (_, n) => fakePosition(n, now()));
  const sessions = createSessions({ now, randomBytes, operator: 'dealer-7' });
  const desk = createDesk({
    journal,
    host: { now, every },
    status: () => statusOf(state.mode, journal, now()),
  });
  const modeShown = () => ({
    mode: state.mode,
    sinceMs: now() - 60_000,
    why: 'no heartbeat from main',
    by: [],
    main: 'lost' as const,
    mayTrade: state.mode === 'EMERGENCY',
    personsToDeclareLost: 1,
    outage: null,
  });
  const move = (to: DeskStatus['mode'], why: string) => {
    append({ kind: 'mode-changed', v: 1, from: state.mode, to, by: ['dealer-7'], why });
    state.mode = to;
    return modeShown();
  };
  const router = createRouter(
    {
      accounts: { import: bare, list: () => ({ accounts: [], total: 0 }) },
      desk: desk.handlers,
      sessions: sessions.handlers,
      mode: {
        get: modeShown,
        declareLost: ({ reason }) => move('EMERGENCY', reason),
        declareBack: ({ reason }) => move('HANDBACK', reason),
      },
      exchange: {
        links: () => statusOf(state.mode, journal, now()).links,
        resetSession: () => ok({ reset: true }),
        quotes: async function* () {
          yield [];
        },
      },
      positions: {
        list: () =>
          state.broken
            ? refuse({ reason: 'journal-read-only', text: 'The book can not be read.' })
            : { rows, nowMs: now() },
        summary: () => ({
          classes: [],
          realisedE4: 123_456_780n,
          unrealisedE4: -98_765_432_100n,
          unknownRows: 2,
        }),
        import: () => refuse({ reason: 'no-importer', text: 'Not here.' }),
        importShortfall: () => ({ rows: 0, repeated: false }),
      },
      instruments: { import: bare, importLimits: bare, search: () => [] },
      orders: {
        list: ({ which }) => {
          const orders = state.run === 'none' ? [] : fakeOrders(rows, startedNow);
          return which === 'in-doubt' ? orders.filter((order) => order.status === 'IN_DOUBT') : orders;
        },
        one: () => null,
        foreign: () => [],
        importPending: bare,
        cancelForeign: bare,
        decideDoubt: bare,
      },
      squareOff: {
        dryRun: ({ scope }) =>
          fakeDryRun(
            scope.kind === 'all'
              ? rows
              : rows.filter((row) => scope.rows.some((asked) => sameRow(asked, row))),
            now(),
          ),
        approve: () => {
          state.run = 'running';
          return ok({ runId: FAKE_RUN, shrunkRows: 0 });
        },
        status: bare,
        runs: () => (state.run === 'none' ? [] : [fakeRun(rows, now(), state.run)]),
        pause: () => {
          state.run = 'paused';
          return ok(null);
        },
        resume: () => {
          state.run = 'running';
          return ok(null);
        },
        stop: bare,
        releaseHedge: bare,
        leftovers: {
          list: () => (state.run === 'none' ? [] : fakeLeftovers(rows, startedNow)),
          settle: bare,
        },
      },
      trades: {
        place: bare,
        modify: bare,
        cancel: bare,
        history: () => ({ trades: [], more: false }),
        details: () => null,
      },
    },
    {
      sessions: sessions.port,
      newId: () => 'bug-1',
      logBug: (id, call, error) => log.error(id, call, error),
    },
  );
  const screen = join(import.meta.dirname, '..', '..', 'dist', 'renderer');
  const web = await startWeb(
    { router, sessions: sessions.port, host: { now, every, log, paths: { data: '/nowhere', screen } } },
    { port: options.port ?? 0 },
  );
  const token = (): string => sessions.port.issueToken()?.token ?? '';
  return { ...web, token, state, append, rows };
}

interface RowName {
  readonly account: string;
  readonly instrumentId: string;
  readonly product: string;
}
function sameRow(one: RowName, other: RowName): boolean {
  return (
    one.account === other.account && one.instrumentId === other.instrumentId && one.product === other.product
  );
}

function fakeJournal(now: () => number) {
  const entries: Entry[] = [];
  const journal: Journal = {
    desk: DeskId.parse('desk-1'),
    epoch: 1,
    head: () => ({ seq: entries.length, hash: 'e3b0c442' }),
    append: () => refuse({ reason: 'journal-read-only', text: 'A fake journal.' }),
    follow: () => () => undefined,
    read: (afterSeq, limit) => entries.slice(afterSeq, afterSeq + limit),
    reader: { all: () => [], get: () => undefined },
  };
  const append = (fact: Fact): void => {
    entries.push({ desk: journal.desk, epoch: 1, seq: entries.length + 1, atMs: now(), fact });
  };
  return { journal, append };
}

function statusOf(
  mode: DeskStatus['mode'],
  journal: Journal,
  nowMs: number,
): Omit<DeskStatus, 'nowMs' | 'desk'> {
  const link = (
    venue: string,
    session: 'orders' | 'drop-copy' | 'market-data',
    state: 'up' | 'down' | 'stopped',
  ) => ({
    venue: VenueId.parse(venue),
    session,
    state,
    sinceMs: nowMs - 95_000,
    nextIn: 412,
    nextOut: 399,
    why: state === 'stopped' ? 'MsgSeqNum too low, expecting 399 but received 12' : '',
  });
  const until = (segment: 'CM' | 'FO' | 'CD' | 'COM', label: string, minute: number, next: string) => ({
    exchange: segment === 'COM' ? ('MCX' as const) : ('NSE' as const),
    segment,
    label,
    status: 'open' as const,
    nextAtMs: instantOf('2026-11-23', minute),
    next,
  });
  return {
    build: '0.1.0',
    mode,
    modeSinceMs: nowMs - 61_000,
    modeWhy: 'no heartbeat from main for 15 s',
    scope: 'all segments, all accounts',
    main: { state: 'lost', sinceMs: nowMs - 61_000 },
    journal: { epoch: 1, seq: journal.head().seq, hash: journal.head().hash, writable: true },
    factsNotHandedBack: 1_284,
    links: [
      link('nse-fo', 'orders', 'up'),
      link('nse-fo', 'drop-copy', 'up'),
      link('nse-fo', 'market-data', 'up'),
      link('mcx', 'orders', 'stopped'),
      link('mcx', 'drop-copy', 'down'),
      link('mcx', 'market-data', 'up'),
    ],
    countdowns: [
      until('CM', 'cash, F&O shares', 15 * 60 + 15, 'auction, no IOC'),
      until('CM', 'cash, other', 15 * 60 + 30, 'closes'),
      until('FO', 'F&O', 15 * 60 + 40, 'closes'),
      until('CD', 'currency', 17 * 60, 'closes'),
      until('COM', 'commodity', 23 * 60 + 30, 'closes'),
    ],
  };
}
