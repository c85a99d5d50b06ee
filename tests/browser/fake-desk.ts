import { join } from 'node:path';
import type { BrowserContext } from '@playwright/test';
import type { Fact } from '#core/events.ts';
import { createDesk } from '#core/desk/service.ts';
import type { DeskStatus, ReadinessCheck } from '#core/desk/contract.ts';
import type { Journal } from '#core/journal/port.ts';
import { ok, refuse } from '#core/lib/result.ts';
import { VenueId } from '#core/model/ids.ts';
import { instantOf } from '#core/model/market-clock.ts';
import { createRouter } from '#core/router.ts';
import { cookieName } from '#core/web/guard-domain.ts';
import { startWeb } from '#core/web/server.ts';
import { fakePosition } from './fake-book.ts';
import { FAKE_PERSONS, startFakeIdentity, type FakePerson } from './fake-identity.ts';
import { createFakeSync } from './fake-sync.ts';
import { fakeDryRun, fakeLeftovers, fakeOrders, fakeRun, FAKE_RUN } from './fake-exit.ts';

/** Where its day stands when it starts. */
const STARTS_AT = instantOf('2026-11-23', 14 * 60 + 50);

/** Of the made-up orders, so many still work. */
const OPEN_MAX = 2;

interface FakeDeskOptions {
  readonly positions: number;
  readonly port?: number;
  /** As in the configuration of a desk. */
  readonly identity?: Readonly<Record<string, unknown>>;
}

/**
 * A desk without a book of its own, to look at the screen with any number of rows and in any state. Persons, sessions
 * and approvals are real. Tests only.
 */
export async function startFakeDesk(options: FakeDeskOptions) {
  const identity = startFakeIdentity({
    clockOffsetMs: STARTS_AT - Date.now(),
    screen: join(import.meta.dirname, '..', '..', 'dist', 'renderer'),
    identity: options.identity ?? {},
  });
  const { host, journal } = identity;
  const now = (): number => host.now();
  const state = {
    mode: 'SUSPECT' as DeskStatus['mode'],
    broken: false,
    run: 'none' as 'none' | 'running' | 'paused',
    /** What fails of the readiness. */
    notReady: [] as ReadinessCheck[],
  };
  const bare = () => refuse({ reason: 'not-here', text: 'A fake desk does not do this.' });
  const startedNow = now();
  const rows = Array.from({ length: options.positions }, (_, n) => fakePosition(n, now()));
  const desk = createDesk({
    journal,
    host,
    status: () => statusOf(state.mode, journal, now()),
    readiness: () => ({
      atMs: now(),
      ready: state.notReady.length === 0,
      due: state.mode === 'STANDBY' || state.mode === 'SUSPECT',
      checks: [{ check: 'journal', ok: true, text: 'The journal takes facts.' }, ...state.notReady],
    }),
    visible: () => true,
  });
  const append = (fact: Fact): void => {
    if (!journal.append([fact]).ok) throw new Error('a fact of the test was not kept');
  };
  const orders = () => (state.run === 'none' ? [] : fakeOrders(rows, startedNow));
  const open = () =>
    orders()
      .filter(({ status }) => status === 'NEW' || status === 'PARTIALLY_FILLED')
      .slice(0, OPEN_MAX);
  const fakeSync = createFakeSync({
    now,
    append,
    mode: { get: () => state.mode, set: (mode) => void (state.mode = mode) },
    working: () => open().length,
  });
  const router = createRouter(
    {
      accounts: { import: bare, list: () => ({ accounts: [], total: 0 }) },
      desk: desk.handlers,
      approvals: identity.identity.approvals.handlers,
      auth: identity.identity.auth.handlers,
      sessions: identity.identity.sessions.handlers,
      settings: { get: bare, changePolicy: bare, changeCalendar: bare, changeGateway: bare },
      users: identity.identity.users.handlers,
      mode: fakeSync.mode,
      sync: fakeSync.sync,
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
        list: ({ which }) =>
          which === 'open'
            ? open()
            : which === 'in-doubt'
              ? orders().filter((order) => order.status === 'IN_DOUBT')
              : orders(),
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
    identity.deps,
  );
  const web = await startWeb(
    {
      router,
      desk: 'desk-1',
      host,
      live: async (credential) =>
        credential.kind !== 'api-key' && (await identity.identity.sessions.port.find(credential)).ok,
      refused: () => undefined,
    },
    { port: options.port ?? 0 },
  );
  let closed = false;
  return {
    url: web.url,
    state,
    sync: fakeSync.state,
    append,
    rows,
    sessions: identity.identity.sessions.port,
    /** Signs a person in without the sign-in screen: a new session, in the cookie of this browser. */
    async signIn(context: BrowserContext, user: FakePerson = FAKE_PERSONS[0].user): Promise<void> {
      const value = await identity.signedIn(user);
      const name = cookieName({ scheme: 'http', port: web.port, hosts: [] });
      await context.addCookies([{ name, value, url: web.url, httpOnly: true, sameSite: 'Strict' }]);
    },
    /** As a desk that dies: nobody answers any more. */
    async close(): Promise<void> {
      if (closed) return;
      closed = true;
      await web.close();
      identity.stop();
    },
  };
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

function statusOf(
  mode: DeskStatus['mode'],
  journal: Pick<Journal, 'head'>,
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
